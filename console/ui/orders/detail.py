"""One order: its stages, what can be done now, its checklist, its notes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.domain.commands import CheckOrderItem, ResumeOrder
from console.domain.orders import Order
from console.domain.promises import ClockView
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders import forms
from console.ui.orders.presenter import Offer, display, offers, promise
from console.ui.orders.stagebar import StageBar, stamp_sentence
from console.ui.picture import Picture
from console.ui.strip import equipment_name
from console.ui.widgets.badges import Badge
from console.ui.widgets.cards import label, rule, set_role
from console.ui.widgets.clocks import Urgency, promise_text, urgency

RESULTS = ("", "pass", "fail", "skipped")


class Navigator(Protocol):
    """Where an order leads."""

    def open_equipment(self, equipment: str) -> None: ...

    def open_fault(self, number: int) -> None: ...


class CheckLine(QWidget):
    """One line of a checklist: text, result, reading."""

    def __init__(self, order: Order, item: int, enabled: bool, changed: Callable[[int, str, str], None]) -> None:
        super().__init__()
        check = order.checklist[item]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.addWidget(label(f"{item + 1}", "dim"))
        layout.addWidget(label(check.text.get(language()), wrap=True), 1)
        self._reading = QLineEdit(check.reading)
        self._reading.setObjectName(f"reading_{item}")
        self._reading.setPlaceholderText(tr("orders.field.reading"))
        self._reading.setFixedWidth(110)
        self._result = QComboBox()
        self._result.setObjectName(f"result_{item}")
        for result in RESULTS:
            self._result.addItem(tr(f"domain.check.{result}") if result else "…", result)
        self._result.setCurrentIndex(max(0, self._result.findData(check.result)))
        self._result.setFixedWidth(96)
        for field in (self._reading, self._result):
            field.setEnabled(enabled)
            layout.addWidget(field)
        self._result.activated.connect(lambda _index: changed(item, str(self._result.currentData()), self._reading.text()))
        self._reading.editingFinished.connect(self._typed)
        self._item, self._changed, self._was = item, changed, check.reading

    def _typed(self) -> None:
        if self._reading.text() != self._was:
            self._was = self._reading.text()
            self._changed(self._item, str(self._result.currentData()), self._was)


class OrderDetail(QFrame):
    """See the module. Rebuilt when the order, the person or the language changes; never on a tick (a form would lose its text)."""

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._number = 0
        self._past: Order | None = None
        self._shown: tuple[object, ...] = ()
        self.form: forms.Form | None = None
        self._maker: Callable[[], forms.Form] | None = None
        self.setProperty("card", True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 8, 12)
        head = QHBoxLayout()
        self._badge, self._title = Badge(), label(role="subject", wrap=True)
        self._clock = label(role="subject")
        head.addWidget(self._badge)
        head.addWidget(self._title, 1)
        head.addWidget(self._clock)
        outer.addLayout(head)
        self._about = label(role="dim", wrap=True, selectable=True)
        outer.addWidget(self._about)
        links = QHBoxLayout()
        self._equipment, self._fault = QPushButton(), QPushButton()
        self._equipment.setObjectName("order_equipment_page")
        self._fault.setObjectName("order_fault_page")
        self._equipment.clicked.connect(self._go_equipment)
        self._fault.clicked.connect(self._go_fault)
        links.addWidget(self._equipment)
        links.addWidget(self._fault)
        links.addStretch(1)
        outer.addLayout(links)
        self._stages = StageBar(picture)
        outer.addWidget(self._stages)
        self._acts = QGridLayout()
        self._acts.setSpacing(6)
        outer.addLayout(self._acts)
        self._place, self._place_layout = forms.widget_holder()
        outer.addWidget(self._place)
        outer.addWidget(rule())
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._below, self._below_layout = forms.widget_holder()
        scroll.setWidget(self._below)
        outer.addWidget(scroll, 1)
        self.hide_all()

    # --- showing

    def show_order(self, number: int, past: Order | None = None) -> None:
        """Show another order; an open form of the former one is closed. ``past``: one of the history."""
        if number != self._number:
            self.close_form()
        self._number, self._past = number, past
        self.refresh(force=True)

    def retranslate(self) -> None:
        """All words; an open form keeps what was typed."""
        if self.form is not None and self._maker is not None:
            typed = {field.objectName(): field.text() for field in self.form.findChildren(QLineEdit) if field.objectName()}
            self._open(self._maker)
            for field in self.form.findChildren(QLineEdit):
                field.setText(typed.get(field.objectName(), field.text()))
        self.refresh(force=True)

    def refresh(self, *, force: bool = False) -> None:
        """Show what is there now; keeps an open form while its order's state stays."""
        order = self._order()
        if order is None:
            self.hide_all()
            return
        key = (order, self._picture.me, language(), self._desk.pending("order", order.number))
        if key == self._shown and not force:
            return
        former = self._shown[0] if self._shown else None
        if self.form is not None and isinstance(former, Order) and (former.number, former.state) != (order.number, order.state):
            self.close_form()
        self._shown = key
        self._fill(order)

    def tick(self) -> None:
        """The clock alone."""
        order = self._order()
        view = promise(self._picture, order) if order is not None else None
        self._clock.setText(promise_text(view) if view is not None else "")
        self._clock.setVisible(view is not None)
        set_role(self._clock, self._clock_role(view))

    def hide_all(self) -> None:
        """Nothing is chosen."""
        self._shown = ()
        self._title.setText(tr("orders.choose"))
        self._about.setText(tr("orders.choose.advice"))
        self._badge.set_priority(0)
        self._stages.show_order(None)
        self._equipment.hide()
        self._fault.hide()
        self._clock.hide()
        _empty(self._acts)
        _empty(self._below_layout)

    def open_new(self, equipment: str = "") -> None:
        """The form for a new order."""
        self._open(lambda: forms.new_form(self._picture, self._desk, equipment))

    def close_form(self) -> None:
        """Take the form away."""
        if self.form is not None:
            self.form.hide()
            self._place_layout.removeWidget(self.form)
            self.form.deleteLater()
            self.form = None

    # --- pieces

    def _order(self) -> Order | None:
        return self._picture.orders.get(self._number, self._past)

    def _clock_role(self, view: ClockView | None) -> str:
        return "error" if view is not None and urgency(view) is Urgency.BROKEN else "subject"

    def _fill(self, order: Order) -> None:
        picture, zone = self._picture, self._picture.estate.site.timezone
        self._badge.set_priority(order.priority)
        self._title.setText(f"{order.id}  {order.title.get(language())}")
        parts = [tr(f"domain.order_kind.{order.kind}"), tr(f"domain.order.{order.state}")]
        if order.held:
            parts.append(tr("orders.held", reason=tr(f"domain.hold_reason.{order.holds[-1].reason}")))
        if order.assignee:
            kind = "orders.assignee_contractor" if order.contractor else "orders.assignee"
            parts.append(tr(kind, who=display(picture, order.assignee)))
        if order.due_at:
            parts.append(tr("orders.due", at=full_text(order.due_at, zone)))
        for key in ("caller", "place", "symptom"):
            if getattr(order, key):
                parts.append(f"{tr(f'orders.field.{key}')}: {getattr(order, key)}")
        if self._desk.pending("order", order.number):
            parts.append(tr("orders.pending"))
        self._about.setText(" · ".join(parts))
        self._equipment.setText(equipment_name(picture, order.equipment))
        self._equipment.setVisible(bool(order.equipment))
        self._fault.setText(tr("orders.fault", fault=f"F-{order.fault:06d}"))
        self._fault.setVisible(bool(order.fault))
        self._stages.show_order(order)
        self.tick()
        self._fill_acts(order)
        self._fill_below(order)

    def _fill_acts(self, order: Order) -> None:
        _empty(self._acts)
        for place, offer in enumerate(offers(self._picture, order)):
            button = QPushButton(self._offer_text(offer))
            button.setObjectName(f"do_{offer.key}")
            button.setEnabled(not offer.why)
            button.setToolTip(offer.why)
            button.setProperty("primary", place == 0)
            if offer.key == "cancel":
                button.setProperty("danger", True)
            button.clicked.connect(partial(self._start, order, offer))
            self._acts.addWidget(button, place // 3, place % 3)
        blocked = next((offer.why for offer in offers(self._picture, order)[:1] if offer.why), "")
        if blocked:
            self._acts.addWidget(label(blocked, "faint", wrap=True), 5, 0, 1, 3)

    def _offer_text(self, offer: Offer) -> str:
        if offer.stage is not None:
            return tr("orders.enter", stage=tr(f"domain.order.{offer.stage}"))
        return tr(f"orders.act.{offer.key}")

    def _start(self, order: Order, offer: Offer, _checked: bool = False) -> None:
        picture, desk = self._picture, self._desk
        if offer.stage is not None:
            stage = offer.stage
            self._open(lambda: forms.stage_form(picture, desk, order, stage))
        elif offer.key == "resume":
            desk.ask(ResumeOrder(order.number))
        elif offer.key in ("rework", "cancel", "note"):
            self._open(lambda: forms.reason_form(picture, desk, order, offer.key))
        else:
            makers = {
                "dispatch": forms.dispatch_form,
                "verify": forms.verify_form,
                "hold": forms.hold_form,
                "restored": forms.restored_form,
            }
            self._open(lambda: makers[offer.key](picture, desk, order))

    def _open(self, maker: Callable[[], forms.Form]) -> None:
        self.close_form()
        self._maker, form = maker, maker()
        self.form = form
        form.closed.connect(self.close_form)
        self._place_layout.addWidget(form)
        form.show()

    def _fill_below(self, order: Order) -> None:
        _empty(self._below_layout)
        layout = self._below_layout
        if order.checklist:
            done = sum(bool(item.result) for item in order.checklist)
            layout.addWidget(label(tr("orders.checklist", done=done, count=len(order.checklist)), "dim"))
            editable = bool(
                order.open and order.state.value in ("dispatched", "assigned", "on_site", "in_progress") and self._picture.me
            )
            for item in range(len(order.checklist)):
                layout.addWidget(CheckLine(order, item, editable, self._check))
        history = [(stamp, tr(f"domain.order.{stage}")) for stage, stamp in order.stamps.items()]
        history += [(hold.since, tr("orders.held", reason=tr(f"domain.hold_reason.{hold.reason}"))) for hold in order.holds]
        history += [(note, tr("orders.act.note")) for note in order.notes]
        if order.restored is not None:
            history.append((order.restored, tr("orders.act.restored")))
        if order.cancelled is not None:
            history.append((order.cancelled, tr("domain.order.cancelled")))
        layout.addWidget(label(tr("orders.history"), "dim"))
        for stamp, what in sorted(history, key=lambda each: each[0].entered_at):
            line = stamp_sentence(self._picture, stamp).replace("\n", "  ")
            layout.addWidget(label(f"{what}  {line}", wrap=True, selectable=True))
        layout.addStretch(1)

    def _check(self, item: int, result: str, reading: str) -> None:
        self._desk.ask(CheckOrderItem(self._number, item, result, reading))

    def _go_equipment(self) -> None:
        order = self._order()
        if order is not None:
            self._navigator.open_equipment(order.equipment)

    def _go_fault(self) -> None:
        order = self._order()
        if order is not None:
            self._navigator.open_fault(order.fault)


def _empty(layout: QGridLayout | QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
