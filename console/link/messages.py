"""The link's messages (msgpack over one WebSocket, subprotocol ``building-console.1``).

    console                       collector
      Hello            ->
                       <-         Welcome, Snapshot(revision)
                       <-         Delta(revision) …, Heartbeat once a second (and at once when the clock is stepped)
      Ask(command)     ->
                       <-         Done | Denied
      Query            ->
                       <-         Answer | Denied

After 3 s without any message the console greys its live values and connects again. A second ``Ask`` with the same
``command_id`` gets the first one's reply: a retry is harmless.
"""

from __future__ import annotations

import msgspec

from console.domain.accounts import Account
from console.domain.alarms import Alarm
from console.domain.commands import Command
from console.domain.configuring import Change, Mistake
from console.domain.estate import Estate
from console.domain.events import Entry
from console.domain.faults import Fault
from console.domain.health import HealthLine
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.orders import Order
from console.domain.plans import PlanState
from console.domain.pointlists import Choices, Drafted
from console.domain.problems import Problem
from console.domain.readings import TypedReading
from console.domain.rosters import Roster
from console.domain.silences import Silence
from console.link.bench import BenchAnswer, BenchQuery
from console.link.exports import ExportAnswers, ExportQueries
from console.link.keeping import StoreAnswer, StoreQuery
from console.link.ledger import LedgerAnswer, LedgerQuery
from console.link.notify import NotifyAnswer, NotifyQuery
from console.link.orders import OrderAnswers, OrderQueries
from console.link.quality import QualityAnswers, QualityQueries
from console.link.records import RecordsAnswer, RecordsQuery
from console.link.registers import RegisterAnswer, RegisterQuery
from console.link.reports import PaperAnswers, PaperQueries

PROTOCOL = 1
SUBPROTOCOL = "building-console.1"


class _Message(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    pass


# --- console -> collector


class Hello(_Message, frozen=True):
    """``token``: the local token file's content (same machine), or a station token from an earlier ``Welcome``.

    A remote station without one signs on in the same step with ``account`` and ``secret``. ``station`` is the desk's name.
    """

    protocol: int
    program: str
    station: str
    token: str = ""
    account: str = ""
    secret: str = ""
    watch: bool = True  # False: a command-line call that wants no snapshot and no deltas


class Ask(_Message, frozen=True):
    """A command, with the revision that the person saw."""

    command_id: str
    seen: int
    command: Command


class HistoryQuery(_Message, frozen=True):
    """``buckets`` 0 asks for raw samples (at most ``limit``, the newest), else min/max/mean per equal bucket."""

    id: int
    points: tuple[int, ...]
    since: int
    until: int
    buckets: int = 0
    limit: int = 100_000


class ConsumptionQuery(_Message, frozen=True):
    """What counters counted between ascending ``edges`` (int64, UTC ns)."""

    id: int
    points: tuple[int, ...]
    edges: bytes


class AlarmHistoryQuery(_Message, frozen=True):
    """Alarms raised in a time range, newest first; ``equipment`` empty = all."""

    id: int
    since: int = 0
    until: int = 0
    equipment: str = ""
    limit: int = 1000


class FaultHistoryQuery(_Message, frozen=True):
    """Faults opened in a time range, open ones included, newest first."""

    id: int
    since: int = 0
    until: int = 0
    equipment: str = ""
    limit: int = 1000


class OrderHistoryQuery(_Message, frozen=True):
    """Orders created in a time range, open ones included, newest first."""

    id: int
    since: int = 0
    until: int = 0
    equipment: str = ""
    limit: int = 1000


class LogQuery(_Message, frozen=True):
    """Entries of the event log about one subject: ``fault:12``, ``order:7``, ``equipment:T1-L1``, ``account:wang``; empty = all."""

    id: int
    subject: str = ""
    since: int = 0
    until: int = 0
    limit: int = 500


class ConfigurationQuery(_Message, frozen=True):
    """What is ``export``: the site file's text of the present configuration."""

    id: int


class ImportPreviewQuery(_Message, frozen=True):
    """What an import of ``text`` would change. Nothing is changed."""

    id: int
    text: str


class PointListQuery(_Message, frozen=True):
    """What a point list (the bytes of a file called ``file``) would make of the present site file. Nothing is changed."""

    id: int
    file: str
    data: bytes
    choices: Choices = Choices()


class DiagnosticsQuery(_Message, frozen=True):
    """All health lines and read plans (screen level 4, ``status --json``)."""

    id: int


Query = (
    HistoryQuery | ConsumptionQuery | AlarmHistoryQuery | FaultHistoryQuery | OrderHistoryQuery | LogQuery
    | ConfigurationQuery | ImportPreviewQuery | DiagnosticsQuery | BenchQuery | PointListQuery | RegisterQuery | NotifyQuery
    | StoreQuery | ExportQueries | RecordsQuery | LedgerQuery | QualityQueries | OrderQueries | PaperQueries
)  # fmt: skip
FromConsole = Hello | Ask | Query

# --- collector -> console


class Welcome(_Message, frozen=True):
    """``accounts``: who may sign on (names only). ``set_up`` True: there is no account yet; make the administrator."""

    protocol: int
    program: str
    station_token: str = ""
    set_up: bool = False


class Live(msgspec.Struct, frozen=True, array_like=True):
    """Present values as packed little-endian arrays of equal length, one element a point.

    ``numbers`` int32, ``values`` float64, ``quality`` uint8, ``times`` int64 (source time, UTC ns). Texts and integers above
    2**53 travel in ``exact`` (point number -> value) beside their float.
    """

    numbers: bytes = b""
    values: bytes = b""
    quality: bytes = b""
    times: bytes = b""
    exact: dict[int, str | int] = {}


class Session(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is signed on at this station, empty = nobody; ``stations`` of a snapshot lists all connected ones."""

    station: str
    account: str = ""


class Snapshot(_Message, frozen=True):
    """Everything a console shows. ``configuration`` is the configuration's own revision."""

    revision: int
    now: int
    rate: float
    configuration: int
    estate: Estate
    live: Live
    alarms: tuple[Alarm, ...]
    faults: tuple[Fault, ...]  # open ones and those closed in the last 24 h
    orders: tuple[Order, ...]  # open ones and those ended in the last 24 h
    plans: tuple[PlanState, ...]
    accounts: tuple[Account, ...]
    health: tuple[HealthLine, ...]
    sessions: tuple[Session, ...]
    me: str  # the account that is signed on at this station, empty = nobody
    set_up: bool = False
    readings: tuple[TypedReading, ...] = ()  # the newest of every manual point
    awaited: dict[str, int] = {}  # manual points, and since when each is known (UTC ns)
    isolations: tuple[Isolation, ...] = ()  # open ones and those lifted in the last 24 h
    silences: tuple[Silence, ...] = ()  # open ones
    records: tuple[AnyRecord, ...] = ()  # registers and master data in use
    roster: Roster = Roster()  # who is on duty when


class Delta(_Message, frozen=True):
    """What changed since ``revision - 1``. A record replaces the one with the same number; ended alarms come with ``over``."""

    revision: int
    live: Live = Live()
    alarms: tuple[Alarm, ...] = ()
    faults: tuple[Fault, ...] = ()
    orders: tuple[Order, ...] = ()
    plans: tuple[PlanState, ...] = ()
    accounts: tuple[Account, ...] = ()
    health: tuple[HealthLine, ...] = ()
    health_gone: tuple[str, ...] = ()
    sessions: tuple[Session, ...] | None = None
    me: str | None = None
    set_up: bool | None = None
    readings: tuple[TypedReading, ...] = ()
    isolations: tuple[Isolation, ...] = ()
    silences: tuple[Silence, ...] = ()  # ended ones come once more
    records: tuple[AnyRecord, ...] = ()  # likewise
    roster: Roster | None = None  # the new one
    notify_changed: bool = False  # channels, contacts or rules of notices: whoever shows them asks again
    # a changed configuration is followed by a new Snapshot instead


class Heartbeat(_Message, frozen=True):
    """The collector's time (UTC ns) and how fast it runs (1.0 real)."""

    now: int
    rate: float
    revision: int


class Done(_Message, frozen=True):
    """The command was decided and is on disk. ``number`` is what it made (an order, a fault)."""

    command_id: str
    number: int = 0


class Denied(_Message, frozen=True):
    """A command (``command_id``) or query (``id``) was refused; the problem says why. Nothing was changed."""

    problem: Problem
    command_id: str = ""
    id: int = 0


class Series(msgspec.Struct, frozen=True, omit_defaults=True):
    """History of one point. Raw: ``times`` int64, ``values`` float64, ``quality`` uint8.

    Bucketed: ``times`` are the buckets' starts, ``values`` the means, with ``lows``/``highs``; an empty bucket is left out.
    ``exact`` holds integers above 2**53 and texts by position.
    """

    point: int
    times: bytes
    values: bytes
    quality: bytes = b""
    lows: bytes = b""
    highs: bytes = b""
    exact: dict[int, str | int] = {}
    truncated: bool = False


class HistoryAnswer(_Message, frozen=True):
    id: int
    series: tuple[Series, ...]


class Consumed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One counter: between each two edges the amount (float64, NaN: unknown) and whether it is estimated (uint8).

    ``breaks``: (UTC ns, wrap | reset | exchange | false) where the counter did not simply go on.
    """

    point: int
    amounts: bytes
    estimated: bytes = b""
    breaks: tuple[tuple[int, str], ...] = ()


class ConsumptionAnswer(_Message, frozen=True):
    id: int
    consumed: tuple[Consumed, ...]


class AlarmHistoryAnswer(_Message, frozen=True):
    id: int
    alarms: tuple[Alarm, ...]


class FaultHistoryAnswer(_Message, frozen=True):
    id: int
    faults: tuple[Fault, ...]


class OrderHistoryAnswer(_Message, frozen=True):
    id: int
    orders: tuple[Order, ...]


class LogAnswer(_Message, frozen=True):
    id: int
    entries: tuple[Entry, ...]


class ConfigurationAnswer(_Message, frozen=True):
    id: int
    text: str
    revision: int


class ImportPreviewAnswer(_Message, frozen=True):
    id: int
    base: int
    changes: tuple[Change, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


class PointListAnswer(_Message, frozen=True):
    id: int
    drafted: Drafted


class ReadBlock(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request of a read plan: ``bytes`` on the wire and ``duration_ms`` on the line, question and answer.

    Learned of this unit and function: ``cap`` (the longest request, 0 = as configured), ``holes`` that must not be read across,
    ``bad`` addresses that are refused.
    """

    connection: str
    unit: int
    function: int
    address: int
    count: int
    points: int
    poll_ms: int
    bytes: int = 0
    duration_ms: float = 0.0
    cap: int = 0
    holes: tuple[tuple[int, int], ...] = ()
    bad: tuple[int, ...] = ()


class DiagnosticsAnswer(_Message, frozen=True):
    id: int
    health: tuple[HealthLine, ...]
    blocks: tuple[ReadBlock, ...]


Answer = (
    HistoryAnswer | ConsumptionAnswer | AlarmHistoryAnswer | FaultHistoryAnswer | OrderHistoryAnswer | LogAnswer
    | ConfigurationAnswer | ImportPreviewAnswer | DiagnosticsAnswer | BenchAnswer | PointListAnswer
    | RegisterAnswer | NotifyAnswer | StoreAnswer | ExportAnswers | RecordsAnswer | LedgerAnswer | QualityAnswers
    | OrderAnswers | PaperAnswers
)  # fmt: skip
FromCollector = Welcome | Snapshot | Delta | Heartbeat | Done | Denied | Answer
