"""Keeps the active list's rows up to date, in slices: thousands of alarms at once never hold up the window.

What is due is worked off for a few milliseconds a turn of the event loop, the loudest alarms first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from console.domain.alarms import Alarm
from console.ui.alarms import presenter
from console.ui.alarms.folding import folded
from console.ui.pace import Pace
from console.ui.picture import Picture
from console.ui.tally import loudness
from console.ui.widgets.tables import RowModel

TURN = 0.008  # seconds of work in one turn
SLICE = 100  # rows between two looks at the time


class ActiveRows(QObject):
    """See the module. ``fold`` says whether consequences and floods are folded; ``held`` are the alarms that a person has selected:
    their rows stay where they are, or the next key would act on another alarm. Idle until :meth:`show`."""

    changed = Signal()  # rows came, went or differ
    leaving = Signal()  # a selected row is about to go

    def __init__(
        self, picture: Picture, model: RowModel[Alarm], fold: Callable[[], bool], held: Callable[[], list[Alarm]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._picture, self._model, self._fold, self._held = picture, model, fold, held
        self.behind: dict[int, int] = {}  # the rows that the list should have, and how many stand behind each
        self._shown = False
        self._numbers: set[int] = set()  # changed since the rows were looked at
        self._gone: list[int] = []
        self._owed: list[int] = []
        self._pace = Pace(self._look, self)
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._work)

    def show(self) -> None:
        """The list shows active alarms from now on (again)."""
        self._shown = True
        rows = {alarm.number for alarm in self._model.items()}
        self.behind = self._wanted()
        self._owe([number for number in rows if number not in self.behind], self.behind)

    def hide(self) -> None:
        """The table shows something else."""
        self._shown = False
        self._turn.stop()

    def change(self, numbers: set[int]) -> None:
        """These alarms have changed."""
        self._numbers |= numbers
        if self._shown:
            self._pace.ask()

    def bring(self, number: int) -> None:
        """This row must be there now."""
        if number in self.behind:
            self._model.update_rows([self._picture.alarms[number]])

    def _wanted(self) -> dict[int, int]:
        picture = self._picture
        if not self._fold():
            return dict.fromkeys(picture.alarms, 0)
        rows = folded(picture.alarms.values(), partial(presenter.building_of, picture), flood=picture.tally.flood)
        counts = {number: len(behind) for number, behind in rows.items()}
        for alarm in self._held():
            if alarm.number in self.behind and alarm.number in picture.alarms:
                counts.setdefault(alarm.number, 0)
        return counts

    def _look(self) -> None:
        if not self._shown:
            return
        before, self.behind = self.behind, self._wanted()
        numbers, self._numbers = self._numbers, set()
        gone = [number for number in before if number not in self.behind]
        self._owe(gone, [number for number, count in self.behind.items() if number in numbers or before.get(number) != count])

    def _owe(self, gone: Iterable[int], changed: Iterable[int]) -> None:
        alarms = self._picture.alarms
        self._gone += gone
        owed = {number for number in (*self._owed, *changed) if number in self.behind and number in alarms}
        self._owed = sorted(owed, key=lambda number: loudness(alarms[number]), reverse=True)  # taken from the end
        self._work()

    def _work(self) -> None:
        """One turn's work."""
        end = time.perf_counter() + TURN
        alarms = self._picture.alarms
        while self._gone or self._owed:
            if self._gone:
                part, self._gone = self._gone[-SLICE:], self._gone[:-SLICE]
                going = {number for number in part if number not in self.behind}
                if any(alarm.number in going for alarm in self._held()):
                    self.leaving.emit()
                self._model.remove_rows(going)
            else:
                part, self._owed = self._owed[-SLICE:], self._owed[:-SLICE]
                self._model.update_rows([alarms[number] for number in part if number in self.behind and number in alarms])
            if time.perf_counter() > end:
                break
        if self._gone or self._owed:
            self._turn.start(0)
        self.changed.emit()
