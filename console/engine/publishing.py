"""Publishing to other systems over MQTT: off unless a connection says ``publish:``. Topic tree: docs/mqtt.md.

What changed is only noted; a message is built at the moment when it may be sent, so the newest state wins, and what waits
is never more than the things that exist. Alarms go before faults, orders and values. A broker that is slow or gone costs the
collector nothing: a note is a set entry, and the sending belongs to another thread. After every connection everything is sent
anew, for a broker may have lost what it retained; what we retained in an earlier run and is over is taken back then.
We never subscribe here, and the configuration refuses points on our own tree: there can be no loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from console.domain.estate import Equipment, Estate, Mqtt, Point, Publish
from console.domain.health import HealthLine, HealthState
from console.domain.problems import Problem
from console.engine import announcing
from console.engine.announcing import Record
from console.engine.clocks import EngineClock, elapsed
from console.engine.health import HealthBoard
from console.engine.live import LiveTable
from drivers import registry

TICK = 0.1  # seconds of real time between looks at what is to be sent
SUMMARY_EVERY = 1.0  # seconds of real time
COUNTED_EVERY = 5.0  # seconds of real time between health lines that only count on
KINDS = ("alarms", "faults", "orders")


class Publishing:
    """All connections that publish. Event loop only."""

    def __init__(
        self, folder: Path, live: LiveTable, board: HealthBoard, clock: EngineClock, records: Callable[[], Iterable[Record]]
    ) -> None:
        """``records`` gives every alarm, fault and order that is shown."""
        self._folder = folder
        self._live = live
        self._board = board
        self._clock = clock
        self._records = records
        self._outlets: dict[str, _Outlet] = {}

    async def configure(self, estate: Estate) -> None:
        """Begin, go on or end as ``estate`` says."""
        wanted = {each.id: each for each in estate.connections if isinstance(each, Mqtt) and each.publish is not None}
        for name in list(self._outlets):
            if wanted.get(name) != self._outlets[name].connection or self._outlets[name].site != estate.site.id:
                await self._outlets.pop(name).close()
                self._board.drop(f"publishing:{name}")
        for name, connection in wanted.items():
            outlet = self._outlets.get(name)
            if outlet is None:
                outlet = self._outlets[name] = _Outlet(self, connection, estate.site.id)
                outlet.configure(estate)
                outlet.start()
            else:
                outlet.configure(estate)

    def changed(self, numbers: npt.NDArray[np.int32]) -> None:
        """These points have something new."""
        for outlet in self._outlets.values():
            outlet.changed(numbers)

    def show(self, record: Record) -> None:
        """A record is as it is now."""
        for outlet in self._outlets.values():
            outlet.show(record)

    async def close(self) -> None:
        """Say good-bye everywhere."""
        for outlet in self._outlets.values():
            await outlet.close()
        self._outlets.clear()


class _Outlet:
    """One connection that publishes."""

    def __init__(self, owner: Publishing, connection: Mqtt, site: str) -> None:
        assert connection.publish is not None
        self.connection = connection
        self.site = site
        self._wants: Publish = connection.publish
        self._tree = f"{self._wants.root}/{site}"
        self._live, self._board, self._clock, self._records = owner._live, owner._board, owner._clock, owner._records
        loop = asyncio.get_running_loop()

        def hand_over(problem: Problem | None) -> None:  # on the session's thread
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._heard, problem)

        self._outbox = registry.outbox(connection, f"{self._tree}/status", owner._clock, lambda: hand_over(None), hand_over)
        self._file = owner._folder / f"published-{connection.id}.json"
        self._retained = _read(self._file, self._tree)
        self._equipment: dict[str, Equipment] = {}
        self._points: dict[str, list[Point]] = {}
        self._place = np.zeros(0, np.int32)  # point number -> place of its equipment in _ids
        self._ids: list[str] = []
        self._dirty = np.zeros(0, np.bool_)  # by place
        self._sent_at = np.zeros(0)  # by place: when its values were last sent
        self._about: dict[str, None] = {}
        self._waiting: dict[str, dict[str, Record | None]] = {kind: {} for kind in KINDS}  # None: take it back
        self._summary_due = False
        self._summary_at = 0.0
        self._up = False
        self._state, self._since = HealthState.STARTING, self._clock.now()
        self._problem: Problem | None = None
        self._said_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def start(self) -> None:
        """Begin."""
        self._say(HealthState.STARTING)
        self._outbox.start()
        self._task = asyncio.create_task(self._run(), name=f"publishing-{self.connection.id}")

    async def close(self) -> None:
        """Say that we are gone, and end."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._outbox.stop()
        for _ in range(40):  # 0.4 s; a thread that is busy connecting ends by itself
            if not self._outbox.alive:
                break
            await asyncio.sleep(0.01)

    def configure(self, estate: Estate) -> None:
        """The equipment and points as they are now."""
        self._equipment = {each.id: each for each in estate.equipment}
        self._ids = list(self._equipment)
        places = {name: place for place, name in enumerate(self._ids)}
        self._points = {name: [] for name in self._ids}
        self._place = np.full(max((point.number for point in estate.points), default=0) + 1, -1, np.int32)
        for point in estate.points:
            self._points[point.equipment].append(point)
            self._place[point.number] = places[point.equipment]
        self._dirty = np.zeros(len(self._ids), np.bool_)
        self._sent_at = np.zeros(len(self._ids))
        self._all_anew()

    def changed(self, numbers: npt.NDArray[np.int32]) -> None:
        """These points have something new."""
        if self._up and self._wants.values:
            places = self._place[numbers[numbers < len(self._place)]]
            self._dirty[places[places >= 0]] = True

    def show(self, record: Record) -> None:
        """A record is as it is now; while there is no broker nothing is noted, for everything is sent anew afterwards."""
        topic = announcing.topic(record)
        kind = topic.partition("/")[0]
        if self._up and getattr(self._wants, kind):
            self._waiting[kind].pop(topic, None)
            self._waiting[kind][topic] = record
            self._summary_due = True

    def _all_anew(self) -> None:
        """Everything is to be sent; what is over and was retained earlier is to be taken back."""
        self._about = dict.fromkeys(self._ids if self._wants.values else ())
        self._dirty[:] = self._wants.values
        self._summary_due = True
        for waiting in self._waiting.values():
            waiting.clear()
        for topic in self._retained:
            self._waiting[topic.partition("/")[0]][topic] = None
        for record in self._records():
            topic = announcing.topic(record)
            kind = topic.partition("/")[0]
            if getattr(self._wants, kind) and not announcing.over(record):
                self._waiting[kind][topic] = record

    def _heard(self, problem: Problem | None) -> None:
        """The session's thread has news: connected, or why it is not."""
        if self._closed:
            return
        self._up = problem is None
        if problem is None:
            self._all_anew()
        self._say(HealthState.OK if problem is None else HealthState.DOWN, problem)

    def _say(self, state: HealthState, problem: Problem | None = None) -> None:
        if state is not self._state:
            self._state, self._since = state, self._clock.now()
        self._problem, self._said_at = problem, elapsed()
        self._board.put(
            HealthLine(
                f"publishing:{self.connection.id}",
                "publishing",
                state,
                self._since,
                name=self.connection.name,
                problem=problem,
                counters={"published": self._outbox.sent},
            )
        )

    async def _run(self) -> None:
        """Send what waits, never more than the rate allows."""
        allowed, before = 0.0, elapsed()
        while True:
            await asyncio.sleep(TICK)
            now = elapsed()
            allowed, before = min(float(self._wants.rate), allowed + (now - before) * self._wants.rate), now
            if self._up:
                await self._remember()
                while allowed >= 1 and self._outbox.room and self._send_one(now):
                    allowed -= 1
                if now >= self._said_at + COUNTED_EVERY:
                    self._say(self._state, self._problem)

    def _send_one(self, now: float) -> bool:
        """Build and give away the most urgent message; False if nothing waits."""
        for kind in KINDS:
            waiting = self._waiting[kind]
            for topic, record in waiting.items():
                if record is not None and topic not in self._retained and not announcing.over(record):
                    continue  # first it must be on disk that it will be retained
                del waiting[topic]
                self._send_record(topic, record)
                return True
        if self._summary_due and now >= self._summary_at + SUMMARY_EVERY:
            self._summary_due, self._summary_at = False, now
            self._put("summary", announcing.summary(self._records()))
            return True
        if self._about:
            name = next(iter(self._about))
            del self._about[name]
            self._put(f"about/{name}", announcing.about(self._equipment[name], self._points[name]))
            return True
        ready = np.flatnonzero(self._dirty & (now - self._sent_at >= self._wants.every_s))
        if not len(ready):
            return False
        place = int(ready[self._sent_at[ready].argmin()])
        self._dirty[place], self._sent_at[place] = False, now
        name = self._ids[place]
        self._put(f"values/{name}", announcing.values(self._equipment[name], self._points[name], self._live))
        return True

    def _send_record(self, topic: str, record: Record | None) -> None:
        if record is None or announcing.over(record):
            if record is not None:
                self._put(topic, announcing.document(record, self._equipment), retain=False)
            self._put(topic, b"")  # an empty retained message takes the retained one back
            self._retained.discard(topic)
        else:
            self._put(topic, announcing.document(record, self._equipment))

    def _put(self, topic: str, payload: bytes, *, retain: bool = True) -> None:
        self._outbox.put(f"{self._tree}/{topic}", payload, retain=retain)

    async def _remember(self) -> None:
        """Note on disk what will be retained before it is."""
        new = {
            topic
            for waiting in self._waiting.values()
            for topic, record in waiting.items()
            if record is not None and topic not in self._retained and not announcing.over(record)
        }
        if new:
            self._retained |= new
            with contextlib.suppress(OSError):  # without it a retained message may outlive its alarm; nothing else is lost
                await asyncio.to_thread(_write, self._file, self._tree, sorted(self._retained))


def _read(file: Path, tree: str) -> set[str]:
    """What an earlier run retained below ``tree``."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        topics = {str(topic) for topic in found["topics"]} if found["tree"] == tree else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {topic for topic in topics if topic.partition("/")[0] in KINDS}


def _write(file: Path, tree: str, topics: list[str]) -> None:
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"tree": tree, "topics": topics}), encoding="utf-8")
    new.replace(file)
