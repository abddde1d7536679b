"""Which machines a plan is for: a list to tick, each with the date from which its rhythm counts, and a way to spread the dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from console.domain.maintenance.cards import Card
from console.domain.maintenance.planning import Machine, is_date
from console.texts import language, tr
from console.ui.picture import Picture
from console.ui.pinyin import findable, matches, words_of
from console.ui.strip import equipment_name
from console.ui.widgets.cards import label
from console.ui.widgets.searchline import SearchLine

HIGH = 210  # pixels of the list


class MachinePicker(QWidget):
    """See the module. ``kinds``: what is offered first; empty: everything. ``why`` says what speaks against a machine."""

    def __init__(self, picture: Picture, machines: Iterable[Machine], kinds: tuple[str, ...], why: Callable[[str], str]) -> None:
        super().__init__()
        self._picture, self._why = picture, why
        self._chosen = {machine.id: machine.first_due for machine in machines}
        self._kinds = kinds
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.typed = SearchLine("plans_machine_filter")
        self.typed.setPlaceholderText(tr("plans.machine_filter"))
        self.typed.searched.connect(self._filter)
        outer.addWidget(self.typed)
        self.table = QTableWidget(0, 2)
        self.table.setObjectName("plans_machines")
        self.table.setFixedHeight(HIGH)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.setShowGrid(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setHorizontalHeaderLabels([tr("plans.field.equipment"), tr("plans.field.first_due")])
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(1, 110)
        outer.addWidget(self.table)
        row = QHBoxLayout()
        self._all, self._spread = QPushButton(tr("plans.tick_all")), QPushButton(tr("plans.spread"))
        self.first, self.days = QLineEdit(), QLineEdit("1")
        self.first.setPlaceholderText("2027-01-04")
        for widget, name in (
            (self._all, "plans_tick_all"), (self._spread, "plans_spread"), (self.first, "plans_first"),
            (self.days, "plans_spread_days"),
        ):  # fmt: skip
            widget.setObjectName(name)
        self.days.setFixedWidth(52)
        self._all.clicked.connect(self._tick_all)
        self._spread.clicked.connect(self._spread_dates)
        parts: tuple[QWidget, ...] = (
            self._all,
            self.first,
            label(tr("plans.each"), "dim"),
            self.days,
            label(tr("plans.days_apart"), "dim"),
            self._spread,
        )
        for part in parts:
            row.addWidget(part)
        outer.addLayout(row)
        self.count = label(role="dim", wrap=True)
        outer.addWidget(self.count)
        self._fill()
        self.table.itemChanged.connect(self._changed)

    def machines(self) -> tuple[Machine, ...]:
        """What is ticked. Raises ``ValueError`` with the sentence to show."""
        for name, first in self._chosen.items():
            if first and not is_date(first):
                raise ValueError(tr("plans.wrong.first_due", equipment=name, text=first))
        return tuple(Machine(name, first) for name, first in self._chosen.items())

    def _offered(self) -> list[tuple[str, str]]:
        picture = self._picture
        found = [(machine.id, machine.kind) for machine in picture.equipment.values()]
        found += [(card.id, card.kind) for card in picture.records(Card).values() if card.id not in picture.equipment]
        offered = [name for name, kind in found if not self._kinds or kind in self._kinds or name in self._chosen]
        return [(name, self._name(name)) for name in offered]

    def _name(self, machine: str) -> str:
        if machine in self._picture.equipment:
            return equipment_name(self._picture, machine)
        return self._picture.title_of(machine).get(language())

    def _fill(self) -> None:
        self.table.blockSignals(True)
        rows = sorted(self._offered(), key=lambda row: (row[0] not in self._chosen, row[1]))
        self.table.setRowCount(len(rows))
        for place, (machine, name) in enumerate(rows):
            item = QTableWidgetItem(f"{name}  {machine}")
            item.setData(Qt.ItemDataRole.UserRole, machine)
            why = self._why(machine)
            flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable
            item.setFlags(flags if not why or machine in self._chosen else Qt.ItemFlag.NoItemFlags)
            item.setCheckState(Qt.CheckState.Checked if machine in self._chosen else Qt.CheckState.Unchecked)
            item.setToolTip(why)
            self.table.setItem(place, 0, item)
            self.table.setItem(place, 1, QTableWidgetItem(self._chosen.get(machine, "")))
        self.table.blockSignals(False)
        self._count()

    def _changed(self, item: QTableWidgetItem) -> None:
        name, first = self._cell(item.row()), self._cell(item.row(), 1)
        machine = str(name.data(Qt.ItemDataRole.UserRole))
        if name.checkState() is Qt.CheckState.Checked:
            self._chosen[machine] = first.text().strip()
        else:
            self._chosen.pop(machine, None)
        self._count()

    def _count(self) -> None:
        self.count.setText(tr("plans.machines_chosen", count=len(self._chosen)))

    def _cell(self, place: int, column: int = 0) -> QTableWidgetItem:
        item = self.table.item(place, column)
        assert item is not None, "every cell was filled"
        return item

    def _filter(self, text: str) -> None:
        words = words_of(text)
        for place in range(self.table.rowCount()):
            shown = findable(self._cell(place).text())
            self.table.setRowHidden(place, not matches(words, shown))

    def _shown(self) -> list[int]:
        return [place for place in range(self.table.rowCount()) if not self.table.isRowHidden(place)]

    def _tick_all(self) -> None:
        """Those that are shown and may be chosen; all of them already: none."""
        rows = [place for place in self._shown() if self._cell(place).flags() & Qt.ItemFlag.ItemIsUserCheckable]
        ticked = all(self._cell(place).checkState() is Qt.CheckState.Checked for place in rows)
        for place in rows:
            self._cell(place).setCheckState(Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked)

    def _spread_dates(self) -> None:
        """The ticked ones, one after the other, from the first date on."""
        step = self.days.text().strip()
        if not is_date(self.first.text().strip()) or not step.isdigit():
            self.count.setText(tr("plans.wrong.spread"))
            return
        day = date.fromisoformat(self.first.text().strip())
        for place in range(self.table.rowCount()):
            if self._cell(place).checkState() is Qt.CheckState.Checked:
                self._cell(place, 1).setText(day.isoformat())
                day += timedelta(days=int(step))
