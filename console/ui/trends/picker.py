"""The list from which points are put on the chart."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from console.domain.estate import Point, ValueKind
from console.texts import language, tr
from console.ui.finding import names_of
from console.ui.picture import Picture
from console.ui.pinyin import words_of
from console.ui.widgets.cards import Card
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import Column, RowModel, TableView

WIDTH = 330
MOST = 200  # rows: nobody scrolls through 20,000, and the screen need not wait for them


class PointPicker(Card):
    """Type to find, Enter or a double click puts the point on the chart."""

    picked = Signal(str)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._points: list[Point] = []
        self._more = False
        self._names = names_of(picture)
        self.setFixedWidth(WIDTH)
        self.search = SearchLine("trend_search")
        columns: list[Column[Point]] = [
            Column("machine", "trends.pick.machine", 140, self._machine, tooltip=lambda point: point.id),
            Column("point", "trends.pick.point", 0, lambda point: point.name.get(language()), tooltip=lambda point: point.id),
        ]
        self._model: RowModel[Point] = RowModel(columns, lambda point: point.id, self)
        self.table: TableView[Point] = TableView(self._model, "trend_points", row_height=26)
        self.body.addWidget(self.search)
        self.body.addWidget(self.table, 1)
        self.search.searched.connect(self._find)
        self._names.ready.connect(self._find_again)
        self.search.returnPressed.connect(self._first)
        self.search.installEventFilter(self)
        self.table.opened.connect(self._opened)

    def fill(self) -> None:
        """All points that have a course in time."""
        self._points = [point for point in self._picture.points.values() if point.kind is not ValueKind.TEXT]
        self._find(self.search.wanted)

    def retranslate(self) -> None:
        """All words."""
        self._remark()
        self.search.setPlaceholderText(tr("trends.pick.hint"))
        self._model.refresh()

    def _find_again(self) -> None:
        """The names are there, or are others."""
        self._find(self.search.wanted)

    def _find(self, typed: str) -> None:
        """Points in whose names (both languages, and pinyin) and ids every typed word occurs."""
        words = words_of(typed)
        found = self._points
        if words:
            self._names.settle()
            most = 2 * MOST  # texts among them fall out
            ids = self._names.points(words, most) or self._names.points(words, most, about=True)
            known = (self._picture.points.get(id) for id in ids)
            found = [point for point in known if point is not None and point.kind is not ValueKind.TEXT]
        self._more = len(found) > MOST
        self._model.set_rows(())  # so that they come in the estate's order
        self._model.set_rows(found[:MOST])
        self._remark()

    def _remark(self) -> None:
        count = tr("trends.pick.first", count=MOST) if self._more else tr("trends.pick.remark", count=self._model.rowCount())
        self.set_heading(tr("trends.pick"), count)

    def _machine(self, point: Point) -> str:
        machine = self._picture.equipment.get(point.equipment)
        return machine.name.get(language()) if machine is not None else point.equipment

    def _first(self) -> None:
        shown = self.table.shown()
        if shown and self.search.wanted.strip():
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
