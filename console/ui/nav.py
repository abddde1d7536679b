"""The screens on the left, with what waits on each: in two halves, for those who watch and for those who maintain.

A screen that both need is in both. Whatever is opened, the half that has it comes forward.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.texts import tr
from console.ui import icons, theme
from console.ui.navcounts import COUNTS, RECORDS
from console.ui.picture import Picture

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

    @property
    def urgent(self) -> bool:
        """Something on it has to be seen to."""
        return self._waiting > 0 and self._priority > 0

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
        self._dirty: set[str] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._count)
        for signal, names in (
            (picture.replaced, COUNTS), (picture.alarms_changed, ("alarms",)), (picture.faults_changed, ("faults",)),
            (picture.orders_changed, ("orders", "myday")), (picture.people_changed, ("myday",)),
            (picture.health_changed, ("connections",)), (picture.readings_changed, ("readings",)),
            (picture.isolations_changed, ("isolations",)), (picture.records_changed, RECORDS),
        ):  # fmt: skip
            signal.connect(self._mark(*names))
        self.show_half("watch")
        self._remind = QTimer(self)
        self._remind.setInterval(REMIND_MS)  # readings, patrols and rounds fall due without anything else happening
        self._remind.timeout.connect(self._mark(*COUNTS))
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
        waits = any(self._buttons[name].urgent for name in HALVES[other] - HALVES[self._half])
        self._halves.setText(f"{tr(f'shell.half.{self._half}')} {'•' if waits else '⇄'}")
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

    def _mark(self, *names: str) -> Callable[..., None]:
        """Count these screens' work anew, soon: a flood brings hundreds of changes within one turn of the loop."""

        def marked(*_changed: object) -> None:
            self._dirty.update(names)
            if not self._soon.isActive():
                self._soon.start()

        return marked

    def _count(self) -> None:
        for name in self._dirty:
            self._buttons[name].set_waiting(*COUNTS[name](self._picture))
        self._dirty.clear()
        self._say_half()
