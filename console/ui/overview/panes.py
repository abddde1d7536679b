"""What the panes of the overview share: reading values by key, and being drawn no more often than the values come."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from console.domain.estate import Band, Equipment
from console.ui import theme
from console.ui.picture import Picture

MIDDLE = Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def number(picture: Picture, equipment: str, key: str) -> float | None:
    """The present value of a point as a number; ``None`` where none can be trusted: never a number that looks alive."""
    if not picture.live:
        return None
    reading = picture.reading(f"{equipment}.{key}")
    if not reading.quality.usable or not reading.time or isinstance(reading.value, str):
        return None
    return float(reading.value)


def figure(value: float | None, decimals: int) -> str:
    """The value with its decimals, or a dash."""
    return "—" if value is None else f"{value:.{decimals}f}"


def worst_priority(picture: Picture, equipment: str) -> int:
    """The gravest active alarm of a machine: 1-4, 0 = none."""
    return worst_priorities(picture).get(equipment, 0)


def in_trouble(picture: Picture, machine: str) -> bool:
    """One of a pump's or drive's fault signals says so."""
    return any(number(picture, machine, key) for key in ("alarm_code", "alarm_active", "fault_code", "fault_state"))


def worst_priorities(picture: Picture) -> dict[str, int]:
    """The gravest active alarm of every machine that has one. A colour cannot say that it is a drill: those are left out."""
    worst: dict[str, int] = {}
    for alarm in picture.alarms.values():
        if alarm.active and not alarm.drill:
            worst[alarm.equipment] = min(alarm.priority, worst.get(alarm.equipment, 9))
    return worst


def hatch(painter: QPainter, rect: QRectF) -> None:
    """Communication lost or bad: 45° hatch."""
    painter.save()
    painter.setClipRect(rect)
    painter.fillRect(rect, theme.colour("raised"))
    painter.fillRect(rect, QBrush(theme.colour("stopped"), Qt.BrushStyle.BDiagPattern))
    painter.restore()


def words(painter: QPainter, rect: QRectF, text: str, token: str = "text", size: int = 14, **style: bool) -> None:
    """One elided line. ``bold``, ``right``, ``centre``."""
    painter.setFont(theme.font(size, bold=style.get("bold", False)))
    painter.setPen(theme.colour(token))
    align = CENTRE if style.get("centre") else RIGHT if style.get("right") else MIDDLE
    painter.drawText(rect, align, QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, rect.width()))


def band_bar(painter: QPainter, rect: QRectF, value: float | None, band: Band | None, token: str = "text") -> None:
    """A bar with the normal range and a marker at the value. The scale is the band with its own width on either side."""
    painter.fillRect(rect, theme.colour("raised"))
    if band is None or band.low is None or band.high is None:
        return
    low, high = band.low, band.high
    margin = (high - low) * 0.6
    start, length = low - margin, (high - low) + 2 * margin
    if length <= 0:
        return

    def place(at: float) -> float:
        return rect.left() + rect.width() * max(0.0, min(1.0, (at - start) / length))

    painter.fillRect(QRectF(place(low), rect.top(), place(high) - place(low), rect.height()), theme.colour("band"))
    if value is None:
        hatch(painter, rect)
        return
    marker = place(value)
    painter.fillRect(QRectF(marker - 2, rect.top() - 4, 4, rect.height() + 8), theme.colour(token))


class Pane(QWidget):
    """A drawn part of a card. ``areas`` are clickable: (rect, equipment id)."""

    equipment_opened = Signal(str)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self.areas: list[tuple[QRectF, str]] = []
        self.machines: list[Equipment] = []
        self.setMouseTracking(True)

    def choose(self) -> None:
        """Take the machines that belong here from a new configuration."""

    def summary(self) -> str:
        """The quiet remark on the card's right."""
        return ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A machine leads to its page."""
        for rect, equipment in self.areas:
            if rect.contains(event.position()):
                self.equipment_opened.emit(equipment)
                return

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked."""
        over = any(rect.contains(event.position()) for rect, _ in self.areas)
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
