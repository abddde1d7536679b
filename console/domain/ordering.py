"""The order's path: 受理 → 核实 → 派工 → 接单 → 到场 → 实施 → 自检 → 验收 → 归档, with rework, hold and cancel (R-WO-01).

Rules that the handbooks leave open, as decided here:

* 核实 may be left out (a clear case is dispatched directly, S2). From 到场 an order may go straight to 自检: 实施 then gets the
  same stamp. Everything else goes one stage at a time.
* 派工 may be repeated until arrival; a former acceptance is taken back with it, so the respond clock runs again.
* 接单, 到场, 实施 and 自检 are the assignee's own: they are entered for that person and nobody else. A technician enters them for
  himself only; the desk enters them by proxy. 核实 and 归档 are the desk's.
* 自检 needs every line of the checklist filled, with the demanded photos, and says that basic service is back if nobody said so
  before.
* 返工 takes the self-check back (and the *restored* that it brought), so the repaired clock runs again; 实施 is stamped anew.
* 验收 only by :class:`VerifyOrder`: a person with that right who is not the assignee (R-WO-02), whose the self-check always is.
* 派工 asks for a person who is fit: the skills and certificates that the order names, else those of the equipment's class where the
  estate keeps its people's certificates. A missing or expired one is refused with its reason.
* 实施 (and 自检 straight from 到场) waits for the order's safety steps.
* A line of the checklist that failed leads to an order of its own with the self-check, unless it led to something before.
* A hold stops the order as a whole: only notes, checklist lines, *restored* and cancelling are possible until it ends.
* A stage may be entered for an earlier time with a reason: not before the fault or order began, nor before the stage before it.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from console.domain import assigning, orderchecks, schedule
from console.domain import commands as cmd
from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.events import Event, FaultOrdered, OrderAdvanced, OrderRaised
from console.domain.maintenance.drilling import marked
from console.domain.orders import STAGES, CheckItem, Hold, Order, OrderKind, OrderState, PartUse
from console.domain.problems import Refused
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.world import World

HOLD_REASONS = ("waiting_parts", "waiting_owner", "force_majeure")  # requirements.md §11
PRIORITIES = range(1, 5)
RATINGS = range(6)  # 0: none given

S = OrderState
BEFORE: dict[OrderState, Collection[OrderState]] = {  # stage -> the states from which AdvanceOrder reaches it
    S.VERIFIED: (S.ACCEPTED,),
    S.ASSIGNED: (S.DISPATCHED,),
    S.ON_SITE: (S.ASSIGNED,),
    S.IN_PROGRESS: (S.ON_SITE,),
    S.SELF_CHECK: (S.ON_SITE, S.IN_PROGRESS),
    S.ARCHIVED: (S.ACCEPTANCE,),
}
DISPATCHABLE = (S.ACCEPTED, S.VERIFIED, S.DISPATCHED, S.ASSIGNED)
_DESK_STAGES = (S.VERIFIED, S.ARCHIVED)
WORKED = (S.SELF_CHECK, S.ACCEPTANCE)


def raised(
    world: World,
    now: int,
    *,
    kind: OrderKind,
    title: Text | str,
    equipment: str = "",
    priority: int = 3,
    due_at: int = 0,
    origin: str = "",
    checklist: tuple[CheckItem, ...] = (),
    number: int = 0,
    by: Stamp | None = None,
    assignee: str = "",
    **more: object,
) -> OrderRaised:
    """The event of an order that something else than a person at the order form asks for: a hazard, a round, a plan, a failed line.

    ``number`` 0 takes the next one: whoever raises several in one decision counts on from ``world.next_order`` himself.
    ``by``: the person behind it (first-asked, R-WO-07); None: the collector. ``more``: any other field of :class:`Order`.
    """
    stamp = by or Stamp(at=now, by="", entered_at=now, entered_by="")
    return OrderRaised(
        Order(
            number=number or world.next_order,
            kind=kind,
            title=Text(title) if isinstance(title, str) else title,
            equipment=equipment,
            priority=priority,
            created_at=now,
            stamps={S.ACCEPTED: stamp},
            due_at=due_at,
            origin=origin,
            checklist=checklist,
            assignee=assignee,
            first_owner=stamp.by,
            **more,  # type: ignore[arg-type] # the caller names fields of Order
        )
    )


def raise_order(act: Act, command: cmd.RaiseOrder) -> tuple[Event, ...]:
    """A new order by hand; with ``fault`` the successor of its cancelled or archived one."""
    act.require(Right.RAISE_ORDER)
    title = demanded(command.title, "refused.order_title")
    order = Order(
        number=act.world.next_order,
        kind=command.kind,
        title=Text(title),
        equipment=command.equipment,
        priority=command.priority,
        created_at=act.now,
        stamps={S.ACCEPTED: act.stamp()},
        due_at=command.due_at,
        caller=words(command.caller),
        place=words(command.place),
        symptom=words(command.symptom),
        first_owner=act.actor.name,
    )
    if command.due_at and command.due_at < act.now:
        raise Refused("refused.due_past")
    if command.fault:
        fault = act.open_fault(command.fault)
        former = act.world.order_of(fault)
        if former is not None and former.open:
            raise Refused("refused.order_exists", fault=fault.id, order=former.id)
        order = replace(order, fault=fault.number, equipment=fault.equipment, priority=fault.priority)
        if fault.drill:
            order = replace(order, drill=fault.drill, title=marked(order.title))
        return OrderRaised(order), FaultOrdered(replace(fault, order=order.number, revision=fault.revision + 1))
    if command.equipment and not act.world.knows(command.equipment):
        raise Refused("refused.equipment_unknown", equipment=command.equipment)
    if command.priority not in PRIORITIES:
        raise Refused("refused.priority", priority=command.priority)
    return (OrderRaised(order),)


def dispatch(act: Act, command: cmd.DispatchOrder) -> tuple[Event, ...]:
    """派工, also to another person, until arrival."""
    act.require(Right.DISPATCH_ORDER)
    order = going(act, command.order)
    assignee = demanded(command.assignee, "refused.assignee_missing", order=order.id)
    if not command.contractor:
        account = act.world.accounts.get(assignee)
        if account is None:
            raise Refused("refused.assignee_unknown", who=assignee)
        if not account.may(Right.WORK_ORDER):
            raise Refused("refused.assignee_unable", who=account.display)
    assigning.demand_fit(act, order, assignee, command.contractor, command.agreed_at)
    if order.state not in DISPATCHABLE:
        raise Refused("refused.dispatch_late", order=order.id, who=act.world.display(order.assignee))
    stamps = {stage: stamp for stage, stamp in order.stamps.items() if stage is not S.ASSIGNED}
    stamps[S.DISPATCHED] = act.stamp(note=words(command.note))
    return changed(
        order,
        "dispatch",
        state=S.DISPATCHED,
        stamps=stamps,
        assignee=assignee,
        contractor=command.contractor,
        agreed_at=command.agreed_at or order.agreed_at,
        cautions=words(command.cautions) or order.cautions,
        safety=order.safety if command.safety is None else orderchecks.safety_steps(order, command.safety),
    )


def advance(act: Act, command: cmd.AdvanceOrder) -> tuple[Event, ...]:
    """Enter a stage."""
    act.require(Right.WORK_ORDER)
    order = going(act, command.order)
    stage = command.stage
    own(act, order)
    if stage is S.DISPATCHED:
        raise Refused("refused.stage_by_dispatch", order=order.id)
    if stage is S.ACCEPTANCE:
        raise Refused("refused.stage_by_verify", order=order.id)
    if stage in _DESK_STAGES:
        act.require(Right.DISPATCH_ORDER)
    if order.state not in BEFORE.get(stage, ()):
        raise Refused("refused.stage_order", order=order.id)
    if stage not in _DESK_STAGES and (command.by or act.actor.name) != order.assignee:
        raise Refused("refused.stage_by_assignee", order=order.id, who=act.world.display(order.assignee))
    if stage in (S.IN_PROGRESS, S.SELF_CHECK):
        orderchecks.demand_safe(order)
    stamp = entered(act, order, earliest(order, stage), command.at, command.by, command.reason, command.note)
    if stage is S.SELF_CHECK:
        orderchecks.demand_complete(order)
        return self_checked(act, order, stamp, "stage")
    return changed(order, "stage", state=stage, stamps={**order.stamps, stage: stamp})


def self_checked(act: Act, order: Order, stamp: Stamp, what: str) -> tuple[Event, ...]:
    """自检: basic service is back, and what failed leads to orders of its own."""
    lines, followed = list(order.checklist), []
    for place in orderchecks.failures(order):
        event = follow_up(act, order, place)
        lines[place] = replace(lines[place], follow=event.order.number)
        followed.append(event)
    stamps = {**order.stamps, S.SELF_CHECK: stamp}
    stamps.setdefault(S.IN_PROGRESS, stamp)
    restored = stamp if order.restored is None and order.fault else order.restored
    done = changed(order, what, state=S.SELF_CHECK, stamps=stamps, restored=restored, checklist=tuple(lines))
    return (*done, *followed)


def follow_up(act: Act, order: Order, place: int, title: str = "", priority: int = 3) -> OrderRaised:
    """The order that a failed line of ``order``'s checklist leads to; it names the line as its origin."""
    item = order.checklist[place]
    return raised(
        act.world,
        act.now,
        kind=OrderKind.INSPECTION,
        title=Text(title) if title else item.text,
        equipment=order.equipment,
        priority=priority,
        origin=f"order:{order.id}#{place + 1}",
        number=next_number(act),
        by=act.stamp(),
        place=order.place,
        symptom=" ".join(part for part in (item.reading, item.note) if part),
    )


def next_number(act: Act) -> int:
    """The number of a new order, another one each time within the same act."""
    act.given["order"] = number = max(act.given.get("order", 0) + 1, act.world.next_order)
    return number


def mark_restored(act: Act, command: cmd.MarkRestored) -> tuple[Event, ...]:
    """Basic service is back, before the repair is done; also while the order is on hold, and by whomever."""
    act.require(Right.WORK_ORDER)
    order = act.open_order(command.order)
    own(act, order)
    if not order.fault:
        raise Refused("refused.no_fault", order=order.id)
    if order.restored is not None:
        raise Refused("refused.restored_already", order=order.id, who=act.world.display(order.restored.by))
    return changed(order, "restored", restored=entered(act, order, order.created_at, command.at, command.by, command.reason))


def verify(act: Act, command: cmd.VerifyOrder) -> tuple[Event, ...]:
    """验收 by a second person. A plan's order thereby is done."""
    act.require(Right.VERIFY_ORDER)
    order = going(act, command.order)
    if order.state is not S.SELF_CHECK:
        raise Refused("refused.verify_early", order=order.id)
    if order.assignee in (act.actor.name, act.actor.display):  # a contractor is named in words
        raise Refused("refused.verify_own", order=order.id)
    if command.rating not in RATINGS:
        raise Refused("refused.rating", rating=command.rating)
    stamps = {**order.stamps, S.ACCEPTANCE: act.stamp(note=words(command.note))}
    verified = replace(order, state=S.ACCEPTANCE, stamps=stamps, verifier=act.actor.name, rating=command.rating)
    return _done(act, verified, "stage")


def rework(act: Act, command: cmd.ReworkOrder) -> tuple[Event, ...]:
    """返工: from 自检 back to 实施."""
    act.require(Right.WORK_ORDER)
    order = going(act, command.order)
    own(act, order)
    reason = demanded(command.reason, "refused.reason_missing")
    if order.state is not S.SELF_CHECK:
        raise Refused("refused.rework_state", order=order.id)
    stamps = dict(order.stamps)
    checked = stamps.pop(S.SELF_CHECK)
    stamps[S.IN_PROGRESS] = act.stamp(by=order.assignee, reason=reason)
    restored = None if order.restored == checked else order.restored
    return changed(order, "rework", state=S.IN_PROGRESS, stamps=stamps, restored=restored, rework_count=order.rework_count + 1)


def hold(act: Act, command: cmd.HoldOrder) -> tuple[Event, ...]:
    """挂起, never for P1."""
    act.require(Right.WORK_ORDER)
    order = going(act, command.order)
    own(act, order)
    if command.reason not in HOLD_REASONS:
        raise Refused("refused.hold_reason")
    fault = act.world.faults.get(order.fault)
    if (fault.priority if fault is not None else order.priority) == 1:
        raise Refused("refused.hold_p1", order=order.id)
    if order.state in WORKED:
        raise Refused("refused.hold_late", order=order.id)
    begun = Hold(command.reason, act.stamp(note=words(command.note)))
    return changed(order, "hold", holds=(*order.holds, begun))


def resume(act: Act, command: cmd.ResumeOrder) -> tuple[Event, ...]:
    """End a hold."""
    act.require(Right.WORK_ORDER)
    order = act.open_order(command.order)
    own(act, order)
    if not order.held:
        raise Refused("refused.not_held", order=order.id)
    return changed(order, "resume", holds=_ended(order, act.now))


def cancel(act: Act, command: cmd.CancelOrder) -> tuple[Event, ...]:
    """作废. The order's open fault then needs a new order or is closed; its clocks run on."""
    act.require(Right.DISPATCH_ORDER)
    order = act.open_order(command.order)
    reason = demanded(command.reason, "refused.reason_missing")
    if order.state is S.ACCEPTANCE:
        raise Refused("refused.cancel_late", order=order.id)
    return cancelled(act, order, reason)


def cancelled(act: Act, order: Order, reason: str) -> tuple[Event, ...]:
    """The events of cancelling an open order."""
    ended = replace(order, state=S.CANCELLED, cancelled=act.stamp(reason=reason), holds=_ended(order, act.now))
    return _done(act, ended, "cancel")


def note(act: Act, command: cmd.NoteOrder) -> tuple[Event, ...]:
    """Add a note, also to an ended order: what is learned later belongs to it."""
    act.require(Right.WORK_ORDER)
    order = act.order(command.order)
    own(act, order)
    text = demanded(command.note, "refused.note_empty")
    return changed(order, "note", notes=(*order.notes, act.stamp(note=text)))


def check_item(act: Act, command: cmd.CheckOrderItem) -> tuple[Event, ...]:
    """Fill, change or empty one line of the checklist, until the self-check."""
    act.require(Right.WORK_ORDER)
    order = act.open_order(command.order)
    own(act, order)
    if order.state in WORKED:
        raise Refused("refused.checklist_closed", order=order.id)
    line = orderchecks.checked(order, command)
    return changed(order, "check", checklist=(*order.checklist[: command.item], line, *order.checklist[command.item + 1 :]))


def parts_booked(order: Order, use: PartUse) -> OrderAdvanced:
    """``use`` was booked for the order (a negative quantity went back): the same part is one line, at its mean price."""
    lines = {each.part: each for each in order.parts}
    present = lines.get(use.part)
    if present is not None:
        quantity = round(present.quantity + use.quantity, 6)
        cost = present.quantity * present.price + use.quantity * use.price
        use = replace(use, quantity=quantity, price=cost / quantity if quantity else use.price)
    lines[use.part] = use
    return changed(order, "part", parts=tuple(each for each in lines.values() if each.quantity))[0]


def going(act: Act, number: int) -> Order:
    """The open order of that number, not on hold."""
    order = act.open_order(number)
    if order.held:
        raise Refused("refused.order_held", order=order.id)
    return order


def own(act: Act, order: Order) -> None:
    """Refuse a person without the desk's rights an order that is not assigned to him."""
    if not act.actor.may(Right.DISPATCH_ORDER) and (order.contractor or order.assignee != act.actor.name):
        raise Refused("refused.not_yours", order=order.id)


def earliest(order: Order, stage: OrderState) -> int:
    """The earliest time that may be entered for ``stage``; what was restored by then counts for the self-check, too."""
    before = [stamp.at for reached, stamp in order.stamps.items() if STAGES.index(reached) < STAGES.index(stage)]
    if stage is S.SELF_CHECK and order.restored is not None:
        before.append(order.restored.at)
    return max(order.created_at, *before)


def entered(act: Act, order: Order, not_before: int, at: int, by: str, reason: str, note: str = "") -> Stamp:  # noqa: PLR0917 - one line of a form
    """The stamp of what was typed: perhaps for another person (by proxy) and for an earlier time (with a reason)."""
    by, reason = words(by), words(reason)
    if by and by != act.actor.name and not act.actor.may(Right.DISPATCH_ORDER):
        raise Refused("refused.proxy", order=order.id)
    at = at or act.now
    if at > act.now:
        raise Refused("refused.future")
    if at < not_before:
        raise Refused("refused.too_early", order=order.id)
    if at < act.now and not reason:
        raise Refused("refused.backdate_reason")
    return act.stamp(at, by, reason, words(note))


def _ended(order: Order, now: int) -> tuple[Hold, ...]:
    return (*order.holds[:-1], replace(order.holds[-1], until=now)) if order.held else order.holds


def changed(order: Order, what: str, **changes: object) -> tuple[OrderAdvanced]:
    """The event of the order's next version."""
    return (OrderAdvanced(replace(order, revision=order.revision + 1, **changes), what),)


def _done(act: Act, order: Order, what: str) -> tuple[Event, ...]:
    """A plan's order was verified or cancelled: its plan goes on."""
    order = replace(order, revision=order.revision + 1)
    return (OrderAdvanced(order, what), *schedule.finished(act.world, order, act.now))
