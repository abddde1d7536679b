"""Who is on duty when: shifts, teams, a cycle of days, exceptions, and four levels that a matter climbs. Pure, told the time.

The first shift of a day is worked by the team that the cycle names for it; a shift that runs past midnight belongs to the day on
which it began. Wall-clock hours are the site's own, so a night in which the clocks change is an hour longer or shorter.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from console.domain.problems import Problem
from console.domain.text import Text
from console.domain.times import SECOND

MIDNIGHT = 1440  # minutes of a day
LONGEST_CYCLE = 366  # days
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Level(enum.StrEnum):
    """Who is told first, and who next."""

    OPERATOR = "operator"
    SHIFT_LEADER = "shift_leader"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"


class Shift(msgspec.Struct, frozen=True, omit_defaults=True):
    """``start`` and ``end`` in minutes after midnight; an end at or before the start is on the next day."""

    id: str
    name: Text
    start: int
    end: int


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """``person`` is an account's name, or that of somebody who never signs on and only gets notices."""

    person: str
    level: Level = Level.OPERATOR


class Team(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    name: Text
    members: tuple[Member, ...] = ()


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """For one shift of one day (``YYYY-MM-DD``): another ``team``, or ``person`` instead of ``instead`` (empty: in addition)."""

    day: str
    shift: str
    team: str = ""
    person: str = ""
    instead: str = ""


class Roster(msgspec.Struct, frozen=True, omit_defaults=True):
    """``cycle`` says for each of its days which team works which shift; its first day is ``since``, and it repeats for ever.

    ``standing`` are reachable at any hour: the supervisor and the manager who work no shifts.
    """

    shifts: tuple[Shift, ...] = ()
    teams: tuple[Team, ...] = ()
    cycle: tuple[dict[str, str], ...] = ()
    since: str = ""
    standing: tuple[Member, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """One shift on one day and who works it; ``since`` and ``until`` UTC ns, the end not included."""

    shift: Shift
    day: date
    team: str
    members: tuple[Member, ...]
    since: int
    until: int


def on_duty(roster: Roster, level: Level, moment: int, timezone: str) -> tuple[str, ...]:
    """Who of ``level`` is there at ``moment``: those of the running shifts, then the standing ones, each once."""
    there = [member for watch in running(roster, moment, timezone) for member in watch.members]
    return tuple(dict.fromkeys(member.person for member in (*there, *roster.standing) if member.level is level))


def reachable(roster: Roster, level: Level, moment: int, timezone: str) -> tuple[tuple[str, ...], Level]:
    """:func:`on_duty`, or the first level above that has somebody: a matter never ends at an empty chair. Both empty: nobody."""
    levels = list(Level)
    for higher in levels[levels.index(level) :]:
        found = on_duty(roster, higher, moment, timezone)
        if found:
            return found, higher
    return (), level


def running(roster: Roster, moment: int, timezone: str) -> tuple[Watch, ...]:
    """The shifts that run at ``moment``."""
    today = _local(moment, timezone).date()
    found = (watch for day in (today - timedelta(days=1), today) for watch in watches(roster, day, timezone))
    return tuple(watch for watch in found if watch.since <= moment < watch.until)


def watches(roster: Roster, day: date, timezone: str) -> Iterator[Watch]:
    """The shifts that begin on ``day``, in the order of the roster; a shift without a team has nobody."""
    zone = ZoneInfo(timezone)
    teams = {team.id: team for team in roster.teams}
    for shift in roster.shifts:
        changes = [each for each in roster.changes if each.day == day.isoformat() and each.shift == shift.id]
        name = _planned(roster, day, shift)
        for each in changes:
            name = each.team or name
        members = teams[name].members if name in teams else ()
        for each in changes:
            members = _replaced(members, each)
        last = day if shift.end > shift.start else day + timedelta(days=1)
        yield Watch(shift, day, name, members, _utc(day, shift.start, zone), _utc(last, shift.end, zone))


def problems(roster: Roster) -> tuple[Problem, ...]:
    """What is wrong with a roster; empty: it may be used."""
    return tuple(_problems(roster))


def _problems(roster: Roster) -> Iterator[Problem]:  # noqa: PLR0912 - one line a mistake
    shifts, teams = {shift.id for shift in roster.shifts}, {team.id for team in roster.teams}
    for kind, names in (("shift", [each.id for each in roster.shifts]), ("team", [each.id for each in roster.teams])):
        for name in sorted({name for name in names if names.count(name) > 1 or not name}):
            yield Problem(f"notify.roster.{kind}_twice", {"name": name})
    if any(not (0 <= shift.start < MIDNIGHT and 0 <= shift.end <= MIDNIGHT) for shift in roster.shifts):
        yield Problem("notify.roster.hours")
    if roster.cycle and _date(roster.since) is None:
        yield Problem("notify.roster.since", {"found": roster.since})
    if len(roster.cycle) > LONGEST_CYCLE:
        yield Problem("notify.roster.cycle_long", {"count": len(roster.cycle), "most": LONGEST_CYCLE})
    for number, day in enumerate(roster.cycle, 1):
        for shift, team in day.items():
            if shift not in shifts:
                yield Problem("notify.roster.unknown_shift", {"name": shift, "where": str(number)})
            if team and team not in teams:
                yield Problem("notify.roster.unknown_team", {"name": team, "where": str(number)})
    for each in roster.changes:
        if _date(each.day) is None:
            yield Problem("notify.roster.day", {"found": each.day})
        if each.shift not in shifts:
            yield Problem("notify.roster.unknown_shift", {"name": each.shift, "where": each.day})
        if each.team and each.team not in teams:
            yield Problem("notify.roster.unknown_team", {"name": each.team, "where": each.day})
        if not each.team and not each.person:
            yield Problem("notify.roster.exception_empty", {"day": each.day})


def _planned(roster: Roster, day: date, shift: Shift) -> str:
    since = _date(roster.since)
    if not roster.cycle or since is None or day < since:
        return ""
    return roster.cycle[(day - since).days % len(roster.cycle)].get(shift.id, "")


def _replaced(members: tuple[Member, ...], change: Change) -> tuple[Member, ...]:
    """A stand-in has the level of whom they stand in for."""
    if not change.person:
        return members
    gone = [member for member in members if member.person == change.instead]
    level = gone[0].level if gone else Level.OPERATOR
    kept = tuple(member for member in members if member.person not in (change.instead, change.person))
    return (*kept, Member(change.person, level))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _local(moment: int, timezone: str) -> datetime:
    return (_EPOCH + timedelta(microseconds=moment // 1000)).astimezone(ZoneInfo(timezone))


def _utc(day: date, minutes: int, zone: ZoneInfo) -> int:
    """UTC ns of a local wall-clock time; 24:00 is the next day's 0:00."""
    day += timedelta(days=minutes // MIDNIGHT)
    minutes %= MIDNIGHT
    there = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    return round((there - _EPOCH).total_seconds()) * SECOND
