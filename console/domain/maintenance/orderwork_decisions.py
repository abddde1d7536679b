"""Decisions about an order besides its stages (see :mod:`console.domain.maintenance.orderwork`)."""

from __future__ import annotations

import math
from itertools import zip_longest
from typing import TypeVar

from msgspec.structs import asdict, replace

from console.domain import orderchecks, ordering
from console.domain.accounts import Right
from console.domain.acts import Act, demanded, reckoned, words
from console.domain.commands import CheckOrderItem, DispatchOrder
from console.domain.events import Event, OrderAdvanced
from console.domain.maintenance import orderwork as ow
from console.domain.maintenance import safety
from console.domain.maintenance.people import Person
from console.domain.maintenance.raising import Raising
from console.domain.orders import STAGES, Labour, Order, OrderState
from console.domain.problems import Refused
from console.domain.stages import ZONES
from console.domain.text import Text
from console.domain.times import MINUTE

UNDO_WITHIN = 10 * MINUTE  # our choice: a slip of the hand is seen at once, later somebody may have acted upon it
LONGEST_WORK = 24.0  # hours of one entry: more than a day by one person is a slip of the keyboard
S = OrderState
T = TypeVar("T")
UNDOABLE = (S.VERIFIED, S.DISPATCHED, S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS)
_HAZARDS = {"elevator": "elevator", "fire": "fire_facility", "power": "electric", "water": "water", "lighting": "lighting"}
_WORDS = ("caller", "contact", "place", "symptom", "cautions")


def edit(act: Act, command: ow.EditOrder) -> tuple[Event, ...]:
    """New words for an order: of the desk, and of nobody who saw an older version."""
    act.require(Right.DISPATCH_ORDER)
    order = act.open_order(command.order)
    demand_seen(order, command.base)
    reason = demanded(command.reason, "refused.reason_missing")
    wanted = {field: value for field, value in asdict(command.edit).items() if value is not None}
    for field in _WORDS:
        if field in wanted:
            wanted[field] = words(wanted[field])
    if "title" in wanted:
        wanted["title"] = Text(demanded(wanted["title"], "refused.order_title"))
    if wanted.get("priority", 3) not in ordering.PRIORITIES:
        raise Refused("refused.priority", priority=wanted["priority"])
    if order.fault and {"priority", "equipment"} & wanted.keys():
        raise Refused("refused.edit_fault", order=order.id)
    if wanted.get("equipment") and not act.world.knows(wanted["equipment"]):
        raise Refused("refused.equipment_unknown", equipment=wanted["equipment"])
    if wanted.get("zone") and wanted["zone"] not in ZONES:
        raise Refused("refused.zone", zone=wanted["zone"])
    changes = {field: value for field, value in wanted.items() if getattr(order, field) != value}
    if not changes:
        return ()
    return ordering.changed(order, "edit", notes=(*order.notes, act.stamp(reason=reason)), **changes)


def set_safety(act: Act, command: ow.SetSafety) -> tuple[Event, ...]:
    """Which steps the order asks for; only the desk takes one away, and nobody once the work has begun."""
    act.require(Right.WORK_ORDER)
    order = act.open_order(command.order)
    ordering.own(act, order)
    if order.state in (S.IN_PROGRESS, *ordering.WORKED):
        raise Refused("refused.safety_late", order=order.id)
    steps = orderchecks.safety_steps(order, command.steps)
    if {step.kind for step in order.safety} - set(command.steps):
        act.require(Right.DISPATCH_ORDER)
    return ordering.changed(order, "safety", safety=steps)


def confirm_safety(act: Act, command: ow.ConfirmSafety) -> tuple[Event, ...]:
    """挂牌上锁 and the other steps, each by a person at a time; a permit with its number."""
    act.require(Right.WORK_ORDER)
    order = ordering.going(act, command.order)
    ordering.own(act, order)
    if order.state in ordering.WORKED:
        raise Refused("refused.safety_late", order=order.id)
    steps = list(order.safety)
    for place, reference in zip_longest(command.steps, command.references[: len(command.steps)], fillvalue=""):
        number = int(place)
        if not 0 <= number < len(steps):
            raise Refused("refused.safety_step", order=order.id, step=number + 1)
        typed = words(str(reference))
        if command.taken_back:
            steps[number] = replace(steps[number], done=None)
            continue
        if steps[number].kind in safety.PERMITS and not typed:
            raise Refused("refused.permit_number", step=number + 1)
        stamp = ordering.entered(act, order, order.created_at, command.at, command.by, command.reason)
        steps[number] = replace(steps[number], done=stamp, reference=typed)
    return ordering.changed(order, "safety", safety=tuple(steps))


def log_labour(act: Act, command: ow.LogLabour) -> tuple[Event, ...]:
    """Hours; also after the work, until the order is filed."""
    order = _worker(act, command.order)
    person = demanded(command.person, "refused.labour_person")
    if not math.isfinite(command.hours) or not 0 < command.hours <= LONGEST_WORK:
        raise Refused("refused.labour_hours", most=round(LONGEST_WORK))
    known = act.world.records(Person).get(person)
    rate = command.rate if command.rate >= 0 else (known.rate if known is not None else 0.0)
    if not reckoned(rate):
        raise Refused("refused.amount")
    line = Labour(person, command.hours, rate, act.stamp(note=words(command.note)))
    return ordering.changed(order, "labour", labour=(*order.labour, line))


def drop_line(act: Act, command: ow.DropLine) -> tuple[Event, ...]:
    """A wrong line leaves the order; what it said is in the log."""
    order = _worker(act, command.order)
    field = {"labour": "labour", "invoice": "invoices", "file": "files"}.get(command.what, "")
    lines = getattr(order, field, ())
    if not 0 <= command.line < len(lines):
        raise Refused("refused.line_unknown", order=order.id)
    if command.what == "invoice":
        act.require(Right.DISPATCH_ORDER)
    reason = demanded(command.reason, "refused.reason_missing")
    notes = (*order.notes, act.stamp(reason=reason))
    return ordering.changed(order, "drop", notes=notes, **{field: (*lines[: command.line], *lines[command.line + 1 :])})


def set_downtime(act: Act, command: ow.SetDowntime) -> tuple[Event, ...]:
    """From when to when the equipment stood still."""
    order = _worker(act, command.order)
    if command.since > act.now or command.until > act.now:
        raise Refused("refused.future")
    if min(command.since, command.until) < 0:
        raise Refused("refused.no_time")
    if command.until and (not command.since or command.until < command.since):
        raise Refused("refused.downtime_order", order=order.id)
    return ordering.changed(order, "downtime", down_from=command.since, down_until=command.until)


def attach(act: Act, command: ow.AttachToOrder) -> tuple[Event, ...]:
    """A file that was stored before; the engine has checked that it is there."""
    order = _worker(act, command.order)
    if command.item < 0:
        if command.file in order.files:
            return ()
        return ordering.changed(order, "file", files=(*order.files, command.file))
    if command.item >= len(order.checklist):
        raise Refused("refused.item_unknown", order=order.id, item=command.item + 1)
    if order.state in ordering.WORKED:
        raise Refused("refused.checklist_closed", order=order.id)
    line = order.checklist[command.item]
    return ordering.changed(
        order, "file", checklist=_put(order.checklist, command.item, replace(line, files=(*line.files, command.file)))
    )


def follow(act: Act, command: ow.FollowItem) -> tuple[Event, ...]:
    """A failed line becomes an order now."""
    order = _worker(act, command.order)
    if not 0 <= command.item < len(order.checklist):
        raise Refused("refused.item_unknown", order=order.id, item=command.item + 1)
    line = order.checklist[command.item]
    if line.result != "fail":
        raise Refused("refused.follow_pass", order=order.id, item=command.item + 1)
    if line.follow or line.finding:
        raise Refused("refused.follow_twice", order=order.id, item=command.item + 1)
    if command.priority not in ordering.PRIORITIES:
        raise Refused("refused.priority", priority=command.priority)
    if command.hazard:
        raising = Raising(act.world, act.now, act.stamp())
        machine = act.world.equipment.get(order.equipment)
        found = raising.hazard(
            words(command.title) or " ".join(part for part in (line.text.zh or line.text.en, line.reading, line.note) if part),
            _HAZARDS.get(machine.system if machine is not None else "", "other"),
            place=order.place,
            equipment=order.equipment,
            origin=f"order:{order.id}#{command.item + 1}",
            photos=line.files,
        )
        lines = _put(order.checklist, command.item, replace(line, finding=found.id))
        return *raising.events, *ordering.changed(order, "follow", checklist=lines)
    event = ordering.follow_up(act, order, command.item, words(command.title), command.priority)
    lines = _put(order.checklist, command.item, replace(line, follow=event.order.number))
    return event, *ordering.changed(order, "follow", checklist=lines)


def dispatch_many(act: Act, command: ow.DispatchOrders) -> tuple[Event, ...]:
    """派工 of several orders, all or none."""
    found: list[Event] = []
    for each in _several(act, command.orders):
        one = DispatchOrder(each.number, command.assignee, command.contractor, command.note, command.agreed_at)
        found += ordering.dispatch(act, one)
    return tuple(found)


def reschedule(act: Act, command: ow.RescheduleOrders) -> tuple[Event, ...]:
    """改期 with a reason; the first promise stays readable, and reports count by it."""
    act.require(Right.DISPATCH_ORDER)
    reason = demanded(command.reason, "refused.reason_missing")
    found: list[Event] = []
    for order in _several(act, command.orders):
        if order.state in ordering.WORKED:
            raise Refused("refused.reschedule_late", order=order.id)
        due = order.due_at + command.by if command.by and order.due_at else command.due_at
        if due < act.now:
            raise Refused("refused.due_past")
        if due != order.due_at:
            notes = (*order.notes, act.stamp(reason=reason))
            found += ordering.changed(order, "reschedule", due_at=due, first_due=order.first_due or order.due_at, notes=notes)
    return tuple(found)


def undo(act: Act, command: ow.UndoStage) -> tuple[Event, ...]:
    """The last stage is taken back by who entered it, within some minutes; its clocks run on as if it had not been."""
    act.require(Right.WORK_ORDER)
    order = ordering.going(act, command.order)
    stamp = order.stamps.get(order.state)
    if order.state not in UNDOABLE or stamp is None or (order.state is S.IN_PROGRESS and order.rework_count):
        raise Refused("refused.undo_state", order=order.id)
    if stamp.entered_by != act.actor.name:
        raise Refused("refused.undo_other", order=order.id, who=act.world.display(stamp.entered_by))
    if act.now - stamp.entered_at > UNDO_WITHIN:
        raise Refused("refused.undo_late", order=order.id, minutes=UNDO_WITHIN // MINUTE)
    stamps = {stage: each for stage, each in order.stamps.items() if stage is not order.state}
    before = next(stage for stage in reversed(STAGES) if stage in stamps)
    changes: dict[str, object] = {"state": before, "stamps": stamps}
    if order.state is S.DISPATCHED:
        changes |= {"assignee": "", "contractor": False}
    return ordering.changed(order, "undo", **changes)


def call_back(act: Act, command: ow.CallBack) -> tuple[Event, ...]:
    """回访 (R-SLA-18): after the work was verified, also when the order is filed; not by who did the work."""
    act.require(Right.DISPATCH_ORDER)
    order = act.order(command.order)
    if order.state not in (S.ACCEPTANCE, S.ARCHIVED):
        raise Refused("refused.callback_early", order=order.id)
    if act.actor.name == order.assignee:
        raise Refused("refused.verify_own", order=order.id)
    if command.rating not in ordering.RATINGS:
        raise Refused("refused.rating", rating=command.rating)
    note = demanded(command.note, "refused.note_empty")
    return ordering.changed(order, "callback", callback=act.stamp(note=note), rating=command.rating or order.rating)


def enter_result(act: Act, command: ow.EnterResult) -> tuple[Event, ...]:
    """The filled sheet: stages, safety, checklist and hours in one act, with the sheet itself as the reason."""
    act.require(Right.WORK_ORDER)
    order = ordering.going(act, command.order)
    ordering.own(act, order)
    if order.state not in (S.DISPATCHED, S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS):
        raise Refused("refused.result_state", order=order.id)
    by = words(command.by) or order.assignee
    if by != order.assignee:
        raise Refused("refused.stage_by_assignee", order=order.id, who=act.world.display(order.assignee))
    revision, reason = order.revision, words(command.note) or order.id
    times = {
        S.ASSIGNED: command.arrived_at,
        S.ON_SITE: command.arrived_at,
        S.IN_PROGRESS: command.begun_at,
        S.SELF_CHECK: command.done_at,
    }
    last = command.done_at or act.now
    for place, reference in enumerate(command.safety):
        if reference.strip() and place < len(order.safety) and order.safety[place].done is None:
            stamp = ordering.entered(act, order, order.created_at, command.begun_at or last, by, reason)
            step = replace(order.safety[place], done=stamp, reference="" if reference.strip() == "-" else words(reference))
            order = replace(order, safety=_put(order.safety, place, step))
    orderchecks.demand_safe(order)
    for line in command.lines:
        typed = CheckOrderItem(order.number, line.item, line.result, line.reading, line.note)
        order = replace(order, checklist=_put(order.checklist, line.item, orderchecks.checked(order, typed)))
    if command.hours:
        labour = log_labour(act, ow.LogLabour(order.number, by, command.hours))[-1]
        assert isinstance(labour, OrderAdvanced)
        order = replace(order, labour=labour.order.labour)
    if command.sheet is not None:
        order = replace(order, files=(*order.files, command.sheet))
    for stage in (S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS):
        if stage not in order.stamps:
            at = times[stage] or command.arrived_at or last
            stamp = ordering.entered(act, order, ordering.earliest(order, stage), at, by, reason)
            order = replace(order, state=stage, stamps={**order.stamps, stage: stamp})
    stamp = ordering.entered(act, order, ordering.earliest(order, S.SELF_CHECK), last, by, reason)
    orderchecks.demand_complete(order)
    return ordering.self_checked(act, replace(order, revision=revision), stamp, "result")


def demand_seen(order: Order, base: int) -> None:
    """Refuse who saw an older version than the present one; ``base`` is the revision that was seen."""
    if base != order.revision:
        raise Refused("refused.order_changed", order=order.id)


def _several(act: Act, wanted: tuple[ow.BulkOrder, ...]) -> list[Order]:
    if not wanted:
        raise Refused("refused.no_order")
    found: list[Order] = []
    for each in wanted:
        order = ordering.going(act, each.order)
        demand_seen(order, each.base)
        found.append(order)
    return found


def _worker(act: Act, number: int) -> Order:
    """The order, for its assignee or the desk, until it is filed or cancelled."""
    act.require(Right.WORK_ORDER)
    order = act.open_order(number)
    ordering.own(act, order)
    return order


def _put(lines: tuple[T, ...], place: int, line: T) -> tuple[T, ...]:
    return (*lines[:place], line, *lines[place + 1 :])
