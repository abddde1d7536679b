"""What is there and what waits, counted while alarms come and go: a question costs the same whether ten stand or ten thousand.

Plain records in, numbers and short lists out; no widgets. :class:`console.ui.picture.Picture` keeps one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from console.domain.alarms import Alarm, Suppression
from console.domain.rules import Category
from console.domain.times import DAY, MINUTE
from console.ui.lamps import LAMPS

FLOOD_RULE = "system#flood"
WINDOW = 10 * MINUTE  # EEMUA 191 counts alarms in ten minutes
STANDING = DAY  # an alarm that stands longer is a standing alarm (EEMUA 191)

_LOUDEST = {Category.FIRE: 0, Category.TRAPPED: 1}
T = TypeVar("T", int, tuple[bool, int, int, int, int])
_Key = tuple[bool, int, int, int, int]


def loudness(alarm: Alarm) -> tuple[bool, bool, int, int, int, int]:
    """The order of attention: unacknowledged, what is real before a drill's, by priority, fire before trapped passengers before the
    rest, the newest first."""
    return (not alarm.asks, *_key(alarm))


def _key(alarm: Alarm) -> _Key:
    return alarm.drill > 0, alarm.priority, _LOUDEST.get(alarm.category, 2), -alarm.raised_at, -alarm.number


@dataclass(frozen=True, slots=True)
class _Counted:
    """How an alarm was counted: it is taken back the same way."""

    key: _Key | None  # of one that asks
    raised_at: int | None  # None: a drill's, which is in no figure, or kept quiet
    active_since: int | None  # None: as above, or not active
    loud: bool
    by_design: bool
    flood: bool
    asks: bool
    lamps: tuple[str, ...]


class Tally:
    """See the module."""

    def __init__(self) -> None:
        self.replace({})

    def replace(self, alarms: Mapping[int, Alarm]) -> None:
        """Other alarms altogether."""
        self._counted: dict[int, _Counted] = {}
        self._order: list[_Key] = []  # of those that ask, sorted
        self._raised: list[int] = []  # all real ones that are not quiet, sorted
        self._standing: list[int] = []  # the active ones, sorted
        self.loud = 0  # not kept quiet
        self.by_design = 0  # kept quiet by their cause
        self._floods = 0
        self._lamps = {lamp.key: [0, 0] for lamp in LAMPS}
        self.change(alarms, alarms)

    def change(self, numbers: Iterable[int], alarms: Mapping[int, Alarm]) -> None:
        """These alarms are others now, or are there no more."""
        for number in numbers:
            before = self._counted.pop(number, None)
            if before is not None:
                self._count(before, -1)
            alarm = alarms.get(number)
            if alarm is not None:
                self._counted[number] = now = _counted(alarm)
                self._count(now, 1)

    def _count(self, one: _Counted, more: int) -> None:
        if one.key is not None:
            _keep(self._order, one.key, more)
        if one.raised_at is not None:
            _keep(self._raised, one.raised_at, more)
        if one.active_since is not None:
            _keep(self._standing, one.active_since, more)
        self.loud += more * one.loud
        self.by_design += more * one.by_design
        self._floods += more * one.flood
        for key in one.lamps:
            self._lamps[key][0] += more * one.asks
            self._lamps[key][1] += more

    # --- asking

    @property
    def asking(self) -> int:
        """How many want a person."""
        return len(self._order)

    @property
    def asking_really(self) -> int:
        """How many of them are no drill's."""
        return bisect_left(self._order, (True,))  # a shorter tuple sorts first

    @property
    def gravest(self) -> int:
        """The priority of the gravest one that wants a person (a drill's only where there is no other), 0: none does."""
        return self._order[0][1] if self._order else 0

    def loudest(self, count: int) -> list[int]:
        """The numbers of those that want a person, in the order of attention."""
        return [-key[4] for key in self._order[:count]]

    def urgent(self, priority: int) -> list[int]:
        """The numbers of those up to a priority, in the order of attention."""
        real, drilled = (bisect_left(self._order, (drill, priority + 1)) for drill in (False, True))
        return [-key[4] for key in (*self._order[:real], *self._order[self.asking_really : drilled])]

    @property
    def flood(self) -> bool:
        """The collector has declared a flood."""
        return self._floods > 0

    @property
    def active(self) -> int:
        """How many conditions last."""
        return len(self._standing)

    def recent(self, now: int) -> int:
        """How many of those that are there and not kept quiet were raised within :data:`WINDOW`."""
        return len(self._raised) - bisect_right(self._raised, now - WINDOW)

    def standing(self, now: int) -> int:
        """How many have been active for longer than :data:`STANDING`."""
        return bisect_left(self._standing, now - STANDING)

    def lamps(self) -> dict[str, tuple[int, int]]:
        """For each lamp (unhandled, all). Unhandled: it wants a person. Returned and acknowledged ones are no longer there.

        A lamp cannot say that it is a drill, so what a drill simulates lights none.
        """
        return {key: (unhandled, total) for key, (unhandled, total) in self._lamps.items()}


def _keep(ordered: list[T], value: T, more: int) -> None:
    if more > 0:
        insort(ordered, value)
    else:
        del ordered[bisect_left(ordered, value)]


def _counted(alarm: Alarm) -> _Counted:
    asks = alarm.asks
    return _Counted(
        key=_key(alarm) if asks else None,
        raised_at=None if alarm.drill or alarm.quiet else alarm.raised_at,
        active_since=alarm.raised_at if alarm.active and not alarm.drill else None,
        loud=not alarm.quiet,
        by_design=alarm.suppression is Suppression.BY_DESIGN,
        flood=alarm.rule == FLOOD_RULE and alarm.active,
        asks=asks,
        lamps=() if alarm.drill else tuple(lamp.key for lamp in LAMPS if lamp.counts(alarm)),
    )
