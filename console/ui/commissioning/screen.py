"""The commissioning bench: read by hand, scan a line, see its frames, and test a machine's points."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QWidget

from console.texts import tr
from console.ui.commissioning.parts import why_not
from console.ui.commissioning.read import ReadPane
from console.ui.commissioning.registers import Question
from console.ui.commissioning.scan import ScanPane
from console.ui.commissioning.sheet import SheetPane
from console.ui.commissioning.wire import WirePane
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.widgets.cards import Card, label


class Navigator(Protocol):
    """Where a point leads."""

    def open_equipment(self, equipment: str) -> None: ...


class CommissioningScreen(QWidget):
    """Four pages; Ctrl+Page Down and Ctrl+Page Up turn them."""

    name = "commissioning"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        card = Card()
        card.heading.hide()
        card.remark.hide()
        layout.addWidget(card)
        self.read, self.scan = ReadPane(picture, desk), ScanPane(picture, desk)
        self.wire, self.sheet = WirePane(picture, desk), SheetPane(picture, desk)
        self.pages: dict[str, ReadPane | ScanPane | WirePane | SheetPane] = {
            "read": self.read, "scan": self.scan, "wire": self.wire, "sheet": self.sheet,
        }  # fmt: skip
        bar, self._stack, group = QHBoxLayout(), QStackedWidget(), QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for name, page in self.pages.items():
            button = self._buttons[name] = QPushButton()
            button.setObjectName(f"commissioning_{name}")
            button.setCheckable(True)
            group.addButton(button)
            bar.addWidget(button)
            self._stack.addWidget(page)
            button.clicked.connect(lambda _on=False, name=name: self.open_page(name))
        self._who = label(role="dim")
        self._who.setObjectName("commissioning_who")
        bar.addStretch(1)
        bar.addWidget(self._who)
        card.body.addLayout(bar)
        card.body.addWidget(self._stack, 1)
        self.read.opened.connect(navigator.open_equipment)
        self.scan.wanted.connect(self._read_found)
        self.sheet.read.connect(self.read_point)
        for signal in (picture.replaced, picture.people_changed, picture.link_changed):
            signal.connect(self._refresh)
        picture.ticked.connect(self.sheet.tick)
        for key, step in (("Ctrl+PgDown", 1), ("Ctrl+PgUp", -1)):
            QShortcut(QKeySequence(key), self).activated.connect(lambda step=step: self._turn(step))
        self.open_page("read")
        self.retranslate()

    def open_page(self, name: str) -> None:
        """Show one of the pages."""
        self._stack.setCurrentWidget(self.pages[name])
        self._buttons[name].setChecked(True)

    def show_point(self, name: str) -> None:
        """Read a point by hand; one that lies in no register opens its machine's sheet."""
        point = self._picture.points.get(name)
        if point is not None:
            self.read_point(point)

    def read_point(self, point: object) -> None:
        """The same, for a point of the configuration."""
        if self.read.show_point(point):  # type: ignore[arg-type] # signals carry objects
            self.open_page("read")
            self.read.read()
        else:
            self.sheet.open_machine(point.equipment)  # type: ignore[attr-defined] # as above
            self.open_page("sheet")

    def retranslate(self) -> None:
        """All words."""
        for name, button in self._buttons.items():
            button.setText(tr(f"commissioning.page.{name}"))
        for page in self.pages.values():
            page.retranslate()
        self._refresh()

    def _refresh(self, _changed: object = None) -> None:
        self._who.setText(why_not(self._picture))
        for page in self.pages.values():
            page.refresh()

    def _read_found(self, question: object) -> None:
        if isinstance(question, Question):
            self.read.fill_in(question)
            self.open_page("read")
            self.read.read()

    def _turn(self, step: int) -> None:
        self.open_page(list(self.pages)[(self._stack.currentIndex() + step) % len(self.pages)])
