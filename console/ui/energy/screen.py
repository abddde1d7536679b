"""The energy page: what was consumed by day, month or year, compared, priced, and by whom."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from console.domain import energy
from console.domain.energy import Tariff
from console.domain.problems import Problem
from console.domain.times import HOUR, MINUTE
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.energy import account as of
from console.ui.energy import meters as of_meters
from console.ui.energy.bars import BarChart, Bars
from console.ui.energy.fetching import Demand, Fetching, Question
from console.ui.energy.figures import Findings, Row, figure, night_rate, percent, remark, signed, with_unit
from console.ui.energy.meters import Meter
from console.ui.energy.toolbar import Toolbar
from console.ui.moments import local, zone
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

AGAIN = 5 * MINUTE  # the present span is asked for anew
DEMAND = 15 * MINUTE  # the window of the maximum demand that suppliers charge for
MOST_RATES = 200  # points of one history query
LABELS = {"day": "%H", "month": "%d", "year": "%m"}
NAMES = {"day": "%Y-%m-%d %H:%M", "month": "%Y-%m-%d", "year": "%Y-%m"}


class Navigator(Protocol):
    """Where a meter leads."""

    def open_equipment(self, equipment: str) -> None: ...


class EnergyScreen(QWidget):
    """See the module."""

    name = "energy"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._navigator = picture, navigator
        self._day: date | None = None  # None: follows the present
        self._asked_at = 0
        self._meters: list[Meter] = []
        self._known: dict[str, list[Meter]] = {}  # by unit; of this configuration
        self._findings: Findings | None = None
        self._problem: Problem | None = None
        self.fetching = Fetching(desk, self)
        self.toolbar, self.chart, self.blank = Toolbar(), BarChart(), Blank()
        self._model: RowModel[Row] = RowModel(self._columns(), lambda row: row.key, self)
        self.table: TableView[Row] = TableView(self._model, "energy", row_height=28)
        self.table.sort_by("amount", Qt.SortOrder.DescendingOrder)
        self._facts = FactGrid(right=True)
        self._lay_out()
        bar = self.toolbar
        bar.changed.connect(self._ask)
        bar.regrouped.connect(self._regroup)
        bar.moved.connect(self.move_by)
        bar.today.connect(self._to_present)
        bar.export_asked.connect(self.table.ask_export)
        self.chart.opened.connect(self._open_bar)
        self.table.chosen.connect(self._draw)
        self.table.opened.connect(self._open_row)
        self.fetching.finished.connect(self._arrived)
        self.fetching.failed.connect(self._failed)
        picture.replaced.connect(self._replaced)
        picture.ticked.connect(self._tick)
        for key, step in (("Alt+PgUp", -1), ("Alt+PgDown", 1)):
            QShortcut(QKeySequence(key), self).activated.connect(self._mover(step))
        self.retranslate()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        upper = QHBoxLayout()
        upper.setSpacing(GAP)
        self._card, self._side, self._list = Card(), Card(), Card()
        self._card.body.addWidget(self.toolbar)
        self._card.body.addWidget(self.chart, 1)
        self._card.body.addWidget(self.blank, 1)
        self._side.setFixedWidth(360)
        self._amount = label(role="key", selectable=True)
        self._side.body.addWidget(self._amount)
        scroll = QScrollArea()  # a small screen has no room for all prices
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._facts)
        self._side.body.addWidget(scroll, 1)
        upper.addWidget(self._card, 1)
        upper.addWidget(self._side)
        self._list.head.addWidget(self.toolbar.grouping)
        self._list.head.addWidget(self.toolbar.export)
        self._list.body.addWidget(self.table, 1)
        outer.addLayout(upper, 3)
        outer.addWidget(self._list, 2)

    def _columns(self) -> list[Column[Row]]:
        def cost(row: Row) -> str:
            return self._findings.money(row.now) if self._findings is not None else "—"

        def figures(key: str, width: int, of: Callable[[Row], float], words: Callable[[float], str]) -> Column[Row]:
            return Column(key, f"energy.column.{key}", width, lambda row: words(of(row)), RIGHT, sort=lambda row: _rank(of(row)))

        return [
            Column("name", "energy.column.name", 0, lambda row: row.name),
            figures("amount", 130, lambda row: row.now.total, figure),
            figures("share", 90, lambda row: row.share, percent),
            figures("then", 130, _then, figure),
            figures("change", 100, lambda row: row.change, signed),
            figures("night", 120, lambda row: night_rate(row.now), figure),
            Column("cost", "energy.column.cost", 130, cost, RIGHT, sort=lambda row: row.now.cost),
            Column("remark", "energy.column.remark", 220, lambda row: remark(row.now), colour=lambda _row: "dim"),
        ]

    # --- what the shell asks

    def retranslate(self) -> None:
        """All words."""
        self.toolbar.retranslate()
        self._model.refresh()
        self._regroup()
        self._replaced()

    # --- asking

    def _unit(self) -> str:
        return str(self.toolbar.unit.currentData() or "")

    def _zone(self) -> ZoneInfo:
        return zone(self._picture.estate.site.timezone)

    def _today(self) -> date:
        return local(self._picture.now(), self._picture.estate.site.timezone).date()

    def _tariff(self) -> Tariff | None:
        return self._picture.estate.energy.tariff(self._unit())

    def _replaced(self) -> None:
        self._known.clear()
        self.toolbar.show_units(of_meters.units(self._picture))
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """What is old is asked for anew."""
        super().showEvent(event)
        self._ask()

    def _tick(self) -> None:
        if self.isVisible() and self._day is None and self._picture.now() - self._asked_at > AGAIN:
            self._ask()

    def _ask(self) -> None:
        picture, kind = self._picture, self.toolbar.kind
        unit = self._unit()
        if unit not in self._known:
            self._known[unit] = of_meters.meters(picture, unit) if unit else []
        self._meters = self._known[unit]
        day = self._day or self._today()
        self.toolbar.show_span(day, latest=energy.moved(kind, day, 1) > self._today() and self._is_present(day))
        self._problem = None
        if not picture.live or not self.isVisible() or not self._meters:
            self._draw()
            return
        self._asked_at = picture.now()
        self.fetching.ask(self._question(kind, day))
        self._draw()

    def _question(self, kind: str, day: date) -> Question:
        policy, tariff, site, now = self._picture.estate.energy, self._tariff(), self._zone(), self._picture.now()
        span, then = of.span(kind, day, policy, tariff, site), None
        compared = self.toolbar.compared()
        if compared != "none":
            before = energy.moved(kind, day, -1) if compared == "previous" else energy.moved("year", day, -1)
            then = of.span(kind, before, policy, tariff, site)
        since, step = span.edges[0], DEMAND if kind != "year" else HOUR
        count = (min(span.edges[-1], now) - since) // step
        rates = tuple(meter.rate.number for meter in of_meters.total_of(self._meters) if meter.rate is not None)
        demand = Demand(rates[:MOST_RATES], since, count, step) if count > 0 and rates else None
        return Question(kind, day, self._unit(), tuple(self._meters), span, then, demand)

    def _is_present(self, day: date) -> bool:
        form = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[self.toolbar.kind]
        return day.strftime(form) == self._today().strftime(form)

    # --- drawing

    def _arrived(self) -> None:
        answers = self.fetching.answers
        assert answers is not None  # it has just come
        self._findings = Findings(self._picture, answers, self._picture.now())
        self._regroup()

    def _regroup(self) -> None:
        self._model.set_rows(self._findings.rows(self.toolbar.grouped()) if self._findings is not None else [])
        self._draw()

    def _failed(self, problem: Problem) -> None:
        self._problem = problem
        self._draw()

    def _draw(self, *_: object) -> None:
        picture = self._picture
        empty = not self._meters
        findings = self._findings if not empty else None
        self.chart.setVisible(findings is not None)
        self.blank.setVisible(findings is None)
        self._list.set_heading(tr("energy.list"), tr("energy.list.remark", count=self._model.rowCount()))
        if self._problem is not None:
            self.blank.say(tr("energy.failed"), sentence(self._problem))
        elif empty and picture.revision:
            self.blank.say(tr("energy.empty"), tr("energy.empty.advice"))
        elif not picture.revision or self.fetching.loading or not picture.live:
            self.blank.say(tr("equipment.loading"))
        else:
            self.blank.say(tr("energy.nothing"), tr("energy.nothing.advice"))
        remark = tr("equipment.loading") if self.fetching.loading else sentence(self._problem) if self._problem else ""
        if findings is not None:
            self._show(findings, remark)
        else:
            self._card.set_heading(tr("energy.heading"), remark)
            self._side.set_heading(tr("energy.figures"))
            self._amount.clear()
            self._facts.write([])

    def _show(self, findings: Findings, remark: str) -> None:
        chosen = self.table.selected()
        row = chosen[0] if chosen else findings.whole
        question, place = findings.question, self._picture.estate.site.timezone
        self._card.set_heading(f"{tr('energy.heading')}  {row.name}", remark)
        moments = [local(at, place) for at in question.now.edges[:-1]]
        self.chart.show_bars(
            Bars(
                [at.strftime(LABELS[question.kind]) for at in moments],
                [at.strftime(NAMES[question.kind]) for at in moments],
                row.now.bars,
                row.then.bars if row.then is not None else [],
                [] if chosen else findings.targets(),
                question.unit,
                findings.running,
            )
        )
        self._side.set_heading(tr("energy.figures"), row.name)
        self._amount.setText(with_unit(row.now.total, question.unit))
        self._facts.write(findings.facts(row))

    # --- what the person does

    def move_by(self, steps: int) -> None:
        """To the span before or after."""
        day = energy.moved(self.toolbar.kind, self._day or self._today(), steps)
        if day > self._today() and not self._is_present(day):
            return
        self._day = None if self._is_present(day) else day
        self._ask()

    def _mover(self, steps: int) -> object:
        return lambda: self.move_by(steps)

    def _to_present(self) -> None:
        self._day = None
        self._ask()

    def _open_bar(self, place: int) -> None:
        """From the year into a month, from the month into a day."""
        assert self._findings is not None  # there are bars
        question = self._findings.question
        finer = {"year": "month", "month": "day"}.get(question.kind)
        if finer is None:
            return
        day = local(question.now.edges[place], self._picture.estate.site.timezone).date()
        if day > self._today():
            return
        self.toolbar.kind = finer
        self._day = None if self._is_present(day) else day
        self._ask()

    def _open_row(self, row: object) -> None:
        if isinstance(row, Row) and row.key in self._picture.equipment:
            self._navigator.open_equipment(row.key)


def _then(row: Row) -> float:
    return row.then.total if row.then is not None else math.nan


def _rank(value: float) -> float:
    return -math.inf if math.isnan(value) else value
