"""What the alarm figures are counted from: thin rows out of main.db, for worker processes.

Only the fields that are counted are decoded; a year of a busy site is a few hundred thousand alarms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from console.domain.alarmquality import Annunciation, Stood
from console.domain.alarms import Alarm, Suppression
from console.domain.faults import Fault
from console.domain.orders import Order
from console.domain.text import EMPTY, Text
from console.store.months import MAIN
from console.store.readonly import reading
from console.store.records import alarm_decoder, fault_decoder, order_decoder

ASKS_AGAIN = ("release", "realarm")  # what an AlarmAdvanced says when an alarm asks for somebody that did not ask before
AT_ONCE = 500  # numbers in one query


class _Alarm(msgspec.Struct):
    number: int
    rule: str
    equipment: str
    priority: int
    raised_at: int = 0
    returned_at: int = 0
    code: int = 0
    active: bool = True
    acknowledged: bool = False
    suppression: Suppression = Suppression.NONE
    test: bool = False
    drill: int = 0
    text: Text = EMPTY

    @property
    def counts(self) -> bool:
        return self.suppression is Suppression.NONE and not self.test and not self.drill


class _Event(msgspec.Struct):
    alarm: _Alarm
    what: str = ""


class _Entry(msgspec.Struct):
    at: int
    event: _Event


class _Span(msgspec.Struct):
    since: int
    until: int


class _Outage(msgspec.Struct):
    event: _Span


_entry = msgspec.json.Decoder(_Entry)
_alarm = msgspec.json.Decoder(_Alarm)
_outage = msgspec.json.Decoder(_Outage)


def annunciations(folder: Path, since: int, until: int, equipment: Collection[str] | None = None) -> list[Annunciation]:
    """Whatever asked for somebody in [since, until), in the order of time; ``equipment`` ``None``: on any."""
    found: list[Annunciation] = []
    query = "SELECT entry FROM log WHERE kind = ? AND at >= ? AND at < ?"
    with reading(folder / MAIN) as connection:
        for kind in ("AlarmRaised", "AlarmAdvanced"):
            for (entry,) in connection.execute(query, (kind, since, until)):
                said = _entry.decode(entry)
                alarm = said.event.alarm
                if not alarm.counts or (equipment is not None and alarm.equipment not in equipment):
                    continue
                if kind == "AlarmAdvanced" and (said.event.what not in ASKS_AGAIN or alarm.acknowledged):
                    continue
                found.append(Annunciation(said.at, alarm.number, alarm.rule, alarm.code, alarm.equipment, alarm.priority))
    found.sort()
    return found


def stood(folder: Path, since: int, until: int, now: int, equipment: Collection[str] | None = None) -> list[Stood]:
    """Alarms that were active at any moment of [since, until), tests, drills and what is silenced now left out."""
    query = """SELECT record FROM alarm WHERE raised_at < ? AND (open = 1 OR raised_at >= ?
               OR json_extract(record, '$.returned_at') > ?)"""
    found: list[Stood] = []
    with reading(folder / MAIN) as connection:
        for (record,) in connection.execute(query, (until, since, since)):
            alarm = _alarm.decode(record)
            if not alarm.counts or (equipment is not None and alarm.equipment not in equipment):
                continue
            end = now if alarm.active else alarm.returned_at
            found.append(Stood(alarm.number, alarm.rule, alarm.code, alarm.equipment, alarm.priority, alarm.raised_at, end))
    return found


def watched(folder: Path, since: int, until: int) -> int:
    """How much of [since, until) the collector watched, ns: from its first entry on, without the outages that it found."""
    with reading(folder / MAIN) as connection:
        first = connection.execute("SELECT min(at) FROM log").fetchone()[0]
        outages = connection.execute("SELECT entry FROM log WHERE kind = 'OutageRecorded' AND at >= ?", (since,)).fetchall()
    if first is None:
        return 0
    since = max(since, first)
    dark = 0
    for (entry,) in outages:
        outage = _outage.decode(entry).event
        dark += max(0, min(outage.until, until) - max(outage.since, since))
    return max(0, until - since - dark)


def alarms(folder: Path, numbers: Iterable[int], limit: int) -> tuple[Alarm, ...]:
    """The records of these alarms, newest first, at most ``limit``."""
    wanted = sorted(set(numbers), reverse=True)[:limit]
    found: list[Alarm] = []
    with reading(folder / MAIN) as connection:
        for place in range(0, len(wanted), AT_ONCE):
            part = wanted[place : place + AT_ONCE]
            query = f"SELECT record FROM alarm WHERE number IN ({','.join('?' * len(part))}) ORDER BY number DESC"
            found += [alarm_decoder.decode(record) for (record,) in connection.execute(query, part)]
    return tuple(found)


def handled(folder: Path, since: int, until: int) -> list[tuple[Fault, Order | None]]:
    """The faults that were opened in [since, until), oldest first, each with its present order."""
    query = """SELECT fault.record, work_order.record FROM fault
               LEFT JOIN work_order ON work_order.number = json_extract(fault.record, '$.order')
               WHERE fault.opened_at >= ? AND fault.opened_at < ? ORDER BY fault.opened_at, fault.number"""
    with reading(folder / MAIN) as connection:
        return [
            (fault_decoder.decode(fault), order_decoder.decode(order) if order is not None else None)
            for fault, order in connection.execute(query, (since, until))
        ]
