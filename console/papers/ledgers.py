"""The ledgers (台账): each with exactly the fields that its handbook row names, behind a number and the equipment that say which
entry it is. Rows are in the order of time.

R-SLA-03 fault handling, R-EQ-12 and R-EQ-11 repair, R-EQ-02 maintenance, R-SLA-11 service outage, R-IN-09 fire check,
R-IN-04 and R-IN-08 hazard, R-AR-07 archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from console.domain.documents import Cell, Column, Document, Kind, Table
from console.domain.faults import Fault
from console.domain.maintenance.archiving import Category, archive_category
from console.domain.maintenance.cards import Card, Use
from console.domain.maintenance.hazards import FIRE_KINDS, Hazard, HazardState
from console.domain.maintenance.reports import Books, Period, done_at, ended_at, facts, within
from console.domain.maintenance.reports_reliability import is_failure
from console.domain.maintenance.rounds import Round
from console.domain.orders import Order, OrderKind, OrderState
from console.papers.setting import Setting


class Row(NamedTuple):
    """``at`` is what rows are sorted by."""

    at: int
    cells: tuple[Cell, ...]
    link: str = ""


Maker = Callable[[Books, Period, Setting], Iterable[Row]]


def ledger(name: str, books: Books, of: Period, setting: Setting) -> Table:
    """The ledger ``name`` (one of :data:`console.domain.maintenance.reports.LEDGERS`) of a period."""
    kinds, make = _LEDGERS[name]
    widths = _WIDTHS.get(name, {})
    columns = tuple(
        Column(setting.tr(f"reports.{name}.{key}"), kind, width=widths.get(key, 1.2 if widths else 0.0), key=key)
        for key, kind in kinds
    )
    rows = sorted(make(books, of, setting), key=lambda row: row.at)
    return Table(
        setting.tr(f"reports.ledger.{name}"),
        columns,
        tuple(row.cells for row in rows),
        links=tuple(row.link for row in rows),
        notes=(setting.tr(f"reports.{name}.source"),),
        anchor=name,
    )


def paper(name: str, books: Books, of: Period, setting: Setting) -> Document:
    """The ledger as a document to print."""
    table = ledger(name, books, of, setting)
    return setting.paper(
        table.title,
        (table, setting.signatures("papers.sign.keeper", "papers.sign.checker")),
        number=of.name,
        subtitle=setting.tr("reports.subtitle", period=of.name, count=len(table.rows)),
        wide=True,
    )


def _faults(books: Books, of: Period, setting: Setting) -> Iterable[Row]:
    orders = {order.number: order for order in books.orders}
    for fault in books.faults:
        if fault.drill or not within(of, fault.opened_at):
            continue
        order = orders.get(fault.order)
        person = order.assignee if order is not None and order.assignee else fault.taken.by if fault.taken is not None else ""
        kind = f"{setting.tr(f'domain.priority.{fault.priority}')} · {fault.text.get(setting.language)}"
        handled = setting.moment(fault.opened_at)
        end = (done_at(order) if order is not None else 0) or fault.closed_at
        if end:
            handled = setting.tr("reports.from_until", since=handled, until=setting.moment(end))
        cells = (fault.id, setting.machine(fault.equipment), kind, handled, setting.person(person))
        yield Row(fault.opened_at, cells, f"fault:{fault.number}")


def _repairs(books: Books, of: Period, setting: Setting) -> Iterable[Row]:
    for order in books.orders_of(of):
        if order.kind is OrderKind.CORRECTIVE and (within(of, order.created_at) or within(of, done_at(order))):
            what = " ".join(filter(None, (order.title.get(setting.language), order.symptom)))
            at = done_at(order) or order.created_at
            yield Row(
                at,
                (order.id, setting.machine(order.equipment), what, at, setting.person(order.assignee), result(order, setting)),
                f"order:{order.number}",
            )


def _maintenance(books: Books, of: Period, setting: Setting) -> Iterable[Row]:
    cards = {card.id: card for card in books.cards}
    broken = {fault.equipment for fault, fact in zip(books.faults, _facts(books), strict=True) if fault.open and fact}
    for order in books.orders_of(of):
        done = done_at(order)
        if order.kind in (OrderKind.PREVENTIVE, OrderKind.CORRECTIVE) and within(of, done):
            state = setting.tr(f"reports.running.{_running(cards.get(order.equipment), order.equipment in broken)}")
            record = f"{order.title.get(setting.language)}: {result(order, setting)}"
            yield Row(done, (setting.machine(order.equipment), state, done, record), f"order:{order.number}")


def _facts(books: Books) -> list[bool]:
    known = facts(books)
    return [is_failure(fault, known[fault.number]) for fault in books.faults]


def _running(card: Card | None, broken: bool) -> str:
    if card is not None and card.state is not Use.IN_USE:
        return card.state.value
    return "broken" if broken else "running"


def _outages(books: Books, of: Period, setting: Setting) -> Iterable[Row]:
    """Faults of P1 and P2 (what §4.3 calls an outage: service stops), and orders that say how long equipment stood still without
    a plan."""
    known = facts(books)
    orders = {order.number: order for order in books.orders}
    told = set()
    for fault in books.faults:
        fact = known[fault.number]
        order = orders.get(fault.order)
        stopped = fault.priority <= 2 and is_failure(fault, fact)
        if stopped and within(of, fault.opened_at):
            told.add(fault.order)
            yield Row(
                fault.opened_at,
                (
                    fault.id,
                    setting.machine(fault.equipment),
                    _process(fault, order, setting),
                    fault.opened_at,
                    setting.person(fact.person),
                    _outcome(fault, order, setting),
                ),
                f"fault:{fault.number}",
            )
    for order in books.orders_of(of):
        if order.number not in told and order.kind is not OrderKind.PREVENTIVE and within(of, order.down_from):
            span = setting.tr(
                "reports.from_until", since=setting.moment(order.down_from), until=setting.moment(order.down_until) or "…"
            )
            cells = (
                order.id, setting.machine(order.equipment), f"{order.title.get(setting.language)} · {span}", order.down_from,
                setting.person(order.assignee), result(order, setting),
            )  # fmt: skip
            yield Row(order.down_from, cells, f"order:{order.number}")


def _process(fault: Fault, order: Order | None, setting: Setting) -> str:
    steps = [f"{setting.moment(fault.opened_at)} {fault.text.get(setting.language)}"]
    if fault.taken is not None:
        steps.append(f"{setting.moment(fault.taken.at)} {setting.tr('domain.clock.acknowledge')}")
    if order is not None:
        for stage in (OrderState.ASSIGNED, OrderState.ON_SITE):
            if stage in order.stamps:
                steps.append(f"{setting.moment(order.stamps[stage].at)} {setting.tr(f'domain.order.{stage.value}')}")
        if order.restored is not None:
            steps.append(f"{setting.moment(order.restored.at)} {setting.tr('domain.clock.restored')}")
        if done_at(order):
            steps.append(f"{setting.moment(done_at(order))} {setting.tr('domain.clock.repaired')}")
    return "\n".join(steps)


def _outcome(fault: Fault, order: Order | None, setting: Setting) -> str:
    if fault.open:
        return setting.tr("reports.open")
    said = " ".join(filter(None, (fault.cause, fault.remedy)))
    return said or (result(order, setting) if order is not None else "") or setting.tr(f"domain.close_code.{fault.close_code}")


def _fire_checks(books: Books, of: Period, setting: Setting) -> Iterable[Row]:
    """Fire rounds, maintenance and tests of fire equipment, and fire hazards found in between."""
    for each in books.rounds:
        if each.category == "fire" and each.finished is not None and within(of, each.finished.at):
            yield Row(
                each.finished.at,
                (each.name, each.title.get(setting.language), each.finished.at, _round_result(each, setting), _raised(each)),
                f"round:{each.id}",
            )
    for order in books.orders_of(of):
        machine = books.machines.get(order.equipment)
        planned = order.kind in (OrderKind.PREVENTIVE, OrderKind.INSPECTION)
        if machine is not None and machine.system == "fire" and planned and within(of, done_at(order)):
            failed = [item.text.get(setting.language) for item in order.checklist if item.result == "fail"]
            cells = (
                order.id, f"{order.title.get(setting.language)} · {setting.machine(order.equipment)}", done_at(order),
                result(order, setting), "; ".join(failed) or setting.tr("reports.nothing"),
            )  # fmt: skip
            yield Row(done_at(order), cells, f"order:{order.number}")
    for hazard in books.hazards:
        if hazard.kind in FIRE_KINDS and hazard.state is not HazardState.VOID and within(of, hazard.at):
            where = hazard.place or setting.machine(hazard.equipment)
            yield Row(hazard.at, (_name(hazard), where, hazard.at, hazard.what, _rectified(hazard, setting)), f"hazard:{hazard.id}")


def _round_result(each: Round, setting: Setting) -> str:
    if not each.failed:
        return setting.tr("reports.all_passed", count=len(each.checks))
    pairs = zip(each.checks, each.answers, strict=True)
    lang = setting.language
    failed = [f"{check.text.get(lang)} {answer.value} {answer.note}".strip() for check, answer in pairs if answer.result == "fail"]
    return setting.tr("reports.failed", count=each.failed, what="; ".join(failed))


def _raised(each: Round) -> str:
    return ", ".join(answer.raised for answer in each.answers if answer.raised)


def _hazards(books: Books, of: Period, setting: Setting) -> Iterable[Row]:
    """Found in the period, or open in it."""
    for hazard in books.hazards:
        over = hazard.closed.at if hazard.closed is not None else 0
        if hazard.state is HazardState.VOID or hazard.at >= of.until or 0 < over < of.since:
            continue
        where = ", ".join(filter(None, (setting.machine(hazard.equipment) if hazard.equipment else "", hazard.place)))
        cells = (
            _name(hazard), hazard.at, where, hazard.what, setting.tr(f"reports.grade.{hazard.grade.value}"),
            setting.person(hazard.person), hazard.deadline, hazard.standard, _rectified(hazard, setting),
            setting.tr(f"reports.hazard_state.{hazard.state.value}"),
        )  # fmt: skip
        yield Row(hazard.at, cells, f"hazard:{hazard.id}")


def _name(hazard: Hazard) -> str:
    return f"HZ-{hazard.number:06d}"


def _rectified(hazard: Hazard, setting: Setting) -> str:
    told = [f"{setting.day(stamp.at)} {setting.person(stamp.by)} {stamp.note}".rstrip() for stamp in hazard.rectified]
    if hazard.measure:
        told.insert(0, setting.tr("reports.measure", what=hazard.measure))
    if hazard.closed is not None:
        told.append(setting.tr("reports.rechecked", at=setting.day(hazard.closed.at), by=setting.person(hazard.closed.by)))
    return "\n".join(told) or setting.tr("reports.not_yet")


def _archive(books: Books, of: Period, setting: Setting) -> Iterable[Row]:
    """Every order that was archived in the period, with the fields that an archive record has to have."""
    cards = {card.id: card for card in books.cards}
    for order in books.orders_of(of):
        if order.state is OrderState.ARCHIVED and within(of, ended_at(order)):
            yield Row(ended_at(order), archive_fields(order, cards.get(order.equipment), setting), f"order:{order.number}")
    for hazard in books.hazards:
        if hazard.closed is not None and within(of, hazard.closed.at):
            place = cards.get(hazard.equipment)
            cells = (
                setting.tr(f"reports.category.{Category.RECTIFICATION.value}"), setting.tr("reports.ledger.hazard"), hazard.at,
                setting.person(hazard.person), setting.machine(hazard.equipment) if hazard.equipment else hazard.place,
                hazard.what, _rectified(hazard, setting), setting.tr("reports.hazard_state.closed"), "",
                "; ".join(stamp.note for stamp in hazard.rectified), hazard.cost, setting.person(hazard.closed.by),
                _name(hazard), place.archive_place if place is not None else "",
            )  # fmt: skip
            yield Row(hazard.closed.at, cells, f"hazard:{hazard.id}")


_TOLD = frozenset({OrderState.ACCEPTED, OrderState.ASSIGNED, OrderState.ON_SITE, OrderState.SELF_CHECK})
"""Stages of an archive record's process; acceptance has its own field."""


def archive_fields(order: Order, card: Card | None, setting: Setting) -> tuple[Cell, ...]:
    """Category, item, time, people, object, content, process, result, rating, rectification, cost, acceptance, archive number,
    location (R-AR-07)."""
    stages = [
        f"{setting.tr(f'domain.order.{stage.value}')} {setting.moment(stamp.at)} {setting.person(stamp.by)}"
        for stage, stamp in order.stamps.items()
        if stage in _TOLD
    ]
    people = dict.fromkeys(setting.person(name) for name in (order.assignee, *(each.person for each in order.labour)) if name)
    reworked = setting.tr("reports.reworked", count=order.rework_count) if order.rework_count else ""
    follows = [item.finding or f"WO-{item.follow:06d}" for item in order.checklist if item.finding or item.follow]
    verified = order.stamps.get(OrderState.ACCEPTANCE)
    acceptance = f"{setting.person(order.verifier)} {setting.moment(verified.at)}" if verified is not None else ""
    paper_number = card.archive if card is not None else ""
    return (
        setting.tr(f"reports.category.{archive_category(order).value}"),
        order.title.get(setting.language),
        done_at(order) or order.created_at,
        ", ".join(people),
        setting.machine(order.equipment) if order.equipment else order.place,
        " ".join(filter(None, (setting.tr(f"domain.order_kind.{order.kind.value}"), order.symptom))),
        "\n".join(stages),
        result(order, setting),
        f"{order.rating}/5" if order.rating else "",
        ", ".join(filter(None, (reworked, *follows))),
        order.cost,
        acceptance,
        " / ".join(filter(None, (order.id, paper_number))),
        card.archive_place if card is not None else "",
    )


def result(order: Order, setting: Setting) -> str:
    """What came of an order: what its worker and its verifier noted, else how far it is."""
    notes = [order.stamps[stage].note for stage in (OrderState.SELF_CHECK, OrderState.ACCEPTANCE) if stage in order.stamps]
    failed = sum(item.result == "fail" for item in order.checklist)
    if failed:
        notes.append(setting.tr("reports.items_failed", count=failed))
    if order.cancelled is not None:
        notes.append(order.cancelled.reason)
    return "; ".join(note for note in notes if note) or setting.tr(f"domain.order.{order.state.value}")


_TEXT, _MOMENT, _DATE, _NUMBER = Kind.TEXT, Kind.MOMENT, Kind.DATE, Kind.NUMBER
_LEDGERS: dict[str, tuple[tuple[tuple[str, Kind], ...], Maker]] = {
    "fault": (
        (("number", _TEXT), ("equipment", _TEXT), ("type", _TEXT), ("time", _TEXT), ("person", _TEXT)), _faults,
    ),
    "repair": (
        (("number", _TEXT), ("equipment", _TEXT), ("content", _TEXT), ("time", _MOMENT), ("person", _TEXT), ("result", _TEXT)),
        _repairs,
    ),
    "maintenance": ((("equipment", _TEXT), ("state", _TEXT), ("time", _MOMENT), ("record", _TEXT)), _maintenance),
    "outage": (
        (("number", _TEXT), ("equipment", _TEXT), ("process", _TEXT), ("time", _MOMENT), ("person", _TEXT), ("result", _TEXT)),
        _outages,
    ),
    "fire_check": (
        (("number", _TEXT), ("item", _TEXT), ("time", _MOMENT), ("result", _TEXT), ("rectification", _TEXT)), _fire_checks,
    ),
    "hazard": (
        (("number", _TEXT), ("time", _MOMENT), ("place", _TEXT), ("content", _TEXT), ("grade", _TEXT), ("person", _TEXT),
         ("deadline", _DATE), ("standard", _TEXT), ("rectification", _TEXT), ("state", _TEXT)),
        _hazards,
    ),
    "archive": (
        (("category", _TEXT), ("item", _TEXT), ("time", _MOMENT), ("people", _TEXT), ("object", _TEXT), ("content", _TEXT),
         ("process", _TEXT), ("result", _TEXT), ("rating", _TEXT), ("rectification", _TEXT), ("cost", _NUMBER),
         ("acceptance", _TEXT), ("archive_number", _TEXT), ("location", _TEXT)),
        _archive,
    ),
}  # fmt: skip
"""The fields in their order; a heading is ``reports.<ledger>.<field>``."""

_WIDTHS = {
    "archive": {
        "category": 0.8,
        "process": 3.0,
        "result": 1.6,
        "rating": 0.9,
        "cost": 0.8,
        "rectification": 1.0,
        "people": 0.9,
        "location": 1.0,
    }
}
