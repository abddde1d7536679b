"""Clocks, not dates, for promises: what is left, how loud it is, and how it is drawn (screens.md, rule 6)."""

from __future__ import annotations

import enum

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from console.domain.promises import ClockView
from console.domain.stageclocks import StageView
from console.domain.times import DAY, SECOND
from console.texts import tr
from console.ui import theme

Promise = ClockView | StageView  # one of a fault's five clocks, or the clock of an order's stage


class Urgency(enum.IntEnum):
    """How loud a clock is."""

    STOPPED = 0
    CALM = 1  # below half of the window
    WARNED = 2  # from 50 %: in its priority's colour
    PRESSING = 3  # from 80 %: pulsing
    BROKEN = 4  # past its end: a different shape


def urgency(view: Promise) -> Urgency:
    """The loudness of one clock."""
    if not view.running:
        return Urgency.BROKEN if view.breached else Urgency.STOPPED
    if view.breached:
        return Urgency.BROKEN
    if view.percent >= 80:
        return Urgency.PRESSING
    return Urgency.WARNED if view.percent >= 50 else Urgency.CALM


def span_text(duration: int) -> str:
    """``01:24:10``; from two days on ``2 天 03:10`` / ``2 d 03:10``. ``duration`` in ns, its sign is left out."""
    left = abs(duration) // SECOND
    hours, rest = divmod(left, 3600)
    if hours >= 48:
        days, rest = divmod(left, DAY // SECOND)
        return tr("widgets.span_days", days=days, clock=f"{rest // 3600:02d}:{rest % 3600 // 60:02d}")
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


def remaining_text(view: Promise) -> str:
    """``01:24:10`` left, or ``+00:03:05`` overdue."""
    return f"+{span_text(view.remaining)}" if view.breached else span_text(view.remaining)


def promise_text(view: Promise) -> str:
    """``响应 01:24:10`` / ``Respond 01:24:10``; overdue: ``响应超时 00:03:05`` / ``Respond overdue 00:03:05``."""
    if isinstance(view, ClockView):
        name = tr(f"domain.clock.{view.clock}")
    else:
        name = tr("domain.clock.due" if view.by_due else f"domain.order.{view.stage}")
    if view.breached:
        return tr("widgets.overdue", clock=name, span=span_text(view.remaining))
    return tr("widgets.remaining", clock=name, span=span_text(view.remaining))


def clock_colour(view: Promise, priority: int) -> QColor:
    """The colour of the clock's text."""
    loud = urgency(view)
    if loud is Urgency.STOPPED:
        return theme.colour("dim")
    return theme.priority_text(priority) if loud >= Urgency.WARNED else theme.colour("text")


def paint_bar(painter: QPainter, rect: QRectF, view: Promise, priority: int) -> None:
    """The used part of the window as a bar; a broken promise is a full bar with a notch pattern, not only another colour."""
    painter.save()
    painter.fillRect(rect, theme.colour("band"))
    share = min(1.0, view.percent / 100)
    used = QRectF(rect.left(), rect.top(), rect.width() * share, rect.height())
    loud = urgency(view)
    fill = theme.priority_colour(priority) if loud >= Urgency.WARNED else theme.colour("faint")
    painter.fillRect(used, fill)
    if loud is Urgency.BROKEN:
        gap = theme.colour("panel")
        position = rect.left() + 6
        while position < rect.right():
            painter.fillRect(QRectF(position, rect.top(), 2, rect.height()), gap)
            position += 8
    painter.restore()
