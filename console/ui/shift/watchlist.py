"""The list of what is written down every two hours: points with live values, and what a person reads; with limits and interval."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QHeaderView, QPushButton, QSpinBox, QTableWidget, QTableWidgetItem

from console.domain.accounts import Right
from console.domain.commands import SaveRecords
from console.domain.estate import Point, ValueKind
from console.domain.maintenance import shifts, standing
from console.domain.maintenance.shifts import WatchItem, WatchList
from console.domain.problems import Problem
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.shift.values import contains_typed
from console.ui.strip import equipment_name
from console.ui.widgets.cards import Card, label

POINT, NAME, ENGLISH, UNIT, LOW, HIGH = range(6)
HEADS = ("point", "name", "english", "unit", "low", "high")
SUGGESTED = 40  # lines: what one person writes down in a round
SYSTEMS = ("water", "power", "fire", "elevator", "metering", "other")  # in the order of a round


def suggested(picture: Picture) -> tuple[WatchItem, ...]:
    """A first list: the main measured values of the plant, with their normal bands as limits."""
    found: list[tuple[int, str, Point]] = []
    for point in picture.points.values():
        machine = picture.equipment.get(point.equipment)
        if machine is None or machine.parent or machine.system == "elevator":
            continue  # a pump's own current is behind its set's pressure; nobody writes down where a car stands
        if point.main and point.kind is ValueKind.ANALOG:
            rank = SYSTEMS.index(machine.system) if machine.system in SYSTEMS else len(SYSTEMS)
            found.append((rank, point.id, point))
    return tuple(item_of(picture, point) for _, _, point in sorted(found, key=lambda each: each[:2])[:SUGGESTED])


def item_of(picture: Picture, point: Point) -> WatchItem:
    """The line of a point, named as a person would."""
    machine = picture.equipment.get(point.equipment)
    zh, en = point.name.zh or point.name.en, point.name.en or point.name.zh
    if machine is not None:
        zh = f"{machine.name.zh or machine.name.en} {zh}"
        en = f"{machine.name.en or machine.name.zh} {en}"
    low, high = (point.normal.low, point.normal.high) if point.normal is not None else (None, None)
    return WatchItem(Text(zh, en), point.id, point.unit, low, high)


class ListForm(Card):
    """See the module."""

    closed = Signal()

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._base: WatchList | None = None
        self._points: dict[str, str] = {}  # as they are offered, and their ids
        self.setObjectName("watch_list")
        bar = QHBoxLayout()
        self.point = QComboBox()
        self.point.setObjectName("list_point")
        self.point.setEditable(True)
        self.point.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        contains_typed(self.point)
        self._acts = {name: QPushButton() for name in ("add", "typed", "suggest", "up", "down", "remove")}
        bar.addWidget(self.point, 1)
        for name, button in self._acts.items():
            button.setObjectName(f"list_{name}")
            button.clicked.connect(getattr(self, f"do_{name}"))
            bar.addWidget(button)
        self.body.addLayout(bar)
        self.table = QTableWidget(0, len(HEADS))
        self.table.setObjectName("list_table")
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(ENGLISH, QHeaderView.ResizeMode.Stretch)
        for column, width in ((POINT, 230), (UNIT, 70), (LOW, 80), (HIGH, 80)):
            self.table.setColumnWidth(column, width)
        self.body.addWidget(self.table, 1)
        foot = QHBoxLayout()
        self._every_name, self._grace_name = label(role="dim"), label(role="dim")
        self.every, self.grace = QComboBox(), QSpinBox()
        self.every.setObjectName("list_every")
        self.grace.setObjectName("list_grace")
        self.grace.setRange(1, 719)
        self.save, self.leave = QPushButton(), QPushButton()
        self.save.setObjectName("list_save")
        self.leave.setObjectName("list_leave")
        self.save.setProperty("primary", True)
        for part in (self._every_name, self.every, self._grace_name, self.grace):
            foot.addWidget(part)
        foot.addStretch(1)
        foot.addWidget(self.leave)
        foot.addWidget(self.save)
        self.body.addLayout(foot)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("list_error")
        self._error.hide()
        self.body.addWidget(self._error)
        self.save.clicked.connect(self.do_save)
        self.leave.clicked.connect(self.closed)
        self.retranslate()

    def open_list(self) -> None:
        """The present list, or a suggestion where there is none."""
        self._error.hide()
        self._base = standing.list_of(self._picture)
        self.point.clear()
        names = {machine: equipment_name(self._picture, machine) for machine in self._picture.equipment}
        points = self._picture.points.values()
        self._points = {f"{names.get(each.equipment, '')} {each.name.get(language())}（{each.id}）": each.id for each in points}
        self.point.addItems(list(self._points))
        self.point.setCurrentIndex(-1)
        self.point.setEditText("")
        base = self._base or WatchList(id=shifts.LIST_ID)
        self.every.setCurrentIndex(self.every.findData(base.every))
        self.grace.setValue(base.grace // MINUTE)
        self._fill(base.items or suggested(self._picture))
        self.save.setEnabled(self._picture.may(Right.CONFIGURE))

    def retranslate(self) -> None:
        """All words."""
        self.set_heading(tr("shift.list.heading"), tr("shift.list.remark"))
        for name, button in self._acts.items():
            button.setText(tr(f"shift.list.{name}"))
        self.table.setHorizontalHeaderLabels([tr(f"shift.list.column.{head}") for head in HEADS])
        line = self.point.lineEdit()
        if line is not None:
            line.setPlaceholderText(tr("shift.list.point_hint"))
        chosen = self.every.currentData() or shifts.TWO_HOURS
        self.every.clear()
        for every in shifts.EVERY:
            self.every.addItem(tr("shift.list.hours", count=every // HOUR), every)
        self.every.setCurrentIndex(self.every.findData(chosen))
        self._every_name.setText(tr("shift.list.every"))
        self._grace_name.setText(tr("shift.list.grace"))
        self.grace.setSuffix(tr("shift.list.minutes"))
        self.save.setText(tr("shift.list.save"))
        self.leave.setText(tr("orders.leave"))

    # --- lines

    def _fill(self, items: tuple[WatchItem, ...]) -> None:
        self.table.setRowCount(0)
        for item in items:
            self._append(item)

    def _append(self, item: WatchItem) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        limits = _figure(item.low), _figure(item.high)
        texts = (item.point or tr("shift.list.by_hand"), item.label.zh, item.label.en, item.unit, *limits)
        for column, text in enumerate(texts):
            cell = QTableWidgetItem(text)
            if column == POINT:
                cell.setData(Qt.ItemDataRole.UserRole, item.point)
                cell.setFlags(cell.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.table.setItem(row, column, cell)
        self.table.selectRow(row)

    def items(self) -> tuple[WatchItem, ...]:
        """The lines as they stand in the table; raises :class:`ValueError` in words."""
        return tuple(self._item(row) for row in range(self.table.rowCount()))

    def _item(self, row: int) -> WatchItem:
        texts = [self._text(row, column) for column in range(len(HEADS))]
        cell = self.table.item(row, POINT)
        point = str(cell.data(Qt.ItemDataRole.UserRole) or "") if cell is not None else ""
        low, high = (_limit(texts[column], row) for column in (LOW, HIGH))
        return WatchItem(Text(texts[NAME], texts[ENGLISH]), point, texts[UNIT], low, high)

    def _text(self, row: int, column: int) -> str:
        cell = self.table.item(row, column)
        return cell.text().strip() if cell is not None else ""

    # --- acts

    def do_add(self) -> None:
        """The chosen point."""
        typed = self.point.currentText().strip()
        point = self._picture.points.get(self._points.get(typed, typed))
        if point is None:
            self._say(tr("shift.list.no_point"))
            return
        self._error.hide()
        self._append(item_of(self._picture, point))

    def do_typed(self) -> None:
        """Something that a person reads."""
        self._append(WatchItem(Text(tr("shift.list.new"))))
        cell = self.table.item(self.table.rowCount() - 1, NAME)
        if cell is not None:
            self.table.editItem(cell)

    def do_suggest(self) -> None:
        """Begin with the main values of the plant."""
        self._fill(suggested(self._picture))

    def do_up(self) -> None:
        """The chosen line, one place up."""
        self._move(-1)

    def do_down(self) -> None:
        """One place down."""
        self._move(1)

    def _move(self, by: int) -> None:
        row = self.table.currentRow()
        if not 0 <= row + by < self.table.rowCount() or row < 0:
            return
        for column in range(len(HEADS)):
            one, other = self.table.takeItem(row, column), self.table.takeItem(row + by, column)
            self.table.setItem(row, column, other)
            self.table.setItem(row + by, column, one)
        self.table.selectRow(row + by)

    def do_remove(self) -> None:
        """Away with the chosen lines."""
        for row in sorted({index.row() for index in self.table.selectionModel().selectedRows()}, reverse=True):
            self.table.removeRow(row)

    def do_save(self) -> None:
        """From now on."""
        try:
            items = self.items()
        except ValueError as wrong:
            self._say(str(wrong))
            return
        base = self._base
        wanted = WatchList(
            id=shifts.LIST_ID, items=items, every=int(self.every.currentData()), grace=self.grace.value() * MINUTE,
        )  # fmt: skip
        revision = base.revision if base is not None else 0
        self._desk.ask(SaveRecords((wanted,), (revision,)), self._saved, self._denied)

    def _saved(self, _number: int) -> None:
        self.closed.emit()

    def _denied(self, problem: Problem) -> None:
        self._say(sentence(problem))

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.show()


def _figure(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"


def _limit(text: str, row: int) -> float | None:
    if not text:
        return None
    try:
        return float(text.replace("，", ".").replace(",", "."))
    except ValueError:
        raise ValueError(tr("shift.list.no_limit", line=row + 1, text=text)) from None
