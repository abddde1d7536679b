"""What stands at a moment: the content of a handover, for the collector that signs it and the screen that shows it before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from heapq import nsmallest
from typing import Any, Protocol, TypeVar

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
T = TypeVar("T")


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


def content(state: State, now: int, timezone: str, since: int, most: int = 0) -> dict[str, tuple[Line, ...]]:
    """What is handed over, by section; an empty section is left out. What a drill simulates is no matter of the next shift.

    ``most`` lines a section (0: all): a screen has no use for ten thousand. The last line then says how many more there are.
    """
    faults = [fault for fault in state.faults.values() if fault.open and not fault.drill]
    alarms = [alarm for alarm in state.alarms.values() if not alarm.drill and not alarm.quiet]
    isolations = [each for each in state.isolations.values() if each.open]
    silences = [each for each in state.silences.values() if each.open]
    orders = [order for order in state.orders.values() if order.open and not order.drill]
    found = {
        "faults": _lines(
            faults, lambda each: (each.priority, each.opened_at, each.number), lambda each: _fault(state, each, now), most
        ),
        "alarms": _lines(alarms, lambda each: (each.priority, each.raised_at, each.number), _alarm, most),
        "isolations": _lines(isolations, lambda each: (each.since, each.number), lambda each: _isolation(state, each), most),
        "silences": _lines(silences, lambda each: (each.began.at, each.number), _silence, most),
        "orders": _lines(orders, lambda each: (each.priority, each.created_at, each.number), _order, most),
        "readings": _readings(state, now, timezone),
        "records": _records(state, now, timezone, since),
        "drills": _lines(state.records(DrillRun).values(), lambda run: run.at, _drill, most),
        "notes": _lines(state.records(ShiftNote).values(), lambda note: note.at, _note, most),
    }
    return {name: lines for name in shifts.SECTIONS if (lines := found[name])}


def _lines(records: Iterable[T], key: Callable[[T], Any], line: Callable[[T], Line], most: int) -> tuple[Line, ...]:
    """In their order: the gravest and oldest first."""
    there = list(records)
    first = nsmallest(most, there, key) if 0 < most < len(there) else sorted(there, key=key)
    rest = len(there) - len(first)
    return (*map(line, first), *([Line("…", Text(f"+{rest}"))] if rest else []))


def book_of(state: State) -> ShiftBook:
    """The shift book; an empty one before anything was written into it."""
    return state.records(ShiftBook).get(shifts.BOOK_ID) or ShiftBook(id=shifts.BOOK_ID)


def list_of(state: State) -> WatchList | None:
    """The 2-hourly list; ``None``: there is none yet."""
    return state.records(WatchList).get(shifts.LIST_ID)


def _drill(run: DrillRun) -> Line:
    return Line(run.name, Text(run.title), run.equipment, run.at, run.until, who=run.began.by)


def _note(note: ShiftNote) -> Line:
    return Line(note.id, Text(note.text), note.equipment, note.at, who=note.by)


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


def _readings(state: State, now: int, timezone: str) -> tuple[Line, ...]:
    found = []
    for name, known in state.awaited.items():
        point = state.points.get(name)
        since = overdue_since(point, state.readings.get(name, ()), known, now, timezone) if point is not None else 0
        if point is not None and since:
            found.append(Line(name, point.name, point.equipment, since))
    return tuple(sorted(found, key=lambda line: (line.at, line.id)))


def _records(state: State, now: int, timezone: str, since: int) -> tuple[Line, ...]:
    watch = list_of(state)
    slots = shifts.missing(watch, book_of(state), since, now, timezone) if watch is not None else ()
    return tuple(Line(shifts.slot_id(slot), EMPTY, at=slot) for slot in slots)
