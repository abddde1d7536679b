"""What the active list shows of all alarms, and how many stand behind each row. Plain records; nothing is ever dropped.

Consequences stand behind their cause. In a flood the rest folds by building: the loudest stays and says how many stand behind it.
Priority 1, fire and trapped passengers always have their own row, and so has what a drill simulates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console.domain.alarms import Alarm
from console.ui.tally import loudness


def folded(alarms: Iterable[Alarm], place: Callable[[Alarm], str], *, flood: bool) -> dict[int, list[Alarm]]:
    """The rows (by number) and what stands behind each. ``place`` names an alarm's building. One pass: a list may hold 20,000."""
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
    return _by_place([there[number] for number in rows], rows, place) if flood else rows


def _by_place(heads: list[Alarm], rows: dict[int, list[Alarm]], place: Callable[[Alarm], str]) -> dict[int, list[Alarm]]:
    made: dict[int, list[Alarm]] = {}
    groups: dict[str, list[Alarm]] = {}
    places: dict[str, str] = {}
    for alarm in heads:
        if _alone(alarm) or not alarm.equipment:
            made[alarm.number] = rows[alarm.number]
            continue
        if alarm.equipment not in places:
            places[alarm.equipment] = place(alarm)
        groups.setdefault(places[alarm.equipment], []).append(alarm)
    for group in groups.values():
        head = min(group, key=loudness)
        made[head.number] = [
            each for alarm in group for each in ((alarm, *rows[alarm.number]) if alarm is not head else rows[head.number])
        ]
    return made


def _alone(alarm: Alarm) -> bool:
    return alarm.priority == 1 or alarm.undeniable or alarm.drill > 0  # neither hides the other
