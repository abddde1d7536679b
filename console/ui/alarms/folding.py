"""What the active list shows of all alarms, and how many stand behind each row. Plain records; nothing is ever dropped.

Consequences stand behind their cause. In a flood the rest folds by building: the loudest stays and says how many stand behind it.
Priority 1, fire and trapped passengers always have their own row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console.domain.alarms import Alarm
from console.ui.strip import loudest_first


def folded(alarms: Iterable[Alarm], place: Callable[[Alarm], str], *, flood: bool) -> dict[int, list[Alarm]]:
    """The rows (by number) and what stands behind each, the loudest first. ``place`` names an alarm's building."""
    there = {alarm.number: alarm for alarm in alarms}
    rows: dict[int, list[Alarm]] = {}
    behind: list[Alarm] = []
    for alarm in there.values():
        if alarm.caused_by in there and not _alone(alarm):
            behind.append(alarm)
        elif not alarm.quiet:
            rows[alarm.number] = []
    for alarm in behind:
        head = there[alarm.caused_by]
        while head.number not in rows and head.caused_by in there and head.caused_by != alarm.number:
            head = there[head.caused_by]
        if head.number in rows:
            rows[head.number].append(alarm)
        elif not alarm.quiet:
            rows[alarm.number] = []
    if flood:
        rows = _by_place([there[number] for number in rows], rows, place)
    return {number: loudest_first(hidden) for number, hidden in rows.items()}


def _by_place(heads: list[Alarm], rows: dict[int, list[Alarm]], place: Callable[[Alarm], str]) -> dict[int, list[Alarm]]:
    first: dict[str, int] = {}
    made: dict[int, list[Alarm]] = {}
    for alarm in loudest_first(heads):
        if _alone(alarm) or not alarm.equipment:
            made[alarm.number] = rows[alarm.number]
            continue
        head = first.setdefault(place(alarm), alarm.number)
        if head == alarm.number:
            made[head] = list(rows[head])
        else:
            made[head] += [alarm, *rows[alarm.number]]
    return made


def _alone(alarm: Alarm) -> bool:
    return alarm.priority == 1 or alarm.undeniable
