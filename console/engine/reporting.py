"""The collector's part in papers: what it knows goes along to a worker; what comes back is a file, fetched part by part."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from console.domain.accounts import Account, Right
from console.domain.acts import require
from console.domain.estate import Estate, ValueKind
from console.domain.events import ArchiveRead
from console.domain.kpis import teams_of
from console.domain.maintenance import reports
from console.domain.maintenance.files import LARGEST_PART
from console.domain.maintenance.reports import Machine
from console.domain.problems import Refused
from console.domain.text import EMPTY
from console.domain.world import World
from console.engine import packaging, reporting_work
from console.engine.clocks import EngineClock
from console.engine.decisions import By, Decisions
from console.engine.reporting_work import Meter, Wanted
from console.engine.workers import Workers
from console.link.reports import FORMS, PaperAnswer, PaperPartQuery, PaperQueries, PaperQuery
from console.link.server import Console
from console.papers.setting import Setting

LONGEST = 120.0  # seconds of real time: a year of a large estate with ten thousand meters
KEPT = 8  # files that wait for their console
INCOMING = "incoming"
ARCHIVE = frozenset({"archive", "package"})
"""What only those read who may (查阅权限, R-AR-09), and what is told in the log (R-SE-03)."""


@dataclass
class _Made:
    console: int
    path: Path


class Reporting:
    """See the module. Event loop only."""

    def __init__(
        self, folder: Path, workers: Workers, *, clock: EngineClock, decisions: Decisions, estate: Callable[[], Estate]
    ) -> None:
        self._folder = folder
        self._workers = workers
        self._clock = clock
        self._decisions = decisions
        self._estate = estate
        self._scratch: Path | None = None
        self._made: dict[int, _Made] = {}
        self._numbers = itertools.count(1)

    @property
    def _world(self) -> World:
        return self._decisions.world

    async def answer(self, console: Console, query: PaperQueries) -> PaperAnswer:
        """The document, the file's first part, or its next; raises :class:`Refused`."""
        if isinstance(query, PaperPartQuery):
            return await self._part(console, query)
        account = self._world.accounts.get(console.account)
        await self._may(account, console, query)
        wanted = self.wanted(query, account.display if account is not None else "")
        if query.what != "package" and not query.form:
            paper = await self._workers.run_within(LONGEST, reporting_work.document, self._folder, wanted)
            return PaperAnswer(query.id, paper)
        path, name = await self.file(wanted)
        number = next(self._numbers)
        self._made[number] = _Made(console.number, path)
        while len(self._made) > KEPT:
            self._forget(next(iter(self._made)))
        data, size = await asyncio.to_thread(_read, path, 0)
        if len(data) == size:
            self._forget(number)
            number = 0
        return PaperAnswer(query.id, None, name, data, size, number)

    async def file(self, wanted: Wanted) -> tuple[Path, str]:
        """The paper as a file in the scratch folder, which the caller removes, and a name for it."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="building-console-papers-"))
        path = self._scratch / f"{next(self._numbers)}.part"
        make = packaging.package if wanted.what == "package" else reporting_work.file
        return path, await self._workers.run_within(LONGEST, make, self._folder, wanted, path)

    def wanted(self, query: PaperQuery, by: str) -> Wanted:
        """The paper that a query asks for, with what the collector knows."""
        if query.form not in FORMS or query.what not in (*reports.PAPERS, "order", "package"):
            raise Refused("engine.paper_unknown", what=f"{query.what} {query.form}".strip())
        if query.what in reports.PAPERS and (query.months not in reports.SPANS or not 1 <= query.month <= 12):
            raise Refused("engine.empty_range")
        estate = self._estate()
        setting = self._setting(query.language, by, estate)
        order = self._world.orders.get(query.number)
        plan = next((plan for plan in estate.plans if order is not None and plan.id == order.plan), None)
        meters, unit = self._meters(estate, query) if query.what == reports.ENERGY else ((), "")
        return Wanted(
            query.what,
            query.form,
            setting,
            year=query.year,
            month=query.month,
            months=query.months,
            number=query.number,
            plan=plan.title.get(query.language) if plan is not None else "",
            teams=tuple(teams_of(self._world.roster, query.language).items()),
            meters=meters,
            unit=unit,
            policy=estate.energy,
        )

    def left(self, console: Console) -> None:
        """A desk is gone, and so is what it was drawing."""
        for number in [number for number, made in self._made.items() if made.console == console.number]:
            self._forget(number)

    def close(self) -> None:
        """Remove what was made."""
        self._made.clear()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    async def _part(self, console: Console, query: PaperPartQuery) -> PaperAnswer:
        made = self._made.get(query.job)
        if made is None or made.console != console.number:
            raise Refused("engine.export_gone")
        data, size = await asyncio.to_thread(_read, made.path, query.offset)
        if query.offset + len(data) >= size:
            self._forget(query.job)
        return PaperAnswer(query.id, None, "", data, size, query.job)

    def _forget(self, number: int) -> None:
        self._made.pop(number).path.unlink(missing_ok=True)

    async def _may(self, account: Account | None, console: Console, query: PaperQuery) -> None:
        if query.what not in ARCHIVE:
            return
        if account is None:
            raise Refused("refused.not_signed_on")
        require(account, Right.READ_ARCHIVE)
        name = f"order:{query.number}" if query.what == "package" else f"{query.what} {query.year}-{query.month:02d}/{query.months}"
        await self._decisions.decide([ArchiveRead(name, query.form)], By(account.name, console.station))

    def _setting(self, language: str, by: str, estate: Estate) -> Setting:
        places = {place.id: place.name for place in estate.locations}
        watched = {point.equipment for point in estate.points}
        machines = {
            machine.id: Machine(
                machine.name,
                machine.system,
                places.get(machine.location, EMPTY),
                machine.kind,
                watched=machine.id in watched,
                counted=not machine.parent,
            )
            for machine in estate.equipment
        }
        return Setting(language, estate.site.timezone, estate.site.name, self._clock.now(), by, {}, machines)

    def _meters(self, estate: Estate, query: PaperQuery) -> tuple[tuple[Meter, ...], str]:
        """One counter a machine, the main one; without a unit that of most meters."""
        machines = {machine.id: machine for machine in estate.equipment}
        counters = [
            point
            for point in estate.points
            if point.kind is ValueKind.COUNTER and machines[point.equipment].system == "metering" and point.unit
        ]
        units = [point.unit for point in counters]
        unit = query.unit or max(sorted(set(units)), key=units.count, default="")
        chosen: dict[str, Meter] = {}
        for point in sorted((point for point in counters if point.unit == unit), key=lambda each: not each.main):
            machine = machines[point.equipment]
            load = machine.rated.get("load", "")
            chosen.setdefault(machine.id, Meter(point, machine.name, machine.id, load, load == INCOMING))
        if not chosen:
            raise Refused("engine.no_meters", unit=query.unit or "—")
        return tuple(chosen.values()), unit


def _read(path: Path, offset: int) -> tuple[bytes, int]:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, offset))
            return stream.read(LARGEST_PART), path.stat().st_size
    except OSError as error:
        raise Refused("engine.export_gone") from error
