"""Power and water by meter: totals now, and the meters that matter."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent

from console.domain.estate import Equipment
from console.texts import language, tr
from console.ui import theme
from console.ui.overview.panes import Pane, figure, hatch, number, words, worst_priorities

ROW = 24


class MeteringPane(Pane):
    """Key figures above, the largest power meters below. Totals are of the incoming meters, else of all."""

    def choose(self) -> None:
        """All meters."""
        machines = [machine for machine in self._picture.equipment.values() if machine.page == "meter"]
        points = self._picture.points
        self.power = [machine for machine in machines if f"{machine.id}.active_power" in points]
        self.water = [machine for machine in machines if f"{machine.id}.flow" in points]
        incoming = [machine for machine in self.power if machine.rated.get("load") == "incoming"]
        self.incoming = incoming or self.power
        self.machines = machines

    def summary(self) -> str:
        """How many meters answer."""
        online = sum(number(self._picture, machine.id, "comm_state") == 0 for machine in self.machines)
        return tr("overview.metering.summary", online=online, count=len(self.machines))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Figures and rows."""
        self.areas = []
        if not self.machines:
            return
        power = self._total(self.incoming, "active_power")
        reactive = self._total(self.incoming, "reactive_power")
        factor = None
        if power and reactive is not None:
            factor = abs(power) / (power * power + reactive * reactive) ** 0.5
        flow = self._total(self.water, "flow")
        figures = [
            (tr("overview.metering.power"), figure(power, 0), "kW"),
            (tr("overview.metering.factor"), figure(factor, 2), ""),
            (tr("overview.metering.flow"), figure(flow, 1), "m³/h"),
        ]
        with QPainter(self) as painter:
            step = self.width() / len(figures)
            for place, (name, value, unit) in enumerate(figures):
                words(painter, QRectF(place * step, 0, step - 10, 18), name, "dim", 13)
                painter.setFont(theme.font(26, bold=True))
                width = painter.fontMetrics().horizontalAdvance(value)
                words(painter, QRectF(place * step, 18, width + 6, 36), value, "text", 26, bold=True)
                words(painter, QRectF(place * step + width + 8, 24, 60, 30), unit, "dim", 13)
            self._paint_rows(painter, 66.0)

    def _total(self, machines: list[Equipment], key: str) -> float | None:
        """``None`` as soon as nothing can be trusted."""
        values = [number(self._picture, machine.id, key) for machine in machines]
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    def _paint_rows(self, painter: QPainter, top: float) -> None:
        worst = worst_priorities(self._picture)
        known = {machine.id: number(self._picture, machine.id, "active_power") for machine in self.power}
        # wrong ones first, then the largest loads
        order = sorted(self.power, key=lambda machine: (worst.get(machine.id, 9), -(known[machine.id] or 0.0)))
        room = max(0, int((self.height() - top) // ROW))
        largest = max((value for value in known.values() if value), default=1.0)
        for machine in order[:room]:
            rect = QRectF(0, top, self.width(), ROW)
            self.areas.append((rect, machine.id))
            token = f"p{worst[machine.id]}_text" if machine.id in worst else "text"
            words(painter, QRectF(0, top, self.width() * 0.34, ROW), machine.name.get(language()), token, 13)
            bar = QRectF(self.width() * 0.36, top + 9, self.width() * 0.42, 6)
            painter.fillRect(bar, theme.colour("raised"))
            value = known[machine.id]
            if value is None:
                hatch(painter, bar)
            else:
                painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * min(1.0, value / largest), 6), theme.colour("faint"))
            words(painter, QRectF(self.width() - 110, top, 74, ROW), figure(value, 1), token, 14, bold=True, right=True)
            words(painter, QRectF(self.width() - 30, top, 30, ROW), "kW", "dim", 12)
            top += ROW
