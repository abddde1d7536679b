"""The collector's end of the link: one WebSocket a console, one bounded queue each.

Start: :meth:`LinkServer.listen` binds (a taken port is refused in words). Stop: :meth:`LinkServer.close` says goodbye to every
console and returns when their tasks have ended. What the messages mean is the business of the :class:`Office`.

A console that reads too slowly never holds up another one: when its queue is full its deltas are thrown away and it gets a new
snapshot instead; replies to commands and queries are always delivered.
"""

from __future__ import annotations

import asyncio
import contextlib
import http
import logging
import ssl
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from console.domain.problems import Problem, Refused
from console.link.codec import MAX_FROM_CONSOLE, Garbled, encode, from_console
from console.link.messages import SUBPROTOCOL, Answer, Ask, Denied, Done, Hello, Query, Welcome
from console.link.tokens import is_loopback, listening

MAX_DELTAS = 64  # about 10 s of changes; a console that is further behind gets a snapshot
MAX_QUERIES = 8  # at a time, of one console
_log = logging.getLogger(__name__)
_wire_log = logging.getLogger(f"{__name__}.wire")
_wire_log.setLevel(logging.CRITICAL)  # port scanners and broken lines are no news; our own bugs are logged by `_log`
HELLO_TIMEOUT = 5.0  # seconds of real time for the first message


@dataclass(eq=False)
class Console:
    """One connected console. ``local``: it came over loopback with the local token. ``account`` is who is signed on."""

    number: int
    host: str
    station: str = ""
    local: bool = False
    watch: bool = True
    account: str = ""
    token: str = ""  # its station token
    dropped: int = 0  # deltas that were thrown away
    _replies: deque[bytes] = field(default_factory=deque)
    _deltas: deque[bytes] = field(default_factory=deque)
    _order: deque[bool] = field(default_factory=deque)  # True: the next one out is a delta
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _behind: bool = False
    _deciding: asyncio.Lock = field(default_factory=asyncio.Lock)
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    def reply(self, data: bytes) -> None:
        """Queue a message that must arrive."""
        self._replies.append(data)
        self._order.append(False)
        self._wake.set()

    def delta(self, data: bytes) -> None:
        """Queue a message that a later snapshot may stand in for."""
        if self._behind:
            self.dropped += 1
            return
        if len(self._deltas) >= MAX_DELTAS:
            self.resnapshot()
            self.dropped += 1
            return
        self._deltas.append(data)
        self._order.append(True)
        self._wake.set()

    def resnapshot(self) -> None:
        """Throw the waiting deltas away and send a whole snapshot as soon as the line is free."""
        self.dropped += len(self._deltas)
        self._deltas.clear()
        self._order = deque(False for _ in self._replies)
        self._behind = True
        self._wake.set()


class Office(Protocol):
    """What stands behind the link. Called on the event loop."""

    def admit(self, hello: Hello, console: Console) -> Welcome | None:
        """Fill in the console's ``local``, ``station`` …; ``None``: it must sign on with account and secret first."""

    async def sign_in(self, hello: Hello, console: Console) -> Welcome:
        """The remote way in; raises :class:`Refused`."""

    def snapshot(self, console: Console) -> bytes:
        """The encoded snapshot for this console."""

    async def ask(self, console: Console, ask: Ask) -> Done | Denied:
        """Decide a command. Never raises for the world's faults."""

    async def query(self, console: Console, query: Query) -> Answer | Denied:
        """Answer a query."""

    def joined(self, console: Console) -> None:
        """A console is in and gets deltas from now on."""

    def left(self, console: Console) -> None:
        """A console that was in is gone."""


class LinkServer:
    """Listens, reads, queues, sends."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._server: Server | None = None
        self._consoles: dict[int, Console] = {}
        self._last = 0
        self._open = asyncio.Event()
        self.port = 0

    @property
    def consoles(self) -> Iterable[Console]:
        """Those that were let in, in the order in which they came."""
        return self._consoles.values()

    @property
    def watchers(self) -> list[Console]:
        """Those that want snapshot and deltas."""
        return [console for console in self._consoles.values() if console.watch]

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Bind and listen; the port that was given by the system for 0. Raises :class:`Refused` where it cannot."""
        try:
            self._server = await serve(
                self._serve,
                listening(host),  # type: ignore[arg-type] # asyncio takes several, the hint knows one
                port,
                ssl=tls,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                origins=[None],  # no web page, whatever it knows
                compression=None,  # packed arrays hardly shrink, and the time is better spent polling
                max_size=MAX_FROM_CONSOLE,
                process_request=_only_ours,
                ping_interval=20,
                ping_timeout=20,
                close_timeout=1,
                server_header=None,
                logger=_wire_log,
            )
        except OSError as error:
            raise Refused("link.cannot_listen", host=host, port=port, detail=error.strerror or str(error)) from error
        self.port = int(next(iter(self._server.sockets)).getsockname()[1])
        return self.port

    def let_in(self) -> None:
        """Open the door: those who connected since :meth:`listen` come in now."""
        self._open.set()

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def broadcast(self, data: bytes) -> None:
        """Queue an encoded delta for every console that watches."""
        for console in self._consoles.values():
            if console.watch:
                console.delta(data)

    async def _serve(self, socket: ServerConnection) -> None:
        try:
            await self._attend(socket)
        except Exception:
            _log.exception("a console's connection ended by a bug of ours")
            raise

    async def _attend(self, socket: ServerConnection) -> None:
        self._last += 1
        peer = socket.remote_address
        console = Console(self._last, str(peer[0]) if peer else "")
        try:
            welcome = await self._let_in(socket, console)
        except Refused as refused:
            with contextlib.suppress(ConnectionClosed):
                await socket.send(encode(Denied(refused.problem)))
                await socket.close(1008, refused.problem.code[:100])
            return
        except (TimeoutError, ConnectionClosed):
            return
        console.reply(encode(welcome))
        if console.watch:
            console.resnapshot()
        self._consoles[console.number] = console
        self._office.joined(console)
        writer = asyncio.create_task(self._write(socket, console), name=f"link-writer-{console.number}")
        try:
            await self._read(socket, console)
        except ConnectionClosed:
            pass
        except Garbled as garbled:
            with contextlib.suppress(ConnectionClosed):
                await socket.send(encode(Denied(garbled.problem)))
                await socket.close(1002, "garbled")
        finally:
            self._consoles.pop(console.number, None)
            self._office.left(console)
            for task in (writer, *console._asking):
                task.cancel()
            await asyncio.gather(writer, *console._asking, return_exceptions=True)

    async def _let_in(self, socket: ServerConnection, console: Console) -> Welcome:
        async with asyncio.timeout(HELLO_TIMEOUT):
            hello = from_console(await socket.recv())
        await self._open.wait()
        if not isinstance(hello, Hello):
            raise Garbled("Hello comes first")
        console.watch = hello.watch
        console.station = hello.station[:60]
        welcome = self._office.admit(hello, console)
        return await self._office.sign_in(hello, console) if welcome is None else welcome

    async def _read(self, socket: ServerConnection, console: Console) -> None:
        async for data in socket:
            match from_console(data):
                case Hello():
                    raise Garbled("a second Hello")
                case Ask() as ask:
                    self._start(console, self._decide(console, ask))
                case query:
                    if len(console._asking) >= MAX_QUERIES:
                        console.reply(encode(Denied(Problem("link.busy", {"limit": MAX_QUERIES}), id=query.id)))
                    else:
                        self._start(console, self._look_up(console, query))

    @staticmethod
    def _start(console: Console, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        console._asking.add(task)
        task.add_done_callback(console._asking.discard)

    async def _decide(self, console: Console, ask: Ask) -> None:
        # one after the other, in the order in which the person acted: signing on comes before what follows it
        async with console._deciding:
            reply = await self._office.ask(console, ask)
        console.reply(encode(reply))

    async def _look_up(self, console: Console, query: Query) -> None:
        console.reply(encode(await self._office.query(console, query)))

    async def _write(self, socket: ServerConnection, console: Console) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await console._wake.wait()
                console._wake.clear()
                while console._order or console._behind:
                    if console._order:
                        data = console._deltas.popleft() if console._order.popleft() else console._replies.popleft()
                    else:
                        console._behind = False  # from here on deltas follow the snapshot
                        data = self._office.snapshot(console)
                    await socket.send(data)


def _only_ours(connection: ServerConnection, request: Request) -> Response | None:
    """A browser or a port scanner gets a plain refusal and no traceback in the log."""
    if SUBPROTOCOL not in request.headers.get("Sec-WebSocket-Protocol", ""):
        return connection.respond(http.HTTPStatus.BAD_REQUEST, "Building Console link\n")
    return None


def peer_is_local(console: Console) -> bool:
    """True if the connection came over loopback."""
    return is_loopback(console.host)
