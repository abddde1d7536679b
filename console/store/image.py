"""What the collector hands to the store, and what the store gives back at the next start."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.domain.accounts import Account
from console.domain.alarms import Alarm
from console.domain.estate import Estate
from console.domain.events import Entry
from console.domain.faults import Fault
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.orders import Order
from console.domain.plans import PlanState
from console.domain.readings import TypedReading
from console.domain.silences import Silence


@dataclass(frozen=True, slots=True)
class Commit:
    """One transaction: log entries, and with them the rows that they explain (taken from the records inside the events).

    ``secrets``: account name -> argon2 hash. ``estate`` with ``site_text`` replaces the configuration.
    """

    entries: tuple[Entry, ...]
    secrets: dict[str, str] = field(default_factory=dict)
    estate: Estate | None = None
    site_text: str | None = None


@dataclass(frozen=True, slots=True)
class LastValue:
    """The last recorded sample of a point."""

    value: float | int | str
    quality: int
    source_time: int


@dataclass(frozen=True, slots=True)
class Image:
    """The state at the last commit. ``alive`` is the last time (UTC ns) at which the recorder is known to have run, 0 = never."""

    sequence: int
    configuration: int
    estate: Estate | None
    site_text: str
    previous_site_text: str
    alarms: tuple[Alarm, ...]  # not over
    faults: tuple[Fault, ...]  # open, or closed within the last 24 h before ``alive``
    orders: tuple[Order, ...]  # likewise
    plans: tuple[PlanState, ...]
    accounts: tuple[Account, ...]
    secrets: dict[str, str]
    next_fault: int
    next_order: int
    last_values: dict[int, LastValue]
    alive: int
    stopped_in_order: bool
    readings: tuple[TypedReading, ...] = ()  # the newest of every manual point
    isolations: tuple[Isolation, ...] = ()  # open, or lifted within the last 24 h before ``alive``
    next_isolation: int = 1
    silences: tuple[Silence, ...] = ()  # open ones
    next_silence: int = 1
    records: tuple[AnyRecord, ...] = ()  # those in use
    numbers: dict[str, int] = field(default_factory=dict)  # kind -> the highest number of a record
    first_seen: dict[str, int] = field(default_factory=dict)  # point id -> when the store first knew it, UTC ns
