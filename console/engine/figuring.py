"""Alarm quality and response figures, in a worker process: reads the store, counts by the domain's formulas.

Measured: a year of 100,000 alarms takes 0.7 s here and nothing in the collector's loop (docs/alarm-quality.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec.structs import replace

from console.domain import alarmquality, kpis
from console.domain.alarmquality import AlarmQuality, Figure
from console.domain.alarms import Alarm
from console.domain.kpis import FaultFacts, Kpis
from console.domain.rosters import Roster
from console.domain.text import EMPTY
from console.domain.times import HOUR

LEAD_IN = HOUR  # read before the period: a flood that runs as it begins


def quality(  # noqa: PLR0917 - the worker's arguments travel by place
    folder: Path,
    since: int,
    until: int,
    equipment: Collection[str] | None,
    edges: tuple[int, ...],
    roster: Roster,
    timezone: str,
    now: int,
) -> tuple[AlarmQuality, dict[str, int]]:
    """The figures of [since, min(until, now)), and ``priority/clock`` -> broken promises of the faults opened in it."""
    from console.store import alarmcounts  # noqa: PLC0415 - the collector names this function and never reads

    end = max(since, min(until, now))
    heard = alarmcounts.annunciations(folder, since - LEAD_IN, end, equipment)
    found = alarmquality.measure(
        heard,
        alarmcounts.stood(folder, since, end, now, equipment),
        since,
        end,
        edges=edges,
        watched=alarmcounts.watched(folder, since, end),
        operators=alarmquality.operators_of(roster, since, end, timezone),
    )
    named = [each.number for each in (*found.top, *found.chattering)] + [each.number for each in found.standing]
    texts = {alarm.number: alarm.text for alarm in alarmcounts.alarms(folder, named, len(named))}
    found = replace(
        found,
        top=tuple(replace(each, text=texts.get(each.number, EMPTY)) for each in found.top),
        chattering=tuple(replace(each, text=texts.get(each.number, EMPTY)) for each in found.chattering),
        standing=tuple(replace(each, text=texts.get(each.number, EMPTY)) for each in found.standing),
    )
    broken: dict[str, int] = {}
    for fact in _facts(folder, since, end, equipment, {}, {}, now):
        for clock in fact.broken if fact.counts else ():
            key = f"{fact.priority}/{clock}"
            broken[key] = broken.get(key, 0) + 1
    return found, broken


def rows(  # noqa: PLR0917 - as above
    folder: Path, since: int, until: int, equipment: Collection[str] | None, figure: Figure, now: int, limit: int
) -> tuple[Alarm, ...]:
    """The alarms behind one figure, newest first."""
    from console.store import alarmcounts  # noqa: PLC0415 - as above

    end = max(since, min(until, now))
    standing = figure.kind == "standing"
    heard = [] if standing else alarmcounts.annunciations(folder, since - LEAD_IN, end, equipment)
    long = alarmcounts.stood(folder, since, end, now, equipment) if standing else []
    return alarmcounts.alarms(folder, alarmquality.behind(figure, heard, long, since, end), limit)


def response(  # noqa: PLR0917 - as above
    folder: Path,
    since: int,
    until: int,
    trend_since: int,
    equipment: Collection[str] | None,
    systems: Mapping[str, str],
    teams: Mapping[str, str],
    timezone: str,
    now: int,
    limit: int,
) -> tuple[Kpis, dict[str, dict[str, Kpis]], tuple[FaultFacts, ...], int]:
    """All figures of the period, the same in groups, and what they were counted from; see :class:`KpiAnswer`."""
    every = _facts(folder, min(trend_since or since, since), until, equipment, systems, teams, now)
    facts = [fact for fact in every if fact.opened_at >= since and not fact.drill]
    groups = {
        "month": kpis.by_month(every, timezone),
        "team": kpis.grouped(facts, lambda fact: fact.team or fact.person),
        "system": kpis.grouped(facts, lambda fact: fact.system),
        "priority": kpis.grouped(facts, lambda fact: str(fact.priority)),
        "equipment": kpis.grouped(facts, lambda fact: fact.equipment),
    }
    return kpis.measure(facts), groups, tuple(reversed(facts))[:limit], len(facts)


def _facts(  # noqa: PLR0917 - as above
    folder: Path,
    since: int,
    until: int,
    equipment: Collection[str] | None,
    systems: Mapping[str, str],
    teams: Mapping[str, str],
    now: int,
) -> list[FaultFacts]:
    from console.store import alarmcounts  # noqa: PLC0415 - as above

    return [
        kpis.facts_of(fault, order, now, systems=systems, teams=teams)
        for fault, order in alarmcounts.handled(folder, since, until)
        if equipment is None or fault.equipment in equipment
    ]
