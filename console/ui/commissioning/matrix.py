"""One register in every way at once: types across, word orders down; what looks like a measured value is marked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from console.link.bench import Decoding
from console.texts import tr
from console.ui import theme
from console.ui.commissioning.registers import LONG, LONGER, NARROW, ORDERS, Row
from console.ui.widgets.cards import label, set_role

RIGHT = Qt.AlignmentFlag.AlignRight
_ROLES = ("dim", "", "likely")  # by hint


class Matrix(QWidget):
    """Labels that stay; only their words change."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("read_matrix")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._title, self._guess = label(role="subject", selectable=True), label(role="dim", wrap=True, selectable=True)
        self._guess.setObjectName("read_guess")
        layout.addWidget(self._title)
        layout.addWidget(self._guess)
        self._cells: dict[tuple[str, str], QLabel] = {}
        self._blocks = {1: QWidget(), 2: QWidget(), 4: QWidget()}  # by registers
        narrow = QGridLayout(self._blocks[1])
        for place, kind in enumerate(NARROW):
            narrow.addWidget(label(kind, role="dim"), place // 2, place % 2 * 2)
            narrow.addWidget(self._cell(kind, ""), place // 2, place % 2 * 2 + 1)
        narrow.setColumnStretch(1, 1)
        narrow.setColumnStretch(3, 2)
        self._fill(QGridLayout(self._blocks[2]), LONG)
        self._fill(QGridLayout(self._blocks[4]), LONGER)
        for block in self._blocks.values():
            grid = block.layout()
            assert isinstance(grid, QGridLayout)
            grid.setContentsMargins(0, 0, 0, 8)
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(3)
            layout.addWidget(block)
        layout.addStretch(1)

    def _fill(self, grid: QGridLayout, kinds: tuple[str, ...]) -> None:
        for place, kind in enumerate(kinds, 1):
            grid.addWidget(label(kind, role="dim"), 0, place, RIGHT)
            grid.setColumnStretch(place, 1)
        for row, order in enumerate(ORDERS, 1):
            grid.addWidget(label(order, role="dim"), row, 0)
            for place, kind in enumerate(kinds, 1):
                cell = self._cell(kind, order)
                if kind in LONGER:
                    cell.setFont(theme.font(theme.HINT))
                grid.addWidget(cell, row, place, RIGHT)

    def _cell(self, kind: str, order: str) -> QLabel:
        cell = self._cells[kind, order] = label(role="dim", selectable=True)
        return cell

    def show_row(self, row: Row | None) -> None:
        """This register, or nothing."""
        self._title.setText(tr("commissioning.matrix.title", address=row.address, reference=row.reference) if row else "")
        self._title.setVisible(row is not None)
        self._guess.setText(_guess(row))
        ways = row.ways if row is not None else {}
        for key, cell in self._cells.items():
            way = ways.get(key)
            cell.setText(_marked(way) if way is not None else "")
            set_role(cell, _ROLES[way.hint] if way is not None else "dim")
        for block, kind in ((1, ("hex", "")), (2, ("f32", "ABCD")), (4, ("f64", "ABCD"))):
            self._blocks[block].setVisible(kind in ways)


def way_text(way: Decoding) -> str:
    """``f32 ABCD = 230.1``."""
    return f"{way.type} {way.order}".rstrip() + f" = {way.text}"


def _guess(row: Row | None) -> str:
    if row is None:
        return tr("commissioning.matrix.choose")
    if ("bool", "") in row.ways:
        return ""
    return tr("commissioning.matrix.best", way=way_text(row.best)) if row.best is not None else tr("commissioning.matrix.none")


def _marked(way: Decoding) -> str:
    text = f"{way.value:.7g}" if isinstance(way.value, float) else way.text  # f64 in full would not fit; the table has it
    return f"★ {text}" if way.hint == 2 else text
