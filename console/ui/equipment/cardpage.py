"""An equipment's card in the ledger: every field to read and, with the right, to change; its name plate, documents and label."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.domain.accounts import Right
from console.domain.commands import EndRecord
from console.domain.maintenance.cards import Card, card_of
from console.domain.problems import Problem
from console.papers import ledgercolumns as columns
from console.papers.cardtexts import CardTexts
from console.papers.places import Places
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.ledger.draft import Draft
from console.ui.ledger.files import FileList
from console.ui.ledger.papers import PaperBar
from console.ui.ledger.savebar import SaveBar
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, label, set_role
from console.ui.widgets.cards import Card as Panel

GROUPS: dict[str, tuple[str, ...]] = {
    "identity": ("code", "name", "name_en", "level", "parent", "system", "kind", "location", "place", "criticality"),
    "dates": ("make", "model", "serial", "made", "installed", "commissioned", "warranty", "life_years", "price"),
    "company": ("maintainer", "maintainer_phone", "vendor", "vendor_phone", "contract", "contract_from", "contract_until"),
    "inspection": ("registration", "certificate", "certificate_by", "certificate_until"),
    "safety": ("state", "state_at", "state_reason", "keys", "isolation_point", "rescue_code"),
    "archive": ("person", "archive", "archive_place"),
}
COLUMNS = (("identity", "archive"), ("dates", "inspection"), ("company", "safety"))


class CardPage(QWidget):
    """``ledger_asked``: show this card in the grid."""

    ledger_asked = Signal(str)

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._id = ""
        self._cards: dict[str, Card] = {}
        self._left: dict[str, Draft] = {}  # of other cards: typed, not saved
        self.draft = Draft(self._cards)
        self.bar = SaveBar(self.draft, desk, self._texts)
        self.files = FileList(desk)
        self.papers = PaperBar(picture, desk, lambda: (self._id,), labels_only=True)
        self.fields: dict[str, QLineEdit] = {}
        self._names: dict[str, QLabel] = {}
        self._panels: dict[str, Panel] = {}
        self.note, self.rated = QPlainTextEdit(), QPlainTextEdit()
        for box in (self.note, self.rated):
            box.setMinimumHeight(60)
        self.ledger = QPushButton()
        self.ledger.setObjectName("card_ledger")
        self.remove, self.remove_now = QPushButton(), QPushButton()
        self.remove.setObjectName("card_remove")
        self.remove.setCheckable(True)
        self.remove_now.setObjectName("card_remove_now")
        self.remove_why, self._remove_says = QLineEdit(), label(role="dim", wrap=True)
        self.remove_why.setObjectName("card_remove_why")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        head = QHBoxLayout()
        self.version = label(role="dim", wrap=True)
        self.version.setObjectName("card_version")
        head.addWidget(self.version, 1)
        head.addWidget(self.papers)
        head.addWidget(self.ledger)
        head.addWidget(self.remove)
        outer.addLayout(head)
        self._removing = QWidget()
        row = QHBoxLayout(self._removing)
        row.setContentsMargins(0, 0, 0, 0)
        for part in (self._remove_says, self.remove_why):
            row.addWidget(part, 1)
        row.addWidget(self.remove_now)
        self._removing.hide()
        outer.addWidget(self._removing)
        holder, scroll = QWidget(), QScrollArea()
        sheet = QHBoxLayout(holder)
        sheet.setContentsMargins(0, 0, 0, 0)
        sheet.setSpacing(GAP)
        for names in COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(GAP)
            for name in names:
                column.addWidget(self._group(name))
            column.addStretch(1)
            sheet.addLayout(column, 3)
        last = QVBoxLayout()
        last.setSpacing(GAP)
        for name, widget, share in (("plate", self.rated, 2), ("note", self.note, 1), ("documents", self.files, 4)):
            panel = self._panels[name] = Panel()
            panel.body.addWidget(widget)
            last.addWidget(panel, share)
        sheet.addLayout(last, 4)
        scroll.setWidget(holder)
        scroll.setWidgetResizable(True)
        outer.addWidget(scroll, 1)
        outer.addWidget(self.bar)

    def _group(self, name: str) -> Panel:
        panel = self._panels[name] = Panel()
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setVerticalSpacing(4)
        for row, field in enumerate(GROUPS[name]):
            line = self.fields[field] = QLineEdit()
            line.setObjectName(f"card_{field}")
            line.editingFinished.connect(self._typer(field))
            caption = self._names[field] = label(role="dim")
            grid.addWidget(caption, row, 0)
            grid.addWidget(line, row, 1)
        panel.body.addLayout(grid)
        return panel

    def _typer(self, field: str) -> Callable[[], None]:
        return lambda: self._typed(field, self.fields[field].text())

    def _connect(self) -> None:
        for name, box in (("note", self.note), ("rated", self.rated)):
            box.setObjectName(f"card_{name}")
            box.setTabChangesFocus(True)
            box.textChanged.connect(self._boxed)
        self.files.changed.connect(self._attached)
        self.bar.changed.connect(self._write)
        self.bar.saved.connect(self._write)
        self.bar.asked.connect(self._lead)
        self.ledger.clicked.connect(self._ask_ledger)
        self.remove.toggled.connect(self._removing.setVisible)
        self.remove_why.textChanged.connect(self._removable)
        self.remove_now.clicked.connect(self.do_remove)
        self._picture.records_changed.connect(self._records)
        self._picture.replaced.connect(self._take)
        self._picture.people_changed.connect(self._write)

    def retranslate(self) -> None:
        """All words."""
        for field, caption in self._names.items():
            caption.setText(columns.title(field))
        for name in GROUPS:
            self._panels[name].set_heading(tr(f"ledger.group.{name}"))
        self._panels["plate"].set_heading(tr("ledger.page.plate"), tr("ledger.page.plate.hint"))
        self._panels["note"].set_heading(columns.title("note"))
        self._panels["documents"].set_heading(tr("ledger.page.documents"))
        self.ledger.setText(tr("ledger.page.ledger"))
        self.remove.setText(tr("ledger.page.remove"))
        self.remove_now.setText(tr("ledger.page.remove_now"))
        self.remove_why.setPlaceholderText(tr("ledger.page.remove_why"))
        self._remove_says.setText(tr("ledger.page.remove_hint"))
        self.bar.retranslate()
        self.files.retranslate()
        self.papers.retranslate()
        self.draft.texts = self._texts()
        self._write()

    def show_card(self, identity: str) -> None:
        """This one; what is typed about another one stays until it is saved or discarded."""
        if identity != self._id:
            if self.draft.dirty:
                self._left[self._id] = self.draft
            self._id = identity
            self.remove.setChecked(False)
            self.remove_why.clear()
            self._use(self._left.pop(identity) if identity in self._left else Draft(self._cards))
        self._take()

    def _use(self, draft: Draft) -> None:
        self.draft = draft
        self.bar.use(draft)

    # --- what is shown

    def card(self) -> Card | None:
        """The card with what was typed."""
        return self.draft.card(self._id)

    def _take(self) -> None:
        picture = self._picture
        stored = picture.records(Card)
        self._cards.clear()
        card = stored.get(self._id)
        machine = picture.equipment.get(self._id)
        if card is None and machine is not None:
            card = card_of(machine)
        if card is not None:
            self._cards[self._id] = card
        self.draft.texts = self._texts()
        self.draft.arrived()
        self._write()

    def _records(self, kinds: set[str]) -> None:
        if "card" in kinds and self._picture.records(Card).get(self._id) is not self._cards.get(self._id):
            self._take()

    def _texts(self) -> CardTexts:
        return CardTexts(Places(self._picture.estate), self._code, self._identity)

    def _code(self, identity: str) -> str:
        card = self._picture.records(Card).get(identity)
        return card.code if card is not None else identity

    def _identity(self, code: str) -> str:
        found = next((card.id for card in self._picture.records(Card).values() if card.code == code), "")
        return found or (code if code in self._picture.equipment else "")

    def _write(self, *_: object) -> None:
        card, texts = self.card(), self.draft.texts
        if card is None or texts is None:
            return
        allowed = self._picture.may(Right.KEEP_LEDGER)
        for field, line in self.fields.items():
            typed = self.draft.typed(self._id, field)
            wrong = typed is not None and typed.problem is not None
            text = typed.text if typed is not None and wrong else texts.shown(card, field)
            if line.text() != text:
                line.setText(text)
                line.setCursorPosition(0)
            line.setReadOnly(not allowed)
            line.setToolTip(sentence(typed.problem) if typed is not None and typed.problem is not None else text)
            set_role(self._names[field], "error" if wrong else "" if typed is not None else "dim")
        for name, box in (("note", self.note), ("rated", self.rated)):
            typed = self.draft.typed(self._id, name)
            text = typed.text if typed is not None else card.note if name == "note" else plate_lines(card)
            if box.toPlainText() != text:
                box.blockSignals(True)
                box.setPlainText(text)
                box.blockSignals(False)
            box.setReadOnly(not allowed)
        self.files.show_files(card.attachments, editable=allowed)
        kept = self._cards.get(self._id)
        revision = kept.revision if kept is not None else 0
        self.remove.setVisible(allowed and bool(revision) and self._id not in self._picture.equipment)
        self.version.setText(tr("ledger.page.revision", revision=revision) if revision else tr("ledger.page.virtual"))
        self.bar.refresh()

    # --- what is typed

    def _typed(self, field: str, text: str) -> None:
        card, texts = self.card(), self.draft.texts
        typed = self.draft.typed(self._id, field)
        if card is None or texts is None or self.fields[field].isReadOnly():
            return
        if text == (typed.text if typed is not None else texts.shown(card, field)):
            return
        self.draft.type([(self._id, field, text)])
        self._write()

    def _boxed(self) -> None:
        cells = [(self._id, name, box.toPlainText()) for name, box in (("note", self.note), ("rated", self.rated))]
        self.draft.type(cells)
        self.bar.refresh()

    def _attached(self, files: object) -> None:
        self.draft.put(self._id, {"attachments": files})
        self.bar.refresh()

    def _lead(self, _card: str, field: str) -> None:
        if field in self.fields:
            self.fields[field].setFocus()

    def _removable(self, *_: object) -> None:
        self.remove_now.setEnabled(bool(self.remove_why.text().strip()) and not self.draft.dirty)

    def do_remove(self) -> None:
        """Take a card that was made by mistake off the ledger."""
        card = self._cards.get(self._id)
        if card is None:
            return
        self.remove_now.setEnabled(False)

        def removed(_number: int) -> None:
            self.remove.setChecked(False)

        def denied(problem: Problem) -> None:
            self._remove_says.setText(sentence(problem))
            self._removable()

        self._desk.ask(EndRecord("card", card.id, card.revision, self.remove_why.text().strip()), removed, denied)

    def _ask_ledger(self) -> None:
        self.ledger_asked.emit(self._id)


def plate_lines(card: Card) -> str:
    """The name plate, a line each: ``额定功率 (kW)=15``."""
    return "\n".join(f"{each.name}{f' ({each.unit})' if each.unit else ''}={each.value}" for each in card.rated)
