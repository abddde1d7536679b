"""Fire panels, read-only: every detector as a cell, grey until it matters."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen

from console.domain.estate import Equipment, Point
from console.texts import language, tr
from console.ui import theme
from console.ui.overview.panes import Pane, hatch, number, words

# states of a node in the panel's own words (GST map): which look each gets, the gravest first
LOOKS = {1: "fire", 2: "fault", 7: "isolated", 5: "activated", 3: "feedback"}
LEGEND = ("fire", "fault", "isolated", "activated", "feedback")
TOKENS = {"fire": "p1", "fault": "p3", "isolated": "p4", "activated": "p2", "feedback": "running"}


class FirePane(Pane):
    """One block a panel."""

    def choose(self) -> None:
        """All panels with their nodes."""
        self.machines = [machine for machine in self._picture.equipment.values() if machine.page == "fire_panel"]
        self._nodes: dict[str, list[Point]] = {
            machine.id: [point for point in self._picture.points_of.get(machine.id, []) if point.key.startswith("node")]
            for machine in self.machines
        }

    def summary(self) -> str:
        """How many panels and nodes."""
        said = tr("overview.fire.summary", panels=len(self.machines), nodes=sum(len(nodes) for nodes in self._nodes.values()))
        mine = {machine.id for machine in self.machines}
        isolated = sum(each.open and each.equipment in mine for each in self._picture.isolations.values())
        return f"{said} · {tr('isolations.registered', count=isolated)}" if isolated else said

    def paintEvent(self, event: QPaintEvent) -> None:
        """The panels side by side, a legend with counts below."""
        self.areas = []
        if not self.machines:
            return
        counts = dict.fromkeys(LEGEND, 0)
        width = self.width() / len(self.machines)
        with QPainter(self) as painter:
            for place, machine in enumerate(self.machines):
                rect = QRectF(place * width, 0, width - 14, self.height() - 26)
                self.areas.append((rect, machine.id))
                self._paint_panel(painter, rect, machine, counts)
            self._paint_legend(painter, counts)

    def _paint_panel(self, painter: QPainter, rect: QRectF, machine: Equipment, counts: dict[str, int]) -> None:
        words(painter, QRectF(rect.left(), rect.top(), rect.width(), 20), machine.name.get(language()), "dim", 13)
        nodes = self._nodes[machine.id]
        grid = rect.adjusted(0, 24, 0, -4)
        if not nodes or grid.height() <= 0:
            return
        columns = max(1, round((len(nodes) * grid.width() / grid.height() / 2.2) ** 0.5))
        rows = -(-len(nodes) // columns)
        step_x, step_y = grid.width() / columns, grid.height() / rows
        offline = number(self._picture, machine.id, "comm_state") != 0
        if offline:
            hatch(painter, grid)
            return
        for place, point in enumerate(nodes):
            cell = QRectF(
                grid.left() + (place % columns) * step_x, grid.top() + (place // columns) * step_y, step_x - 2, step_y - 2
            )
            reading = self._picture.reading(point.id)
            if not reading.quality.usable:
                hatch(painter, cell)
                continue
            look = LOOKS.get(int(reading.value)) if not isinstance(reading.value, str) else None
            if look is None:
                painter.fillRect(cell, theme.colour("raised"))
                continue
            counts[look] += 1
            if look == "isolated":
                painter.setPen(QPen(theme.colour("p4"), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(cell.adjusted(1, 1, -1, -1))
            else:
                painter.fillRect(cell, theme.colour(TOKENS[look]))

    def _paint_legend(self, painter: QPainter, counts: dict[str, int]) -> None:
        left = 0.0
        for look in LEGEND:
            text = f"{tr(f'overview.fire.{look}')} {counts[look]}"
            box = QRectF(left, self.height() - 15, 10, 10)
            if look == "isolated":
                painter.setPen(QPen(theme.colour("p4"), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box)
            else:
                painter.fillRect(box, theme.colour(TOKENS[look]))
            painter.setFont(theme.font(12))
            width = painter.fontMetrics().horizontalAdvance(text)
            words(painter, QRectF(left + 15, self.height() - 20, width + 4, 20), text, "text" if counts[look] else "dim", 12)
            left += width + 34
