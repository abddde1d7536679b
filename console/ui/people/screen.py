"""人员: who works here, what they can do, which certificate runs out next."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.ui.desk import Desk
from console.ui.people.page import people_page
from console.ui.picture import Picture


class PeopleScreen(QWidget):
    """One register."""

    name = "people"

    def __init__(self, picture: Picture, desk: Desk, _navigator: object, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.page = people_page(picture, desk)
        outer.addWidget(self.page)

    def show_person(self, person: str) -> None:
        """Select a person."""
        self.page.select(person)

    def retranslate(self) -> None:
        """All words."""
        self.page.retranslate()
