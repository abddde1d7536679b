"""The pattern of a roster as lines that a person can type: shifts, teams, the cycle, the standing ones.

``day 早班/Day 08:00-20:00`` · ``A 甲班: wang, chen=shift_leader`` · ``day=A night=B`` (a line a day) · ``li=supervisor``
"""

from __future__ import annotations

import re

from console.domain.problems import Refused
from console.domain.rosters import Level, Member, Roster, Shift, Team
from console.domain.text import Text

_SHIFT = re.compile(r"(\S+)\s+(.+?)\s+(\d{1,2})[:：](\d\d)\s*[-–~]\s*(\d{1,2})[:：](\d\d)")
_TEAM = re.compile(r"(\S+)\s+([^:：]+)[:：](.*)")


def shifts_text(roster: Roster) -> str:
    """One line a shift."""
    return "\n".join(f"{each.id} {_name(each.name)} {_time(each.start)}-{_time(each.end)}" for each in roster.shifts)


def teams_text(roster: Roster) -> str:
    """One line a team."""
    return "\n".join(f"{team.id} {_name(team.name)}: {members_text(team.members)}" for team in roster.teams)


def cycle_text(roster: Roster) -> str:
    """One line a day of the cycle."""
    return "\n".join(" ".join(f"{shift}={team}" for shift, team in day.items()) for day in roster.cycle)


def members_text(members: tuple[Member, ...]) -> str:
    """Operators by their name alone, the others with their level."""
    return ", ".join(m.person if m.level is Level.OPERATOR else f"{m.person}={m.level}" for m in members)


def read_shifts(text: str) -> tuple[Shift, ...]:
    """Refused in words where a line cannot be read."""
    found = []
    for line in _lines(text):
        match = _SHIFT.fullmatch(line)
        if match is None:
            raise Refused("notify.typed.shift", line=line)
        first, last = (60 * int(match[place]) + int(match[place + 1]) for place in (3, 5))
        found.append(Shift(match[1], _text(match[2]), first, last))
    return tuple(found)


def read_teams(text: str) -> tuple[Team, ...]:
    """Likewise."""
    found = []
    for line in _lines(text):
        match = _TEAM.fullmatch(line)
        if match is None:
            raise Refused("notify.typed.team", line=line)
        found.append(Team(match[1], _text(match[2].strip()), read_members(match[3])))
    return tuple(found)


def read_cycle(text: str) -> tuple[dict[str, str], ...]:
    """Likewise."""
    days = []
    for line in _lines(text):
        pairs = [word.partition("=") for word in line.split()]
        if not all(shift and team for shift, _, team in pairs):
            raise Refused("notify.typed.cycle", line=line)
        days.append({shift: team for shift, _, team in pairs})
    return tuple(days)


def read_members(text: str) -> tuple[Member, ...]:
    """Likewise."""
    found = []
    for word in re.split(r"[,，、\s]+", text.strip()):
        person, _, level = word.partition("=")
        if not word:
            continue
        if not person or (level and level not in tuple(Level)):
            raise Refused("notify.typed.member", line=word, levels=", ".join(Level))
        found.append(Member(person, Level(level) if level else Level.OPERATOR))
    return tuple(found)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _name(text: Text) -> str:
    return f"{text.zh}/{text.en}" if text.en else text.zh


def _text(typed: str) -> Text:
    zh, _, en = typed.partition("/")
    return Text(zh.strip(), en.strip())


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
