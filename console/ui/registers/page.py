"""A register as a page: the list that filters as one types, the chosen record with its facts, its acts, and its versions.

Each register says what its columns, facts and acts are; everything else is here. Words are found under the register's own part
of the catalogue: ``<part>.empty``, ``.empty.advice``, ``.filter``, ``.choose``, ``.act.<act>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from console.domain.maintenance.records import Record, kind_of
from console.texts import tr
from console.ui.desk import Desk
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.versions import Versions
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import Column, RowModel, TableView

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class RegisterAct(Generic[R]):
    """Something to be done: with the chosen record, or (``fresh``) without one. ``may`` None: whoever is signed on.

    ``form`` gives the form that asks for what is needed; ``key`` works while the list has the focus. ``run`` does it without one.
    ``fits``: whether it makes sense with the chosen record.
    """

    name: str
    key: str
    form: Callable[[R | None], Form] | None
    may: Callable[[], bool]
    fresh: bool = False
    run: Callable[[R | None], None] | None = None
    fits: Callable[[R], bool] = lambda _record: True


class RegisterPage(QWidget, Generic[R]):
    """See the module. ``part`` names texts and objects."""

    def __init__(
        self,
        picture: Picture,
        desk: Desk,
        part: str,
        *,
        columns: list[Column[R]],
        rows: Callable[[], Iterable[R]],
        facts: Callable[[R], list[tuple[str, str]]],
        acts: list[RegisterAct[R]],
        sort: str = "",
        foot: Callable[[], str] = lambda: "",
        kinds: tuple[type[Record], ...] = (),
        title: Callable[[R], str] = lambda record: record.id,
    ) -> None:
        super().__init__()
        self._picture, self._part, self._rows, self._facts_of, self._foot_of = picture, part, rows, facts, foot
        self._title_of = title
        self._acts = {act.name: act for act in acts}
        self._kinds = {kind_of(kind) for kind in kinds}
        self._chosen = ""
        self._form: Form | None = None
        self._model: RowModel[R] = RowModel(columns, lambda record: record.id, self)
        self.table: TableView[R] = TableView(self._model, part, row_height=34)
        if sort:
            self.table.sort_by(sort)
        self._blank = Blank()
        self.versions = Versions(picture, desk)
        self._lay_out()
        self._typed.searched.connect(self._filter)
        self.table.filtered.connect(self._show_page)
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(lambda _record: self._first_act())
        for signal in (picture.replaced, picture.people_changed):
            signal.connect(self.refresh)
        picture.records_changed.connect(self._records)
        self.retranslate()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        card = Card()
        card.heading.hide()
        card.remark.hide()
        bar = QHBoxLayout()
        self._typed = SearchLine(f"{self._part}_filter")
        self._saved = SavedFilters(self._part, {"typed": self._typed})
        bar.addWidget(self._typed, 1)
        bar.addWidget(self._saved)
        self._buttons: dict[str, QPushButton] = {}
        for act in self._acts.values():
            button = self._buttons[act.name] = QPushButton()
            button.setObjectName(f"{self._part}_{act.name}")
            button.clicked.connect(self._opener(act))
            if act.fresh:
                button.setProperty("primary", True)
                bar.addWidget(button)
            QShortcut(QKeySequence(act.key), self.table, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(button.click)
        card.body.addLayout(bar)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        card.body.addWidget(self._stack, 1)
        self._foot = label(role="dim", wrap=True)
        card.body.addWidget(self._foot)
        outer.addWidget(card, 1)
        outer.addWidget(self._side())

    def _side(self) -> QWidget:
        self.detail = Card()
        self.facts = FactGrid()
        acts = QHBoxLayout()
        for act in self._acts.values():
            if not act.fresh:
                acts.addWidget(self._buttons[act.name])
        acts.addStretch(1)
        self.detail.body.addLayout(acts)
        self._place = QVBoxLayout()
        self.detail.body.addLayout(self._place)
        self.detail.body.addWidget(self.facts)
        self.detail.body.addWidget(self.versions)
        self.detail.body.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.detail)
        scroll.setFixedWidth(480)
        return scroll

    # --- what is shown

    def retranslate(self) -> None:
        """All words."""
        self._typed.setPlaceholderText(tr(f"{self._part}.filter"))
        self._saved.retranslate()
        for act in self._acts.values():
            self._buttons[act.name].setText(tr(f"{self._part}.act.{act.name}"))
            self._buttons[act.name].setToolTip(act.key)
        self.versions.retranslate()
        self._model.refresh()
        self.close_form()
        self.refresh()

    def refresh(self, _changed: object = None) -> None:
        """The rows anew."""
        self._model.set_rows(self._rows())
        self._foot.setText(self._foot_of())
        self._foot.setVisible(bool(self._foot.text()))
        if not self.present() and self._model.rowCount():
            self.table.selectRow(0)
        self._show_page()
        self._fill()

    def select(self, record: str) -> None:
        """Choose a record by its id."""
        self._chosen = record
        self.table.select(record)
        self.table.setFocus()
        self._fill()

    def present(self) -> R | None:
        """The chosen record as it is now."""
        row = self._model.row_of(self._chosen)
        return self._model.item(row) if row >= 0 else None

    def open_form(self, form: Form) -> None:
        """Show a form below the facts."""
        self.close_form()
        self._form = form
        form.closed.connect(self.close_form)
        self._place.addWidget(form)
        form.show()

    def close_form(self) -> None:
        """Take the form away; what was typed is given up."""
        if self._form is not None:
            self._form.hide()
            self._place.removeWidget(self._form)
            self._form.deleteLater()
            self._form = None
            self.table.setFocus()

    def _records(self, kinds: set[str]) -> None:
        if kinds & self._kinds:
            self.refresh()

    def _show_page(self) -> None:
        blank: tuple[str, str] | None = None
        if not self._picture.revision:
            blank = tr("registers.loading"), ""
        elif not self._model.rowCount():
            blank = tr(f"{self._part}.empty"), tr(f"{self._part}.empty.advice")
        elif not self.table.shown():
            blank = tr("registers.filtered"), tr("registers.filtered.advice")
        if blank is not None:
            self._blank.say(*blank)
        self._stack.setCurrentWidget(self.table if blank is None else self._blank)

    def _fill(self) -> None:
        record = self.present()
        self.facts.setVisible(record is not None)
        for act in self._acts.values():
            self._buttons[act.name].setEnabled(act.may() and (act.fresh or (record is not None and act.fits(record))))
        self.versions.show_for(record)
        if record is None:
            self.detail.set_heading(tr(f"{self._part}.choose"))
            return
        self.detail.set_heading(self._title_of(record), tr("registers.version", count=record.revision))
        self.facts.write(self._facts_of(record))

    def _choose(self) -> None:
        chosen = self.table.current() if self.table.selected() else None
        if chosen is not None and chosen.id != self._chosen:
            self._chosen = chosen.id
            self.close_form()
            self._fill()

    def _filter(self, text: str) -> None:
        self.table.filter_text(text)
        self._show_page()

    def _opener(self, act: RegisterAct[R]) -> Callable[[], None]:
        def open_act() -> None:
            record = None if act.fresh else self.present()
            if act.run is not None:
                act.run(record)
            elif act.form is not None:
                self.open_form(act.form(record))

        return open_act

    def _first_act(self) -> None:
        for act in self._acts.values():
            if not act.fresh and self._buttons[act.name].isEnabled():
                self._buttons[act.name].click()
                return
