"""What the sections ``roster`` and ``notify`` of a site file may hold. Part of :mod:`config.schema`."""

from __future__ import annotations

from config.fields import Field, ListOf, MapOf, Obj
from config.scalars import Bool, Choice, DateKind, Duration, Hours, Id, Int, Str, TextKind, TimeOfDay
from console.domain.accounts import Role
from console.domain.rosters import Level
from console.domain.times import DAY

SYSTEMS = ("elevator", "water", "fire", "power", "metering", "other")

_id = Id()
_text = TextKind()
_word = Str(longest=200)
_delay = Duration(DAY)
_LEVELS = tuple(Level)
MEMBER = Obj("member", person=Field(_word, required=True), level=Field(Choice(*_LEVELS), default="operator"))
SHIFT = Obj("shift", id=Field(_id, required=True), name=Field(_text, required=True), hours=Field(Hours(), required=True))
TEAM = Obj("team", id=Field(_id, required=True), name=Field(_text, required=True), members=Field(ListOf(MEMBER, 100)))
SWAP = Obj(
    "swap",
    day=Field(DateKind(), required=True),
    shift=Field(_id, required=True),
    team=Field(_id),
    person=Field(_word),
    instead=Field(_word),
)
ROSTER = Obj(
    "roster",
    shifts=Field(ListOf(SHIFT, 20)),
    teams=Field(ListOf(TEAM, 100)),
    cycle=Field(ListOf(MapOf(_id), 366)),
    since=Field(DateKind()),
    standing=Field(ListOf(MEMBER, 100)),
    changes=Field(ListOf(SWAP, 1000)),
)
CHANNEL = Obj(
    "channel",
    id=Field(_id, required=True),
    name=Field(_text, required=True),
    url=Field(Str(longest=1000), required=True),
    language=Field(Choice("zh", "en", "both"), default="zh"),
    enabled=Field(Bool(), default="true"),
)
CONTACT = Obj(
    "contact",
    person=Field(_word, required=True),
    name=Field(_word),
    addresses=Field(MapOf(_word)),
    language=Field(Choice("zh", "en", "both")),
)
SUBSCRIPTION = Obj(
    "subscription",
    channel=Field(_id),
    person=Field(_word),
    role=Field(Choice(*Role)),
    level=Field(Choice(*_LEVELS)),
    priorities=Field(ListOf(Int(1, 3), 3), default="1, 2, 3"),
    equipment=Field(ListOf(_id, 1000)),
    systems=Field(ListOf(Choice(*SYSTEMS), 10)),
    places=Field(ListOf(_id, 1000)),
    marks=Field(Bool(), default="false"),
)
STEP = Obj("step", percent=Field(Int(0, 100), required=True), level=Field(Choice(*_LEVELS), required=True))
PATIENCE = Obj("patience", p1=Field(_delay), p2=Field(_delay), p3=Field(_delay))
NOTIFY = Obj(
    "notify",
    channels=Field(ListOf(CHANNEL, 50)),
    contacts=Field(ListOf(CONTACT, 1000)),
    subscriptions=Field(ListOf(SUBSCRIPTION, 1000)),
    steps=Field(ListOf(STEP, 20), default="0 operator, 50 shift_leader, 80 supervisor, 100 manager"),
    delay=Field(PATIENCE, default="0 s, 2 min, 5 min"),
    repeat=Field(PATIENCE, default="5 min, 0 s, 0 s"),
    repeat_most=Field(Int(0, 100), default="6"),
    rate=Field(Int(1, 1000), default="10"),
    rate_window=Field(_delay, default="10 min"),
    daily=Field(TimeOfDay(), default="08:30"),
    daily_on=Field(Bool(), default="true"),
    daily_level=Field(Choice(*_LEVELS), default="supervisor"),
)

DUTY = (ROSTER, SHIFT, TEAM, MEMBER, SWAP, NOTIFY, CHANNEL, CONTACT, SUBSCRIPTION, STEP, PATIENCE)
