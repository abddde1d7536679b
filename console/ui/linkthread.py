"""The link thread: one asyncio loop that keeps the line to the collector, and hands over to the GUI thread in batches.

The thread collects what arrives and rings once; the GUI thread takes everything that lies there at most ten times a second for
values, at once for the rest. Nothing on the GUI thread ever waits for the line.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from console.domain.commands import Command
from console.domain.problems import Problem
from console.link.client import Client, Identity
from console.link.messages import Answer, Delta, Denied, Done, Heartbeat, Query, Snapshot, Welcome
from console.link.tokens import address_of
from console.ui.picture import Picture

GATHER = 0.05  # seconds for which messages wait for company
TURN = 0.01  # seconds after which the window lives before the next message is taken in


@dataclass(frozen=True, slots=True)
class _LinkState:
    state: str
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class _Reply:
    replied: Callable[[object], None]
    reply: object


class LinkThread(QObject):
    """Owns the thread. ``start`` and ``stop`` are called on the GUI thread; ``stop`` returns within half a second."""

    _rang = Signal()

    def __init__(self, where: Path | str, picture: Picture, station: str, *, ca_file: str = "", program: str = "console") -> None:
        super().__init__()
        self._picture = picture
        self._where, self._ca_file = where, ca_file
        self._identity = Identity(program, station)
        self._lock = threading.Lock()
        self._letters: list[object] = []
        self._due: deque[object] = deque()  # letters on the GUI thread
        self._ringing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Client | None = None
        self._ready = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)
        self._rang.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()
        self._ready.wait(5)

    def stop(self) -> None:
        """Leave the line."""
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None and self._thread.is_alive():
            loop.call_soon_threadsafe(stopping.set)
            self._thread.join(2)

    def ask(self, command: Command, command_id: str, seen: int, replied: Callable[[object], None]) -> None:
        """Send a command; ``replied`` gets ``Done`` or ``Denied`` on the GUI thread."""
        self._send(lambda client: client.ask(command, command_id=command_id, seen=seen), replied)

    def query(self, make: Callable[[int], Query], replied: Callable[[object], None]) -> None:
        """Send a query; ``replied`` gets the answer or ``Denied`` on the GUI thread."""
        self._send(lambda client: client.query(make), replied)

    def sign_on_remotely(self, account: str, secret: str) -> None:
        """What the next Hello says to a remote collector that does not know this station yet."""
        self._identity.account, self._identity.secret = account, secret

    # --- on the link thread

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        client = self._client = Client(lambda: address_of(self._where, self._ca_file), self._identity, self)
        self._ready.set()
        running = asyncio.create_task(client.run())
        await self._stopping.wait()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    def state(self, state: str, problem: Problem | None) -> None:
        self._post(_LinkState(state, problem))

    def welcome(self, welcome: Welcome) -> None:
        self._identity.secret = ""  # the station token serves from now on
        self._post(welcome)

    def snapshot(self, snapshot: Snapshot) -> None:
        self._post(snapshot)

    def delta(self, delta: Delta) -> None:
        self._post(delta)

    def heartbeat(self, heartbeat: Heartbeat) -> None:
        self._post(heartbeat)

    def _send(self, make: Callable[[Client], object], replied: Callable[[object], None]) -> None:
        loop, client = self._loop, self._client
        if loop is None or client is None or loop.is_closed():
            replied(Denied(Problem("link.lost")))
            return

        async def go() -> None:
            reply: Done | Denied | Answer = await make(client)  # type: ignore[misc] # a coroutine of the client
            self._post(_Reply(replied, reply))

        asyncio.run_coroutine_threadsafe(go(), loop)

    def _post(self, letter: object) -> None:
        with self._lock:
            self._letters.append(letter)
            if self._ringing:
                return
            self._ringing = True
        assert self._loop is not None
        self._loop.call_later(GATHER, self._rang.emit)

    # --- on the GUI thread

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            self._due += self._letters
            self._letters = []
            self._ringing = False
        end = time.perf_counter() + TURN
        while self._due:
            letter = self._due.popleft()
            match letter:
                case Delta():
                    self._picture.take_delta(letter)
                case Heartbeat():
                    self._picture.take_heartbeat(letter)
                case Snapshot():
                    self._picture.take_snapshot(letter)
                case Welcome():
                    self._picture.take_welcome(letter.set_up)
                case _LinkState():
                    self._picture.take_link(letter.state, letter.problem)
                case _Reply():
                    letter.replied(letter.reply)
            if self._due and time.perf_counter() > end:
                self._rang.emit()  # keys and paints first
                return
