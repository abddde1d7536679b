"""The alarm strip that never leaves: what is newest and gravest and not yet acknowledged, and the promise closest to its end."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from console.domain.alarms import Alarm
from console.domain.faults import Fault
from console.domain.maintenance.drilling import marked
from console.domain.promises import ClockView, nearest
from console.domain.text import Text
from console.texts import language, tr
from console.ui import theme
from console.ui.moments import short_text
from console.ui.pace import Pace
from console.ui.picture import Picture
from console.ui.tally import loudness
from console.ui.widgets.badges import paint_badge
from console.ui.widgets.clocks import Urgency, clock_colour, paint_bar, promise_text, remaining_text, urgency

ROWS = 3
ROW = 32
HEIGHT = ROWS * ROW + 32


def loudest_first(alarms: list[Alarm]) -> list[Alarm]:
    """Sorted by :func:`loudness`."""
    return sorted(alarms, key=loudness)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The promise that ends next."""

    fault: Fault
    view: ClockView


def nearest_promise(picture: Picture) -> Nearest | None:
    """The running clock with the least time left among all open faults; a drill's only while no real one runs."""
    now = picture.now()
    found = [
        Nearest(fault, view)
        for fault in picture.faults.values()
        if fault.open and (view := nearest(fault, picture.order_of(fault), now)) is not None
    ]
    return min(found, key=lambda each: (each.fault.drill > 0, each.view.remaining), default=None)


def text_of(picture: Picture, alarm: Alarm) -> str:
    """What the alarm says, with the value behind it."""
    point = picture.points.get(alarm.point)
    said = alarm.text.get(language())
    if point is None or alarm.limit is None:
        return said
    return f"{said}  {alarm.value:.{point.decimals}f} {point.unit}".rstrip()


def equipment_name(picture: Picture, equipment_id: str) -> str:
    """``2号楼 2#生活泵``: the equipment's name after its building's, in the present language; its id where it is unknown.

    A system alarm has no equipment: it is the program's own.
    """
    machine = picture.equipment.get(equipment_id)
    if machine is None:
        return equipment_id or tr("shell.program")
    name = machine.name.get(language())
    building = building_name(picture, machine.location)
    return name if not building or name.startswith(building) else f"{building} {name}"


def building_name(picture: Picture, location_id: str) -> str:
    """The name of the building that a place lies in; empty where it is unknown."""
    place = picture.locations.get(location_id)
    for _ in range(len(picture.locations)):
        above = picture.locations.get(place.parent) if place is not None else None
        if above is None:
            break
        place = above
    return place.name.get(language()) if place is not None else ""


class _Lines(QWidget):
    """The rows and the hint below them."""

    opened = Signal(int)

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self._bright = 1.0
        self._alarms: list[Alarm] = []
        self._more = 0
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def take(self) -> None:
        """Look at the picture again."""
        tally = self._picture.tally
        self._alarms = [self._picture.alarms[number] for number in tally.loudest(ROWS)]
        self._more = max(0, tally.asking - ROWS)
        self.update()

    @property
    def pulses(self) -> bool:
        """True while an unacknowledged P1 or P2 is shown."""
        return any(alarm.priority <= 2 for alarm in self._alarms)

    def set_bright(self, bright: float) -> None:
        """The pulse's present brightness."""
        self._bright = bright
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A row leads to its alarm."""
        row = int(event.position().y() // ROW)
        if row < len(self._alarms):
            self.opened.emit(self._alarms[row].number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows."""
        with QPainter(self) as painter:
            if not self._alarms:
                painter.setPen(theme.colour("dim"))
                painter.setFont(theme.font(17))
                calm = tr("shell.strip.calm") if self._picture.live else tr("shell.strip.unknown")
                painter.drawText(QRectF(20, 0, self.width() - 40, ROWS * ROW), Qt.AlignmentFlag.AlignVCenter, calm)
            for place, alarm in enumerate(self._alarms):
                self._paint_row(painter, QRectF(0, place * ROW, self.width(), ROW), alarm)
            painter.setPen(theme.colour("faint"))
            painter.setFont(theme.font(12))
            hint = tr("shell.strip.hint")
            if self._more:
                hint = f"{tr('shell.strip.more', count=self._more)} · {hint}"
            painter.drawText(QRectF(20, ROWS * ROW, self.width() - 40, 26), Qt.AlignmentFlag.AlignVCenter, hint)

    def _paint_row(self, painter: QPainter, rect: QRectF, alarm: Alarm) -> None:
        width = rect.width()
        bright = self._bright if alarm.priority <= 2 else 1.0
        paint_badge(painter, QRectF(16, rect.top() + 5, 24, 22), alarm.priority, brightness=bright)
        columns = (56.0, 150.0, 370.0, width * 0.6, width * 0.72, width * 0.86)
        painter.setFont(theme.font(14))
        middle = Qt.AlignmentFlag.AlignVCenter

        def put(column: int, text: str, colour: QColor, bold: bool = False) -> None:
            end = columns[column + 1] if column + 1 < len(columns) else width - 8
            painter.setFont(theme.font(14, bold=bold))
            painter.setPen(colour)
            box = QRectF(columns[column], rect.top(), end - columns[column] - 10, ROW)
            painter.drawText(box, middle, QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, box.width()))

        picture, text = self._picture, theme.colour("text")
        put(0, short_text(alarm.raised_at, picture.now(), picture.estate.site.timezone), theme.colour("dim"))
        put(1, equipment_name(picture, alarm.equipment), text, bold=True)
        put(2, text_of(picture, alarm), text)
        dot = QPointF(columns[3] + 6, rect.center().y())
        painter.setBrush(theme.priority_colour(alarm.priority))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawEllipse(dot, 5, 5)
        state = tr(f"domain.alarm_state.{alarm.state}")
        painter.setFont(theme.font(14))
        painter.setPen(theme.priority_text(alarm.priority))
        room = QRectF(columns[3] + 18, rect.top(), columns[4] - columns[3] - 24, ROW)
        painter.drawText(room, middle, QFontMetricsF(painter.font()).elidedText(state, Qt.TextElideMode.ElideRight, room.width()))
        fault = picture.fault_of(alarm)
        if fault is None:
            return
        view = nearest(fault, picture.order_of(fault), picture.now())
        if view is not None:
            put(4, promise_text(view), clock_colour(view, fault.priority), bold=True)
        put(5, handler_text(picture, fault), theme.colour("dim"))


def handler_text(picture: Picture, fault: Fault) -> str:
    """``王建国 A台 处理中``, or that nobody has taken it."""
    if fault.taken is None:
        return tr("shell.not_taken")
    account = picture.accounts.get(fault.taken.by)
    name = account.display if account is not None else fault.taken.by
    return tr("shell.in_process", name=name, station=fault.taken.station)


class _Promise(QWidget):
    """The nearest promise, large."""

    opened = Signal(int)

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self.setFixedWidth(300)
        self._nearest: Nearest | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def take(self) -> None:
        """Look at the picture again."""
        self._nearest = nearest_promise(self._picture)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """It leads to its fault."""
        if self._nearest is not None:
            self.opened.emit(self._nearest.fault.number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Heading, clock, what it is about, bar."""
        with QPainter(self) as painter:
            painter.fillRect(QRectF(0, 0, 1, self.height()), theme.colour("line"))
            painter.setPen(theme.colour("dim"))
            painter.setFont(theme.font(12))
            broken = self._nearest is not None and urgency(self._nearest.view) is Urgency.BROKEN
            heading = tr("shell.promise.broken" if broken else "shell.promise.nearest")
            painter.drawText(QRectF(18, 8, 270, 18), Qt.AlignmentFlag.AlignVCenter, heading)
            if self._nearest is None:
                painter.setFont(theme.font(17))
                painter.drawText(QRectF(18, 34, 270, 40), Qt.AlignmentFlag.AlignVCenter, tr("shell.promise.none"))
                return
            view, fault = self._nearest.view, self._nearest.fault
            painter.setPen(clock_colour(view, fault.priority))
            painter.setFont(theme.font(theme.PROMISE, bold=True))
            painter.drawText(QRectF(18, 26, 276, 46), Qt.AlignmentFlag.AlignVCenter, remaining_text(view))
            painter.setPen(theme.colour("text"))
            painter.setFont(theme.font(13))
            about = f"{equipment_name(self._picture, fault.equipment)} · {tr(f'domain.clock.{view.clock}')}"
            if fault.drill:
                about = marked(Text(about)).get(language())
            elided = QFontMetricsF(painter.font()).elidedText(about, Qt.TextElideMode.ElideRight, 270)
            painter.drawText(QRectF(18, 76, 270, 22), Qt.AlignmentFlag.AlignVCenter, elided)
            paint_bar(painter, QRectF(18, 106, 264, 5), view, fault.priority)


class Strip(QFrame):
    """See the module. Motion only for unacknowledged P1 and P2: brightness at 1 Hz."""

    alarm_opened = Signal(int)
    fault_opened = Signal(int)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        self.setObjectName("strip")
        self.setFixedHeight(HEIGHT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 1, 0, 0)
        layout.setSpacing(0)
        self._lines, self._promise = _Lines(picture), _Promise(picture)
        layout.addWidget(self._lines, 1)
        layout.addWidget(self._promise)
        self._lines.opened.connect(self.alarm_opened)
        self._promise.opened.connect(self.fault_opened)
        self._pulse = QTimer(self)
        self._pulse.setInterval(500)
        self._pulse.timeout.connect(self._beat)
        self._dark = False
        promise = Pace(self._promise.take, self)
        for signal in (picture.replaced, picture.alarms_changed, picture.ticked, picture.link_changed):
            signal.connect(self._alarms)
        for signal in (picture.replaced, picture.faults_changed, picture.orders_changed, picture.ticked):
            signal.connect(promise.ask)

    def retranslate(self) -> None:
        """Everything anew: it is little."""
        self._alarms()
        self._promise.take()

    def _alarms(self, _changed: object = None) -> None:
        self._lines.take()
        if self._lines.pulses != self._pulse.isActive():
            if self._lines.pulses:
                self._pulse.start()
            else:
                self._pulse.stop()
                self._lines.set_bright(1.0)

    def _beat(self) -> None:
        self._dark = not self._dark
        self._lines.set_bright(0.45 if self._dark else 1.0)
