"""The list from which points are put on the chart."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from console.domain.estate import Point, ValueKind
from console.texts import language, tr
from console.ui.picture import Picture
from console.ui.widgets.cards import Card
from console.ui.widgets.tables import Column, RowModel, TableView

WIDTH = 330


class PointPicker(Card):
    """Type to find, Enter or a double click puts the point on the chart."""

    picked = Signal(str)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self.setFixedWidth(WIDTH)
        self.search = QLineEdit()
        self.search.setObjectName("trend_search")
        self.search.setClearButtonEnabled(True)
        columns: list[Column[Point]] = [
            Column("machine", "trends.pick.machine", 140, self._machine, tooltip=lambda point: point.id),
            Column("point", "trends.pick.point", 0, lambda point: point.name.get(language()), tooltip=lambda point: point.id),
        ]
        self._model: RowModel[Point] = RowModel(columns, lambda point: point.id, self)
        self.table: TableView[Point] = TableView(self._model, "trend_points", row_height=26)
        self.body.addWidget(self.search)
        self.body.addWidget(self.table, 1)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._first)
        self.search.installEventFilter(self)
        self.table.opened.connect(self._opened)

    def fill(self) -> None:
        """All points that have a course in time."""
        self._model.set_rows(point for point in self._picture.points.values() if point.kind is not ValueKind.TEXT)

    def retranslate(self) -> None:
        """All words."""
        self.set_heading(tr("trends.pick"), tr("trends.pick.remark", count=self._model.rowCount()))
        self.search.setPlaceholderText(tr("trends.pick.hint"))
        self._model.refresh()

    def _find(self, typed: str) -> None:
        """Points in whose names (both languages) and ids every typed word occurs."""
        words = typed.casefold().split()
        self.table.filter_rows((lambda point: all(word in self._words(point) for word in words)) if words else None)

    def _words(self, point: Point) -> str:
        machine = self._picture.equipment.get(point.equipment)
        of_machine = f"{machine.name.zh} {machine.name.en}" if machine is not None else ""
        return f"{point.id} {point.name.zh} {point.name.en} {of_machine}".casefold()

    def _machine(self, point: Point) -> str:
        machine = self._picture.equipment.get(point.equipment)
        return machine.name.get(language()) if machine is not None else point.equipment

    def _first(self) -> None:
        shown = self.table.shown()
        if shown and self.search.text().strip():
            self.picked.emit(shown[0].id)

    def _opened(self, point: object) -> None:
        if isinstance(point, Point):
            self.picked.emit(point.id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down leads from the search into the list, Escape empties it."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.table.setFocus()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)
