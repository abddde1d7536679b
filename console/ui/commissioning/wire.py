"""The wire log: what really goes over a line, frame by frame, live; filtered, held still, and saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QHeaderView, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.problems import Problem
from console.domain.times import MILLISECOND, SECOND
from console.link.bench import FileAnswer, WireFilter, WireFrame, WireLogAnswer, WireLogFileQuery, WireLogQuery
from console.link.messages import Answer
from console.texts import language, sentence, tr
from console.ui.commissioning import frames
from console.ui.commissioning.parts import TAPPED, Fields, LinePicker, NumberField, save, why_not, write_bytes
from console.ui.desk import Desk
from console.ui.moments import clock_text, local
from console.ui.picture import Picture
from console.ui.widgets.cards import Blank, label, set_role
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

LONGEST_MINUTES = 240
ASK_MS = 1000
AT_ONCE = 200  # frames of one answer: the window takes them in about 40 ms
MOST = 20_000  # frames on the screen: as many as the collector keeps
FUNCTIONS = (0, 1, 2, 3, 4, 43)


class WirePane(QWidget):
    """See the module. It asks once a second while it is looked at; the log itself goes on in the collector."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._last = 0  # the newest frame's number that came
        self._state: WireLogAnswer | None = None
        self._asking = False
        self._generation = 0
        self._follow = True
        self._framing = ""
        self.line = LinePicker(picture, "wire_line", TAPPED)
        self.minutes = NumberField("wire_minutes", 1, LONGEST_MINUTES, 10, 56)
        self.start, self.stop, self.pause, self.errors, self.clear, self.as_text, self.as_pcap = (QPushButton() for _ in range(7))
        self._buttons = {
            "start": self.start, "stop": self.stop, "pause": self.pause, "errors": self.errors, "clear": self.clear,
            "text": self.as_text, "pcap": self.as_pcap,
        }  # fmt: skip
        for name, button in self._buttons.items():
            button.setObjectName(f"wire_{name}")
        self.start.setProperty("primary", True)
        for button in (self.pause, self.errors):
            button.setCheckable(True)
        self.unit = NumberField("wire_unit", 0, 255, None, 56)
        self.function = QComboBox()
        self.function.setObjectName("wire_function")
        for code in FUNCTIONS:
            self.function.addItem("", code)
        self.typed = QLineEdit()
        self.typed.setObjectName("wire_filter")
        self.typed.setClearButtonEnabled(True)
        self.says = label(role="dim", wrap=True, selectable=True)
        self.says.setObjectName("wire_says")
        self._model: RowModel[WireFrame] = RowModel(self._columns(), lambda frame: frame.number, self)
        self.table: TableView[WireFrame] = TableView(self._model, "wire_log", row_height=24)
        self._blank = Blank()
        self._stack = QStackedWidget()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(ASK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._connect()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        first, second = QHBoxLayout(), QHBoxLayout()
        self._top, self._filters = Fields(), Fields()
        self._top.add("line", self.line)
        self._top.add("minutes", self.minutes)
        first.addLayout(self._top)
        for button in (self.start, self.stop):
            first.addWidget(button)
        first.addStretch(1)
        for button in (self.clear, self.as_text, self.as_pcap):
            first.addWidget(button)
        self._filters.add("unit", self.unit)
        self._filters.add("function", self.function)
        second.addLayout(self._filters)
        second.addWidget(self.errors)
        second.addWidget(self.pause)
        second.addWidget(self.typed, 1)
        outer.addLayout(first)
        outer.addLayout(second)
        outer.addWidget(self.says)
        self._stack.addWidget(self._blank)
        self._stack.addWidget(self.table)
        outer.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.line.currentIndexChanged.connect(self._other_line)
        self.minutes.returnPressed.connect(self.do_start)
        self.minutes.textChanged.connect(self._allow)
        for button, act in (
            (self.start, self.do_start), (self.stop, partial(self._act, "stop")), (self.clear, self.do_clear),
            (self.as_text, partial(self._file, "text")), (self.as_pcap, partial(self._file, "pcap")),
        ):  # fmt: skip
            button.clicked.connect(act)
        self.typed.textChanged.connect(self.table.filter_text)
        self.unit.textChanged.connect(self._filter)
        self.function.currentIndexChanged.connect(self._filter)
        self.errors.toggled.connect(self._filter)
        self.pause.toggled.connect(self._tick)

        bar = self.table.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._grown)

    def _scrolled(self, value: int) -> None:
        """Who looks at the end goes on looking at the end; who looks back is left alone."""
        self._follow = value >= self.table.verticalScrollBar().maximum() - 4

    def _grown(self, _first: int, last: int) -> None:
        if self._follow:
            self.table.verticalScrollBar().setValue(last)

    def _columns(self) -> list[Column[WireFrame]]:
        def when(frame: WireFrame) -> str:
            moment = local(frame.at, self._picture.estate.site.timezone)
            return f"{moment:%H:%M:%S}.{frame.at // MILLISECOND % 1000:03d}"

        def words(frame: WireFrame) -> str:
            return frames.meaning(frame, self._framing)

        def raw(frame: WireFrame) -> str:
            return frames.bytes_text(frame, self._framing)

        def tip(frame: WireFrame) -> str:
            return words(frame) if self._framing == "plain" else raw(frame)

        def took(frame: WireFrame) -> str:
            return f"{frame.took_ms:.1f}" if frame.took_ms else ""

        def number(frame: WireFrame) -> str:
            return str(frame.number)

        def unit(frame: WireFrame) -> str:
            return str(frame.unit) if frame.unit >= 0 else ""

        def function(frame: WireFrame) -> str:
            return str(frame.function) if frame.function else ""

        return [
            Column("number", "commissioning.column.number", 66, number, RIGHT, lambda frame: frame.number, colour=_dim),
            Column("at", "commissioning.column.time", 106, when, sort=lambda frame: frame.number),
            Column("way", "commissioning.column.way", 84, _way, colour=_ink),
            Column("unit", "commissioning.field.unit", 54, unit, RIGHT, lambda frame: frame.unit),
            Column("function", "commissioning.column.function", 50, function, RIGHT, lambda frame: frame.function),
            Column("took", "commissioning.column.took", 66, took, RIGHT, lambda frame: frame.took_ms, colour=_dim),
            Column("words", "commissioning.column.meaning", 380, words, tooltip=tip, colour=_ink),
            Column("raw", "commissioning.column.bytes", 0, raw, tooltip=tip, colour=_dim),
        ]

    # --- what the screen says

    def retranslate(self) -> None:
        """All words."""
        for fields in (self._top, self._filters):
            fields.retranslate()
        for name, button in self._buttons.items():
            button.setText(tr(f"commissioning.wire.{name}"))
        self.unit.setPlaceholderText(tr("commissioning.wire.all"))
        for place, code in enumerate(FUNCTIONS):
            words = tr(f"commissioning.fc.{code}")
            self.function.setItemText(place, f"{code} {words}" if code else tr("commissioning.wire.all"))
        self.typed.setPlaceholderText(tr("commissioning.wire.filter"))
        self._model.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Lines and rights."""
        before = self.line.line
        self.line.fill()
        self._know_framing()
        if self.line.line != before:
            self._other_line()
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Columns may have been restored since."""
        super().showEvent(event)
        self._fit_columns()

    def _know_framing(self) -> None:
        connection = next((each for each in self._picture.estate.connections if each.id == self.line.line), None)
        self._framing = frames.framing(connection)

    def _fit_columns(self) -> None:
        """A message has no unit and no bytes beside its words: these get the room."""
        plain, header = self._framing == "plain", self.table.horizontalHeader()
        for place, column in enumerate(self._model.columns):
            if column.key in ("unit", "function", "took", "raw"):
                header.setSectionHidden(place, plain)
            elif column.key == "words":
                modes = QHeaderView.ResizeMode
                was = header.sectionResizeMode(place) == modes.Stretch
                header.setSectionResizeMode(place, modes.Stretch if plain else modes.Interactive)
                if was and not plain:
                    header.resizeSection(place, column.width)

    # --- asking

    def do_start(self) -> None:
        """Log this line for so many minutes."""
        if self.minutes.value is not None and not why_not(self._picture):
            self.pause.setChecked(False)
            self._act("start")

    def do_clear(self) -> None:
        """Forget the frames, here and in the collector."""
        self._model.set_rows(())
        self._act("clear")

    def _act(self, action: str) -> None:
        if self.line.line:
            line, minutes = self.line.line, self.minutes.value or 1
            self._ask(lambda id: WireLogQuery(id, line, action, minutes, self._last, AT_ONCE))

    def _tick(self) -> None:
        """Once a second: what is new."""
        line = self.line.line
        if not self.isVisible() or self.pause.isChecked() or self._asking or not line or why_not(self._picture):
            return
        self._ask(lambda id: WireLogQuery(id, line, since=self._last, limit=AT_ONCE))

    def _ask(self, make: Callable[[int], WireLogQuery]) -> None:
        self._asking = True
        generation = self._generation

        def answered(answer: Answer) -> None:
            if generation == self._generation and isinstance(answer, WireLogAnswer):
                self._asking = False
                self._take(answer)

        def failed(problem: Problem) -> None:
            if generation == self._generation:
                self._asking = False
                self._show()
                self._say(sentence(problem), "error")

        self._desk.query(make, answered, failed)

    def _take(self, answer: WireLogAnswer) -> None:
        self._state = answer
        if answer.last < self._last:  # the collector was started anew: its numbers begin again
            self._model.set_rows(())
            self._last = 0
        if answer.frames:
            self._last = max(self._last, answer.frames[-1].number)
            self._model.update_rows(answer.frames)
            spare = self._model.rowCount() - MOST
            if spare > 0:
                self._model.remove_rows([frame.number for frame in self._model.items()[:spare]])
        self._show()
        if len(answer.frames) == AT_ONCE:
            self._tick()  # there is more

    def _other_line(self) -> None:
        """Frames of another line: the table begins anew, whatever is still on its way is dropped."""
        self._generation += 1
        self._asking = False
        self._state, self._last = None, 0
        self._model.set_rows(())
        self._know_framing()
        self._fit_columns()
        self._show()
        self._tick()

    # --- what is shown

    def _show(self) -> None:
        state = self._state
        self._stack.setCurrentWidget(self.table if self._model.rowCount() else self._blank)
        logging = state is not None and bool(state.until)
        title = "blank" if not logging else "silent"
        if self.line.count():
            self._blank.say(tr(f"commissioning.wire.{title}"), tr(f"commissioning.wire.{title}.advice"))
        else:
            self._blank.say(tr("commissioning.wire.no_lines"), tr("commissioning.no_lines.advice"))
        self._say(self._status())
        self._allow()

    def _status(self) -> str:
        state = self._state
        if state is None or (not state.until and not state.kept):
            return tr("commissioning.wire.idle")
        if state.until:
            left = max(0, state.until - self._picture.now()) // SECOND
            until = clock_text(state.until, self._picture.estate.site.timezone)
            said = tr("commissioning.wire.running", until=until, left=f"{left // 60}:{left % 60:02d}", kept=state.kept)
        else:
            said = tr("commissioning.wire.stopped", kept=state.kept)
        return said + (tr("commissioning.wire.lost", lost=state.lost) if state.lost else "")

    def _filter(self) -> None:
        unit, function, errors = self._wanted()

        def keep(frame: WireFrame) -> bool:
            return unit in (-1, frame.unit) and function in (0, frame.function) and (not errors or bool(frame.error))

        self.table.filter_rows(keep)
        self.table.scrollToBottom()

    def _wanted(self) -> tuple[int, int, bool]:
        unit = self.unit.value
        return (-1 if unit is None else unit), int(self.function.currentData()), self.errors.isChecked()

    def _allow(self) -> None:
        why = why_not(self._picture)
        logging = self._state is not None and bool(self._state.until)
        has = self._state is not None and bool(self._state.kept)
        for button, may in (
            (self.start, self.minutes.value is not None and bool(self.line.line) and not logging), (self.stop, logging),
            (self.clear, has), (self.as_text, has), (self.as_pcap, has and self._framing != "plain"),
        ):  # fmt: skip
            button.setEnabled(may and not why)
            button.setToolTip(why)
        if not why and self.line.line and self._framing == "plain":
            self.as_pcap.setToolTip(tr("commissioning.wire.no_pcap"))

    def _say(self, text: str, role: str = "dim") -> None:
        self.says.setText(text)
        set_role(self.says, role)

    # --- saving

    def _file(self, form: str) -> None:
        line, (unit, function, errors) = self.line.line, self._wanted()
        wanted = WireFilter(unit, function, errors)

        def answered(answer: Answer) -> None:
            if isinstance(answer, FileAnswer):
                kinds = "Text (*.txt)" if form == "text" else "pcap (*.pcap)"
                save(self, answer.name, kinds, lambda file: self._say(write_bytes(file, answer.data)))

        def failed(problem: Problem) -> None:
            self._say(sentence(problem), "error")

        self._desk.query(lambda id: WireLogFileQuery(id, line, form, wanted, language()), answered, failed)


def _way(frame: WireFrame) -> str:
    return tr("commissioning.wire.sent" if frame.sent else "commissioning.wire.came")


def _dim(_frame: WireFrame) -> str:
    return "dim"


def _ink(frame: WireFrame) -> str:
    return "p2_text" if frame.error else "dim" if frame.sent else ""
