"""The energy page: what was consumed by day, month or year, compared, priced, and by whom."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from console.domain import energy
from console.domain.energy import Tariff
from console.domain.problems import Problem
from console.domain.times import HOUR, MINUTE
from console.link.messages import Consumed
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.energy import account as of
from console.ui.energy import meters as of_meters
from console.ui.energy.account import Account, Span
from console.ui.energy.bars import BarChart, Bars
from console.ui.energy.fetching import Fetching
from console.ui.energy.meters import Meter
from console.ui.energy.toolbar import Toolbar
from console.ui.moments import full_text, local, zone
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

AGAIN = 5 * MINUTE  # the present span is asked for anew
DEMAND = 15 * MINUTE  # the window of the maximum demand that suppliers charge for
LABELS = {"day": "%H", "month": "%d", "year": "%m"}
NAMES = {"day": "%Y-%m-%d %H:%M", "month": "%Y-%m-%d", "year": "%Y-%m"}


class Navigator(Protocol):
    """Where a meter leads."""

    def open_equipment(self, equipment: str) -> None: ...


@dataclass(frozen=True)
class Row:
    """One line of the table: a meter, a building or a kind of load."""

    key: str
    name: str
    now: Account
    then: Account | None
    share: float


class EnergyScreen(QWidget):
    """See the module."""

    name = "energy"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._navigator = picture, navigator
        self._day: date | None = None  # None: follows the present
        self._asked_at = 0
        self._meters: list[Meter] = []
        self._span = self._before = Span([], [], [], [], [])
        self._problem: Problem | None = None
        self.fetching = Fetching(desk, self)
        self.toolbar, self.chart, self.blank = Toolbar(), BarChart(), Blank()
        self._model: RowModel[Row] = RowModel(self._columns(), lambda row: row.key, self)
        self.table: TableView[Row] = TableView(self._model, "energy", row_height=28)
        self._facts = FactGrid(right=True)
        self._lay_out()
        bar = self.toolbar
        bar.changed.connect(self._ask)
        bar.moved.connect(self.move_by)
        bar.today.connect(self._to_present)
        bar.export_asked.connect(self._export)
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
        self._legend = label(role="faint")
        self._card.body.addWidget(self._legend)
        self._card.body.addWidget(self.chart, 1)
        self._card.body.addWidget(self.blank, 1)
        self._side.setFixedWidth(360)
        self._side.body.addWidget(self._facts)
        self._side.body.addStretch(1)
        upper.addWidget(self._card, 1)
        upper.addWidget(self._side)
        self._list.body.addWidget(self.table, 1)
        outer.addLayout(upper, 3)
        outer.addWidget(self._list, 2)

    def _columns(self) -> list[Column[Row]]:
        def tariff_cost(row: Row) -> str:
            tariff = self._tariff()
            return f"{tariff.currency} {_figure(row.now.cost)}" if tariff is not None else "—"

        def night(row: Row) -> float:
            return row.now.night / row.now.night_hours if row.now.night_hours else math.nan

        def remark(row: Row) -> str:
            said = [tr("energy.estimated")] if row.now.partial else []
            return "、".join([*said, tr("energy.breaks", count=row.now.breaks)] if row.now.breaks else said)

        def figures(key: str, width: int, of: Callable[[Row], float], words: Callable[[float], str]) -> Column[Row]:
            return Column(key, f"energy.column.{key}", width, lambda row: words(of(row)), RIGHT, sort=lambda row: _rank(of(row)))

        return [
            Column("name", "energy.column.name", 0, lambda row: row.name),
            figures("amount", 130, lambda row: row.now.total, _figure),
            figures("share", 90, lambda row: row.share, _percent),
            figures("then", 130, _then, _figure),
            figures("change", 100, _change, _signed),
            figures("night", 120, night, _figure),
            Column("cost", "energy.column.cost", 130, tariff_cost, RIGHT, sort=lambda row: row.now.cost),
            Column("remark", "energy.column.remark", 220, remark, colour=lambda _row: "dim"),
        ]

    # --- what the shell asks

    def retranslate(self) -> None:
        """All words."""
        self.toolbar.retranslate()
        self._model.refresh()
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
        self._meters = of_meters.meters(picture, self._unit()) if self._unit() else []
        day = self._day or self._today()
        self.toolbar.show_span(day, latest=energy.moved(kind, day, 1) > self._today() and self._is_present(day))
        self._problem = None
        if not picture.live or not self.isVisible() or not self._meters:
            self._draw()
            return
        policy, tariff, site = picture.estate.energy, self._tariff(), self._zone()
        self._span = of.span(kind, day, policy, tariff, site)
        compared = self.toolbar.compared()
        then = None
        if compared != "none":
            before = energy.moved(kind, day, -1) if compared == "previous" else energy.moved("year", day, -1)
            self._before = of.span(kind, before, policy, tariff, site)
            then = self._before.fine
        since, until = self._span.edges[0], min(self._span.edges[-1], picture.now())
        step = DEMAND if kind != "year" else HOUR
        rates = tuple(meter.rate.number for meter in of_meters.total_of(self._meters) if meter.rate is not None)
        demand = None
        if until - since >= step:
            count = (until - since) // step
            demand = (rates[:200], since, since + count * step, count)
        self._asked_at = picture.now()
        self.fetching.ask([meter.counter.number for meter in self._meters], self._span.fine, then, demand)
        self._draw()

    def _is_present(self, day: date) -> bool:
        form = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[self.toolbar.kind]
        return day.strftime(form) == self._today().strftime(form)

    # --- drawing

    def _arrived(self) -> None:
        self._model.set_rows(self._rows())
        if not self.table.selected():
            self.table.sort_by("amount", Qt.SortOrder.DescendingOrder)
        self._draw()

    def _failed(self, problem: Problem) -> None:
        self._problem = problem
        self._draw()

    def _accounts(self, consumed: dict[int, Consumed], within: Span, chosen: list[Meter]) -> Account:
        tariff = self._tariff()
        parts = [of.account(consumed[meter.counter.number], within, tariff) for meter in chosen if meter.counter.number in consumed]
        return of.summed(parts, len(within.edges) - 1)

    def _rows(self) -> list[Row]:
        grouping = self.toolbar.grouped()
        groups: dict[str, list[Meter]] = {}
        for meter in self._meters:
            groups.setdefault(of_meters.group_of(meter, grouping), []).append(meter)
        whole = self._accounts(self.fetching.now, self._span, of_meters.total_of(self._meters)).total
        rows = []
        for key, members in groups.items():
            chosen = members if grouping == "load" else of_meters.total_of(members)
            now = self._accounts(self.fetching.now, self._span, chosen)
            then = self._accounts(self.fetching.then, self._before, chosen) if self.fetching.then else None
            share = now.total / whole if whole and not math.isnan(whole) else math.nan
            rows.append(Row(key, of_meters.group_name(self._picture, key, grouping), now, then, share))
        return rows

    def _draw(self, *_: object) -> None:
        picture = self._picture
        empty = not self._meters
        known = bool(self.fetching.now) and not empty
        self.chart.setVisible(known)
        self.blank.setVisible(not known)
        self._list.set_heading(tr("energy.list"), tr("energy.list.remark", count=self._model.rowCount()))
        if self._problem is not None:
            self.blank.say(tr("energy.failed"), sentence(self._problem))
        elif not picture.revision or self.fetching.loading or not picture.live:
            self.blank.say(tr("equipment.loading"))
        elif empty:
            self.blank.say(tr("energy.empty"), tr("energy.empty.advice"))
        else:
            self.blank.say(tr("energy.nothing"), tr("energy.nothing.advice"))
        remark = tr("equipment.loading") if self.fetching.loading else sentence(self._problem) if self._problem else ""
        if known:
            self._show(remark)
        else:
            self._card.set_heading(tr("energy.heading"), remark)
            self._side.set_heading(tr("energy.figures"))
            self._facts.write([])

    def _show(self, remark: str) -> None:
        chosen = self.table.selected()
        total = of_meters.total_of(self._meters)
        now = chosen[0].now if chosen else self._accounts(self.fetching.now, self._span, total)
        then = chosen[0].then if chosen else None
        if not chosen and self.fetching.then:
            then = self._accounts(self.fetching.then, self._before, total)
        subject = chosen[0].name if chosen else tr("energy.total")
        self._card.set_heading(f"{tr('energy.heading')}  {subject}", remark)
        place = self._picture.estate.site.timezone
        edges = self._span.edges
        target = math.nan if chosen else self._target()
        self.chart.show_bars(
            Bars(
                [local(at, place).strftime(LABELS[self.toolbar.kind]) for at in edges[:-1]],
                [local(at, place).strftime(NAMES[self.toolbar.kind]) for at in edges[:-1]],
                now.bars,
                then.bars if then is not None else [],
                target,
                self._unit(),
                next((bar for bar in range(len(edges) - 1) if edges[bar] <= self._picture.now() < edges[bar + 1]), -1),
            )
        )
        words = [tr("energy.legend.now")]
        words += [tr("energy.legend.then")] if then is not None else []
        words += [tr("energy.legend.target")] if not math.isnan(target) else []
        self._legend.setText("    ".join(words))
        self._side.set_heading(tr("energy.figures"), subject)
        self._facts.write(self._figures(now, then, whole=not chosen))

    def _target(self) -> float:
        """The target of one bar: a month's in the year, a day's part of it in the month."""
        policy, day = self._picture.estate.energy, self._day or self._today()
        amount = policy.target(self._unit(), day.month)
        if amount is None or self.toolbar.kind == "day":
            return math.nan
        if self.toolbar.kind == "month":
            return amount / (len(self._span.edges) - 1)
        return sum(policy.target(self._unit(), month) or 0.0 for month in range(1, 13)) / 12

    def _figures(self, now: Account, then: Account | None, *, whole: bool) -> list[tuple[str, str]]:
        unit, tariff, place = self._unit(), self._tariff(), self._picture.estate.site.timezone
        rows = [(tr("energy.fact.total"), f"{_figure(now.total)} {unit}")]
        if then is not None:
            rows.append((tr("energy.fact.then"), f"{_figure(then.total)} {unit}"))
            rows.append((tr("energy.fact.change"), _signed(_ratio(now.total, then.total))))
        if now.night_hours:
            rows.append((tr("energy.fact.night"), f"{_figure(now.night / now.night_hours)} {unit}/h"))
        if whole:
            policy, day = self._picture.estate.energy, self._day or self._today()
            target = policy.target(unit, day.month)
            if target is not None and self.toolbar.kind == "month":
                used = _percent(now.total / target if target else math.nan)
                rows.append((tr("energy.fact.target"), f"{_figure(target)} {unit}  {used}"))
            step = DEMAND if self.toolbar.kind != "year" else HOUR
            found = of.peak(self.fetching.demand, step)
            if found is not None:
                of_rate = of_meters.QUANTITIES[unit][1]
                rows.append((tr("energy.fact.peak", minutes=step // MINUTE), f"{_figure(found[1])} {of_rate}"))
                rows.append((tr("energy.fact.peak_at"), full_text(found[0], place)))
        if tariff is None:
            rows.append((tr("energy.fact.cost"), tr("energy.no_tariff")))
            return rows
        rows.append((tr("energy.fact.cost"), f"{tariff.currency} {_figure(now.cost)}"))
        for price, period in enumerate(tariff.periods):
            if price in now.amounts:
                said = f"{_figure(now.amounts[price])} {unit}   {tariff.currency} {_figure(now.costs[price])}"
                rows.append((period.name.get(language()), said))
        return rows

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
        finer = {"year": "month", "month": "day"}.get(self.toolbar.kind)
        if finer is None:
            return
        day = local(self._span.edges[place], self._picture.estate.site.timezone).date()
        if day > self._today():
            return
        self.toolbar.kind = finer
        self._day = None if self._is_present(day) else day
        self._ask()

    def _open_row(self, row: object) -> None:
        if isinstance(row, Row) and row.key in self._picture.equipment:
            self._navigator.open_equipment(row.key)

    def _export(self) -> None:
        dialog = QFileDialog(self, tr("energy.export"), "energy.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda file: self.export_to(Path(file)))
        dialog.open()

    def export_to(self, file: Path) -> None:
        """The table as it is shown."""
        try:
            self.table.export_csv(file)
        except OSError as error:
            self._card.remark.setText(tr("energy.export.failed", file=str(file), reason=error.strerror or str(error)))


def _figure(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:,.1f}".replace(",", " ")


def _percent(value: float) -> str:
    return "—" if math.isnan(value) else f"{value * 100:.1f} %"


def _signed(value: float) -> str:
    return "—" if math.isnan(value) else f"{value * 100:+.1f} %"


def _ratio(now: float, then: float) -> float:
    return now / then - 1 if then and not math.isnan(then) else math.nan


def _then(row: Row) -> float:
    return row.then.total if row.then is not None else math.nan


def _change(row: Row) -> float:
    return _ratio(row.now.total, _then(row))


def _rank(value: float) -> float:
    return -math.inf if math.isnan(value) else value
