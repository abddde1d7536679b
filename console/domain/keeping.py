"""How long records are kept and where they are backed up to. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from console.domain.problems import Problem
from console.domain.times import DAY, SECOND

LEDGER_FLOOR_YEARS = 5.0
"""Alarms, faults, orders, isolations and the log: what an electronic archive is asked to keep at least (R-AR-01)."""
YEAR = 365 * DAY + DAY // 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Backup(msgspec.Struct, frozen=True, omit_defaults=True):
    """A backup every day at ``minute`` of the site's day into ``folder`` (seen from the collector's computer); the newest
    ``keep`` stay."""

    folder: str
    minute: int = 180
    keep: int = 14


class Keeping(msgspec.Struct, frozen=True, omit_defaults=True):
    """``ledger_years`` of alarms, faults, orders, isolations, readings and log, 0 = for ever; ``history_years`` of samples, by
    whole months. ``thin_years``: of points of ``thin_systems`` only the last sample of each minute is kept beyond that age, while
    their five-minute and hourly sums stay those of all samples; 0 = never."""

    backup: Backup | None = None
    ledger_years: float = 0.0
    history_years: float = 5.0
    thin_years: float = 0.0
    thin_systems: tuple[str, ...] = ()


def next_backup(policy: Backup, timezone: str, now: int) -> int:
    """The next moment (UTC ns) after ``now`` at which a backup is due. A moment that the clocks' change skips is that day's
    next one."""
    zone = ZoneInfo(timezone)
    day = (_EPOCH + timedelta(seconds=now // SECOND)).astimezone(zone).date()
    while True:
        at = datetime(day.year, day.month, day.day, policy.minute // 60, policy.minute % 60, tzinfo=zone)
        moment = round(at.timestamp()) * SECOND
        if moment > now:
            return moment
        day += timedelta(days=1)


class MonthSize(msgspec.Struct, frozen=True):
    """A month file of samples; ``closed``: it does not change any more."""

    name: str
    bytes: int
    closed: bool


class StoreStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the collector knows of its store. Times are UTC ns, 0 = never; sizes bytes; ``full_days`` 0 = cannot be foretold.

    ``busy`` is ``backup``, ``verify``, ``retention`` or empty; ``done`` of it 0 to 1.
    """

    at: int = 0
    size: int = 0
    free: int = 0
    daily: float = 0.0
    full_days: float = 0.0
    busy: str = ""
    done: float = 0.0
    backup_tried: int = 0
    backup_at: int = 0
    backup_bytes: int = 0
    backup_folder: str = ""
    backup_problem: Problem | None = None
    next_backup: int = 0
    verified_at: int = 0
    verified_blocks: int = 0
    damage: tuple[Problem, ...] = ()
    removed_at: int = 0
    removed: str = ""
    sizes: tuple[tuple[int, int], ...] = ()
    months: tuple[MonthSize, ...] = ()
    missing: tuple[str, ...] = ()  # month files that were there and are not, though nobody removed them
