"""What a worker counts of a real store: alarms, their ends, outages, faults with their orders."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.domain.alarmquality import AlarmQuality, Figure
from console.domain.alarms import Alarm, Suppression
from console.domain.events import (
    AlarmAcknowledged,
    AlarmAdvanced,
    AlarmRaised,
    AlarmReturned,
    Entry,
    Event,
    OutageRecorded,
    WatchStarted,
)
from console.domain.rosters import Level, Member, Roster, Shift, Team
from console.domain.rules import Category
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.engine import figuring
from console.store import open_store
from console.store.image import Commit
from console.store.ledger import Ledger
from tests.unit.store.store_builders import QUICK, T

ZONE = "Asia/Shanghai"


class Log:
    """Writes a store's log as the collector does, without its other files."""

    def __init__(self, folder: Path) -> None:
        open_store(folder, T, QUICK).close()
        self._ledger = Ledger(folder / "main.db")
        self._sequence = 0

    def write(self, *events: tuple[int, Event]) -> None:
        """Entries (at, event) in one transaction."""
        entries = []
        for at, event in events:
            self._sequence += 1
            entries.append(Entry(self._sequence, at, event))
        self._ledger.write([Commit(tuple(entries))])

    def close(self) -> None:
        self._ledger.close()


def alarm(number: int, at: int, rule: str = "A.x#high", **more: object) -> Alarm:
    machine = rule.partition(".")[0]
    return Alarm(number, rule, machine, rule.partition("#")[0], 3, Category.EQUIPMENT, Text(rule), at, 1.0, **more)  # type: ignore[arg-type]


def ended(raised: Alarm, at: int) -> Alarm:
    return replace(raised, active=False, returned_at=at, acknowledged=True, acknowledged_at=at)


def counted(
    folder: Path, since: int, until: int, equipment: frozenset[str] | None = None, *, roster: Roster | None = None, now: int = 0
) -> AlarmQuality:
    return figuring.quality(folder, since, until, equipment, (), roster or Roster(), ZONE, now or until)[0]


def numbers(folder: Path, since: int, until: int, figure: Figure) -> list[int]:
    return [found.number for found in figuring.rows(folder, since, until, None, figure, until, 5000)]


def test_only_what_asked_for_somebody_is_counted(tmp_path: Path) -> None:
    """Silenced, tested and drilled alarms are in the log and in no figure; one that is released or asks again counts."""
    log = Log(tmp_path)
    shelved = alarm(2, T + 2, "B.x#high", suppression=Suppression.SHELVED)
    log.write(
        (T, WatchStarted(0, "test")),
        (T + 1, AlarmRaised(alarm(1, T + 1))),
        (T + 2, AlarmRaised(shelved)),
        (T + 3, AlarmRaised(alarm(3, T + 3, "C.x#high", test=True))),
        (T + 4, AlarmRaised(alarm(4, T + 4, "D.x#high", drill=7))),
        (T + 5, AlarmRaised(alarm(5, T + 5, "E.x#high", suppression=Suppression.BY_DESIGN, caused_by=1))),
    )
    until = T + HOUR
    assert counted(tmp_path, T, until).count == 1
    log.write(
        (T + 10, AlarmAdvanced(replace(shelved, suppression=Suppression.NONE), "release")),
        (T + 11, AlarmAdvanced(alarm(1, T + 1, realarmed=1), "realarm")),
        (T + 12, AlarmAdvanced(alarm(1, T + 1), "step")),
    )
    log.close()
    found = counted(tmp_path, T, until)
    assert found.count == 3
    assert [(source.rule, source.count, source.text.zh) for source in found.top] == [
        ("A.x#high", 2, "A.x#high"),
        ("B.x#high", 1, "B.x#high"),
    ]
    assert numbers(tmp_path, T, until, Figure("all")) == [2, 1]
    assert counted(tmp_path, T, until, frozenset({"B"})).count == 1


def test_an_alarm_that_begins_again_counts_again_and_chatters(tmp_path: Path) -> None:
    """One occurrence, not yet acknowledged, that comes and goes: one row in the alarm table, three annunciations."""
    log, first = Log(tmp_path), alarm(1, T + SECOND)
    for turn in range(3):
        at = T + (1 + 20 * turn) * SECOND
        log.write((at, AlarmRaised(first)), (at + SECOND, AlarmReturned(replace(first, active=False, returned_at=at + SECOND))))
    log.close()
    found = counted(tmp_path, T, T + HOUR)
    assert found.count == 3
    assert [source.count for source in found.chattering] == [3]
    assert numbers(tmp_path, T, T + HOUR, Figure("chattering")) == [1]


def test_standing_alarms_are_found_however_long_ago_they_were_raised(tmp_path: Path) -> None:
    log = Log(tmp_path)
    old, over, quiet = alarm(1, T), alarm(2, T, "B.x#high"), alarm(3, T, "C.x#high", suppression=Suppression.SHELVED)
    log.write((T, AlarmRaised(old)), (T, AlarmRaised(over)), (T, AlarmRaised(quiet)))
    log.write((T + 40 * DAY, AlarmAcknowledged(ended(over, T + 40 * DAY))))
    log.close()
    found = counted(tmp_path, T + 30 * DAY, T + 31 * DAY, now=T + 60 * DAY)
    assert [each.number for each in found.standing] == [1, 2]  # the first stands to this day
    assert [each.number for each in counted(tmp_path, T + 50 * DAY, T + 51 * DAY).standing] == [1]
    assert numbers(tmp_path, T + 30 * DAY, T + 31 * DAY, Figure("standing")) == [2, 1]


def test_what_nobody_watched_is_not_part_of_the_rate(tmp_path: Path) -> None:
    """The store begins in the middle of the period, and the collector was away for a while."""
    log = Log(tmp_path)
    log.write((T, WatchStarted(0, "test")), (T + 3 * HOUR, OutageRecorded(T + HOUR, T + 3 * HOUR)))
    log.close()
    found = counted(tmp_path, T - DAY, T + 4 * HOUR)
    assert found.watched == 2 * HOUR


def test_the_load_is_shared_by_the_operators_on_duty(tmp_path: Path) -> None:
    """Two operators by day and one by night are 1.5 in the mean; a shift leader is none."""
    log = Log(tmp_path)
    log.write((T, WatchStarted(0, "test")), *((T + turn, AlarmRaised(alarm(turn + 2, T + turn))) for turn in range(12)))
    log.close()
    day = Team("a", Text("甲"), (Member("wang"), Member("li"), Member("zhou", Level.SHIFT_LEADER)))
    roster = Roster(
        (Shift("day", Text("白班"), 8 * 60, 20 * 60), Shift("night", Text("夜班"), 20 * 60, 8 * 60)),
        (day, Team("b", Text("乙"), (Member("zhao"),))),
        ({"day": "a", "night": "b"},),
        "2026-09-01",
    )
    found = counted(tmp_path, T, T + DAY, roster=roster)
    assert found.operators == pytest.approx(1.5)
    assert found.rate == pytest.approx(12 / 144 / 1.5)


def year(folder: Path, count: int) -> None:
    """``count`` alarms over a year, each raised, returned and acknowledged, as a store holds them."""
    log = Log(folder)
    step = 365 * DAY // count
    for first in range(0, count, 1000):
        events: list[tuple[int, Event]] = []
        for place in range(first, min(first + 1000, count)):
            at = T + place * step
            raised = alarm(3 * place + 1, at, f"M{place % 400}.x#high")
            back = replace(raised, active=False, returned_at=at + MINUTE)
            events += [
                (at, AlarmRaised(raised)),
                (at + MINUTE, AlarmReturned(back)),
                (at + MINUTE, AlarmAcknowledged(ended(raised, at + MINUTE))),
            ]
        log.write(*events)
    log.close()


@pytest.mark.torture
def test_a_year_of_alarms_is_counted_within_seconds(tmp_path: Path) -> None:
    """100,000 alarms (300,000 log entries) in the full run, a tenth of it otherwise."""
    count = 100_000 if os.environ.get("BUILDING_CONSOLE_TORTURE") == "full" else 10_000
    year(tmp_path, count)
    began = time.perf_counter()
    found = counted(tmp_path, T, T + 365 * DAY)
    took = time.perf_counter() - began
    print(f"{count} alarms in {took:.2f} s")
    assert found.count == count
    assert took < 10.0 * count / 100_000 + 1.0
