"""Runs whose measured times a drill's record may take over: drills that were simulated, and emergency plans that were rehearsed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from console.domain.maintenance.drilling import DrillRun
from console.domain.maintenance.drills import Measure
from console.domain.maintenance.emergencies import EmergencyRun
from console.domain.text import Text
from console.domain.times import DAY
from console.link.messages import Answer
from console.link.records import RecordsAnswer, RecordsQuery
from console.texts import CHINESE, ENGLISH, language, tr
from console.ui.desk import Desk
from console.ui.drills import presenter
from console.ui.moments import full_text
from console.ui.picture import Picture

DAYS = 60
MOST = 30


@dataclass(frozen=True)
class Measured:
    """One run: how it is called, when it was, its measured times."""

    name: str
    title: str
    since: int
    until: int
    measures: tuple[Measure, ...]


class LastRuns:
    """Asked from the store when a form may want them."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        self._picture, self._desk = picture, desk
        self._runs: dict[str, dict[str, Measured]] = {}

    def ask(self) -> None:
        """Ask anew; what is known stays until the answers are there."""
        until = self._picture.now() + DAY
        for kind in ("drillrun", "emergencyrun"):
            self._desk.query(self._question(kind, until), self._taker(kind), lambda _problem: None)

    def entries(self) -> list[tuple[str, str]]:
        """For a choice, the newest first."""
        zone = self._picture.estate.site.timezone
        runs = sorted((each for found in self._runs.values() for each in found.values()), key=lambda each: -each.since)
        return [
            (tr("drills.no_run"), ""),
            *((f"{each.name}  {each.title}  {full_text(each.since, zone)}", each.name) for each in runs),
        ]

    def run(self, name: str) -> Measured | None:
        """The run of that name."""
        return next((found[name] for found in self._runs.values() if name in found), None)

    def _question(self, kind: str, until: int) -> Callable[[int], RecordsQuery]:
        return lambda id: RecordsQuery(id, kind, until - DAYS * DAY, until, limit=MOST)

    def _taker(self, kind: str) -> Callable[[Answer], None]:
        def came(answer: Answer) -> None:
            if isinstance(answer, RecordsAnswer):
                made = [_measured(record) for record in answer.records if isinstance(record, DrillRun | EmergencyRun)]
                self._runs[kind] = {each.name: each for each in made if each is not None}

        return came


def _measured(run: DrillRun | EmergencyRun) -> Measured | None:
    if run.open:
        return None
    if isinstance(run, EmergencyRun):
        if not run.drill:
            return None
        return Measured(run.name, run.title.get(language()), run.at, run.ended_at, presenter.run_measures(run))
    measures = tuple(
        Measure(Text(*(tr(f"domain.clock.{each.clock}", said) for said in (CHINESE, ENGLISH))), each.took, each.limit)
        for each in run.clocks
        if each.done
    )
    return Measured(run.name, run.title, run.at, run.ended_at, measures)
