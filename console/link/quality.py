"""The messages about alarm quality and response figures. Part of :mod:`console.link.messages`."""

from __future__ import annotations

import msgspec

from console.domain.alarmquality import AlarmQuality, Figure
from console.domain.alarms import Alarm
from console.domain.kpis import FaultFacts, Kpis


class _Message(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    pass


class QualityQuery(_Message, frozen=True):
    """The alarm figures of [since, until). ``equipment`` empty: of all, the console's own alarms included.

    ``edges``: ascending ends of the chart's bars, the first one ``since``.
    """

    id: int
    since: int
    until: int
    equipment: tuple[str, ...] = ()
    edges: tuple[int, ...] = ()


class QualityRowsQuery(_Message, frozen=True):
    """The alarms behind one of these figures, newest first."""

    id: int
    since: int
    until: int
    figure: Figure
    equipment: tuple[str, ...] = ()
    limit: int = 5000


class KpiQuery(_Message, frozen=True):
    """How the faults of [since, until) were answered; months from ``trend_since`` on. ``facts``: of at most so many faults."""

    id: int
    since: int
    until: int
    trend_since: int = 0
    equipment: tuple[str, ...] = ()
    facts: int = 2000


class QualityAnswer(_Message, frozen=True):
    """``breaches``: ``priority/clock`` -> faults whose promise was broken."""

    id: int
    quality: AlarmQuality
    breaches: dict[str, int] = {}


class QualityRowsAnswer(_Message, frozen=True):
    id: int
    alarms: tuple[Alarm, ...]


class KpiAnswer(_Message, frozen=True):
    """``groups``: month, team, system, priority or equipment -> its values' figures; ``facts`` of the period, newest first."""

    id: int
    total: Kpis
    groups: dict[str, dict[str, Kpis]] = {}
    facts: tuple[FaultFacts, ...] = ()
    faults: int = 0  # of the period, those beyond ``facts`` included


QualityQueries = QualityQuery | QualityRowsQuery | KpiQuery
QualityAnswers = QualityAnswer | QualityRowsAnswer | KpiAnswer
