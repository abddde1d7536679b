"""One elevator: its shaft with the car in it, and what the car does."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from console.domain.estate import Equipment
from console.texts import tr
from console.ui import theme
from console.ui.equipment.drawings import Drawing
from console.ui.overview.elevators import DOWN, NORMAL_MODES, UP
from console.ui.overview.panes import hatch, words

SHAFT = 84
SHOWN = (
    "service_mode", "car_state", "inspection_mode", "door_open", "car_speed", "car_load", "output_current", "dc_link_voltage",
    "fault_state", "fault_code",
)  # fmt: skip


def floors_of(machine: Equipment) -> int:
    """How many floors it serves, from its name plate."""
    try:
        return max(2, int(float(machine.rated.get("floors", "") or 33)))
    except ValueError:
        return 33


class LiftDrawing(Drawing):
    """Shaft on the left, words and figures on the right."""

    def paint_machine(self, painter: QPainter, rect: QRectF, machine: Equipment) -> None:
        """All of it."""
        trapped, worst = self.value("trapped") == 1, self.worst()
        shaft = QRectF(rect.left() + 34, rect.top() + 10, SHAFT, rect.height() - 20)
        self._paint_shaft(painter, shaft, floors_of(machine), trapped, worst)
        left = shaft.right() + 26
        side = QRectF(left, rect.top() + 4, rect.right() - left - 4, rect.height())
        floor = self.value("current_floor")
        token = "p1_text" if trapped else "text"
        words(painter, QRectF(side.left(), side.top(), side.width(), 18), tr("equipment.lift.floor"), "dim", 12)
        words(
            painter, QRectF(side.left(), side.top() + 16, 110, 62), "—" if floor is None else f"{floor:.0f}", token, 52, bold=True
        )
        self._paint_direction(painter, QPointF(side.left() + 128, side.top() + 48))
        top = side.top() + 88
        if trapped:
            box = QRectF(side.left(), top, side.width(), 34)
            painter.fillRect(box, theme.colour("p1"))
            words(painter, box.adjusted(8, 0, -8, 0), tr("equipment.lift.trapped"), "on_p1", 15, bold=True, centre=True)
            top += 46
        mode = self.value("service_mode")
        if mode is not None and int(mode) not in NORMAL_MODES and not trapped:
            box = QRectF(side.left(), top, side.width(), 30)
            painter.setPen(QPen(theme.colour(f"p{worst}" if worst else "text"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
            words(painter, box.adjusted(8, 0, -8, 0), self.said("service_mode"), "text", 15, bold=True, centre=True)
            top += 42
        self.paint_tiles(painter, QRectF(side.left(), top, side.width() + 10, side.bottom() - top), self.points(SHOWN), 1, 20)

    def _paint_direction(self, painter: QPainter, centre: QPointF) -> None:
        direction = self.value("direction")
        if direction not in (UP, DOWN):
            return
        tip = -12 if direction == UP else 12
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("text"))
        x, y = centre.x(), centre.y()
        painter.drawPolygon(QPolygonF([QPointF(x - 11, y - tip * 0.7), QPointF(x + 11, y - tip * 0.7), QPointF(x, y + tip)]))

    def _paint_shaft(self, painter: QPainter, shaft: QRectF, floors: int, trapped: bool, worst: int) -> None:
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRect(shaft)
        step = shaft.height() / floors
        every = 1 if step >= 22 else 5
        for floor in range(1, floors + 1):
            level = shaft.bottom() - (floor - 1) * step
            painter.fillRect(QRectF(shaft.left(), level - 1, SHAFT, 1), theme.colour("line"))
            if floor in (1, floors) or (floor % every == 0 and floors - floor >= every / 2):
                words(painter, QRectF(shaft.left() - 36, level - step / 2 - 9, 30, 18), str(floor), "dim", 12, right=True)
        at = self.value("current_floor")
        if at is None:
            hatch(painter, shaft)
            return
        height = max(20.0, min(step, 46.0))
        bottom = shaft.bottom() - max(0.0, min(floors - 1.0, at - 1)) * step
        top = max(shaft.top() + 1, bottom - max(height, step))
        car = QRectF(shaft.left() + 8, top, SHAFT - 16, max(height, min(step, 46.0)))
        token = "p1" if trapped else f"p{worst}" if 0 < worst < 4 else "running"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(token))
        painter.drawRoundedRect(car, 2, 2)
        gap = 22 if self.value("door_open") == 1 else 2
        painter.fillRect(QRectF(car.center().x() - gap / 2, car.top() + 2, gap, car.height() - 2), theme.colour("raised"))
        load = self.value("car_load")
        if load is not None:
            share = max(0.0, min(1.0, load / 100))
            painter.fillRect(QRectF(car.left(), car.bottom() + 2, car.width(), 4), theme.colour("band"))
            painter.fillRect(QRectF(car.left(), car.bottom() + 2, car.width() * share, 4), theme.colour("faint"))
        if trapped:
            painter.setPen(QPen(theme.colour("p1"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(car.adjusted(-5, -5, 5, 9))
