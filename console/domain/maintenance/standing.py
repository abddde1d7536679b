"""What stands at a moment: the content of a handover, for the collector that signs it and the screen that shows it before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from console.domain.alarms import Alarm
from console.domain.estate import Point
from console.domain.faults import Fault
from console.domain.isolations import Isolation
from console.domain.maintenance import shifts
from console.domain.maintenance.drilling import DrillRun
from console.domain.maintenance.records import Record
from console.domain.maintenance.shifts import Line, ShiftBook, ShiftNote, WatchList
from console.domain.orders import Order
from console.domain.promises import nearest
from console.domain.readings import Readings, overdue_since
from console.domain.silences import Silence
from console.domain.text import EMPTY, Text

K = TypeVar("K", bound=Record)


class State(Protocol):
    """What the collector's world and a console's picture have in common."""

    @property
    def alarms(self) -> Mapping[int, Alarm]: ...

    @property
    def faults(self) -> Mapping[int, Fault]: ...

    @property
    def orders(self) -> Mapping[int, Order]: ...

    @property
    def isolations(self) -> Mapping[int, Isolation]: ...

    @property
    def silences(self) -> Mapping[int, Silence]: ...

    @property
    def points(self) -> Mapping[str, Point]: ...

    @property
    def readings(self) -> Mapping[str, Readings]: ...

    @property
    def awaited(self) -> Mapping[str, int]: ...

    def records(self, kind: type[K]) -> dict[str, K]: ...


def content(state: State, now: int, timezone: str, since: int) -> dict[str, tuple[Line, ...]]:
    """What is handed over, by section; an empty section is left out. What a drill simulates is no matter of the next shift."""
    found = {
        "faults": [_fault(state, fault, now) for fault in state.faults.values() if fault.open and not fault.drill],
        "alarms": [_alarm(alarm) for alarm in state.alarms.values() if not alarm.drill and not alarm.quiet],
        "isolations": [_isolation(state, each) for each in state.isolations.values() if each.open],
        "silences": [_silence(each) for each in state.silences.values() if each.open],
        "orders": [_order(order) for order in state.orders.values() if order.open and not order.drill],
        "readings": _readings(state, now, timezone),
        "records": _records(state, now, timezone, since),
        "drills": [
            Line(run.name, Text(run.title), run.equipment, run.at, run.until, who=run.began.by)
            for run in state.records(DrillRun).values()
        ],
        "notes": [
            Line(note.id, Text(note.text), note.equipment, note.at, who=note.by) for note in state.records(ShiftNote).values()
        ],
    }
    return {
        name: tuple(sorted(lines, key=lambda line: (line.priority or 9, line.at, line.id)))
        for name in shifts.SECTIONS
        if (lines := found[name])
    }


def book_of(state: State) -> ShiftBook:
    """The shift book; an empty one before anything was written into it."""
    return state.records(ShiftBook).get(shifts.BOOK_ID) or ShiftBook(id=shifts.BOOK_ID)


def list_of(state: State) -> WatchList | None:
    """The 2-hourly list; ``None``: there is none yet."""
    return state.records(WatchList).get(shifts.LIST_ID)


def _fault(state: State, fault: Fault, now: int) -> Line:
    order = state.orders.get(fault.order)
    view = nearest(fault, order, now)
    return Line(
        fault.id, fault.text, fault.equipment, fault.opened_at, view.deadline if view is not None else 0, fault.priority,
        fault.taken.by if fault.taken is not None else "",
        f"domain.clock.{view.clock}" if view is not None else "",
    )  # fmt: skip


def _alarm(alarm: Alarm) -> Line:
    state = f"domain.alarm_state.{alarm.state}"
    return Line(alarm.id, alarm.text, alarm.equipment, alarm.raised_at, 0, alarm.priority, alarm.acknowledged_by, state)


def _isolation(state: State, each: Isolation) -> Line:
    point = state.points.get(each.point)
    what = point.name if point is not None else Text(each.what)
    text = Text(*(f"{name} {each.reason}".strip() for name in (what.zh or what.en, what.en or what.zh)))
    return Line(each.id, text, each.equipment, each.since, each.until, who=each.isolated_by)


def _silence(each: Silence) -> Line:
    kind = f"shift.silence.{each.kind}"
    return Line(each.id, Text(each.reason), each.equipment, each.began.at, each.until, who=each.began.by, state=kind)


def _order(order: Order) -> Line:
    state = "domain.order.on_hold" if order.held else f"domain.order.{order.state}"
    return Line(order.id, order.title, order.equipment, order.created_at, order.due_at, order.priority, order.assignee, state)


def _readings(state: State, now: int, timezone: str) -> list[Line]:
    found = []
    for name, known in state.awaited.items():
        point = state.points.get(name)
        since = overdue_since(point, state.readings.get(name, ()), known, now, timezone) if point is not None else 0
        if point is not None and since:
            found.append(Line(name, point.name, point.equipment, since))
    return found


def _records(state: State, now: int, timezone: str, since: int) -> list[Line]:
    watch = list_of(state)
    if watch is None:
        return []
    return [Line(shifts.slot_id(slot), EMPTY, at=slot) for slot in shifts.missing(watch, book_of(state), since, now, timezone)]
