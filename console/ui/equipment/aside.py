"""The machine's right column: alarms now and before, orders, the next maintenance, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from console.domain.alarms import Alarm
from console.domain.estate import Equipment
from console.domain.orders import Order
from console.domain.problems import Problem
from console.domain.times import DAY, MINUTE
from console.link.messages import AlarmHistoryAnswer, AlarmHistoryQuery, Answer, OrderHistoryAnswer, OrderHistoryQuery
from console.texts import language, sentence, tr
from console.ui import theme
from console.ui.alarms.presenter import content
from console.ui.desk import Desk
from console.ui.equipment import presenter
from console.ui.moments import short_text
from console.ui.orders.presenter import display
from console.ui.overview.panes import words
from console.ui.picture import Picture
from console.ui.widgets.badges import Index, paint_badge
from console.ui.widgets.cards import GAP, Card, label

LAST = 10
DAYS = 400
ROW = 46
FRAME = 54  # a card's heading and margins
ASK_MS = 1500  # history is asked for again when a burst of changes has passed


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a list. ``loud``: it is going on now."""

    number: int
    priority: int
    title: str
    remark: str
    loud: bool
    token: str = "dim"  # the remark's colour


class _Delegate(QStyledItemDelegate):
    """Badge, title, remark."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Two lines."""
        line = index.data(Qt.ItemDataRole.UserRole)
        rect = QRectF(option.rect)
        if option.state & option.state.State_Selected:
            painter.fillRect(rect, theme.colour("selected"))
        if not isinstance(line, Line):
            words(painter, rect.adjusted(4, 0, -4, 0), str(index.data() or ""), "dim", 13)
            return
        if line.priority:
            painter.setOpacity(1.0 if line.loud else 0.45)
            paint_badge(painter, QRectF(rect.left() + 2, rect.top() + 5, 18, 18), line.priority)
            painter.setOpacity(1.0)
        token = "text" if line.loud else "dim"
        left = rect.left() + (28 if line.priority else 4)
        width = rect.right() - left - 4
        words(painter, QRectF(left, rect.top() + 3, width, 20), line.title, token, 13, bold=line.loud)
        words(painter, QRectF(left, rect.top() + 23, width, 18), line.remark, line.token, 12)
        painter.fillRect(QRectF(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("line"))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines high; a lone sentence takes one."""
        return QSize(100, ROW if isinstance(index.data(Qt.ItemDataRole.UserRole), Line) else 30)


class Lines(QListWidget):
    """A list whose entries lead somewhere, by click or Enter. It changes only where its lines did."""

    opened = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._shown: tuple[list[Line], str] = ([], "")
        self.itemClicked.connect(self._open)
        self.itemActivated.connect(self._open)

    def show_lines(self, lines: Iterable[Line], empty: str) -> None:
        """These, or the sentence."""
        wanted = list(lines)
        if (wanted, empty) == self._shown:
            return
        self._shown = (wanted, empty)
        self.clear()
        for line in wanted:
            item = QListWidgetItem(line.title)
            item.setData(Qt.ItemDataRole.UserRole, line)
            item.setToolTip(f"{line.title}\n{line.remark}")
            self.addItem(item)
        if not wanted:
            item = QListWidgetItem(empty)
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)
        self.setMinimumHeight(min(len(wanted), 2) * ROW or 30)

    @property
    def lines(self) -> list[Line]:
        """What is shown."""
        return self._shown[0]

    @property
    def full_height(self) -> int:
        """The height at which nothing is hidden."""
        return max(34, len(self._shown[0]) * (ROW + 1) + 4)

    def _open(self, item: QListWidgetItem) -> None:
        line = item.data(Qt.ItemDataRole.UserRole)
        if isinstance(line, Line) and line.number:
            self.opened.emit(line.number)


class Aside(QWidget):
    """See the module."""

    alarm_opened = Signal(int)
    order_opened = Signal(int)

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._machine: Equipment | None = None
        self._alarms: tuple[Alarm, ...] | None = None  # the history; None: it was not read yet
        self._orders: tuple[Order, ...] | None = None
        self._problem = ""
        self._asked = 0
        self.alarms, self.orders = Lines("machine_alarms"), Lines("machine_orders")
        self.alarms.opened.connect(self.alarm_opened)
        self.orders.opened.connect(self.order_opened)
        self._cards = {name: Card() for name in ("alarms", "orders", "due", "facts")}
        self._cards["alarms"].body.addWidget(self.alarms)
        self._cards["orders"].body.addWidget(self.orders)
        self.due = Lines("machine_due")
        self.due.opened.connect(self.order_opened)
        self._cards["due"].body.addWidget(self.due)
        holder, scroll, self._facts = QWidget(), QScrollArea(), QGridLayout()
        holder.setLayout(self._facts)
        self._facts.setContentsMargins(0, 0, 4, 0)
        self._facts.setVerticalSpacing(6)
        self._facts.setHorizontalSpacing(12)
        self._facts.setColumnStretch(1, 1)
        scroll.setWidget(holder)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._cards["facts"].body.addWidget(scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for name, share in (("alarms", 5), ("orders", 3), ("due", 3), ("facts", 4)):
            column.addWidget(self._cards[name], share)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(ASK_MS)
        self._again.timeout.connect(self._ask)

    # --- what the page says

    def show_machine(self, machine: Equipment) -> None:
        """This one."""
        if self._machine is None or self._machine.id != machine.id:
            self._alarms = self._orders = None
            self._problem = ""
            self._machine = machine
            self._ask()
        self._machine = machine
        self.refresh()

    def changed(self, _numbers: object = None) -> None:
        """Alarms or orders changed: the lists now, their history a little later."""
        if self._machine is None:
            return
        before = (self.alarms.lines, self.orders.lines)
        self._fill_lists()
        if before != (self.alarms.lines, self.orders.lines) and not self._again.isActive():
            self._again.start()

    def refresh(self, _changed: object = None) -> None:
        """Everything anew."""
        if self._machine is None:
            return
        self._fill_lists()
        self._fill_due()
        self._fill_facts()

    def tick(self) -> None:
        """Running hours go on."""
        self._fill_due()

    # --- lists

    def _fill_lists(self) -> None:
        machine, picture = self._machine, self._picture
        if machine is None:
            return
        present = presenter.alarms_of(picture, machine.id)
        numbers = {alarm.number for alarm in present}
        past = [alarm for alarm in self._alarms or () if alarm.number not in numbers and alarm.number not in picture.alarms]
        self.alarms.show_lines([*map(self._alarm_line, present), *map(self._alarm_line, past[:LAST])], self._empty("no_alarms"))
        self._fit("alarms", self.alarms.full_height)
        self._cards["alarms"].set_heading(tr("equipment.alarms"), tr("equipment.alarms.remark", count=len(present)))
        known = presenter.orders_of(picture, machine.id)
        numbers = {order.number for order in known}
        orders = [*known, *(order for order in self._orders or () if order.number not in numbers)]
        shown = sorted(orders, key=lambda order: (not order.open, -order.created_at))
        self.orders.show_lines(map(self._order_line, shown[: LAST + len(known)]), self._empty("no_orders"))
        self._fit("orders", self.orders.full_height)
        count = sum(order.open for order in shown)
        self._cards["orders"].set_heading(tr("equipment.orders"), tr("equipment.orders.remark", count=count))

    def _fit(self, name: str, height: int) -> None:
        """No card is higher than what it holds: the room goes to those that need it."""
        self._cards[name].setMaximumHeight(height + FRAME)

    def _empty(self, key: str) -> str:
        if self._problem:
            return self._problem
        return tr(f"equipment.{key}" if (self._alarms if key == "no_alarms" else self._orders) is not None else "equipment.loading")

    def _alarm_line(self, alarm: Alarm) -> Line:
        picture = self._picture
        when = short_text(alarm.raised_at, picture.now(), picture.estate.site.timezone)
        state = tr("alarms.is_active" if alarm.active else "alarms.is_returned")
        seen = tr("alarms.is_acknowledged" if alarm.acknowledged else "alarms.is_unacknowledged")
        return Line(alarm.number, alarm.priority, content(picture, alarm), f"{when} · {state} · {seen}", not alarm.over)

    def _order_line(self, order: Order) -> Line:
        picture = self._picture
        when = short_text(order.created_at, picture.now(), picture.estate.site.timezone)
        parts = [order.id, tr(f"domain.order.{order.state}"), display(picture, order.assignee) if order.assignee else "", when]
        remark = " · ".join(part for part in parts if part)
        return Line(order.number, order.priority, order.title.get(language()), remark, order.open)

    # --- maintenance and facts

    def _fill_due(self) -> None:
        machine = self._machine
        if machine is None:
            return
        tokens = {"late": "p2_text", "soon": "text", "calm": "dim", "unknown": "faint"}
        dues = presenter.maintenance(self._picture, machine.id)
        lines = [Line(due.order, 0, due.title, due.when, due.mood in ("late", "soon"), tokens[due.mood]) for due in dues]
        self.due.show_lines(lines, tr("equipment.due.none"))
        self._fit("due", self.due.full_height)
        self._cards["due"].set_heading(tr("equipment.due"), tr("equipment.due.remark", count=len(dues)) if dues else "")

    def _fill_facts(self) -> None:
        machine = self._machine
        if machine is None:
            return
        _empty(self._facts)
        rows = [(presenter.rated_name(key), value) for key, value in machine.facts.items() if value]
        rows += presenter.rated_of(machine)
        rows.append((tr("equipment.type"), machine.type))
        for place, (name, value) in enumerate(rows):
            self._facts.addWidget(label(name, "dim"), place, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(label(value, wrap=True, selectable=True), place, 1)
        self._facts.setRowStretch(len(rows), 1)
        self._cards["facts"].set_heading(tr("equipment.facts"))

    # --- history

    def _ask(self) -> None:
        machine = self._machine
        if machine is None:
            return
        self._asked += 1
        asked, now = self._asked, self._picture.now()
        since, until = max(0, now - DAYS * DAY), now + MINUTE

        def alarms_came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, AlarmHistoryAnswer):
                self._alarms, self._problem = answer.alarms, ""
                self._fill_lists()

        def orders_came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, OrderHistoryAnswer):
                self._orders = answer.orders
                self._fill_lists()

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._problem = sentence(problem)
                self._fill_lists()

        limit = LAST + len(presenter.alarms_of(self._picture, machine.id))
        self._desk.query(lambda id: AlarmHistoryQuery(id, since, until, machine.id, limit), alarms_came, failed)
        self._desk.query(lambda id: OrderHistoryQuery(id, since, until, machine.id, LAST), orders_came, failed)


def _empty(layout: QGridLayout) -> None:
    for row in range(layout.rowCount()):
        layout.setRowStretch(row, 0)
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
