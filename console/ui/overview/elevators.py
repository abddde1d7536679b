"""Every elevator as a shaft with its car."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF

from console.domain.estate import Equipment
from console.texts import language, tr
from console.ui import theme
from console.ui.overview.panes import Pane, hatch, number, words, worst_priorities

AUTOMATIC = 7  # service mode of the NICE3000+ map; other makes map theirs to the same states
NORMAL_MODES = (AUTOMATIC, 9)  # 9: parked idle
UP, DOWN = 1, 2


def short_name(machine: Equipment) -> str:
    """``1-1#`` of ``1-1# 客梯``: the part of the name with the number sign, else the code; a shaft is narrow."""
    return next((word for word in machine.name.get(language()).split() if "#" in word), machine.id)


class ElevatorsPane(Pane):
    """Shafts side by side."""

    def choose(self) -> None:
        """All elevators, in the order of the site file."""
        self.machines = [machine for machine in self._picture.equipment.values() if machine.page == "elevator"]
        self._floors = {machine.id: max(2.0, float(machine.rated.get("floors", "33") or 33)) for machine in self.machines}

    def summary(self) -> str:
        """How many there are, and how many run normally."""
        worst = worst_priorities(self._picture)
        normal = sum(self._normal(machine) and machine.id not in worst for machine in self.machines)
        return tr("overview.elevators.summary", count=len(self.machines), normal=normal)

    def _normal(self, machine: Equipment) -> bool:
        """It answers, in a mode that serves passengers."""
        return not self._unusual(machine) and number(self._picture, machine.id, "comm_state") == 0

    def _unusual(self, machine: Equipment) -> str:
        """The mode that keeps it from serving passengers; empty for none. A gateway may tell modes one by one."""
        point = self._picture.points.get(f"{machine.id}.service_mode")
        if point is not None:
            mode = self._mode(machine)
            state = point.states.get(mode)
            return "" if mode in NORMAL_MODES else state.get(language()) if state else "—"
        told = (f"{machine.id}.{mode}_mode" for mode in ("fire", "inspection", "locked"))
        return next((self._picture.points[mode].name.get(language()) for mode in told if self._on(mode)), "")

    def _on(self, point: str) -> bool:
        machine, _, key = point.rpartition(".")
        return bool(number(self._picture, machine, key))

    def _mode(self, machine: Equipment) -> int:
        mode = number(self._picture, machine.id, "service_mode")
        return -1 if mode is None else int(mode)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The shafts, evenly spread; at most what fits, the rest is on the equipment screen."""
        self.areas = []
        if not self.machines:
            return
        worst = worst_priorities(self._picture)
        width = self.width() / len(self.machines)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place, machine in enumerate(self.machines):
                rect = QRectF(place * width, 0, width, self.height())
                self.areas.append((rect, machine.id))
                self._paint_one(painter, rect, machine, worst.get(machine.id, 0))

    def _paint_one(self, painter: QPainter, rect: QRectF, machine: Equipment, worst: int) -> None:
        shaft_width = min(38.0, rect.width() * 0.6)
        shaft = QRectF(rect.center().x() - shaft_width / 2, 4, shaft_width, rect.height() - 58)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRect(shaft)
        floor = number(self._picture, machine.id, "current_floor")
        label_rect = QRectF(rect.left(), shaft.bottom() + 4, rect.width(), 26)
        name_rect = QRectF(rect.left() + 2, shaft.bottom() + 30, rect.width() - 4, 20)
        words(painter, name_rect, short_name(machine), "dim", 12, centre=True)
        if floor is None:
            hatch(painter, shaft)
            words(painter, label_rect, "—", "dim", 17, bold=True, centre=True)
            return
        floors = self._floors[machine.id]
        share = max(0.0, min(1.0, (floor - 1) / (floors - 1)))
        height = 18.0
        car = QRectF(shaft.left() + 4, shaft.bottom() - height - 3 - share * (shaft.height() - height - 6), shaft_width - 8, height)
        trapped = number(self._picture, machine.id, "trapped") == 1
        token = "p1" if trapped else f"p{worst}" if worst else "running"
        painter.setPen(Qt.PenStyle.NoPen)
        outlined = worst == 4 and not trapped
        if outlined:
            painter.setPen(QPen(theme.colour(token), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush if outlined else theme.colour(token))
        painter.drawRect(car)
        self._paint_door(painter, car, machine)
        if trapped:
            painter.setPen(QPen(theme.colour("p1"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(car.adjusted(-4, -4, 4, 4))
        unusual = self._unusual(machine)
        text_token = "p1_text" if trapped else f"p{worst}_text" if worst else "text"
        if trapped:
            words(painter, label_rect, tr("shell.lamp.trapped"), text_token, 15, bold=True, centre=True)
        elif unusual:
            words(painter, label_rect, unusual, text_token, 13, bold=True, centre=True)
        else:
            self._paint_floor(painter, label_rect, machine, int(floor), text_token)

    def _paint_door(self, painter: QPainter, car: QRectF, machine: Equipment) -> None:
        """Open: a gap in the middle."""
        if number(self._picture, machine.id, "door_open") == 1:
            painter.fillRect(QRectF(car.center().x() - 6, car.top(), 12, car.height()), theme.colour("raised"))
        else:
            painter.fillRect(QRectF(car.center().x() - 0.75, car.top(), 1.5, car.height()), theme.colour("panel"))

    def _paint_floor(self, painter: QPainter, rect: QRectF, machine: Equipment, floor: int, token: str) -> None:
        direction = number(self._picture, machine.id, "direction")
        words(painter, rect, str(floor), token, 18, bold=True, centre=True)
        if direction not in (UP, DOWN):
            return
        x, y = rect.center().x() + 20, rect.center().y()
        tip = -5 if direction == UP else 5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("faint"))
        painter.drawPolygon(QPolygonF([QPointF(x - 5, y - tip), QPointF(x + 5, y - tip), QPointF(x, y + tip)]))
