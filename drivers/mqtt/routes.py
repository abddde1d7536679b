"""What each topic is for, compiled once: points, the messages that bring them, and the equipment they belong to."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from console.domain.estate import MqttSource, Point
from console.domain.health import HealthState
from console.domain.problems import Params, Problem
from console.domain.quality import Quality
from console.domain.times import SECOND, seconds
from drivers.health import Health
from drivers.mqtt.gather import Gather
from drivers.mqtt.payload import Reader, Steps, Value, reader
from drivers.scaling import ratio


@dataclass(eq=False, slots=True)
class Item:
    """One point.

    ``patience`` ns until it is stale, 0 = never. ``heard`` is when it was last refreshed, or when we began to listen
    (monotonic ns). ``said`` is its last quality, None before the first; ``wrong`` what was wrong with its last payload.
    """

    reader: Reader
    gear: Gear
    patience: int
    empty: Value
    value: Value
    heard: int = 0
    said: Quality | None = None
    fresh: bool = False
    wrong: Problem | None = None


@dataclass(eq=False, slots=True)
class Gear:
    """One piece of equipment behind the broker. ``clock`` is what is wrong with its time."""

    equipment: str
    health: Health
    items: list[Item] = field(default_factory=list)
    offline: bool = False
    clock: Problem | None = None

    def lose(self, gather: Gather) -> None:
        """COMM_LOST with the last value, once."""
        for item in self.items:
            lose(item, gather)

    def turn(self, lost: bool, mono: int) -> None:
        """The equipment's health as its points have it; ``lost``: the broker is gone."""
        about: Params = {"equipment": self.equipment}
        wrong = next((item.wrong for item in self.items if item.wrong is not None and item.fresh), self.clock)
        if lost:
            self.health.turn(HealthState.DOWN, Problem("driver.broker_lost", about))
        elif self.offline:
            self.health.turn(HealthState.DOWN, Problem("driver.device_offline", about))
        elif wrong:
            self.health.turn(HealthState.DEGRADED, wrong)
        elif any(item.fresh for item in self.items):
            self.health.turn(HealthState.OK)
        elif all(item.patience and mono - item.heard >= item.patience for item in self.items):
            longest = max(item.patience for item in self.items) // SECOND
            self.health.turn(HealthState.DOWN, Problem("driver.device_silent", {**about, "seconds": longest}))


def lose(item: Item, gather: Gather) -> None:
    """One point's COMM_LOST."""
    item.fresh = False
    if item.said is not Quality.COMM_LOST:
        item.said = Quality.COMM_LOST
        gather.add(item.reader.point.number, item.value, Quality.COMM_LOST, gather.now)


class Plain(NamedTuple):
    """A real number at a path of keys: read without asking anything twice. ``low`` and ``high`` are finite."""

    key: str
    low: float
    high: float
    number: int
    item: Item
    scaled: bool
    times: float
    by: float
    offset: float


@dataclass(eq=False, slots=True)
class Bundle:
    """The points of one topic that come in the same kind of message and share the device's time.

    ``plain`` by the object they stand in, ``rest`` is everything else. ``time`` is the last time that the device itself gave.
    """

    first: Reader
    items: list[Item]
    gears: list[Gear]
    plain: list[tuple[Steps, list[Plain]]]
    rest: list[Item]
    time: int = 0


@dataclass(eq=False, slots=True)
class Route:
    """What one topic (or filter) is for. ``json``: at least one point needs the payload as a document."""

    items: list[Item] = field(default_factory=list)
    watched: list[tuple[Gear, MqttSource]] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    json: bool = False

    def compile(self) -> None:
        """Call once, when all points are there."""
        kinds: dict[tuple[object, ...], list[Item]] = {}
        for item in self.items:
            how = item.reader
            kinds.setdefault((how.where, how.time_steps, how.source.time_unit, how.skew), []).append(item)
        self.bundles = [_bundle(items) for items in kinds.values()]
        self.json = any(_needs_json(item.reader) for item in self.items)


def make_item(point: Point, gear: Gear) -> Item:
    """The item of a point, known to its equipment."""
    how = reader(point)
    item = Item(how, gear, seconds(point.stale_after_s), how.empty, how.empty)
    gear.items.append(item)
    return item


def _needs_json(how: Reader) -> bool:
    return bool((how.steps or how.time_steps or how.where) and how.source.encoding != "binary")


def _bundle(items: Sequence[Item]) -> Bundle:
    plain: dict[Steps, list[Plain]] = {}
    rest = []
    for item in items:
        how = item.reader
        last = how.steps[-1] if how.steps else None
        if isinstance(last, str) and _is_plain(how):
            plain.setdefault(how.steps[:-1], []).append(_plain(last, item))
        else:
            rest.append(item)
    return Bundle(items[0].reader, list(items), _once(item.gear for item in items), list(plain.items()), rest)


def _is_plain(how: Reader) -> bool:
    source = how.source
    return not (how.whole or how.words or source.not_available or isinstance(how.empty, str) or source.encoding == "binary")


def _plain(key: str, item: Item) -> Plain:
    how, most = item.reader, sys.float_info.max
    times, by = ratio(how.source.scale)
    scaled = how.source.scale != 1 or how.source.offset != 0
    return Plain(
        key, max(how.low, -most), min(how.high, most), how.point.number, item, scaled, times, by, how.source.offset
    )  # fmt: skip


def _once(gears: Iterable[Gear]) -> list[Gear]:
    return list(dict.fromkeys(gears))
