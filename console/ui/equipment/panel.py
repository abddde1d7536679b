"""One fire panel, read-only: every node as a cell, a legend with counts, and the chosen node in words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from console.domain.estate import Equipment, Point
from console.texts import language, tr
from console.ui import theme
from console.ui.equipment.drawings import Drawing
from console.ui.moments import clock_text
from console.ui.overview.nodes import Node, first_fire, nodes_of, paint_look, shown_looks
from console.ui.overview.panes import hatch, words
from console.ui.picture import Picture
from console.ui.values import value_text, why_bad

FOOT, BANNER = 136, 30
REST = "rest"  # nodes that report nothing; what is not known is not counted


class PanelDrawing(Drawing):
    """Arrow keys move the chosen cell."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self._nodes: list[Node] = []
        self._looks: list[str] = []
        self._node = -1
        self._columns = 1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_machine(self, machine: Equipment) -> None:
        """Its nodes."""
        if self._machine is None or self._machine.id != machine.id:
            self._node = -1
        self._nodes = nodes_of(self._picture, machine.id)
        self._looks = shown_looks(self._nodes)
        super().show_machine(machine)

    @property
    def node(self) -> Point | None:
        """The chosen node."""
        return self._nodes[self._node].point if 0 <= self._node < len(self._nodes) else None

    def choose(self, place: int) -> None:
        """Choose a node by its place."""
        if 0 <= place < len(self._nodes):
            self._node = place
            self.chosen.emit(self._nodes[place].point.id)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A cell is chosen."""
        _, name = self._at(event.position())
        place = next((place for place, node in enumerate(self._nodes) if node.point.id == name), -1)
        if place >= 0:
            self.choose(place)
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The neighbour."""
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self._columns, Qt.Key.Key_Down: self._columns,
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.choose(max(0, min(len(self._nodes) - 1, self._node + step)))

    def paint_machine(self, painter: QPainter, rect: QRectF, machine: Equipment) -> None:
        """Panel, grid, chosen node, legend."""
        points = self._picture.points_of.get(machine.id, [])
        main = [point for point in points if point.main]
        columns = max(1, min(3, len(main)))
        top = rect.top()
        if main:
            self.paint_tiles(painter, QRectF(rect.left(), top, rect.width() + 8, 76), main[:columns], columns, 17)
            top += 62
        top += self._paint_first(painter, QRectF(rect.left(), top, rect.width(), BANNER - 6), machine)
        grid = QRectF(rect.left(), top, rect.width(), rect.bottom() - FOOT - top)
        counts = self._paint_grid(painter, grid)
        foot = QRectF(rect.left(), rect.bottom() - FOOT + 6, rect.width(), FOOT - 6)
        self._paint_chosen(painter, foot)
        self._paint_legend(painter, QRectF(foot.left(), foot.top() + 54, foot.width(), 76), counts)

    def _paint_first(self, painter: QPainter, rect: QRectF, machine: Equipment) -> float:
        """The node that reported fire first, and when; returns the height that it took."""
        alarm = first_fire(self._picture, machine.id)
        point = self._picture.points.get(alarm.point) if alarm is not None else None
        if alarm is None or point is None:
            return 0.0
        painter.fillRect(rect, theme.colour("p1"))
        moment = clock_text(alarm.raised_at, self._picture.estate.site.timezone)
        text = tr("equipment.panel.first", time=moment, node=point.name.get(language()))
        words(painter, rect.adjusted(8, 0, -8, 0), text, "on_p1", 14, bold=True)
        self._areas.append((rect, "point", point.id))
        return BANNER

    def _paint_grid(self, painter: QPainter, grid: QRectF) -> dict[str, int]:
        counts = dict.fromkeys([*self._looks, REST], 0)
        if not self._nodes or grid.height() < 20:
            return counts
        columns = self._columns = max(1, round((len(self._nodes) * grid.width() / grid.height() / 1.4) ** 0.5))
        rows = -(-len(self._nodes) // columns)
        step_x, step_y = grid.width() / columns, min(40.0, grid.height() / rows)
        lost = self.value("comm_state") != 0
        for place, node in enumerate(self._nodes):
            point = node.point
            x, y = grid.left() + (place % columns) * step_x, grid.top() + (place // columns) * step_y
            cell = QRectF(x, y, step_x - 2, step_y - 2)
            self._areas.append((cell, "point", point.id))
            reading = self._picture.reading(point.id)
            if lost or not self._picture.live or not reading.quality.usable or isinstance(reading.value, str):
                hatch(painter, cell)
                token = "dim"
            else:
                look = node.look(self._picture)
                token = paint_look(painter, cell, look)
                counts[look or REST] += 1
            if step_x >= 26 and step_y >= 16:
                number = point.key.rpartition("_")[2].lstrip("0") or str(place + 1)
                words(painter, cell, number, token, 11, centre=True)
            if place == self._node:
                painter.setPen(QPen(theme.colour("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(cell)
        return counts

    def _paint_chosen(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 46), theme.colour("raised"))
        line = QRectF(rect.left() + 10, rect.top() + 3, rect.width() - 20, 20)
        node = self.node
        if node is None:
            words(painter, line.translated(0, 10), tr("equipment.panel.choose"), "dim", 13)
            return
        reading = self._picture.reading(node.id)
        words(painter, line, node.name.get(language()), "text", 14, bold=True)
        flags = self._nodes[self._node].flags(self._picture)
        said = tr("equipment.panel.and").join(
            value_text(point, self._picture.reading(point.id), self._picture.live) for point in (node, *flags)
        )
        why = why_bad(self._picture, reading)
        words(painter, line.translated(0, 20), why or said, "dim" if why else "text", 13)

    def _paint_legend(self, painter: QPainter, rect: QRectF, counts: dict[str, int]) -> None:
        step = rect.width() / 3
        for place, look in enumerate(self._looks):
            left, top = rect.left() + (place % 3) * step, rect.top() + (place // 3) * 24
            paint_look(painter, QRectF(left, top + 5, 12, 12), look)
            text = f"{tr(f'overview.fire.{look}')} {counts[look]}"
            words(painter, QRectF(left + 18, top, step - 20, 22), text, "text" if counts[look] else "dim", 13)
        place = len(self._looks)
        left, top = rect.left() + (place % 3) * step, rect.top() + (place // 3) * 24
        painter.fillRect(QRectF(left, top + 5, 12, 12), theme.colour("raised"))
        words(painter, QRectF(left + 18, top, step - 20, 22), f"{tr('equipment.panel.normal')} {counts[REST]}", "dim", 13)
