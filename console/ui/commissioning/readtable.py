"""The table of registers: address and points, and as many ways of reading side by side as one wants to see."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from console.texts import language, tr
from console.ui.commissioning.matrix import way_text
from console.ui.commissioning.registers import LONG, LONGER, NARROW, ORDERS, Row
from console.ui.picture import Picture
from console.ui.widgets.tables import LEFT, RIGHT, Column, RowModel, TableView

VIEWS = ("usual", "w16", "w32", "w64", "all")
_HINTS = ("faint", "", "accent")  # colours of hardly, possible, likely
_USUAL = {("u16", ""), ("i16", ""), ("hex", ""), *((kind, order) for kind in ("f32", "u32") for order in ORDERS[:2])}
_LEFT = ("hex", "bits", "ascii")
_WIDE = {"bits": 150, "ascii": 54, "hex": 76, "u16": 60, "i16": 66, "bcd16": 60}


class ReadTable(TableView[Row]):
    """Bold: looks like a measured value; faint: hardly."""

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        self._picture = picture
        self._ways = [(kind, "") for kind in NARROW] + [(kind, order) for kind in (*LONG, *LONGER) for order in ORDERS]
        columns = [
            Column("address", "commissioning.column.address", 58, lambda row: str(row.address), RIGHT, lambda row: row.address),
            Column("reference", "commissioning.column.reference", 66, lambda row: row.reference, colour=lambda _row: "dim"),
            Column("points", "commissioning.column.points", 124, self._points, tooltip=lambda row: "\n".join(row.points)),
            Column("bool", "commissioning.column.bit", 60, lambda row: row.text("bool"), RIGHT),
            Column("changes", "commissioning.column.changes", 70, _changes, RIGHT, lambda row: row.changes, colour=_moved),
            Column("best", "commissioning.column.best", 150, _best, tooltip=_best),
            *(_way(kind, order) for kind, order in self._ways),
        ]
        super().__init__(RowModel(columns, lambda row: row.address), "read_registers", row_height=26, parent=parent)
        self._first = len(columns) - len(self._ways)
        self.show_view("usual", bits=False)

    def show_view(self, view: str, *, bits: bool) -> None:
        """Which ways stand side by side; bits have only one, and changes are counted where there are some."""
        header = self.horizontalHeader()
        for place, column in enumerate(self.rows.columns):
            if column.key == "bool":
                header.setSectionHidden(place, not bits)
            elif column.key == "changes":
                header.setSectionHidden(place, not any(row.changes for row in self.rows.items()))
            elif column.key == "best":
                header.setSectionHidden(place, bits or view != "usual")
        for place, (kind, order) in enumerate(self._ways, self._first):
            header.setSectionHidden(place, bits or not _belongs(view, kind, order))

    def _points(self, row: Row) -> str:
        names = [self._picture.points[point].name.get(language()) for point in row.points if point in self._picture.points]
        return tr("commissioning.and").join(names)


def _way(kind: str, order: str) -> Column[Row]:
    def text(row: Row) -> str:
        return row.text(kind, order)

    def value(row: Row) -> object:
        way = row.ways.get((kind, order))
        number = way.value if way is not None else None
        return number if isinstance(number, int | float) else float("-inf")

    def ink(row: Row) -> str:
        return _HINTS[row.hint(kind, order)]

    def likely(row: Row) -> bool:
        return row.hint(kind, order) == 2

    key = f"{kind} {order}".rstrip()
    width = _WIDE.get(kind, 186 if kind in LONGER else 114)
    return Column(key, "", width, text, LEFT if kind in _LEFT else RIGHT, value, colour=ink, bold=likely, title=key)


def _belongs(view: str, kind: str, order: str) -> bool:
    if view == "usual":
        return (kind, order) in _USUAL
    if view == "all" or kind == "hex":
        return True
    return kind in {"w16": NARROW, "w32": LONG, "w64": LONGER}[view]


def _changes(row: Row) -> str:
    return f"{'• ' if row.moved else ''}{row.changes}" if row.changes else ""


def _moved(row: Row) -> str:
    return "text" if row.moved else "dim"


def _best(row: Row) -> str:
    if row.covered:
        return "″"
    return way_text(row.best) if row.best is not None else ""
