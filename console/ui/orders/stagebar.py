"""The stages of an order in a row: reached ones with time and name, by proxy and back-dated ones marked."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from console.domain.orders import STAGES, Order, OrderState
from console.domain.stamps import Stamp
from console.texts import tr
from console.ui import theme
from console.ui.moments import full_text, local
from console.ui.orders.presenter import display
from console.ui.overview.panes import words
from console.ui.picture import Picture

RADIUS = 12.0


def stamp_sentence(picture: Picture, stamp: Stamp) -> str:
    """Who did it when, who typed it when, and why: everything that a stamp knows."""
    zone = picture.estate.site.timezone
    parts = [tr("orders.stamp", who=display(picture, stamp.by), at=full_text(stamp.at, zone))]
    if stamp.proxy or stamp.backdated:
        parts.append(tr("orders.stamp_typed", who=display(picture, stamp.entered_by), at=full_text(stamp.entered_at, zone)))
    if stamp.reason:
        parts.append(tr("orders.stamp_reason", reason=stamp.reason))
    if stamp.note:
        parts.append(stamp.note)
    return "\n".join(parts)


class StageBar(QWidget):
    """Two rows are used where the width does not carry all nine."""

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._order: Order | None = None
        self._areas: list[tuple[QRectF, Stamp]] = []
        self.setFixedHeight(164)

    def show_order(self, order: Order | None) -> None:
        """Draw this order's stages."""
        self._order = order
        self.update()

    def sizeHint(self) -> QSize:
        """Two rows of five."""
        return QSize(480, 164)

    def event(self, event: object) -> bool:
        """The whole stamp as a tool tip."""
        if isinstance(event, QHelpEvent):
            for area, stamp in self._areas:
                if area.contains(QPointF(event.pos())):
                    QToolTip.showText(event.globalPos(), stamp_sentence(self._picture, stamp), self)
                    return True
        return super().event(event)  # type: ignore[arg-type] # Qt's own type

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dots, names, times, names of people."""
        self._areas = []
        if self._order is None:
            return
        columns = 5
        step = self.width() / columns
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place, stage in enumerate(STAGES):
                self._paint(painter, QRectF((place % columns) * step, (place // columns) * 82, step, 82), place, stage)

    def _paint(self, painter: QPainter, rect: QRectF, place: int, stage: OrderState) -> None:
        order = self._order
        assert order is not None
        stamp = order.stamps.get(stage)
        cancelled = order.state is OrderState.CANCELLED
        reached = stamp is not None or (place == 0)
        present = order.state is stage
        centre = QPointF(rect.center().x(), rect.top() + 16)
        if place % 5 != 0:
            painter.setPen(QPen(theme.colour("running" if reached else "line"), 2))
            painter.drawLine(
                QPointF(rect.left() - rect.width() / 2 + RADIUS + 4, centre.y()), QPointF(centre.x() - RADIUS - 4, centre.y())
            )
        painter.setPen(QPen(theme.colour("accent" if present else "running" if reached else "line"), 2))
        painter.setBrush(theme.colour("accent" if present else "running") if reached else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, RADIUS, RADIUS)
        mark = "✓" if reached and not present else str(place + 1)
        token = "accent_text" if present else "panel" if reached else "faint"
        words(
            painter,
            QRectF(centre.x() - RADIUS, centre.y() - RADIUS, 2 * RADIUS, 2 * RADIUS),
            mark,
            token,
            12,
            bold=True,
            centre=True,
        )
        name = tr(f"domain.order.{stage}")
        words(
            painter,
            QRectF(rect.left(), rect.top() + 30, rect.width(), 18),
            name,
            "text" if reached else "dim",
            13,
            centre=True,
            bold=present,
        )
        if stamp is None:
            if present and cancelled:
                words(
                    painter,
                    QRectF(rect.left(), rect.top() + 47, rect.width(), 16),
                    tr("domain.order.cancelled"),
                    "dim",
                    12,
                    centre=True,
                )
            return
        self._areas.append((rect, stamp))
        when = local(stamp.at, self._picture.estate.site.timezone).strftime("%m-%d %H:%M")
        words(painter, QRectF(rect.left(), rect.top() + 47, rect.width(), 16), when, "dim", 12, centre=True)
        who = display(self._picture, stamp.by) if stamp.by else tr("orders.by_system")
        if stamp.proxy and stamp.by:
            who = tr("orders.proxy_mark", who=who)
        if stamp.backdated:
            who = tr("orders.backdated_mark", who=who)
        words(painter, QRectF(rect.left(), rect.top() + 62, rect.width(), 16), who, "dim", 12, centre=True)
