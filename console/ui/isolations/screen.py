"""屏蔽登记: what is out of the watch now, the history, and one entry with what is to be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.isolations import Isolation
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import Answer
from console.link.registers import IsolationHistoryAnswer, IsolationHistoryQuery
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.isolations import forms, presenter
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.strip import equipment_name
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

HISTORY_DAYS = 365
MOST = 1000
ACTS = {"record": "N", "amend": "A", "patrol": "P", "lift": "L", "equipment": "E"}


class Navigator(Protocol):
    """Where the register leads."""

    def open_equipment(self, equipment: str) -> None: ...


class IsolationsScreen(QWidget):
    """See the module."""

    name = "isolations"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._history = False
        self._past: tuple[Isolation, ...] = ()
        self._said: tuple[str, str] | None = None
        self._asked = 0
        self._form: Form | None = None
        self._number = 0
        self._model: RowModel[Isolation] = RowModel(self._columns(), lambda each: each.number, self)
        self.table: TableView[Isolation] = TableView(self._model, "isolations", row_height=36)
        self.table.sort_by("state")
        self._blank = Blank()
        self._lay_out()
        self._connect()
        self._choose_columns()
        self.retranslate()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        card = Card()
        card.heading.hide()
        card.remark.hide()
        bar = QHBoxLayout()
        self._open, self._closed, self._csv = QPushButton(), QPushButton(), QPushButton()
        self._typed = SearchLine("isolations_filter")
        self.saved = SavedFilters("isolations", {"typed": self._typed})
        self._buttons = {act: QPushButton() for act in ACTS}
        self._buttons["record"].setProperty("primary", True)
        for button, name in ((self._open, "isolations_open"), (self._closed, "isolations_history")):
            button.setObjectName(name)
            button.setCheckable(True)
            bar.addWidget(button)
        self._open.setChecked(True)
        self._csv.setObjectName("isolations_csv")
        bar.addWidget(self._typed, 1)
        bar.addWidget(self.saved)
        bar.addWidget(self._csv)
        bar.addWidget(self._buttons["record"])
        card.body.addLayout(bar)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        card.body.addWidget(self._stack, 1)
        self._foot = label(role="dim", wrap=True)
        self._foot.setObjectName("isolations_foot")
        card.body.addWidget(self._foot)
        outer.addWidget(card, 1)
        self.detail = Card()
        self.detail.setFixedWidth(460)
        self._facts = FactGrid()
        self.detail.body.addWidget(self._facts)
        acts = QHBoxLayout()
        for act in ("amend", "patrol", "lift", "equipment"):
            acts.addWidget(self._buttons[act])
        acts.addStretch(1)
        self.detail.body.addLayout(acts)
        self._why = label(role="dim", wrap=True)
        self._why.setObjectName("isolations_why")
        self.detail.body.addWidget(self._why)
        self._place = QVBoxLayout()
        self.detail.body.addLayout(self._place)
        self.detail.body.addStretch(1)
        outer.addWidget(self.detail)

    def _connect(self) -> None:
        picture = self._picture
        self._open.clicked.connect(self.show_open)
        self._closed.clicked.connect(self.show_history)
        self._csv.clicked.connect(self.table.ask_export)
        self._typed.target = self.table
        self._typed.searched.connect(self._filter)
        self.table.filtered.connect(self._show_page)
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self._opened)
        for signal in (picture.replaced, picture.isolations_changed, picture.people_changed):
            signal.connect(self._refresh)
        picture.ticked.connect(self._tick)
        for act, key in ACTS.items():
            self._buttons[act].setObjectName(f"isolations_{act}")
            self._buttons[act].clicked.connect(getattr(self, f"do_{act}"))
            shortcut = QShortcut(QKeySequence(key), self.table, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self._buttons[act].click)

    def _columns(self) -> list[Column[Isolation]]:
        picture = self._picture

        def moment(at: int) -> str:
            return full_text(at, picture.estate.site.timezone)

        def state(each: Isolation) -> str:
            return tr(f"isolations.state.{presenter.state(each, picture.now())}")

        def part(each: Isolation) -> str:
            return presenter.part(picture, each)

        def machine(each: Isolation) -> str:
            return equipment_name(picture, each.equipment)

        return [
            Column(
                "state", "isolations.column.state", 88, state,
                sort=lambda each: (presenter.URGENCY[presenter.state(each, picture.now())], -each.number),
                colour=lambda each: presenter.COLOURS[presenter.state(each, picture.now())],
            ),
            Column("id", "isolations.column.id", 84, lambda each: each.id, sort=lambda each: each.number, colour=lambda _e: "dim"),
            Column("equipment", "isolations.field.equipment", 140, machine, tooltip=machine),
            Column("part", "isolations.field.part", 0, part, tooltip=part),
            Column("since", "isolations.field.since", 136, lambda each: moment(each.since), sort=lambda each: each.since),
            Column("by", "isolations.field.isolated_by", 84, lambda each: presenter.person(picture, each.isolated_by)),
            Column("reason", "isolations.field.reason", 120, lambda each: each.reason, tooltip=lambda each: each.reason),
            Column("until", "isolations.field.until", 136, lambda each: moment(each.until), sort=lambda each: each.until),
            Column("patrol", "isolations.field.patrol_due", 136, lambda each: presenter.patrol(picture, each)),
            Column("patrols", "isolations.field.patrols", 60, lambda each: str(each.patrols), RIGHT),
            Column("lifted", "isolations.field.lifted", 136, lambda each: moment(each.lifted_at), sort=lambda each: each.lifted_at),
        ]  # fmt: skip

    # --- what the shell asks

    def show_isolation(self, number: int) -> None:
        """Select an entry."""
        self._number = number
        self._refresh()
        self.table.select(number)
        self.table.setFocus()

    def retranslate(self) -> None:
        """All words."""
        self._closed.setText(tr("isolations.history"))
        self._csv.setText(tr("widgets.table.export"))
        self._typed.setPlaceholderText(tr("isolations.filter"))
        self.saved.retranslate()
        for act, button in self._buttons.items():
            button.setText(tr(f"isolations.act.{act}"))
            button.setToolTip(ACTS[act])
        self._model.refresh()
        self._close_form()
        self._refresh()

    # --- what is shown

    def _refresh(self, _changed: object = None) -> None:
        now = self._picture.now()
        present = [each for each in self._picture.isolations.values() if each.open]
        past = (self._picture.isolations.get(each.number, each) for each in self._past)
        self._model.set_rows(past if self._history else present)
        self._open.setText(tr("isolations.open", count=len(present)))
        self._buttons["record"].setEnabled(self._picture.may(Right.ISOLATE))
        states = [presenter.state(each, now) for each in present]
        self._foot.setText(
            tr(
                "isolations.foot",
                count=len(present),
                late=states.count("patrol_late"),
                missing=sum(not e.complete for e in present),
            )
            if present and not self._history
            else tr("isolations.note")
        )
        self._show_page()
        self._fill()

    def _show_page(self) -> None:
        blank: tuple[str, str] | None = None
        if self._history and self._said is not None:
            blank = self._said
        elif not self._picture.revision:
            blank = tr("readings.loading"), ""
        elif not self._model.rowCount():
            kind = "history_empty" if self._history else "empty"
            blank = tr(f"isolations.{kind}", days=HISTORY_DAYS), tr(f"isolations.{kind}.advice")
        elif not self.table.shown():
            blank = tr("isolations.filtered"), tr("isolations.filtered.advice")
        if blank is not None:
            self._blank.say(*blank)
        self._stack.setCurrentWidget(self.table if blank is None else self._blank)

    def _tick(self) -> None:
        if self.isVisible() and self._model.rowCount() and not self._history:
            self._model.refresh()
            self._fill()

    def _present(self) -> Isolation | None:
        known = self._picture.isolations.get(self._number)
        return known or next((each for each in self._past if each.number == self._number), None)

    def _fill(self) -> None:
        isolation = self._present()
        picture = self._picture
        shown = isolation is not None
        self._facts.setVisible(shown)
        may, patrols = picture.may(Right.ISOLATE), picture.may(Right.PATROL)
        is_open = isolation is not None and isolation.open
        self._buttons["amend"].setEnabled(self._number in picture.isolations and may)
        self._buttons["patrol"].setEnabled(is_open and patrols)
        self._buttons["lift"].setEnabled(is_open and may and isolation is not None and not isolation.detected)
        self._buttons["equipment"].setEnabled(shown)
        if isolation is None:
            self.detail.set_heading(tr("isolations.choose"))
            self._why.setText("")
            return
        state = presenter.state(isolation, picture.now())
        self.detail.set_heading(isolation.id, tr(f"isolations.state.{state}"))
        self._facts.write(presenter.facts(picture, isolation))
        key = "sign_on" if not picture.me else "by_panel" if isolation.open and isolation.detected else ""
        self._why.setText(tr(f"isolations.{key}") if key else "")

    def _chosen(self) -> None:
        chosen = self.table.current() if self.table.selected() else None
        if chosen is not None and chosen.number != self._number:
            self._number = chosen.number
            self._close_form()
            self._fill()

    def _opened(self, isolation: Isolation) -> None:
        """Enter completes an entry that says nothing yet, else records a patrol."""
        self._number = isolation.number
        self._buttons["patrol" if isolation.complete else "amend"].click()

    def _filter(self, text: str) -> None:
        self.table.filter_text(text)
        self._show_page()

    # --- acts

    def do_record(self) -> None:
        """A new entry by hand."""
        self._open_form(forms.record_form(self._picture, self._desk))

    def do_amend(self) -> None:
        """Complete the entry."""
        self._for_present(forms.amend_form)

    def do_patrol(self) -> None:
        """A patrol was made."""
        self._for_present(forms.patrol_form)

    def do_lift(self) -> None:
        """The part is back."""
        self._for_present(forms.lift_form)

    def do_equipment(self) -> None:
        """Its machine."""
        isolation = self._present()
        if isolation is not None:
            self._navigator.open_equipment(isolation.equipment)

    def _for_present(self, make: Callable[[Picture, Desk, Isolation], Form]) -> None:
        isolation = self._present()
        if isolation is not None:
            self._open_form(make(self._picture, self._desk, isolation))

    def _open_form(self, form: Form) -> None:
        self._close_form()
        self._form = form
        form.closed.connect(self._close_form)
        self._place.addWidget(form)
        form.show()

    def _close_form(self) -> None:
        if self._form is not None:
            self._form.hide()
            self._place.removeWidget(self._form)
            self._form.deleteLater()
            self._form = None

    # --- history

    def show_open(self) -> None:
        """What is isolated now."""
        self._set(history=False)

    def show_history(self) -> None:
        """The last year."""
        self._past, self._said = (), (tr("readings.loading"), "")
        self._asked += 1
        asked = self._asked
        until = self._picture.now() + DAY

        def came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, IsolationHistoryAnswer):
                self._past, self._said = answer.isolations, None
                self._refresh()

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._said = tr("isolations.failed"), sentence(problem)
                self._refresh()

        self._set(history=True)
        self._desk.query(lambda id: IsolationHistoryQuery(id, until - (HISTORY_DAYS + 1) * DAY, until, limit=MOST), came, failed)

    def _set(self, *, history: bool) -> None:
        self._history = history
        self._open.setChecked(not history)
        self._closed.setChecked(history)
        self._choose_columns()
        self._refresh()

    def _choose_columns(self) -> None:
        """The history tells when a part came back; what is open, what is due next."""
        for place, column in enumerate(self._model.columns):
            self.table.setColumnHidden(place, column.key in (("until", "patrol") if self._history else ("lifted",)))
