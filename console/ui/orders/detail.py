"""One order: its stages and their clock, what can be done now, and everything that belongs to it in tabs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.domain.accounts import Right
from console.domain.commands import ResumeOrder
from console.domain.maintenance.orderwork import UndoStage
from console.domain.orders import Order, number_of
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.notices.form import notice_form
from console.ui.orders import forms
from console.ui.orders.editing import edit_form
from console.ui.orders.giving import dispatch_form
from console.ui.orders.intake import intake_form
from console.ui.orders.presenter import Offer, display, offers, promise
from console.ui.orders.results import result_form
from console.ui.orders.safetysection import safety_form
from console.ui.orders.stagebar import StageBar
from console.ui.orders.tabs import OrderTabs, scrolled
from console.ui.picture import Picture
from console.ui.strip import equipment_name
from console.ui.widgets.badges import Badge
from console.ui.widgets.cards import label, rule, set_role
from console.ui.widgets.clocks import Promise, Urgency, promise_text, urgency


class Navigator(Protocol):
    """Where an order leads."""

    def open_equipment(self, equipment: str) -> None: ...

    def open_fault(self, number: int) -> None: ...

    def open_screen(self, name: str) -> None: ...

    def open_hazard(self, name: str) -> None: ...

    def open_round(self, name: str) -> None: ...


ORIGINS = ("order", "hazard", "round", "plan")
TALL = 360  # pixels of a form beside which the tabs still have room


class OrderDetail(QFrame):
    """See the module. Rebuilt when the order, the person or the language changes; never on a tick (a form would lose its text)."""

    opened = Signal(int)  # another order is to be shown

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
        outer.addLayout(self._head())
        self._about = label(role="dim", wrap=True, selectable=True)
        outer.addWidget(self._about)
        outer.addLayout(self._links())
        outer.addLayout(self._made_of_it())
        self._stages = StageBar(picture)
        outer.addWidget(self._stages)
        self._acts = QGridLayout()
        self._acts.setSpacing(6)
        outer.addLayout(self._acts)
        holder, self._place_layout = forms.widget_holder()
        self._place_layout.addStretch(1)
        self._place = scrolled(holder)
        self._place.hide()
        outer.addWidget(self._place)
        outer.addWidget(rule())
        self._said = label(role="error", wrap=True)
        self._said.hide()
        outer.addWidget(self._said)
        self.tabs = OrderTabs(picture, desk)
        self.tabs.opened.connect(self.opened)
        self.tabs.wanted.connect(self._open)
        self.tabs.said.connect(self._say)
        outer.addWidget(self.tabs, 1)
        self._nothing = QWidget()
        outer.addWidget(self._nothing, 1)
        self.hide_all()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        self._badge, self._title = Badge(), label(role="subject", wrap=True)
        self._clock = label(role="subject")
        head.addWidget(self._badge)
        head.addWidget(self._title, 1)
        head.addWidget(self._clock)
        return head

    def _links(self) -> QHBoxLayout:
        links = QHBoxLayout()
        self._equipment, self._fault, self._origin = QPushButton(), QPushButton(), QPushButton()
        for name, button, go in (
            ("order_equipment_page", self._equipment, self._go_equipment),
            ("order_fault_page", self._fault, self._go_fault),
            ("order_origin", self._origin, self._go_origin),
        ):
            button.setObjectName(name)
            button.clicked.connect(go)
            links.addWidget(button)
        links.addStretch(1)
        return links

    def _made_of_it(self) -> QHBoxLayout:
        """What else an order leads to: a notice to residents, a hazard."""
        row = QHBoxLayout()
        self._notice, self._hazard = QPushButton(), QPushButton()
        for name, button, go in (
            ("order_notice", self._notice, self._open_notice),
            ("order_hazard", self._hazard, self._record_hazard),
        ):
            button.setObjectName(name)
            button.clicked.connect(go)
            row.addWidget(button)
        row.addStretch(1)
        return row

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
            kept = _typed(self.form)
            self._open(self._maker)
            _type(self.form, kept)
        self.refresh(force=True)

    def refresh(self, *, force: bool = False) -> None:
        """Show what is there now. An open form stays, and is told that its order has changed."""
        order = self._order()
        if order is None:
            self.hide_all()
            return
        key = (order, self._picture.me, language(), self._desk.pending("order", order.number))
        if key == self._shown and not force:
            return
        if self.form is not None:
            self.form.notice(order)
        self._shown = key
        self._fill(order)

    def tick(self) -> None:
        """The clock, and live values beside readings."""
        order = self._order()
        if order is not None and order.checklist:
            self.tabs.tick()
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
        self._origin.hide()
        self._notice.hide()
        self._hazard.hide()
        self._said.hide()
        self._make_room()
        _empty(self._acts)

    def open_new(self, equipment: str = "") -> None:
        """The form for a new order."""
        self._open(lambda: intake_form(self._picture, self._desk, equipment))
        if self.form is not None:
            self.form.done = self.opened.emit

    def start(self, key: str) -> bool:
        """Begin one of the acts that the order offers now; False if it does not, or not to this person."""
        order = self._order()
        found = (
            next((offer for offer in offers(self._picture, order) if offer.key == key and not offer.why), None) if order else None
        )
        if order is None or found is None:
            return False
        self._start(order, found)
        return True

    def open_form(self, maker: Callable[[], forms.Form]) -> None:
        """A form that is about more than this order."""
        self._open(maker)

    def close_form(self) -> None:
        """Take the form away."""
        if self.form is not None:
            self.form.hide()
            self._place_layout.removeWidget(self.form)
            self.form.deleteLater()
            self.form = None
        self._make_room()

    def _make_room(self) -> None:
        """A tall form takes the place of the tabs; beside a short one everything stays in sight."""
        tall = 0 if self.form is None else self.form.sizeHint().height()
        self._place.setVisible(self.form is not None)
        self._place.setMinimumHeight(min(tall + 8, TALL))
        known = self._order() is not None
        self.tabs.setVisible(tall <= TALL and known)
        self._stages.setVisible(tall <= TALL and known)
        self._nothing.setVisible(not known and self.form is None)

    # --- pieces

    def _order(self) -> Order | None:
        return self._picture.orders.get(self._number, self._past)

    def _clock_role(self, view: Promise | None) -> str:
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
        if order.responsible and order.responsible != order.assignee and order.open:
            parts.append(tr("orders.first_asked", who=display(picture, order.responsible)))
        if order.due_at:
            parts.append(tr("orders.due", at=full_text(order.due_at, zone)))
        if self._desk.pending("order", order.number):
            parts.append(tr("orders.pending"))
        self._about.setText(" · ".join(parts))
        self._equipment.setText(equipment_name(picture, order.equipment))
        self._equipment.setVisible(bool(order.equipment))
        self._fault.setText(tr("orders.fault", fault=f"F-{order.fault:06d}"))
        self._fault.setVisible(bool(order.fault))
        kind, _, name = order.origin.partition(":")
        self._origin.setText(tr(f"orders.origin.{kind}", name=name) if kind in ORIGINS else name)
        self._origin.setVisible(bool(name))
        self._notice.setText(tr("outages.title"))
        self._notice.setVisible(order.open)
        self._hazard.setText(tr("emergencies.link.hazard"))
        self._hazard.setVisible(order.open)
        for button in (self._notice, self._hazard):
            button.setEnabled(picture.may(Right.DO_SAFETY))
        self._stages.show_order(order)
        self._fill_acts(order)
        self.tabs.show_order(order)
        self._make_room()
        self.tick()

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
            self._acts.addWidget(button, place // 4, place % 4)
        blocked = next((offer.why for offer in offers(self._picture, order)[:1] if offer.why), "")
        if blocked:
            self._acts.addWidget(label(blocked, "faint", wrap=True), 5, 0, 1, 4)

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
        elif offer.key == "undo":
            desk.ask(UndoStage(order.number))
        elif offer.key in ("rework", "cancel", "note"):
            self._open(lambda: forms.reason_form(picture, desk, order, offer.key))
        else:
            makers = {
                "dispatch": dispatch_form,
                "edit": edit_form,
                "result": result_form,
                "safety": safety_form,
                "callback": forms.callback_form,
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
        self._place_layout.insertWidget(0, form)
        form.show()
        self._make_room()

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def _go_origin(self) -> None:
        order = self._order()
        kind, _, name = order.origin.partition(":") if order is not None else ("", "", "")
        match kind:
            case "order":
                self.opened.emit(number_of(name))
            case "hazard":
                self._navigator.open_hazard(name)
            case "round":
                self._navigator.open_round(name.partition("#")[0])
            case "plan":
                self._navigator.open_screen("plans")

    def _record_hazard(self) -> None:
        order = self._order()
        if order is not None:
            self._navigator.open_hazard(f"new?order:{order.id}|{order.equipment}|{order.title.get(language())}")

    def _open_notice(self) -> None:
        order = self._order()
        if order is not None:
            self._open(lambda: notice_form(self._picture, self._desk, order))

    def _go_equipment(self) -> None:
        order = self._order()
        if order is not None:
            self._navigator.open_equipment(order.equipment)

    def _go_fault(self) -> None:
        order = self._order()
        if order is not None:
            self._navigator.open_fault(order.fault)


def _typed(form: forms.Form) -> dict[str, str]:
    """What stands in the named fields of a form."""
    lines = {field.objectName(): field.text() for field in form.findChildren(QLineEdit) if field.objectName()}
    return lines | {field.objectName(): field.toPlainText() for field in form.findChildren(forms.Words)}


def _type(form: forms.Form, kept: dict[str, str]) -> None:
    """Put it back."""
    for field in form.findChildren(QLineEdit):
        field.setText(kept.get(field.objectName(), field.text()))
    for words in form.findChildren(forms.Words):
        words.setPlainText(kept.get(words.objectName(), words.toPlainText()))


def _empty(layout: QGridLayout | QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
