"""备件: spare parts and their moves, vendors and their visits."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.registers.tabs import Tabs
from console.ui.stock.parts import moves_page, parts_page
from console.ui.stock.vendors import vendors_page, visits_page


class StockScreen(QWidget):
    """Four pages."""

    name = "stock"

    def __init__(self, picture: Picture, desk: Desk, _navigator: object, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.parts, self.vendors = parts_page(picture, desk), vendors_page(picture, desk)
        self.moves, self.visits = moves_page(picture, desk), visits_page(picture, desk)
        pages: dict[str, QWidget] = {"parts": self.parts, "moves": self.moves, "vendors": self.vendors, "visits": self.visits}
        self.tabs = Tabs("stock", pages)
        outer.addWidget(self.tabs)

    def retranslate(self) -> None:
        """All words."""
        self.tabs.retranslate()
