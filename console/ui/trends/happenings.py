"""Fetches what happened in the shown range: alarms and orders of the pens' equipment, and notes."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from console.domain.alarms import Alarm
from console.domain.events import Entry, NoteWritten
from console.domain.orders import Order
from console.link.messages import (
    AlarmHistoryAnswer,
    AlarmHistoryQuery,
    Answer,
    LogAnswer,
    LogQuery,
    OrderHistoryAnswer,
    OrderHistoryQuery,
)
from console.ui.desk import Desk
from console.ui.trends.marks import Mark, marks_of

PAUSE_MS = 300  # after the last movement
MOST = 500  # of each kind and machine
MOST_NOTES = 5000


class Happenings(QObject):
    """See the module. ``changed`` with marks in order of time."""

    changed = Signal(object)  # list[Mark]

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wanted: tuple[int, int, tuple[str, ...]] = (0, 0, ())
        self._asked = 0
        self._alarms: dict[str, list[Alarm]] = {}
        self._orders: dict[str, list[Order]] = {}
        self._notes: list[Entry] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._ask)

    def want(self, since: int, until: int, equipment: tuple[str, ...]) -> None:
        """What happened to these machines in [since, until); soon."""
        if (since, until, equipment) != self._wanted:
            self._wanted = (since, until, equipment)
            self._timer.start()

    def again(self) -> None:
        """Something happened just now."""
        self._timer.start()

    def _ask(self) -> None:
        since, until, machines = self._wanted
        self._asked += 1
        asked = self._asked
        self._alarms = {machine: found for machine, found in self._alarms.items() if machine in machines}
        self._orders = {machine: found for machine, found in self._orders.items() if machine in machines}

        def taken(machine: str) -> object:
            def answered(answer: Answer) -> None:
                if asked != self._asked:
                    return
                if isinstance(answer, AlarmHistoryAnswer):
                    self._alarms[machine] = list(answer.alarms)
                elif isinstance(answer, OrderHistoryAnswer):
                    self._orders[machine] = [order for order in answer.orders if since <= order.created_at < until]
                elif isinstance(answer, LogAnswer):
                    self._notes = [
                        entry
                        for entry in answer.entries
                        if isinstance(entry.event, NoteWritten) and entry.event.equipment in ("", *machines)
                    ]
                self.changed.emit(self._marks())

            return answered

        def passed(_problem: object) -> None:
            """Marks are no reason to disturb anybody; the curves say what is wrong with the line."""

        for machine in machines:
            self._desk.query(self._alarm_query(since, until, machine), taken(machine), passed)  # type: ignore[arg-type]
            self._desk.query(self._order_query(since, until, machine), taken(machine), passed)  # type: ignore[arg-type]
        self._desk.query(lambda id: LogQuery(id, "note:all", 0, 0, MOST_NOTES), taken(""), passed)  # type: ignore[arg-type]

    @staticmethod
    def _alarm_query(since: int, until: int, machine: str) -> object:
        return lambda id: AlarmHistoryQuery(id, since, until, machine, MOST)

    @staticmethod
    def _order_query(since: int, until: int, machine: str) -> object:
        return lambda id: OrderHistoryQuery(id, since, until, machine, MOST)

    def _marks(self) -> list[Mark]:
        alarms = [alarm for found in self._alarms.values() for alarm in found]
        orders = [order for found in self._orders.values() for order in found]
        return marks_of(alarms, orders, self._notes)
