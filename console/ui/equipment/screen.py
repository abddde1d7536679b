"""The equipment screen: the tree on the left, one machine's page on the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from console.texts import tr
from console.ui.desk import Desk
from console.ui.equipment import presenter
from console.ui.equipment.header import Navigator
from console.ui.equipment.page import MachinePage
from console.ui.equipment.tree import EquipmentTree
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, Blank, Card
from console.ui.widgets.searchline import SearchLine

TREE = 300


class EquipmentScreen(QWidget):
    """See the module."""

    name = "equipment"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._navigator = picture, navigator
        self._chosen = ""
        self.search = SearchLine("search")
        self.search.installEventFilter(self)
        self.tree = EquipmentTree(picture)
        self.page = MachinePage(picture, desk, navigator)
        self._blank = Blank()
        self._nothing = Blank()
        self._tree_card = Card()
        self._tree_card.setFixedWidth(TREE)
        self._tree_stack = QStackedWidget()
        self._tree_stack.addWidget(self.tree)
        self._tree_stack.addWidget(self._nothing)
        self._tree_card.body.addWidget(self.search)
        self._tree_card.body.addWidget(self._tree_stack, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._blank)
        self._stack.addWidget(self.page)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addWidget(self._tree_card)
        outer.addWidget(self._stack, 1)
        self.search.searched.connect(self._typed)
        self.search.returnPressed.connect(self.tree.open_first)
        self.tree.opened.connect(self._opened)
        picture.replaced.connect(self._replaced)
        picture.records_changed.connect(self._records)
        picture.alarms_changed.connect(self._alarms)
        picture.link_changed.connect(self._alarms)
        self.retranslate()

    # --- what the shell asks

    def show_equipment(self, equipment: str) -> None:
        """This machine's page."""
        self._chosen = equipment
        self._show()
        if equipment in self._picture.equipment:
            self.tree.choose(equipment)

    def retranslate(self) -> None:
        """All words."""
        self.search.setPlaceholderText(tr("equipment.search"))
        self._tree_card.set_heading(tr("equipment.tree"), tr("equipment.tree.remark", count=len(self._picture.equipment)))
        self.tree.build()
        self._show()
        self.page.retranslate()
        self._typed(self.search.wanted)

    # --- what is shown

    def _replaced(self) -> None:
        self.retranslate()

    def _records(self, kinds: set[str]) -> None:
        """A card without points may be the one that is shown, or have been."""
        if "card" in kinds and self._chosen and self._chosen not in self._picture.equipment:
            self._show()

    def _show(self) -> None:
        picture, machine = self._picture, presenter.machine_of(self._picture, self._chosen)
        if machine is not None:
            self.page.show_machine(machine)
            self._stack.setCurrentWidget(self.page)
            return
        if not picture.revision:
            self._blank.say(tr("equipment.loading"), tr("overview.loading.advice"))
        elif not picture.equipment:
            self._blank.say(tr("overview.empty"), tr("overview.empty.advice"))
        elif self._chosen:
            self._blank.say(tr("equipment.gone", equipment=self._chosen), tr("equipment.choose.advice"))
        else:
            self._blank.say(tr("equipment.choose"), tr("equipment.choose.advice"))
        self._stack.setCurrentWidget(self._blank)

    def _alarms(self, _changed: object = None) -> None:
        self.tree.refresh()

    def _typed(self, text: str) -> None:
        self.tree.filter_text(text)
        if text.strip() and not self.tree.shown():
            self._nothing.say(tr("equipment.search.nothing"), tr("equipment.search.advice"))
            self._tree_stack.setCurrentWidget(self._nothing)
        else:
            self._tree_stack.setCurrentWidget(self.tree)

    def _opened(self, equipment: str) -> None:
        self._navigator.open_equipment(equipment)
        if self._chosen != equipment:
            self.show_equipment(equipment)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down leads from the search into the tree, Escape empties it."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.tree.setFocus()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)
