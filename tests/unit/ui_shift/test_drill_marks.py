"""A drill on the screens that were there before it: marked wherever it is named, and never in the way of what is real."""

from __future__ import annotations

from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from console.domain.alarms import Alarm
from console.domain.maintenance.drilling import DrillRun, marked
from console.domain.rosters import Level, Member, Roster, Shift, Team
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE
from console.texts import set_language
from console.ui.alarms.folding import folded
from console.ui.attention import Banner, urgent
from console.ui.desk import Desk
from console.ui.equipment import presenter as machines
from console.ui.horn import Horn
from console.ui.navcounts import COUNTS
from console.ui.overview.nodes import first_fire
from console.ui.overview.panes import worst_priorities
from console.ui.overview.promises import by_promise
from console.ui.picture import Picture
from console.ui.strip import Strip, loudest_first, nearest_promise
from console.ui.topbar import TopBar
from tests.helpers.reading_screens import says
from tests.helpers.snapshots import NOW, RULES, RecordingLine, alarm, delta, fault, order, snapshot, stamp

FIRE = RULES[0]


def drill(number: int, rule: object = FIRE, **more: object) -> Alarm:
    made = alarm(number, rule, drill=1, **more)  # type: ignore[arg-type]
    return replace(made, text=marked(made.text))


def picture_of(*alarms: Alarm, **more: object) -> Picture:
    set_language("en")
    made = Picture("desk")
    made.take_snapshot(snapshot(alarms=alarms, **more))
    made.live = True
    return made


def test_a_drills_fire_lights_no_lamp_colours_no_machine_and_is_counted_nowhere(qtbot: QtBot) -> None:
    """Acceptance check 8 (R-SLA-04, R-EM-02): what cannot carry the mark does not tell of a drill."""
    picture = picture_of(drill(1), faults=(fault(1, 1, drill=1, order=1),), orders=(order(1, drill=1),))
    assert set(picture.tally.lamps().values()) == {(0, 0)}
    assert worst_priorities(picture) == {}
    assert first_fire(picture, "FP1") is None
    assert machines.gravest(picture, "FP1") is None
    assert [COUNTS[name](picture) for name in ("alarms", "faults", "orders")] == [(0, 0)] * 3


def test_it_stands_in_the_lists_with_its_mark(qtbot: QtBot) -> None:
    picture = picture_of(drill(1))
    assert [each.text.en for each in machines.alarms_of(picture, "FP1")] == ["[DRILL] Fire"]
    banner = Banner(picture, Desk(picture, RecordingLine(), picture))
    qtbot.addWidget(banner)
    assert "[DRILL] Fire" in banner.text.text()


def test_what_is_real_stands_before_a_graver_drill(qtbot: QtBot) -> None:
    real = alarm(2, RULES[3])
    picture = picture_of(drill(1), real)
    assert [each.number for each in loudest_first(list(picture.alarms.values()))] == [2, 1]
    fire = alarm(3, FIRE)
    picture.take_delta(delta(2, alarms=(fire,)))
    assert [each.number for each in urgent(picture)] == [3, 1]


def test_the_horn_leaves_a_drill_for_what_is_real_and_a_silenced_drill_is_heard_no_more(qtbot: QtBot) -> None:
    played: list[int] = []

    class Speaker:
        works: bool | None = True

        def play(self, priority: int) -> None:
            played.append(priority)

        def quiet(self) -> None:
            played.append(0)

    picture = picture_of()
    horn = Horn(picture, Speaker())
    picture.take_delta(delta(2, alarms=(drill(1),)))
    assert played == [1]
    horn.silence()
    picture.take_delta(delta(3, alarms=(alarm(2, RULES[3]),)))
    picture.take_delta(delta(4, alarms=(drill(3),)))
    assert played == [1, 0, 3]  # the real P3 goes on; the drill's second P1 waits behind it


def test_the_nearest_promise_is_a_real_one_while_there_is_one(qtbot: QtBot) -> None:
    faults = (fault(1, 1, drill=1, order=1), fault(2, 3, order=2))
    picture = picture_of(faults=faults, orders=(order(1), order(2)))
    found = nearest_promise(picture)
    assert found is not None and found.fault.number == 2


def test_a_drill_neither_folds_behind_a_real_alarm_nor_hides_one() -> None:
    tripped = [alarm(number, RULES[3]) for number in range(2, 5)]
    rows = folded([drill(1, RULES[3]), *tripped], lambda _alarm: "T1", flood=True)
    assert {number: len(behind) for number, behind in rows.items()} == {1: 0, 4: 2}


def test_the_top_bar_says_that_a_drill_runs_who_is_on_duty_and_what_is_late(qtbot: QtBot) -> None:
    roster = Roster(
        (Shift("day", Text("白班", "Day"), 420, 1140),), (Team("A", Text("甲"), (Member("wang"),)),), ({"day": "A"},), "2026-01-01"
    )
    run = DrillRun(
        id="DR-000001", number=1, at=NOW, title="Autumn drill", event="fire", began=stamp(), until=NOW + HOUR
    )  # fmt: skip
    picture = picture_of(roster=roster)
    bar = TopBar(picture)
    qtbot.addWidget(bar)
    bar.resize(1900, 52)
    bar.show()
    assert (bar.duty.text(), bar.drill.isVisible(), bar.late.isVisible()) == ("On duty Wang Jianguo", False, False)
    picture.take_delta(delta(2, records=(run,)))
    assert bar.drill.isVisible() and "Autumn drill" in bar.drill.toolTip()
    with qtbot.waitSignal(bar.shift_clicked) as clicked:
        bar.drill.click()
    assert clicked.args == ["drill"]
    picture.take_delta(delta(3, records=(replace(run, ended_at=NOW + MINUTE),)))
    assert not bar.drill.isVisible()


def test_without_a_roster_the_top_bar_says_so(qtbot: QtBot) -> None:
    bar = TopBar(picture_of())
    qtbot.addWidget(bar)
    assert bar.duty.text() == "No roster"
    bar._picture.take_delta(delta(2, roster=Roster(standing=(Member("li", Level.SUPERVISOR),))))
    assert bar.duty.text() == "Nobody on duty"


def test_the_banner_counts_what_is_real_apart_from_a_drill(qtbot: QtBot) -> None:
    picture = picture_of(alarm(1, FIRE), drill(2), drill(3))
    banner = Banner(picture, Desk(picture, RecordingLine(), picture))
    qtbot.addWidget(banner)
    assert "more" not in banner.text.text()
    picture.take_delta(delta(2, alarms=(alarm(4, RULES[1]),)))
    assert "1 more" in banner.text.text()


def test_the_large_clock_of_the_strip_carries_the_mark_when_it_is_a_drills(qtbot: QtBot) -> None:
    picture = picture_of(faults=(fault(1, 1, drill=1, order=1),), orders=(order(1),))
    strip = Strip(picture)
    qtbot.addWidget(strip)
    strip.resize(1600, strip.height())
    strip.retranslate()
    assert says(strip, "[DRILL] Tower 1 Domestic pumps")


def test_on_the_overview_a_drills_promise_stands_behind_the_real_ones(qtbot: QtBot) -> None:
    picture = picture_of(faults=(fault(1, 1, drill=1, order=1), fault(2, 3, order=2)), orders=(order(1), order(2)))
    assert [each.number for each, _ in by_promise(picture)] == [2, 1]
