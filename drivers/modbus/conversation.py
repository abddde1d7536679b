"""RTU questions and answers over a stream of bytes: a serial line, or a TCP connection to a transparent gateway.

RTU answers carry no transaction number, so an answer that comes after its time-out looks like the answer to whatever is asked
next. This is how it is never taken for the present one:

- A request that was not answered stays *owed*, with unit, function and size, until an answer of that shape comes, or ten
  time-outs have passed.
- A device answers in the order in which it was asked, and gateways keep that order. So an answer belongs to the earliest
  owed request of its unit that it can belong to; what was owed before that one was lost. Only if that request was sent within
  the present :meth:`Conversation.ask` it is believed. Otherwise it is counted late, and the question is asked once more.
- Bytes that came while nobody asked are sifted for owed answers before the next request goes out, and dropped.

So after a time-out the same question may cost two requests; a question for another unit, function or size never does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from drivers.identification import Inquiry
from drivers.modbus import rtu
from drivers.modbus.codec import Question, expected, judge_body
from drivers.modbus.wire import Tap
from drivers.replies import Outcome, Reply

OWED_FOR = 10
"""So many time-outs long an answer may still come."""

SETTLE = 0.5
"""Real seconds after a late answer in which the present one may follow by itself, before it is asked for again."""


@dataclass(frozen=True, slots=True)
class Manners:
    """``silence``: between frames; ``quiet``: a silence after which an unfinished answer will not go on; ``turnaround``: before
    another unit is addressed. Real seconds: lines do not run faster with a fast clock. ``marks``: counter's name -> what a DTU
    sends between frames."""

    silence: float
    quiet: float
    turnaround: float = 0.0
    marks: tuple[tuple[str, bytes], ...] = ()


@dataclass(eq=False, slots=True)
class _Owed:
    unit: int
    function: int
    size: int | None
    until: float


class Conversation:
    """One question at a time. :meth:`feed` it with what comes in; ``write`` sends."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._buffer = bytearray()
        self._owed: list[_Owed] = []
        self._mine: list[_Owed] = []  # sent within the present ask
        self._question: Question | None = None
        self._compiled = b""
        self._reply: asyncio.Future[Reply | None] | None = None  # None: a late answer came
        self._quiet: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._unit = -1
        self.stray: Counter[str] = Counter()
        self.tap: Tap | None = None

    async def ask(self, question: Question, compiled: bytes, timeout: float, write: Callable[[bytes], None]) -> Reply:
        """Send and wait, at most about two time-outs of real seconds."""
        loop = asyncio.get_running_loop()
        await self._be_silent(question.unit, timeout)
        self._drop_strays()
        self._owed = [owed for owed in self._owed if owed.until > loop.time()]
        self._question, self._compiled, self._mine, self._unit = question, compiled, [], question.unit
        size = None if isinstance(question, Inquiry) else expected(question)
        try:
            late = False  # the last that came was an earlier one's answer
            while True:
                if not late:
                    own = _Owed(question.unit, question.function, size, loop.time() + OWED_FOR * timeout)
                    self._owed.append(own)
                    self._mine.append(own)
                    self._send(compiled, write)
                reply = await self._wait(min(SETTLE, timeout) if late else timeout)
                if reply is None:
                    late = True
                elif reply.outcome is Outcome.TIMEOUT and late and len(self._mine) < OWED_FOR:
                    late = False
                else:
                    return reply
        finally:
            self._question, self._mine = None, []

    def feed(self, data: bytes) -> None:
        """Bytes came in, in any portion."""
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        self._buffer += data
        while self._match():
            pass
        if self._quiet is not None:
            self._quiet.cancel()
            self._quiet = None
        if self._buffer and self._reply is not None:
            self._quiet = loop.call_later(self._manners.quiet, self._fell_silent)

    def lost(self) -> None:
        """The line is gone."""
        self._drop_strays()
        self._finish(Reply(Outcome.RESET))

    # -- sending and waiting -------------------------------------------------------------------------------------

    async def _be_silent(self, unit: int, timeout: float) -> None:
        """Keep the line's silence; wait for the end of whatever still comes in, but not for ever."""
        loop = asyncio.get_running_loop()
        gap = max(self._manners.silence, self._manners.turnaround if unit != self._unit else 0.0)
        ends = loop.time() + timeout
        while (left := min(self._last + gap, ends) - loop.time()) > 0:  # noqa: ASYNC110 - time passes, nothing happens
            await asyncio.sleep(left)

    def _send(self, compiled: bytes, write: Callable[[bytes], None]) -> None:
        if self.tap is not None:
            self.tap(True, compiled)
        write(compiled)
        self._last = asyncio.get_running_loop().time()

    async def _wait(self, timeout: float) -> Reply | None:
        loop = asyncio.get_running_loop()
        self._reply = loop.create_future()
        timer = loop.call_later(timeout, self._give_up)
        try:
            return await self._reply
        finally:
            timer.cancel()
            if self._quiet is not None:
                self._quiet.cancel()
                self._quiet = None
            self._reply = None

    def _give_up(self) -> None:
        rest = self._strip(bytes(self._buffer))
        self._finish(rtu.judge(rest, self._question) if rest and self._question is not None else Reply(Outcome.TIMEOUT))
        self._clear()

    def _fell_silent(self) -> None:
        """What is there will not go on: if it is anything, it was the answer."""
        self._quiet = None
        rest = self._strip(bytes(self._buffer))
        if rest and self._question is not None:
            self._clear()
            self._finish(rtu.judge(rest, self._question))

    def _finish(self, reply: Reply | None) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(reply)

    # -- what comes in -------------------------------------------------------------------------------------------

    def _match(self) -> bool:
        """Take one right frame out of the buffer, if there is one, and say whose it is."""
        data = bytes(self._buffer)
        shapes = {(owed.unit, owed.function, owed.size) for owed in self._owed}
        found = [(*span, shape) for shape in shapes if (span := rtu.find(data, *shape)) is not None]
        if not found:
            return False
        first, end, (unit, function, size) = min(found, key=lambda each: each[:2])
        frame = data[first:end]
        if self._strip(data[:first], count=True):
            self.stray["garbage"] += 1
        if self.tap is not None:
            self.tap(False, data[:end])
        del self._buffer[:end]
        refused = frame[1] != function
        queue = [owed for owed in self._owed if owed.unit == unit]
        whose = next(owed for owed in queue if owed.function == function and (refused or owed.size == size))
        for owed in queue[: queue.index(whose) + 1]:
            self._owed.remove(owed)
        if whose in self._mine and self._question is not None:
            self._finish(judge_body(frame[:-2], self._question))
        else:
            self.stray["late"] += 1
            if self._question is not None and unit == self._question.unit:
                self._finish(None)
        return True

    def _drop_strays(self) -> None:
        """Nobody asked for what lies in the buffer."""
        if self._strip(bytes(self._buffer)):
            self.stray["garbage"] += 1
        self._clear()

    def _clear(self) -> None:
        data = bytes(self._buffer)
        self._strip(data, count=True)
        if data and self.tap is not None:
            self.tap(False, data)
        self._buffer.clear()

    def _strip(self, data: bytes, *, count: bool = False) -> bytes:
        """``data`` without heartbeats, registrations and the echo of our own request at its ends."""
        marks = (*self._manners.marks, ("", self._compiled))
        before = -1
        while before != len(data):
            before = len(data)
            for name, mark in marks:
                if mark and (data.startswith(mark) or data.endswith(mark)):
                    data = data[len(mark) :] if data.startswith(mark) else data[: -len(mark)]
                    if count and name:
                        self.stray[name] += 1
        return data
