"""Alarm floods: more than ten alarms in ten minutes are more than one person can answer (EEMUA 191; ISA-18.2 table 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from console.domain.times import MINUTE

WINDOW = 10 * MINUTE
BEGINS_OVER = 10  # alarms within the window
ENDS_BELOW = 5  # alarms within the window: ISA-18.2's end of a flood


class FloodWatch:
    """Counts what asks for attention. ``flood`` changes only in :meth:`raised` and :meth:`look`."""

    def __init__(self, flood: bool = False, raised: Iterable[int] = ()) -> None:
        self.flood = flood
        self._raised = deque(raised)  # UTC ns, sorted

    def raised(self, at: int) -> None:
        """An alarm was raised at ``at`` (UTC ns, not before the last one)."""
        self._raised.append(at)
        self.look(at)

    def look(self, now: int) -> None:
        """Judge the present."""
        while self._raised and self._raised[0] <= now - WINDOW:
            self._raised.popleft()
        if len(self._raised) > BEGINS_OVER:
            self.flood = True
        elif len(self._raised) < ENDS_BELOW:
            self.flood = False

    @property
    def count(self) -> int:
        """Alarms in the window, at the last look."""
        return len(self._raised)

    def next_look(self) -> int | None:
        """When the flood may be over (UTC ns), if nothing else is raised; ``None`` without one."""
        if not self.flood:
            return None
        left = len(self._raised) - ENDS_BELOW
        return self._raised[left] + WINDOW if left >= 0 else 0
