"""What a line knows of each of its units: read plan, silence, refusals, counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from console.domain.estate import Modbus, ModbusDevice, ModbusSource, Point
from console.domain.health import HealthState
from console.domain.problems import Params, Problem
from console.domain.text import EMPTY
from console.domain.times import MILLISECOND, SECOND
from drivers.decode import BlockDecoder
from drivers.driver import ClockPort, Sink
from drivers.factors import Factors
from drivers.health import Health, frame
from drivers.learning import Diagnosis
from drivers.readplan import NOTHING_LEARNED, Block, Learned, build
from drivers.replies import Outcome, Reply

SILENT_POLLS = 3
"""After so many silent polls a unit is given up (devices.md, "Serial gateways": offline after 3 fails)."""

BACK_OFF = 30 * SECOND
BACK_OFF_MOST = 300 * SECOND
"""A given-up unit, or a refused read, is tried again after 30 s, and ever more seldom up to 300 s (devices.md)."""


@dataclass(eq=False, slots=True)
class Job:
    """One block on its way through the line. Times are monotonic ns.

    ``due`` is the absolute slot. ``failed`` counts failures in a row; ``withdrawn`` is true once the quality of its
    points was taken away; ``back_off`` > 0 while the device refuses it. ``trial`` jobs are pieces of a diagnosis,
    ``probe`` jobs ask whether a silent unit is back.
    """

    block: Block
    compiled: bytes
    decoder: BlockDecoder
    due: int = 0
    failed: int = 0
    withdrawn: Problem | None = None
    back_off: int = 0
    took: int = 0
    asked: int = 0
    worst: int = 0
    worst_before: int = 0
    trial: bool = False
    probe: bool = False
    alive: bool = True

    @property
    def period(self) -> int:
        """The sampling interval, ns."""
        return self.block.poll_ms * MILLISECOND

    @property
    def lane(self) -> bool:
        """True in the priority lane."""
        return self.block.priority

    @property
    def who(self) -> int:
        """The unit."""
        return self.block.unit

    @property
    def where(self) -> Params:
        """For the sentences about it."""
        block = self.block
        return {"unit": block.unit, "function": block.function, "first": block.address, "last": block.last}


@dataclass(eq=False, slots=True)
class Unit:
    """One unit. ``answering`` is None until it was heard, or given up, for the first time."""

    device: ModbusDevice
    points: tuple[Point, ...]
    health: Health
    factors: Factors
    jobs: list[Job] = field(default_factory=list)
    unreadable: tuple[Point, ...] = ()
    learned: dict[int, Learned] = field(default_factory=dict)
    silent: int = 0
    slowest: int = 0  # the longest that it took to answer, ns
    answering: bool | None = None
    probe_at: int = 0
    back_off: int = BACK_OFF
    urgent: bool = False  # the next probe need not wait for room between the polls
    diagnosis: Diagnosis | None = None
    examined: Job | None = None
    trial: Job | None = None
    suspect: Job | None = None
    by_silence: bool = False

    @property
    def offline(self) -> bool:
        """True once it was given up."""
        return self.answering is False

    def blocks(self) -> Sequence[Block]:
        """The read plan with what was learned; sets ``unreadable``."""
        plan = build(self.points, self.device, self.learned)
        self.unreadable = plan.unreadable
        return plan.blocks

    def probe_block(self) -> Block | None:
        """The smallest question that shows whether it lives: one point that was not refused."""
        job = min(self.jobs, key=lambda job: (job.back_off, job.block.count), default=None)
        if job is None:
            return None
        return build(job.block.points[:1], self.device).blocks[0]

    def count(self, reply: Reply) -> None:
        """One reply, under its own counters."""
        counters = self.health.counters
        counters["requests"] += 1
        counters[reply.outcome.value] += 1
        if reply.outcome is Outcome.EXCEPTION:
            counters[f"exception_{reply.exception}"] += 1

    def learn(self, function: int, news: Learned) -> bool:
        """Remember; True if it changes the plan."""
        if news == self.learned.get(function, NOTHING_LEARNED):
            return False
        self.learned[function] = news
        return True

    def turn(self) -> None:
        """The health state that follows from the jobs."""
        if self.offline:
            return
        withdrawn = [job for job in self.jobs if job.withdrawn is not None]
        if withdrawn:
            self.health.turn(HealthState.DEGRADED, withdrawn[0].withdrawn)
        elif self.unreadable:
            about: Params = {"unit": self.device.unit, "count": len(self.unreadable), "point": self.unreadable[0].id}
            self.health.turn(HealthState.DEGRADED, Problem("driver.unreadable", about))
        elif self.answering:
            self.health.turn(HealthState.OK)

    def figures(self) -> None:
        """Bring the figures up to date: the window of ``worst_detection_ms`` is the time since the last call."""
        for job in self.jobs:
            job.worst_before, job.worst = job.worst or job.worst_before, 0
        self.health.figures["cycle_ms"] = round(sum(job.took for job in self.jobs) / MILLISECOND, 1)
        self.health.figures["worst_detection_ms"] = round(worst_detection(self.jobs) / MILLISECOND, 1)
        self.health.figures["blocks"] = len(self.jobs)


def worst_detection(jobs: Sequence[Job]) -> int:
    """The longest that a change of the most urgent points went unseen lately, ns: from one question to the end of the next."""
    live = [job for job in jobs if not job.back_off]
    urgent = [job for job in live if job.lane] or live
    if not urgent:
        return 0
    fastest = min(job.period for job in urgent)
    return max(job.worst_before for job in urgent if job.period == fastest)


def units_of(connection: Modbus, points: Sequence[Point], sink: Sink, clock: ClockPort) -> list[Unit]:
    """The units of a connection that have points."""
    devices = {device.unit: device for device in connection.devices}
    by_unit: dict[int, list[Point]] = {}
    for point in points:
        if isinstance(point.source, ModbusSource):
            by_unit.setdefault(point.source.unit, []).append(point)
    found = []
    for number, mine in by_unit.items():
        device = devices.get(number) or ModbusDevice(number, mine[0].equipment)
        health = Health(frame("device", f"{connection.id}/{number}", EMPTY, device.equipment), sink, clock)
        found.append(Unit(device, tuple(mine), health, Factors(mine)))
    return found
