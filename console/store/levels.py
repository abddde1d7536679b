"""What of a month file waits to be merged and to be put into day sheets: numbers only, kept while the recorder works."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.domain.times import DAY, MINUTE
from console.store.months import SEALED

MERGE_AT = 3_000  # times: an hour at 1 s, less what stays behind in an unfinished cell
_AFTER_DAY = 30 * MINUTE  # a day that is over is finished after that: its last samples are sealed by then


@dataclass(slots=True)
class Levels:
    """By group: times in sealed blocks, the oldest of their last times; and the days that have merged blocks without a sheet."""

    times: dict[int, int] = field(default_factory=dict)
    oldest: dict[int, int] = field(default_factory=dict)
    days: dict[tuple[int, int], None] = field(default_factory=dict)  # in the order in which they came

    def found(self, group: int, level: int, first: int, last: int, times: int) -> None:
        """A block that is in the file."""
        if level == SEALED:
            self.sealed(group, times, last)
        else:
            self.merged(group, first)

    def sealed(self, group: int, times: int, last: int) -> None:
        """A new sealed block."""
        self.times[group] = self.times.get(group, 0) + times
        self.oldest[group] = min(last, self.oldest.get(group, last))

    def merged(self, group: int, first: int) -> None:
        """A new merged block."""
        self.days[group, first // DAY] = None

    def forget(self, group: int) -> None:
        """The sealed blocks of ``group`` are counted anew."""
        self.times.pop(group, None)
        self.oldest.pop(group, None)

    def to_merge(self, now: int, whole: bool) -> int | None:
        """The group whose sealed blocks are due at ``now``; ``whole``: all are."""
        for group, times in self.times.items():
            if times and (whole or times >= MERGE_AT or _over(self.oldest[group] // DAY, now)):
                return group
        return None

    def to_roll(self, now: int, whole: bool) -> tuple[int, int] | None:
        """The group and day whose sheet is due at ``now``."""
        return next((key for key in self.days if whole or _over(key[1], now)), None)


def _over(day: int, now: int) -> bool:
    return now >= (day + 1) * DAY + _AFTER_DAY
