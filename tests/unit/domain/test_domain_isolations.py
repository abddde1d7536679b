"""The isolation register: what the panel opens and closes, what people must say, and when a patrol is late."""

from __future__ import annotations

import pytest
from domain_builders import ADMIN, CHEN, POINT, START, WANG, ZHAO, Desk, estate
from msgspec.structs import replace

from console.domain.acts import Act
from console.domain.commands import (
    AmendIsolation,
    Command,
    EnterReadings,
    LiftIsolation,
    RecordIsolation,
    RecordPatrol,
)
from console.domain.estate import ModbusSource, Point, ValueKind
from console.domain.isolations import Isolation, by_point, outstayed, patrol_due, patrol_late, wants_attention
from console.domain.problems import Refused
from console.domain.readings import MOST_ROWS, EnteredReading
from console.domain.registering import enter_readings, panel_says
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE
from console.domain.world import World

NODE = Point("T1-P1.node_1", "T1-P1", "node_1", Text("部位 1"), ValueKind.STATE, ModbusSource("gw", 1, 3, 0), isolated=(7,))
BY_HAND = RecordIsolation("T1-P1", "leak", "赵师傅", what="valve 3", patrol_every=HOUR, patrol_by="guard")


@pytest.fixture
def desk() -> Desk:
    return Desk(points=(POINT, NODE))


def panel(desk: Desk, isolated: bool, at: int = 0) -> Isolation | None:
    desk.apply(*panel_says(desk.world, NODE, isolated, at or desk.now, desk.now))
    return next(iter(desk.world.isolations.values()), None)


def refused(desk: Desk, command: Command, who: object = WANG) -> str:
    with pytest.raises(Refused) as caught:
        desk.do(command, who)  # type: ignore[arg-type]
    return caught.value.problem.code.removeprefix("refused.")


def test_the_panel_opens_one_entry_that_asks_for_its_reason_and_closes_it_when_it_reports_the_node_back(desk: Desk) -> None:
    entry = panel(desk, True, START - 5)
    assert entry is not None
    assert (entry.id, entry.since, entry.detected, entry.complete) == ("I-000001", START - 5, True, False)
    assert wants_attention(entry, desk.now)
    assert panel_says(desk.world, NODE, True, desk.now, desk.now) == ()
    desk.now += HOUR
    entry = panel(desk, False)
    assert entry is not None
    assert entry.lifted is not None
    assert (entry.open, entry.lifted_at, entry.lifted.by) == (False, START + HOUR, "")
    assert panel_says(desk.world, NODE, False, desk.now, desk.now) == ()
    panel(desk, True)
    assert [each.number for each in desk.world.isolations.values()] == [1, 2]


def test_a_panel_that_dates_the_end_before_the_beginning_ends_it_at_the_beginning(desk: Desk) -> None:
    panel(desk, True)
    entry = panel(desk, False, START - DAY)
    assert entry is not None
    assert entry.lifted_at == START


def test_an_entry_that_a_person_made_for_a_node_is_not_taken_back_by_the_panel(desk: Desk) -> None:
    desk.do(replace(BY_HAND, point=NODE.id))
    assert panel_says(desk.world, NODE, True, desk.now, desk.now) == ()
    assert panel_says(desk.world, NODE, False, desk.now, desk.now) == ()
    assert by_point(desk.world.isolations)[NODE.id].number == 1
    assert refused(desk, replace(BY_HAND, point=NODE.id)) == "isolation_open"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"equipment": "X"}, "isolation_equipment"),
        ({"point": "X.y"}, "point_unknown"),
        ({"what": " "}, "isolation_what"),
        ({"reason": ""}, "isolation_reason"),
        ({"isolated_by": ""}, "isolation_by"),
        ({"since": START + 1}, "future"),
        ({"until": START}, "isolation_until"),
        ({"patrol_every": MINUTE}, "isolation_patrol_interval"),
        ({"patrol_every": 8 * DAY}, "isolation_patrol_interval"),
        ({"patrol_by": ""}, "isolation_patrol_by"),
    ],
)
def test_what_is_missing_in_an_entry_is_refused(desk: Desk, change: dict[str, object], code: str) -> None:
    assert refused(desk, replace(BY_HAND, **change)) == code


def test_a_node_needs_no_equipment_and_no_words(desk: Desk) -> None:
    desk.do(RecordIsolation("", "painting", "赵师傅", point=NODE.id))
    assert desk.world.isolations[1].equipment == "T1-P1"


def test_a_patrol_is_due_an_interval_after_it_was_ordered_and_after_each_patrol(desk: Desk) -> None:
    desk.do(BY_HAND)
    assert patrol_due(desk.world.isolations[1]) == START + HOUR
    desk.now += HOUR
    assert patrol_late(desk.world.isolations[1], desk.now)
    desk.do(RecordPatrol(1, "nothing found"), ZHAO)
    entry = desk.world.isolations[1]
    assert (patrol_due(entry), entry.patrols, patrol_late(entry, desk.now)) == (START + 2 * HOUR, 1, False)
    desk.do(AmendIsolation(1, "leak", "赵师傅", patrol_every=2 * HOUR, patrol_by="guard"))
    assert patrol_due(desk.world.isolations[1]) == START + 3 * HOUR
    assert desk.do(AmendIsolation(1, "leak", "赵师傅", patrol_every=2 * HOUR, patrol_by="guard")) == ()
    desk.do(AmendIsolation(1, "leak", "赵师傅", until=desk.now + HOUR, patrol_by="guard"))
    entry = desk.world.isolations[1]
    assert (patrol_due(entry), entry.patrol_by) == (0, "")
    assert not outstayed(entry, desk.now)
    assert outstayed(entry, desk.now + HOUR)


def test_a_patrol_has_a_result_a_possible_time_and_a_reason_if_it_is_late(desk: Desk) -> None:
    desk.do(BY_HAND)
    desk.now += HOUR
    assert refused(desk, RecordPatrol(1, " ")) == "isolation_patrol_result"
    assert refused(desk, RecordPatrol(1, "ok", at=START + 1)) == "isolation_patrol_reason"
    assert refused(desk, RecordPatrol(1, "ok", at=START - 1, reason="x")) == "isolation_patrol_before"
    assert refused(desk, RecordPatrol(1, "ok", at=desk.now + 1)) == "future"
    assert refused(desk, RecordPatrol(2, "ok")) == "isolation_unknown"
    assert refused(desk, RecordPatrol(1, "ok"), ADMIN) == "right_patrol"
    desk.do(RecordPatrol(1, "ok", at=START + MINUTE, by="guard", reason="radio"))
    assert refused(desk, RecordPatrol(1, "ok", at=START + MINUTE, reason="again")) == "isolation_patrol_known"


def test_only_what_a_person_isolated_is_lifted_by_a_person(desk: Desk) -> None:
    panel(desk, True)
    assert refused(desk, LiftIsolation(1, "back")) == "isolation_panel"
    desk.do(BY_HAND)
    assert refused(desk, LiftIsolation(2, "")) == "isolation_lift_note"
    assert refused(desk, LiftIsolation(2, "back", at=START - 1)) == "isolation_lift_before"
    assert refused(desk, LiftIsolation(2, "back"), ZHAO) == "right_isolate"
    desk.do(LiftIsolation(2, "open and tested", by="赵师傅"), CHEN)
    assert not wants_attention(desk.world.isolations[2], desk.now)
    assert patrol_due(desk.world.isolations[2]) == 0
    assert refused(desk, LiftIsolation(2, "again")) == "isolation_lifted"
    desk.do(AmendIsolation(2, "gasket", "赵师傅"))  # what was not said before may be said afterwards
    assert desk.world.isolations[2].reason == "gasket"


def test_the_log_replayed_gives_the_same_register_and_readings(desk: Desk) -> None:
    panel(desk, True)
    desk.do(BY_HAND)
    desk.do(EnterReadings((EnteredReading(POINT.id, 100),)))
    desk.now += HOUR
    desk.do(RecordPatrol(2, "ok"))
    desk.do(EnterReadings((EnteredReading(POINT.id, 101, START, "misread"),)))
    desk.do(LiftIsolation(2, "back"))
    again = World.load(estate(points=(POINT, NODE)))
    again.replay(desk.log)
    assert (again.isolations, again.readings, again.next_isolation) == (desk.world.isolations, desk.world.readings, 3)
    assert [(each.value, each.was) for each in again.readings[POINT.id]] == [(101, 100)]


def test_what_was_lifted_leaves_the_world_after_a_day(desk: Desk) -> None:
    desk.do(BY_HAND)
    desk.do(LiftIsolation(1, "back"))
    desk.now += DAY + 1
    desk.do(BY_HAND)
    desk.do(LiftIsolation(2, "back"))
    assert list(desk.world.isolations) == [2]


def test_readings_are_taken_all_or_none_and_not_too_many(desk: Desk) -> None:
    assert refused(desk, EnterReadings(())) == "reading_none"
    many = EnterReadings(tuple(EnteredReading(f"p{number}", 1) for number in range(MOST_ROWS + 1)))
    assert refused(desk, many) == "reading_many"
    assert refused(desk, EnterReadings((EnteredReading("X.y", 1),))) == "point_unknown"
    assert refused(desk, EnterReadings((EnteredReading(NODE.id, 1),))) == "reading_wired"
    one = EnteredReading(POINT.id, 1)
    assert refused(desk, EnterReadings((one, one))) == "reading_twice"
    assert refused(desk, EnterReadings((one,)), ADMIN) == "right_enter_readings"
    (event,) = enter_readings(Act(desk.world, ZHAO, "desk", desk.now), EnterReadings((replace(one, final=float("nan")),)))
    assert event.reading.final == 0.0  # type: ignore[union-attr]
