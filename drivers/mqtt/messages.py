"""Messages to samples: which points a message brings, what it says about them, and from when.

- A retained message at subscription is old: STALE until a fresh one comes, unless the device's own time proves it fresh.
- A message of another kind than ``where`` asks for is passed over. A partial message leaves out what did not change: that
  stays as good as it was.
- A message that comes twice (QoS 1, or a session that the broker kept) with the same device time and value counts once.
- A payload that cannot be read makes a BAD sample and a counter, never a number.

Event loop only.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from console.domain.health import HealthState
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.times import SECOND
from drivers.mqtt.binary import Unfit, binary
from drivers.mqtt.client import Message
from drivers.mqtt.gather import Gather
from drivers.mqtt.payload import MISSING, Reader, Value, availability, device_time, document, fits, matches, read, text, walk
from drivers.mqtt.routes import Bundle, Gear, Item, Route

_HUGE = 1 << 1000  # beyond it an integer may be no float


class Messages:
    """Takes messages. ``back`` ns that the broker may have kept the present ones for us; ``lost``: there is no broker."""

    def __init__(self, routes: dict[str, Route], counters: Counter[str]) -> None:
        self._routes = routes
        self._wild = [(topic.split("/"), route) for topic, route in routes.items() if "+" in topic or "#" in topic]
        self._counters = counters
        self.back = 0
        self.lost = False
        for route in routes.values():
            route.compile()

    def take(self, message: Message, gather: Gather) -> None:
        """One message."""
        self._counters["messages"] += 1
        route = self._routes.get(message.topic)
        if route is not None:
            self._serve(route, message, gather)
        served = route is not None
        if self._wild:
            parts = message.topic.split("/")
            for pattern, wide in self._wild:
                if matches(pattern, parts):
                    served = True
                    self._serve(wide, message, gather)
        if not served:
            self._counters["unknown_topics"] += 1

    def _serve(self, route: Route, message: Message, gather: Gather) -> None:
        payload = message.payload
        if route.watched and payload is not None:
            for gear, source in route.watched:
                self._available(gear, availability(payload, source), gather)
        doc = document(payload) if route.json and payload is not None else MISSING
        for bundle in route.bundles:
            if bundle.first.where and not fits(doc, bundle.first.where):
                for gear in bundle.gears:
                    gear.health.counters["other_kind"] += 1
            else:
                self._bundle(bundle, message, doc, gather)

    def _bundle(self, bundle: Bundle, message: Message, doc: object, gather: Gather) -> None:
        now, how = gather.now, bundle.first
        time, proven, clock = device_time(how, doc, now, self.back) if how.time_steps else (now, False, "")
        again = proven and time == bundle.time
        if message.retained or again or doc is MISSING:
            left = bundle.items
        else:
            left = _quickly(bundle, doc, gather) if bundle.plain else []
            gather.good(time)
            left = left + bundle.rest if left else bundle.rest
        for item in left:
            self._item(item, message, doc, gather, (time, proven, again))
        if proven:
            bundle.time = time
        for gear in bundle.gears:
            health = gear.health
            health.counters["messages"] += 1
            if not message.retained:
                health.last_answer = now
                gear.offline = False
            if clock:
                health.counters[clock] += 1
            if clock == "clock_skew":
                gear.clock = Problem("driver.clock_skew", {"equipment": gear.equipment, "seconds": how.skew // SECOND})
            elif proven:
                gear.clock = None
            if left or health.state is not HealthState.OK or gear.clock is not None:
                gear.turn(self.lost, gather.mono)

    def _item(self, item: Item, message: Message, doc: object, gather: Gather, when: tuple[int, bool, bool]) -> None:
        how, gear = item.reader, item.gear
        time, proven, again = when
        value, quality, wrong = _said(how, message.payload, doc)
        if wrong == "no_path" and how.source.partial:
            if item.said is Quality.GOOD and not message.retained:
                item.heard = gather.mono  # it would have told us of a change
            return
        if again and quality is item.said and value == item.value:
            gear.health.counters["duplicates"] += 1
            return
        old = message.retained and not (proven and gather.now - time <= item.patience)
        if old and gear.offline:
            return  # it is known to be off; an old value makes it no fresher
        if old and quality is Quality.GOOD:
            quality = Quality.STALE
        item.wrong = None
        if wrong:
            gear.health.counters[wrong] += 1
            item.wrong = Problem(
                f"driver.{wrong}", {"topic": message.topic, "path": how.source.path, "point": how.point.id}
            )  # fmt: skip
        item.value, item.said = value, quality
        if not old:
            item.heard, item.fresh = gather.mono, True
            gear.offline = False
        gather.add(how.point.number, value, quality, time)

    def _available(self, gear: Gear, says: bool | None, gather: Gather) -> None:
        """An availability topic spoke."""
        if says is None:
            gear.health.counters["unknown_availability"] += 1
        elif says:
            gear.offline = False
        else:
            gear.offline = True
            gear.lose(gather)
            gear.health.turn(HealthState.DOWN, Problem("driver.device_offline", {"equipment": gear.equipment}))


def _quickly(bundle: Bundle, doc: object, gather: Gather) -> list[Item]:
    """Take every real number that is just that and plausible; give back the items that need a closer look."""
    left: list[Item] = []
    add, keep = gather.numbers.append, gather.values.append
    good, mono = Quality.GOOD, gather.mono
    for steps, plain in bundle.plain:
        parent = walk(doc, steps) if steps else doc
        if not isinstance(parent, dict):
            left += [each.item for each in plain]
            continue
        get = parent.get
        for key, low, high, number, item, scaled, times, by, offset in plain:
            value: Any = get(key)
            kind = type(value)
            if kind is float or (kind is int and -_HUGE < value < _HUGE):
                value = value * times / by + offset if scaled else float(value)
                if low <= value <= high:
                    add(number)
                    keep(value)
                    item.value, item.said, item.heard = value, good, mono
                    item.fresh, item.wrong = True, None
                    continue
            left.append(item)
    return left


def _said(how: Reader, payload: bytes | None, doc: object) -> tuple[Value, Quality, str]:
    """A point's value and quality out of one message, and what is wrong with it."""
    if payload is None:
        return how.empty, Quality.BAD, "too_large"
    if how.source.encoding == "binary":
        try:
            return read(how, binary(how.source, payload))
        except Unfit:
            return how.empty, Quality.BAD, "not_binary"
    if how.steps:
        return read(how, walk(doc, how.steps)) if doc is not MISSING else (how.empty, Quality.BAD, "not_json")
    plain = text(payload)
    return read(how, plain) if plain is not MISSING else (how.empty, Quality.BAD, "not_text")
