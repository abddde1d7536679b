"""Reports, ledgers and other papers, in a worker process: reads the store, reckons by the domain's formulas, draws without Qt."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar, cast

from console.domain.documents import Document, Table
from console.domain.energy import EnergyPolicy
from console.domain.estate import Point
from console.domain.maintenance import reports
from console.domain.maintenance.cards import Card
from console.domain.maintenance.drills import Drill, DrillPlan, Training
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.parts import Part, StockMove
from console.domain.maintenance.people import Person
from console.domain.maintenance.records import Record, kind_of
from console.domain.maintenance.reports import Books, Machine, Period
from console.domain.maintenance.rounds import Round
from console.domain.maintenance.vendors import Visit
from console.domain.problems import Problem
from console.domain.text import Text
from console.domain.times import DAY
from console.papers.setting import Setting
from console.store.refusals import StoreRefused

R = TypeVar("R", bound=Record)

MOST_PDF_ROWS = 5_000  # some 300 pages; a longer list is read as xlsx
LOOK_BACK = 31 * DAY  # before the oldest period: a repeat fault's first
REGISTERS = (Hazard, Round, Drill, DrillPlan, Training, Part, StockMove, Person, Card, Visit)


@dataclass(frozen=True)
class Meter:
    """A counter of the energy report; ``group`` is what it is summed by, ``incoming`` counts what others count again."""

    point: Point
    name: Text
    equipment: str
    group: str
    incoming: bool = False


@dataclass(frozen=True)
class Wanted:
    """One paper. ``teams`` and ``machines`` are what the collector knows; names of accounts are read from the store."""

    what: str
    form: str
    setting: Setting
    year: int = 0
    month: int = 1
    months: int = 1
    number: int = 0
    plan: str = ""
    teams: tuple[tuple[str, str], ...] = ()
    meters: tuple[Meter, ...] = ()
    unit: str = ""
    policy: EnergyPolicy = field(default_factory=EnergyPolicy)


def document(folder: Path, wanted: Wanted) -> Document:
    """The paper as a document."""
    collecting = gc.isenabled()
    gc.disable()  # tens of thousands of records live until the end: looking for garbage among them takes a third of the time
    try:
        return _document(folder, wanted)
    finally:
        if collecting:
            gc.enable()


def _document(folder: Path, wanted: Wanted) -> Document:
    from console.papers import ledgers, month  # noqa: PLC0415 - the collector names this function and never draws
    from console.papers.ordersheet import ordersheet  # noqa: PLC0415
    from console.store import books  # noqa: PLC0415

    setting = replace(wanted.setting, people=books.people(folder))
    if wanted.what == "order":
        order = books.order(folder, wanted.number)
        if order is None:
            raise StoreRefused(Problem("reports.no_order", {"number": wanted.number}))
        return ordersheet(order, setting, plan=wanted.plan)
    period = reports.period(wanted.year, wanted.month, wanted.months, setting.timezone)
    if wanted.what == reports.ENERGY:
        from console.engine.reporting_energy import report as energy_report  # noqa: PLC0415

        return energy_report(folder, wanted.meters, wanted.unit, wanted.policy, of=period, setting=setting)
    kept = read(folder, period, setting, teams=dict(wanted.teams), history=wanted.what == reports.REPORT)
    setting = replace(setting, people={**{person.id: person.name for person in kept.people}, **setting.people})
    if wanted.what == reports.REPORT:
        return month.report(kept, period, setting)
    return ledgers.paper(wanted.what, kept, period, setting)


def file(folder: Path, wanted: Wanted, to: Path) -> str:
    """The paper as a file at ``to``; a good name for it."""
    from console.papers import csv, pdf, sheet  # noqa: PLC0415

    paper = document(folder, wanted)
    tables = [block for block in paper.blocks if isinstance(block, Table)]
    if wanted.form == "pdf":
        rows = max((len(table.rows) for table in tables), default=0)
        if rows > MOST_PDF_ROWS:
            raise StoreRefused(Problem("reports.too_long", {"count": rows, "most": MOST_PDF_ROWS}))
        data = pdf.render(paper)
    elif wanted.form == "xlsx":
        data = sheet.document(paper)
    else:
        data = b"\r\n".join(csv.encode(table, paper.timezone) for table in tables)
    to.write_bytes(data)
    return f"{paper.title} {paper.number}.{wanted.form}"


def read(folder: Path, of: Period, setting: Setting, *, teams: dict[str, str], history: bool) -> Books:
    """The books of a period, with ``history`` those of the year before it, too."""
    from console.store import books  # noqa: PLC0415

    since = of.since - LOOK_BACK
    if history:
        since = reports.shifted(of, -12, setting.timezone).since - LOOK_BACK
    until = min(of.until, setting.at) if history else of.until
    kept = books.spanning(folder, REGISTERS, since, of.until)
    machines = _machines(setting, kept[kind_of(Card)])

    def of_kind(kind: type[R]) -> tuple[R, ...]:
        return cast("tuple[R, ...]", kept[kind_of(kind)])

    return Books(
        now=setting.at,
        orders=books.orders(folder, since, until),
        faults=books.faults(folder, since, until),
        hazards=of_kind(Hazard),
        rounds=of_kind(Round),
        drills=of_kind(Drill),
        drill_plans=of_kind(DrillPlan),
        trainings=of_kind(Training),
        parts=of_kind(Part),
        moves=of_kind(StockMove),
        people=of_kind(Person),
        cards=of_kind(Card),
        visits=of_kind(Visit),
        machines=machines,
        teams=teams,
    )


def _machines(setting: Setting, cards: tuple[object, ...]) -> dict[str, Machine]:
    """Equipment of the site file, and cards of the ledger that are none of it; a card's own name and system count more."""
    found = dict(setting.machines)
    for card in cards:
        if not isinstance(card, Card) or not card.open or card.level.value not in ("equipment", "component"):
            continue
        known = found.get(card.id)
        found[card.id] = Machine(
            card.title, card.system, known.place if known is not None else Text(card.place), card.kind,
            watched=known is not None and known.watched, counted=not card.parent,
        )  # fmt: skip
    return found
