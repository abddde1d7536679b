"""The screens on the left, with what waits on each: in two halves, for those who watch and for those who maintain.

A screen that both need is in both. Whatever is opened, the half that has it comes forward.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.domain.isolations import wants_attention
from console.texts import tr
from console.ui import icons, theme
from console.ui.picture import Picture, overdue_of

WIDTH = 84
LEAST, MOST = 26, 60  # pixels a button takes; below WORDS there is no room for its name
WORDS = 46
REMIND_MS = 30_000
SCREENS = (
    "overview", "myday", "alarms", "faults", "equipment", "orders", "plans", "rounds", "hazards", "drills", "ledger", "stock",
    "people", "readings", "isolations", "shift", "trends", "energy", "quality", "reports", "connections", "commissioning", "system",
)  # fmt: skip
HALVES = {
    "watch": frozenset({
        "overview", "alarms", "faults", "equipment", "orders", "readings", "isolations", "shift", "trends", "energy", "quality",
        "connections", "commissioning", "system",
    }),
    "maintenance": frozenset({
        "myday", "orders", "plans", "rounds", "hazards", "drills", "ledger", "stock", "people", "quality", "reports", "system",
    }),
}  # fmt: skip
OTHER_HALF = "Alt+0"
KEYS = {
    "overview": "F1", "alarms": "F2", "faults": "F3", "equipment": "F4", "orders": "F5", "connections": "F6", "system": "F7",
    "trends": "Ctrl+T", "energy": "Ctrl+E", "readings": "Ctrl+1", "isolations": "Ctrl+2", "commissioning": "Ctrl+3",
    "shift": "Ctrl+4", "quality": "Ctrl+5", "myday": "Alt+1", "plans": "Alt+2", "rounds": "Alt+3", "hazards": "Alt+4",
    "drills": "Alt+5", "ledger": "Alt+6", "stock": "Alt+7", "people": "Alt+8", "reports": "Alt+9",
}  # fmt: skip


class NavButton(QWidget):
    """One screen's entry; a badge says how many wait there."""

    clicked = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.setObjectName(f"nav_{name}")
        self.setMinimumHeight(LEAST)
        self.setMaximumHeight(MOST)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._open = False
        self._waiting, self._priority = 0, 0

    def set_open(self, now_open: bool) -> None:
        """This screen is the one shown."""
        self._open = now_open
        self.update()

    def set_waiting(self, waiting: int, priority: int) -> None:
        """``priority`` 0: a grey badge."""
        if (waiting, priority) != (self._waiting, self._priority):
            self._waiting, self._priority = waiting, priority
            self.update()

    def sizeHint(self) -> QSize:
        """A tile."""
        return QSize(WIDTH, MOST)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the screen."""
        self.clicked.emit(self.name)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Icon, name, badge, and the mark of the open one."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._open:
                painter.fillRect(self.rect(), theme.colour("raised"))
                painter.fillRect(0, 0, 3, self.height(), theme.colour("accent"))
            ink = theme.colour("text" if self._open else "dim")
            spoken = self.height() >= WORDS
            top = (self.height() - (45 if spoken else 22)) / 2
            icons.paint(painter, QRectF(self.width() / 2 - 11, top, 22, 22), self.name, ink)
            if spoken:
                painter.setPen(ink)
                painter.setFont(theme.font(13))
                words = QRectF(0, top + 25, self.width(), 20)
                painter.drawText(words, Qt.AlignmentFlag.AlignCenter, tr(f"shell.screen.{self.name}"))
            if self._waiting:
                self._paint_badge(painter)

    def _paint_badge(self, painter: QPainter) -> None:
        text = str(self._waiting) if self._waiting < 1000 else "999+"
        painter.setFont(theme.font(12, bold=True))
        width = max(20.0, painter.fontMetrics().horizontalAdvance(text) + 10.0)
        box = QRectF(self.width() / 2 + 6, min(5.0, (self.height() - 18) / 2), width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.priority_colour(self._priority) if 0 < self._priority < 4 else theme.colour("stopped"))
        painter.drawRoundedRect(box, 9, 9)
        painter.setPen(theme.colour(f"on_p{self._priority}") if 0 < self._priority < 4 else theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class Nav(QFrame):
    """See the module."""

    chosen = Signal(str)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        self.setFixedWidth(WIDTH)
        self._picture = picture
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(0)
        self._half = ""
        self._halves = QPushButton()
        self._halves.setObjectName("nav_half")
        self._halves.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._halves.clicked.connect(self.turn)
        layout.addWidget(self._halves)
        layout.addSpacing(6)
        self._buttons = {name: NavButton(name) for name in SCREENS}
        for button in self._buttons.values():
            button.clicked.connect(self.chosen)
            layout.addWidget(button)
        layout.addStretch(1)
        records = (picture.alarms_changed, picture.faults_changed, picture.orders_changed, picture.health_changed)
        for signal in (picture.replaced, *records):
            signal.connect(self._count)
        for signal in (picture.readings_changed, picture.isolations_changed):
            signal.connect(self._count)
        self.show_half("watch")
        self._remind = QTimer(self)
        self._remind.setInterval(REMIND_MS)  # readings and patrols fall due without anything else happening
        self._remind.timeout.connect(self._count)
        self._remind.start()

    def add_tool(self, tool: QWidget) -> None:
        """A small tool below the screens."""
        self._column.addWidget(tool)

    def turn(self) -> None:
        """The other half."""
        self.show_half("maintenance" if self._half == "watch" else "watch")

    def show_half(self, half: str) -> None:
        """The screens of one half; nothing is opened."""
        self._half = half
        for name, button in self._buttons.items():
            button.setVisible(name in HALVES[half])
        self._say_half()

    def _say_half(self) -> None:
        other = "maintenance" if self._half == "watch" else "watch"
        self._halves.setText(tr(f"shell.half.{self._half}"))
        self._halves.setToolTip(tr("shell.half.turn", half=tr(f"shell.half.{other}"), key=OTHER_HALF))

    def set_open(self, name: str) -> None:
        """Mark the open screen."""
        if name not in HALVES[self._half]:
            self.turn()
        for key, button in self._buttons.items():
            button.set_open(key == name)

    def retranslate(self) -> None:
        """Draw anew."""
        self._say_half()
        for name, button in self._buttons.items():
            button.setToolTip(f"{tr(f'shell.screen.{name}')}  {KEYS[name]}")
            button.update()

    def _count(self, _changed: object = None) -> None:
        picture = self._picture
        unhandled = [alarm.priority for alarm in picture.alarms.values() if alarm.asks and not alarm.drill]
        untaken = [fault.priority for fault in picture.faults.values() if fault.open and fault.taken is None and not fault.drill]
        open_faults = sum(fault.open and not fault.drill for fault in picture.faults.values())
        down = sum(line.state in ("down", "degraded") for line in picture.health.values() if line.kind != "device")
        self._buttons["alarms"].set_waiting(len(unhandled), min(unhandled, default=0))
        self._buttons["faults"].set_waiting(open_faults, min(untaken, default=0))
        self._buttons["orders"].set_waiting(sum(order.open for order in picture.orders.values()), 0)
        self._buttons["readings"].set_waiting(sum(overdue_of(picture, point) > 0 for point in picture.awaited), 0)
        isolations = [isolation for isolation in picture.isolations.values() if isolation.open]
        urgent = any(wants_attention(isolation, picture.now()) for isolation in isolations)
        self._buttons["isolations"].set_waiting(len(isolations), 3 if urgent else 0)
        self._buttons["connections"].set_waiting(down, 2 if down else 0)
