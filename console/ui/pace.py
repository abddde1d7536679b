"""Keeps a costly repaint from eating the GUI thread: it runs at once, and after a long run it rests before the next."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

LIGHT = 0.008  # seconds: below, nobody notices and nothing rests
REST = 4  # times as long as it ran: at most a fifth of the thread is spent on it


class Pace(QObject):
    """Runs ``act`` for every burst of :meth:`ask`, the last one always included. GUI thread only."""

    def __init__(self, act: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._act = act
        self._rested_at = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.run)

    def ask(self, _changed: object = None) -> None:
        """Run now, or as soon as it has rested."""
        if self._timer.isActive():
            return
        rest = self._rested_at - time.perf_counter()
        if rest <= 0:
            self.run()
        else:
            self._timer.start(max(1, round(rest * 1000)))

    def run(self) -> None:
        """Run now."""
        self._timer.stop()
        began = time.thread_time()  # the work itself: on a busy machine a light repaint stays one
        self._act()
        worked = time.thread_time() - began
        self._rested_at = time.perf_counter() + worked * REST if worked > LIGHT else 0.0
