"""A connection's own health line, made from its units."""

from __future__ import annotations

from collections.abc import Callable, Collection

from console.domain.estate import Modbus, ModbusSerial
from console.domain.health import HealthState
from console.domain.problems import Params, Problem
from console.domain.times import MILLISECOND
from drivers.driver import ClockPort, Sink
from drivers.health import Health, frame
from drivers.units import Job, Unit, worst_detection

SLOW = 3
"""A line is called too slow after so many windows (five seconds each) with missed slots, and cured after as many without."""


def line_name(connection: Modbus) -> str:
    """Where a line is, as people say it: ``10.0.0.7:502``, ``COM3``, ``:9001``."""
    return connection.port if isinstance(connection, ModbusSerial) else f"{connection.host}:{connection.port}"


class LineHealth:
    """State, counters and figures of one connection. ``stray`` gives the wire's running totals of unasked frames."""

    def __init__(
        self, connection: Modbus, units: Collection[Unit], stray: Callable[[], dict[str, int]], sink: Sink, clock: ClockPort
    ) -> None:
        self.health = Health(frame("connection", connection.id, connection.name), sink, clock)
        self._where: Params = {"line": line_name(connection)}
        self._silent = "driver.all_silent_serial" if isinstance(connection, ModbusSerial) else "driver.all_silent"
        self._units = units
        self._stray = stray
        self._clock = clock
        self._missed = 0
        self._windows = 0
        self._slow = False

    @property
    def dark(self) -> bool:
        """True while no unit answers."""
        return bool(self._units) and all(unit.offline for unit in self._units)

    def turn(self) -> None:
        """The state that follows from the units, while the connection stands."""
        gone = sum(1 for unit in self._units if unit.offline)
        about: Params = {**self._where, "count": gone, "total": len(self._units)}
        if self.dark:
            self.health.turn(HealthState.DOWN, Problem(self._silent, about))
        elif gone:
            self.health.turn(HealthState.DEGRADED, Problem("driver.some_silent", about))
        elif self._slow:
            self.health.turn(HealthState.DEGRADED, Problem("driver.too_slow", about))
        elif any(unit.answering for unit in self._units):
            self.health.turn(HealthState.OK)

    def refresh(self, now: int, waiting: int, *, standing: bool) -> None:
        """Numbers, every few seconds. ``waiting`` requests are due; ``standing`` is true while the connection stands."""
        total = dict(self._stray())
        jobs: list[Job] = []
        for unit in self._units:
            unit.figures()
            unit.health.refresh(now)
            if not unit.offline:
                jobs += unit.jobs
            for name, count in unit.health.counters.items():
                total[name] = total.get(name, 0) + count
        for name, count in total.items():
            self.health.counters[name] = count
        missed, self._missed = total.get("missed", 0) - self._missed, total.get("missed", 0)
        # A clock that runs faster than real time misses slots on any line.
        self._windows = min(self._windows + 1, SLOW) if missed and self._clock.rate <= 1 else max(self._windows - 1, 0)
        self._slow = self._windows == SLOW or (self._slow and self._windows > 0)
        if standing:
            self.turn()
        figures = self.health.figures
        figures["cycle_ms"] = round(sum(job.took for job in jobs) / MILLISECOND, 1)
        figures["worst_detection_ms"] = round(worst_detection(jobs) / MILLISECOND, 1)
        figures["load_pct"] = round(sum(100 * job.took / job.period for job in jobs), 1)
        figures["queue"] = waiting
        self.health.refresh(now)
