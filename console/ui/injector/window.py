"""The window: a row for each fault (target, cause, clear), how long it lasts, and a log of what was caused.

Start: connect, ask for the list of faults and targets, build the rows. End: closing the window ends the program; faults
that were caused stay until they are cleared or their time is over.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from console.domain.problems import Problem
from console.texts import CHINESE, ENGLISH, language, sentence, set_language, tr
from console.ui.injector.client import InjectorClient

_MINUTES = (0, 1, 5, 15)  # 0: until cleared
_LOG_LINES = 500
_NS_PER_MS = 1_000_000


class _Row:
    """One fault's widgets."""

    def __init__(self, fault: str, targets: list[dict[str, str]]) -> None:
        self.fault = fault
        self.targets = targets
        self.name = QLabel()
        self.chooser = QComboBox()
        self.chooser.setEditable(True)
        self.chooser.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.chooser.setMinimumContentsLength(18)
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        completer = QCompleter(self.chooser.model(), self.chooser)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.chooser.setCompleter(completer)
        self.cause = QPushButton()
        self.clear = QPushButton()

    def target(self) -> str:
        """The chosen target's id; empty: any one."""
        return str(self.chooser.currentData() or "")

    def retranslate(self) -> None:
        """Texts in the present language; the choice stays."""
        chosen = self.chooser.currentIndex()
        self.name.setText(tr(f"demo.fault.{self.fault}"))
        self.cause.setText(tr("demo.injector.cause"))
        self.clear.setText(tr("demo.injector.clear"))
        self.chooser.clear()
        if len(self.targets) > 1:
            self.chooser.addItem(tr("demo.injector.any"), "")
        for target in self.targets:
            self.chooser.addItem(_label(target), target["id"])
        self.chooser.setCurrentIndex(max(0, chosen))
        editor = self.chooser.lineEdit()
        if editor is not None:
            editor.setCursorPosition(0)  # a long name shows its beginning


def _label(target: dict[str, str]) -> str:
    name = target["zh"] if language() == CHINESE else target["en"] or target["zh"]
    return f"{name}  {target['id']}"


class InjectorWindow(QWidget):
    """See the module."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.client = InjectorClient(port, self)
        self.client.live_changed.connect(self._on_live)
        self.client.told.connect(self._on_told)
        self.rows: dict[str, _Row] = {}
        self._active: set[tuple[str, str]] = set()
        self._events: list[dict[str, Any]] = []
        self._state = "connecting"
        self._status = QLabel()
        self._status.setWordWrap(True)
        self._active_count = QLabel()
        self._log_title = QLabel()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_LOG_LINES)
        self._lasts_title = QLabel()
        self.lasts = QComboBox()
        self.language_button = QPushButton()
        self.language_button.clicked.connect(self._other_language)
        self.clear_all = QPushButton()
        self.clear_all.clicked.connect(self._clear_all)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._lay_out()
        self.retranslate()
        self._enable()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._status, 1)
        top.addWidget(self.language_button)
        bottom = QHBoxLayout()
        bottom.addWidget(self._lasts_title)
        bottom.addWidget(self.lasts)
        bottom.addStretch(1)
        bottom.addWidget(self._active_count)
        bottom.addWidget(self.clear_all)
        whole = QVBoxLayout(self)
        whole.addLayout(top)
        whole.addLayout(self._grid)
        whole.addLayout(bottom)
        whole.addWidget(self._log_title)
        whole.addWidget(self.log, 1)
        width = self.fontMetrics().averageCharWidth()
        self.resize(width * 82, self.fontMetrics().height() * 40)

    def start(self) -> None:
        """Connect to the simulated devices."""
        self.client.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hang up."""
        self.client.stop()
        super().closeEvent(event)

    # -- the simulator speaks -------------------------------------------------------------------------------------------

    def _on_live(self, live: bool) -> None:
        self._state = "live" if live else "lost"
        if live:
            self.client.ask({"do": "list"}, self._on_list)
        self._show_state()
        self._enable()

    def _on_list(self, answer: dict[str, Any]) -> None:
        self._active = {(each["fault"], each["target"]) for each in answer["active"]}
        if not self.rows:
            for index, kind in enumerate(answer["faults"]):
                self._add_row(index, kind["fault"], kind["targets"])
        self._enable()
        self._show_state()

    def _add_row(self, index: int, fault: str, targets: list[dict[str, str]]) -> None:
        row = self.rows[fault] = _Row(fault, targets)
        row.cause.setProperty("fault", fault)
        row.cause.clicked.connect(self._cause)
        row.clear.setProperty("fault", fault)
        row.clear.clicked.connect(self._clear)
        for column, widget in enumerate((row.name, row.chooser, row.cause, row.clear)):
            self._grid.addWidget(widget, index, column)
        row.retranslate()

    def _on_told(self, event: dict[str, Any]) -> None:
        key = (event["fault"], event["target"])
        (self._active.add if event["event"] == "caused" else self._active.discard)(key)
        self._remember(event)
        self._show_state()
        self._enable()

    def _on_answer(self, answer: dict[str, Any]) -> None:
        if not answer["ok"]:
            at = QDateTime.currentMSecsSinceEpoch() * _NS_PER_MS
            self._remember({"event": "refused", "problem": answer["problem"], "at": at})

    # -- the person speaks ----------------------------------------------------------------------------------------------

    def _cause(self) -> None:
        row = self.rows[self.sender().property("fault")]
        minutes = int(self.lasts.currentData() or 0)
        self.client.ask({"do": "cause", "fault": row.fault, "target": row.target(), "for_s": minutes * 60}, self._on_answer)

    def _clear(self) -> None:
        row = self.rows[self.sender().property("fault")]
        self.client.ask({"do": "clear", "fault": row.fault, "target": row.target()}, self._on_answer)

    def _clear_all(self) -> None:
        self.client.ask({"do": "clear_all"}, self._on_answer)

    def _other_language(self) -> None:
        set_language(ENGLISH if language() == CHINESE else CHINESE)
        self.retranslate()

    # -- what it shows --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Every text in the present language."""
        self.setWindowTitle(tr("demo.injector.title"))
        self.language_button.setText(tr("demo.injector.language"))
        self.clear_all.setText(tr("demo.injector.clear_all"))
        self._lasts_title.setText(tr("demo.injector.lasts"))
        self._log_title.setText(tr("demo.injector.log"))
        chosen = max(0, self.lasts.currentIndex())
        self.lasts.clear()
        for minutes in _MINUTES:
            text = tr("demo.injector.minutes", count=minutes) if minutes else tr("demo.injector.stays")
            self.lasts.addItem(text, minutes)
        self.lasts.setCurrentIndex(chosen)
        for row in self.rows.values():
            row.retranslate()
        self.log.setPlainText("\n".join(self._line(event) for event in self._events))
        self._show_state()

    def _show_state(self) -> None:
        self._status.setText(tr(f"demo.injector.{self._state}", port=self.client.port))
        self._active_count.setText(tr("demo.injector.active", count=len(self._active)))

    def _enable(self) -> None:
        faults = {fault for fault, _ in self._active}
        for row in self.rows.values():
            row.cause.setEnabled(self.client.live)
            row.clear.setEnabled(self.client.live and row.fault in faults)
        self.clear_all.setEnabled(self.client.live and bool(faults))

    def _remember(self, event: dict[str, Any]) -> None:
        self._events = [*self._events[1 - _LOG_LINES :], event]
        self.log.appendPlainText(self._line(event))

    def _line(self, event: dict[str, Any]) -> str:
        time = QDateTime.fromMSecsSinceEpoch(event["at"] // _NS_PER_MS).toString("HH:mm:ss")
        if event["event"] == "refused":
            problem = Problem(event["problem"]["code"], event["problem"]["params"])
            return tr("demo.injector.refused", time=time, reason=sentence(problem))
        by_itself = event["event"] == "caused" and event["by"] == "script"
        key = "demo.injector.caused_script" if by_itself else f"demo.injector.{event['event']}"
        return tr(key, time=time, fault=tr(f"demo.fault.{event['fault']}"), target=self._target(event["fault"], event["target"]))

    def _target(self, fault: str, id_: str) -> str:
        row = self.rows.get(fault)
        for target in row.targets if row else ():
            if target["id"] == id_:
                return _label(target)
        return id_


def run(port: int, language_: str) -> int:
    """Show the window until it is closed; returns the exit code."""
    set_language(language_)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([])
    window = InjectorWindow(port)
    window.show()
    window.start()
    return application.exec()
