"""The five clocks in full: name, limit, deadline, what is left, and who stopped it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from console.domain.faults import Clock, Fault
from console.domain.orders import Order
from console.domain.promises import ClockView, clocks
from console.texts import tr
from console.ui import theme
from console.ui.faults import presenter
from console.ui.moments import full_text, short_text
from console.ui.orders.presenter import display
from console.ui.orders.stagebar import stamp_sentence
from console.ui.picture import Picture
from console.ui.widgets.cards import label
from console.ui.widgets.clocks import Urgency, clock_colour, span_text, urgency

HEADS = ("faults.clock.name", "faults.clock.limit", "faults.clock.deadline", "faults.clock.state")


class ClockRows(QWidget):
    """See the module. The labels are made once: a tick changes texts only."""

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._fault: Fault | None = None
        self._order: Order | None = None
        self._sure = True
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(3, 1)
        self._heads = [label(role="faint") for _ in HEADS]
        for column, head in enumerate(self._heads):
            grid.addWidget(head, 0, column)
        self._cells: dict[Clock, tuple[QLabel, QLabel, QLabel, QLabel, QLabel]] = {}
        for place, clock in enumerate(Clock):
            name, limit, deadline, state, who = (
                label(),
                label(role="dim"),
                label(role="dim"),
                label(),
                label(role="faint", wrap=True),
            )
            state.setObjectName(f"clock_{clock}")
            who.setObjectName(f"clock_{clock}_by")
            for column, piece in enumerate((name, limit, deadline, state)):
                grid.addWidget(piece, 2 * place + 1, column, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(who, 2 * place + 2, 1, 1, 3)
            self._cells[clock] = (name, limit, deadline, state, who)

    def show_fault(self, fault: Fault, order: Order | None, *, sure: bool = True) -> None:
        """The clocks of this fault. ``sure`` False: its order is not known, so neither is what stopped them."""
        self._fault, self._order, self._sure = fault, order, sure
        for head, key in zip(self._heads, HEADS, strict=True):
            head.setText(tr(key))
        views = {view.clock: view for view in clocks(fault, order, self._picture.now())}
        for clock, (name, limit, deadline, state, who) in self._cells.items():
            view = views.get(clock)
            name.setText(tr(f"domain.clock.{clock}"))
            limit.setText(presenter.limit_text(view.limit) if view is not None else "")
            known = view is not None and (sure or clock is Clock.ACKNOWLEDGE)
            if view is None or not known:
                deadline.setText("")
                state.setText(tr("faults.clock.none" if view is None else "faults.clock.unknown"))
                _ink(state, theme.colour("faint"))
                who.hide()
                continue
            by = self._by(fault, view)
            who.setText(by)
            who.setVisible(bool(by))
            stamp = presenter.stop_stamp(fault, order, clock)
            for piece in (state, who):
                piece.setToolTip(stamp_sentence(self._picture, stamp) if stamp is not None else "")
        self.tick()

    def tick(self) -> None:
        """What is left now."""
        fault = self._fault
        if fault is None:
            return
        zone, now = self._picture.estate.site.timezone, self._picture.now()
        for view in clocks(fault, self._order, now):
            if not self._sure and view.clock is not Clock.ACKNOWLEDGE:
                continue
            _name, _limit, deadline, state, _who = self._cells[view.clock]
            deadline.setText(short_text(view.deadline, now, zone))
            deadline.setToolTip(full_text(view.deadline, zone))
            mark = ("▲ " if view.breached else "‖ " if view.held else "") if view.running else "✗ " if view.breached else "✓ "
            state.setText(mark + presenter.verdict(view))
            loud = view.running and urgency(view) >= Urgency.PRESSING
            _ink(state, clock_colour(view, fault.priority) if view.running else theme.colour("dim"), bold=loud)

    def _by(self, fault: Fault, view: ClockView) -> str:
        """``14:05:32 王建国 A台 · 暂停 00:10:00``."""
        zone, now = self._picture.estate.site.timezone, self._picture.now()
        parts: list[str] = []
        if view.stopped_at is not None:
            at = short_text(view.stopped_at, now, zone)
            stamp = presenter.stop_stamp(fault, self._order, view.clock)
            if stamp is None:
                parts.append(tr("faults.clock.by_closing", at=at))
            else:
                who = f"{display(self._picture, stamp.by) or tr('faults.by_system')} {stamp.station}".rstrip()
                parts.append(tr("faults.clock.by_proxy" if stamp.proxy and stamp.by else "faults.clock.by", at=at, who=who,
                                typist=display(self._picture, stamp.entered_by)))  # fmt: skip
        if view.paused:
            net = view.limit - view.remaining
            parts.append(
                tr("faults.clock.paused", span=span_text(view.paused), net=span_text(net), raw=span_text(net + view.paused))
            )
        return " · ".join(parts)


def _ink(piece: QLabel, colour: QColor, *, bold: bool = False) -> None:
    """The style sheet's colour stands above a palette, so this is a style sheet too; set only when it changes."""
    wanted = f"color: {colour.name()}; font-weight: {'bold' if bold else 'normal'};"
    if piece.styleSheet() != wanted:
        piece.setStyleSheet(wanted)
