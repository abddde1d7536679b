"""年度维保计划表: every visit of a year as a list, to be filtered, exported and printed; a row leads to its day in the calendar."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.texts import language, tr
from console.ui.picture import Picture
from console.ui.plans import presenter
from console.ui.plans.outlook import Outlook
from console.ui.plans.presenter import Item
from console.ui.strip import equipment_name
from console.ui.widgets.cards import Blank, Card, label
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

MOST = 5_000  # rows: what a person may read in a table, and still filters as one types


class YearPage(QWidget):
    """See the module. ``opened_day`` with the day of the row that was opened."""

    opened_day = Signal(int)

    def __init__(self, picture: Picture, outlook: Outlook) -> None:
        super().__init__()
        self._picture, self._outlook = picture, outlook
        self._year = 0
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        card = Card()
        card.heading.hide()
        card.remark.hide()
        bar = QHBoxLayout()
        self._back, self._title, self._forward = QPushButton("‹"), label(role="subject"), QPushButton("›")
        self._typed, self._export = QLineEdit(), QPushButton()
        self._typed.setClearButtonEnabled(True)
        for widget, name in (
            (self._back, "table_back"), (self._forward, "table_forward"), (self._typed, "table_filter"),
            (self._export, "table_export"),
        ):  # fmt: skip
            widget.setObjectName(f"plans_{name}")
        for button in (self._back, self._forward):
            button.setFixedWidth(36)
        for piece in (self._back, self._title, self._forward):
            bar.addWidget(piece)
        bar.addWidget(self._typed, 1)
        bar.addWidget(self._export)
        card.body.addLayout(bar)
        self._model: RowModel[Item] = RowModel(self._columns(), lambda item: item.key, self)
        self.table: TableView[Item] = TableView(self._model, "plans_table", row_height=30)
        self._stack, self._blank = QStackedWidget(), Blank()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        card.body.addWidget(self._stack, 1)
        self._foot = label(role="dim", wrap=True)
        card.body.addWidget(self._foot)
        outer.addWidget(card)
        self._back.clicked.connect(lambda: self.show_year(self._year - 1))
        self._forward.clicked.connect(lambda: self.show_year(self._year + 1))
        self._typed.textChanged.connect(self.table.filter_text)
        self._export.clicked.connect(self.table.ask_export)
        self.table.opened.connect(lambda item: self.opened_day.emit(item.day))
        outlook.changed.connect(self._reckoned)
        self.retranslate()

    def _columns(self) -> list[Column[Item]]:
        picture = self._picture

        def machine(item: Item) -> str:
            return equipment_name(picture, item.equipment)

        def team(item: Item) -> str:
            return item.chain[item.visit.levels[-1]].team if item.visit is not None else ""

        def source(item: Item) -> str:
            return item.chain[item.visit.levels[-1]].source.get(language()) if item.visit is not None else ""

        return [
            Column("day", "plans.field.day", 110, lambda item: date.fromordinal(item.day).isoformat(), sort=lambda item: item.day),
            Column("equipment", "plans.field.equipment", 210, machine),
            Column("title", "plans.field.title", 0, lambda item: item.title, tooltip=lambda item: item.title),
            Column("includes", "plans.field.includes", 260, _included, tooltip=_included),
            Column("hours", "plans.field.hours", 70, lambda item: f"{item.hours:g}", RIGHT, sort=lambda item: item.hours),
            Column("team", "plans.field.team", 110, team),
            Column("mood", "plans.field.mood", 90, lambda item: tr(f"plans.mood.{item.mood}")),
            Column("source", "plans.field.source", 260, source, tooltip=source),
        ]

    def opened(self) -> None:
        """It came forward."""
        self._fill()

    def show_year(self, year: int) -> None:
        """Another year."""
        self._year = year
        self._fill()

    def retranslate(self) -> None:
        """All words."""
        self._typed.setPlaceholderText(tr("plans.filter"))
        self._export.setText(tr("plans.export"))
        self._model.refresh()
        self._reckoned()

    def _reckoned(self) -> None:
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        outlook = self._outlook
        if not self._year and outlook.today:
            self._year = date.fromordinal(outlook.today).year
        rows: list[Item] = []
        if self._year:
            first, last = date(self._year, 1, 1).toordinal(), date(self._year, 12, 31).toordinal()
            for day in sorted(day for day in outlook.by_day if first <= day <= last):
                rows += presenter.items(outlook, self._picture, day, None)
                if len(rows) > MOST:
                    break
        shown = rows[:MOST]
        self._title.setText(tr("plans.table_title", year=self._year) if self._year else "")
        self._model.set_rows(shown)
        if shown:
            key = "plans.table_foot" if len(rows) <= MOST else "plans.table_more"
            self._foot.setText(tr(key, count=len(shown), hours=f"{sum(item.hours for item in shown):g}"))
            self._stack.setCurrentWidget(self.table)
        else:
            self._blank.say(tr("plans.table_empty") if outlook.ready else tr("plans.reckoning"), tr("plans.table_empty.advice"))
            self._foot.setText("")
            self._stack.setCurrentWidget(self._blank)


def _included(item: Item) -> str:
    if item.visit is None:
        return ""
    return tr("plans.and").join(presenter.title_of(item.chain[level]) for level in item.visit.levels[:-1])
