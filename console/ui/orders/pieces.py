"""What every section of an order's page is made of: a heading, rows that are made anew, buttons by name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.domain.orders import Order
from console.ui.desk import Desk
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.widgets.cards import label

Maker = Callable[[], Form]


class Section(QWidget):
    """One tab's content. ``wanted`` asks the page to open a form; it is made anew whenever its order changes."""

    wanted = Signal(object)  # Maker
    said = Signal(str)

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self.picture, self.desk = picture, desk
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(6)

    def show_order(self, order: Order, enabled: bool) -> None:
        """Show what there is."""
        clear(self.rows)
        self.fill(order, enabled)
        self.rows.addStretch(1)

    def fill(self, order: Order, enabled: bool) -> None:
        """Each section's own."""
        raise NotImplementedError

    def heading(self, text: str) -> None:
        """A quiet line above rows."""
        self.rows.addWidget(label(text, "dim"))

    def line(self, text: str, *buttons: QPushButton, role: str = "") -> None:
        """Words with buttons on the right."""
        row = QHBoxLayout()
        row.addWidget(label(text, role, wrap=True, selectable=True), 1)
        for button in buttons:
            row.addWidget(button)
        holder = QWidget()
        row.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(row)
        self.rows.addWidget(holder)

    def buttons(self, *buttons: QPushButton) -> None:
        """A row of buttons."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        self.rows.addWidget(holder)

    def button(self, name: str, text: str, does: Callable[[], object], *, enabled: bool = True, why: str = "") -> QPushButton:
        """A button; ``why`` it cannot be pressed is its tool tip."""
        made = QPushButton(text)
        made.setObjectName(name)
        made.setEnabled(enabled)
        made.setToolTip("" if enabled else why)
        made.clicked.connect(lambda _checked=False: does())
        return made

    def opener(self, name: str, text: str, maker: Maker, *, enabled: bool = True) -> QPushButton:
        """A button that opens a form."""
        return self.button(name, text, lambda: self.wanted.emit(maker), enabled=enabled)


def clear(layout: QVBoxLayout) -> None:
    """Take everything out."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
