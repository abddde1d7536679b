"""What the machine is, the gravest thing that is wrong with it, and the way to its fault and order."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.domain.commands import TakeFault
from console.domain.estate import Equipment
from console.domain.faults import Fault
from console.domain.maintenance.cards import Card
from console.domain.problems import Problem
from console.domain.promises import nearest
from console.texts import language, sentence, tr
from console.ui.alarms.presenter import content, take
from console.ui.desk import Desk
from console.ui.equipment import presenter
from console.ui.moments import short_text
from console.ui.picture import Picture
from console.ui.strip import handler_text
from console.ui.widgets.badges import Badge
from console.ui.widgets.cards import label, set_role
from console.ui.widgets.clocks import Urgency, promise_text, urgency


class Navigator(Protocol):
    """Where a machine leads."""

    def open_equipment(self, equipment: str) -> None: ...

    def open_alarm(self, number: int) -> None: ...

    def open_fault(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...

    def open_trend(self, points: list[str]) -> None: ...

    def open_bench(self, point: str) -> None: ...

    def open_ledger(self, card: str) -> None: ...


class Header(QFrame):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setObjectName("machine_header")
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._machine: Equipment | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 10, 16, 10)
        outer.setSpacing(6)
        first = QHBoxLayout()
        first.setSpacing(12)
        self._name, self._about = label(role="key", selectable=True), label(role="dim", selectable=True)
        self._name.setObjectName("machine_name")
        first.addWidget(self._name)
        first.addWidget(self._about, 1)
        outer.addLayout(first)
        second = QHBoxLayout()
        second.setSpacing(8)
        self._badge, self._alarm, self._clock = Badge(), label(), label()
        self._alarm.setObjectName("machine_alarm")
        second.addWidget(self._badge)
        second.addWidget(self._alarm)
        second.addSpacing(12)
        second.addWidget(self._clock)
        second.addStretch(1)
        self.take, self.order, self.fault = QPushButton(), QPushButton(), QPushButton()
        for button, name, act in (
            (self.take, "take", self.do_take),
            (self.order, "open_order", self.do_open_order),
            (self.fault, "open_fault", self.do_open_fault),
        ):
            button.setObjectName(name)
            button.clicked.connect(act)
            second.addWidget(button)
        self.take.setProperty("primary", True)
        outer.addLayout(second)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("equipment_error")
        self._error.hide()
        outer.addWidget(self._error)
        for key, act in (("Ctrl+T", self.do_take), ("Ctrl+O", self.do_open_order)):
            QShortcut(QKeySequence(key), self).activated.connect(act)

    def show_machine(self, machine: Equipment) -> None:
        """This one."""
        if self._machine is None or self._machine.id != machine.id:
            self._say("")
        self._machine = machine
        self.refresh()

    def refresh(self, _changed: object = None) -> None:
        """Everything anew: it is little."""
        machine, picture = self._machine, self._picture
        if machine is None:
            return
        self._name.setText(machine.name.get(language()))
        plate = " ".join(machine.rated.get(key, "") for key in ("make", "model") if machine.rated.get(key))
        serial = machine.rated.get("serial", "")
        card = picture.records(Card).get(machine.id)
        code = card.code if card is not None else machine.id
        about = [code, presenter.place_text(picture, machine.location), plate or machine.type]
        about += [tr("equipment.serial", serial=serial)] if serial else []
        self._about.setText("   ·   ".join(part for part in about if part))
        self._about.setToolTip(machine.type)
        alarm, fault = presenter.gravest(picture, machine.id), self._fault()
        lost = presenter.offline(picture, machine.id)
        if alarm is not None:
            when = short_text(alarm.raised_at, picture.now(), picture.estate.site.timezone)
            self._badge.set_priority(alarm.priority)
            self._alarm.setText(f"{when}  {content(picture, alarm)}")
        else:
            self._badge.set_priority(0)
            calm = "equipment.fault_open" if fault is not None else "equipment.offline" if lost else "equipment.calm"
            self._alarm.setText(tr(calm))
        self._badge.setVisible(alarm is not None)
        set_role(self._alarm, "" if alarm is not None or fault is not None or lost else "dim")
        for button, key in ((self.take, "take"), (self.order, "order"), (self.fault, "fault")):
            button.setText(tr(f"equipment.act.{key}"))
            button.setVisible(fault is not None)
        act = take(picture, fault)
        pending = fault is not None and self._desk.pending("fault", fault.number)
        self.take.setEnabled(act.able and not pending)
        self.take.setToolTip(tr("equipment.pending") if pending else act.why)
        self.order.setEnabled(fault is not None and bool(fault.order))
        self.order.setToolTip("" if self.order.isEnabled() else tr("equipment.no_order"))
        self.tick()

    def tick(self) -> None:
        """The fault's clock."""
        fault = self._fault()
        if fault is None:
            self._clock.setText("")
            return
        view = nearest(fault, self._picture.order_of(fault), self._picture.now())
        said = [promise_text(view)] if view is not None else []
        self._clock.setText(" · ".join([*said, handler_text(self._picture, fault)]))
        set_role(self._clock, "error" if view is not None and urgency(view) is Urgency.BROKEN else "dim")

    def _fault(self) -> Fault | None:
        """The fault of the gravest alarm, else the machine's gravest open one; a drill's stands among its alarms, with its mark."""
        if self._machine is None:
            return None
        alarm = presenter.gravest(self._picture, self._machine.id)
        found = self._picture.fault_of(alarm) if alarm is not None else None
        if found is not None and found.open:
            return found
        there = [each for each in self._picture.faults.values() if each.equipment == self._machine.id]
        open_ones = [each for each in there if each.open and not each.drill]
        return min(open_ones, key=lambda each: (each.priority, each.number), default=None)

    # --- acts

    def do_take(self) -> None:
        """Take the fault."""
        fault = self._fault()
        act = take(self._picture, fault)
        if fault is None or not act.able:
            self._say(act.why)
            return
        self._say("")
        self._desk.ask(TakeFault(fault.number), None, self._denied)

    def do_open_order(self) -> None:
        """To the fault's order."""
        fault = self._fault()
        if fault is not None and fault.order:
            self._navigator.open_order(fault.order)

    def do_open_fault(self) -> None:
        """To the fault."""
        fault = self._fault()
        if fault is not None:
            self._navigator.open_fault(fault.number)

    def _denied(self, problem: Problem) -> None:
        self._say(sentence(problem))

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))
