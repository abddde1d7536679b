"""What a site file and an equipment type file may hold, declared once: reading, JSON Schema and reference come from here."""

from __future__ import annotations

from typing import Any

from config.durations import DURATION_PATTERN, INTERVAL_PATTERN
from config.duty import DUTY, NOTIFY, ROSTER, SYSTEMS
from config.fields import Deferred, Field, ListOf, MapOf, Obj
from config.manual import ReminderKind
from config.nodelist import MOST_NODES, NodeList
from config.scalars import (
    BandKind,
    Bool,
    Choice,
    DateKind,
    Duration,
    Hours,
    Id,
    Int,
    IntervalKind,
    JsonPath,
    Loose,
    Measure,
    Millis,
    Num,
    Pair,
    Port,
    Str,
    TextKind,
    TimeOfDay,
    Topic,
)
from console.domain.estate import ValueKind
from console.domain.expressions import LONGEST
from console.domain.registers import TYPES
from console.domain.rules import Category, RuleKind
from console.domain.times import DAY, HOUR
from console.texts import CHINESE, ENGLISH, tr

REGISTER_TYPES = TYPES
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
PAGES = ("elevator", "pump", "pump_set", "fire_panel", "meter", "generic")
MOST_REPEATS = MOST_NODES  # points out of one line
FASTEST_MS, SLOWEST_MS = 50, 3_600_000  # a poll faster than 50 ms is no building; slower than 1 h is no watch

_id = Id()
_text = TextKind()
_word = Str(longest=200)
_poll = Millis(FASTEST_MS, SLOWEST_MS)
_delay = Duration(DAY)

SITE = Obj(
    "site",
    id=Field(_id, required=True),
    name=Field(_text, required=True),
    timezone=Field(_word, default="Asia/Shanghai"),
    hint=Field(_text),
)

LOCATION = Obj(
    "location",
    id=Field(_id, required=True),
    name=Field(_text, required=True),
    parent=Field(_id),
    kind=Field(Choice("building", "floor", "room", "area"), default="building"),
)

PUBLISH = Obj(
    "publish",
    root=Field(Str(r"[^+#\x00/\s]+(?:/[^+#\x00/\s]+)*", 200), default="building-console"),
    every=Field(Duration(HOUR), default="5 s"),
    rate=Field(Int(1, 1000), default="50"),
    values=Field(Bool(), default="true"),
    alarms=Field(Bool(), default="true"),
    faults=Field(Bool(), default="true"),
    orders=Field(Bool(), default="true"),
)

CONNECTION = Obj(
    "connection",
    id=Field(_id, required=True),
    protocol=Field(Choice("modbus-tcp", "modbus-rtu", "modbus-rtu-tcp", "mqtt", "other"), required=True),
    name=Field(_text),
    host=Field(Str(r"[^\s/]+", 253)),
    port=Field(Port(), default="502 / 1883"),
    timeout_ms=Field(Millis(20, 60_000), default="1000"),
    retries=Field(Int(0, 10), default="1"),
    pause_ms=Field(Int(0, 10_000), default="0"),
    turnaround_ms=Field(Int(0, 10_000), default="0"),
    baud=Field(Int(300, 1_000_000), default="9600"),
    parity=Field(Choice("N", "E", "O"), default="N"),
    stop_bits=Field(Choice("1", "2"), default="1"),
    data_bits=Field(Choice("7", "8"), default="8"),
    listen=Field(Bool(), default="false"),
    registration=Field(_word),
    heartbeat=Field(_word),
    version=Field(Choice("3.1.1", "5"), default="3.1.1"),
    client_id=Field(_word),
    username=Field(_word),
    secret=Field(_word),
    tls=Field(Bool(), default="false"),
    ca_file=Field(Str(longest=1000)),
    keepalive_s=Field(Int(5, 3600), default="30"),
    cert_file=Field(Str(longest=1000)),
    key_file=Field(Str(longest=1000)),
    qos=Field(Int(0, 2), default="1"),
    session=Field(Duration(31 * DAY), default="0 s"),
    publish=Field(PUBLISH),
    driver=Field(_word),
    options=Field(MapOf(Loose())),
)
_MANNERS = ("timeout_ms", "retries", "pause_ms")
# Which keys of a connection belong to which protocol.
PROTOCOL_KEYS: dict[str, frozenset[str]] = {
    "modbus-tcp": frozenset({"host", "port", "baud", *_MANNERS}),
    "modbus-rtu": frozenset({"port", "baud", "parity", "stop_bits", "data_bits", "turnaround_ms", *_MANNERS}),
    "modbus-rtu-tcp": frozenset({"host", "port", "listen", "registration", "heartbeat", "baud", "turnaround_ms", *_MANNERS}),
    "mqtt": frozenset({"host", "port", "version", "client_id", "username", "secret", "tls", "ca_file", "keepalive_s"})
    | {"cert_file", "key_file", "qos", "session", "publish"},
    "other": frozenset({"driver", "options"}),
}

REPEAT = Obj(
    "repeat",
    **{"from": Field(Int(0, MOST_REPEATS), default="1"), "to": Field(Int(0, MOST_REPEATS))},
    loops=Field(NodeList()),
)

CODE = Obj("code", zh=Field(_word), en=Field(_word), level=Field(_word), priority=Field(Int(1, 4)))

FACTOR = Obj(
    "factor",
    point=Field(_id, required=True),
    how=Field(Choice("times", "power", "places", "table"), default="times"),
    table=Field(MapOf(Num(), numeric=True)),
)

RECORD = Obj(
    "record",
    dead_band=Field(Num(0), default="0"),
    percent=Field(Num(0, 100), default="0"),
    heartbeat=Field(Duration(DAY), default="10 min"),
)

_SOURCE_FIELDS: dict[str, Field] = {
    "source": Field(Choice("manual", "site")),
    "remind": Field(ReminderKind()),
    "max_daily": Field(Num(0)),
    "wraps_at": Field(Num(0)),
    "photo": Field(Choice("required")),
    "fc": Field(Int(1, 4), default="3"),
    "address": Field(Int(0, 65535)),
    "type": Field(Choice(*REGISTER_TYPES, "u8", "i8"), default="u16"),
    "length": Field(Int(1, 125)),
    "order": Field(Choice(*ORDERS), default="ABCD"),
    "bit": Field(Int(0, 63)),
    "bits": Field(Int(1, 32), default="1"),
    "scale": Field(Num(), default="1"),
    "offset": Field(Num(), default="0"),
    "factors": Field(ListOf(FACTOR, 4)),
    "not_available": Field(ListOf(Int(-(2**63), 2**64 - 1), 16)),
    "topic": Field(Topic(wild=True)),
    "device": Field(Str(r"[^+#\x00]+", 200)),
    "path": Field(JsonPath()),
    "where": Field(MapOf(_word)),
    "partial": Field(Bool(), default="false"),
    "encoding": Field(Choice("json", "binary"), default="json"),
    "byte": Field(Int(0, 256 * 1024 - 1), default="0"),
    "true_words": Field(ListOf(_word, 32)),
    "false_words": Field(ListOf(_word, 32)),
    "time_path": Field(JsonPath()),
    "time_unit": Field(Choice("s", "ms", "iso"), default="s"),
    "max_skew": Field(Duration(DAY), default="5 min"),
    "availability_topic": Field(Topic(wild=False)),
    "online_words": Field(ListOf(_word, 32), default="online, true, 1"),
    "offline_words": Field(ListOf(_word, 32), default="offline, false, 0"),
    "options": Field(MapOf(Loose())),
    "poll_ms": Field(_poll, default="1000"),
    "rate": Field(Choice("fast", "normal", "slow", "hourly")),
    "stale_after": Field(Duration(31 * DAY), default="10 s / 3 × poll_ms"),
    "record": Field(RECORD),
}

POINT = Obj(
    "point",
    key=Field(_id, required=True),
    name=Field(_text),
    kind=Field(Choice(*(kind.value for kind in ValueKind)), default="analog"),
    unit=Field(Measure()),
    decimals=Field(Int(0, 9), default="0"),
    states=Field(MapOf(_text, numeric=True)),
    codes=Field(MapOf(CODE, numeric=True)),
    isolated=Field(ListOf(Int(0, 2**31 - 1), 16)),
    normal=Field(BandKind()),
    plausible=Field(BandKind()),
    main=Field(Bool(), default="false"),
    group=Field(_text),
    repeat=Field(REPEAT),
    **_SOURCE_FIELDS,
)
_OWN = ("source", "address", "bit", "length", "factors")  # a point's own affair: no default could be right
DEFAULTS = Obj("defaults", **{key: field for key, field in _SOURCE_FIELDS.items() if key not in _OWN})

ALARM_STEP = Obj("alarm_step", text=Field(_text, required=True), within=Field(Duration(DAY)))

ALARM = Obj(
    "alarm",
    key=Field(_id, required=True),
    point=Field(Str(r"[\w-]+\*?", 80)),
    kind=Field(Choice(*(kind.value for kind in RuleKind))),
    limit=Field(Num()),
    dead_band=Field(Num(0), default="0"),
    values=Field(ListOf(Int(-(2**31), 2**31 - 1), 256)),
    mask=Field(Int(1, 2**32 - 1)),
    levels=Field(MapOf(Int(1, 4), numeric=True)),
    on_delay=Field(_delay, default="0 s"),
    off_delay=Field(_delay, default="0 s"),
    priority=Field(Int(1, 4)),
    category=Field(Choice(*(category.value for category in Category)), default="equipment"),
    text=Field(_text),
    cause=Field(_text),
    consequence=Field(_text),
    action=Field(_text),
    enabled=Field(Bool(), default="true"),
    against=Field(_id),
    set_point=Field(Num()),
    window=Field(Duration(31 * DAY)),
    direction=Field(Choice("up", "down")),
    expression=Field(Str(longest=LONGEST)),
    when=Field(Str(longest=LONGEST)),
    hours=Field(ListOf(Hours(), 24)),
    weekdays=Field(ListOf(Int(1, 7), 7)),
    months=Field(ListOf(Int(1, 12), 12)),
    realarm=Field(Duration(7 * DAY)),
    latched=Field(Bool(), default="false"),
    explains=Field(ListOf(_word, 200)),
    steps=Field(ListOf(ALARM_STEP, 30)),
    response=Field(Duration(DAY)),
)

COUNTER = Obj(
    "counter",
    point=Field(_id, required=True),
    every=Field(Num(0.001, 1e12), required=True),
    wrap=Field(Num(0, 1e15), default="0"),
)
_PLAN_FIELDS: dict[str, Field] = {
    "key": Field(_id, required=True),
    "title": Field(_text),
    "every": Field(IntervalKind()),
    "hours_point": Field(_id, default="run_hours"),
    "first_due": Field(DateKind()),
    "lead": Field(Duration(366 * DAY), default="0 d"),
    "priority": Field(Int(1, 4), default="4"),
    "checklist": Field(ListOf(_text, 200)),
    "source": Field(_text),
    "assignee": Field(_word),
    "within": Field(_id),
    "counters": Field(ListOf(COUNTER, 5)),
    "completion": Field(Bool(), default="false"),
    "grace": Field(Duration(366 * DAY), default="0 d"),
    "months": Field(ListOf(Int(1, 12), 12)),
    "shift": Field(Choice("stay", "next", "previous", "skip"), default="stay"),
    "work": Field(Num(0, 1000), default="0"),
    "team": Field(_word),
    "enabled": Field(Bool(), default="true"),
}
PLAN = Obj("plan", **_PLAN_FIELDS)
SITE_PLAN = Obj("site_plan", equipment=Field(_id), **_PLAN_FIELDS)

DEVICE = Obj(
    "device",
    max_regs=Field(Int(1, 125), default="125"),
    max_bits=Field(Int(1, 2000), default="2000"),
    max_gap=Field(Int(0, 124), default="0"),
    forbidden=Field(ListOf(Pair(0, 65535), 1000)),
    priority=Field(Bool(), default="false"),
)
EQUIPMENT = Obj(
    "equipment",
    id=Field(_id, required=True),
    type=Field(_word, required=True),
    name=Field(_text, required=True),
    location=Field(_id, required=True),
    connection=Field(_id),
    unit=Field(Int(0, 255)),
    parent=Field(_id),
    kind=Field(_id),
    system=Field(Choice(*SYSTEMS)),
    page=Field(Choice(*PAGES)),
    device=Field(DEVICE),
    poll=Field(MapOf(_poll)),
    names=Field(MapOf(_text)),
    points=Field(Deferred(ListOf(POINT))),
    alarms=Field(ListOf(ALARM)),
    plans=Field(ListOf(PLAN)),
    facts=Field(MapOf(_word)),
    rated=Field(MapOf(_word)),
    **{"with": Field(MapOf(Loose()))},
)

_clock = Field(Duration(31 * DAY, none=True))
LIMITS = Obj("limits", acknowledge=_clock, respond=_clock, on_site=_clock, restored=_clock, repaired=_clock)
STAGE_LIMITS = Obj(
    "stage_limits", verified=_clock, dispatched=_clock, assigned=_clock, on_site=_clock, in_progress=_clock, self_check=_clock,
    acceptance=_clock, archived=_clock,
)  # fmt: skip
STAGES = Obj(
    "stages",
    p1=Field(STAGE_LIMITS, default="3 min, 5 min, 7 min, 15 min, 15 min, 23 h 15 min, 4 h, 24 h"),
    p2=Field(STAGE_LIMITS, default="10 min, 20 min, 30 min, 1 h, 30 min, 45 h 30 min, 24 h, 3 d"),
    p3=Field(STAGE_LIMITS, default="30 min, 30 min, 1 h, 22 h, 1 h, 23 h, 24 h, 3 d"),
    p4=Field(STAGE_LIMITS, default="none, none, none, none, none, none, 3 d, 7 d"),
)
RESPONSE = Obj(
    "response",
    p1=Field(LIMITS, default="3 min, 15 min, 30 min, 2 h, 24 h"),
    p2=Field(LIMITS, default="10 min, 1 h, 2 h, 24 h, 48 h"),
    p3=Field(LIMITS, default="30 min, 2 h, 24 h, none, 48 h"),
    warn_percent=Field(ListOf(Int(1, 99), 5), default="50, 80"),
    stages=Field(STAGES),
)

PERIOD = Obj(
    "period",
    name=Field(_text, required=True),
    price=Field(Num(0, 1e6), required=True),
    hours=Field(ListOf(Hours(), 24)),
    months=Field(ListOf(Int(1, 12), 12)),
)
TARIFF = Obj(
    "tariff",
    unit=Field(Measure(), required=True),
    currency=Field(Str(longest=8), default="¥"),
    periods=Field(ListOf(PERIOD, 24), required=True),
)
TARGET = Obj("target", unit=Field(Measure(), required=True), months=Field(ListOf(Num(0), 12), required=True))
ENERGY = Obj(
    "energy",
    night=Field(Hours(), default="02:00-05:00"),
    tariffs=Field(ListOf(TARIFF, 20)),
    targets=Field(ListOf(TARGET, 20)),
)

BACKUP = Obj(
    "backup",
    folder=Field(Str(longest=1000), required=True),
    at=Field(TimeOfDay(), default="03:00"),
    keep=Field(Int(1, 1000), default="14"),
)
RETENTION = Obj(
    "retention",
    ledgers_years=Field(Num(0, 100), default="0"),
    history_years=Field(Num(0.05, 100), default="5"),
    thin_years=Field(Num(0, 100), default="0"),
    thin_systems=Field(ListOf(Choice(*SYSTEMS), len(SYSTEMS))),
)

COMMS = Obj("comms", priority=Field(Int(1, 4), default="3"), delay=Field(Duration(HOUR), default="0 s"))
PARAMETER = Obj(
    "parameter",
    kind=Field(Choice("integer", "number", "string", "nodes"), required=True),
    default=Field(Loose()),
    example=Field(Loose()),
    low=Field(Num()),
    high=Field(Num()),
    confirm=Field(Bool(), default="false"),
    text=Field(_text, required=True),
)
TYPE = Obj(
    "type",
    type=Field(_id, required=True),
    kind=Field(_id, required=True),
    system=Field(Choice(*SYSTEMS), default="other"),
    page=Field(Choice(*PAGES), default="generic"),
    name=Field(_text, required=True),
    summary=Field(_text),
    source=Field(ListOf(_word), required=True),
    confidence=Field(Choice("high", "medium", "low"), required=True),
    device=Field(Deferred(DEVICE)),
    comms=Field(Deferred(COMMS)),
    parameters=Field(MapOf(PARAMETER)),
    defaults=Field(Deferred(DEFAULTS)),
    groups=Field(MapOf(_text)),
    points=Field(Deferred(ListOf(POINT))),
    alarms=Field(Deferred(ListOf(ALARM))),
    plans=Field(Deferred(ListOf(PLAN))),
)

FILE = Obj(
    "file",
    site=Field(SITE, required=True),
    locations=Field(ListOf(LOCATION)),
    connections=Field(ListOf(CONNECTION)),
    types=Field(ListOf(TYPE)),
    equipment=Field(ListOf(EQUIPMENT)),
    response=Field(RESPONSE),
    energy=Field(ENERGY),
    backup=Field(BACKUP),
    retention=Field(RETENTION),
    roster=Field(ROSTER),
    notify=Field(NOTIFY),
    plans=Field(ListOf(SITE_PLAN)),
)

OBJECTS: tuple[Obj, ...] = (
    FILE, SITE, LOCATION, CONNECTION, PUBLISH, EQUIPMENT, POINT, FACTOR, RECORD, REPEAT, CODE, ALARM, ALARM_STEP, PLAN, COUNTER,
    SITE_PLAN, RESPONSE, LIMITS, STAGES, STAGE_LIMITS, ENERGY, TARIFF, PERIOD, TARGET, BACKUP, RETENTION,
    *DUTY, TYPE, DEVICE, COMMS, PARAMETER, DEFAULTS,
)  # fmt: skip


def json_schema() -> dict[str, Any]:
    """The site file as JSON Schema (draft 2020-12): shape, types, limits. What only a whole file can tell is for ``check``."""
    word = {"type": "string"}
    both = {"type": "object", "properties": {"zh": word, "en": word}, "additionalProperties": False, "minProperties": 1}
    definitions: dict[str, Any] = {
        "text": {"anyOf": [{"type": ["string", "number", "boolean"]}, both]},
        "duration": {"type": "string", "pattern": DURATION_PATTERN},
        "interval": {"type": "string", "pattern": INTERVAL_PATTERN},
    }
    for described in OBJECTS:
        definitions[described.name] = described.definition()
        definitions[described.name]["description"] = _described(doc_key(described.name))
        for key, property_schema in definitions[described.name]["properties"].items():
            property_schema["description"] = _described(doc_key(described.name, key))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Building Console site file",
        "$ref": "#/$defs/file",
        "$defs": definitions,
    }


def doc_key(section: str, key: str = "") -> str:
    """The text key that describes a section, or one key of it; what stands in two sections is described once."""
    fields = {"site_plan": PLAN, "defaults": POINT}.get(section)
    owner = fields.name if fields is not None and key in fields.fields else section
    return f"config.doc.{owner}.{key}" if key else f"config.doc.{section}"


def _described(key: str) -> str:
    return f"{tr(key, CHINESE)} / {tr(key, ENGLISH)}"
