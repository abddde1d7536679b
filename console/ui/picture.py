"""The live picture: what the collector last said, kept in plain records, with signals for those who show it.

GUI thread only. Messages come in batches from :mod:`console.ui.linkthread`; a batch of values for 2,500 points must be taken in
well under 16 ms, so a batch costs one pass and no look-up by name.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import NamedTuple, TypeVar, cast

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from console.domain.accounts import Account, Right
from console.domain.alarms import Alarm
from console.domain.estate import Equipment, Estate, Location, Point, Site
from console.domain.faults import Fault
from console.domain.health import HealthLine
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.records import Record, kind_of
from console.domain.orders import Order
from console.domain.plans import PlanState
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.readings import Readings, overdue_since, recent, taken_in
from console.domain.rosters import Roster
from console.domain.rules import AlarmRule
from console.domain.silences import Silence
from console.domain.text import Text
from console.domain.times import DAY, SECOND
from console.domain.world import ended_at
from console.link.messages import Delta, Heartbeat, Live, Session, Snapshot
from console.ui.tally import Tally

R = TypeVar("R", bound=Record)


class Reading(NamedTuple):
    """One point's present value. ``time`` is the source time, UTC ns; 0: nothing was ever received."""

    value: float | int | str
    quality: Quality
    time: int


_QUALITY = tuple(Quality)
NOTHING = Reading(0.0, Quality.COMM_LOST, 0)
EMPTY_ESTATE = Estate(Site("", Text("")))


@dataclass(slots=True)
class _Beat:
    """The collector's time at a local moment."""

    now: int = 0
    rate: float = 1.0
    local: int = 0


class Picture(QObject):
    """See the module. ``revision`` is that of the last message taken; ``live`` is False while the line is lost."""

    replaced = Signal()
    values_changed = Signal(object)  # set[int]: point numbers
    alarms_changed = Signal(object)  # set[int]
    faults_changed = Signal(object)  # set[int]
    orders_changed = Signal(object)  # set[int]
    plans_changed = Signal()
    readings_changed = Signal(object)  # set[str]: point ids
    isolations_changed = Signal(object)  # set[int]
    silences_changed = Signal()
    duty_changed = Signal()  # the roster, or the settings of notices
    records_changed = Signal(object)  # set[str]: kinds
    health_changed = Signal()
    people_changed = Signal()
    link_changed = Signal(str)  # connecting | live | lost
    ticked = Signal()  # once a second of real time
    language_changed = Signal()

    def __init__(self, station: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.station = station
        self.estate: Estate = EMPTY_ESTATE
        self.locations: dict[str, Location] = {}
        self.equipment: dict[str, Equipment] = {}
        self.points: dict[str, Point] = {}
        self.points_of: dict[str, list[Point]] = {}
        self.by_number: dict[int, Point] = {}
        self.rules: dict[str, AlarmRule] = {}
        self.alarms: dict[int, Alarm] = {}
        self.tally = Tally()  # of the alarms
        self.faults: dict[int, Fault] = {}
        self._fault_numbers: dict[str, int] = {}
        self.orders: dict[int, Order] = {}
        self.plans: dict[str, PlanState] = {}
        self.accounts: dict[str, Account] = {}
        self.readings: dict[str, Readings] = {}  # the newest of every manual point
        self.awaited: dict[str, int] = {}  # manual points, and since when each is known
        self.isolations: dict[int, Isolation] = {}
        self.silences: dict[int, Silence] = {}  # open ones
        self._records: dict[str, dict[str, AnyRecord]] = {}
        self.health: dict[str, HealthLine] = {}
        self.roster = Roster()
        self.sessions: tuple[Session, ...] = ()
        self.me = ""
        self.set_up = False
        self.revision = 0
        self.configuration = 0
        self.live = False
        self.link = "connecting"
        self.link_problem: Problem | None = None
        self._values: dict[int, Reading] = {}
        self._beat = _Beat()
        self._elapsed = QElapsedTimer()
        self._elapsed.start()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.ticked)
        self._second.start()

    # --- reading

    def now(self) -> int:
        """The collector's time, UTC ns: the last heartbeat plus what passed since, at the collector's rate."""
        beat = self._beat
        return beat.now + round((self._elapsed.nsecsElapsed() - beat.local) * beat.rate)

    def reading(self, point_id: str) -> Reading:
        """The present value of a point; an unknown point has none."""
        point = self.points.get(point_id)
        return NOTHING if point is None else self._values.get(point.number, NOTHING)

    def may(self, right: Right) -> bool:
        """True if the signed-on person has ``right`` (the collector checks again)."""
        account = self.accounts.get(self.me)
        return account is not None and account.may(right)

    def order_of(self, fault: Fault) -> Order | None:
        """The fault's present order."""
        return self.orders.get(fault.order)

    def fault_of(self, alarm: Alarm) -> Fault | None:
        """The fault that an alarm belongs to."""
        return self.faults.get(self._fault_numbers.get(alarm.fault, 0)) if alarm.fault else None

    def records(self, kind: type[R]) -> dict[str, R]:
        """The registers' records of a kind that are in use, by id."""
        return cast("dict[str, R]", self._records.setdefault(kind_of(kind), {}))

    def title_of(self, equipment: str) -> Text:
        """The name of an equipment of the site file or of a card of the ledger; its id if it is neither."""
        machine = self.equipment.get(equipment)
        if machine is not None:
            return machine.name
        card = self._records.get("card", {}).get(equipment)
        return getattr(card, "title", Text(equipment))

    # --- taking messages

    def take_link(self, state: str, problem: Problem | None) -> None:
        """``connecting``, ``live`` or ``lost``. Values are only alive after the next snapshot."""
        self.link, self.link_problem = state, problem
        if state != "live":
            self.live = False
        self.link_changed.emit(state)

    def take_welcome(self, set_up: bool) -> None:
        """There is no account yet (``set_up``)."""
        self.set_up = set_up
        self.people_changed.emit()

    def take_heartbeat(self, heartbeat: Heartbeat) -> None:
        """The collector's time."""
        jumped = abs(heartbeat.now - self.now()) > SECOND
        self._set_time(heartbeat.now, heartbeat.rate)
        if jumped:
            self.ticked.emit()

    def take_snapshot(self, snapshot: Snapshot) -> None:
        """Everything anew."""
        self._set_time(snapshot.now, snapshot.rate)
        self.revision, self.configuration = snapshot.revision, snapshot.configuration
        estate = self.estate = snapshot.estate
        self.locations = {place.id: place for place in estate.locations}
        self.equipment = {machine.id: machine for machine in estate.equipment}
        self.points = {point.id: point for point in estate.points}
        self.by_number = {point.number: point for point in estate.points}
        self.points_of = {machine.id: [] for machine in estate.equipment}
        for point in estate.points:
            self.points_of.setdefault(point.equipment, []).append(point)
        self.rules = {rule.id: rule for rule in estate.rules}
        self.alarms = {alarm.number: alarm for alarm in snapshot.alarms}
        self.tally.replace(self.alarms)
        self.faults = {fault.number: fault for fault in snapshot.faults}
        self._fault_numbers = {fault.id: fault.number for fault in snapshot.faults}
        self.orders = {order.number: order for order in snapshot.orders}
        self.plans = {plan.plan: plan for plan in snapshot.plans}
        self.accounts = {account.name: account for account in snapshot.accounts}
        self.health = {line.id: line for line in snapshot.health}
        self.readings, self.awaited = recent(snapshot.readings), snapshot.awaited
        self.isolations = {isolation.number: isolation for isolation in snapshot.isolations}
        self.silences = {silence.number: silence for silence in snapshot.silences}
        self._records = {}
        self._take_records(snapshot.records)
        self.roster = snapshot.roster
        self.sessions, self.me, self.set_up = snapshot.sessions, snapshot.me, snapshot.set_up
        self._values = {}
        self._take_values(snapshot.live)
        self.live = True
        self.replaced.emit()

    def take_delta(self, delta: Delta) -> None:  # noqa: PLR0912 - one line a kind
        """What changed."""
        self.revision = delta.revision
        numbers = self._take_values(delta.live)
        for alarm in delta.alarms:
            if alarm.over:
                self.alarms.pop(alarm.number, None)
            else:
                self.alarms[alarm.number] = alarm
        self.tally.change([alarm.number for alarm in delta.alarms], self.alarms)
        self.faults.update((fault.number, fault) for fault in delta.faults)
        self._fault_numbers.update((fault.id, fault.number) for fault in delta.faults)
        self.orders.update((order.number, order) for order in delta.orders)
        self.plans.update((plan.plan, plan) for plan in delta.plans)
        for reading in delta.readings:
            self.readings[reading.point] = taken_in(self.readings.get(reading.point, ()), reading)
        self.isolations.update((isolation.number, isolation) for isolation in delta.isolations)
        self.silences.update((silence.number, silence) for silence in delta.silences)
        for silence in delta.silences:
            if not silence.open:
                del self.silences[silence.number]
        self._take_records(delta.records)
        self.accounts.update((account.name, account) for account in delta.accounts)
        self.health.update((line.id, line) for line in delta.health)
        for gone in delta.health_gone:
            self.health.pop(gone, None)
        self._take_people(delta)
        if delta.alarms:
            self.alarms_changed.emit({alarm.number for alarm in delta.alarms})
        if delta.faults:
            self.faults_changed.emit({fault.number for fault in delta.faults})
        if delta.orders:
            self.orders_changed.emit({order.number for order in delta.orders})
        if delta.plans:
            self.plans_changed.emit()
        if delta.readings:
            self.readings_changed.emit({reading.point for reading in delta.readings})
        if delta.isolations:
            self.isolations_changed.emit({isolation.number for isolation in delta.isolations})
        if delta.silences:
            self.silences_changed.emit()
        if delta.roster is not None or delta.notify_changed:
            self.roster = self.roster if delta.roster is None else delta.roster
            self.duty_changed.emit()
        if delta.records:
            self.records_changed.emit({kind_of(record) for record in delta.records})
        if delta.health or delta.health_gone:
            self.health_changed.emit()
        if numbers:
            self.values_changed.emit(numbers)

    def forget_ended(self) -> None:
        """Let go of faults and orders that ended more than a day ago: a console runs for months."""
        limit = self.now() - DAY
        self.faults = {number: fault for number, fault in self.faults.items() if fault.open or fault.closed_at > limit}
        self._fault_numbers = {fault.id: number for number, fault in self.faults.items()}
        self.isolations = {
            number: each for number, each in self.isolations.items() if each.lifted is None or each.lifted.entered_at > limit
        }
        kept = {fault.order for fault in self.faults.values()}
        self.orders = {
            number: order for number, order in self.orders.items() if order.open or number in kept or ended_at(order) > limit
        }

    def change_language(self) -> None:
        """Everybody retranslates."""
        self.language_changed.emit()

    def _take_records(self, records: tuple[AnyRecord, ...]) -> None:
        for record in records:
            drawer = self._records.setdefault(kind_of(record), {})
            if record.open:
                drawer[record.id] = record
            else:
                drawer.pop(record.id, None)

    def _take_people(self, delta: Delta) -> None:
        if delta.sessions is not None:
            self.sessions = delta.sessions
        if delta.me is not None:
            self.me = delta.me
        if delta.set_up is not None:
            self.set_up = delta.set_up
        if delta.accounts or delta.sessions is not None or delta.me is not None or delta.set_up is not None:
            self.people_changed.emit()

    def _take_values(self, live: Live) -> set[int]:
        if not live.numbers:
            return set()
        numbers, values, times = array("i", live.numbers), array("d", live.values), array("q", live.times)
        taken = {
            number: Reading(value, _QUALITY[quality], time)
            for number, value, quality, time in zip(numbers, values, live.quality, times, strict=True)
        }
        for number, exact in live.exact.items():
            taken[number] = taken[number]._replace(value=exact)
        self._values.update(taken)
        return set(numbers)

    def _set_time(self, now: int, rate: float) -> None:
        self._beat = _Beat(now, rate, self._elapsed.nsecsElapsed())


def overdue_of(picture: Picture, point_id: str) -> int:
    """Since when a manual point's reading is missing, UTC ns; 0 if none is."""
    point = picture.points.get(point_id)
    if point is None:
        return 0
    readings, known = picture.readings.get(point_id, ()), picture.awaited.get(point_id, 0)
    return overdue_since(point, readings, known, picture.now(), picture.estate.site.timezone)
