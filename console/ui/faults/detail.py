"""One fault: its five clocks in full, its alarms, its story, and how it is taken and closed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.commands import TakeFault
from console.domain.events import Entry
from console.domain.faults import Fault
from console.domain.orders import Order
from console.domain.problems import Problem
from console.domain.times import MINUTE
from console.link.messages import Answer, LogAnswer, LogQuery
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.faults import joining, presenter
from console.ui.faults.alarmlines import AlarmLines, emptied
from console.ui.faults.clockrows import ClockRows
from console.ui.faults.closing import ClosingForm
from console.ui.moments import full_text, short_text
from console.ui.orders.forms import Form
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.strip import equipment_name, handler_text
from console.ui.widgets.badges import Badge
from console.ui.widgets.cards import label, rule

MOST_ENTRIES = 200


class Navigator(Protocol):
    """Where a fault leads."""

    def open_equipment(self, equipment: str) -> None: ...

    def open_alarm(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...

    def open_plan(self, plan: str) -> None: ...


class FaultDetail(QFrame):
    """See the module. Rebuilt when the fault, its order or its alarms change; a tick moves the clocks alone."""

    timeline_wanted = Signal()
    fault_wanted = Signal(int)

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._fault: Fault | None = None
        self._order: Order | None = None
        self._entries: list[Entry] = []
        self._asked = 0
        self._told: tuple[object, ...] = ()
        self.setProperty("card", True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 8, 12)
        head = QHBoxLayout()
        self._badge, self._title = Badge(), label(role="subject", wrap=True)
        head.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        outer.addLayout(head)
        self._about = label(role="dim", wrap=True, selectable=True)
        self._about.setObjectName("fault_about")
        outer.addWidget(self._about)
        outer.addLayout(self._buttons())
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("fault_error")
        outer.addWidget(self._error)
        outer.addWidget(rule())
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._body())
        outer.addWidget(self._scroll, 1)
        self._edge = rule()
        outer.addWidget(self._edge)
        self._place = QVBoxLayout()
        outer.addLayout(self._place)
        self._typing: Form | None = None
        self.form = ClosingForm(picture, desk)
        self.form.denied.connect(self._denied)
        outer.addWidget(self.form)
        self._say("")
        self.refresh()

    def _buttons(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setSpacing(6)
        self.take, self.order, self.machine = (QPushButton() for _ in range(3))
        self.timeline, self.merge, self.split, self.plan = (QPushButton() for _ in range(4))
        names: tuple[tuple[tuple[QPushButton, str, Callable[[], None]], ...], ...] = (
            (
                (self.take, "fault_take", self.do_take),
                (self.order, "fault_open_order", self.do_open_order),
                (self.machine, "fault_open_equipment", self.do_open_equipment),
            ),
            (
                (self.timeline, "fault_timeline_open", self.do_timeline),
                (self.merge, "fault_merge", self.do_merge),
                (self.split, "fault_split", self.do_split),
                (self.plan, "fault_plan", self.do_plan),
            ),
        )
        for group in names:
            row = QHBoxLayout()
            row.setSpacing(6)
            for button, name, act in group:
                button.setObjectName(name)
                button.clicked.connect(act)
                row.addWidget(button)
            row.addStretch(1)
            rows.addLayout(row)
        self.take.setProperty("primary", True)
        return rows

    def _body(self) -> QWidget:
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 8, 0)
        self._clocks = ClockRows(self._picture)
        layout.addWidget(self._clocks)
        self._ending = label(wrap=True, selectable=True)
        self._ending.setObjectName("fault_ending")
        layout.addWidget(self._ending)
        layout.addWidget(rule())
        self._story_heading = label(role="dim")
        self._alarms = AlarmLines(self._picture, self._navigator)
        layout.addWidget(self._alarms)
        layout.addWidget(rule())
        layout.addWidget(self._story_heading)
        timeline = QWidget()
        timeline.setObjectName("timeline")
        self._story = QGridLayout(timeline)
        self._story.setContentsMargins(0, 0, 0, 0)
        self._story.setHorizontalSpacing(12)
        self._story.setVerticalSpacing(4)
        self._story.setColumnStretch(1, 1)
        layout.addWidget(timeline)
        layout.addStretch(1)
        return holder

    # --- acts

    def do_take(self) -> None:
        """Take the fault: its acknowledge clock stops, its alarms are acknowledged."""
        fault = self._fault
        act = presenter.take(self._picture, fault)
        if fault is None or not act.able:
            self._say(act.why)
            return
        self._say("")
        self._desk.ask(TakeFault(fault.number), None, self._denied)

    def do_open_order(self) -> None:
        """To its order."""
        act = presenter.open_order(self._fault)
        if self._fault is None or not act.able:
            self._say(act.why)
            return
        self._navigator.open_order(self._fault.order)

    def do_open_equipment(self) -> None:
        """To the machine's page."""
        if self._fault is not None and self._fault.equipment in self._picture.equipment:
            self._navigator.open_equipment(self._fault.equipment)

    def do_plan(self) -> None:
        """A maintenance plan that keeps it from coming again (R-PM-08)."""
        if self._fault is not None:
            self._navigator.open_plan(f"new:{self._fault.equipment}:{self._fault.id}")

    def do_timeline(self) -> None:
        """The whole story on a page of its own."""
        if self._fault is not None:
            self.timeline_wanted.emit()

    def do_merge(self) -> None:
        """It has the same cause as another one."""
        if self._fault is not None and self.merge.isEnabled():
            self._open_form(joining.merge_form(self._picture, self._desk, self._fault))

    def do_split(self) -> None:
        """One of its alarms has another cause."""
        if self._fault is not None and self.split.isEnabled():
            self._open_form(joining.split_form(self._picture, self._desk, self._fault))

    def _open_form(self, form: Form) -> None:
        self._close_form()
        self._typing = form
        form.closed.connect(self._close_form)
        self._place.addWidget(form)
        form.show()

    def _close_form(self) -> None:
        if self._typing is not None:
            self._typing.hide()
            self._place.removeWidget(self._typing)
            self._typing.deleteLater()
            self._typing = None

    def _denied(self, problem: Problem) -> None:
        self._say(sentence(problem))
        self.refresh()

    # --- showing

    @property
    def fault(self) -> Fault | None:
        """The fault that is shown."""
        return self._fault

    @property
    def known_order(self) -> Order | None:
        """Its order, where it is known."""
        return self._order

    @property
    def number(self) -> int:
        """The fault that is shown, 0: none."""
        return self._fault.number if self._fault is not None else 0

    def show_fault(self, fault: Fault | None, order: Order | None = None) -> None:
        """Another fault, or the same one after a change. ``order`` is that of the past."""
        if (fault.number if fault is not None else 0) != self.number:
            self._say("")
            self._close_form()
            self._entries, self._told = [], ()
            self._scroll.verticalScrollBar().setValue(0)
        self._fault, self._order = fault, order
        self.refresh()

    def retranslate(self) -> None:
        """All words; what was typed stays."""
        self.form.retranslate()
        self.refresh()
        if self._fault is not None:
            self._fill_story(self._fault)

    def refresh(self) -> None:
        """Everything anew."""
        fault = self._fault
        for widget in (self.take, self.order, self.machine, self.timeline, self.merge, self.split, self._scroll, self._edge):
            widget.setVisible(fault is not None)
        self.form.show_fault(fault)
        self._edge.setVisible(fault is not None and fault.open)
        if fault is None:
            self._badge.set_priority(0)
            self._title.setText(tr("faults.choose"))
            self._about.setText(tr("faults.choose.advice"))
            return
        fault = self._fault = self._picture.faults.get(fault.number, fault)
        order = self._order = self._picture.orders.get(fault.order, self._order)
        if order is not None and order.number != fault.order:
            order = self._order = None
        self._badge.set_priority(fault.priority)
        self._title.setText(f"{fault.id}  {equipment_name(self._picture, fault.equipment)}  {fault.text.get(language())}")
        self._about.setText(" · ".join(self._facts(fault, order)))
        self._fill_buttons(fault)
        self._clocks.show_fault(fault, order, sure=fault.open or order is not None or not fault.order)
        self._fill_ending(fault)
        self._alarms.show_fault(fault, self._entries)
        self._ask_story(fault)

    def tick(self) -> None:
        """The clocks alone."""
        if self._fault is not None:
            self._clocks.tick()

    def _facts(self, fault: Fault, order: Order | None) -> list[str]:
        picture, zone = self._picture, self._picture.estate.site.timezone
        parts = [tr("faults.opened", at=full_text(fault.opened_at, zone)), handler_text(picture, fault)]
        if not fault.open:
            parts[1] = tr("faults.closed_by", who=display(picture, fault.closed_by))
        if order is not None:
            state = tr("domain.order.on_hold") if order.held else tr(f"domain.order.{order.state}")
            parts.append(f"{order.id} {state}")
            if order.assignee:
                parts.append(tr("faults.assignee", who=display(picture, order.assignee)))
        if fault.previous:
            parts.append(tr("faults.previous", fault=f"F-{fault.previous:06d}"))
        if fault.split_from:
            parts.append(tr("faults.split_from", fault=f"F-{fault.split_from:06d}"))
        if fault.merged_into:
            parts.append(tr("faults.merged_into", fault=f"F-{fault.merged_into:06d}"))
        if self._desk.pending("fault", fault.number):
            parts.append(tr("faults.pending"))
        return parts

    def _fill_buttons(self, fault: Fault) -> None:
        self.take.setText(tr("faults.act.take"))
        self.order.setText(tr("faults.act.order"))
        self.machine.setText(tr("faults.act.equipment"))
        self.timeline.setText(tr("faults.act.timeline"))
        self.merge.setText(tr("faults.act.merge"))
        self.split.setText(tr("faults.act.split"))
        self.plan.setText(tr("faults.act.plan"))
        self.plan.setToolTip(tr("faults.plan.tip"))
        self.plan.setEnabled(bool(fault.equipment) and self._picture.may(Right.PLAN_MAINTENANCE))
        may = self._picture.may(Right.CLOSE_FAULT)
        self.merge.setEnabled(fault.open and may and bool(joining.mergeable(self._picture, fault)))
        self.split.setEnabled(may and joining.splittable(self._picture, fault))
        self.merge.setToolTip(tr("faults.merge.tip"))
        self.split.setToolTip(tr("faults.split.tip"))
        for button, act in ((self.take, presenter.take(self._picture, fault)), (self.order, presenter.open_order(fault))):
            button.setEnabled(act.able)
            button.setToolTip(act.why)
        known = fault.equipment in self._picture.equipment
        self.machine.setEnabled(known)
        self.machine.setToolTip("" if known else tr("faults.no_equipment"))

    def _fill_ending(self, fault: Fault) -> None:
        self._ending.setVisible(not fault.open)
        if fault.open:
            return
        at = full_text(fault.closed_at, self._picture.estate.site.timezone)
        code = tr(f"domain.close_code.{fault.close_code}") if fault.close_code is not None else ""
        lines = [tr("faults.ending", at=at, who=display(self._picture, fault.closed_by), code=code)]
        lines += [tr(f"faults.ending.{key}", text=text) for key, text in (("cause", fault.cause), ("remedy", fault.remedy)) if text]
        self._ending.setText("\n".join(lines))

    # --- the story

    def _ask_story(self, fault: Fault) -> None:
        """Ask the log when something about the fault changed; an old answer is passed over."""
        order = self._order
        states = tuple((alarm.number, alarm.active, alarm.acknowledged) for alarm in presenter.alarms_of(self._picture, fault))
        minute = self._picture.now() // MINUTE if fault.open else 0  # notices come and go without the fault changing
        key = (fault.number, fault.revision, order.revision if order is not None else 0, len(fault.alarms), states, minute)
        if key == self._told:
            return
        self._told = key
        self._asked += 1
        asked = self._asked
        if not self._entries:
            self._story_heading.setText(tr("faults.story.loading"))
            emptied(self._story)

        def answered(answer: Answer) -> None:
            if asked != self._asked or not isinstance(answer, LogAnswer):
                return
            if fault.order and not presenter.tells_of_order(answer.entries):
                subject = f"order:{fault.order}"
                self._desk.query(
                    lambda id: LogQuery(id, subject, limit=MOST_ENTRIES), partial(self._told_more, asked, fault, answer), failed
                )
                return
            self._take_story(fault, answer.entries)

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._story_heading.setText(tr("faults.story.failed", reason=sentence(problem)))

        self._desk.query(lambda id: LogQuery(id, f"fault:{fault.number}", limit=MOST_ENTRIES), answered, failed)

    def _told_more(self, asked: int, fault: Fault, first: LogAnswer, answer: Answer) -> None:
        if asked == self._asked and isinstance(answer, LogAnswer):
            self._take_story(fault, (*first.entries, *answer.entries))

    def _take_story(self, fault: Fault, entries: tuple[Entry, ...]) -> None:
        told = {entry.sequence: entry for entry in entries if presenter.worth_telling(entry)}
        self._entries = sorted(told.values(), key=lambda entry: -entry.sequence)
        self._fill_story(fault)
        self._alarms.show_fault(fault, self._entries)

    def _fill_story(self, fault: Fault) -> None:
        """Newest first."""
        emptied(self._story)
        if self._told and not self._entries:
            self._story_heading.setText(tr("faults.story.empty"))
            return
        self._story_heading.setText(tr("faults.story.heading"))
        now, zone = self._picture.now(), self._picture.estate.site.timezone
        for place, entry in enumerate(self._entries[:MOST_ENTRIES]):
            when = label(short_text(entry.at, now, zone), "faint")
            when.setToolTip(full_text(entry.at, zone))
            line: QLabel = label(f"{presenter.what(self._picture, entry)}  —  {presenter.who(self._picture, entry)}", wrap=True)
            self._story.addWidget(when, place, 0, Qt.AlignmentFlag.AlignTop)
            self._story.addWidget(line, place, 1)

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))
