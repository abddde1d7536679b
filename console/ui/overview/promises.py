"""The right column: faults by the promise that ends next, and the maintenance that is due."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from console.domain.faults import Fault
from console.domain.maintenance.planning import Plan, found
from console.domain.promises import ClockView, nearest
from console.domain.times import DAY
from console.texts import language, tr
from console.ui import theme
from console.ui.moments import local
from console.ui.overview.panes import words
from console.ui.picture import Picture
from console.ui.strip import equipment_name, handler_text
from console.ui.widgets.badges import paint_badge
from console.ui.widgets.clocks import clock_colour, paint_bar, remaining_text, span_text

ITEM = 92
ROW = 30


def by_promise(picture: Picture) -> list[tuple[Fault, ClockView | None]]:
    """Open faults, the one whose promise ends next first; those whose clocks all stopped last, a drill's behind the real ones."""
    now = picture.now()
    views = [(fault, nearest(fault, picture.order_of(fault), now)) for fault in picture.faults.values() if fault.open]

    def key(each: tuple[Fault, ClockView | None]) -> tuple[bool, bool, int, int]:
        fault, view = each
        return fault.drill > 0, view is None, view.remaining if view is not None else 0, fault.priority

    return sorted(views, key=key)


class PromisesPane(QWidget):
    """Faults as cards."""

    fault_opened = Signal(int)

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self._shown: list[tuple[Fault, ClockView | None]] = []
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A card leads to its fault."""
        row = int(event.position().y() // ITEM)
        if row < len(self._shown):
            self.fault_opened.emit(self._shown[row][0].number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As many as fit; the last line says how many more there are."""
        self._shown = by_promise(self._picture)
        fits = max(1, self.height() // ITEM)
        with QPainter(self) as painter:
            if not self._shown:
                words(painter, QRectF(0, 4, self.width(), 30), tr("overview.promises.none"), "dim", 15)
                return
            for place, (fault, view) in enumerate(self._shown[:fits]):
                self._paint_one(painter, QRectF(0, place * ITEM, self.width(), ITEM - 10), fault, view)
            rest = len(self._shown) - fits
            if rest > 0:
                words(painter, QRectF(0, self.height() - 18, self.width(), 18), tr("overview.more", count=rest), "dim", 12)

    def _paint_one(self, painter: QPainter, rect: QRectF, fault: Fault, view: ClockView | None) -> None:
        picture = self._picture
        paint_badge(painter, QRectF(rect.left(), rect.top() + 2, 22, 20), fault.priority)
        words(painter, QRectF(30, rect.top(), rect.width() - 190, 24), equipment_name(picture, fault.equipment), bold=True)
        words(painter, QRectF(0, rect.top() + 28, rect.width() - 150, 22), fault.text.get(language()), "text", 13)
        if view is not None:
            painter.setPen(clock_colour(view, fault.priority))
            painter.setFont(theme.font(20, bold=True))
            painter.drawText(QRectF(rect.width() - 170, rect.top(), 170, 26), Qt.AlignmentFlag.AlignRight, remaining_text(view))
            promise = tr("overview.promise", clock=tr(f"domain.clock.{view.clock}"), limit=span_text(view.limit))
            words(painter, QRectF(rect.width() - 230, rect.top() + 28, 230, 22), promise, "dim", 13, right=True)
            paint_bar(painter, QRectF(0, rect.top() + 54, rect.width(), 3), view, fault.priority)
        order = picture.order_of(fault)
        doing = handler_text(picture, fault)
        if order is not None:
            account = picture.accounts.get(order.assignee)
            who = f" {account.display if account is not None else order.assignee}" if order.assignee else ""
            doing = f"{doing} · {tr(f'domain.order.{order.state}')}{who}"
        words(painter, QRectF(0, rect.top() + 60, rect.width(), 20), doing, "dim", 12)


class DuePane(QWidget):
    """Plans by their next date."""

    equipment_opened = Signal(str)

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self._shown: list[tuple[str, str, str, bool]] = []
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A row leads to its machine."""
        row = int(event.position().y() // ROW)
        if row < len(self._shown):
            self.equipment_opened.emit(self._shown[row][0])

    def paintEvent(self, event: QPaintEvent) -> None:
        """As many as fit."""
        self._shown = self._due()
        with QPainter(self) as painter:
            if not self._shown:
                words(painter, QRectF(0, 4, self.width(), 30), tr("overview.due.none"), "dim", 15)
                return
            for place, (_, when, what, late) in enumerate(self._shown[: max(1, self.height() // ROW)]):
                top = place * ROW
                words(painter, QRectF(0, top, 96, ROW), when, "p3_text" if late else "dim", 13)
                words(painter, QRectF(100, top, self.width() - 100, ROW), what, "text", 14)

    def _due(self) -> list[tuple[str, str, str, bool]]:
        picture = self._picture
        plans, made = {plan.id: plan for plan in picture.estate.plans}, picture.records(Plan).values()
        now, zone = picture.now(), picture.estate.site.timezone
        rows = []
        for state in sorted((s for s in picture.plans.values() if s.next_due), key=lambda s: s.next_due):
            plan = found(state.plan, plans, made)
            if plan is None:
                continue
            days = (local(state.next_due, zone).date() - local(now, zone).date()).days if now > DAY else 0
            if days > 60:
                break
            if days <= 1:
                when = tr("overview.due.late" if days < 0 else "overview.due.today" if days == 0 else "overview.due.tomorrow")
            else:
                when = local(state.next_due, zone).strftime("%m-%d")
            what = f"{equipment_name(picture, plan.equipment)} · {plan.title.get(language())}"
            rows.append((plan.equipment, when, what, days < 0))
            if len(rows) == 20:
                break
        return rows
