"""The report of a month, quarter, half-year or year: figures, what they were a period and a year ago, and the rows behind them."""

from __future__ import annotations

from collections.abc import Callable

from console.domain import kpis
from console.domain.documents import Block, Chart, Column, Document, Heading, Kind, Paragraph, Series, Table
from console.domain.faults import Clock
from console.domain.maintenance import reports
from console.domain.maintenance import reports_reliability as reliability
from console.domain.maintenance.reports import Books, Period
from console.domain.maintenance.reports_reliability import Reliability
from console.domain.orders import OrderKind
from console.domain.times import HOUR
from console.papers import care
from console.papers import columns as shared
from console.papers.figures import KEYS, Figures
from console.papers.setting import MOST_ROWS, Setting, cut

MONTHS_SHOWN = 12  # of the charts
WORST = 20  # machines in the ranking
_FORMULAS = (
    "on_time", "first_pass", "completion", "clocks", "mtbf", "mttr", "availability", "repeats", "compliance", "rounds", "hazards",
    "cost", "satisfaction", "certificates", "coverage",
)  # fmt: skip


def report(books: Books, of: Period, setting: Setting) -> Document:
    """The whole report."""
    maker = _Maker(books, of, setting)
    title = setting.tr(f"reports.title.{of.months}")
    return setting.paper(title, tuple(maker.blocks()), number=of.name, subtitle=maker.subtitle())


class _Maker:
    def __init__(self, books: Books, of: Period, setting: Setting) -> None:
        self._books, self._of, self._setting = books, of, setting
        self._known = reports.facts(books)
        self._history = reliability.history(books, self._known)
        zone = setting.timezone
        began = [*(each.opened_at for each in books.faults), *(each.created_at for each in books.orders)]
        self._begun = min(began, default=books.now)  # of a time before the first record nothing is known
        self._now = self._figures(of)
        self._before = self._figures(reports.shifted(of, -of.months, zone))
        self._year = self._figures(reports.shifted(of, -12, zone))

    def _figures(self, of: Period) -> Figures:
        return Figures(self._books, of, self._setting.timezone, self._known, self._history)

    def subtitle(self) -> str:
        """From when to when, and that it may not be over."""
        tr, of, setting = self._setting.tr, self._of, self._setting
        told = tr("reports.span", since=setting.day(of.since), until=setting.day(of.until - 1))
        return told + tr("reports.running_yet", at=setting.moment(self._books.now)) if self._books.now < of.until else told

    def blocks(self) -> list[Block]:
        """In their order."""
        tr = self._setting.tr
        made: list[Block] = [self._summary(), *self._charts()]
        sections: list[tuple[str, list[Block]]] = [
            ("orders", [self._orders()]),
            ("response", [self._clocks(), self._broken()]),
            ("reliability", [self._classes(), self._worst()]),
            ("plans", [care.compliance(self._now, self._setting), care.overdue(self._now, self._setting)]),
            ("cost", [care.costs(self._now, self._setting), care.parts(self._now, self._setting)]),
            ("safety", [care.registers(self._now, self._setting), care.certificates(self._now, self._setting)]),
        ]
        for name, blocks in sections:
            made += [Heading(tr(f"reports.section.{name}"), anchor=f"section:{name}"), *blocks]
        made += [Heading(tr("reports.section.formulas")), *(Paragraph(tr(f"reports.formula.{key}"), "note") for key in _FORMULAS)]
        made.append(self._setting.signatures("papers.sign.author", "papers.sign.checker", "papers.sign.approver"))
        return made

    # --- the first page

    def _summary(self) -> Table:
        setting, tr = self._setting, self._setting.tr
        rows, links = [], []
        for key in KEYS:
            now, before, year = (
                key.shown(figures, setting) if self._begun < figures.of.until else "—"
                for figures in (self._now, self._before, self._year)
            )
            aim = "≥ " + setting.share(key.least) if key.least is not None else ""
            rows.append((tr(f"reports.figure.{key.name}"), now, before, year, aim))
            links.append(f"section:{key.section}")
        columns = (
            Column(tr("reports.column.figure"), width=3.4),
            Column(tr("reports.column.now"), width=1.4),
            Column(tr("reports.column.before"), width=1.4),
            Column(tr("reports.column.year"), width=1.4),
            Column(tr("reports.column.target"), width=1.4),
        )
        return Table(tr("reports.summary"), columns, tuple(rows), links=tuple(links), anchor="summary")

    def _charts(self) -> list[Chart]:
        setting, tr = self._setting, self._setting.tr
        months = [reports.shifted(self._last_month(), -step, setting.timezone) for step in reversed(range(MONTHS_SHOWN))]
        figures = [self._figures(month) for month in months]
        labels = tuple(month.name[2:] for month in months)
        known = [figure if self._begun < figure.of.until and figure.of.since < self._books.now else None for figure in figures]

        def values(of: Callable[[Figures], float | None]) -> tuple[float | None, ...]:
            return tuple(None if figure is None else of(figure) for figure in known)

        links = tuple(f"report:{month.year}-{month.month}-1" for month in months)
        return [
            Chart(
                tr("reports.chart.orders"),
                labels,
                tuple(
                    Series(
                        tr(f"domain.order_kind.{kind.value}"),
                        tuple(None if figure is None else float(figure.kinds[kind].raised) for figure in known),
                    )
                    for kind in OrderKind
                ),
                unit=tr("reports.unit.orders"),
                links=links,
            ),
            Chart(
                tr("reports.chart.rates"),
                labels,
                (
                    Series(tr("reports.figure.on_time"), values(lambda figure: figure.all.on_time)),
                    Series(tr("reports.figure.compliance"), values(lambda figure: figure.compliance.share)),
                ),
                bars=False,
                percent=True,
                target=kpis.ON_TIME_TARGET,
                target_name=tr("reports.target"),
                links=links,
            ),
            Chart(
                tr("reports.chart.downtime"),
                labels,
                (Series(tr("reports.figure.downtime"), values(lambda figure: figure.reliability.unplanned / HOUR)),),
                unit="h",
                links=links,
            ),
        ]

    def _last_month(self) -> Period:
        last = self._of.month + self._of.months - 1
        return reports.period(self._of.year, last, 1, self._setting.timezone)

    # --- the sections

    def _orders(self) -> Table:
        tr = self._setting.tr
        kinds = self._now.kinds
        rows = [(tr(f"domain.order_kind.{kind.value}"), *shared.tallied(tally)) for kind, tally in kinds.items()]
        columns = (
            Column(tr("reports.column.kind")),
            shared.count(tr("reports.column.raised"), "raised"),
            shared.count(tr("reports.column.done"), "done"),
            shared.count(tr("reports.column.cancelled"), "cancelled"),
            shared.count(tr("reports.column.open"), "open"),
            shared.count(tr("reports.column.kept"), "kept"),
            shared.count(tr("reports.column.late"), "late"),
            shared.share(tr("reports.figure.on_time"), 'IF({kept}+{late}=0,"",{kept}/({kept}+{late}))'),
            shared.count(tr("reports.column.accepted"), "accepted"),
            shared.count(tr("reports.column.passed"), "passed"),
            shared.share(tr("reports.figure.first_pass"), 'IF({accepted}=0,"",{passed}/{accepted})'),
        )
        return Table(
            tr("reports.orders"), columns, tuple(rows), totals=(tr("reports.total"), *shared.tallied(self._now.all)),
            anchor="orders",
            links=tuple(f"orders:{kind.value}" for kind in kinds),
        )  # fmt: skip

    def _clocks(self) -> Table:
        tr = self._setting.tr
        found = self._now.kpis
        spread = {Clock.RESPOND: found.response, Clock.ON_SITE: found.arrival, Clock.REPAIRED: found.repair}
        rows = []
        for clock in Clock:
            rate, times = found.rate(clock), spread.get(clock)
            told = (times.mean_raw, times.median_raw, times.mean_net) if times is not None and times.count else (None,) * 3
            rows.append((tr(f"domain.clock.{clock.value}"), rate.kept, rate.broken, rate.pending, rate.share, *told))
        columns = (
            Column(tr("reports.column.clock")),
            shared.count(tr("reports.column.kept"), "kept", total=False),
            shared.count(tr("reports.column.late"), "broken", total=False),
            shared.count(tr("reports.column.pending"), "pending", total=False),
            shared.share(tr("reports.column.share"), 'IF({kept}+{broken}=0,"",{kept}/({kept}+{broken}))', total=False),
            Column(tr("reports.column.mean"), Kind.DURATION),
            Column(tr("reports.column.median"), Kind.DURATION),
            Column(tr("reports.column.net"), Kind.DURATION),
        )
        notes = (tr("reports.note.clocks"), tr("reports.note.benchmark"))
        return Table(tr("reports.clocks"), columns, tuple(rows), notes=notes, anchor="response")

    def _broken(self) -> Table:
        """The faults behind the broken promises."""
        setting, tr = self._setting, self._setting.tr
        broken = [fact for fact in self._known.values() if fact.counts and fact.broken and reports.within(self._of, fact.opened_at)]
        broken.sort(key=lambda fact: (fact.priority, fact.opened_at))
        rows = tuple(
            (
                f"F-{fact.number:06d}", fact.opened_at, setting.machine(fact.equipment), fact.text.get(setting.language),
                f"P{fact.priority}", ", ".join(tr(f"domain.clock.{clock.value}") for clock in fact.broken),
                setting.person(fact.person),
            )
            for fact in broken[:MOST_ROWS]
        )  # fmt: skip
        columns = (
            Column(tr("reports.fault.number")),
            Column(tr("reports.column.detected"), Kind.MOMENT),
            Column(tr("reports.fault.equipment")),
            Column(tr("reports.column.fault")),
            Column(tr("reports.column.priority")),
            Column(tr("reports.column.broken")),
            Column(tr("reports.fault.person")),
        )
        links = tuple(f"fault:{fact.number}" for fact in broken[:MOST_ROWS])
        return Table(tr("reports.broken"), columns, rows, links=links, notes=cut(setting, len(broken)), anchor="broken")

    def _classes(self) -> Table:
        setting, tr = self._setting, self._setting.tr
        systems: dict[str, list[Reliability]] = {}
        for name, found in self._now.machines.items():
            systems.setdefault(self._books.machines[name].system, []).append(found)
        summed = {name: reliability.together(parts) for name, parts in systems.items()}
        rows = tuple((setting.word("ledger.system", name), *shared.reliable(found)) for name, found in sorted(summed.items()))
        return Table(
            tr("reports.classes"),
            (Column(tr("reports.column.system")), *self._reliability_columns()),
            rows,
            totals=(tr("reports.total"), *shared.reliable(self._now.reliability)) if rows else (),
            notes=(tr("reports.note.reliability"),),
            links=tuple(f"system:{name}" for name in sorted(summed)),
            anchor="reliability",
        )

    def _worst(self) -> Table:
        setting, tr = self._setting, self._setting.tr
        ranked = sorted(
            (
                (found.repeats, found.failures, found.unplanned, name)
                for name, found in self._now.machines.items()
                if found.failures
            ),
            reverse=True,
        )[:WORST]
        names = [name for *_, name in ranked]
        rows = tuple((setting.machine(name), *shared.reliable(self._now.machines[name])) for name in names)
        columns = (
            Column(tr("reports.fault.equipment")),
            *(shared.without_total(column) for column in self._reliability_columns()),
        )
        links = tuple(f"equipment:{name}" for name in names)
        return Table(tr("reports.worst", count=WORST), columns, rows, links=links, anchor="worst")

    def _reliability_columns(self) -> tuple[Column, ...]:
        tr = self._setting.tr
        return (
            shared.count(tr("reports.column.machines"), "machines"),
            shared.count(tr("reports.column.failures"), "failures"),
            shared.count(tr("reports.column.repeats"), "repeats"),
            Column(tr("reports.column.span"), Kind.DURATION, key="span", total="sum"),
            Column(tr("reports.figure.downtime"), Kind.DURATION, key="down", total="sum"),
            Column(tr("reports.column.planned"), Kind.DURATION, key="planned", total="sum"),
            shared.reckoned("MTBF", Kind.DURATION, 'IF({failures}=0,"",({span}-{down})/{failures})'),
            Column("MTTR", Kind.DURATION),
            shared.reckoned(tr("reports.figure.availability"), Kind.PERCENT, 'IF({span}=0,"",1-{down}/{span})', digits=2),
        )
