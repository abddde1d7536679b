"""One alarm: what it is, what to do, whom to call, and the buttons that do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.domain.alarms import Alarm
from console.domain.commands import AcknowledgeAlarms, CheckAlarmStep, ResetAlarms, TakeFault
from console.domain.problems import Problem
from console.domain.promises import clocks
from console.domain.times import HOUR, SECOND
from console.link.messages import Answer, HistoryAnswer, HistoryQuery
from console.texts import language, sentence, tr
from console.ui.alarms import forms, presenter
from console.ui.alarms.steps import StepList
from console.ui.desk import Desk
from console.ui.drills.alarmlinks import AlarmLinks
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.strip import equipment_name, handler_text
from console.ui.values import value_text, with_unit
from console.ui.widgets.badges import Badge
from console.ui.widgets.cards import label, rule
from console.ui.widgets.clocks import promise_text
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.sparkline import Curve, Sparkline

BUCKETS = 240


class Navigator(Protocol):
    """Where an alarm leads."""

    def open_equipment(self, equipment: str) -> None: ...

    def open_fault(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...

    def open_emergency(self, name: str) -> None: ...

    def open_hazard(self, name: str) -> None: ...


class AlarmDetail(QFrame):
    """Shows the focused alarm; acts on all selected ones."""

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._alarm: Alarm | None = None
        self._selected: list[Alarm] = []
        self._asked = 0
        self._curve_says = ""  # a key of the catalogue
        self.setProperty("card", True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 8, 12)
        head = QHBoxLayout()
        self._badge, self._title = Badge(), label(role="subject", wrap=True)
        head.addWidget(self._badge)
        head.addWidget(self._title, 1)
        outer.addLayout(head)
        outer.addLayout(self._buttons())
        outer.addLayout(self._more_buttons())
        self.links = AlarmLinks(picture, navigator)
        outer.addWidget(self.links)
        self._place = QVBoxLayout()  # of a form
        outer.addLayout(self._place)
        self.form: Form | None = None
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("alarm_error")
        outer.addWidget(self._error)
        self._now = label(role="key")
        self._spark = Sparkline()
        self._spark_words = label(role="faint")
        self.steps = StepList(picture, self.do_check)
        outer.addWidget(self.steps)
        outer.addWidget(self._now)
        outer.addWidget(self._spark)
        outer.addWidget(self._spark_words)
        outer.addWidget(rule())
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._facts = FactGrid()
        scroll.setWidget(self._facts)
        outer.addWidget(scroll, 1)
        self.comment = QLineEdit()
        self.comment.setObjectName("comment")
        self.comment.returnPressed.connect(self.do_acknowledge)
        outer.addWidget(self.comment)
        self._say("")

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.acknowledge, self.take, self.order, self.machine = (QPushButton() for _ in range(4))
        names: tuple[tuple[QPushButton, str, Callable[[], None]], ...] = (
            (self.acknowledge, "acknowledge", self.do_acknowledge),
            (self.take, "take", self.do_take),
            (self.order, "open_order", self.do_open_order),
            (self.machine, "open_equipment", self.do_open_equipment),
        )
        for button, name, act in names:
            button.setObjectName(name)
            button.clicked.connect(act)
            row.addWidget(button)
        self.acknowledge.setProperty("primary", True)
        row.addStretch(1)
        return row

    def _more_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.shelve, self.reset, self.service, self.test = (QPushButton() for _ in range(4))
        names: tuple[tuple[QPushButton, str, Callable[[], None]], ...] = (
            (self.shelve, "shelve", self.do_shelve),
            (self.reset, "reset", self.do_reset),
            (self.service, "service", self.do_service),
            (self.test, "test", self.do_test),
        )
        for button, name, act in names:
            button.setObjectName(f"alarm_act_{name}")
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        return row

    # --- acts

    def do_acknowledge(self) -> None:
        """Acknowledge all selected alarms with the typed comment."""
        act = presenter.acknowledge(self._picture, self._selected)
        if not act.able:
            self._say(act.why)
            return
        numbers = tuple(alarm.number for alarm in self._selected if not alarm.acknowledged)
        self._say("")
        self._desk.ask(AcknowledgeAlarms(numbers, self.comment.text().strip()), self._acknowledged, self._denied)

    def do_take(self) -> None:
        """Take the alarm's fault."""
        fault = self._picture.fault_of(self._alarm) if self._alarm is not None else None
        act = presenter.take(self._picture, fault)
        if fault is None or not act.able:
            self._say(act.why)
            return
        self._say("")
        self._desk.ask(TakeFault(fault.number), None, self._denied)

    def do_open_order(self) -> None:
        """To the order of the alarm's fault."""
        fault = self._picture.fault_of(self._alarm) if self._alarm is not None else None
        if fault is not None:
            self._navigator.open_order(fault.order)

    def do_open_equipment(self) -> None:
        """To the machine's page."""
        if self._alarm is not None and self._alarm.equipment:
            self._navigator.open_equipment(self._alarm.equipment)

    def do_shelve(self) -> None:
        """Keep the selected alarms quiet for a while."""
        act = presenter.shelve(self._picture, self._selected)
        if not act.able:
            self._say(act.why)
            return
        self._open(forms.shelve_form(self._picture, self._desk, tuple(alarm.number for alarm in self._selected)))

    def do_service(self) -> None:
        """Take the alarm's machine out of service."""
        if self._alarm is not None and self.service.isEnabled():
            self._open(forms.service_form(self._picture, self._desk, self._alarm.equipment))

    def do_test(self) -> None:
        """Begin a test of the alarm's machine."""
        if self._alarm is not None and self.test.isEnabled():
            self._open(forms.test_form(self._picture, self._desk, self._alarm.equipment))

    def do_reset(self) -> None:
        """Reset what is latched."""
        numbers = tuple(alarm.number for alarm in self._selected if alarm.latched)
        if numbers:
            self._say("")
            self._desk.ask(ResetAlarms(numbers), None, self._denied)

    def do_check(self, step: int) -> None:
        """A step was done; the typed comment is its note."""
        if self._alarm is not None:
            self._say("")
            self._desk.ask(CheckAlarmStep(self._alarm.number, step, self.comment.text().strip()), self._acknowledged, self._denied)

    def _open(self, form: Form) -> None:
        self.close_form()
        self.form = form
        self._place.addWidget(form)
        form.closed.connect(self.close_form)

    def close_form(self) -> None:
        """Without a form again."""
        form, self.form = self.form, None
        if form is not None:
            form.hide()
            form.deleteLater()

    def _acknowledged(self, _number: int) -> None:
        self.comment.clear()

    def _denied(self, problem: Problem) -> None:
        self._say(sentence(problem))

    # --- showing

    def show_alarms(self, focused: Alarm | None, selected: list[Alarm]) -> None:
        """The focused alarm in full; the buttons are for all selected."""
        other = focused is None or self._alarm is None or focused.number != self._alarm.number
        self._alarm, self._selected = focused, selected
        if other:
            self.close_form()
            self._say("")
            self._spark.show_curve(None)
            self._ask_history()
        self.refresh()

    def refresh(self) -> None:
        """Everything anew but the curve."""
        alarm = self._alarm
        for widget in (
            self._now,
            self._spark,
            self._spark_words,
            self.comment,
            self.acknowledge,
            self.take,
            self.order,
            self.machine,
            self.shelve,
            self.service,
            self.test,
        ):
            widget.setVisible(alarm is not None)
        self.reset.setVisible(any(each.latched for each in self._selected))
        self.steps.show_alarm(alarm)
        self.links.show_alarm(alarm)
        for button, name in ((self.shelve, "shelve"), (self.reset, "reset"), (self.service, "service"), (self.test, "test")):
            button.setText(tr(f"alarms.act.{name}"))
        self.acknowledge.setText(tr("alarms.act.acknowledge"))
        self.take.setText(tr("alarms.act.take"))
        self.order.setText(tr("alarms.act.order"))
        self.machine.setText(tr("alarms.act.equipment"))
        self.comment.setPlaceholderText(tr("alarms.comment"))
        self._say_curve(self._curve_says)
        if alarm is None:
            self._facts.write([])
            self._badge.set_priority(0)
            self._title.setText(tr("alarms.choose"))
            return
        picture = self._picture
        self._badge.set_priority(alarm.priority)
        title = f"{equipment_name(picture, alarm.equipment)}  {alarm.text.get(language())}"
        more = len(self._selected)
        self._title.setText(f"{title}（{tr('alarms.selected', count=more)}）" if more > 1 else title)
        fault = picture.fault_of(alarm)
        for button, act in (
            (self.acknowledge, presenter.acknowledge(picture, self._selected)),
            (self.take, presenter.take(picture, fault)),
            (self.shelve, presenter.shelve(picture, self._selected)),
            (self.service, presenter.silence_machine(picture, alarm)),
            (self.test, presenter.silence_machine(picture, alarm)),
        ):
            button.setEnabled(act.able)
            button.setToolTip(act.why)
        self.order.setEnabled(fault is not None and bool(fault.order))
        self.machine.setEnabled(alarm.equipment in picture.equipment)
        self.tick()
        self._fill(alarm)

    def tick(self) -> None:
        """The present value, and what is left for the steps."""
        alarm = self._alarm
        self.steps.show_alarm(alarm)
        point = self._picture.points.get(alarm.point) if alarm is not None else None
        if point is None:
            self._now.setText("")
            return
        reading = self._picture.reading(point.id)
        shown = with_unit(point, value_text(point, reading, self._picture.live))
        self._now.setText(f"{point.name.get(language())}  {shown}")

    def _fill(self, alarm: Alarm) -> None:
        picture, zone = self._picture, self._picture.estate.site.timezone
        rows: list[tuple[str, str]] = presenter.remarks(picture, alarm)
        rule = picture.rules.get(alarm.rule)
        if rule is not None:
            rows += [(f"alarms.{name}", getattr(rule, name).get(language())) for name in ("cause", "consequence", "action")]
            if rule.response_s:
                rows.append(("alarms.response", forms.length_text(round(rule.response_s * SECOND))))
        fault = picture.fault_of(alarm)
        if fault is not None:
            views = clocks(fault, picture.order_of(fault), picture.now())
            rows.append(("alarms.fault", f"{fault.id} · {handler_text(picture, fault)}"))
            rows.append(("alarms.promises", " · ".join(promise_text(view) for view in views if view.running)))
        machine = picture.equipment.get(alarm.equipment)
        if machine is not None:
            rows += [(f"alarms.fact.{key}", value) for key, value in machine.facts.items() if key in FACTS]
            if machine.system == "elevator":
                rows.append(("alarms.fact.rescue_line", RESCUE_LINE))
        times = [tr("alarms.raised", at=full_text(alarm.raised_at, zone))]
        if alarm.returned_at:
            times.append(tr("alarms.returned", at=full_text(alarm.returned_at, zone)))
        if alarm.acknowledged:
            account = picture.accounts.get(alarm.acknowledged_by)
            who = account.display if account is not None else alarm.acknowledged_by
            times.append(tr("alarms.acknowledged_by", at=full_text(alarm.acknowledged_at, zone), who=who))
        rows.append(("alarms.times", "\n".join(times)))
        if alarm.comment:
            rows.append(("alarms.comment_was", alarm.comment))
        self._facts.write([(tr(key), text) for key, text in rows if text])

    # --- the last hour

    def _ask_history(self) -> None:
        alarm = self._alarm
        point = self._picture.points.get(alarm.point) if alarm is not None else None
        if point is None:
            self._say_curve("")
            return
        until = self._picture.now()
        since = until - HOUR
        self._say_curve("alarms.loading")

        def answered(answer: Answer) -> None:
            if asked != self._asked or not isinstance(answer, HistoryAnswer):
                return
            series = next(iter(answer.series), None)
            curve = Curve(series, since, until, HOUR // BUCKETS) if series is not None else None
            self._spark.show_curve(curve, point.normal)
            self._say_curve("alarms.last_hour")

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._say_curve("")
                self._spark_words.setText(sentence(problem))

        asked = self._asked = self._asked + 1
        self._desk.query(lambda id: HistoryQuery(id, (point.number,), since, until, BUCKETS), answered, failed)

    def _say_curve(self, key: str) -> None:
        self._curve_says = key
        self._spark_words.setText(tr(key) if key else "")

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))


RESCUE_LINE = "96333"  # the public elevator rescue line
FACTS = ("maintenance_company", "maintenance_phone", "rescue_code", "keys", "isolation_point")
