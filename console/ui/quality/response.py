"""The response page: on-time rates and times against targets and the benchmark, by month, team, class, and the faults behind."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.domain import kpis
from console.domain.faults import Clock
from console.domain.kpis import FaultFacts, Kpis, Verdict
from console.domain.times import HOUR
from console.link.quality import KpiAnswer
from console.texts import language, tr
from console.ui.moments import full_text
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.quality.chart import Chart, Line, Plot, Target
from console.ui.quality.measures import duration, percent, response_measures
from console.ui.quality.measuretable import MeasureTable
from console.ui.strip import equipment_name
from console.ui.widgets.badges import BadgeDelegate
from console.ui.widgets.cards import GAP, Card
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

DIMENSIONS = ("month", "team", "system", "priority", "equipment")
SHOWN = {Clock.RESPOND: "pen1", Clock.ON_SITE: "pen2", Clock.REPAIRED: "pen3"}  # lines of the chart


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the breakdown."""

    key: str
    name: str
    kpis: Kpis


class ResponsePage(QWidget):
    """See the module. ``fault_opened`` with a fault's number."""

    fault_opened = Signal(int)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._answer: KpiAnswer | None = None
        self._group: Group | None = None
        self._only = ""  # see show_only
        self._months: tuple[str, ...] = ()
        self.measures = MeasureTable("kpi_measures", title=190, value=0)
        self.rates, self.times = Chart("kpi_rates"), Chart("kpi_times")
        self._groups: RowModel[Group] = RowModel(self._group_columns(), lambda group: group.key, self)
        self.groups: TableView[Group] = TableView(self._groups, "kpi_groups", row_height=28)
        self.groups.sort_by("name")
        self._facts: RowModel[FaultFacts] = RowModel(self._fact_columns(), lambda fact: fact.number, self)
        self.faults: TableView[FaultFacts] = TableView(self._facts, "kpi_faults", row_height=28)
        self.faults.sort_by("opened", Qt.SortOrder.DescendingOrder)
        self.faults.setItemDelegateForColumn(0, BadgeDelegate(self.faults))
        self.dimension = QComboBox()
        self.dimension.setObjectName("kpi_dimension")
        self.everything = QPushButton()
        self.everything.setObjectName("kpi_everything")
        self._lay_out()
        self.dimension.currentIndexChanged.connect(self._regroup)
        self.measures.opened.connect(lambda measure: self.show_only(measure.faults))
        self.groups.chosen.connect(self._choose_group)
        self.faults.opened.connect(lambda fact: self.fault_opened.emit(fact.number))
        self.everything.clicked.connect(self.show_all)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        upper, lower, charts = QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        for row in (upper, lower, charts):
            row.setSpacing(GAP)
        self._measured, self._rates, self._times, self._grouped, self._listed = (Card() for _ in range(5))
        self._measured.body.addWidget(self.measures)
        self._rates.body.addWidget(self.rates)
        self._times.body.addWidget(self.times)
        charts.addWidget(self._rates)
        charts.addWidget(self._times)
        upper.addWidget(self._measured, 1)
        upper.addLayout(charts, 1)
        self._grouped.head.addWidget(self.dimension)
        self._grouped.body.addWidget(self.groups)
        self._listed.head.addWidget(self.everything)
        self._listed.body.addWidget(self.faults)
        lower.addWidget(self._grouped, 1)
        lower.addWidget(self._listed, 1)
        outer.addLayout(upper, 3)
        outer.addLayout(lower, 2)

    @staticmethod
    def _group_columns() -> list[Column[Group]]:
        def rate(clock: Clock) -> Column[Group]:
            return Column(
                f"rate_{clock}", f"quality.column.rate_{clock}", 96, lambda g: percent(g.kpis.rate(clock).share), RIGHT,
                sort=lambda g: -1.0 if (share := g.kpis.rate(clock).share) is None else share,
            )  # fmt: skip

        def span(key: str, of: str) -> Column[Group]:
            def value(group: Group) -> int:
                return int(getattr(getattr(group.kpis, of), "mean_raw"))  # noqa: B009 - the name is a variable

            return Column(key, f"quality.column.{key}", 104, lambda g: duration(value(g)) if value(g) else "—", RIGHT, sort=value)

        return [
            Column("name", "quality.column.group", 0, lambda g: g.name, sort=lambda g: g.key),
            Column("faults", "quality.column.faults", 66, lambda g: str(g.kpis.opened), RIGHT, sort=lambda g: g.kpis.opened),
            rate(Clock.RESPOND), rate(Clock.ON_SITE), rate(Clock.REPAIRED),
            span("response", "response"), span("repair", "repair"),
            Column(
                "false", "quality.column.false", 80, lambda g: percent(g.kpis.false_share), RIGHT,
                sort=lambda g: -1.0 if g.kpis.false_share is None else g.kpis.false_share,
            ),
        ]  # fmt: skip

    def _fact_columns(self) -> list[Column[FaultFacts]]:
        picture = self._picture

        def opened(fact: FaultFacts) -> str:
            return full_text(fact.opened_at, picture.estate.site.timezone)

        def code(fact: FaultFacts) -> str:
            return tr(f"domain.close_code.{fact.close_code}") if fact.close_code else tr("quality.open")

        def span(clock: Clock) -> Column[FaultFacts]:
            def text(fact: FaultFacts) -> str:
                found = fact.clocks.get(clock)
                if found is None or found.verdict is Verdict.UNNEEDED:
                    return "–"
                mark = "✗ " if found.verdict is Verdict.BROKEN else ""
                return mark + (duration(found.raw) if found.raw >= 0 else "…")

            return Column(
                f"time_{clock}", f"domain.clock.{clock}", 112, text, RIGHT,
                sort=lambda fact: fact.clocks[clock].raw if clock in fact.clocks else -2,
                colour=lambda fact: f"p{fact.priority}_text" if clock in fact.broken else "",
            )  # fmt: skip

        return [
            Column("priority", "", 44, lambda f: str(f.priority), user=lambda f: f.priority, sort=lambda f: f.priority),
            Column("id", "quality.column.id", 92, lambda f: f"F-{f.number:06d}", sort=lambda f: f.number),
            Column("opened", "quality.column.opened", 128, opened, sort=lambda f: f.opened_at),
            Column("equipment", "quality.column.equipment", 130, lambda f: equipment_name(picture, f.equipment)),
            Column("text", "quality.column.text", 0, lambda f: f.text.get(language()), tooltip=lambda f: f.text.get(language())),
            span(Clock.RESPOND), span(Clock.REPAIRED),
            Column("code", "quality.column.code", 84, code),
        ]  # fmt: skip

    # --- what the screen says

    def show_figures(self, answer: KpiAnswer, months: tuple[str, ...]) -> None:
        """These; ``months`` are the charts'."""
        self._answer, self._months = answer, months
        self.refresh()

    @property
    def filled(self) -> bool:
        """There is a fault in the period or in the months before it."""
        return self._answer is not None and bool(self._answer.faults or self._answer.groups.get("month"))

    def show_only(self, which: str) -> None:
        """Only the faults behind a figure: of which a promise was broken (``priority:1``: any, ``clock:respond``: this one), with a
        close code (``code:false_alarm``), ``reworked`` or ``open`` ones. Empty: nothing in particular."""
        if which:
            self._only, self._group = which, None
            self.refresh()

    def show_all(self) -> None:
        """All faults of the period again."""
        self._only, self._group = "", None
        self.groups.clearSelection()
        self.refresh()

    def retranslate(self) -> None:
        """All words."""
        chosen = max(0, self.dimension.currentIndex())
        self.dimension.blockSignals(True)
        self.dimension.clear()
        for name in DIMENSIONS:
            self.dimension.addItem(tr(f"quality.by.{name}"), name)
        self.dimension.setCurrentIndex(chosen)
        self.dimension.blockSignals(False)
        self.everything.setText(tr("quality.everything"))
        self.measures.retranslate()
        self._groups.refresh()
        self._facts.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Say it all anew."""
        answer = self._answer
        if answer is None:
            return
        self._measured.set_heading(tr("quality.card.kpis"), tr("quality.remark.kpis", count=answer.total.opened))
        self.measures.show_measures(response_measures(answer.total))
        known = answer.groups.get("month", {})
        months = {month: known.get(month, Kpis()) for month in self._months}
        self._rates.set_heading(tr("quality.card.rates"))
        self._times.set_heading(tr("quality.card.times"))
        self.rates.show_plot(self._rate_plot(months))
        self.times.show_plot(self._time_plot(months))
        self._grouped.set_heading(tr("quality.card.groups"))
        self._groups.set_rows(self._group_rows(answer))
        self._list()

    # --- what is shown

    @staticmethod
    def _rate_plot(months: dict[str, Kpis]) -> Plot:
        def share(found: Kpis, clock: Clock) -> float:
            value = found.rate(clock).share
            return math.nan if value is None else value

        lines = tuple(
            Line(tr(f"domain.clock.{clock}"), tuple(share(found, clock) for found in months.values()), pen)
            for clock, pen in SHOWN.items()
        )
        tips = tuple(
            "\n".join([month, *(f"{tr(f'domain.clock.{clock}')} {percent(found.rate(clock).share)}" for clock in SHOWN)])
            for month, found in months.items()
        )
        target = Target(tr("quality.line.target", share=f"{kpis.ON_TIME_TARGET:.0%}"), kpis.ON_TIME_TARGET)
        return Plot(tuple(months), tips, lines=lines, targets=(target,), top=1.0, form=lambda value: f"{value:.0%}")

    @staticmethod
    def _time_plot(months: dict[str, Kpis]) -> Plot:
        def hours(nanoseconds: int, count: int) -> float:
            return nanoseconds / HOUR if count else math.nan

        raw = tuple(hours(found.repair.mean_raw, found.repair.count) for found in months.values())
        net = tuple(hours(found.repair.mean_net, found.repair.count) for found in months.values())
        response = tuple(hours(found.response.mean_raw, found.response.count) for found in months.values())
        lines = (
            Line(tr("quality.line.repair"), raw, "pen3"),
            Line(tr("quality.line.repair_net"), net, "pen4"),
            Line(tr("quality.line.response"), response, "pen1"),
        )
        tips = tuple(
            "\n".join([month, *(f"{line.name} {line.values[place]:.2f} h" for line in lines if not math.isnan(line.values[place]))])
            for place, month in enumerate(months)
        )
        after = kpis.HANDLING_AFTER / HOUR
        benchmark = Target(tr("quality.line.benchmark", hours=f"{after:g}"), after)
        return Plot(tuple(months), tips, lines=lines, targets=(benchmark,), form=lambda value: f"{value:.3g} h")

    def _group_rows(self, answer: KpiAnswer) -> list[Group]:
        dimension = str(self.dimension.currentData() or DIMENSIONS[0])
        return [
            Group(key, self._name(dimension, key), found) for key, found in answer.groups.get(dimension, {}).items() if found.opened
        ]

    def _name(self, dimension: str, key: str) -> str:
        if not key:
            return tr("quality.group.none")
        match dimension:
            case "system":
                return tr(f"alarms.system.{key}")
            case "priority":
                return tr(f"domain.priority.{key}")
            case "equipment":
                return equipment_name(self._picture, key)
            case "team":
                teams = {team.id: team.name.get(language()) for team in self._picture.roster.teams}
                return teams.get(key) or display(self._picture, key)
            case _:
                return key

    def _list(self) -> None:
        """The faults that are chosen."""
        answer = self._answer
        if answer is None:
            return
        facts, what = list(answer.facts), tr("quality.card.faults")
        if self._only:
            facts = [fact for fact in facts if _fits(fact, self._only)]
            what = tr("quality.card.only", which=_named(self._only))
        elif self._group is not None:
            facts = [fact for fact in facts if self._belongs(fact, self._group.key)]
            what = tr("quality.card.faults_of", group=self._group.name)
        self._facts.set_rows(facts)
        remark = tr("quality.remark.faults", count=len(facts))
        if answer.faults > len(answer.facts):
            remark = tr("quality.remark.faults_cut", count=len(facts), all=answer.faults)
        self._listed.set_heading(what, remark)
        self.everything.setVisible(bool(self._only or self._group is not None))

    def _belongs(self, fact: FaultFacts, key: str) -> bool:
        match self.dimension.currentData():
            case "month":
                return full_text(fact.opened_at, self._picture.estate.site.timezone).startswith(key)
            case "team":
                return (fact.team or fact.person) == key
            case "system":
                return fact.system == key
            case "priority":
                return str(fact.priority) == key
            case _:
                return fact.equipment == key

    def _regroup(self, _index: int = 0) -> None:
        self._group = None
        self.refresh()

    def _choose_group(self) -> None:
        group = self.groups.current() if self.groups.selected() else None
        if group is not None and group is not self._group:
            self._group, self._only = group, ""
            self._list()


def _fits(fact: FaultFacts, which: str) -> bool:
    kind, _, value = which.partition(":")
    match kind:
        case "priority":
            return fact.counts and str(fact.priority) == value and bool(fact.broken)
        case "clock":
            return fact.counts and Clock(value) in fact.broken
        case "code":
            return fact.close_code == value
        case "reworked":
            return fact.counts and fact.accepted and fact.reworked
        case _:
            return fact.counts and not fact.closed_at


def _named(which: str) -> str:
    kind, _, value = which.partition(":")
    words = {"clock": f"domain.clock.{value}", "code": f"domain.close_code.{value}"}
    return tr(f"quality.only.{kind}", value=tr(words[kind]) if kind in words else value)
