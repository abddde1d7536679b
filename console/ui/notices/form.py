"""The form of a notice to residents (停水停电通知): from an order or by hand, edited, copied, saved as a page, filed (R-WO-08).

The texts follow the fields until somebody edits them; from then on they are that person's.
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QWidget

from console.domain.commands import Command, SaveRecords
from console.domain.documents import Document, Paragraph
from console.domain.maintenance.outages import SUBJECT_OF_SYSTEM, OutageNotice, Subject
from console.domain.orders import Order
from console.domain.text import EMPTY
from console.domain.times import HOUR
from console.texts import CHINESE, ENGLISH, language, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.printing import Printing
from console.ui.registers.forms import RegisterForm
from console.ui.registers.naming import machine_name

PART = "outages"
LASTS = 4 * HOUR  # what is foreseen where nobody says it: half a working day


class NoticeForm(RegisterForm):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, order: Order | None = None) -> None:
        super().__init__(picture, desk, PART, "make")
        self._order = order
        self._made: dict[str, str] = {}
        machine = picture.equipment.get(order.equipment) if order is not None else None
        system = machine.system if machine is not None else ""
        subject = SUBJECT_OF_SYSTEM.get(system, Subject.OTHER)
        zone = picture.estate.site.timezone
        since = (order.agreed_at or order.due_at) if order is not None else 0
        since = max(since, picture.now())
        self.subject = self.options(
            "subject", [(tr(f"outages.subject.{each.value}"), each.value) for each in Subject], subject.value
        )
        self.since, self.until = self.text("since", full_text(since, zone)), self.text("until", full_text(since + LASTS, zone))
        self.area = self.text("area", machine_name(picture, order.equipment) if order is not None else "")
        self.reason = self.text("reason", order.title.get(language()) if order is not None else "")
        self._area = picture.title_of(order.equipment) if order is not None and order.equipment else EMPTY
        self._typed = (self.area.text(), self.reason.text())
        self.phone = self.text("phone", picture.accounts[picture.me].phone if picture.me in picture.accounts else "")
        self.texts = {said: self.words(f"outages_{short}", tr(f"outages.field.{short}"), "", 8) for said, short in SAID.items()}
        self.printing = Printing(self)
        self.printing.said.connect(self.say)
        row = QWidget()
        buttons = QHBoxLayout(row)
        buttons.setContentsMargins(0, 0, 0, 0)
        self.copy, self.page, self.remake = (
            QPushButton(tr("outages.copy")),
            QPushButton(tr("outages.print")),
            QPushButton(tr("outages.remake")),
        )
        for button, name, act in (
            (self.copy, "outages_copy", self.copy_text), (self.page, "outages_pdf", lambda: self.printing.ask(self.paper())),
            (self.remake, "outages_remake", self.make_anew),
        ):  # fmt: skip
            button.setObjectName(name)
            button.clicked.connect(act)
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.rows.addRow(row)
        self.subject.activated.connect(lambda _index: self.follow())
        for field in (self.since, self.until, self.area, self.reason, self.phone):
            field.textChanged.connect(lambda _text: self.follow())
        self.make = self._record
        self.make_anew()

    def follow(self) -> None:
        """The texts as the fields say, where nobody has edited them."""
        for said, area in self.texts.items():
            if area.toPlainText() == self._made.get(said, ""):
                self._made[said] = self._text(said)
                area.setPlainText(self._made[said])

    def make_anew(self) -> None:
        """The texts as the fields say, whatever stands there."""
        for said, area in self.texts.items():
            self._made[said] = self._text(said)
            area.setPlainText(self._made[said])

    def copy_text(self) -> None:
        """Both languages, to be pasted."""
        QApplication.clipboard().setText(self.whole())
        self.say(tr("outages.copied"))

    def whole(self) -> str:
        """What is pasted and printed: the Chinese text, then the English one."""
        return "\n\n".join(text for area in self.texts.values() if (text := area.toPlainText().strip()))

    def paper(self) -> Document:
        """The notice as a page to be hung up."""
        estate = self._picture.estate
        lines = [area.toPlainText().strip().splitlines() for area in self.texts.values() if area.toPlainText().strip()]
        title = lines[0][0].strip("【】[] ") if lines else tr("outages.title")
        rest = [line for number, text in enumerate(lines) for line in (text[1:] if number == 0 else ["", *text])]
        blocks = tuple(Paragraph(line) for line in rest if line.strip())
        return Document(title, estate.site.name.get(language()), estate.site.timezone, language(), self._picture.now(), blocks)

    def _text(self, said: str) -> str:
        site = self._picture.estate.site
        return tr(
            f"outages.make.{self.subject.currentData()}", said,
            reason=self._reason_in(said) or tr("outages.default_reason", said),
            area=self._area_in(said) or tr("outages.default_area", said),
            since=self.since.text().strip(), until=self.until.text().strip() or tr("outages.unknown_end", said),
            phone=self.phone.text().strip() or "–", site=site.name.get(said),
            today=full_text(self._picture.now(), site.timezone)[:10],
        )  # fmt: skip

    def _area_in(self, said: str) -> str:
        """What was typed; in the other language the machine's own name as long as nobody typed anything."""
        typed = self.area.text().strip()
        return self._area.get(said) if said != language() and typed == self._typed[0] else typed

    def _reason_in(self, said: str) -> str:
        typed = self.reason.text().strip()
        if said != language() and typed == self._typed[1] and self._order is not None:
            return self._order.title.get(said)
        return typed

    def _record(self) -> Command:
        notice = OutageNotice(
            id="", at=self.moment(self.since), until=self.moment(self.until), subject=Subject(self.subject.currentData()),
            area=self.area.text(), reason=self.reason.text(), phone=self.phone.text(),
            order=self._order.number if self._order is not None else 0,
            equipment=self._order.equipment if self._order is not None else "",
            zh=self.texts[CHINESE].toPlainText().strip(), en=self.texts[ENGLISH].toPlainText().strip(),
        )  # fmt: skip
        return SaveRecords((notice,), (0,))


SAID = {CHINESE: "zh", ENGLISH: "en"}


def notice_form(picture: Picture, desk: Desk, order: Order | None = None) -> Form:
    """The form, from an order or by hand."""
    return NoticeForm(picture, desk, order)
