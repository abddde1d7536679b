"""The console's composition root: picture, link thread, desk, window.

Start: the window is painted first, then the line is opened; the first snapshot fills it. End: the window closes, the link thread
leaves, nothing else is touched: the collector goes on.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEvent, QMessageLogContext, QObject, QTimer, QtMsgType, Slot, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from console.texts import language as present_language
from console.texts import set_language, tr
from console.ui import theme
from console.ui.desk import Desk
from console.ui.garbage import GuiGarbage
from console.ui.horn import Loudspeaker, Silent
from console.ui.linkthread import LinkThread
from console.ui.picture import Picture
from console.ui.settings import remembered
from console.ui.shell import Shell

SIZE = (1920, 1080)
_kept: list[QApplication] = []


@dataclass(frozen=True, slots=True)
class OffscreenOptions:
    """Run without a display: a picture every ``every`` seconds into ``folder``, a status line with each."""

    folder: Path
    every: float = 30.0


class _Timing(QObject):
    """Prints when the window was painted and when live values stood in it, if BUILDING_CONSOLE_TIMING is set."""

    def __init__(self, shell: Shell, picture: Picture, since: QElapsedTimer) -> None:
        super().__init__(shell)
        self._since, self._picture = since, picture
        self._painted, self._live = False, False
        shell.installEventFilter(self)
        picture.values_changed.connect(self._values)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.UpdateRequest and not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._say_painted)
        return super().eventFilter(watched, event)

    @Slot()
    def _say_painted(self) -> None:
        self._say("window_s")

    def _values(self, _numbers: object) -> None:
        if not self._live and self._painted:
            self._live = True
            self._say("live_s")

    def _say(self, key: str) -> None:
        print(json.dumps({key: self._since.nsecsElapsed() / 1e9}), flush=True)  # noqa: T201 - asked for by the environment


class _Pictures(QObject):
    """The offscreen run: status lines and pictures."""

    def __init__(self, shell: Shell, picture: Picture, options: OffscreenOptions) -> None:
        super().__init__(shell)
        self._shell, self._picture, self._options = shell, picture, options
        self._count = 0
        self._timer = QTimer(self)
        self._timer.setInterval(round(options.every * 1000))
        self._timer.timeout.connect(self._take)
        self._timer.start()
        QTimer.singleShot(5000, self._take)

    @Slot()
    def _take(self) -> None:
        self._count += 1
        self._options.folder.mkdir(parents=True, exist_ok=True)
        file = self._options.folder / f"console-{self._count:04d}.png"
        self._shell.grab().save(str(file))
        picture = self._picture
        unacknowledged = sum(not alarm.acknowledged for alarm in picture.alarms.values())
        faults = sum(fault.open for fault in picture.faults.values())
        state = tr("shell.status.live" if picture.live else "shell.status.lost")
        line = tr(
            "shell.status.line",
            state=state,
            points=len(picture.points),
            alarms=len(picture.alarms),
            unacknowledged=unacknowledged,
            faults=faults,
            file=file,
        )
        print(line, flush=True)  # noqa: T201 - there is no window to say it in


class _Trouble(QObject):
    """Tells the person why the collector that was started did not come up."""

    def __init__(self, shell: Shell, picture: Picture, trouble: Callable[[], str]) -> None:
        super().__init__(shell)
        self._shell, self._picture, self._trouble = shell, picture, trouble
        self._timer = QTimer(self)
        self._timer.setInterval(500)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    @Slot()
    def _look(self) -> None:
        if self._picture.live:
            self._timer.stop()
        elif sentence := self._trouble():
            self._timer.stop()
            self._shell.say(sentence)


def _say_what_matters(_kind: QtMsgType, _where: QMessageLogContext, message: str) -> None:
    """The offscreen platform complains of every window's size hints, which nobody can change."""
    if "propagateSizeHints" not in message:
        print(message, file=sys.stderr, flush=True)  # noqa: T201 - where Qt would have put it


def made_application() -> QApplication:
    """The process's one application, made when first needed."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    made = QApplication(sys.argv[:1])
    _kept.append(made)  # it lives as long as the process
    return made


def platform() -> str:
    """Where Qt draws: xcb, wayland, windows, cocoa, offscreen."""
    return made_application().platformName()


def run(
    where: Path | str,
    *,
    language: str | None = None,
    theme: str | None = None,
    offscreen: OffscreenOptions | None = None,
    station: str = "",
    ca_file: str = "",
    trouble: Callable[[], str] | None = None,
) -> int:
    """Show the console for the store folder or collector address ``where`` until it is closed.

    ``trouble`` is asked twice a second while there is no line: a sentence (why the collector did not start) is shown in place.
    """
    since = QElapsedTimer()
    since.start()
    application = made_application()
    application.setApplicationName("building-console")
    set_language(language or remembered("language", present_language()))
    _apply_theme(application, theme or remembered("theme", "control"))
    picture = Picture(station or socket.gethostname())
    line = LinkThread(where, picture, picture.station, ca_file=ca_file)
    desk = Desk(picture, line)
    shell = Shell(picture, desk, Silent() if offscreen else Loudspeaker(), remember_window=offscreen is None)
    if os.environ.get("BUILDING_CONSOLE_TIMING"):
        shell._timing = _Timing(shell, picture, since)  # type: ignore[attr-defined] # lives as long as the window
    if offscreen is not None:
        qInstallMessageHandler(_say_what_matters)
        shell.resize(*SIZE)
        _Pictures(shell, picture, offscreen)
    shell.signon.remote.connect(line.sign_on_remotely)
    if trouble is not None:
        _Trouble(shell, picture, trouble)
    shell.show()
    garbage = GuiGarbage(shell, picture)
    QTimer.singleShot(0, line.start)
    _end_on_interrupt(application, shell)
    code = application.exec()
    line.stop()
    garbage.stop()
    return int(code)


_apply_theme = theme.apply


def _end_on_interrupt(application: QApplication, shell: Shell) -> None:
    """Ctrl-C closes the window: Python's handler only runs when Python does, so a slow timer gives it the chance."""

    def end() -> None:
        shell.close()
        QTimer.singleShot(0, application.quit)

    def close(_signal: int, _frame: object) -> None:
        QTimer.singleShot(0, end)  # the signal may have come in the middle of a paint: nothing may be closed under its hands

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), close)
    ticker = QTimer(shell)
    ticker.setInterval(250)
    ticker.timeout.connect(_nothing)
    ticker.start()


def _nothing() -> None:
    """Let Python run."""
