"""The estate as a tree: site, building, system, machine, its parts. Each node carries the gravest alarm below it."""

from __future__ import annotations

import re

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem, QWidget

from console.domain.estate import Equipment
from console.texts import language, tr
from console.ui import theme
from console.ui.equipment import presenter
from console.ui.overview.panes import hatch, worst_priorities
from console.ui.picture import Picture
from console.ui.pinyin import matches, near, nearly, words_of
from console.ui.widgets.badges import Index, paint_badge

KEY = Qt.ItemDataRole.UserRole  # what names the node: "machine:T1-L1", "building:T1" …
WORST = Qt.ItemDataRole.UserRole + 1
OFFLINE = Qt.ItemDataRole.UserRole + 2
SYSTEMS = ("elevator", "water", "fire", "power", "metering", "other")
MARK = 18


class _Delegate(QStyledItemDelegate):
    """The name, and at the right end the badge or the offline mark."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Name and mark."""
        worst, lost = index.data(WORST) or 0, bool(index.data(OFFLINE))
        whole = QRect(option.rect)  # a copy: the option's own is changed below
        if option.state & option.state.State_Selected:
            painter.fillRect(whole, theme.colour("selected"))
        if worst or lost:
            option.rect = whole.adjusted(0, 0, -(MARK + 8), 0)
        super().paint(painter, option, index)
        box = QRectF(whole.right() - MARK - 2, whole.center().y() - MARK / 2 + 1, MARK, MARK)
        if worst:
            paint_badge(painter, box, int(worst))
        elif lost:
            hatch(painter, box.adjusted(2, 2, -2, -2))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows of 28."""
        return QSize(super().sizeHint(option, index).width(), 28)


class EquipmentTree(QTreeWidget):
    """See the module. ``opened`` on Enter or click with the machine's id."""

    opened = Signal(str)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tree")
        self._picture = picture
        self._items: dict[str, QTreeWidgetItem] = {}
        self._found: dict[str, str] = {}
        self._expanded: set[str] | None = None  # None: never built
        self._words: list[str] = []
        self._near: list[re.Pattern[str]] = []
        self._hits: set[str] = set()
        self._chosen = ""
        self.setHeaderHidden(True)
        self.setColumnCount(1)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Delegate(self))
        self.itemClicked.connect(self._clicked)
        self.itemExpanded.connect(self._remember)
        self.itemCollapsed.connect(self._remember)

    # --- building it

    def build(self) -> None:
        """All nodes anew (another configuration or language); what was expanded, chosen and typed stays."""
        picture = self._picture
        self.blockSignals(True)
        self.clear()
        self._items, self._found = {}, {}
        if picture.equipment:
            site = self._node(None, "site:", picture.estate.site.name.get(language()) or tr("equipment.site"))
            order = {place.id: rank for rank, place in enumerate(picture.estate.locations)}
            pending = sorted(picture.equipment.values(), key=lambda machine: self._rank(machine, order))
            for machine in pending:
                self._add(machine, site, set())
        if self._expanded is None and self._items:
            self._expanded = {key for key in self._items if key.startswith(("site:", "building:"))}
        self.blockSignals(False)
        self._filter()
        self.refresh()
        if self._chosen:
            self.choose(self._chosen)

    def _rank(self, machine: Equipment, order: dict[str, int]) -> tuple[int, int]:
        building = presenter.building_of(self._picture, machine.location)
        system = SYSTEMS.index(machine.system) if machine.system in SYSTEMS else len(SYSTEMS)
        return (order.get(building.id, len(order)) if building is not None else len(order), system)

    def _add(self, machine: Equipment, site: QTreeWidgetItem, on_the_way: set[str]) -> QTreeWidgetItem:
        key = f"machine:{machine.id}"
        if key in self._items:
            return self._items[key]
        above = self._picture.equipment.get(machine.parent)
        if above is not None and above.id not in on_the_way:
            parent = self._add(above, site, on_the_way | {machine.id})
        else:
            building = presenter.building_of(self._picture, machine.location)
            name = building.name.get(language()) if building is not None else tr("equipment.no_building")
            house_key = f"building:{building.id if building is not None else ''}"
            house = self._items.get(house_key) or self._node(site, house_key, name)
            group_key = f"system:{house_key}:{machine.system}"
            parent = self._items.get(group_key) or self._node(house, group_key, tr(f"domain.system.{machine.system}"))
        item = self._node(parent, key, machine.name.get(language()))
        item.setToolTip(0, machine.id)
        self._found[key] = presenter.found_by(self._picture, machine)
        return item

    def _node(self, parent: QTreeWidgetItem | None, key: str, text: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text])
        item.setData(0, KEY, key)
        if parent is None:
            self.addTopLevelItem(item)
        else:
            parent.addChild(item)
        self._items[key] = item
        return item

    # --- marks

    def refresh(self) -> None:
        """Badges and offline marks; only nodes whose mark changed are touched."""
        own = worst_priorities(self._picture)
        for place in range(self.topLevelItemCount()):
            top = self.topLevelItem(place)
            if top is not None:
                self._mark(top, own)

    def _mark(self, item: QTreeWidgetItem, own: dict[str, int]) -> int:
        key = str(item.data(0, KEY))
        worst = 9
        if key.startswith("machine:"):
            machine = key.partition(":")[2]
            worst = own.get(machine, 9)
            lost = presenter.offline(self._picture, machine)
            if bool(item.data(0, OFFLINE)) != lost:
                item.setData(0, OFFLINE, lost)
        for child in _children(item):
            worst = min(worst, self._mark(child, own))
        shown = worst if worst < 9 else 0
        if (item.data(0, WORST) or 0) != shown:
            item.setData(0, WORST, shown)
        return worst

    # --- typing

    def filter_text(self, text: str) -> None:
        """Keep the machines in whose names (or their pinyin) and ids every typed word occurs; if none, those that nearly fit."""
        self._words, self._near = words_of(text), []
        self._filter()
        if self._words and not self._hits:
            self._near = near(self._words)
            if self._near:
                self._filter()

    def shown(self) -> list[str]:
        """The machines that the typed words leave, top to bottom."""
        return [key.partition(":")[2] for key in self._found if key in self._hits]

    def _filter(self) -> None:
        self.blockSignals(True)
        self._hits = set()
        for place in range(self.topLevelItemCount()):
            top = self.topLevelItem(place)
            if top is not None:
                self._keep(top, False)
        self.blockSignals(False)

    def _keep(self, item: QTreeWidgetItem, inside: bool) -> bool:
        key = str(item.data(0, KEY))
        text = self._found.get(key)
        own = text is not None and (inside or matches(self._words, text) or (bool(self._near) and nearly(self._near, text)))
        if own:
            self._hits.add(key)
        below = [self._keep(child, own and bool(self._words)) for child in _children(item)]
        kept = own or any(below) or not self._words
        item.setHidden(not kept)
        item.setExpanded(any(below) if self._words else key in (self._expanded or set()))
        return kept

    # --- choosing

    def choose(self, machine: str) -> None:
        """Select this machine and make it visible."""
        self._chosen = machine
        item = self._items.get(f"machine:{machine}")
        if item is None:
            return
        above = item.parent()
        while above is not None:
            above.setExpanded(True)
            above = above.parent()
        self.setCurrentItem(item)
        self.scrollToItem(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self._open(item)
        else:
            super().keyPressEvent(event)

    def open_first(self) -> None:
        """Open the first machine that the typed words leave."""
        for machine in self.shown()[:1]:
            self.opened.emit(machine)

    def _clicked(self, item: QTreeWidgetItem, _column: int) -> None:
        self._open(item)

    def _open(self, item: QTreeWidgetItem) -> None:
        key = str(item.data(0, KEY))
        if key.startswith("machine:"):
            self.opened.emit(key.partition(":")[2])
        else:
            item.setExpanded(not item.isExpanded())

    def _remember(self, item: QTreeWidgetItem) -> None:
        if self._words or self._expanded is None:
            return
        key = str(item.data(0, KEY))
        if item.isExpanded():
            self._expanded.add(key)
        else:
            self._expanded.discard(key)
        self.viewport().update()


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    below = (item.child(place) for place in range(item.childCount()))
    return [child for child in below if child is not None]
