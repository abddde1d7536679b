"""All orders that ever were: searched in the collector's worker as one types, shown page by page as one scrolls.

The model knows how many were found and holds the pages that were looked at; an answer to an older question is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QAbstractTableModel, QItemSelection, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from console.domain.orders import Order
from console.domain.problems import Problem
from console.link.messages import Answer
from console.link.orders import OrderSearchAnswer, OrderSearchQuery
from console.texts import sentence
from console.ui.desk import Desk
from console.ui.widgets.badges import BadgeDelegate
from console.ui.widgets.tables import Column

Index = QModelIndex | QPersistentModelIndex
PAGE = 100
WHOLE = 500  # orders of one question when all are wanted
MOST_PAGES = 40  # pages that are kept; older ones are asked for again
SORT_OF = {"priority": "priority", "id": "number", "kind": "kind", "equipment": "equipment", "title": "title", "state": "state",
           "assignee": "assignee", "created": "created", "due": "due", "cost": "cost"}  # fmt: skip


class ArchiveModel(QAbstractTableModel):
    """``found`` says how many there are after a new search; ``failed`` why there is none."""

    found = Signal(int)
    failed = Signal(str)

    def __init__(self, desk: Desk, columns: list[Column[Order]], parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._columns = desk, columns
        self._total = 0
        self._pages: dict[int, list[Order]] = {}
        self._asked: set[int] = set()
        self._texts: dict[int, list[str]] = {}
        self._generation = 0
        self._query = OrderSearchQuery(0)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(0)
        self._wait.timeout.connect(self._fetch_wanted)
        self._wanted: set[int] = set()

    def search(self, query: OrderSearchQuery) -> None:
        """Search anew; what is shown stays until the answer is there."""
        self._query = query
        self._generation += 1
        self._asked = {0}
        self._ask(0, fresh=True)

    @property
    def query(self) -> OrderSearchQuery:
        """What was searched for."""
        return self._query

    def order_at(self, row: int) -> Order | None:
        """The order of a row, if its page is here."""
        page = self._pages.get(row // PAGE)
        place = row % PAGE
        return page[place] if page is not None and place < len(page) else None

    def collect(self, most: int, done: Callable[[list[Order]], None]) -> None:
        """All that were found, at most ``most``, in their order: page after page, dropped when another search begins."""
        generation, query = self._generation, self._query
        got: list[Order] = []

        def answered(answer: Answer) -> None:
            if generation != self._generation or not isinstance(answer, OrderSearchAnswer):
                return
            got.extend(answer.orders)
            if answer.orders and len(got) < min(answer.total, most):
                more()
            else:
                done(got[:most])

        def refused(problem: Problem) -> None:
            self.failed.emit(sentence(problem))

        def more() -> None:
            offset = len(got)
            self._desk.query(lambda id: replace(query, id=id, offset=offset, limit=WHOLE), answered, refused)

        more()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """All that were found."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].heading
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return self._columns[section].align
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A look-up; a page that is not here is asked for."""
        order = self.order_at(index.row())
        if order is None:
            page = index.row() // PAGE
            if page not in self._asked:
                self._wanted.add(page)
                self._wait.start()
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == 1 else None
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            if order.number not in self._texts:
                self._texts[order.number] = [each.text(order) for each in self._columns]
            return self._texts[order.number][index.column()]
        if role == Qt.ItemDataRole.UserRole and column.user is not None:
            return column.user(order)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align
        return None

    def refresh(self) -> None:
        """Words anew."""
        self._texts.clear()
        if self._total:
            self.dataChanged.emit(self.index(0, 0), self.index(self._total - 1, len(self._columns) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def _fetch_wanted(self) -> None:
        for page in sorted(self._wanted - self._asked):
            self._asked.add(page)
            self._ask(page)
        self._wanted.clear()

    def _ask(self, page: int, *, fresh: bool = False) -> None:
        generation, query = self._generation, self._query

        def answered(answer: Answer) -> None:
            if generation == self._generation and isinstance(answer, OrderSearchAnswer):
                self._take(page, answer, fresh=fresh)

        def failed(problem: Problem) -> None:
            if generation == self._generation:
                self.failed.emit(sentence(problem))

        self._desk.query(lambda id: replace(query, id=id, offset=page * PAGE, limit=PAGE), answered, failed)

    def _take(self, page: int, answer: OrderSearchAnswer, *, fresh: bool) -> None:
        if fresh:
            self.beginResetModel()
            self._total, self._pages = answer.total, {}
            self._texts.clear()
            self._pages[page] = list(answer.orders)
            self.endResetModel()
            self.found.emit(self._total)
            return
        while len(self._pages) >= MOST_PAGES:
            gone = max(self._pages, key=lambda each: abs(each - page))
            del self._pages[gone]
            self._asked.discard(gone)
        self._pages[page] = list(answer.orders)
        last = min(self._total, (page + 1) * PAGE) - 1
        if last >= page * PAGE:
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, len(self._columns) - 1))


class ArchiveTable(QTableView):
    """``chosen`` an order; a heading sorts all that were found, not only what is here."""

    chosen = Signal(object)

    def __init__(self, desk: Desk, columns: list[Column[Order]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("orders_archive")
        self._columns = columns
        self.orders = ArchiveModel(desk, columns, self)
        self.setModel(self.orders)
        self.setItemDelegateForColumn(0, BadgeDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(32)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(1, Qt.SortOrder.DescendingOrder)
        for place, column in enumerate(columns):
            if column.width:
                self.setColumnWidth(place, column.width)
            else:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        header.sortIndicatorChanged.connect(self._sort)

    def sorting(self) -> tuple[str, bool]:
        """(sort, descending) as the headings say."""
        header = self.horizontalHeader()
        key = SORT_OF.get(self._columns[header.sortIndicatorSection()].key, "number")
        return key, header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder

    def search(self, text: str, kinds: tuple[str, ...] = (), assignee: str = "", states: tuple[str, ...] = ()) -> None:
        """Search with the present sorting."""
        sort, descending = self.sorting()
        self.orders.search(
            OrderSearchQuery(0, text, kinds=kinds, states=states, assignee=assignee, sort=sort, descending=descending)
        )

    def _sort(self, _section: int, _order: Qt.SortOrder) -> None:
        query = self.orders.query
        self.search(query.text, query.kinds, query.assignee, query.states)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Say which order was chosen."""
        super().selectionChanged(selected, deselected)
        index = self.currentIndex()
        order = self.orders.order_at(index.row()) if index.isValid() else None
        if order is not None:
            self.chosen.emit(order)
