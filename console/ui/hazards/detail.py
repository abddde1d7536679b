"""One hazard: its four steps, its facts, what can be done now, its versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.maintenance.hazards import Hazard, HazardState, rectifiers
from console.papers import safety
from console.texts import tr
from console.ui.desk import Desk
from console.ui.hazards import forms, presenter
from console.ui.ledger.files import FileList
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.printing import Printing
from console.ui.registers.versions import Versions
from console.ui.shift.papering import setting_of
from console.ui.widgets.cards import Card, label, set_role
from console.ui.widgets.facts import FactGrid

S = HazardState
ACTS: dict[str, tuple[str, tuple[HazardState, ...], Right]] = {  # name -> key, in which states, right
    "analyse": ("A", (S.FOUND, S.RECTIFYING), Right.MANAGE_SAFETY),
    "order": ("O", (S.FOUND, S.RECTIFYING), Right.RAISE_ORDER),
    "rectify": ("R", (S.RECTIFYING,), Right.DO_SAFETY),
    "recheck": ("C", (S.RECHECK,), Right.DO_SAFETY),
    "void": ("V", (S.FOUND, S.RECTIFYING, S.RECHECK), Right.MANAGE_SAFETY),
}
MAIN = {S.FOUND: "analyse", S.RECTIFYING: "rectify", S.RECHECK: "recheck"}


class Navigator(Protocol):
    """Where a hazard leads."""

    def open_equipment(self, equipment: str) -> None: ...

    def open_order(self, number: int) -> None: ...

    def open_alarm(self, number: int) -> None: ...


class HazardDetail(QScrollArea):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator) -> None:
        super().__init__()
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._hazard: Hazard | None = None
        self.form: Form | None = None
        self._maker: Callable[[], Form] | None = None
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(500)
        self.card = Card()
        self.setWidget(self.card)
        self._steps = [(label(role="dim"), label(role="faint")) for _ in presenter.STEPS]
        bar = QHBoxLayout()
        for step, said in self._steps:
            box = QVBoxLayout()
            box.addWidget(step)
            box.addWidget(said)
            bar.addLayout(box, 1)
        self._bar = QWidget()
        self._bar.setLayout(bar)
        bar.setContentsMargins(0, 0, 0, 6)
        self.card.body.addWidget(self._bar)
        self._acts = QGridLayout()
        self._buttons = {name: QPushButton() for name in ACTS}
        self._links = {name: QPushButton() for name in ("equipment", "source", "print")}
        for name, button in {**self._buttons, **self._links}.items():
            button.setObjectName(f"hazards_{name}")
            self._acts.addWidget(button)
        for name, button in self._buttons.items():
            button.clicked.connect(lambda _checked=False, name=name: self.act(name))
        self._links["equipment"].clicked.connect(self._go_equipment)
        self._links["source"].clicked.connect(self._go_source)
        self._links["print"].clicked.connect(self._print)
        self.printing = Printing(self)
        self.card.body.addLayout(self._acts)
        self._why = label(role="dim", wrap=True)
        self._why.setObjectName("hazards_why")
        self.card.body.addWidget(self._why)
        self._place = QVBoxLayout()
        self.card.body.addLayout(self._place)
        self.facts = FactGrid()
        self.card.body.addWidget(self.facts)
        self.files, self.versions = FileList(desk), Versions(picture, desk)
        self.card.body.addWidget(self.files)
        self.card.body.addWidget(self.versions)
        self.card.body.addStretch(1)
        self.retranslate()

    # --- what is shown

    def show_hazard(self, hazard: Hazard | None) -> None:
        """Another hazard, or the same one as it is now; an open form stays while the hazard's state stays."""
        before, self._hazard = self._hazard, hazard
        moved = before is not None and (hazard is None or (before.id, before.state) != (hazard.id, hazard.state))
        if moved and self._maker is not None:
            self.close_form()
        self._fill()

    def retranslate(self) -> None:
        """All words; a form begins anew."""
        for name, (key, _states, _right) in ACTS.items():
            self._buttons[name].setText(tr(f"hazards.act.{name}"))
            self._buttons[name].setToolTip(key)
        self._links["equipment"].setText(tr("hazards.go.equipment"))
        self._links["source"].setText(tr("hazards.go.source"))
        self._links["print"].setText(tr("hazards.act.print"))
        self.files.retranslate()
        self.versions.retranslate()
        if self._maker is not None:
            self.open(self._maker)
        self._fill()

    def tick(self) -> None:
        """What time changes."""
        if self._hazard is not None and self._hazard.open:
            self.facts.write(presenter.facts(self._picture, self._hazard))

    def _fill(self) -> None:
        hazard, picture = self._hazard, self._picture
        shown = hazard is not None
        for piece in (self._bar, self.facts, self._why, *self._links.values()):
            piece.setVisible(shown)
        for name, (_key, states, right) in ACTS.items():
            button = self._buttons[name]
            button.setVisible(hazard is not None and hazard.state in states)
            button.setEnabled(picture.may(right))
            button.setProperty("primary", hazard is not None and MAIN.get(hazard.state) == name)
            button.style().unpolish(button)
            button.style().polish(button)
        self.versions.show_for(hazard)
        photos = (*hazard.photos, *hazard.after) if hazard is not None else ()
        self.files.setVisible(bool(photos))
        self.files.show_files(photos, editable=False)
        if hazard is None:
            self.card.set_heading(tr("hazards.choose"))
            return
        self.card.set_heading(presenter.title(hazard), tr(f"hazards.state.{hazard.state.value}"))
        if hazard.analysed is not None:
            self._buttons["analyse"].setText(tr("hazards.act.change"))
        else:
            self._buttons["analyse"].setText(tr("hazards.act.analyse"))
        for (step, said), (title, text, reached) in zip(self._steps, presenter.steps(picture, hazard), strict=True):
            step.setText(("● " if reached else "○ ") + title)
            set_role(step, "likely" if reached else "dim")
            said.setText(text or "\n")
        self._links["equipment"].setVisible(bool(hazard.equipment))
        self._links["source"].setVisible(bool(hazard.orders) or hazard.origin.startswith(("order:", "alarm:")))
        there = [button for button in (*self._buttons.values(), *self._links.values()) if not button.isHidden()]
        for place, button in enumerate(there):
            self._acts.addWidget(button, place // 3, place % 3)
        own = bool(picture.me) and {picture.me, presenter.person(picture, picture.me)} & rectifiers(hazard)
        why = ""
        if hazard.state is S.RECHECK and own:
            why = tr("hazards.second_person")
            self._buttons["recheck"].setEnabled(False)
        elif hazard.repeats and hazard.state is S.FOUND:
            why = tr("hazards.repeat_advice", earlier="、".join(hazard.repeats))
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self.facts.write(presenter.facts(picture, hazard))

    # --- acts

    def act(self, name: str) -> None:
        """Open the form of an act, if it may be done now."""
        hazard = self._hazard
        if hazard is None or self._buttons[name].isHidden() or not self._buttons[name].isEnabled():
            return
        makers = {
            "analyse": forms.analyse_form, "order": forms.order_form, "rectify": forms.rectify_form,
            "recheck": forms.recheck_form, "void": forms.void_form,
        }  # fmt: skip
        self.open(lambda: makers[name](self._picture, self._desk, hazard))

    def main_act(self) -> None:
        """The next step."""
        if self._hazard is not None:
            self.act(MAIN.get(self._hazard.state, "void"))

    def open(self, maker: Callable[[], Form]) -> None:
        """Show a form."""
        self.close_form()
        self._maker, form = maker, maker()
        self.form = form
        form.closed.connect(self.close_form)
        self._place.addWidget(form)
        form.show()

    def close_form(self) -> None:
        """Take the form away; what was typed is given up."""
        self._maker = None
        if self.form is not None:
            self.form.hide()
            self._place.removeWidget(self.form)
            self.form.deleteLater()
            self.form = None

    def _print(self) -> None:
        if self._hazard is not None:
            self.printing.ask(safety.hazard_paper(self._hazard, setting_of(self._picture)))

    def _go_equipment(self) -> None:
        if self._hazard is not None:
            self._navigator.open_equipment(self._hazard.equipment)

    def _go_source(self) -> None:
        hazard = self._hazard
        if hazard is None:
            return
        if hazard.orders:
            self._navigator.open_order(hazard.orders[-1])
            return
        kind, _, name = hazard.origin.partition(":")
        number = int(name.rpartition("-")[2]) if name.rpartition("-")[2].isdigit() else 0
        (self._navigator.open_order if kind == "order" else self._navigator.open_alarm)(number)
