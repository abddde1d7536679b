"""The MQTT driver: messages to samples, and silence to quality.

- A retained message at subscription is old: STALE until a fresh one comes, unless the device's own time proves it fresh.
- A point that was not refreshed within its ``stale_after_s`` turns STALE once; one that was never heard turns COMM_LOST.
- An availability topic (or last will) that says offline turns the points of that equipment COMM_LOST once.
- A broker that is gone for three seconds turns all points COMM_LOST once, and the collector hears ``answering(False)`` for
  the connection; its return is said once too. Equipment comes back with its next fresh message.
- A payload that cannot be read makes a BAD sample and a counter, never a number.

Runs on the event loop; the network thread only fills a queue (:mod:`drivers.mqtt.network`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from console.domain.estate import Mqtt, MqttSource, Point
from console.domain.health import HealthState
from console.domain.problems import Params, Problem
from console.domain.quality import Quality
from console.domain.text import EMPTY
from console.domain.times import SECOND, seconds
from drivers.driver import ClockPort, PlannedRead, Sink
from drivers.health import Health, frame
from drivers.mqtt.gather import Gather
from drivers.mqtt.network import Connected, Disconnected, Message, Network, NotSubscribed
from drivers.mqtt.payload import MISSING, Reader, Value, availability, device_time, document, matches, read, reader, text, walk

AT_ONCE = 200
"""Messages that are decoded before other tasks of the loop get their turn."""

GRACE = 3 * SECOND
"""How long a broker may be gone before its points are lost: it may only be restarting."""

LOOK = SECOND
"""How often silence is looked for."""


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
    """One piece of equipment behind the broker."""

    health: Health
    items: list[Item] = field(default_factory=list)
    offline: bool = False


@dataclass(eq=False, slots=True)
class Route:
    """What one topic (or filter) is for."""

    items: list[Item] = field(default_factory=list)
    watched: list[tuple[Gear, MqttSource]] = field(default_factory=list)

    @property
    def json(self) -> bool:
        """True if the payload is a JSON document for at least one point."""
        return any(item.reader.steps or item.reader.time_steps for item in self.items)


class Listener:
    """The driver of one broker session."""

    def __init__(self, connection: Mqtt, points: Sequence[Point], sink: Sink, clock: ClockPort) -> None:
        self._connection = connection
        self._sink = sink
        self._clock = clock
        self._health = Health(frame("connection", connection.id, connection.name), sink, clock)
        self._gear: dict[str, Gear] = {}
        self._items: list[Item] = []
        self._routes: dict[str, Route] = {}
        for point in points:
            if isinstance(point.source, MqttSource):
                self._add(point, point.source)
        self._wild = [(topic.split("/"), route) for topic, route in self._routes.items() if "+" in topic or "#" in topic]
        self._refused_topics: set[str] = set()
        self._down_since: int | None = None
        self._lost = False
        self._dropped = 0
        self._awake = asyncio.Event()
        self._network: Network | None = None

    def plan(self) -> Sequence[PlannedRead]:
        """Nothing is asked for: this driver listens."""
        return ()

    async def run(self) -> None:
        """Listen until cancelled."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            # After the loop's end nobody is left to be woken.
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._awake.set)

        network = self._network = Network(self._connection, list(self._routes), wake)
        self._begin()
        network.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(network))
                tasks.create_task(self._watch(network))
        finally:
            network.stop()
            for _ in range(40):  # 0.4 s; a thread that is busy connecting ends by itself
                if not network.alive:
                    break
                await asyncio.sleep(0.01)

    def _add(self, point: Point, source: MqttSource) -> None:
        gear = self._gear.get(point.equipment)
        if gear is None:
            line = frame("device", f"{self._connection.id}/{point.equipment}", EMPTY, point.equipment)
            gear = self._gear[point.equipment] = Gear(Health(line, self._sink, self._clock))
        how = reader(point)
        item = Item(how, gear, seconds(point.stale_after_s), how.empty, how.empty)
        gear.items.append(item)
        self._items.append(item)
        self._routes.setdefault(source.topic, Route()).items.append(item)
        if source.availability_topic:
            watched = self._routes.setdefault(source.availability_topic, Route()).watched
            if all(known is not gear for known, _ in watched):
                watched.append((gear, source))

    def _begin(self) -> None:
        """Everything counts as heard now: silence is counted from here."""
        now = self._clock.monotonic()
        self._down_since = now
        for item in self._items:
            item.heard = now
        self._health.hand_over()
        for gear in self._gear.values():
            gear.health.hand_over()

    # -- messages ------------------------------------------------------------------------------------------------

    async def _listen(self, network: Network) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            while events := network.take(AT_ONCE):
                gather = Gather(self._clock.now())
                mono = self._clock.monotonic()
                for event in events:
                    match event:
                        case Message():
                            self._message(event, gather, mono)
                        case Connected():
                            self._connected()
                        case Disconnected(problem):
                            self._disconnected(problem, mono)
                        case NotSubscribed(topic):
                            self._not_subscribed(topic)
                gather.hand_over(self._sink)
                await asyncio.sleep(0)

    def _message(self, message: Message, gather: Gather, mono: int) -> None:
        self._health.counters["messages"] += 1
        self._health.last_answer = gather.now
        route = self._routes.get(message.topic)
        if route is not None:
            self._serve(route, message, gather, mono)
        if self._wild:
            parts = message.topic.split("/")
            for pattern, wide in self._wild:
                if matches(pattern, parts):
                    self._serve(wide, message, gather, mono)

    def _serve(self, route: Route, message: Message, gather: Gather, mono: int) -> None:
        payload = message.payload
        if payload is not None and route.watched:
            for gear, source in route.watched:
                self._available(gear, availability(payload, source), gather)
        if not route.items:
            return
        doc = document(payload) if payload is not None and route.json else MISSING
        plain = text(payload) if payload is not None else MISSING
        for item in route.items:
            how = item.reader
            if payload is None:
                value, quality, wrong = item.empty, Quality.BAD, "too_large"
            elif how.steps:
                value, quality, wrong = (
                    read(how, walk(doc, how.steps)) if doc is not MISSING else (item.empty, Quality.BAD, "not_json")
                )
            else:
                value, quality, wrong = read(how, plain) if plain is not MISSING else (item.empty, Quality.BAD, "not_text")
            time, proven, skew = device_time(how, doc, gather.now)
            for name in (wrong, skew):
                if name:
                    item.gear.health.counters[name] += 1
            old = message.retained and not (proven and gather.now - time <= item.patience)
            if old and item.gear.offline:
                continue  # it is known to be off; an old value makes it no fresher
            if old and quality is Quality.GOOD:
                quality = Quality.STALE
            item.wrong = (
                Problem(f"driver.{wrong}", {"topic": message.topic, "path": how.source.path, "point": how.point.id})
                if wrong
                else None
            )
            self._keep(item, value, quality, mono, fresh=not old)
            gather.add(how.point.number, value, quality, time)
        for gear in {item.gear for item in route.items}:
            gear.health.counters["messages"] += 1
            gear.health.last_answer = gather.now if not message.retained else gear.health.last_answer
            self._turn(gear, mono)

    def _keep(self, item: Item, value: Value, quality: Quality, mono: int, *, fresh: bool) -> None:
        item.value, item.said = value, quality
        if fresh:
            item.heard = mono
            item.fresh = True
            item.gear.offline = False

    def _available(self, gear: Gear, says: bool | None, gather: Gather) -> None:
        """An availability topic spoke."""
        if says is None:
            gear.health.counters["unknown_availability"] += 1
        elif says:
            gear.offline = False
        else:
            gear.offline = True
            self._lose(gear.items, gather)
            name = {"equipment": gear.items[0].reader.point.equipment}
            gear.health.turn(HealthState.DOWN, Problem("driver.device_offline", dict(name)))

    # -- the broker ----------------------------------------------------------------------------------------------

    def _connected(self) -> None:
        self._health.counters["connects"] += 1
        self._down_since = None
        self._refused_topics.clear()
        self._health.turn(HealthState.OK)
        if self._lost:
            self._lost = False
            self._sink.answering(self._connection.id, 0, True)
        mono = self._clock.monotonic()
        for item in self._items:
            if item.said is None:
                item.heard = mono  # its silence begins now

    def _disconnected(self, problem: Problem, mono: int) -> None:
        self._health.counters["disconnects" if self._down_since is None else "connect_failures"] += 1
        if self._down_since is None:
            self._down_since = mono
        self._health.turn(HealthState.DOWN, problem)

    def _not_subscribed(self, topic: str) -> None:
        self._refused_topics.add(topic)
        about: Params = {"topic": topic, "count": len(self._refused_topics)}
        self._health.turn(HealthState.DEGRADED, Problem("driver.not_subscribed", about))

    # -- silence -------------------------------------------------------------------------------------------------

    async def _watch(self, network: Network) -> None:
        """Look for silence, once a second of the clock (at most twenty times a real second)."""
        while True:
            pause = max(LOOK, round(SECOND / 20 * self._clock.rate))
            await self._clock.sleep_until(self._clock.monotonic() + pause)
            self._look(network, self._clock.monotonic())

    def _look(self, network: Network, mono: int) -> None:
        gather = Gather(self._clock.now())
        grace = round(GRACE * max(1.0, self._clock.rate))
        if self._down_since is not None and not self._lost and mono - self._down_since >= grace:
            self._lost = True
            self._sink.answering(self._connection.id, 0, False)
            self._lose(self._items, gather)
            for gear in self._gear.values():
                self._turn(gear, mono)
        for gear in self._gear.values():
            stale = [item for item in gear.items if item.patience and mono - item.heard >= item.patience]
            for item in stale:
                item.fresh = False
                if item.said is None:
                    self._lose([item], gather)
                elif item.said is Quality.GOOD:
                    item.said = Quality.STALE
                    gather.add(item.reader.point.number, item.value, Quality.STALE, gather.now)
            if stale:
                self._turn(gear, mono)
        gather.hand_over(self._sink)
        if self._health.due(mono):
            self._refresh(network, mono)

    def _lose(self, items: Sequence[Item], gather: Gather) -> None:
        """COMM_LOST with the last value, once."""
        for item in items:
            item.fresh = False
            if item.said is not Quality.COMM_LOST:
                item.said = Quality.COMM_LOST
                gather.add(item.reader.point.number, item.value, Quality.COMM_LOST, gather.now)

    # -- saying it -----------------------------------------------------------------------------------------------

    def _turn(self, gear: Gear, mono: int) -> None:
        """The equipment's health as its points have it."""
        about: Params = {"equipment": gear.items[0].reader.point.equipment}
        wrong = [item.wrong for item in gear.items if item.wrong is not None and item.fresh]
        if self._lost:
            gear.health.turn(HealthState.DOWN, Problem("driver.broker_lost", about))
        elif gear.offline:
            gear.health.turn(HealthState.DOWN, Problem("driver.device_offline", about))
        elif wrong:
            gear.health.turn(HealthState.DEGRADED, wrong[0])
        elif any(item.fresh for item in gear.items):
            gear.health.turn(HealthState.OK)
        elif all(item.patience and mono - item.heard >= item.patience for item in gear.items):
            seconds_ = max(item.patience for item in gear.items) // SECOND
            gear.health.turn(HealthState.DOWN, Problem("driver.device_silent", {**about, "seconds": seconds_}))

    def _refresh(self, network: Network, mono: int) -> None:
        """Numbers, every few seconds."""
        dropped, self._dropped = network.dropped - self._dropped, network.dropped
        self._health.counters["dropped"] = network.dropped
        if dropped:
            self._health.turn(HealthState.DEGRADED, Problem("driver.flood", {"count": dropped}))
        elif self._down_since is None and not self._refused_topics:
            self._health.turn(HealthState.OK)
        for gear in self._gear.values():
            gear.health.refresh(mono)
        self._health.refresh(mono)
