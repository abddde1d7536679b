"""Pump sets with their pumps, pressures and levels against their normal bands."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF

from console.domain.estate import Equipment, Point
from console.texts import language, tr
from console.ui import theme
from console.ui.overview.panes import Pane, band_bar, figure, hatch, in_trouble, number, words, worst_priorities

SET_KEYS = ("discharge_pressure", "tank_level", "sump_level")


class WaterPane(Pane):
    """One block a pump set; single pumps without a set stand together in the last."""

    def choose(self) -> None:
        """All pump sets, and the pumps that name them as parent."""
        equipment = self._picture.equipment.values()
        self.sets = [machine for machine in equipment if machine.page == "pump_set"]
        pumps = [machine for machine in equipment if machine.page == "pump"]
        self.pumps = {each.id: [pump for pump in pumps if pump.parent == each.id] for each in self.sets}
        self.machines = [*self.sets, *pumps]

    def summary(self) -> str:
        """How many sets and pumps, and how many pumps run."""
        pumps = [machine for machine in self.machines if machine.page == "pump"]
        running = sum(number(self._picture, pump.id, "run_state") == 1 for pump in pumps)
        return tr("overview.water.summary", sets=len(self.sets), pumps=len(pumps), running=running)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Two columns of sets."""
        self.areas = []
        if not self.sets:
            return
        worst = worst_priorities(self._picture)
        rows = -(-len(self.sets) // 2)
        width, height = self.width() / (2 if len(self.sets) > 1 else 1), self.height() / rows
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place, each in enumerate(self.sets):
                rect = QRectF((place % 2) * width, (place // 2) * height, width - 18, height - 8)
                self._paint_set(painter, rect, each, worst)

    def _paint_set(self, painter: QPainter, rect: QRectF, each: Equipment, worst: dict[str, int]) -> None:
        head = QRectF(rect.left(), rect.top(), rect.width(), 20)
        token = f"p{worst[each.id]}_text" if each.id in worst else "dim"
        words(painter, head, each.name.get(language()), token, 13)
        self.areas.append((head, each.id))
        pumps = self.pumps[each.id]
        step = min(92.0, rect.width() / max(1, len(pumps)))
        for place, pump in enumerate(pumps):
            area = QRectF(rect.left() + place * step, rect.top() + 22, step, 58)
            self.areas.append((area, pump.id))
            self._paint_pump(painter, area, pump, worst.get(pump.id, 0), place + 1)
        top = rect.top() + 86
        for key in SET_KEYS:
            point = self._picture.points.get(f"{each.id}.{key}")
            if point is not None and top + 22 <= rect.bottom() + 6:
                self._paint_value(painter, QRectF(rect.left(), top, rect.width(), 22), each, point)
                top += 26

    def _paint_pump(self, painter: QPainter, area: QRectF, pump: Equipment, worst: int, place: int) -> None:
        centre = QPointF(area.left() + 18, area.top() + 18)
        circle = QRectF(centre.x() - 14, centre.y() - 14, 28, 28)
        running = number(self._picture, pump.id, "run_state")
        caption = QRectF(area.left(), area.top() + 36, area.width() - 4, 18)
        if running is None:
            hatch(painter, circle)
            words(painter, caption, f"{place}# —", "dim", 12)
            return
        on = running == 1
        token = f"p{worst}" if 0 < worst < 4 else "running" if on else "stopped"
        painter.setPen(QPen(theme.colour(token), 2))
        painter.setBrush(theme.colour(token) if on or 0 < worst < 4 else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("panel") if on or 0 < worst < 4 else theme.colour(token))
        x, y = centre.x(), centre.y()
        painter.drawPolygon(QPolygonF([QPointF(x - 4, y - 7), QPointF(x - 4, y + 7), QPointF(x + 8, y)]))
        state = "tripped" if in_trouble(self._picture, pump.id) else "running" if on else "standby"
        words(painter, caption, f"{place}# {tr(f'overview.pump.{state}')}", f"p{worst}_text" if worst else "text", 12)

    def _paint_value(self, painter: QPainter, rect: QRectF, each: Equipment, point: Point) -> None:
        value = number(self._picture, each.id, point.key)
        band = point.normal
        outside = (
            value is not None
            and band is not None
            and ((band.low is not None and value < band.low) or (band.high is not None and value > band.high))
        )
        words(painter, QRectF(rect.left(), rect.top(), 92, 22), point.name.get(language()), "dim", 13)
        bar = QRectF(rect.left() + 98, rect.center().y() - 3, max(20.0, rect.width() - 98 - 92), 6)
        band_bar(painter, bar, value, band, "p3_text" if outside else "text")
        words(
            painter, QRectF(rect.right() - 84, rect.top(), 50, 22), figure(value, point.decimals), "text", 14, bold=True, right=True
        )
        words(painter, QRectF(rect.right() - 30, rect.top(), 30, 22), point.unit, "dim", 12)
        self.areas.append((rect, each.id))
