"""One question or command at a time, synchronously: for the command line and for scripts.

``with Call(folder_or_url) as call: call.query(lambda id: HistoryQuery(id, …))``. Every failure is a
:class:`~console.domain.problems.Refused` with one clear sentence.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from console.domain.commands import Command, SignOn
from console.domain.problems import Refused
from console.link.codec import MAX_FROM_COLLECTOR, encode, from_collector
from console.link.messages import (
    PROTOCOL,
    SUBPROTOCOL,
    Answer,
    Ask,
    Denied,
    Done,
    FromCollector,
    Hello,
    Query,
    Snapshot,
    Welcome,
)
from console.link.tokens import address_of


class Call:
    """One connection for a few calls. ``account`` and ``secret`` sign on first (commands need a person)."""

    def __init__(
        self,
        folder_or_url: Path | str,
        *,
        account: str = "",
        secret: str = "",
        station: str = "cli",
        ca_file: str = "",
        timeout: float = 30.0,
        watch: bool = False,
    ) -> None:
        self._where = folder_or_url
        self._account, self._secret, self._station = account, secret, station
        self._ca_file, self._timeout, self._watch = ca_file, timeout, watch
        self._socket: ClientConnection | None = None
        self._ids = itertools.count(1)
        self._snapshot: Snapshot | None = None
        self.set_up = False

    def __enter__(self) -> Self:
        address = address_of(self._where, self._ca_file)
        try:
            self._socket = connect(
                address.url,
                ssl=address.tls(),
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                compression=None,
                max_size=MAX_FROM_COLLECTOR,
                open_timeout=self._timeout,
                ping_interval=None,
                close_timeout=0.5,
                proxy=None,
                user_agent_header=None,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
            raise Refused("link.no_answer", url=address.url, detail=str(error)) from error
        remote = not address.token
        self._send(
            Hello(
                PROTOCOL,
                "building-console",
                self._station,
                address.token,
                self._account if remote else "",
                self._secret if remote else "",
                self._watch,
            )
        )
        welcome = self._receive()
        if isinstance(welcome, Denied):
            self.close()
            raise Refused(welcome.problem.code, **welcome.problem.params)
        assert isinstance(welcome, Welcome)  # the server's first word is one of the two
        self.set_up = welcome.set_up
        if self._account and not remote:
            self.ask(SignOn(self._account, self._secret))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def query(self, make: Callable[[int], Query]) -> Answer:
        """The answer, or :class:`Refused`."""
        number = next(self._ids)
        self._send(make(number))
        while True:
            reply = self._receive()
            if getattr(reply, "id", None) == number:
                if isinstance(reply, Denied):
                    raise Refused(reply.problem.code, **reply.problem.params)
                return reply  # type: ignore[return-value]  # only answers carry this id

    def ask(self, command: Command, *, seen: int = 0, command_id: str = "") -> int:
        """Give a command and wait until it is on disk: the number of what it made, or :class:`Refused`."""
        command_id = command_id or uuid.uuid4().hex
        self._send(Ask(command_id, seen, command))
        while True:
            reply = self._receive()
            if isinstance(reply, Done) and reply.command_id == command_id:
                return reply.number
            if isinstance(reply, Denied) and reply.command_id == command_id:
                raise Refused(reply.problem.code, **reply.problem.params)

    def snapshot(self) -> Snapshot:
        """The whole state when the call began; needs ``watch=True``."""
        while self._snapshot is None:
            self._receive()
        return self._snapshot

    def _send(self, message: object) -> None:
        assert self._socket is not None, "use Call as a context manager"
        try:
            self._socket.send(encode(message))
        except ConnectionClosed as error:
            raise Refused("link.lost") from error

    def _receive(self) -> FromCollector:
        assert self._socket is not None, "use Call as a context manager"
        try:
            message = from_collector(self._socket.recv(self._timeout))
        except TimeoutError as error:
            raise Refused("link.silent", seconds=self._timeout) from error
        except ConnectionClosed as error:
            raise Refused("link.lost") from error
        if isinstance(message, Snapshot):
            self._snapshot = message
        return message
