"""What an order offers to the signed-on person, in plain values; no widgets. The collector checks everything again."""

from __future__ import annotations

from dataclasses import dataclass

from console.domain.accounts import Account, Right, Role
from console.domain.assigning import Candidate, Crew, candidates
from console.domain.maintenance.orderwork_decisions import UNDO_WITHIN, UNDOABLE
from console.domain.maintenance.people import Person
from console.domain.orderchecks import unsafe
from console.domain.ordering import BEFORE, DISPATCHABLE
from console.domain.orders import STAGES, Order, OrderState
from console.domain.promises import nearest
from console.domain.stageclocks import stage_clock
from console.texts import sentence, tr
from console.ui.picture import Picture
from console.ui.strip import equipment_name
from console.ui.widgets.clocks import Promise

S = OrderState
COLUMNS: dict[str, tuple[OrderState, ...]] = {
    "waiting": (S.ACCEPTED, S.VERIFIED),
    "given": (S.DISPATCHED, S.ASSIGNED),
    "working": (S.ON_SITE, S.IN_PROGRESS),
    "checking": (S.SELF_CHECK,),
    "ended": (S.ACCEPTANCE, S.ARCHIVED, S.CANCELLED),
}
ASSIGNEES_OWN = (S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS, S.SELF_CHECK)


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that could be done. ``why`` is the sentence that says why it cannot be done now; empty = it can."""

    key: str  # verified | dispatch | assigned | on_site | … | verify | rework | hold | resume | cancel | restored | note
    why: str = ""
    stage: OrderState | None = None


def column_of(order: Order) -> str:
    """The board's column."""
    return next(name for name, states in COLUMNS.items() if order.state in states)


def display(picture: Picture, name: str) -> str:
    """A person's full name; the name itself for a contractor."""
    account = picture.accounts.get(name)
    return account.display if account is not None else name


def technicians(picture: Picture) -> list[Account]:
    """Who may be given an order: technicians first."""
    able = [account for account in picture.accounts.values() if account.may(Right.WORK_ORDER)]
    return sorted(able, key=lambda account: (Role.TECHNICIAN not in account.roles, account.display))


def promise(picture: Picture, order: Order) -> Promise | None:
    """The running clock of the order's fault with the least time left; without one the clock of the order's own stage."""
    fault = picture.faults.get(order.fault)
    view = nearest(fault, order, picture.now()) if fault is not None and fault.open else None
    return view or stage_clock(order, picture.estate.policy.stages, picture.now())


def where(picture: Picture, order: Order) -> str:
    """The equipment with its place; without one the place in the caller's words."""
    return equipment_name(picture, order.equipment) if order.equipment else order.place


def late(picture: Picture, order: Order) -> bool:
    """A promise of this open order is broken: of its fault, of its stage, or its due time."""
    view = promise(picture, order)
    return order.open and ((view is not None and view.breached) or 0 < order.late_at < picture.now())


def crew(picture: Picture) -> Crew:
    """The people as the picture knows them."""
    return Crew(picture.accounts, picture.records(Person), picture.roster, picture.estate.site.timezone)


def ranked(picture: Picture, order: Order) -> list[Candidate]:
    """Who could get the order, the best first; those who must not at the end."""
    return candidates(crew(picture), order, picture.equipment.get(order.equipment), picture.orders.values(), picture.now())


def candidate_text(each: Candidate) -> str:
    """``赵师傅（zhao） · 当班 · 手上 2 张`` and, where it is so, why not."""
    parts = [f"{each.display}（{each.company or each.name}）", tr("orders.on_duty" if each.on_duty else "orders.off_duty")]
    parts.append(tr("orders.load", count=each.load))
    if each.problem is not None:
        parts.append(sentence(each.problem))
    return " · ".join(parts)


def moves(picture: Picture, order: Order) -> dict[str, Offer]:
    """The columns into which the order may be moved now, each with the one thing that moves it there."""
    found: dict[str, Offer] = {}
    for offer in offers(picture, order):
        target = S.DISPATCHED if offer.key == "dispatch" else S.ACCEPTANCE if offer.key == "verify" else offer.stage
        if offer.key == "rework":
            target = S.IN_PROGRESS
        elif offer.key == "cancel":
            target = S.CANCELLED
        if target is not None and not offer.why:
            column = next(name for name, states in COLUMNS.items() if target in states)
            if column != column_of(order):
                found.setdefault(column, offer)
    return found


def offers(picture: Picture, order: Order) -> list[Offer]:
    """What fits the order's state, the next step first."""
    found: list[Offer] = []
    if order.open:
        found += [
            Offer(stage.value, _why_stage(picture, order, stage), stage) for stage in STAGES if order.state in BEFORE.get(stage, ())
        ]
        if unsafe(order) and order.state in (S.DISPATCHED, S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS):
            found.insert(0 if order.state is S.ON_SITE else len(found), Offer("safety", _why(picture, order, Right.WORK_ORDER)))
        if order.state in DISPATCHABLE:
            dispatch = Offer("dispatch", _why(picture, order, Right.DISPATCH_ORDER))
            found.insert(0 if order.state in (S.ACCEPTED, S.VERIFIED) else len(found), dispatch)
        if order.state is S.SELF_CHECK:
            found.append(Offer("verify", _why_verify(picture, order)))
            found.append(Offer("rework", _why(picture, order, Right.WORK_ORDER)))
        if order.state in (S.DISPATCHED, S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS):
            found.append(Offer("result", _why(picture, order, Right.WORK_ORDER)))
        if order.fault and order.restored is None and order.state is not S.ACCEPTANCE:
            found.append(Offer("restored", _why(picture, order, Right.WORK_ORDER, held=True)))
        if order.held:
            found.append(Offer("resume", _why(picture, order, Right.WORK_ORDER, held=True)))
        elif order.state not in (S.SELF_CHECK, S.ACCEPTANCE):
            found.append(Offer("hold", _why_hold(picture, order)))
        if order.state is not S.ACCEPTANCE:
            found.append(Offer("cancel", _why(picture, order, Right.DISPATCH_ORDER, held=True)))
        found.append(Offer("edit", _why(picture, order, Right.DISPATCH_ORDER, held=True)))
        if undoable(picture, order):
            found.append(Offer("undo", _why(picture, order, Right.WORK_ORDER)))
    elif order.state is S.ARCHIVED and order.callback is None:
        found.append(Offer("callback", _why_callback(picture, order)))
    found.append(Offer("note", _why(picture, order, Right.WORK_ORDER, held=True)))
    return found


def undoable(picture: Picture, order: Order) -> bool:
    """The signed-on person entered the present stage a moment ago."""
    stamp = order.stamps.get(order.state)
    if stamp is None or order.state not in UNDOABLE or stamp.entered_by != picture.me:
        return False
    return picture.now() - stamp.entered_at <= UNDO_WITHIN and not (order.state is S.IN_PROGRESS and order.rework_count)


def _why_callback(picture: Picture, order: Order) -> str:
    why = _why(picture, order, Right.DISPATCH_ORDER)
    return why or (tr("refused.verify_own", order=order.id) if picture.me == order.assignee else "")


def _why(picture: Picture, order: Order, right: Right, *, held: bool = False) -> str:
    me = picture.accounts.get(picture.me)
    if me is None:
        return tr("refused.not_signed_on")
    if not me.may(right):
        return tr(f"refused.right_{right}", who=me.display)
    if right is Right.WORK_ORDER and not me.may(Right.DISPATCH_ORDER) and order.assignee != me.name:
        return tr("refused.not_yours", order=order.id)
    if order.held and not held:
        return tr("refused.order_held", order=order.id)
    return ""


def _why_stage(picture: Picture, order: Order, stage: OrderState) -> str:
    right = Right.DISPATCH_ORDER if stage in (S.VERIFIED, S.ARCHIVED) else Right.WORK_ORDER
    why = _why(picture, order, right)
    unfilled, open_steps = sum(not item.result for item in order.checklist), unsafe(order)
    if not why and stage in (S.IN_PROGRESS, S.SELF_CHECK) and open_steps:
        return tr("refused.safety_open", order=order.id, count=open_steps)
    if not why and stage is S.SELF_CHECK and unfilled:
        return tr("refused.checklist_open", order=order.id, count=unfilled)
    return why


def _why_verify(picture: Picture, order: Order) -> str:
    why = _why(picture, order, Right.VERIFY_ORDER)
    if not why and picture.me == order.assignee:
        return tr("refused.verify_own", order=order.id)
    return why


def _why_hold(picture: Picture, order: Order) -> str:
    fault = picture.faults.get(order.fault)
    if (fault.priority if fault is not None else order.priority) == 1:
        return tr("refused.hold_p1", order=order.id)
    return _why(picture, order, Right.WORK_ORDER)
