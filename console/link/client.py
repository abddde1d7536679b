"""The console's end of the link, for asyncio: connects, keeps trying, hands over what comes, asks and queries.

Life: ``connecting`` → ``live`` (Welcome received) → ``lost`` after 3 s without any message or a closed connection → again
``connecting`` after 0.2, 0.4 … 2 s, for ever, until :meth:`Client.run` is cancelled. The callbacks run on the event loop that
runs :meth:`Client.run`; they must return quickly.

A command that was sent when the line broke is sent again with the same ``command_id`` (a retry is harmless) and is answered
with ``link.lost`` when the collector does not come back within :data:`GIVE_UP` seconds. Queries are not repeated.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from console.domain.commands import Command
from console.domain.problems import Problem, Refused
from console.link.codec import MAX_FROM_COLLECTOR, Garbled, encode, from_collector, problem_of
from console.link.messages import (
    PROTOCOL,
    SUBPROTOCOL,
    Answer,
    Ask,
    Delta,
    Denied,
    Done,
    Heartbeat,
    Hello,
    Query,
    Snapshot,
    Welcome,
)
from console.link.tokens import Address

SILENCE = 3.0  # seconds of real time without any message: the line is lost
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 2.0
GIVE_UP = 15.0  # seconds that a command waits for the collector to come back
CONNECT_TIMEOUT = 5.0


class Events(Protocol):
    """Who wants to know."""

    def state(self, state: str, problem: Problem | None) -> None:
        """``connecting``, ``live`` or ``lost``; the problem says why."""

    def welcome(self, welcome: Welcome) -> None: ...

    def snapshot(self, snapshot: Snapshot) -> None: ...

    def delta(self, delta: Delta) -> None: ...

    def heartbeat(self, heartbeat: Heartbeat) -> None: ...


@dataclass
class Identity:
    """Who says Hello. ``account`` and ``secret`` are for a remote station without a station token."""

    program: str
    station: str
    account: str = ""
    secret: str = ""
    watch: bool = True


@dataclass
class _Waiting:
    ask: Ask
    future: asyncio.Future[Done | Denied]
    since: float
    sent_on: int = 0  # the number of the connection that carried it


@dataclass
class Client:
    """One console's link. ``find`` is called before every try: the collector may have come back on another port."""

    find: Callable[[], Address]
    identity: Identity
    events: Events
    revision: int = 0
    station_token: str = ""
    _socket: ClientConnection | None = None
    _connection: int = 0
    _asks: dict[str, _Waiting] = field(default_factory=dict)
    _queries: dict[int, asyncio.Future[Answer | Denied]] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _state: str = ""

    async def run(self) -> None:
        """Keep the link until cancelled."""
        pause = FIRST_PAUSE
        problem: Problem | None = None
        try:
            while True:
                self._tell("connecting", problem)
                self._connection += 1
                was_live = False
                try:
                    await self._once()
                except Refused as refused:
                    problem = refused.problem
                    was_live = self._state == "live"
                except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidURI) as error:
                    problem = problem_of(error)
                    was_live = self._state == "live"
                self._socket = None
                self._lost(problem)
                self._tell("lost", problem)
                if was_live:
                    pause = FIRST_PAUSE
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            self._socket = None
            self._fail_all(Problem("link.lost"))

    async def ask(self, command: Command, *, command_id: str = "", seen: int | None = None) -> Done | Denied:
        """Send a command; returns when the collector has decided and recorded it, or refused it."""
        ask = Ask(command_id or uuid.uuid4().hex, self.revision if seen is None else seen, command)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(ask, loop.create_future(), loop.time())
        self._asks[ask.command_id] = waiting
        try:
            await self._send_asks()
            return await waiting.future
        finally:
            self._asks.pop(ask.command_id, None)

    async def query(self, make: Callable[[int], Query]) -> Answer | Denied:
        """Ask for history, ledgers, configuration: ``make`` gets the id that the answer will carry."""
        number = next(self._ids)
        socket = self._socket
        if socket is None:
            return Denied(Problem("link.lost"), id=number)
        future: asyncio.Future[Answer | Denied] = asyncio.get_running_loop().create_future()
        self._queries[number] = future
        try:
            with contextlib.suppress(ConnectionClosed):
                await socket.send(encode(make(number)))
            return await future
        finally:
            self._queries.pop(number, None)

    async def _once(self) -> None:
        address = self.find()
        async with connect(
            address.url,
            ssl=address.tls(),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            max_size=MAX_FROM_COLLECTOR,
            open_timeout=CONNECT_TIMEOUT,
            ping_interval=None,  # the heartbeat tells more, and the collector pings by itself
            close_timeout=0.5,
            proxy=None,  # a control room's link never leaves the estate
            user_agent_header=None,
        ) as socket:
            await self._greet(socket, address)
            while True:
                async with asyncio.timeout(SILENCE):
                    data = await socket.recv()
                self._take(from_collector(data))

    async def _greet(self, socket: ClientConnection, address: Address) -> None:
        token = self.station_token or address.token
        who = self.identity
        await socket.send(encode(Hello(PROTOCOL, who.program, who.station, token, who.account, who.secret, who.watch)))
        async with asyncio.timeout(CONNECT_TIMEOUT):
            first = from_collector(await socket.recv())
        if isinstance(first, Denied):
            self.station_token = ""  # the collector was started anew: the local token, or signing on, is needed again
            raise Refused(first.problem.code, **first.problem.params)
        if not isinstance(first, Welcome):
            raise Garbled("Welcome comes first")
        self.station_token = first.station_token
        self._socket = socket
        self._tell("live", None)
        self.events.welcome(first)
        await self._send_asks()

    def _take(self, message: object) -> None:
        match message:
            case Delta():
                if message.revision != self.revision + 1:
                    raise Garbled(f"revision {message.revision} after {self.revision}")
                self.revision = message.revision
                self.events.delta(message)
            case Heartbeat():
                self.events.heartbeat(message)
            case Snapshot():
                self.revision = message.revision
                self.events.snapshot(message)
            case Done():
                self._answer_ask(message.command_id, message)
            case Denied() if message.command_id:
                self._answer_ask(message.command_id, message)
            case Denied() if message.id:
                self._answer_query(message.id, message)
            case Denied():
                raise Refused(message.problem.code, **message.problem.params)
            case Welcome():
                raise Garbled("a second Welcome")
            case _:
                self._answer_query(message.id, message)  # type: ignore[attr-defined, arg-type]

    def _answer_ask(self, command_id: str, reply: Done | Denied) -> None:
        waiting = self._asks.get(command_id)
        if waiting is not None and not waiting.future.done():
            waiting.future.set_result(reply)

    def _answer_query(self, number: int, reply: Answer | Denied) -> None:
        future = self._queries.get(number)
        if future is not None and not future.done():
            future.set_result(reply)

    async def _send_asks(self) -> None:
        for waiting in list(self._asks.values()):
            socket = self._socket
            if socket is not None and waiting.sent_on != self._connection and not waiting.future.done():
                waiting.sent_on = self._connection
                with contextlib.suppress(ConnectionClosed):
                    await socket.send(encode(waiting.ask))

    def _lost(self, problem: Problem | None) -> None:
        """Queries end at once; commands wait a while for the collector to come back."""
        reason = Problem("link.lost") if problem is None else problem
        for number, future in self._queries.items():
            if not future.done():
                future.set_result(Denied(reason, id=number))
        loop = asyncio.get_running_loop()
        for waiting in self._asks.values():
            if not waiting.future.done() and loop.time() - waiting.since > GIVE_UP:
                waiting.future.set_result(Denied(Problem("link.lost"), command_id=waiting.ask.command_id))

    def _fail_all(self, problem: Problem) -> None:
        for number, query in self._queries.items():
            if not query.done():
                query.set_result(Denied(problem, id=number))
        for waiting in self._asks.values():
            if not waiting.future.done():
                waiting.future.set_result(Denied(problem, command_id=waiting.ask.command_id))

    def _tell(self, state: str, problem: Problem | None) -> None:
        if state != self._state:
            self._state = state
            self.events.state(state, problem)
