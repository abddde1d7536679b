"""The trend page: points on the left, the chart in the middle, its figures below."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QInputDialog, QStackedWidget, QWidget

from console.domain import commands as cmd
from console.domain.problems import Problem
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.trends import pens as of_pens
from console.ui.trends.pens import MOST, View
from console.ui.trends.picker import PointPicker
from console.ui.trends.toolbar import Toolbar
from console.ui.widgets.cards import GAP, Blank, Card

if TYPE_CHECKING:
    from console.ui.trends.board import Board
    from console.ui.trends.drawing import Drawing
    from console.ui.trends.marks import Mark

FILES = "CSV (*.csv);;Excel (*.xlsx);;Parquet (*.parquet)"


class Navigator(Protocol):
    """Where a mark leads."""

    def open_equipment(self, equipment: str) -> None: ...

    def open_alarm(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...


class TrendsScreen(QWidget):
    """See the module. pyqtgraph is imported when the page is first seen."""

    name = "trends"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._view = of_pens.last_view()
        self._said = ""
        self.board: Board | None = None
        self._drawing: Drawing | None = None
        self.picker = PointPicker(picture)
        self.toolbar = Toolbar()
        self._blank = Blank()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._blank)
        self._card = Card()
        self._card.body.addWidget(self.toolbar)
        self._card.body.addWidget(self._stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.picker)
        row.addWidget(self._card, 1)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(30)
        self._later.timeout.connect(self._make_board)
        self._connect()
        self._shortcuts()
        self._replaced()

    def _connect(self) -> None:
        bar, picture = self.toolbar, self._picture
        self.picker.picked.connect(self.add_point)
        bar.export_stopped.connect(self._stop_export)
        bar.span_chosen.connect(lambda span: self._show(replace(self._view, span=span)))
        bar.live_toggled.connect(self._toggle_live)
        bar.compare_chosen.connect(lambda shift: self._show(replace(self._view, compare=shift)))
        bar.fit_asked.connect(lambda: self.board.fit() if self.board is not None else None)
        bar.note_asked.connect(self._note)
        bar.export_asked.connect(self._export)
        bar.view_opened.connect(lambda name: self._show(of_pens.saved_views().get(name, self._view)))
        bar.view_saved.connect(self._save_view)
        bar.view_forgotten.connect(lambda name: of_pens.save_view(name, None))
        bar.cleared.connect(lambda: self._show(replace(self._view, pens=(), scales={})))
        picture.replaced.connect(self._replaced)
        picture.link_changed.connect(self._link)
        picture.ticked.connect(self._tick)
        picture.alarms_changed.connect(self._happened)

    def _shortcuts(self) -> None:
        """Keys of the page; they act while the focus is anywhere on it but in a line of text."""
        keys = {
            "Left": lambda board: board.pan(-0.25), "Right": lambda board: board.pan(0.25),
            "PgUp": lambda board: board.pan(-1.0), "PgDown": lambda board: board.pan(1.0),
            "+": lambda board: board.zoom(0.5), "-": lambda board: board.zoom(2.0),
            "End": lambda _board: self._toggle_live(True), "Home": lambda board: board.fit(),
            "Escape": lambda board: board.unpin(), "Space": lambda _board: self._hide_pen(),
            "Delete": lambda _board: self._remove_pens(), "S": lambda _board: self._own_scale(),
        }  # fmt: skip
        for key, act in keys.items():
            self._bind(key, act)

    def _bind(self, key: str, act: object) -> None:
        shortcut = QShortcut(QKeySequence(key), self._stack)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: act(self.board) if self.board is not None else None)  # type: ignore[operator] # one of the above

    # --- what the shell and other screens ask

    def show_points(self, points: list[str]) -> None:
        """Draw these, in place of what was there."""
        pens: tuple[of_pens.Pen, ...] = ()
        for point in points:
            pens = of_pens.added(pens, point)
        self._show(replace(self._view, pens=pens, scales={}))

    def add_point(self, point: str) -> None:
        """One more pen."""
        pens = of_pens.added(self._view.pens, point)
        if pens == self._view.pens and len(pens) >= MOST:
            self._say(tr("trends.full", most=MOST))
            return
        self._show(replace(self._view, pens=pens))

    def retranslate(self) -> None:
        """All words."""
        self.picker.retranslate()
        self.toolbar.retranslate()
        if self.board is not None:
            self.board.retranslate()
        self._refresh()

    # --- the page's state

    def _show(self, view: View) -> None:
        self._view = view
        self._said = ""
        if self.board is not None:
            self.board.show_view(view)
            self._view = self.board.view
        of_pens.remember_view(self._view)
        self._refresh()

    def _changed(self) -> None:
        if self.board is not None:
            self._view = self.board.view
        self._refresh()

    def _refresh(self) -> None:
        live = self.board.live if self.board is not None else True
        self.toolbar.show_state(self._view.span, live, self._view.compare)
        loading = self.board is not None and self.board.tiles.loading
        remark = self._said or (tr("trends.loading") if loading else tr("trends.remark"))
        self._card.set_heading(tr("trends.heading", count=len(self._view.pens), most=MOST), remark)
        if not self._picture.revision:
            self._blank.say(tr("equipment.loading"))
        elif not self._view.pens:
            self._blank.say(tr("trends.empty"), tr("trends.empty.advice"))
        elif self.board is None:
            self._blank.say(tr("equipment.loading"))
        else:
            self._stack.setCurrentWidget(self.board)
            return
        self._stack.setCurrentWidget(self._blank)

    def _say(self, text: str) -> None:
        self._said = text
        self._refresh()

    def _replaced(self) -> None:
        self.picker.fill()
        if self.board is not None:
            self.board.forget()
        self.retranslate()

    def _link(self, _state: str) -> None:
        if self.board is not None and not self._picture.live:
            self.board.forget()

    def _tick(self) -> None:
        if self.board is not None and self.isVisible() and self._view.pens:
            self.board.tick()

    def _happened(self, _numbers: object) -> None:
        if self.board is not None and self.isVisible():
            self.board.happenings.again()

    # --- the board is made late

    def showEvent(self, event: QShowEvent) -> None:
        """The first time the chart is fetched, after the page was painted."""
        super().showEvent(event)
        if self.board is None:
            self._later.start(0 if "pyqtgraph" in sys.modules else 30)

    def _make_board(self) -> None:
        """On the GUI thread: PySide6's import hook changes Qt's classes (docs/adr/0006)."""
        if self.board is not None:
            return
        from console.ui.trends.board import Board  # noqa: PLC0415 - see above

        board = self.board = Board(self._picture, self._desk)
        self._stack.addWidget(board)
        board.changed.connect(self._changed)
        board.failed.connect(self._failed)
        board.loading_changed.connect(lambda _loading: self._refresh())
        board.marks.opened.connect(self._open_mark)
        board.table.opened.connect(lambda _row: self._hide_pen())
        board.retranslate()
        self._show(self._view)

    # --- what the person asked for

    def _toggle_live(self, live: bool) -> None:
        if self.board is not None:
            self.board.set_live(live)
        self._refresh()

    def _selected(self) -> list[str]:
        return [row.pen.point for row in self.board.table.selected()] if self.board is not None else []

    def _remove_pens(self) -> None:
        gone = set(self._selected())
        if gone:
            self._show(replace(self._view, pens=tuple(pen for pen in self._view.pens if pen.point not in gone)))

    def _hide_pen(self) -> None:
        self._show(replace(self._view, pens=of_pens.toggled(self._view.pens, self._selected(), "shown")))

    def _own_scale(self) -> None:
        self._show(replace(self._view, pens=of_pens.toggled(self._view.pens, self._selected(), "own"), scales={}))

    def _open_mark(self, mark: Mark) -> None:
        if mark.kind == "alarm" and mark.number in self._picture.alarms:
            self._navigator.open_alarm(mark.number)
        elif mark.kind == "order":
            self._navigator.open_order(mark.number)
        elif mark.equipment:
            self._navigator.open_equipment(mark.equipment)

    def _failed(self, problem: Problem) -> None:
        self._say(sentence(problem))

    def _ask_words(self, title: str, asked: str, then: Callable[[str], None], *, lines: bool = False) -> None:
        """A small dialog that leaves the page alive; ``then`` gets what was typed, if anything was."""
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText(asked)
        dialog.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput, lines)
        dialog.textValueSelected.connect(lambda typed: then(typed) if typed.strip() else None)
        dialog.open()

    def _save_view(self) -> None:
        def save(name: str) -> None:
            of_pens.save_view(name.strip(), self._view)
            self._say(tr("trends.views.saved", name=name.strip()))

        self._ask_words(tr("trends.views.save"), tr("trends.views.name"), save)

    def _note(self) -> None:
        if self.board is None:
            return
        at = min(self.board.pinned() or self._picture.now(), self._picture.now())
        machines = {point.equipment for _, point in self.board.pens()}
        machine = machines.pop() if len(machines) == 1 else ""

        def write(text: str) -> None:
            self._desk.ask(cmd.WriteNote(text, at, machine), lambda _number: self._noted(), self._failed)

        self._ask_words(tr("trends.note"), tr("trends.note.ask"), write, lines=True)

    def _noted(self) -> None:
        self._say(tr("trends.note.done"))
        if self.board is not None:
            self.board.happenings.again()

    # --- export

    def _export(self, what: str) -> None:
        if self.board is None or not self._view.pens:
            self._say(tr("trends.empty"))
        elif what == "picture":
            QGuiApplication.clipboard().setPixmap(self.board.grab())
            self._say(tr("trends.export.copied"))
        else:
            samples = what == "samples"
            dialog = QFileDialog(self, tr("trends.export"), "trend.csv", FILES if samples else FILES.partition(";;")[0])
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("csv")
            dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(chosen.rpartition(".")[2].rstrip(")")))
            dialog.fileSelected.connect(lambda file: self.export_to(what, Path(file)))
            dialog.open()

    def export_to(self, what: str, file: Path) -> None:
        """``shown`` (the buckets that are drawn, as csv) or ``samples`` (every sample of the shown range, of any size)."""
        from console.ui.trends import drawing, exporting  # noqa: PLC0415 - need numpy

        board, zone = self.board, self._picture.estate.site.timezone
        if board is None:
            return
        if what == "shown":
            writer = exporting.Writer(self)
            writer.written.connect(self._exported)
            writer.failed.connect(self._unwritable)
            found = board.shown_buckets()
            writer.start(file, lambda: exporting.bucket_rows(found, zone))
            return
        if self._drawing is not None:
            return
        job = self._drawing = drawing.Drawing(self._desk, file, self)
        job.progressed.connect(self.toolbar.show_export)
        for ended, say in ((job.done, self._exported), (job.refused, self._failed), (job.unwritable, self._unwritable)):
            ended.connect(self._drawn)
            ended.connect(say)
        self.toolbar.show_export(0)
        job.start(tuple(point.number for pen, point in board.pens() if pen.shown), *board.shown())

    def _exported(self, file: str, rows: int) -> None:
        self._say(tr("trends.export.done", file=file, rows=f"{rows:,}"))

    def _unwritable(self, file: str, reason: str) -> None:
        self._say(tr("trends.export.failed", file=file, reason=reason))

    def _drawn(self, *_: object) -> None:
        self._drawing = None
        self.toolbar.show_export(None)

    def _stop_export(self) -> None:
        if self._drawing is not None:
            self._drawing.stop()
            self._drawn()
            self._say(tr("trends.export.stopped"))
