"""抄表: a month's sheet of all manual points, typed with the keyboard alone, sent in one go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QKeySequence, QPageLayout, QPdfWriter, QShortcut, QTextDocument
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QStackedWidget, QWidget

from console.domain.accounts import Right
from console.domain.commands import EnterReadings, StorePhoto
from console.domain.problems import Problem
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.readings import presenter
from console.ui.readings.detail import ReadingDetail, unit_of, who
from console.ui.readings.presenter import Draft, Drafts, Row, shown
from console.ui.readings.sheet import TYPED, SheetModel, SheetView
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import RIGHT, Column


class Navigator(Protocol):
    """Where the sheet leads."""

    def open_equipment(self, equipment: str) -> None: ...


class ReadingsScreen(QWidget):
    """See the module."""

    name = "readings"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self.drafts = Drafts()
        self._sending = False
        self._months: list[tuple[str, int, int]] = []
        self._model = SheetModel(self._columns(), self)
        self.table = SheetView(self._model)
        self._blank = Blank()
        self.detail = ReadingDetail(picture, desk)
        self.detail.setFixedWidth(380)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        card = Card()
        card.heading.hide()
        card.remark.hide()
        bar = QHBoxLayout()
        self._month = QComboBox()
        self._overdue, self._csv, self._pdf, self._undo, self._send = (QPushButton() for _ in range(5))
        self._overdue.setCheckable(True)
        self._send.setProperty("primary", True)
        self._typed = SearchLine()
        self.saved = SavedFilters("readings", {"overdue": self._overdue, "typed": self._typed})
        named = {
            "readings_month": self._month, "readings_overdue": self._overdue, "readings_filter": self._typed,
            "readings_csv": self._csv, "readings_pdf": self._pdf, "readings_undo": self._undo, "readings_send": self._send,
        }  # fmt: skip
        for name, widget in named.items():
            widget.setObjectName(name)
            bar.addWidget(widget, int(widget is self._typed))
        bar.insertWidget(bar.indexOf(self._typed) + 1, self.saved)
        card.body.addLayout(bar)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        card.body.addWidget(self._stack, 1)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("readings_error")
        self._error.hide()
        card.body.addWidget(self._error)
        self._foot = label(role="dim")
        self._foot.setObjectName("readings_foot")
        card.body.addWidget(self._foot)
        outer.addWidget(card, 1)
        outer.addWidget(self.detail)

    def _connect(self) -> None:
        picture = self._picture
        self._month.activated.connect(self._refresh)
        self._overdue.toggled.connect(self._refresh)
        self._typed.target = self.table
        self._typed.searched.connect(self._filter)
        self._csv.clicked.connect(self.table.ask_export)
        self._pdf.clicked.connect(self._export_pdf)
        self._undo.clicked.connect(self.do_undo)
        self._send.clicked.connect(self.do_send)
        self._model.edited.connect(self._edited)
        self.table.pasted.connect(self._pasted)
        self.table.undone.connect(self.do_undo)
        self.table.confirmed.connect(self.do_confirm)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.detail.changed.connect(self._changed)
        for signal in (picture.replaced, picture.readings_changed, picture.people_changed, picture.link_changed):
            signal.connect(self._refresh)
        picture.ticked.connect(self._tick)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.do_send)

    def _columns(self) -> list[Column[Row]]:
        def when(row: Row) -> str:
            return full_text(row.latest.at, self._picture.estate.site.timezone) if row.latest is not None else ""

        def latest(row: Row) -> str:
            return shown(row.latest.value, row.point) if row.latest is not None else ""

        def previous(row: Row) -> str:
            return shown(row.previous.value, row.point) if row.previous is not None else ""

        def grown(row: Row) -> str:
            return f"+{shown(row.grown, row.point)}" if row.grown is not None else ""

        def used(row: Row) -> str:
            return shown(row.used, row.point)

        def unset(row: Row) -> bool:
            return bool(row.draft.text)

        return [
            Column("place", "readings.column.place", 88, lambda row: row.place, colour=lambda _row: "dim"),
            Column("name", "readings.column.name", 0, lambda row: row.name, tooltip=lambda row: row.point.id),
            Column("unit", "readings.column.unit", 56, unit_of, tooltip=unit_of, colour=lambda _row: "dim"),
            Column("previous", "readings.column.previous", 80, previous, RIGHT, colour=lambda _row: "dim"),
            Column("latest", "readings.column.latest", 80, latest, RIGHT),
            Column("used", "readings.column.used", 72, used, RIGHT, sort=lambda row: row.used or 0.0),
            Column("when", "readings.column.when", 136, when, colour=lambda _row: "dim"),
            Column("who", "readings.column.who", 72, lambda row: who(self._picture, row.latest), colour=lambda _row: "dim"),
            Column(TYPED, "readings.column.typed", 100, lambda row: row.draft.text, RIGHT, bold=unset),
            Column("grown", "readings.column.grown", 80, grown, RIGHT, colour=lambda _row: "dim"),
            Column(
                "state", "readings.column.state", 76, presenter.state_text, tooltip=presenter.said_about,
                colour=presenter.state_colour,
            ),
        ]  # fmt: skip

    # --- what the shell asks

    def show_point(self, point: str) -> None:
        """Select a manual point."""
        self.table.select(point)
        self.table.setFocus()

    def retranslate(self) -> None:
        """All words."""
        self._csv.setText(tr("widgets.table.export"))
        self.saved.retranslate()
        self._pdf.setText(tr("readings.print"))
        self._undo.setText(tr("readings.undo"))
        self._undo.setToolTip("Ctrl+Z")
        self._send.setToolTip("Ctrl+S")
        self._typed.setPlaceholderText(tr("readings.filter"))
        self.detail.retranslate()
        self._model.refresh()
        self._refresh()

    # --- what is shown

    def _rows(self) -> list[Row]:
        _, since, until = self._months[max(0, self._month.currentIndex())]
        return list(presenter.rows(self._picture, self.drafts, since, until))

    def _refresh(self, _changed: object = None) -> None:
        self._fill_months()
        self._model.writable = self._picture.may(Right.ENTER_READINGS)
        found = self._rows()
        overdue = sum(bool(row.overdue) for row in found)
        self._overdue.setText(tr("readings.overdue_only", count=overdue))
        only = self._overdue.isChecked()
        self._model.set_rows([row for row in found if row.overdue or row.draft.text or not only])
        drafted = [row for row in found if row.draft.text.strip()]
        ready = [row for row in drafted if row.ready]
        self._send.setText(tr("readings.send", count=len(ready)))
        self._send.setEnabled(bool(ready) and not self._sending and self._model.writable)
        self._undo.setEnabled(bool(self.drafts.entries))
        self._foot.setText(self._footing(found, drafted, ready))
        self._show_page(found)
        self.detail.setEnabled(self._model.writable or bool(found))
        self._chosen()

    def _footing(self, found: list[Row], drafted: list[Row], ready: list[Row]) -> str:  # noqa: PLR0911 - one line a state
        if not found:
            return ""
        if not self._picture.me:
            return tr("readings.sign_on")
        if not self._model.writable:
            return tr("readings.no_right")
        if self._sending:
            return tr("readings.sending")
        if drafted and not self._picture.live:
            return tr("readings.kept", count=len(drafted))
        if len(drafted) > len(ready):
            return tr("readings.attention", count=len(drafted) - len(ready))
        return tr("readings.drafted", count=len(drafted)) if drafted else tr("readings.keys")

    def _fill_months(self) -> None:
        months = presenter.months(self._picture)
        if months == self._months and self._month.count():
            return
        chosen = self._month.currentText()
        self._months = months
        self._month.clear()
        self._month.addItems([month for month, _, _ in months])
        self._month.setCurrentIndex(max(0, self._month.findText(chosen)))

    def _show_page(self, found: list[Row]) -> None:
        blank: tuple[str, str] | None = None
        if not self._picture.revision:
            blank = tr("readings.loading"), ""
        elif not found:
            blank = tr("readings.empty"), tr("readings.empty.advice")
        elif not self.table.shown():
            blank = tr("readings.filtered"), tr("readings.filtered.advice")
        if blank is not None:
            self._blank.say(*blank)
        self._stack.setCurrentWidget(self.table if blank is None else self._blank)

    def _filter(self, text: str) -> None:
        self.table.filter_text(text)
        self._show_page(self._rows())

    def _tick(self) -> None:
        """Something may have fallen due."""
        if self.isVisible():
            found = self._rows()
            shown_rows = {row.point.id for row in self._model.items()}
            self._model.update_rows(row for row in found if row.point.id in shown_rows)
            self._overdue.setText(tr("readings.overdue_only", count=sum(bool(row.overdue) for row in found)))

    def _chosen(self, *_index: object) -> None:
        self.detail.show_row(self.table.current() if self._model.rowCount() else None)

    # --- typing

    def _edited(self, row: Row, text: str) -> None:
        if text != row.draft.text:
            self._changed(row, replace(row.draft, text=text, confirmed=False))

    def _changed(self, row: Row, draft: Draft) -> None:
        if (draft.text, draft.when, draft.how, draft.final, draft.first) != (
            row.draft.text, row.draft.when, row.draft.how, row.draft.final, row.draft.first,
        ):  # fmt: skip
            draft = replace(draft, confirmed=False)  # what was confirmed is no longer what is there
        self.drafts.put({row.point.id: draft})
        self._say("")
        self._refresh()

    def _pasted(self, text: str, targets: list[Row]) -> None:
        found = presenter.pasted(text, [row.point for row in targets], self.drafts)
        if found and self._model.writable:
            self.drafts.put(found)
            self._refresh()

    def do_undo(self) -> None:
        """Ctrl+Z: the last thing that was typed, pasted or chosen is taken back."""
        if self.drafts.undo():
            self._refresh()

    def do_confirm(self) -> None:
        """Ctrl+Enter: the question about this row is answered with yes."""
        row = self.table.current()
        if row is not None and row.remarks and all(remark.ask for remark in row.remarks):
            self._changed(row, replace(row.draft, confirmed=True))
            self.table.to_typed(self.table.currentIndex().row() + 1)

    # --- sending

    def do_send(self) -> None:
        """Send what is ready: photos first, then all readings at once. The rest stays."""
        ready = [row for row in self._rows() if row.ready]
        if not ready or self._sending or not self._model.writable:
            return
        self._sending = True
        self._say("")
        photos = {row.draft.photo_name: row.draft.photo for row in ready if row.draft.photo}
        self._send_photos(list(photos.values()), ready)
        self._refresh()

    def _send_photos(self, photos: list[bytes], ready: list[Row]) -> None:
        if photos:
            self._desk.ask(StorePhoto(photos[0]), lambda _n: self._send_photos(photos[1:], ready), self._denied)
            return
        sent = {row.point.id: row.draft for row in ready}
        entries = tuple(presenter.entered(self._picture, row.point, row.draft) for row in ready)

        def done(_number: int) -> None:
            self._sending = False
            self.drafts.sent(sent)
            self._refresh()

        self._desk.ask(EnterReadings(entries), done, self._denied)

    def _denied(self, problem: Problem) -> None:
        self._sending = False
        self._say(sentence(problem))
        self._refresh()

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))

    # --- export

    def _export_pdf(self) -> None:
        self._save(f"readings-{self._month.currentText()}.pdf", "PDF (*.pdf)", self.save_pdf)

    def _save(self, name: str, kinds: str, save: object) -> None:
        dialog = QFileDialog(self, tr("readings.export"), name, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(save)
        dialog.open()

    def save_pdf(self, file: str) -> None:
        """What is shown, as PDF on A4 across."""
        try:
            with Path(file).open("wb"):
                pass  # Qt would fail without a reason
        except OSError as error:
            self._say(tr("cli.file.unwritable", file=file, reason=error.strerror or str(error)))
            return
        writer = QPdfWriter(file)
        writer.setPageOrientation(QPageLayout.Orientation.Landscape)
        document = QTextDocument()
        columns = [column for column in self._model.columns if column.key not in (TYPED, "grown", "state")]
        title = tr("readings.page", site=self._picture.estate.site.name.get(language()), month=self._month.currentText())
        lines = [[column.text(row) for column in columns] for row in self.table.shown()]
        document.setHtml(presenter.page(title, [tr(column.title_key) for column in columns], lines))
        document.print_(writer)
