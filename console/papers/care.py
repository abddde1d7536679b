"""The report's sections on plans, costs, parts, registers and certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from console.domain.documents import Column, Kind, Table
from console.domain.energy import moment
from console.domain.maintenance import reports, reports_registers
from console.domain.orders import Order
from console.papers import columns as shared
from console.papers.figures import Figures
from console.papers.setting import MOST_ROWS, Setting, cut


def compliance(figures: Figures, setting: Setting) -> Table:
    tr, of, books = setting.tr, figures.of, figures.books
    systems: dict[str, list[Order]] = {}
    for order in books.orders_of(of):
        machine = books.machines.get(order.equipment)
        systems.setdefault(machine.system if machine is not None else "other", []).append(order)
    found = {name: reports.compliance(orders, of, books.now) for name, orders in sorted(systems.items())}
    rows = tuple((setting.word("ledger.system", name), *shared.complied(each)) for name, each in found.items() if each.due)
    columns = (
        Column(tr("reports.column.system")),
        shared.count(tr("reports.column.due"), "due"),
        shared.count(tr("reports.column.in_time"), "in_time"),
        shared.count(tr("reports.column.done_late"), "late"),
        shared.count(tr("reports.column.missed"), "missed"),
        shared.count(tr("reports.column.cancelled"), "cancelled"),
        shared.count(tr("reports.column.waiting"), "waiting"),
        shared.share(
            tr("reports.figure.compliance"),
            'IF({due}-{waiting}=0,"",{in_time}/({due}-{waiting}))',
        ),
    )
    totals = (tr("reports.total"), *shared.complied(figures.compliance)) if rows else ()
    return Table(tr("reports.compliance"), columns, rows, totals=totals, anchor="plans")


def overdue(figures: Figures, setting: Setting) -> Table:
    tr, of, books = setting.tr, figures.of, figures.books
    late = reports.overdue(books, of)
    end = min(books.now, of.until)
    rows = tuple(
        (
            order.id, order.title.get(setting.language), setting.machine(order.equipment), reports.promised(order),
            end - reports.promised(order), setting.person(order.assignee), tr(f"domain.order.{order.state.value}"),
        )
        for order in late[:MOST_ROWS]
    )  # fmt: skip
    columns = (
        Column(tr("reports.repair.number")),
        Column(tr("reports.column.work")),
        Column(tr("reports.fault.equipment")),
        Column(tr("reports.column.due_at"), Kind.DATE),
        Column(tr("reports.column.over"), Kind.DURATION),
        Column(tr("reports.repair.person")),
        Column(tr("reports.column.state")),
    )
    links = tuple(f"order:{order.number}" for order in late[:MOST_ROWS])
    return Table(tr("reports.overdue"), columns, rows, links=links, notes=cut(setting, len(late)), anchor="overdue")


def costs(figures: Figures, setting: Setting) -> Table:
    tr = setting.tr
    found = figures.costs
    rows = tuple(
        (setting.machine(each.equipment) or tr("reports.no_equipment"), each.orders, each.hours, each.labour, each.parts,
         each.outside, each.total, each.total / each.orders)
        for each in found[:MOST_ROWS]
    )  # fmt: skip
    money = setting.currency
    columns = (
        Column(tr("reports.fault.equipment")),
        shared.count(tr("reports.unit.orders"), "orders"),
        Column(tr("reports.column.hours"), Kind.NUMBER, key="hours", total="sum"),
        Column(tr("reports.column.labour"), Kind.NUMBER, unit=money, digits=2, key="labour", total="sum"),
        Column(tr("reports.column.parts"), Kind.NUMBER, unit=money, digits=2, key="parts", total="sum"),
        Column(tr("reports.column.outside"), Kind.NUMBER, unit=money, digits=2, key="outside", total="sum"),
        shared.reckoned(tr("reports.column.cost"), Kind.NUMBER, "{labour}+{parts}+{outside}", unit=money, digits=2, key="cost"),
        shared.reckoned(tr("reports.column.each"), Kind.NUMBER, 'IF({orders}=0,"",{cost}/{orders})', unit=money, digits=2),
    )
    shown = found[:MOST_ROWS]
    sums = [sum(getattr(each, name) for each in shown) for name in ("orders", "hours", "labour", "parts", "outside", "total")]
    totals = (tr("reports.total"), *sums, sums[-1] / sums[0] if sums[0] else None) if rows else ()
    links = tuple(f"equipment:{each.equipment}" for each in shown)
    return Table(tr("reports.costs"), columns, rows, totals=totals, links=links, notes=cut(setting, len(found)), anchor="cost")


def parts(figures: Figures, setting: Setting) -> Table:
    tr, of, books = setting.tr, figures.of, figures.books
    found = reports_registers.part_figures(books, of)[:MOST_ROWS]
    rows = tuple(
        (each.part, each.name, each.unit, each.came, each.used, each.counted, each.cost, each.stock, each.least,
         tr("reports.short") if each.stock < each.least else "")
        for each in found
    )  # fmt: skip
    columns = (
        Column(tr("reports.column.part")),
        Column(tr("reports.column.name")),
        Column(tr("reports.column.unit")),
        Column(tr("reports.column.came"), Kind.NUMBER),
        Column(tr("reports.column.used"), Kind.NUMBER),
        Column(tr("reports.column.counted"), Kind.NUMBER),
        Column(tr("reports.column.cost"), Kind.NUMBER, unit=setting.currency, digits=2, key="cost", total="sum"),
        Column(tr("reports.column.stock"), Kind.NUMBER),
        Column(tr("reports.column.least"), Kind.NUMBER),
        Column(tr("reports.column.remark")),
    )
    totals = (tr("reports.total"), *[None] * 5, sum(each.cost for each in found), None, None, None) if rows else ()
    links = tuple(f"part:{each.part}" for each in found)
    return Table(tr("reports.parts"), columns, rows, totals=totals, links=links, anchor="parts")


def registers(figures: Figures, setting: Setting) -> Table:
    tr, share = setting.tr, setting.share
    rounds, hazards, drills = figures.rounds, figures.hazards, figures.drills
    rows = [
        ("rounds", tr("reports.told.rounds", due=rounds.due, in_time=rounds.in_time, late=rounds.late, missed=rounds.missed,
                      failed=rounds.failed, share=share(rounds.share)), "rounds"),
        ("hazards", tr("reports.told.hazards", found=hazards.found, major=hazards.major, closed=hazards.closed,
                       in_time=hazards.in_time, open=hazards.open, overdue=hazards.overdue, repeated=hazards.repeated,
                       share=share(hazards.share)), "paper:hazard"),
        ("drills", tr("reports.told.drills", held=drills.held, passed=drills.passed, reviewed=drills.reviewed,
                      overdue=drills.overdue), "drills"),
        ("trainings", tr("reports.told.trainings", count=drills.trainings, people=drills.trained), "drills"),
    ]  # fmt: skip
    return Table(
        tr("reports.registers"),
        (Column(tr("reports.column.register"), width=1.0), Column(tr("reports.column.told"), width=5.0)),
        tuple((tr(f"reports.figure.{key}"), told) for key, told, _ in rows),
        links=tuple(link for *_, link in rows),
        anchor="safety",
    )


def certificates(figures: Figures, setting: Setting) -> Table:
    tr, of, books = setting.tr, figures.of, figures.books
    end = min(books.now, of.until)
    holding, asked, late = figures.certificates
    running = [
        (
            each.whose,
            setting.word("people.certificate", each.what),
            each.number,
            each.until,
            _state(each.until, end, tr),
            "people",
        )
        for each in late
    ]
    last = setting.day(end + reports_registers.SOON)
    for card in books.cards:
        if card.certificate_until and card.certificate_until <= last and card.state.value == "in_use":
            until = _day(card.certificate_until, setting)
            running.append(
                (
                    setting.machine(card.id),
                    tr("reports.inspection"),
                    card.certificate,
                    until,
                    _state(until, end, tr),
                    f"card:{card.id}",
                )
            )
    running.sort(key=lambda row: row[3])
    columns = (
        Column(tr("reports.column.whose")),
        Column(tr("reports.column.certificate")),
        Column(tr("reports.fault.number")),
        Column(tr("reports.column.until"), Kind.DATE),
        Column(tr("reports.column.state")),
    )
    return Table(
        tr("reports.certificates"),
        columns,
        tuple(row[:5] for row in running[:MOST_ROWS]),
        links=tuple(row[5] for row in running[:MOST_ROWS]),
        notes=(tr("reports.note.certificates", holding=holding, asked=asked), *cut(setting, len(running))),
        anchor="certificates",
    )


def _day(day: str, setting: Setting) -> int:
    return moment(date.fromisoformat(day), 0, setting.zone)


def _state(until: int, end: int, tr: Callable[..., str]) -> str:
    return tr("reports.expired") if until <= end else tr("reports.soon")
