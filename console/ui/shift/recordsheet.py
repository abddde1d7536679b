"""The sheet of one moment: live values stand there already, the rest is typed; what is beyond its limits is seen at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget

from console.domain.accounts import Right
from console.domain.maintenance import standing
from console.domain.maintenance.shifts import SaveWatchRecord, WatchItem, WatchLine
from console.domain.problems import Problem
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.shift.values import limits_text
from console.ui.widgets.cards import Card, label, set_role


@dataclass
class _Line:
    item: WatchItem
    shown: QLabel
    typed: QLineEdit
    remark: QLineEdit


class RecordSheet(Card):
    """See the module. A line with a usable live value may be left as it is; whatever is typed there counts instead."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._slot = 0
        self._items: tuple[WatchItem, ...] = ()
        self._lines: list[_Line] = []
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self.body.addWidget(self._scroll, 1)
        row = QHBoxLayout()
        self.said, self.reason, self.save = QLineEdit(), QLineEdit(), QPushButton()
        for field, name in ((self.said, "record_remark"), (self.reason, "record_reason"), (self.save, "record_save")):
            field.setObjectName(name)
        self.save.setProperty("primary", True)
        self.save.clicked.connect(self.do_save)
        row.addWidget(self.said, 2)
        row.addWidget(self.reason, 2)
        row.addWidget(self.save)
        self.body.addLayout(row)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("record_error")
        self._error.hide()
        self.body.addWidget(self._error)

    def show_slot(self, slot: int) -> None:
        """The sheet of this moment; what was typed stays as long as it is the same one."""
        watch = standing.list_of(self._picture)
        if watch is None:
            return
        if slot != self._slot or watch.items != self._items:
            self._slot, self._items = slot, watch.items
            self.said.clear()
            self.reason.clear()
            self._error.hide()
            self._build()
        self.retranslate()

    def retranslate(self) -> None:
        """All words."""
        self.said.setPlaceholderText(tr("shift.record.remark_hint"))
        self.reason.setPlaceholderText(tr("shift.record.reason_hint"))
        self.save.setText(tr("shift.record.save"))
        if self._slot:
            self.set_heading(tr("shift.record.sheet", at=full_text(self._slot, self._picture.estate.site.timezone)))
        for line in self._lines:
            line.remark.setPlaceholderText(tr("shift.report.remark"))
        self.tick()

    def tick(self) -> None:
        """The live values of now."""
        watch = standing.list_of(self._picture)
        if watch is None or not self._slot:
            return
        self.reason.setVisible(self._picture.now() > self._slot + watch.grace)
        may = self._picture.may(Right.HAND_OVER)
        self.save.setEnabled(may)
        self.save.setToolTip("" if may else tr("shift.sign_on"))
        for line in self._lines:
            made = self._made(line)
            if line.item.point and not line.typed.text().strip():
                line.shown.setText(self._live_text(line.item))
            else:
                line.shown.setText(line.item.unit)
            usable = made.value is not None or not line.item.point
            line.typed.setPlaceholderText("" if usable else tr("shift.record.read_it"))
            set_role(line.shown, "error" if made.outside else "" if usable else "dim")

    def _build(self) -> None:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(4, 2)
        self._lines = []
        for place, item in enumerate(self._items):
            shown, typed, remark = label(), QLineEdit(), QLineEdit()
            typed.setObjectName(f"record_value_{place}")
            remark.setObjectName(f"record_remark_{place}")
            typed.setMaximumWidth(140)
            typed.textChanged.connect(self.tick)
            typed.returnPressed.connect(partial(self._next, place))
            self._lines.append(_Line(item, shown, typed, remark))
            name = label(item.label.get(language()), wrap=True)
            limits = label(limits_text(item.low, item.high), "faint")
            shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, part in enumerate((name, shown, limits, typed, remark)):
                grid.addWidget(part, place, column)
        grid.setRowStretch(len(self._items), 1)
        self._scroll.setWidget(holder)

    def _live_text(self, item: WatchItem) -> str:
        reading, point = self._picture.reading(item.point), self._picture.points.get(item.point)
        if not self._picture.live or not reading.quality.usable or not reading.time:
            return tr("shift.record.no_value")
        value = reading.value
        if point is not None and isinstance(value, int | float) and int(value) in point.states and value == int(value):
            return point.states[int(value)].get(language())
        decimals = point.decimals if point is not None else 0
        return f"{value:.{decimals}f} {item.unit}".rstrip() if isinstance(value, int | float) else str(value)

    def _made(self, line: _Line) -> WatchLine:
        """The line as it would be written down now."""
        item, typed = line.item, line.typed.text().strip()
        value: float | int | str | None = None
        quality = value_at = 0
        live = bool(item.point) and not typed
        if typed:
            value = _number(typed)
        elif live and self._picture.live:
            reading = self._picture.reading(item.point)
            if reading.time and reading.quality.usable:
                value, quality, value_at = reading.value, int(reading.quality), reading.time
        return WatchLine(
            item.label, value, item.point, item.unit, quality, value_at, not live, item.low, item.high, line.remark.text().strip()
        )

    def _next(self, place: int) -> None:
        """Enter goes down the sheet, to the next line that has no value yet; after the last it saves."""
        empty = (each for each in self._lines[place + 1 :] if self._made(each).value is None)
        following = next(empty, None)
        if following is not None:
            following.typed.setFocus()
        else:
            self.do_save()

    def do_save(self) -> None:
        """Write it down."""
        if not self.save.isEnabled():
            return
        lines = tuple(self._made(line) for line in self._lines)
        command = SaveWatchRecord(self._slot, lines, self.said.text(), self.reason.text() if self.reason.isVisible() else "")
        self.save.setEnabled(False)
        self._desk.ask(command, self._saved, self._denied)

    def _saved(self, _number: int) -> None:
        self._slot = 0
        self._error.hide()

    def _denied(self, problem: Problem) -> None:
        self.save.setEnabled(True)
        self._error.setText(sentence(problem))
        self._error.show()


def _number(typed: str) -> float | str:
    try:
        return float(typed.replace(",", ".").replace("，", "."))
    except ValueError:
        return typed
