"""Scans of running lines: jobs with progress, one a connection at a time, ended when nobody looks any more."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field

from console.domain.estate import Modbus, ModbusDevice
from console.domain.problems import Problem, Refused
from console.engine.clocks import EngineClock
from console.link import bench as m
from drivers.bench import Bench
from drivers.scan import LAST_ADDRESS, Manners, Progress, Scan, Walk

FORGOTTEN = 60.0  # seconds of real time without a question about a scan until it is cancelled
KEPT = 20  # finished scans whose results can still be asked for
MOST_PAUSE_MS = 10_000
_log = logging.getLogger(__name__)


@dataclass
class _Job:
    number: int
    plan: m.ScanPlan
    progress: Progress
    started: int
    state: str = "running"
    ended: int = 0
    problem: Problem | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)
    watchdog: asyncio.TimerHandle | None = field(default=None, repr=False)


class Scanning:
    """Event loop only."""

    def __init__(self, clock: EngineClock) -> None:
        self._clock = clock
        self._jobs: OrderedDict[int, _Job] = OrderedDict()
        self._next = 1

    def start(self, query: int, plan: m.ScanPlan, connection: Modbus, bench: Bench) -> m.ScanAnswer:
        """Begin; raises :class:`Refused`."""
        for job in self._jobs.values():
            if job.state == "running" and job.plan.connection == connection.id:
                raise Refused("bench.scan.busy", connection=connection.id, job=job.number)
        bounds = (1, 247) if plan.kind == "bus" else (0, LAST_ADDRESS)
        sound = bounds[0] <= plan.first <= plan.last <= bounds[1] and plan.function in (1, 2, 3, 4) and 0 <= plan.unit <= 255
        if plan.kind not in ("bus", "range") or not sound:
            raise Refused("bench.bad_scan", first=plan.first, last=plan.last)
        job = _Job(self._next, plan, Progress(plan.last - plan.first + 1), self._clock.now())
        self._next += 1
        self._jobs[job.number] = job
        while len(self._jobs) > KEPT and next(iter(self._jobs.values())).state != "running":
            self._jobs.popitem(last=False)
        scan = Scan(bench, self._clock, job.progress, Manners(min(max(0, plan.pause_ms), MOST_PAUSE_MS), shared=True))
        job.task = asyncio.create_task(self._run(job, scan, _limits(connection, plan.unit)), name=f"scan-{job.number}")
        return self.look(query, job.number)

    def look(self, query: int, number: int, *, cancel: bool = False) -> m.ScanAnswer:
        """How far it is. Asking keeps it alive."""
        job = self._jobs.get(number)
        if job is None:
            raise Refused("bench.scan.unknown", job=number)
        if job.watchdog is not None:
            job.watchdog.cancel()
        if job.state == "running" and cancel:
            self._cancel(job, None)
        elif job.state == "running":
            job.watchdog = asyncio.get_running_loop().call_later(FORGOTTEN, self._cancel, job, Problem("bench.scan.forgotten"))
        found = job.progress
        return m.ScanAnswer(
            query,
            number,
            job.plan,
            job.state,
            found.done,
            found.total,
            found.asked,
            job.started,
            job.ended,
            tuple(m.FoundUnit(unit.unit, unit.how, unit.exception, unit.objects, unit.took_ms) for unit in found.units),
            tuple(m.FoundRange(each.first, each.last, each.state, each.exception, bytes(each.data)) for each in found.ranges),
            job.problem,
        )

    async def close(self) -> None:
        """End all scans."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None and not job.task.done()]
        for job in self._jobs.values():
            if job.state == "running":
                self._cancel(job, None)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _cancel(self, job: _Job, problem: Problem | None) -> None:
        if job.watchdog is not None:
            job.watchdog.cancel()
        if job.task is not None:
            job.task.cancel()
        job.state, job.problem, job.ended = "cancelled", problem, self._clock.now()

    async def _run(self, job: _Job, scan: Scan, limits: ModbusDevice | None) -> None:
        plan = job.plan
        state, problem = "done", None
        try:
            if plan.kind == "bus":
                await scan.bus(range(plan.first, plan.last + 1), plan.function, plan.address)
            else:
                most = 0 if limits is None else limits.max_bits if plan.function in (1, 2) else limits.max_regs
                limit = min(most or plan.span, plan.span or most)
                forbidden = limits.forbidden if limits is not None else ()
                await scan.addresses(Walk(plan.unit, plan.function, plan.first, plan.last, limit, forbidden, job.progress.ranges))
        except Refused as refused:
            state, problem = "failed", refused.problem
        except Exception as error:  # noqa: BLE001 - reported in full; a scan must not take the watch along
            _log.exception("scan %d ended by a bug of ours", job.number)
            state, problem = "failed", Problem("bench.scan.died", {"detail": f"{type(error).__name__}: {error}"[:200]})
        finally:
            if job.watchdog is not None:
                job.watchdog.cancel()
        job.state, job.problem, job.ended = state, problem, self._clock.now()


def _limits(connection: Modbus, unit: int) -> ModbusDevice | None:
    return next((device for device in connection.devices if device.unit == unit), None)
