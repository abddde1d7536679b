"""One manual point: its last readings, and what goes with the reading that is being typed (time, reason, photo, exchange)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from console.domain.readings import LARGEST_PHOTO, How, TypedReading, consumption, photo_kind
from console.link.messages import Answer
from console.link.registers import PhotoAnswer, PhotoQuery
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.readings.presenter import Draft, Row, said_about, shown
from console.ui.widgets.cards import Card, label

PHOTO_WIDTH = 340
_MB = 1024 * 1024


class ReadingDetail(Card):
    """See the module. ``changed`` carries the row's new draft."""

    changed = Signal(object, object)  # Row, Draft

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._row: Row | None = None
        self._filling = False
        self._photo_shown = ""
        self._said = label(role="error", wrap=True)
        self._said.setObjectName("reading_said")
        self.body.addWidget(self._said)
        self._form = QFormLayout()
        self._when, self._reason, self._note = QLineEdit(), QLineEdit(), QLineEdit()
        self._how = QComboBox()
        self._final, self._first = QLineEdit(), QLineEdit()
        self._confirm = QCheckBox()
        self._titles: dict[str, QLabel] = {}
        fields = {"when": self._when, "reason": self._reason, "note": self._note, "how": self._how, "final": self._final,
                  "first": self._first}  # fmt: skip
        for name, field in fields.items():
            field.setObjectName(f"reading_{name}")
            self._titles[name] = label(role="dim")
            self._form.addRow(self._titles[name], field)
        self.body.addLayout(self._form)
        self._confirm.setObjectName("reading_confirm")
        self.body.addWidget(self._confirm)
        buttons = QHBoxLayout()
        self._add, self._drop = QPushButton(), QPushButton()
        self._add.setObjectName("reading_photo")
        self._drop.setObjectName("reading_photo_drop")
        buttons.addWidget(self._add)
        buttons.addWidget(self._drop)
        buttons.addStretch(1)
        self.body.addLayout(buttons)
        self._photo = label()
        self._photo.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.addWidget(self._photo)
        self._past_title = label(role="dim")
        self.body.addWidget(self._past_title)
        self._past = QListWidget()
        self._past.setObjectName("reading_past")
        self.body.addWidget(self._past, 1)
        self._hint = label(role="faint", wrap=True)
        self.body.addWidget(self._hint)
        for line in (self._when, self._reason, self._note, self._final, self._first):
            line.textEdited.connect(self._edited)
        self._how.activated.connect(self._edited)
        self._confirm.clicked.connect(self._edited)
        self._add.clicked.connect(self._choose_photo)
        self._drop.clicked.connect(self._drop_photo)
        self._past.itemClicked.connect(self._look_at)
        self._past.itemActivated.connect(self._correct)

    def show_row(self, row: Row | None) -> None:
        """This point; ``None``: none is chosen."""
        moved = row is None or self._row is None or row.point.id != self._row.point.id
        if moved:
            self._show_photo(b"")
        self._row = row
        self._fill()

    def retranslate(self) -> None:
        """All words."""
        for name, title in self._titles.items():
            title.setText(tr(f"readings.field.{name}"))
        self._when.setPlaceholderText(tr("readings.field.when_now"))
        self._confirm.setText(tr("readings.confirm"))
        self._drop.setText(tr("readings.photo.drop"))
        self._past_title.setText(tr("readings.past"))
        self._hint.setText(tr("readings.past.hint"))
        self._fill()

    def ask_for_photo(self, file: str) -> None:
        """Take a photo from a file; a problem is said in place."""
        row = self._row
        if row is None:
            return
        path = Path(file)
        try:
            size = path.stat().st_size
            data = path.read_bytes() if size <= LARGEST_PHOTO else b""
        except OSError as error:
            self._say(tr("readings.photo.unreadable", file=file, reason=error.strerror or str(error)))
            return
        if size > LARGEST_PHOTO:
            self._say(tr("refused.photo_large", mb=f"{size / _MB:.1f}", most=LARGEST_PHOTO // _MB))
        elif not photo_kind(data):
            self._say(tr("refused.photo_kind"))
        else:
            self.changed.emit(row, replace(row.draft, photo=data))
            self._show_photo(data)

    def _fill(self) -> None:
        row = self._row
        for part in (self._when, self._reason, self._note, self._how, self._add):
            part.setEnabled(row is not None)
        self._filling = True
        draft = row.draft if row is not None else Draft()
        for line, text in (
            (self._when, draft.when), (self._reason, draft.reason), (self._note, draft.note), (self._final, draft.final),
            (self._first, draft.first),
        ):  # fmt: skip
            if line.text() != text:
                line.setText(text)
        self._how.clear()
        for how in How:
            self._how.addItem(tr(f"readings.how.{how.value or 'plain'}"), how.value)
        self._how.setCurrentIndex(self._how.findData(draft.how.value))
        counter = row is not None and row.point.kind == "counter"
        self._form.setRowVisible(self._how, counter)
        for field in (self._final, self._first):
            self._form.setRowVisible(field, counter and draft.how is How.EXCHANGED)
        asked = row is not None and bool(row.remarks) and all(remark.ask for remark in row.remarks)
        self._confirm.setVisible(asked)
        self._confirm.setChecked(draft.confirmed)
        self._add.setText(tr("readings.photo.change" if draft.photo else "readings.photo.add"))
        self._drop.setVisible(bool(draft.photo))
        self._say(said_about(row) if row is not None else "")
        if row is None:
            self.set_heading(tr("readings.choose"))
        else:
            self.set_heading(row.name, row.place)
        self._fill_past()
        self._filling = False

    def _fill_past(self) -> None:
        self._past.clear()
        row, picture = self._row, self._picture
        if row is None:
            return
        readings = picture.readings.get(row.point.id, ())
        for place in range(len(readings) - 1, -1, -1):
            reading = readings[place]
            earlier = readings[place - 1] if place else None
            parts = [
                full_text(reading.at, picture.estate.site.timezone),
                f"{shown(reading.value, row.point)} {row.point.unit}".strip(),
            ]
            if earlier is not None and row.point.kind == "counter":
                parts.append(f"+{shown(consumption(row.point, earlier, reading), row.point)}")
            account = picture.accounts.get(reading.by)
            parts.append(account.display if account is not None else reading.by)
            parts += [tr(f"readings.mark.{mark}") for mark in marks(reading)]
            item = QListWidgetItem("  ".join(parts))
            item.setData(Qt.ItemDataRole.UserRole, reading.at)
            item.setToolTip("\n".join(text for text in (reading.reason, reading.note) if text))
            self._past.addItem(item)

    def _edited(self) -> None:
        row = self._row
        if row is None or self._filling:
            return
        how = How(str(self._how.currentData() or ""))
        draft = replace(
            row.draft, when=self._when.text(), reason=self._reason.text(), note=self._note.text(), how=how,
            final=self._final.text(), first=self._first.text(), confirmed=self._confirm.isChecked() and self._confirm.isVisible(),
        )  # fmt: skip
        self.changed.emit(row, draft)

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def _correct(self, item: QListWidgetItem) -> None:
        """Enter or double click on an earlier reading: its time is taken over, the new value and a reason are to be typed."""
        row = self._row
        reading = self._reading(item)
        if row is None or reading is None or not self._when.isEnabled():
            return
        when = full_text(reading.at, self._picture.estate.site.timezone)
        self.changed.emit(row, replace(row.draft, when=when, at=reading.at, text=shown(reading.value, row.point)))
        self._reason.setFocus()

    def _look_at(self, item: QListWidgetItem) -> None:
        reading = self._reading(item)
        self._photo_shown = reading.photo if reading is not None else ""
        if reading is None or not reading.photo:
            self._show_photo(b"")
            return
        name = reading.photo

        def came(answer: Answer) -> None:
            if isinstance(answer, PhotoAnswer) and self._photo_shown == name:
                self._show_photo(answer.data)

        self._desk.query(lambda id: PhotoQuery(id, name), came)

    def _reading(self, item: QListWidgetItem) -> TypedReading | None:
        if self._row is None:
            return None
        at = item.data(Qt.ItemDataRole.UserRole)
        return next((each for each in self._picture.readings.get(self._row.point.id, ()) if each.at == at), None)

    def _choose_photo(self) -> None:
        dialog = QFileDialog(self, tr("readings.photo.add"), "", f"{tr('readings.photo.files')} (*.jpg *.jpeg *.png *.webp)")
        dialog.fileSelected.connect(self.ask_for_photo)
        dialog.open()

    def _drop_photo(self) -> None:
        if self._row is not None:
            self._show_photo(b"")
            self.changed.emit(self._row, replace(self._row.draft, photo=b""))

    def _show_photo(self, data: bytes) -> None:
        picture = QPixmap.fromImage(QImage.fromData(data)) if data else QPixmap()
        if not picture.isNull():
            picture = picture.scaledToWidth(PHOTO_WIDTH, Qt.TransformationMode.SmoothTransformation)
        self._photo.setPixmap(picture)
        self._photo.setText(tr("readings.photo.undrawable") if data and picture.isNull() else "")
        self._photo.setVisible(bool(data))


def marks(reading: TypedReading) -> list[str]:
    """What is special about a reading."""
    found = [reading.how.value] if reading.how is not How.PLAIN else []
    if reading.was is not None:
        found.append("corrected")
    elif reading.reason:
        found.append("late")
    if reading.photo:
        found.append("photo")
    return found


def who(picture: Picture, reading: TypedReading | None) -> str:
    """Who read it."""
    if reading is None:
        return ""
    account = picture.accounts.get(reading.by)
    return account.display if account is not None else reading.by


def unit_of(row: Row) -> str:
    """The point's unit, or the states that may be typed."""
    if row.point.states:
        return " / ".join(text.get(language()) for text in row.point.states.values())
    return row.point.unit
