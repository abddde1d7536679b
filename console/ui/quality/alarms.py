"""The alarm page: the figures against their targets, the load over time, and the lists of what makes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.domain.alarmquality import PEAK_MOST, RATE_ACCEPTABLE, AlarmQuality, Figure, Flood, Source, source_key
from console.domain.floods import WINDOW
from console.domain.times import MINUTE
from console.texts import language, tr
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.quality.chart import Chart, Plot, Target
from console.ui.quality.measures import Measure, alarm_measures
from console.ui.quality.measuretable import MeasureTable
from console.ui.quality.periods import Period
from console.ui.strip import building_name, equipment_name
from console.ui.widgets.badges import BadgeDelegate
from console.ui.widgets.cards import GAP, Card, label
from console.ui.widgets.clocks import span_text
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

LISTS = ("top", "standing", "chattering", "floods", "load")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list. ``figure`` leads to its alarms; ``building`` or ``system`` narrow the page instead."""

    key: str
    equipment: str
    text: str
    amount: str
    order: float
    priority: int = 0
    figure: Figure | None = None
    building: str = ""
    system: str = ""


class AlarmPage(QWidget):
    """See the module. ``rows_asked`` (figure, what it is called) for the alarms behind a figure; ``faults_asked`` (a priority) for
    faults with broken promises; ``narrowed`` (building, system)."""

    rows_asked = Signal(object, str)
    faults_asked = Signal(int)
    narrowed = Signal(str, str)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._found: AlarmQuality | None = None
        self._breaches: Mapping[str, int] = {}
        self._period: Period | None = None
        self._list = "top"
        self.measures = MeasureTable("quality_measures")
        self.chart = Chart("quality_load")
        self._model: RowModel[Entry] = RowModel(self._columns(), lambda entry: entry.key, self)
        self.table: TableView[Entry] = TableView(self._model, "quality_list", row_height=30)
        self.table.setItemDelegateForColumn(0, BadgeDelegate(self.table))
        self.table.sort_by("amount")
        self._lay_out()
        self.measures.opened.connect(self._open_measure)
        self.chart.opened.connect(self._open_bar)
        self.table.opened.connect(self._open_entry)

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        left = QVBoxLayout()
        left.setSpacing(GAP)
        self._measured, self._load, self._lists = Card(), Card(), Card()
        self._measured.body.addWidget(self.measures)
        self._load.body.addWidget(self.chart)
        left.addWidget(self._measured, 3)
        left.addWidget(self._load, 2)
        row = QHBoxLayout()
        self._buttons: dict[str, QPushButton] = {}
        for name in LISTS:
            button = QPushButton()
            button.setObjectName(f"quality_list_{name}")
            button.setCheckable(True)
            button.clicked.connect(self._lister(name))
            self._buttons[name] = button
            row.addWidget(button)
        row.addStretch(1)
        self._lists.heading.hide()
        self._lists.remark.hide()
        self._lists.body.addLayout(row)
        self._lists.body.addWidget(self.table, 1)
        self._hint = label(role="faint", wrap=True)
        self._lists.body.addWidget(self._hint)
        outer.addLayout(left, 6)
        outer.addWidget(self._lists, 5)

    @staticmethod
    def _columns() -> list[Column[Entry]]:
        return [
            Column("priority", "", 44, lambda e: str(e.priority or ""), user=lambda e: e.priority, sort=lambda e: e.priority or 9),
            Column("equipment", "quality.column.equipment", 170, lambda e: e.equipment),
            Column("text", "quality.column.text", 0, lambda e: e.text, tooltip=lambda e: e.text),
            Column("amount", "quality.column.amount", 190, lambda e: e.amount, RIGHT, sort=lambda e: e.order),
        ]

    # --- what the screen says

    def show_figures(self, found: AlarmQuality, breaches: Mapping[str, int], period: Period) -> None:
        """These."""
        self._found, self._breaches, self._period = found, breaches, period
        self.refresh()

    def retranslate(self) -> None:
        """All words."""
        for name, button in self._buttons.items():
            button.setText(tr(f"quality.list.{name}"))
        self.measures.retranslate()
        self._model.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Say it all anew."""
        for name, button in self._buttons.items():
            button.setChecked(name == self._list)
        found, period = self._found, self._period
        if found is None or period is None:
            return
        watched = span_text(found.watched)
        self._measured.set_heading(
            tr("quality.card.measures"),
            tr("quality.remark.measures", count=found.count, operators=f"{found.operators:.1f}", watched=watched),
        )
        self.measures.show_measures(alarm_measures(found, self._breaches))
        self._load.set_heading(tr("quality.card.load"), tr("quality.remark.load"))
        self.chart.show_plot(self._plot(found, period))
        entries = self._entries(found)
        self._model.set_rows(entries)
        hint = tr(f"quality.list.{self._list}.hint")
        self._hint.setText(hint if entries else f"{tr('quality.list.empty')} {hint}")

    # --- what is shown

    def _plot(self, found: AlarmQuality, period: Period) -> Plot:
        zone = self._picture.estate.site.timezone
        rates = tuple(bar.count / ((bar.until - bar.since) / WINDOW) / found.operators for bar in found.bars)
        tips = tuple(
            tr(
                "quality.tip.bar",
                since=full_text(bar.since, zone),
                until=full_text(bar.until, zone),
                count=bar.count,
                rate=f"{rate:.2f}",
            )
            for bar, rate in zip(found.bars, rates, strict=True)
        )
        targets = [Target(tr("quality.line.rate"), RATE_ACCEPTABLE)]
        if found.bars and found.bars[0].until - found.bars[0].since <= 10 * MINUTE:
            targets.append(Target(tr("quality.line.flood"), PEAK_MOST / found.operators))
        return Plot(period.labels, tips, rates, tr("quality.line.load"), targets=tuple(targets), form=lambda value: f"{value:.3g}")

    def _entries(self, found: AlarmQuality) -> list[Entry]:
        match self._list:
            case "top":
                return [self._source(each, Figure("source", source_key(each.rule, each.code)), found.count) for each in found.top]
            case "chattering":
                return [self._source(each, Figure("chattering", source_key(each.rule, each.code)), 0) for each in found.chattering]
            case "standing":
                return [
                    Entry(
                        str(each.number), equipment_name(self._picture, each.equipment), each.text.get(language()),
                        span_text(each.until - each.since), each.since - each.until, each.priority, Figure("standing"),
                    )
                    for each in found.standing
                ]  # fmt: skip
            case "floods":
                return [
                    Entry(
                        str(flood.since), "", self._span(flood),
                        tr("quality.value.flood", count=flood.count, peak=flood.peak), -flood.count,
                        figure=Figure("flood", str(flood.since)),
                    )
                    for flood in found.floods
                ]  # fmt: skip
            case _:
                return self._loads(found)

    def _span(self, flood: Flood) -> str:
        since = full_text(flood.since, self._picture.estate.site.timezone)
        return tr("quality.flood", since=since, span=span_text(flood.until - flood.since))

    def _source(self, source: Source, figure: Figure, count: int) -> Entry:
        amount = tr("quality.value.times", count=source.count)
        if count:
            amount = tr("quality.value.times_share", count=source.count, share=f"{100 * source.count / count:.1f}")
        name = equipment_name(self._picture, source.equipment)
        return Entry(
            source_key(source.rule, source.code), name, source.text.get(language()), amount, -source.count, source.priority, figure
        )

    def _loads(self, found: AlarmQuality) -> list[Entry]:
        """By building and by system."""
        machines = self._picture.equipment
        buildings: Counter[str] = Counter()
        systems: Counter[str] = Counter()
        for equipment, count in found.equipment.items():
            machine = machines.get(equipment)
            buildings[building_name(self._picture, machine.location) if machine is not None else ""] += count
            systems[machine.system if machine is not None else ""] += count
        rows = []
        for kind, counts, first in (("building", buildings, -len(found.equipment) - found.count), ("system", systems, 0)):
            for name, count in counts.most_common():
                shown = tr(f"alarms.system.{name}") if kind == "system" and name else name
                amount = tr("quality.value.times_share", count=count, share=f"{100 * count / max(found.count, 1):.1f}")
                rows.append(
                    Entry(
                        f"{kind}:{name}", tr(f"quality.load.{kind}"), shown or tr("quality.load.none"), amount, first - count,
                        building=name if kind == "building" else "", system=name if kind == "system" else "",
                    )
                )  # fmt: skip
        return rows

    # --- where it leads

    def _open_measure(self, measure: Measure) -> None:
        if measure.figure is not None:
            self.rows_asked.emit(measure.figure, measure.title)
        elif measure.faults:
            self.faults_asked.emit(int(measure.faults.partition(":")[2]))
        elif measure.key in ("floods", "flood_share"):
            self.choose("floods")
        elif measure.key == "top":
            self.choose("top")

    def _open_bar(self, place: int) -> None:
        if self._found is not None and place < len(self._found.bars):
            bar = self._found.bars[place]
            zone = self._picture.estate.site.timezone
            name = f"{full_text(bar.since, zone)} – {full_text(bar.until, zone)}"
            self.rows_asked.emit(Figure("bar", f"{bar.since},{bar.until}"), name)

    def _open_entry(self, entry: Entry) -> None:
        if entry.figure is not None:
            self.rows_asked.emit(entry.figure, f"{tr(f'quality.list.{self._list}')}  {entry.equipment} {entry.text}")
        else:
            self.narrowed.emit(entry.building, entry.system)

    def choose(self, name: str) -> None:
        """Show one of the lists."""
        self._list = name
        self.refresh()

    def _lister(self, name: str) -> object:
        return lambda: self.choose(name)
