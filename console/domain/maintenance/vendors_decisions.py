"""Keeping vendors."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, demanded, reckoned, words
from console.domain.maintenance.vendors import Vendor, Visit
from console.domain.problems import Refused


def judge_vendor(act: Act, vendor: Vendor, present: Vendor | None) -> Vendor:
    """A vendor as it is to be kept."""
    act.require(Right.MANAGE_STOCK)
    code = demanded(vendor.id, "vendors.refused.code")
    for each in vendor.contracts:
        number = demanded(each.number, "vendors.refused.contract_number", vendor=code)
        if each.since and each.until and each.until <= each.since:
            raise Refused("vendors.refused.contract_dates", vendor=code, number=number)
        if not reckoned(each.yearly):
            raise Refused("vendors.refused.negative", vendor=code)
    return replace(
        vendor,
        id=code,
        name=demanded(vendor.name, "vendors.refused.name", vendor=code),
        contact=words(vendor.contact),
        phone=words(vendor.phone),
        emergency_phone=words(vendor.emergency_phone),
        note=words(vendor.note),
        equipment_kinds=tuple(dict.fromkeys(kind for each in vendor.equipment_kinds if (kind := words(each)))),
        at=present.at if present is not None else act.now,
    )


def judge_visit(act: Act, visit: Visit, _present: Visit | None) -> Visit:
    """A visit is written down once, when it is over."""
    act.require(Right.WORK_ORDER)
    if visit.vendor not in act.world.records(Vendor):
        raise Refused("vendors.refused.unknown", vendor=visit.vendor)
    if max(visit.called_at, visit.arrived_at) > act.now:
        raise Refused("refused.future")
    if min(visit.called_at, visit.arrived_at, visit.promised_at) < 0:
        raise Refused("refused.no_time")
    if visit.called_at and visit.arrived_at and visit.arrived_at < visit.called_at:
        raise Refused("vendors.refused.visit_times")
    order = act.order(visit.order) if visit.order else None
    number = act.number("visit")
    return replace(
        visit,
        id=f"VS-{number:06d}",
        number=number,
        at=visit.called_at or visit.arrived_at or act.now,
        ended_at=act.now,
        equipment=order.equipment if order is not None else "",
        person=words(visit.person),
        note=words(visit.note),
    )
