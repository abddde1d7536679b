"""Debian's mosquitto on a free port, and mosquitto_pub, for tests.

``with Mosquitto() as broker: broker.publish("a/b", "1")``. Where it is not installed tests skip by name; with ``CI`` in the
environment that is a failure.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import pytest

NAME = "mosquitto"


def find(program: str) -> str:
    """The program's path; skips (fails in CI) without it."""
    found = shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed, but CI must test with it")
        pytest.skip(f"{program} is not installed")
    return found


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """A real broker. It can be killed and started again on the same port; ``lines`` are further configuration lines."""

    def __init__(self, *lines: str, port: int = 0) -> None:
        self.port = port or free_port()
        self._program = find(NAME)
        self._publish = find("mosquitto_pub")
        self._lines = lines or ("allow_anonymous true",)
        self._folder = tempfile.TemporaryDirectory(prefix="mosquitto-", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """Where its configuration lies: password and certificate files may be put here."""
        return Path(self._folder.name)

    def __enter__(self) -> Mosquitto:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
        self._folder.cleanup()

    def start(self, wait: float = 10.0) -> None:
        """Start it and wait until it listens."""
        file = self.folder / "mosquitto.conf"
        head = [f"listener {self.port} 127.0.0.1", "persistence false", "log_type none"]
        if os.name == "posix" and os.geteuid() == 0:
            head.append("user root")  # it would otherwise become a user that may not read our folder
        file.write_text("\n".join([*head, *self._lines, ""]), encoding="utf-8")
        self._process = subprocess.Popen([self._program, "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + wait
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        self.kill()
        pytest.fail(f"mosquitto did not start on port {self.port}")

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def publish(self, topic: str, payload: str | bytes, *more: str) -> None:
        """mosquitto_pub: one message and wait until it is sent. ``more``: further arguments (``-r`` retains)."""
        data = payload.encode("utf-8") if isinstance(payload, str) else payload
        command = [self._publish, "-h", "127.0.0.1", "-p", str(self.port), "-t", topic, "-q", "1", "-s" if data else "-n", *more]
        subprocess.run(command, input=data, check=True, timeout=10, stdout=subprocess.DEVNULL)
