"""What belongs on somebody's day, from orders and registers. Plain values, no widgets.

Everything is either *late* (a promise or a date has passed), *waiting* (it is this person's turn), *due* today, or *soon* (within
seven days). Who sees what follows from rights: a technician his own orders, the desk what nobody has taken, a supervisor what waits
for a second person, and whoever keeps people, parts or safety what runs out there.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from console.domain.accounts import Right
from console.domain.maintenance import drills, hazards, rounds
from console.domain.maintenance.drills import DrillPlan
from console.domain.maintenance.hazards import Hazard, HazardState
from console.domain.maintenance.parts import Part
from console.domain.maintenance.people import Person
from console.domain.maintenance.people import running_out as certificates_running_out
from console.domain.maintenance.rounds import Round, RoundState
from console.domain.maintenance.vendors import Vendor
from console.domain.maintenance.vendors import running_out as contracts_running_out
from console.domain.orders import Order, OrderState
from console.domain.promises import nearest
from console.domain.stageclocks import awaited
from console.domain.times import DAY
from console.texts import language, tr
from console.ui.moments import local
from console.ui.orders.presenter import display, late, promise
from console.ui.people.page import kind_text
from console.ui.picture import Picture, overdue_of

SOON = 7 * DAY
S = OrderState
_DESKS = (S.VERIFIED, S.DISPATCHED, S.ARCHIVED)  # stages that the desk enters


class Group(enum.IntEnum):
    """In the order in which they want attention."""

    LATE = 0
    WAITING = 1
    TODAY = 2
    SOON = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. ``screen`` and ``subject`` say where it is opened; ``at`` is its deadline (UTC ns, 0 = none)."""

    key: str
    group: Group
    kind: str  # order | fault | hazard | round | drill | reading | certificate | contract | part
    priority: int
    title: str
    step: str  # what is to be done next
    equipment: str
    who: str
    at: int
    screen: str
    subject: str
    mine: bool


def items(picture: Picture) -> list[Item]:
    """Everything that the signed-on person has to see to; the most urgent first."""
    found = [
        *_orders(picture), *_faults(picture), *_hazards(picture), *_rounds(picture), *_drills(picture), *_readings(picture),
        *_people(picture), *_vendors(picture), *_parts(picture),
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.group, each.priority, each.at or 1 << 62, each.key))


def group_of(picture: Picture, at: int, *, turn: bool = False) -> Group | None:
    """Late, today or soon by its deadline; ``turn``: it is somebody's turn whatever the date. None: not of this week."""
    now = picture.now()
    if 0 < at <= now:
        return Group.LATE
    if turn:
        return Group.WAITING
    zone = picture.estate.site.timezone
    if at and local(at, zone).date() == local(now, zone).date():
        return Group.TODAY
    return Group.SOON if 0 < at <= now + SOON else None


def turn_of(picture: Picture, order: Order) -> tuple[bool, bool]:
    """(it is this person's turn, it is on this person's list at all)."""
    me, stage = picture.me, awaited(order)
    desk = picture.may(Right.DISPATCH_ORDER)
    if stage is None or not me or order.held:
        return False, bool(order.open and me and (order.responsible == me or desk))
    if stage in _DESKS:
        return desk and (stage is S.ARCHIVED or order.first_owner in ("", me)), desk
    if stage is S.ACCEPTANCE:
        able = picture.may(Right.VERIFY_ORDER) and order.assignee != me
        return able, able or desk
    return order.assignee == me and not order.contractor, desk or order.assignee == me


def _orders(picture: Picture) -> Iterator[Item]:
    for order in picture.orders.values():
        fault = picture.faults.get(order.fault)
        if not order.open or (fault is not None and fault.open and fault.taken is None and picture.may(Right.TAKE_FAULT)):
            continue  # of a fault that nobody has taken, the fault itself is listed
        turn, seen = turn_of(picture, order)
        broken = late(picture, order)
        view = promise(picture, order)
        at = view.deadline if view is not None else order.due_at
        group = Group.LATE if broken else group_of(picture, at, turn=turn)
        if not seen or group is None:
            continue
        stage = awaited(order)
        step = tr("orders.on_hold") if order.held else tr(f"myday.step.{stage}") if stage is not None else ""
        yield Item(
            f"order{order.number}", group, "order", order.priority, f"{order.id} {order.title.get(language())}", step,
            order.equipment, display(picture, order.assignee or order.first_owner), at, "orders", str(order.number), turn,
        )  # fmt: skip


def _faults(picture: Picture) -> Iterator[Item]:
    if not picture.may(Right.TAKE_FAULT):
        return
    for fault in picture.faults.values():
        if fault.open and fault.taken is None and not fault.drill:
            view = nearest(fault, picture.order_of(fault), picture.now())
            at = view.deadline if view is not None else 0
            group = Group.LATE if view is not None and view.breached else Group.WAITING
            yield Item(
                f"fault{fault.number}", group, "fault", fault.priority, f"{fault.id} {fault.text.get(language())}",
                tr("domain.clock.acknowledge"), fault.equipment, "", at, "faults", str(fault.number), True,
            )  # fmt: skip


def _hazards(picture: Picture) -> Iterator[Item]:
    me, manages = picture.me, picture.may(Right.MANAGE_SAFETY)
    if not me:
        return
    for hazard in picture.records(Hazard).values():
        if hazard.state is HazardState.RECHECK:
            turn = manages and me not in hazards.rectifiers(hazard)
        elif hazard.state is HazardState.FOUND:
            turn = manages
        else:
            turn = hazard.person == me
        if not turn and not (manages and hazards.wants_attention(hazard, picture.now())):
            continue
        broken = hazards.overdue(hazard, picture.now()) or hazards.unanalysed(hazard, picture.now())
        group = Group.LATE if broken else group_of(picture, hazard.deadline, turn=turn) or Group.SOON
        yield Item(
            f"hazard{hazard.id}", group, "hazard", 1 if hazard.major else 3, f"{hazard.id} {hazard.what}",
            tr(f"myday.hazard.{hazard.state}"), hazard.equipment, display(picture, hazard.person), hazard.deadline, "hazards",
            hazard.id, turn,
        )  # fmt: skip


def _rounds(picture: Picture) -> Iterator[Item]:
    account = picture.accounts.get(picture.me)
    if account is None or not picture.may(Right.WORK_ORDER):
        return
    person = picture.records(Person).get(picture.me)
    mine = {picture.me, person.team if person is not None else ""} - {""}
    for each in picture.records(Round).values():
        state = rounds.state_of(each, picture.now())
        if state in (RoundState.DONE, RoundState.EXPLAINED) or each.automatic:
            continue
        own = not each.assignee or each.assignee in mine
        if not own and not picture.may(Right.MANAGE_SAFETY):
            continue
        broken = state in (RoundState.LATE, RoundState.MISSED)
        step = tr(f"myday.round.{'missed' if state is RoundState.MISSED else 'made'}")
        yield Item(
            f"round{each.id}", Group.LATE if broken else Group.TODAY, "round", 4, f"{each.name} {each.title.get(language())}", step,
            each.equipment, each.assignee, each.late_at or each.at, "rounds", each.id, own,
        )  # fmt: skip


def _drills(picture: Picture) -> Iterator[Item]:
    if not picture.may(Right.RUN_DRILL):
        return
    zone, now = picture.estate.site.timezone, picture.now()
    for plan in picture.records(DrillPlan).values():
        state = drills.state_of(plan, now, zone)
        if state != drills.PLANNED:
            group = Group.LATE if state == drills.OVERDUE else Group.SOON
            yield Item(
                f"drill{plan.id}", group, "drill", 4, plan.title.get(language()), tr("myday.drill"), plan.equipment, plan.people,
                drills.due_at(plan, zone), "drills", "", True,
            )  # fmt: skip


def _readings(picture: Picture) -> Iterator[Item]:
    if not picture.may(Right.ENTER_READINGS):
        return
    late_points = [(point, since) for point in picture.awaited if (since := overdue_of(picture, point)) > 0]
    if late_points:
        yield Item(
            "readings", Group.LATE, "reading", 4, tr("myday.readings", count=len(late_points)), tr("myday.read"), "", "",
            min(since for _, since in late_points), "readings", "", True,
        )  # fmt: skip


def _people(picture: Picture) -> Iterator[Item]:
    now = picture.now()
    for person in picture.records(Person).values():
        if not (picture.may(Right.MANAGE_PEOPLE) or person.id == picture.me):
            continue
        for each in certificates_running_out(person, now):
            group = Group.LATE if each.until <= now else Group.SOON
            yield Item(
                f"certificate{person.id}{each.kind}", group, "certificate", 3,
                f"{person.name} {kind_text(each.kind)} {each.number}".strip(), tr("myday.renew"), "", person.name, each.until,
                "people", person.id, person.id == picture.me,
            )  # fmt: skip


def _vendors(picture: Picture) -> Iterator[Item]:
    if not picture.may(Right.MANAGE_STOCK):
        return
    now = picture.now()
    for vendor in picture.records(Vendor).values():
        for number, until in contracts_running_out(vendor, now):
            group = Group.LATE if until <= now else Group.SOON
            yield Item(
                f"contract{vendor.id}{number}", group, "contract", 4, f"{vendor.name} {number}".strip(), tr("myday.renew"), "",
                vendor.contact, until, "people", "", False,
            )  # fmt: skip


def _parts(picture: Picture) -> Iterator[Item]:
    if not picture.may(Right.MANAGE_STOCK):
        return
    for part in picture.records(Part).values():
        if part.short:
            yield Item(
                f"part{part.id}", Group.SOON, "part", 4,
                f"{part.name}（{part.id}）{part.stock:g} / {part.least:g} {part.unit}".strip(), tr("myday.order_part"), "", "", 0,
                "stock", "", False,
            )  # fmt: skip
