"""What an estate is made of, after the configuration was read and its equipment types were stamped out.

Ids are immutable and readable (``T1-L2``, ``T1-L2.current_floor``); names may change, so a rename keeps history.
Every struct here travels over the link and lies in the store as it is.
"""

from __future__ import annotations

import enum

import msgspec

from console.domain.energy import EnergyPolicy
from console.domain.faults import ResponsePolicy
from console.domain.keeping import Keeping
from console.domain.notices import NotifySettings
from console.domain.plans import MaintenancePlan
from console.domain.rosters import Roster
from console.domain.rules import AlarmRule
from console.domain.text import EMPTY, Text


class Location(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place: building, floor, room. ``parent`` is another location's id, empty for a building at the top."""

    id: str
    name: Text
    parent: str = ""
    kind: str = "building"  # building | floor | room | area


class ValueKind(enum.StrEnum):
    """What a point's number means; it decides how it is stored, shown and reduced."""

    ANALOG = "analog"  # a measured quantity
    COUNTER = "counter"  # only grows: energy, run hours, starts
    STATE = "state"  # one of ``states``
    BITS = "bits"  # a word of independent bits; ``states`` names bit numbers
    CODE = "code"  # a fault code; ``states`` gives the meanings, 0 is none
    TEXT = "text"


class Band(msgspec.Struct, frozen=True):
    """The normal range of a value, in the point's unit, both ends included; ``None`` is open."""

    low: float | None = None
    high: float | None = None


class Factor(msgspec.Struct, frozen=True, omit_defaults=True):
    """A scale that lies in another register of the same unit: the value of ``point`` (an id, once stamped) acts by ``how``.

    ``times``: value x factor (CT/PT ratio); ``power``: value x 10^factor (SunSpec scale factor); ``places``: value / 10^factor
    (a decimals register); ``table``: value x table[factor] (a unit code). A ratio of 0, a power that is no whole number or a
    code that ``table`` lacks is no scale at all: the value is NOT_AVAILABLE, as it is until the factor was read once.
    """

    point: str
    how: str = "times"
    table: dict[int, float] = {}


class ModbusSource(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="via", tag="modbus"):
    """Where a point lies on a Modbus device.

    ``address`` is the 0-based PDU address. ``type`` is one of bool, u8hi, u8lo, u16, i16, u32, i32, u64, i64, f32, f64,
    bcd16, bcd32. ``order`` is ABCD, CDAB, BADC or DCBA (64-bit types use the analogue). ``bit``/``bits`` take one bit or
    ``bits`` bits from ``bit`` upward out of the decoded word. value = decoded * scale * factors + offset.
    ``not_available`` lists raw (decoded, unscaled) values that mean "no value".

    ``text`` is ``length`` registers of ASCII or GBK characters, the first one in the high byte (BADC: in the low byte),
    cut at the first zero byte; blanks around it do not count.

    Date and time words become texts as well, ``2026-11-21 14:05:09``: what the device's own clock shows. A device clock is the
    site's wall clock without a zone; making an instant of it would invent one, and hide a clock that is wrong. They are
    ``time2`` (u32 seconds since 1970 UTC: the text ends in Z), ``time3`` (six bytes: year, month, day, hour, minute, second),
    ``time3bcd`` (the same in BCD), ``time4`` (four words of IEC 60870-5-4: year, month + day, hour + minute, ms) and ``time6``
    (the six numbers of ``time3``, a register each). Years below 100 belong to this century.
    """

    connection: str
    unit: int
    function: int  # 1, 2, 3 or 4
    address: int
    type: str = "u16"
    order: str = "ABCD"
    bit: int | None = None
    bits: int = 1
    scale: float = 1.0
    offset: float = 0.0
    not_available: tuple[int, ...] = ()
    length: int = 1  # registers of a ``text``
    factors: tuple[Factor, ...] = ()


class MqttSource(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="via", tag="mqtt"):
    """Where a point lies in an MQTT message.

    ``topic`` is the exact topic; ``subscribe`` the filter that brings it (one for many devices), empty = the topic itself.
    ``path`` walks a JSON payload (``data.list[2].value``, ``data[name=n1].value``); empty means that the payload itself is the
    value. ``where`` (path: word) tells messages apart that share a topic: one of another kind is passed over.
    ``partial``: the device sends only what changed, so a missing path is no mistake.
    ``true_words``/``false_words`` turn texts into 1 and 0. value = number * scale + offset; ``not_available`` lists raw
    numbers that mean "no value".
    ``time_path`` with ``time_unit`` (s, ms, iso) names the device's own time; without it, or where it is more than
    ``max_skew_s`` off, the arrival time counts.
    ``encoding`` binary: the value lies ``byte`` bytes into the payload as ``type`` (u8, i8, text with ``length`` bytes, or a type
    of :class:`ModbusSource`) in ``order``, ``bit``/``bits`` as there.
    """

    connection: str
    topic: str
    path: str = ""
    scale: float = 1.0
    offset: float = 0.0
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    time_path: str = ""
    time_unit: str = "s"
    availability_topic: str = ""
    online_words: tuple[str, ...] = ("online", "true", "1")
    offline_words: tuple[str, ...] = ("offline", "false", "0")
    subscribe: str = ""
    where: dict[str, str] = {}
    partial: bool = False
    max_skew_s: float = 300.0
    not_available: tuple[int, ...] = ()
    encoding: str = "json"  # or binary
    byte: int = 0
    type: str = "u16"
    order: str = "ABCD"
    bit: int | None = None
    bits: int = 1
    length: int = 1


class CommSource(msgspec.Struct, frozen=True, tag_field="via", tag="comm"):
    """A point that the collector writes itself: 0 while the equipment answers, 1 while it does not."""

    connection: str
    unit: int = 0


class Reminder(msgspec.Struct, frozen=True):
    """When a reading is wanted, in the site's time: each ``day``, each ``week`` on ``day`` 1 (Monday) to 7, each ``month`` on
    ``day`` 1 to 31 (the last day of a shorter month), at ``minute`` of the day."""

    every: str
    day: int
    minute: int


class ManualSource(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="via", tag="manual"):
    """A point whose values a person types.

    ``max_daily``: growth of a counter a day beyond which is asked (0: no limit). ``wraps_at``: the count at which it starts
    again from 0 (0: the next power of ten). ``photo``: ``required`` or empty.
    """

    remind: Reminder | None = None
    max_daily: float = 0.0
    wraps_at: float = 0.0
    photo: str = ""


class OtherSource(msgspec.Struct, frozen=True, tag_field="via", tag="other"):
    """A point of a third-party driver: the options are that driver's own."""

    connection: str
    options: dict[str, str | int | float | bool]


Source = ModbusSource | MqttSource | CommSource | ManualSource | OtherSource


class Recording(msgspec.Struct, frozen=True, omit_defaults=True):
    """Record a point only when it changes: by more than ``dead_band`` (its unit) and ``percent`` of the last recorded value.

    The larger of the two counts; every change of quality is recorded, and after ``heartbeat_s`` also an unchanged value.
    """

    dead_band: float = 0.0
    percent: float = 0.0
    heartbeat_s: float = 600.0


class Point(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value of one piece of equipment.

    ``number`` is given by the store on first sight and never used again for another point; 0 = not stored yet.
    ``poll_ms`` is the sampling interval; ``stale_after_s`` the age at which a good value turns stale.
    ``main`` marks the few points that a list or a tile shows.
    """

    id: str
    equipment: str
    key: str  # the code from the glossary, unique within the equipment: current_floor
    name: Text
    kind: ValueKind
    source: Source
    unit: str = ""
    decimals: int = 0
    states: dict[int, Text] = {}
    isolated: tuple[int, ...] = ()  # states in which the part is switched out of the watch (屏蔽): an entry of the register
    normal: Band | None = None
    plausible: Band | None = None  # outside: quality BAD, never a number
    poll_ms: int = 1000
    stale_after_s: float = 10.0
    main: bool = False
    group: Text = EMPTY
    number: int = 0
    record: Recording | None = None  # None: every sample is recorded


class Equipment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One machine. ``kind`` is a glossary code (elevator, domestic_pump, fire_panel, energy_meter …)."""

    id: str
    name: Text
    kind: str
    type: str  # the equipment type that it was stamped out of
    location: str
    system: str = "other"  # elevator | water | fire | power | metering | other: its place in the tree and the overview
    parent: str = ""  # a pump's pump set
    connection: str = ""
    page: str = "generic"  # which faceplate draws it: elevator | pump | pump_set | fire_panel | meter | generic
    facts: dict[str, str] = {}  # maintenance company, phone, rescue code, keys, isolation point
    rated: dict[str, str] = {}  # make, model, serial, floors, rated current


class ModbusDevice(msgspec.Struct, frozen=True, omit_defaults=True):
    """The limits of one unit on a Modbus connection."""

    unit: int
    equipment: str
    max_regs: int = 125
    max_bits: int = 2000
    max_gap: int = 0
    forbidden: tuple[tuple[int, int], ...] = ()  # (first, last) PDU addresses never to be read
    priority: bool = False  # fire and elevators are asked first


class ModbusTcp(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="protocol", tag="modbus-tcp"):
    """One TCP connection to a device or gateway; one conversation at a time.

    ``baud``: of the serial line behind a gateway, only to foresee how long a cycle takes; 0 = there is none.
    """

    id: str
    name: Text
    host: str
    port: int = 502
    timeout_ms: int = 1000
    retries: int = 1
    pause_ms: int = 0
    baud: int = 0
    devices: tuple[ModbusDevice, ...] = ()


class ModbusSerial(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="protocol", tag="modbus-rtu"):
    """RTU on a serial port of this computer (``COM3``, ``/dev/ttyUSB0``); RS-485 is one conversation at a time.

    ``pause_ms`` is kept before every request, ``turnaround_ms`` before one to another unit than the last; the silence of
    3.5 characters is always kept.
    """

    id: str
    name: Text
    port: str
    baud: int = 9600
    parity: str = "N"  # N | E | O
    stop_bits: int = 1
    data_bits: int = 8
    timeout_ms: int = 1000
    retries: int = 1
    pause_ms: int = 0
    turnaround_ms: int = 0
    devices: tuple[ModbusDevice, ...] = ()


class ModbusRtuTcp(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="protocol", tag="modbus-rtu-tcp"):
    """RTU frames over TCP, as transparent gateways and DTUs speak.

    ``listen``: the DTU dials us: ``port`` is ours, ``host`` the address that we listen at (empty: all). Several DTUs on one
    port are told apart by ``registration``, what each sends first. ``registration`` and ``heartbeat`` are texts, or bytes
    written ``hex:7b 00 01``; they are taken out of the stream. ``baud`` as in :class:`ModbusTcp`.
    """

    id: str
    name: Text
    host: str = ""
    port: int = 502
    listen: bool = False
    registration: str = ""
    heartbeat: str = ""
    timeout_ms: int = 2000
    retries: int = 1
    pause_ms: int = 0
    turnaround_ms: int = 0
    baud: int = 0
    devices: tuple[ModbusDevice, ...] = ()


Modbus = ModbusTcp | ModbusSerial | ModbusRtuTcp
"""Every kind of line with polled Modbus units."""


class Publish(msgspec.Struct, frozen=True, omit_defaults=True):
    """What we tell other systems over a broker, below ``<root>/<site>/``; docs/mqtt.md has the topic tree.

    ``every_s``: values of one piece of equipment are sent at most so often, and only after a change.
    ``rate``: messages a second at most, everything together.
    """

    root: str = "building-console"
    every_s: float = 5.0
    rate: int = 50
    values: bool = True
    alarms: bool = True
    faults: bool = True
    orders: bool = True


class Mqtt(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="protocol", tag="mqtt"):
    """One broker session.

    ``session_s``: how long the broker keeps what arrives (with QoS 1 and 2) while we are away; 0 = a clean session each time.
    """

    id: str
    name: Text
    host: str
    port: int = 1883
    version: str = "3.1.1"  # or "5"
    client_id: str = ""
    username: str = ""
    secret: str = ""  # the name of a secret in the keyring or in an environment variable, never the secret itself
    tls: bool = False
    ca_file: str = ""
    keepalive_s: int = 30
    cert_file: str = ""  # our own certificate and its key, where the broker asks for one
    key_file: str = ""
    qos: int = 1  # of our subscriptions
    session_s: int = 0
    publish: Publish | None = None  # nothing is published where it is not asked for


class OtherConnection(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="protocol", tag="other"):
    """A connection of a third-party driver, found by entry point ``building_console.drivers``."""

    id: str
    name: Text
    driver: str
    options: dict[str, str | int | float | bool]


Connection = Modbus | Mqtt | OtherConnection


class Site(msgspec.Struct, frozen=True, omit_defaults=True):
    """The estate itself. ``hint`` is shown on the sign-on panel (a duty phone, a notice)."""

    id: str
    name: Text
    timezone: str = "Asia/Shanghai"
    hint: Text = EMPTY


class Estate(msgspec.Struct, frozen=True):
    """The whole configuration in its flat, checked form. Order in every tuple is the order of the site file."""

    site: Site
    locations: tuple[Location, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    points: tuple[Point, ...] = ()
    connections: tuple[Connection, ...] = ()
    rules: tuple[AlarmRule, ...] = ()
    plans: tuple[MaintenancePlan, ...] = ()
    policy: ResponsePolicy = ResponsePolicy()
    energy: EnergyPolicy = EnergyPolicy()
    keeping: Keeping = Keeping()
    roster: Roster | None = None  # as the site file has it; what counts may have been edited since
    notify: NotifySettings | None = None  # likewise
