"""The test's end of a steered clock: one line at a time, each answered when everything that became due was woken."""

from __future__ import annotations

import json
import socket
from types import TracebackType
from typing import Self

from console.domain.times import SECOND


class Steering:
    """Listens on a free port; the program under test connects with ``--clock steered:PORT``."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(30)
        self.port: int = self._server.getsockname()[1]
        self._line: socket.socket | None = None
        self._buffer = b""
        self.now = start

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._line is not None:
            self._line.close()
        self._server.close()

    def accept(self) -> None:
        """Take the program's connection (again after it was restarted) and set its time."""
        if self._line is not None:
            self._line.close()
        self._line, _ = self._server.accept()
        self._line.settimeout(30)
        self._buffer = b""
        self._say({"set": self.now})

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once."""
        self._say({"advance": round(seconds * SECOND)})

    def step(self, seconds: float) -> None:
        """Set the wall clock forward or back; no time passes."""
        self._say({"step": round(seconds * SECOND)})

    def run(self, rate: float) -> None:
        """Let the clock run by itself, ``rate`` times as fast as real time (0 stops it)."""
        self._say({"rate": rate})

    def _say(self, order: dict[str, float]) -> None:
        assert self._line is not None, "accept() first"
        self._line.sendall(json.dumps(order).encode() + b"\n")
        while b"\n" not in self._buffer:
            data = self._line.recv(4096)
            if not data:
                raise ConnectionError("the program under test went away")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        self.now = json.loads(line)["now"]
