"""Tables over plain rows: filter as you type (pinyin, too), sort by heading, copy as TSV, export what is shown, remembered columns.

The model keeps rows by key and tells Qt the least: inserts and removes row by row, one ``dataChanged`` a contiguous range, never a
reset on a tick (selection and scroll position would die). Texts are computed once per change of a row, so ``data()`` is a look-up.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QModelIndex,
    QPersistentModelIndex,
    QSettings,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QMenu, QTableView, QWidget

from console.texts import tr
from console.ui import theme
from console.ui.pinyin import findable, matches, near, nearly, words_of

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter
_APART = re.compile(r"[\t\r\n]+")  # what parts cells and lines in a copy
EXPORT_KEY = "Ctrl+Shift+E"
AT_ONCE = 200  # rows whose words are spelled while one types; of more a thread spells them, once
LOOK_MS = 20  # how often it is looked whether it is done; it touches nothing of Qt (ADR 6)


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column. ``text`` is what is shown, copied and filtered; ``sort`` what it is ordered by (default: the text).

    ``user`` feeds a delegate (``UserRole``); ``colour`` gives a token of the theme or "" for the normal text colour.
    ``width`` in pixels, 0 takes the rest. ``title``, where there is no ``title_key``: one that is the same in every language.
    ``plain`` is what is copied and exported where a delegate draws something else than the text.
    """

    key: str
    title_key: str
    width: int
    text: Callable[[R], str]
    align: Qt.AlignmentFlag = LEFT
    sort: Callable[[R], Any] | None = None
    tooltip: Callable[[R], str] | None = None
    user: Callable[[R], Any] | None = None
    colour: Callable[[R], str] | None = None
    bold: Callable[[R], bool] | None = None
    title: str = ""
    plain: Callable[[R], str] | None = None

    @property
    def heading(self) -> str:
        """The title in the present language."""
        return tr(self.title_key) if self.title_key else self.title


@dataclass(slots=True)
class _Row(Generic[R]):
    item: R
    texts: list[str]
    sorts: list[Any]
    extras: list[tuple[Any, str, str, bool]] = field(default_factory=list)  # user, tooltip, colour token, bold
    found_by: str = ""  # what a search looks into; made when first searched


class RowModel(QAbstractTableModel, Generic[R]):
    """See the module. ``key_of`` names a row for ever."""

    def __init__(self, columns: list[Column[R]], key_of: Callable[[R], Hashable], parent: Any = None) -> None:
        super().__init__(parent)
        self.columns = columns
        self._key_of = key_of
        self._rows: list[_Row[R]] = []
        self._places: dict[Hashable, int] = {}
        self._misplaced = False  # rows were removed since the places were written down

    # --- what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' titles in the present language."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].heading
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return self.columns[section].align
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: PLR0911 - one line a role
        """A look-up."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.texts[column]
        if role == SORT_ROLE:
            return row.sorts[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.columns[column].align
        user, tooltip, token, bold = row.extras[column]
        if role == Qt.ItemDataRole.UserRole:
            return user
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip or None
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(theme.colour(token)) if token else None
        if role == Qt.ItemDataRole.FontRole and bold:
            return theme.font(bold=True)
        return None

    # --- what the screens say

    def item(self, row: int) -> R:
        """The row's record."""
        return self._rows[row].item

    def items(self) -> list[R]:
        """All records in their present order."""
        return [row.item for row in self._rows]

    @property
    def _place(self) -> dict[Hashable, int]:
        """Where each record lies. Written down anew when it is asked for: thousands of rows may go in hundreds of pieces."""
        if self._misplaced:
            self._places = {self._key_of(row.item): place for place, row in enumerate(self._rows)}
            self._misplaced = False
        return self._places

    def row_of(self, key: Hashable) -> int:
        """Where a record lies, -1 if nowhere."""
        return self._place.get(key, -1)

    def set_rows(self, items: Iterable[R]) -> None:
        """Become exactly ``items``: removes what is gone, changes what differs, appends what is new."""
        wanted = {self._key_of(item): item for item in items}
        self.remove_rows([key for key in self._place if key not in wanted])
        self.update_rows(wanted.values())

    def update_rows(self, items: Iterable[R]) -> None:
        """Change rows that are there, append those that are not."""
        changed: dict[int, _Row[R]] = {}
        fresh: dict[Hashable, _Row[R]] = {}
        places = self._place
        for item in items:
            key = self._key_of(item)
            place = places.get(key)
            row = self._computed(item)
            if place is None:
                fresh[key] = row
            else:
                changed[place] = row
        self._change(changed)
        if fresh:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            for offset, key in enumerate(fresh):
                self._place[key] = first + offset
            self._rows.extend(fresh.values())
            self.endInsertRows()

    def remove_rows(self, keys: Iterable[Hashable]) -> None:
        """Take rows away; unknown keys are passed over."""
        places = sorted((self._place[key] for key in keys if key in self._place), reverse=True)
        start = 0
        while start < len(places):
            end = start
            while end + 1 < len(places) and places[end + 1] == places[end] - 1:
                end += 1
            first, last = places[end], places[start]
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self._misplaced = True
            self.endRemoveRows()
            start = end + 1

    def refresh(self) -> None:
        """Compute all texts anew (language, theme, a tick of relative times); the rows stay."""
        self.update_rows(self.items())
        if self.columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def _computed(self, item: R) -> _Row[R]:
        texts = [column.text(item) for column in self.columns]
        sorts = [column.sort(item) if column.sort else text for column, text in zip(self.columns, texts, strict=True)]
        extras = [
            (
                column.user(item) if column.user else None,
                column.tooltip(item) if column.tooltip else "",
                column.colour(item) if column.colour else "",
                bool(column.bold and column.bold(item)),
            )
            for column in self.columns
        ]
        return _Row(item, texts, sorts, extras)

    def _change(self, changed: dict[int, _Row[R]]) -> None:
        """Put rows in their places and tell it, range by range: while one range is told, no row may differ that was not told yet,
        or a sorted proxy would search for its place among rows that are out of order."""
        places: list[int] = []
        for place, row in sorted(changed.items()):
            old = self._rows[place]
            if (old.texts, old.sorts, old.extras) == (row.texts, row.sorts, row.extras):
                self._rows[place] = row
            else:
                places.append(place)
        start = 0
        while start < len(places):
            end = start
            while end + 1 < len(places) and places[end + 1] == places[end] + 1:
                end += 1
            for place in places[start : end + 1]:
                self._rows[place] = changed[place]
            self.dataChanged.emit(self.index(places[start], 0), self.index(places[end], len(self.columns) - 1))
            start = end + 1


class _Proxy(QSortFilterProxyModel):
    """Sorts by ``SORT_ROLE`` and keeps the rows all of whose typed words occur somewhere in the row, in characters or in pinyin.

    Where that leaves nothing, rows stay whose initials differ from the words in one letter.
    """

    def __init__(self, source: RowModel[Any]) -> None:
        super().__init__(source)
        self._words: list[str] = []
        self._near: list[re.Pattern[str]] = []
        self._keep: Callable[[Any], bool] | None = None
        self._model = source
        self.setSourceModel(source)
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)

    def set_text(self, text: str) -> None:
        self._use(words_of(text), [])
        if self._words and not self.rowCount() and (patterns := near(self._words)):
            self._use(self._words, patterns)

    def _use(self, words: list[str], patterns: list[re.Pattern[str]]) -> None:
        self.beginFilterChange()
        self._words, self._near = words, patterns
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    @property
    def words(self) -> list[str]:
        """What was typed."""
        return self._words

    def set_keep(self, keep: Callable[[Any], bool] | None) -> None:
        self.beginFilterChange()
        self._keep = keep
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        if self._keep is not None and not self._keep(self._model.item(row)):
            return False
        if not self._words:
            return True
        found = self._model._rows[row]
        _spell([found])
        return matches(self._words, found.found_by) or (bool(self._near) and nearly(self._near, found.found_by))

    def lessThan(self, left: Index, right: Index) -> bool:
        try:
            return bool(left.data(SORT_ROLE) < right.data(SORT_ROLE))
        except TypeError:
            return str(left.data(SORT_ROLE)) < str(right.data(SORT_ROLE))


def _spell(rows: list[_Row[Any]]) -> None:
    """What a search looks into, of rows that have it not. Any thread."""
    for row in rows:
        if not row.found_by:
            row.found_by = findable(*row.texts)


@runtime_checkable
class Exports(Protocol):
    """The window, as a table knows it: it makes files of what is shown."""

    def export_table(self, table: TableView[Any]) -> None: ...


class TableView(QTableView, Generic[R]):
    """A table of records. ``opened`` on Enter or double click, ``chosen`` when the selection changes.

    It takes no text, so no input method stands between its keys and the shortcuts on it.
    """

    opened = Signal(object)
    chosen = Signal()
    filtered = Signal()  # other rows are shown, by other words

    def __init__(self, model: RowModel[R], name: str, *, row_height: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.rows = model
        self._proxy = _Proxy(model)
        self.setModel(self._proxy)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.setTabKeyNavigation(False)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(row_height)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setSortIndicatorClearable(True)
        for place, column in enumerate(model.columns):
            if column.width:
                self.setColumnWidth(place, column.width)
            else:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.doubleClicked.connect(self._open_index)
        self._waits = False  # came by a key and found nothing yet
        self._filter = ""
        self._speller: threading.Thread | None = None
        self._later = QTimer(self)
        self._later.setInterval(LOOK_MS)
        self._later.timeout.connect(self._filter_spelled)
        self.selectionModel().selectionChanged.connect(self._selection)
        self._proxy.rowsInserted.connect(self._came)

    # --- filter, sort, selection

    def filter_text(self, text: str) -> None:
        """Keep the rows in which every typed word occurs. Of a long list that was never searched a moment later."""
        self._filter = text
        cold = [row for row in self.rows._rows if not row.found_by] if text.strip() else []
        if len(cold) <= AT_ONCE:
            self._later.stop()
            self._proxy.set_text(text)
            self.filtered.emit()
        elif not self._later.isActive():
            self._speller = threading.Thread(target=_spell, args=(cold,), name="spelling", daemon=True)
            self._speller.start()
            self._later.start()

    def _filter_spelled(self) -> None:
        if self._speller is None or not self._speller.is_alive():
            self._later.stop()
            self.filter_text(self._filter)

    def filter_rows(self, keep: Callable[[R], bool] | None) -> None:
        """Keep the rows for which ``keep`` is true, besides the typed words."""
        self._proxy.set_keep(keep)

    def sort_by(self, key: str, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        self.sortByColumn(next(i for i, column in enumerate(self.rows.columns) if column.key == key), order)

    def shown(self) -> list[R]:
        """The records as shown, in their order."""
        return [self.rows.item(self._source_row(row)) for row in range(self._proxy.rowCount())]

    def in_sight(self, few: int = 200) -> list[R]:
        """The records that can be seen; all of them where there are but a ``few``."""
        count = self._proxy.rowCount()
        first, last = (0, count - 1) if count <= few else (self.rowAt(0), self.rowAt(self.viewport().height()))
        last = last if last >= 0 else count - 1  # the list ends above the bottom
        return [self.rows.item(self._source_row(row)) for row in range(max(0, first), last + 1)]

    def selected(self) -> list[R]:
        """The selected records, top to bottom."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [self.rows.item(self._source_row(row)) for row in rows]

    def current(self) -> R | None:
        """The record with the focus, else the first selected."""
        index = self.currentIndex()
        if index.isValid():
            return self.rows.item(self._source_row(index.row()))
        chosen = self.selected()
        return chosen[0] if chosen else None

    def select(self, key: Hashable) -> bool:
        """Select the record with this key alone; False if it is not shown."""
        row = self.rows.row_of(key)
        if row < 0:
            return False
        index = self._proxy.mapFromSource(self.rows.index(row, 0))
        if not index.isValid():
            return False
        self.selectRow(index.row())
        self.scrollTo(index)
        return True

    # --- copy and export

    def copy(self) -> None:
        """The selected rows (all, if none is) as TSV with titles."""
        rows = self.selected() or self.shown()
        lines = [self._titles(), *(self._cells(row) for row in rows)]
        QApplication.clipboard().setText("\n".join("\t".join(_APART.sub(" ", cell) for cell in line) for line in lines))

    def ask_export(self) -> None:
        """What is shown, as a file: the window asks where to and writes it."""
        window = self.window()
        if isinstance(window, Exports):
            window.export_table(self)

    def sheet(self) -> tuple[list[Column[R]], list[list[str]]]:
        """The columns and the texts as they are shown, in their order."""
        places, model = self._shown_columns(), self.rows
        columns = [model.columns[place] for place in places]
        rows = [model._rows[self._source_row(row)] for row in range(self._proxy.rowCount())]
        plain = [column.plain for column in columns]
        if not any(plain):
            return columns, [[row.texts[place] for place in places] for row in rows]
        return columns, [
            [made(row.item) if made else row.texts[place] for place, made in zip(places, plain, strict=True)] for row in rows
        ]

    @property
    def filtered_by(self) -> str:
        """What was typed to filter by."""
        return " ".join(self._proxy.words)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by a key finds a row chosen, so that the next key means something."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self._waits = not self._proxy.rowCount()
            self._choose_first()

    def showEvent(self, event: QShowEvent) -> None:
        """A list takes the focus that its screen holds for it."""
        super().showEvent(event)
        focused = QApplication.focusWidget()
        if focused is not None and focused.focusPolicy() == Qt.FocusPolicy.NoFocus and focused.isAncestorOf(self):
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _came(self) -> None:
        """Only the first rows of a list that was empty are chosen from: a new alarm is never chosen in place of one that left."""
        if self._waits:
            self._waits = False
            self._choose_first()

    def _choose_first(self) -> None:
        """Qt makes the first row the current one and does not select it."""
        if self.hasFocus() and not self.selectionModel().hasSelection() and self._proxy.rowCount():
            self.selectRow(max(0, self.currentIndex().row()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy, export."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("widgets.table.copy"), QKeySequence(QKeySequence.StandardKey.Copy), self.copy)
        menu.addAction(tr("widgets.table.export"), QKeySequence(EXPORT_KEY), self.ask_export)
        menu.popup(event.globalPos())

    # --- remembered columns

    def restore_columns(self, settings: QSettings) -> None:
        """Column widths and order as they were left."""
        state = settings.value(self._columns_key)
        if isinstance(state, QByteArray) and not state.isEmpty():
            self.horizontalHeader().restoreState(state)

    def save_columns(self, settings: QSettings) -> None:
        """Remember them."""
        settings.setValue(self._columns_key, self.horizontalHeader().saveState())

    @property
    def _columns_key(self) -> str:
        return f"columns/{self.objectName()}-{len(self.rows.columns)}"  # another version's columns are other ones

    def keyPressEvent(self, event: Any) -> None:
        """Enter opens, Ctrl+C copies."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open_index(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open_index(self, index: Index) -> None:
        if index.isValid():
            self.opened.emit(self.rows.item(self._source_row(index.row())))

    def _selection(self) -> None:
        self.chosen.emit()

    def _source_row(self, row: int) -> int:
        return self._proxy.mapToSource(self._proxy.index(row, 0)).row()

    def _titles(self) -> list[str]:
        return [heading_of(self.rows.columns[place]) for place in self._shown_columns()]

    def _cells(self, row: R) -> list[str]:
        texts = self.rows._rows[self.rows.row_of(self.rows._key_of(row))].texts
        columns = self.rows.columns
        return [made(row) if (made := columns[place].plain) else texts[place] for place in self._shown_columns()]

    def _shown_columns(self) -> list[int]:
        """Their places in the model, from left to right as they stand."""
        header = self.horizontalHeader()
        places = (header.logicalIndex(position) for position in range(header.count()))
        return [place for place in places if not self.isColumnHidden(place)]


def heading_of(column: Column[Any]) -> str:
    """A column's heading for those who do not see its badge."""
    return column.heading or (tr("widgets.table.priority") if column.key == "priority" else "")
