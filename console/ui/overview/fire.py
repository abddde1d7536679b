"""Fire panels, read-only: every detector as a cell, grey until it matters."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent

from console.domain.estate import Equipment
from console.texts import language, tr
from console.ui import theme
from console.ui.overview.nodes import Node, nodes_of, paint_look, shown_looks
from console.ui.overview.panes import Pane, hatch, number, words


class FirePane(Pane):
    """One block a panel."""

    def choose(self) -> None:
        """All panels with their nodes."""
        self.machines = [machine for machine in self._picture.equipment.values() if machine.page == "fire_panel"]
        self._nodes: dict[str, list[Node]] = {machine.id: nodes_of(self._picture, machine.id) for machine in self.machines}
        self._looks = shown_looks([node for nodes in self._nodes.values() for node in nodes])

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
        counts = dict.fromkeys(self._looks, 0)
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
        for place, node in enumerate(nodes):
            cell = QRectF(
                grid.left() + (place % columns) * step_x, grid.top() + (place // columns) * step_y, step_x - 2, step_y - 2
            )
            if not self._picture.reading(node.point.id).quality.usable:
                hatch(painter, cell)
                continue
            look = node.look(self._picture)
            if look is not None:
                counts[look] += 1
            paint_look(painter, cell, look)

    def _paint_legend(self, painter: QPainter, counts: dict[str, int]) -> None:
        painter.setFont(theme.font(12))
        metrics, left = painter.fontMetrics(), 0.0
        texts = {look: f"{tr(f'overview.fire.{look}')} {counts[look]}" for look in self._looks}
        if sum(metrics.horizontalAdvance(text) + 34 for text in texts.values()) > self.width():
            texts = {look: text for look, text in texts.items() if counts[look]}
        for look, text in texts.items():
            paint_look(painter, QRectF(left, self.height() - 15, 10, 10), look)
            width = metrics.horizontalAdvance(text)
            words(painter, QRectF(left + 15, self.height() - 20, width + 4, 20), text, "text" if counts[look] else "dim", 12)
            left += width + 34
