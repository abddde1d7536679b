"""The checklist of an order: result, reading with its limits, note and photos of each line.

A line that somebody fills is never written over: what another person enters meanwhile is shown beside it. F9 in a reading takes the
point's live value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from console.domain.commands import CheckOrderItem
from console.domain.maintenance.orderwork import FollowItem
from console.domain.orderchecks import limits_text, number_in, outside
from console.domain.orders import CheckItem, Order, OrderState
from console.domain.quality import Quality
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.widgets.cards import label, set_role

RESULTS = ("", "pass", "fail", "na", "skipped")
FILLED_IN = (OrderState.DISPATCHED, OrderState.ASSIGNED, OrderState.ON_SITE, OrderState.IN_PROGRESS)


class _Reading(QLineEdit):
    """F9 takes the live value."""

    live_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class."""
        if event.key() == Qt.Key.Key_F9:
            self.live_wanted.emit()
        else:
            super().keyPressEvent(event)


class CheckLine(QWidget):
    """One line of a checklist."""

    def __init__(self, section: ChecklistSection, item: int) -> None:
        super().__init__()
        self._section, self._item = section, item
        self._seen = CheckItem(section.order.checklist[item].text)
        self._taken = 0
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(6)
        self._text = label(wrap=True)
        grid.addWidget(label(f"{item + 1}", "dim"), 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._text, 0, 1, 1, 5)
        self._result = QComboBox()
        self._result.setObjectName(f"result_{item}")
        for result in RESULTS:
            self._result.addItem(tr(f"domain.check.{result}") if result else "…", result)
        self._reading, self._note = _Reading(), QLineEdit()
        self._reading.setObjectName(f"reading_{item}")
        self._reading.setPlaceholderText(tr("orders.field.reading"))
        self._note.setObjectName(f"check_note_{item}")
        self._note.setPlaceholderText(tr("orders.field.note"))
        self._live, self._photo, self._follow = QPushButton(), QPushButton(), QPushButton()
        for name, button in (("live", self._live), ("photo", self._photo), ("follow", self._follow)):
            button.setObjectName(f"{name}_{item}")
        self._live.clicked.connect(self._take_live)
        self._photo.clicked.connect(lambda: section.photo_wanted.emit(item))
        self._follow.clicked.connect(self._follow_up)
        for column, widget in enumerate((self._result, self._reading, self._live, self._note, self._photo, self._follow), 1):
            grid.addWidget(widget, 1, column)
        grid.setColumnStretch(4, 1)
        self._beside = label(role="key", wrap=True)
        self._beside.hide()
        grid.addWidget(self._beside, 2, 1, 1, 6)
        self._reading.setFixedWidth(110)
        self._result.setFixedWidth(96)
        self._result.activated.connect(self._send)
        self._reading.editingFinished.connect(self._typed)
        self._reading.textChanged.connect(self._weigh)
        self._reading.live_wanted.connect(self._take_live)
        self._note.editingFinished.connect(self._typed)

    def show_item(self, item: CheckItem, enabled: bool) -> None:
        """Show the line; a field that holds something unsent keeps it, and the other value stands below."""
        limits = limits_text(item)
        unit = f"（{item.unit}）" if item.unit and not limits else ""
        self._text.setText(item.text.get(language()) + (f"  {limits}" if limits else unit))
        unsent = (self._reading.text(), self._note.text()) != (self._seen.reading, self._seen.note)
        if unsent and (item.reading, item.note, item.result) != (self._seen.reading, self._seen.note, self._seen.result):
            said = " ".join(
                part for part in (tr(f"domain.check.{item.result}") if item.result else "", item.reading, item.note) if part
            )
            self._beside.setText(tr("orders.line_changed", said=said or "—"))
            self._beside.show()
        elif not unsent:
            self._beside.hide()
            self._reading.setText(item.reading)
            self._note.setText(item.note)
            self._result.setCurrentIndex(max(0, self._result.findData(item.result)))
        self._seen = item
        for field in (self._reading, self._result, self._note):
            field.setEnabled(enabled)
        self._reading.setVisible(item.measured or bool(item.point) or not item.photo)
        self._live.setVisible(bool(item.point))
        self._live.setEnabled(enabled)
        self._photo.setText(tr("orders.photo", count=len(item.files)))
        self._photo.setVisible(item.photo or bool(item.files) or enabled)
        self._photo.setEnabled(enabled or bool(item.files))
        self._follow.setVisible(item.result == "fail")
        self._follow.setText(f"WO-{item.follow:06d}" if item.follow else item.finding or tr("orders.follow"))
        self._weigh()

    def tick(self) -> None:
        """The live value on its button."""
        if self._seen.point and self._live.isVisible():
            shown = self._live_text()
            self._live.setText(tr("orders.live", value=shown or "—"))

    def _live_text(self) -> str:
        picture = self._section.picture
        reading, point = picture.reading(self._seen.point), picture.points.get(self._seen.point)
        if point is None or reading.quality is not Quality.GOOD:
            return ""
        value = reading.value
        return f"{value:.{point.decimals}f}" if isinstance(value, float) else str(value)

    def _take_live(self) -> None:
        text = self._live_text()
        if not text:
            self._beside.setText(tr("orders.no_live"))
            self._beside.show()
            return
        self._taken = self._section.picture.reading(self._seen.point).time
        self._reading.setText(text)
        self._typed()

    def _weigh(self) -> None:
        value = number_in(self._reading.text(), self._seen.unit) if self._seen.measured else None
        set_role(self._text, "error" if value is not None and outside(self._seen, value) else "")

    def _typed(self) -> None:
        if (self._reading.text(), self._note.text()) == (self._seen.reading, self._seen.note):
            return
        if self._seen.measured and self._reading.text() != self._seen.reading:
            self._result.setCurrentIndex(0)  # another reading is judged anew
        self._send()

    def _send(self) -> None:
        result, reading, note = str(self._result.currentData()), self._reading.text(), self._note.text()
        self._seen = CheckItem(
            self._seen.text, result, reading, note, self._seen.unit, self._seen.low, self._seen.high, self._seen.point
        )
        taken, self._taken = self._taken, 0
        self._section.check(CheckOrderItem(self._section.order.number, self._item, result, reading, note, taken))

    def _follow_up(self) -> None:
        item = self._section.order.checklist[self._item]
        if item.follow:
            self._section.opened.emit(item.follow)
        elif not item.finding:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(tr("orders.follow.order")).triggered.connect(partial(self._lead, False))
            menu.addAction(tr("orders.follow.hazard")).triggered.connect(partial(self._lead, True))
            menu.popup(self._follow.mapToGlobal(self._follow.rect().bottomLeft()))

    def _lead(self, hazard: bool, _checked: bool = False) -> None:
        self._section.desk.ask(FollowItem(self._section.order.number, self._item, hazard=hazard))


class ChecklistSection(QWidget):
    """See the module. ``photo_wanted`` a line's photo; ``opened`` another order."""

    photo_wanted = Signal(int)
    opened = Signal(int)

    def __init__(self, picture: Picture, desk: Desk, check: Callable[[CheckOrderItem], None]) -> None:
        super().__init__()
        self.picture, self.desk, self.check = picture, desk, check
        self.order: Order
        self._key: tuple[object, ...] = ()
        self._lines: list[CheckLine] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def show_order(self, order: Order, enabled: bool) -> None:
        """Show an order's lines; those of the same order stay as they are being filled."""
        self.order = order
        key = (order.number, len(order.checklist), language())
        if key != self._key:
            self._key = key
            while self._layout.count():
                item = self._layout.takeAt(0)
                widget = item.widget() if item is not None else None
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
            self._lines = [CheckLine(self, place) for place in range(len(order.checklist))]
            for line in self._lines:
                self._layout.addWidget(line)
            if not self._lines:
                self._layout.addWidget(label(tr("orders.no_checklist"), "dim", wrap=True))
            self._layout.addStretch(1)
        for line, check in zip(self._lines, order.checklist, strict=True):
            line.show_item(check, enabled and order.state in FILLED_IN and not order.held)
        self.tick()

    def tick(self) -> None:
        """Live values."""
        for line in self._lines:
            line.tick()
