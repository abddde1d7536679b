"""Forms of registers: what they share about saving a record's next version, dates and figures."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QLineEdit

from console.domain.commands import Command, EndRecord, SaveRecords
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.records import Record, kind_of
from console.texts import tr
from console.ui.desk import Desk
from console.ui.moments import date_text, parse_date
from console.ui.orders.forms import Form
from console.ui.picture import Picture


class RegisterForm(Form):
    """A form whose fields are named by their register's part of the catalogue: ``<part>.field.<name>``."""

    def __init__(self, picture: Picture, desk: Desk, part: str, act: str) -> None:
        super().__init__(picture, desk, tr(f"{part}.act.{act}"), tr("registers.save"), f"{part}_{act}_form")
        self._part = part

    def text(self, name: str, value: str = "") -> QLineEdit:
        """A line for a text."""
        field = self.line(f"{self._part}_{name}", tr(f"{self._part}.field.{name}"))
        field.setText(value)
        return field

    def date(self, name: str, value: int = 0) -> QLineEdit:
        """A line for a day."""
        field = self.line(f"{self._part}_{name}", tr(f"{self._part}.field.{name}"), "2026-12-31")
        field.setText(date_text(value, self._picture.estate.site.timezone))
        return field

    def figure(self, name: str, value: float = 0.0) -> QLineEdit:
        """A line for a figure; 0 is left empty."""
        return self.text(name, f"{value:g}" if value else "")

    def options(self, name: str, entries: list[tuple[str, str]], value: str = "", *, free: bool = False) -> QComboBox:
        """A list of (shown, value); ``free``: anything else may be typed."""
        box = self.choice(f"{self._part}_{name}", tr(f"{self._part}.field.{name}"), entries)
        place = box.findData(value)
        if free:
            box.setEditable(True)
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        if place >= 0:
            box.setCurrentIndex(place)
        elif free:
            box.setCurrentIndex(-1)  # else the first entry would be chosen already, behind the empty text
            box.setEditText(value)
        return box

    def day_of(self, field: QLineEdit, *, end: bool = False) -> int:
        """The typed day; raises ``ValueError`` with the sentence to show."""
        try:
            return parse_date(field.text(), self._picture.estate.site.timezone, end=end)
        except ValueError:
            raise ValueError(tr("registers.no_date", text=field.text())) from None

    @staticmethod
    def figure_of(field: QLineEdit) -> float:
        """The typed figure, 0 for none; likewise."""
        text = field.text().strip().replace(",", "").replace("，", "")
        try:
            return float(text) if text else 0.0
        except ValueError:
            raise ValueError(tr("registers.no_figure", text=field.text())) from None

    @staticmethod
    def picked(box: QComboBox) -> str:
        """The value of the chosen entry, or what was typed."""
        place = box.findText(box.currentText())
        return str(box.itemData(place)) if place >= 0 else box.currentText().strip()


def saving(make: Callable[[], AnyRecord], base: int) -> Callable[[], Command]:
    """The command that saves what ``make`` builds upon version ``base``."""
    return lambda: SaveRecords((make(),), (base,))


def end_form(picture: Picture, desk: Desk, part: str, record: Record) -> Form:
    """Out of use, with the reason."""
    form = RegisterForm(picture, desk, part, "end")
    reason = form.line(f"{part}_end_reason", tr("orders.field.reason"))
    form.make = lambda: EndRecord(kind_of(record), record.id, record.revision, reason.text())
    return form


def words_of(text: str) -> tuple[str, ...]:
    """Words that were typed in one line, with commas of either language between."""
    for mark in "，、;；":
        text = text.replace(mark, ",")
    return tuple(word.strip() for word in text.split(",") if word.strip())
