"""One pump, and a pump set with its pumps, levels and pressures."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from console.domain.estate import Equipment, Point, ValueKind
from console.texts import language, tr
from console.ui import theme
from console.ui.equipment.drawings import Drawing
from console.ui.overview.panes import hatch, in_trouble, number, words, worst_priorities
from console.ui.picture import Picture

LEVELS = ("tank_level", "sump_level", "level")
STATES = ("switched_on", "remote_mode", "operation_mode", "control_mode", "warning_code", "electronics_temp", "liquid_temp")
FIGURES = ("current", "power", "frequency", "speed", "flow", "head", "outlet_pressure", "diff_pressure", "run_hours", "start_count")


def pump_state(picture: Picture, pump: str) -> str:
    """``tripped``, ``running``, ``stopped``; ``unknown`` where nothing can be trusted."""
    running = number(picture, pump, "run_state")
    if running is None:
        return "unknown"
    if in_trouble(picture, pump):
        return "tripped"
    return "running" if running == 1 else "stopped"


def paint_pump(painter: QPainter, centre: QPointF, radius: float, state: str, worst: int) -> None:
    """The symbol: filled while it runs, crossed when it tripped, hatched when nothing is known."""
    circle = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
    if state == "unknown":
        hatch(painter, circle)
        return
    loud = 0 < worst < 4
    filled = state == "running" or (loud and state == "tripped")
    token = f"p{worst}" if loud else "running" if state == "running" else "stopped"
    painter.setPen(QPen(theme.colour(token), max(2.0, radius / 14)))
    painter.setBrush(theme.colour(token) if filled else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(circle)
    x, y = centre.x(), centre.y()
    if state == "tripped":
        painter.setPen(QPen(theme.colour("panel" if filled else token), radius / 5))
        arm = radius * 0.42
        painter.drawLine(QPointF(x - arm, y - arm), QPointF(x + arm, y + arm))
        painter.drawLine(QPointF(x - arm, y + arm), QPointF(x + arm, y - arm))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("panel" if filled else token))
    wing = radius * 0.5
    painter.drawPolygon(
        QPolygonF([QPointF(x - wing * 0.6, y - wing), QPointF(x - wing * 0.6, y + wing), QPointF(x + wing * 1.1, y)])
    )


class PumpDrawing(Drawing):
    """The symbol with its state, the key figures below."""

    def paint_machine(self, painter: QPainter, rect: QRectF, machine: Equipment) -> None:
        """All of it."""
        state, worst = pump_state(self._picture, machine.id), self.worst()
        paint_pump(painter, QPointF(rect.left() + 62, rect.top() + 66), 52, state, worst)
        left = rect.left() + 134
        box = QRectF(left, rect.top() + 20, rect.right() - left, 34)
        token = "dim" if state == "unknown" else f"p{worst}_text" if worst and state == "tripped" else "text"
        words(painter, box, tr(f"equipment.pump.{state}"), token, 26, bold=True)
        tripped = state == "tripped"
        code = next((key for key in ("alarm_code", "fault_code") if self.point(key) is not None), "")
        about = self.said(code) if tripped and code else self._mode()
        words(painter, box.translated(0, 36), about, token if tripped else "dim", 14)
        words(painter, box.translated(0, 58), self._mode() if tripped else "", "dim", 14)
        room = QRectF(rect.left(), rect.top() + 140, rect.width(), rect.height() - 140)
        end = self.paint_tiles(painter, room, self.points(FIGURES), 2) + 4
        rest = self.points(STATES)
        self.paint_bars(painter, QRectF(rect.left(), end, rect.width() - 4, rect.bottom() - end), rest)

    def _mode(self) -> str:
        said = [self.said(key) for key in ("operation_mode", "control_mode") if self.point(key) is not None]
        return " · ".join(word for word in said if word != "—")


class PumpSetDrawing(Drawing):
    """Its pumps (a click opens one), its tank or sump, and pressures against their bands."""

    def paint_machine(self, painter: QPainter, rect: QRectF, machine: Equipment) -> None:
        """All of it."""
        picture = self._picture
        pumps = [each for each in picture.equipment.values() if each.parent == machine.id and each.page == "pump"]
        worst = worst_priorities(picture)
        top = rect.top()
        if pumps:
            columns = min(3, len(pumps))
            step = rect.width() / columns
            for place, pump in enumerate(pumps):
                area = QRectF(rect.left() + (place % columns) * step, top + (place // columns) * 118, step - 6, 112)
                self._paint_one(painter, area, pump, worst.get(pump.id, 0))
            top += -(-len(pumps) // columns) * 118 + 6
        levels = self.points(LEVELS)
        shown = [point for point in picture.points_of.get(machine.id, []) if point.key != "comm_state"]
        bands = [point for point in shown if point.kind is ValueKind.ANALOG and point.normal is not None and point not in levels]
        rest = [point for point in shown if point not in levels and point not in bands]
        for point in levels[:1]:
            self._paint_tank(painter, QRectF(rect.left(), top, rect.width(), 150), point)
            top += 164
        for point in [*levels[1:], *bands]:
            self.paint_tile(painter, QRectF(rect.left(), top, rect.width() - 6, 66), point)
            top += 74
        self.paint_bars(painter, QRectF(rect.left(), top, rect.width() - 4, rect.bottom() - top), rest)

    def _paint_one(self, painter: QPainter, area: QRectF, pump: Equipment, worst: int) -> None:
        self._areas.append((area, "machine", pump.id))
        state = pump_state(self._picture, pump.id)
        paint_pump(painter, QPointF(area.center().x(), area.top() + 32), 28, state, worst)
        words(painter, QRectF(area.left(), area.top() + 66, area.width(), 20), pump.name.get(language()), "text", 13, centre=True)
        token = f"p{worst}_text" if worst else "dim"
        words(painter, QRectF(area.left(), area.top() + 86, area.width(), 18), self._doing(pump, state), token, 12, centre=True)

    def _doing(self, pump: Equipment, state: str) -> str:
        text = tr(f"equipment.pump.{state}")
        hertz = number(self._picture, pump.id, "frequency")
        return f"{text} {hertz:.0f} Hz" if state == "running" and hertz is not None else text

    def _paint_tank(self, painter: QPainter, rect: QRectF, point: Point) -> None:
        """A vessel with its level, the normal band at its side."""
        value = number(self._picture, point.equipment, point.key)
        vessel = QRectF(rect.left() + 4, rect.top() + 4, 104, rect.height() - 10)
        band = point.normal
        top = max(edge for edge in ((band.high if band else None), value, 1.0) if edge is not None) * 1.25
        bottom = min(0.0, value or 0.0)

        def level(at: float) -> float:
            return vessel.bottom() - vessel.height() * max(0.0, min(1.0, (at - bottom) / (top - bottom)))

        painter.fillRect(vessel, theme.colour("raised"))
        if value is None:
            hatch(painter, vessel)
        else:
            surface = level(value)
            water = QRectF(vessel.left(), surface, vessel.width(), vessel.bottom() - surface)
            painter.fillRect(water, theme.colour("stopped"))
        painter.setPen(QPen(theme.colour("line"), 2))
        painter.drawPolyline(QPolygonF([vessel.topLeft(), vessel.bottomLeft(), vessel.bottomRight(), vessel.topRight()]))
        if band is not None:
            low, high = level(band.low if band.low is not None else bottom), level(band.high if band.high is not None else top)
            painter.fillRect(QRectF(vessel.right() + 8, high, 8, low - high), theme.colour("band"))
            for edge, at in ((band.low, low), (band.high, high)):
                if edge is not None:
                    box = QRectF(vessel.right() + 22, at - 9, 60, 18)
                    words(painter, box, f"{edge:.{point.decimals}f}", "dim", 12)
        left = vessel.right() + 86
        self.paint_tile(painter, QRectF(left, rect.top() + 36, rect.right() - left, 66), point, 28)
