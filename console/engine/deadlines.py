"""What is due when: one heap, one task. Deadlines, not ticks."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Hashable

from console.engine.clocks import EngineClock


class Deadlines:
    """Calls back at wall-clock moments (UTC ns), on the event loop, in their order. A key has one deadline at a time."""

    def __init__(self, clock: EngineClock) -> None:
        self._clock = clock
        self._heap: list[tuple[int, int, Hashable]] = []
        self._due: dict[Hashable, tuple[int, int, Callable[[], None]]] = {}
        self._ids = itertools.count()
        self._kick = asyncio.Event()
        clock.on_jump(self._kick.set)

    def set(self, key: Hashable, moment: int, call: Callable[[], None]) -> None:
        """Call ``call`` at ``moment``; replaces the key's earlier deadline. A moment that has passed is due at once."""
        present = self._due.get(key)
        if present is not None and present[0] == moment:
            self._due[key] = (moment, present[1], call)
            return
        number = next(self._ids)
        self._due[key] = (moment, number, call)
        heapq.heappush(self._heap, (moment, number, key))
        if self._heap[0][1] == number:
            self._kick.set()

    def cancel(self, key: Hashable) -> None:
        """Forget the key's deadline, if it has one."""
        self._due.pop(key, None)

    def recheck(self) -> None:
        """The wall clock was stepped: count anew."""
        self._kick.set()

    async def run(self) -> None:
        """Call what is due, until cancelled."""
        while True:
            self._kick.clear()
            moment = self._call_due()
            if moment is None:
                await self._kick.wait()
                continue
            sleep = asyncio.ensure_future(self._clock.sleep_until(self._clock.monotonic() + moment - self._clock.now()))
            kick = asyncio.ensure_future(self._kick.wait())
            try:
                await asyncio.wait((sleep, kick), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleep.cancel()
                kick.cancel()

    def _call_due(self) -> int | None:
        """Call everything that is due; the moment of the next one."""
        while self._heap:
            moment, number, key = self._heap[0]
            entry = self._due.get(key)
            if entry is None or entry[1] != number:
                heapq.heappop(self._heap)  # replaced or cancelled
                continue
            if moment > self._clock.now():
                return moment
            heapq.heappop(self._heap)
            del self._due[key]
            entry[2]()
        return None
