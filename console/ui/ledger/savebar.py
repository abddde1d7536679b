"""Below the grid: what is typed and not saved, the reason, and what somebody else changed in the same cells meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.commands import SaveRecords
from console.domain.maintenance.cards_decisions import MOST_AT_ONCE
from console.domain.problems import Problem
from console.papers import ledgercolumns as columns
from console.papers.cardtexts import CardTexts
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.ledger.draft import Conflict, Draft
from console.ui.widgets.cards import label

_CONFLICTS = 6  # that are shown at once; the next come up as these are decided


class SaveBar(QFrame):
    """``changed``: undo, redo, discard or a decision changed cells; ``saved``: all of it is kept; ``asked`` leads to a card."""

    changed = Signal()
    saved = Signal()
    asked = Signal(str, str)  # card, field

    def __init__(self, draft: Draft, desk: Desk, texts: Callable[[], CardTexts]) -> None:
        super().__init__()
        self._draft, self._desk, self._texts = draft, desk, texts
        self._waiting = False
        self._problem: Problem | None = None
        self.setProperty("card", True)
        outer = QVBoxLayout(self)
        self._disputed = QGridLayout()
        outer.addLayout(self._disputed)
        self.says = label(wrap=True)
        self.says.setObjectName("ledger_says")
        self.error = label(role="error", wrap=True)
        self.error.setObjectName("ledger_error")
        outer.addWidget(self.error)
        row = QHBoxLayout()
        self.undo, self.redo, self.save, self.discard = (QPushButton() for _ in range(4))
        self.reason = QLineEdit()
        self.reason.setObjectName("ledger_reason")
        self.reason.textChanged.connect(self.refresh)
        self.reason.returnPressed.connect(self.do_save)
        for button, name, act in (
            (self.undo, "undo", self.do_undo), (self.redo, "redo", self.do_redo), (self.save, "save", self.do_save),
            (self.discard, "discard", self.do_discard),
        ):  # fmt: skip
            button.setObjectName(f"ledger_{name}")
            button.clicked.connect(act)
        self.save.setProperty("primary", True)
        row.addWidget(self.says)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addWidget(self.reason, 1)
        row.addWidget(self.discard)
        row.addWidget(self.save)
        outer.addLayout(row)
        self.retranslate()

    def use(self, draft: Draft) -> None:
        """Another draft."""
        self._draft, self._problem = draft, None
        self.reason.clear()
        self.refresh()

    def retranslate(self) -> None:
        """All words."""
        for button, name in ((self.undo, "undo"), (self.redo, "redo"), (self.save, "save"), (self.discard, "discard")):
            button.setText(tr(f"ledger.bar.{name}"))
        self.undo.setToolTip("Ctrl+Z")
        self.redo.setToolTip("Ctrl+Y")
        self.reason.setPlaceholderText(tr("ledger.bar.reason"))
        self.refresh()

    def refresh(self) -> None:
        """Say how things stand."""
        draft = self._draft
        wrong = draft.mistakes
        self.setVisible(draft.dirty or draft.can_redo)
        self.says.setText(tr("ledger.bar.count", cards=len(draft.touched), cells=draft.count))
        self.undo.setEnabled(draft.can_undo and not self._waiting)
        self.redo.setEnabled(draft.can_redo and not self._waiting)
        self.discard.setEnabled(draft.dirty and not self._waiting)
        ready = draft.dirty and not wrong and not draft.conflicts and not self._waiting and len(draft.touched) <= MOST_AT_ONCE
        self.save.setEnabled(ready and bool(self.reason.text().strip()))
        problem = self._problem
        if wrong:
            (identity, field), found = wrong[0]
            card = draft.base(identity)
            where = f"{card.code if card is not None else ''} · {columns.title(field)}"
            text = tr("ledger.bar.wrong", count=len(wrong), where=where, what=sentence(found))
        elif draft.conflicts:
            text = tr("ledger.bar.disputed", count=len(draft.conflicts))
        elif len(draft.touched) > MOST_AT_ONCE:
            text = tr("ledger.refused.at_once", count=len(draft.touched), most=MOST_AT_ONCE)
        else:
            text = sentence(problem) if problem is not None else ""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self._show_disputes()

    # --- acts

    def do_undo(self) -> None:
        """Take the last act back."""
        self._problem = None
        self._draft.undo()
        self.changed.emit()
        self.refresh()

    def do_redo(self) -> None:
        """Do it again."""
        self._draft.redo()
        self.changed.emit()
        self.refresh()

    def do_discard(self) -> None:
        """Forget what was typed."""
        self._problem = None
        self._draft.discard()
        self.reason.clear()
        self.changed.emit()
        self.refresh()

    def do_save(self) -> None:
        """All of it, or nothing."""
        if not self.save.isEnabled():
            if self._draft.mistakes:
                self.asked.emit(*self._draft.mistakes[0][0])
            return
        changes = self._draft.changes()
        if not changes:
            self.do_discard()
            return
        self._waiting, self._problem = True, None
        self.refresh()
        command = SaveRecords(tuple(card for card, _ in changes), tuple(base for _, base in changes), self.reason.text().strip())
        self._desk.ask(command, self._kept, self._denied)

    def _kept(self, _number: int) -> None:
        self._waiting = False
        self._draft.discard()
        self.reason.clear()
        self.saved.emit()
        self.refresh()

    def _denied(self, problem: Problem) -> None:
        self._waiting, self._problem = False, problem
        self._draft.arrived()
        self.changed.emit()
        self.refresh()

    # --- what two people changed

    def _show_disputes(self) -> None:
        while self._disputed.count():
            item = self._disputed.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, each in enumerate(self._draft.conflicts[:_CONFLICTS]):
            card = self._draft.base(each.card)
            name = f"{card.code} {card.name}" if card is not None else each.card
            self._disputed.addWidget(label(f"{name} · {columns.title(each.field)}"), row, 0)
            self._disputed.addWidget(label(tr("ledger.bar.theirs", text=self._words(each, each.theirs))), row, 1)
            self._disputed.addWidget(label(tr("ledger.bar.mine", text=self._words(each, each.mine))), row, 2)
            for place, mine in ((3, False), (4, True)):
                button = QPushButton(tr("ledger.bar.take_mine" if mine else "ledger.bar.take_theirs"))
                button.setObjectName(f"ledger_{'mine' if mine else 'theirs'}_{row}")
                button.clicked.connect(self._decider(each, mine))
                self._disputed.addWidget(button, row, place)
        self._disputed.setColumnStretch(1, 1)
        self._disputed.setColumnStretch(2, 1)

    def _words(self, conflict: Conflict, value: object) -> str:
        card = self._draft.base(conflict.card)
        if card is None or conflict.field == "attachments":
            return str(len(value)) if isinstance(value, tuple) else str(value)
        shown = {name: getattr(card, name) for name in card.__struct_fields__} | {conflict.field: value}
        return self._texts().shown(type(card)(**shown), conflict.field) or "—"

    def _decider(self, conflict: Conflict, mine: bool) -> Callable[[], None]:
        def decide() -> None:
            self._draft.settle(conflict, mine=mine)
            self.changed.emit()
            self.refresh()

        return decide


class BulkBar(QWidget):
    """One value for many rows: ``asked`` with the field and the text."""

    asked = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.field = QComboBox()
        self.field.setObjectName("ledger_bulk_field")
        self.text = QLineEdit()
        self.text.setObjectName("ledger_bulk_text")
        self.apply = QPushButton()
        self.apply.setObjectName("ledger_bulk_apply")
        self._says = label(role="dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self._says, self.field):
            row.addWidget(widget)
        row.addWidget(self.text, 1)
        row.addWidget(self.apply)
        self.apply.clicked.connect(self._go)
        self.text.returnPressed.connect(self._go)
        self._count = 0

    def retranslate(self) -> None:
        """All words."""
        at = max(0, self.field.currentIndex())
        self.field.clear()
        for name in columns.FIELDS:
            if name != "code":
                self.field.addItem(columns.title(name), name)
        self.field.setCurrentIndex(at)
        self.text.setPlaceholderText(tr("ledger.bulk.hint"))
        self.show_count(self._count)

    def show_count(self, count: int) -> None:
        """So many rows are chosen."""
        self._count = count
        self._says.setText(tr("ledger.bulk.says", count=count))
        self.apply.setText(tr("ledger.bulk.apply", count=count))
        self.setVisible(count > 1)

    def complain(self, words: str) -> None:
        """Say why it was not done."""
        self._says.setText(words)

    def _go(self) -> None:
        self.asked.emit(str(self.field.currentData()), self.text.text())
