"""The MQTT driver: one broker session, its messages, and what silence means.

- A point that was not refreshed within its ``stale_after_s`` turns STALE once; one that was never heard turns COMM_LOST.
- An availability topic (or last will) that says offline turns the points of that equipment COMM_LOST once.
- A broker that is gone for three seconds turns all points COMM_LOST once, and the collector hears ``answering(False)`` for
  the connection; its return is said once too. Equipment comes back with its next fresh message.

What a message says: :mod:`drivers.mqtt.messages`. Runs on the event loop; the network thread only fills a queue
(:mod:`drivers.mqtt.network`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from console.domain.estate import Mqtt, MqttSource, Point
from console.domain.health import HealthState
from console.domain.problems import Params, Problem
from console.domain.quality import Quality
from console.domain.text import EMPTY
from console.domain.times import SECOND
from drivers.driver import ClockPort, PlannedRead, Sink
from drivers.frames import Frame
from drivers.frames import Listener as Tap
from drivers.health import Health, frame
from drivers.mqtt.client import Message
from drivers.mqtt.gather import Gather
from drivers.mqtt.messages import Messages
from drivers.mqtt.network import Connected, Disconnected, Network, NotSubscribed
from drivers.mqtt.routes import Gear, Item, Route, lose, make_item

AT_ONCE = 500
"""Messages that are decoded before other tasks of the loop get their turn (10 to 20 ms)."""

GRACE = 3 * SECOND
"""How long a broker may be gone before its points are lost: it may only be restarting."""

BACKLOG = 60 * SECOND
"""How long after a return what comes may be what the broker kept for us, and so be as old as our absence."""

LOOK = SECOND
"""How often silence is looked for."""


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
        self._filters: dict[str, None] = {}  # what is subscribed to, in order
        for point in points:
            if isinstance(point.source, MqttSource):
                self._add(point, point.source)
        self._messages = Messages(self._routes, self._health.counters)
        self._refused_topics: set[str] = set()
        self._down_since: int | None = None
        self._lost = False
        self._dropped = 0
        self._away_since = 0  # UTC ns; 0 = since before this run
        self._backlog_until = 0
        self._tap: Tap | None = None
        self._awake = asyncio.Event()
        self._network: Network | None = None

    def plan(self) -> Sequence[PlannedRead]:
        """Nothing is asked for: this driver listens."""
        return ()

    def tap(self, listener: Tap | None) -> None:
        """Call ``listener`` with every message from now on; ``None`` ends it. ``data`` is the topic, a zero byte (no topic has
        one), and the payload."""
        self._tap = listener

    async def run(self) -> None:
        """Listen until cancelled."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            # After the loop's end nobody is left to be woken.
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._awake.set)

        network = self._network = Network(self._connection, list(self._filters), wake, self._clock.now)
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
            gear = self._gear[point.equipment] = Gear(point.equipment, Health(line, self._sink, self._clock))
        item = make_item(point, gear)
        self._items.append(item)
        self._routes.setdefault(source.topic, Route()).items.append(item)
        self._filters[source.subscribe or source.topic] = None
        if source.availability_topic:
            watched = self._routes.setdefault(source.availability_topic, Route()).watched
            self._filters[source.availability_topic] = None
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
                mono = self._clock.monotonic()
                gather = Gather(self._clock.now(), mono)
                if mono >= self._backlog_until:
                    self._messages.back = 0
                for event in events:
                    if type(event) is Message:
                        self._messages.take(event, gather)
                        if self._tap is not None:
                            self._tap(_frame(event, self._connection.id, gather.now))
                        continue
                    match event:
                        case Connected(kept):
                            self._connected(mono, kept=kept)
                        case Disconnected(problem):
                            self._disconnected(problem, mono)
                        case NotSubscribed(topic):
                            self._not_subscribed(topic)
                if type(events[-1]) is Message:
                    self._health.last_answer = gather.now
                gather.hand_over(self._sink)
                await asyncio.sleep(0)

    # -- the broker ----------------------------------------------------------------------------------------------

    def _connected(self, mono: int, *, kept: bool) -> None:
        self._health.counters["connects"] += 1
        self._down_since = None
        self._refused_topics.clear()
        self._health.turn(HealthState.OK)
        if self._lost:
            self._lost = self._messages.lost = False
            self._sink.answering(self._connection.id, 0, True)
        if kept:
            self._backlog_until = mono + round(BACKLOG * max(1.0, self._clock.rate))
            if not self._away_since:
                self._away_since = self._clock.now() - self._connection.session_s * SECOND
            self._messages.back = self._clock.now() - self._away_since + BACKLOG
        for item in self._items:
            if item.said is None:
                item.heard = mono  # its silence begins now

    def _disconnected(self, problem: Problem, mono: int) -> None:
        self._health.counters["disconnects" if self._down_since is None else "connect_failures"] += 1
        if self._down_since is None:
            self._down_since = mono
            self._away_since = self._clock.now()
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
        gather = Gather(self._clock.now(), mono)
        grace = round(GRACE * max(1.0, self._clock.rate))
        if self._down_since is not None and not self._lost and mono - self._down_since >= grace:
            self._lost = self._messages.lost = True
            self._sink.answering(self._connection.id, 0, False)
            for gear in self._gear.values():
                gear.lose(gather)
                gear.turn(True, mono)
        for gear in self._gear.values():
            stale = [item for item in gear.items if item.patience and mono - item.heard >= item.patience]
            for item in stale:
                item.fresh = False
                if item.said is None:
                    lose(item, gather)
                elif item.said is Quality.GOOD:
                    item.said = Quality.STALE
                    gather.add(item.reader.point.number, item.value, Quality.STALE, gather.now)
            if stale:
                gear.turn(self._lost, mono)
        gather.hand_over(self._sink)
        if self._health.due(mono):
            self._refresh(network, mono)

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


def _frame(message: Message, connection: str, now: int) -> Frame:
    return Frame(now, connection, False, message.topic.encode() + b"\0" + (message.payload or b""))
