"""The ledger's tree: by place (building, floor, room) or by system; what is chosen filters the grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from console.domain.estate import Location
from console.domain.maintenance.cards import SYSTEMS, Card
from console.papers import ledgercolumns as columns
from console.texts import language, tr
from console.ui.picture import Picture

BY_PLACE, BY_SYSTEM = "place", "system"
_KEY = Qt.ItemDataRole.UserRole
NOWHERE = "?"  # cards without a place of the site


class LedgerTree(QWidget):
    """``chosen``: another entry is; :meth:`keep` is the filter that it means."""

    chosen = Signal()

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._by = BY_PLACE
        self._own, self._systems = Counter[str](), Counter[str]()
        self.tree = QTreeWidget()
        self.tree.setObjectName("ledger_tree")
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(1)
        self.tree.currentItemChanged.connect(self._current)
        self.by = {name: QPushButton() for name in (BY_PLACE, BY_SYSTEM)}
        row = QHBoxLayout()
        for name, button in self.by.items():
            button.setObjectName(f"ledger_by_{name}")
            button.setCheckable(True)
            button.setChecked(name == self._by)
            button.clicked.connect(self._switcher(name))
            row.addWidget(button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.tree, 1)

    def _switcher(self, name: str) -> Callable[[], None]:
        return lambda: self.show_by(name)

    def show_by(self, name: str) -> None:
        """The other tree."""
        self._by = name
        for each, button in self.by.items():
            button.setChecked(each == name)
        self._build("")
        self.chosen.emit()

    def retranslate(self) -> None:
        """All words."""
        for name, button in self.by.items():
            button.setText(tr(f"ledger.tree.{name}"))
        self._build(self._chosen_key())

    def set_counts(self, places: Mapping[str, int], systems: Mapping[str, int]) -> None:
        """So many cards are at each place, and of each system."""
        self._own, self._systems = Counter(places), Counter(systems)
        self._build(self._chosen_key())

    def keep(self) -> Callable[[Card], bool] | None:
        """The filter of the chosen entry; None: everything."""
        key = self._chosen_key()
        if not key:
            return None
        if self._by == BY_SYSTEM:
            return lambda card: card.system == key
        if key == NOWHERE:
            places = self._picture.locations
            return lambda card: card.location not in places
        below = self._below(key)
        return lambda card: card.location in below

    def _below(self, key: str) -> frozenset[str]:
        found = {key}
        while True:
            more = {place.id for place in self._picture.locations.values() if place.parent in found} - found
            if not more:
                return frozenset(found)
            found |= more

    def _chosen_key(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(0, _KEY) or "") if item is not None else ""

    def _current(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if item is not None and not self.tree.signalsBlocked():
            self.chosen.emit()

    def _build(self, chosen: str) -> None:
        opened = {str(each.data(0, _KEY)) for each in self._items() if each.isExpanded()}
        first = not opened
        self.tree.blockSignals(True)
        self.tree.clear()
        everything = self._item(None, "", tr("ledger.tree.all"), self._systems.total())
        if self._by == BY_SYSTEM:
            counts = self._systems
            known = [name for name in SYSTEMS if counts[name]]
            for name in [*known, *sorted(name for name in counts if name not in SYSTEMS and counts[name])]:
                self._item(None, name, columns.word("system", name), counts[name])
        else:
            self._places()
        for item in self._items():
            key = str(item.data(0, _KEY))
            item.setExpanded(key in opened or (first and item.parent() is None))
            if key == chosen:
                self.tree.setCurrentItem(item)
        if self.tree.currentItem() is None:
            self.tree.setCurrentItem(everything)
        self.tree.blockSignals(False)

    def _places(self) -> None:
        places = self._picture.locations
        own = Counter({NOWHERE: sum(count for place, count in self._own.items() if place not in places)})
        own.update({place: count for place, count in self._own.items() if place in places})
        below: dict[str, list[Location]] = {}
        for place in places.values():
            below.setdefault(place.parent if place.parent in places else "", []).append(place)

        def total(place: Location) -> int:
            return own[place.id] + sum(total(each) for each in below.get(place.id, ()))

        def add(above: QTreeWidgetItem | None, place: Location) -> None:
            count = total(place)
            if not count:
                return
            item = self._item(above, place.id, place.name.get(language()), count)
            for each in below.get(place.id, ()):
                add(item, each)

        for place in below.get("", ()):
            add(None, place)
        if own[NOWHERE]:
            self._item(None, NOWHERE, tr("ledger.tree.nowhere"), own[NOWHERE])

    def _item(self, above: QTreeWidgetItem | None, key: str, name: str, count: int) -> QTreeWidgetItem:
        item = QTreeWidgetItem([f"{name}  {count:,}"])
        item.setData(0, _KEY, key)
        if above is None:
            self.tree.addTopLevelItem(item)
        else:
            above.addChild(item)
        return item

    def _items(self) -> list[QTreeWidgetItem]:
        found = [self.tree.topLevelItem(place) for place in range(self.tree.topLevelItemCount())]
        items = [item for item in found if item is not None]
        for item in items:
            items += [child for place in range(item.childCount()) if (child := item.child(place)) is not None]
        return items
