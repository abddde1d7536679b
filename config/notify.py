"""The sections ``roster`` and ``notify``: who is on duty when, and who is told what over which channel."""

from __future__ import annotations

from collections.abc import Iterable

from config.fields import Context, Record
from console.domain import notices, rosters
from console.domain.accounts import Role
from console.domain.notices import Channel, Contact, NotifyPolicy, NotifySettings, Step, Subscription
from console.domain.problems import Problem
from console.domain.rosters import Change, Level, Member, Roster, Shift, Team


def make_roster(record: Record | None, context: Context) -> Roster | None:
    """The site file's roster; ``None`` where it has none."""
    if record is None:
        return None
    roster = Roster(
        shifts=tuple(
            Shift(each.get("id"), each.get("name"), *each.get("hours")) for each in _whole(record, "shifts", "id", "hours")
        ),
        teams=tuple(
            Team(each.get("id"), each.get("name"), _members(each, "members")) for each in _whole(record, "teams", "id", "name")
        ),
        cycle=tuple(dict(each.values) for each in record.get("cycle", [])),
        since=record.get("since", ""),
        standing=_members(record, "standing"),
        changes=tuple(
            Change(each.get("day"), each.get("shift"), each.get("team", ""), each.get("person", ""), each.get("instead", ""))
            for each in _whole(record, "changes", "day", "shift")
        ),
    )
    _refuse(rosters.problems(roster), record, context)
    return roster


def make_notify(record: Record | None, context: Context) -> NotifySettings | None:
    """The site file's settings of notices; ``None`` where it has none."""
    if record is None:
        return None
    default = NotifyPolicy()
    policy = NotifyPolicy(
        steps=tuple(Step(each.get("percent"), Level(each.get("level"))) for each in _whole(record, "steps", "percent", "level"))
        or default.steps,
        delay=_each(record.get("delay"), default.delay),
        repeat=_each(record.get("repeat"), default.repeat),
        repeat_most=record.get("repeat_most", default.repeat_most),
        rate=record.get("rate", default.rate),
        rate_window=record.get("rate_window", default.rate_window),
        daily=record.get("daily", default.daily) if record.get("daily_on", True) else -1,
        daily_level=Level(record.get("daily_level", default.daily_level)),
    )
    settings = NotifySettings(
        channels=tuple(
            Channel(each.get("id"), each.get("name"), each.get("url"), each.get("language", "zh"), each.get("enabled", True))
            for each in _whole(record, "channels", "id", "name", "url")
        ),
        contacts=tuple(
            Contact(
                each.get("person"),
                dict(addresses.values) if (addresses := each.get("addresses")) else {},
                each.get("name", ""),
                each.get("language", ""),
            )
            for each in _whole(record, "contacts", "person")
        ),
        subscriptions=tuple(_subscription(each) for each in record.get("subscriptions", [])),
        policy=policy,
    )
    _refuse(notices.problems(settings), record, context)
    return settings


def _subscription(record: Record) -> Subscription:
    role, level = record.get("role"), record.get("level")
    return Subscription(
        record.get("channel", ""),
        record.get("person", ""),
        Role(role) if role else None,
        Level(level) if level else None,
        tuple(record.get("priorities", (1, 2, 3))),
        tuple(record.get("equipment", ())),
        tuple(record.get("systems", ())),
        record.get("marks", False),
        tuple(record.get("places", ())),
    )


def _members(record: Record, key: str) -> tuple[Member, ...]:
    return tuple(Member(each.get("person"), Level(each.get("level", "operator"))) for each in _whole(record, key, "person"))


def _each(record: Record | None, default: tuple[int, int, int]) -> tuple[int, int, int]:
    """A length of time for each priority."""
    if record is None:
        return default
    return record.get("p1", default[0]), record.get("p2", default[1]), record.get("p3", default[2])


def _whole(record: Record, key: str, *needed: str) -> list[Record]:
    """The entries that have what they need; the others are mistakes already."""
    return [each for each in record.get(key, []) if all(name in each for name in needed)]


def _refuse(problems: Iterable[Problem], record: Record, context: Context) -> None:
    for problem in problems:
        context.findings.found(context.file, record.line, problem)
