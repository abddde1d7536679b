"""What an order offers to the signed-on person, in plain values; no widgets. The collector checks everything again."""

from __future__ import annotations

from dataclasses import dataclass

from console.domain.accounts import Account, Right, Role
from console.domain.ordering import BEFORE, DISPATCHABLE
from console.domain.orders import STAGES, Order, OrderState
from console.domain.promises import ClockView, nearest
from console.texts import tr
from console.ui.picture import Picture

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


def promise(picture: Picture, order: Order) -> ClockView | None:
    """The running clock of the order's fault with the least time left."""
    fault = picture.faults.get(order.fault)
    if fault is None or not fault.open:
        return None
    return nearest(fault, order, picture.now())


def offers(picture: Picture, order: Order) -> list[Offer]:
    """What fits the order's state, the next step first."""
    found: list[Offer] = []
    if order.open:
        found += [
            Offer(stage.value, _why_stage(picture, order, stage), stage) for stage in STAGES if order.state in BEFORE.get(stage, ())
        ]
        if order.state in DISPATCHABLE:
            dispatch = Offer("dispatch", _why(picture, order, Right.DISPATCH_ORDER))
            found.insert(0 if order.state in (S.ACCEPTED, S.VERIFIED) else len(found), dispatch)
        if order.state is S.SELF_CHECK:
            found.append(Offer("verify", _why_verify(picture, order)))
            found.append(Offer("rework", _why(picture, order, Right.WORK_ORDER)))
        if order.fault and order.restored is None and order.state is not S.ACCEPTANCE:
            found.append(Offer("restored", _why(picture, order, Right.WORK_ORDER, held=True)))
        if order.held:
            found.append(Offer("resume", _why(picture, order, Right.WORK_ORDER, held=True)))
        elif order.state not in (S.SELF_CHECK, S.ACCEPTANCE):
            found.append(Offer("hold", _why_hold(picture, order)))
        if order.state is not S.ACCEPTANCE:
            found.append(Offer("cancel", _why(picture, order, Right.DISPATCH_ORDER, held=True)))
    found.append(Offer("note", _why(picture, order, Right.WORK_ORDER, held=True)))
    return found


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
    unfilled = sum(not item.result for item in order.checklist)
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
