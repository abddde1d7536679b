"""The commissioning sheet: every point of a machine compared with the device, one after another, and the page to sign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPageLayout, QPageSize, QPdfWriter, QResizeEvent, QShowEvent, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.commissioning import PointTest, Result, newest
from console.domain.problems import Problem
from console.link.bench import FileAnswer, SheetAnswer, SheetFileQuery, SheetQuery
from console.link.messages import Answer
from console.texts import language, sentence, tr
from console.ui.commissioning import sheetrows
from console.ui.commissioning.machines import Machines
from console.ui.commissioning.parts import save, why_not, write_bytes
from console.ui.commissioning.sheetrows import SheetRow
from console.ui.commissioning.testform import TestForm
from console.ui.desk import Desk
from console.ui.equipment.presenter import quality_text
from console.ui.moments import full_text
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.values import value_text, with_unit
from console.ui.widgets.cards import GAP, Blank, label, rule
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

NARROW = 1480  # pixels
AGAIN_TICKS = 15  # seconds after which tests of other stations are looked for


class SheetTable(TableView[SheetRow]):
    """``typed``: a letter or digit that belongs to the test of the chosen point."""

    typed = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """P, F, R, N, and figures; the arrow keys choose."""
        text = event.text()
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if plain and text and (text.upper() in "PFRN" or text.isdecimal() or text in "-.+"):
            self.typed.emit(text)
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.typed.emit("")
        else:
            super().keyPressEvent(event)


class SheetPane(QWidget):
    """See the module. ``read`` asks for a read of a point by hand."""

    read = Signal(object)  # console.domain.estate.Point

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._machine = ""
        self._tests: tuple[PointTest, ...] = ()
        self._ticks = 0
        self.machines = Machines(picture)
        self.machines.setFixedWidth(290)
        self._title, self._count = label(role="subject"), label(role="dim")
        self._count.setObjectName("sheet_count")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.left, self.save = QPushButton(), QPushButton()
        self.left.setObjectName("sheet_left")
        self.left.setCheckable(True)
        self.save.setObjectName("sheet_save")
        self._model: RowModel[SheetRow] = RowModel(self._columns(), lambda row: row.point.id, self)
        self.table = SheetTable(self._model, "sheet_points", row_height=28)
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self._blank = Blank()
        self._stack = QStackedWidget()
        self.form = TestForm(picture, desk)
        self._lay_out()
        self.machines.chosen.connect(self.open_machine)
        self.table.chosen.connect(self._chosen)
        self.table.typed.connect(self._typed)
        self.left.toggled.connect(self._filter)
        self.save.clicked.connect(self._save)
        self.form.recorded.connect(self.record)
        self.form.left.connect(self.next)
        self.form.read.connect(self._read)

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addWidget(self.machines)
        page = QWidget()
        right = QVBoxLayout(page)
        right.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(self.left)
        head.addWidget(self.save)
        right.addLayout(head)
        right.addWidget(self._bar)
        right.addWidget(self.table, 1)
        right.addWidget(rule())
        right.addWidget(self.form)
        self._stack.addWidget(self._blank)
        self._stack.addWidget(page)
        outer.addWidget(self._stack, 1)

    def _columns(self) -> list[Column[SheetRow]]:
        picture = self._picture

        def value(row: SheetRow) -> str:
            point = row.point
            return with_unit(point, value_text(point, picture.reading(point.id), picture.live))

        def result(row: SheetRow) -> str:
            if row.test is None:
                return tr("bench.sheet.open")
            mark = {Result.PASS: "✓", Result.FAIL: "✗", Result.NOTE: "…"}[row.test.result]
            return f"{mark} {tr(f'bench.result.{row.test.result}')}" + (f" ({row.tests})" if row.tests > 1 else "")

        def tested(row: SheetRow) -> object:
            return row.test is not None, result(row)

        def about(row: SheetRow) -> str:
            test = row.test
            if test is None:
                return ""
            moment = full_text(test.at, picture.estate.site.timezone)
            return "\n".join(part for part in (display(picture, test.by), moment, test.instrument, test.note) if part)

        def of(text: Callable[[PointTest], str]) -> Callable[[SheetRow], str]:
            return lambda row: text(row.test) if row.test is not None else ""

        def ink(row: SheetRow) -> str:
            return "dim" if row.test is None else sheetrows.TOKENS[row.test.result]

        def quality(row: SheetRow) -> str:
            return quality_text(picture, picture.reading(row.point.id))

        def dim(_row: SheetRow) -> str:
            return "dim"

        def name(row: SheetRow) -> str:
            return row.point.name.get(language())

        def seen(row: SheetRow) -> str:
            test, point = row.test, row.point
            if test is None:
                return ""
            return with_unit(point, sheetrows.seen_text(point, test))

        instrument, note = of(lambda test: test.instrument), of(lambda test: test.note)
        when = of(lambda test: full_text(test.at, picture.estate.site.timezone))
        who = of(lambda test: display(picture, test.by))
        return [
            Column("name", "bench.sheet.name", 172, name, tooltip=lambda row: f"{name(row)}\n{row.point.id}"),
            Column("where", "bench.sheet.address", 112, lambda row: sheetrows.where(row.point), colour=dim,
                   tooltip=lambda row: sheetrows.where(row.point)),
            Column("value", "commissioning.column.value", 128, value, RIGHT, bold=lambda _row: True),
            Column("quality", "commissioning.column.quality", 70, quality, colour=dim),
            Column("result", "bench.sheet.result", 90, result, colour=ink, tooltip=about, sort=tested),
            Column("seen", "bench.sheet.ours", 112, seen, RIGHT, tooltip=seen),
            Column("theirs", "bench.sheet.theirs", 122, of(lambda test: test.device_value), RIGHT),
            Column("by", "bench.sheet.by", 76, who, colour=dim),
            Column("at", "bench.sheet.at", 128, when, colour=dim, sort=lambda row: row.test.at if row.test is not None else 0),
            Column("instrument", "bench.sheet.instrument", 90, instrument, tooltip=instrument, colour=dim),
            Column("note", "bench.sheet.note", 0, note, tooltip=note),
        ]  # fmt: skip

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, what the tip of a result says as well is left out."""
        super().resizeEvent(event)
        self._fit_columns()

    def showEvent(self, event: QShowEvent) -> None:
        """Columns may have been restored since."""
        super().showEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        narrow = self.width() < NARROW
        for place, column in enumerate(self._model.columns):
            if column.key in ("quality", "instrument", "by"):
                self.table.setColumnHidden(place, narrow)

    # --- what the screen says

    def retranslate(self) -> None:
        """All words."""
        self.save.setText(tr("commissioning.sheet.save"))
        self.form.retranslate()
        self._model.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Machines, points, rights."""
        self.machines.refresh()
        if self._machine and self._machine not in self._picture.equipment:
            self._machine, self._tests = "", ()
        self._fill()

    def open_machine(self, machine: str) -> None:
        """This machine's sheet."""
        if machine != self._machine:
            self._machine, self._tests = machine, ()
            self._model.set_rows(())
            self.form.show_point(None)
        self.machines.choose(machine)
        self._fill()
        self._ask()

    def tick(self) -> None:
        """Once a second while it is looked at: values, and now and then what others tested."""
        if not self.isVisible() or not self._machine:
            return
        self._model.refresh()
        self.form.tick()
        self._ticks = (self._ticks + 1) % AGAIN_TICKS
        if not self._ticks:
            self._ask()

    # --- the tests

    def _ask(self) -> None:
        machine = self._machine

        def answered(answer: Answer) -> None:
            if isinstance(answer, SheetAnswer) and machine == self._machine:
                self._tests = answer.tests
                self._fill()

        def failed(problem: Problem) -> None:
            self.form.say(sentence(problem))

        if machine and self._picture.live:
            self._desk.query(lambda id: SheetQuery(id, machine), answered, failed)

    def _fill(self) -> None:
        machine = self._picture.equipment.get(self._machine)
        points = self._picture.points_of.get(self._machine, [])
        rows = sheetrows.rows_of(points, newest(self._tests), self._tests)
        self._model.set_rows(rows)
        found = sheetrows.counted(rows)
        self._title.setText(machine.name.get(language()) if machine is not None else "")
        self._count.setText(tr("commissioning.sheet.count", tested=found["tested"], points=found["points"],
                               passed=found["pass"], failed=found["fail"], noted=found["note"]))  # fmt: skip
        self._bar.setRange(0, max(1, found["points"]))
        self._bar.setValue(found["tested"])
        self.left.setText(tr("commissioning.sheet.left", count=found["points"] - found["tested"]))
        self.save.setEnabled(machine is not None and self._picture.live)
        self._stack.setCurrentIndex(int(machine is not None))
        known = "choose" if self.machines.table.rows.rowCount() else "none"
        self._blank.say(tr(f"commissioning.sheet.{known}"), tr(f"commissioning.sheet.{known}.advice"))
        if rows and not self.table.selected():
            self.table.select((sheetrows.next_untested(rows, "") or rows[0]).point.id)
        self._chosen()
        self.form.allow()

    def _filter(self, only: bool) -> None:
        self.table.filter_rows((lambda row: row.test is None) if only else None)

    def _chosen(self) -> None:
        chosen = self.table.selected()
        if chosen:
            self.form.show_point(chosen[0].point)
        elif not self._model.rowCount():
            self.form.show_point(None)

    def _typed(self, text: str) -> None:
        """A key on the table: P passes, F and R want their note, N goes on, figures are the device's value."""
        form, key = self.form, text.upper()
        if key == "N":
            self.next()
        elif why_not(self._picture) or form.point is None:
            return
        elif key in ("F", "R"):
            form.note.setFocus()
        elif key == "P" and form.device.text().strip():
            self.record(Result.PASS)
        else:
            form.device.setFocus()
            if text and key != "P":
                form.device.setText(text)

    def next(self) -> None:
        """The next point without a test."""
        point = self.form.point
        rows = self.table.shown()
        found = sheetrows.next_untested(rows, point.id if point is not None else "")
        if found is not None:
            self.table.select(found.point.id)
        self.table.setFocus()

    def record(self, result: Result) -> None:
        """Record what was found, and go on to the next point."""
        form, point = self.form, self.form.point
        if point is None or why_not(self._picture):
            return
        if result is Result.PASS and not form.device.text().strip():
            form.say(tr("commissioning.sheet.needs_value"))
            form.device.setFocus()
            return
        if result is not Result.PASS and not form.note.text().strip():
            form.say(tr("commissioning.sheet.needs_note"))
            form.note.setFocus()
            return
        form.say("")
        form.wait(True)

        def done(_number: int) -> None:
            form.wait(False)
            form.device.clear()
            form.note.clear()
            self.next()
            self._ask()

        def denied(problem: Problem) -> None:
            form.wait(False)
            form.say(sentence(problem))

        typed = (form.device.text(), form.instrument.text(), form.note.text())
        self._desk.ask(sheetrows.recorded(self._picture, point, result, typed), done, denied)

    def _read(self) -> None:
        if self.form.point is not None:
            self.read.emit(self.form.point)

    # --- the page

    def _save(self) -> None:
        kinds = "PDF (*.pdf);;HTML (*.html);;TSV (*.txt)"
        save(self, f"{self._machine}-sheet.pdf", kinds, self.save_to)

    def save_to(self, file: str) -> None:
        """The sheet as a file; its ending says what: pdf and html to print and sign, txt for a spreadsheet."""
        machine, ending = self._machine, Path(file).suffix.lower()
        form = "text" if ending == ".txt" else "html"

        def answered(answer: Answer) -> None:
            if isinstance(answer, FileAnswer):
                said = write_pdf(file, answer.data) if ending == ".pdf" else write_bytes(file, answer.data)
                self._count.setText(said)

        def failed(problem: Problem) -> None:
            self.form.say(sentence(problem))

        self._desk.query(lambda id: SheetFileQuery(id, machine, form, language()), answered, failed)


def write_pdf(file: str, page: bytes) -> str:
    """The page on A4 across; returns what to say about it."""
    said = write_bytes(file, b"")  # Qt would fail without a reason
    if not Path(file).exists():
        return said
    writer = QPdfWriter(file)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageOrientation(QPageLayout.Orientation.Landscape)
    document = QTextDocument()
    document.setHtml(page.decode())
    document.print_(writer)
    return tr("commissioning.saved", file=file, bytes=Path(file).stat().st_size)
