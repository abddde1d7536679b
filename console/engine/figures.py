"""Answers about alarm quality and response figures: what the collector knows (roster, teams, classes) goes along to a worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from console.domain.estate import Estate
from console.domain.maintenance.people import Person
from console.domain.problems import Refused
from console.domain.times import DAY
from console.domain.world import World
from console.engine import figuring
from console.engine.clocks import EngineClock
from console.engine.workers import Workers
from console.link.quality import (
    KpiAnswer,
    KpiQuery,
    QualityAnswer,
    QualityAnswers,
    QualityQueries,
    QualityQuery,
    QualityRowsAnswer,
)

LONGEST = 1100 * DAY  # three years and a bit
MOST_ROWS = 5_000
MOST_EDGES = 1_200


class Figures:
    """See the module. Event loop only; nothing is counted in it."""

    def __init__(self, folder: Path, workers: Workers, *, clock: EngineClock, world: World, estate: Callable[[], Estate]) -> None:
        self._folder = folder
        self._workers = workers
        self._clock = clock
        self._world = world
        self._estate = estate

    async def answer(self, query: QualityQueries) -> QualityAnswers:
        """The answer; raises :class:`Refused`."""
        if not 0 <= query.since < query.until or query.until - query.since > LONGEST:
            raise Refused("engine.empty_range")
        wanted = frozenset(query.equipment) or None
        zone, now = self._world.timezone, self._clock.now()
        match query:
            case KpiQuery():
                systems = {machine.id: machine.system for machine in self._estate().equipment}
                total, groups, facts, count = await self._workers.run(
                    figuring.response, self._folder, query.since, query.until, max(query.trend_since, query.since - LONGEST),
                    wanted, systems, self._teams(), zone, now, min(query.facts, MOST_ROWS),
                )  # fmt: skip
                return KpiAnswer(query.id, total, groups, facts, count)
            case QualityQuery():
                if len(query.edges) > MOST_EDGES:
                    raise Refused("engine.empty_range")
                found, breaches = await self._workers.run(
                    figuring.quality, self._folder, query.since, query.until, wanted, query.edges, self._world.roster, zone, now
                )
                return QualityAnswer(query.id, found, breaches)
            case _:
                limit = min(query.limit, MOST_ROWS)
                rows = await self._workers.run(
                    figuring.rows, self._folder, query.since, query.until, wanted, query.figure, now, limit
                )
                return QualityRowsAnswer(query.id, rows)

    def _teams(self) -> dict[str, str]:
        """Whose team is which: the people's own entry counts more than the roster, whose teams go by their ids."""
        return {
            **{member.person: team.id for team in self._world.roster.teams for member in team.members},
            **{person.id: person.team for person in self._world.records(Person).values() if person.team},
        }
