"""What the screens count: the same whether it was counted from the beginning or kept while alarms came and went."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.alarms import Alarm, Suppression
from console.domain.rules import Category
from console.domain.text import Text
from console.domain.times import DAY, MINUTE
from console.ui.tally import FLOOD_RULE, Tally, loudness

NOW = 1_800_000_000_000_000_000


@st.composite
def alarms(draw: st.DrawFn) -> Alarm:
    return Alarm(
        number=draw(st.integers(1, 12)),
        rule=draw(st.sampled_from(["E.p#high", FLOOD_RULE])),
        equipment="E",
        point="E.p",
        priority=draw(st.integers(1, 4)),
        category=draw(st.sampled_from(Category)),
        text=Text("高"),
        raised_at=NOW - draw(st.sampled_from([0, MINUTE, 10 * MINUTE, 11 * MINUTE, DAY, DAY + MINUTE])),
        value=1.0,
        active=draw(st.booleans()),
        acknowledged=draw(st.booleans()),
        suppression=draw(st.sampled_from(Suppression)),
        drill=draw(st.sampled_from([0, 0, 3])),
    )


@settings(max_examples=200)
@given(st.lists(st.lists(alarms() | st.integers(1, 12), max_size=5), max_size=8))
def test_what_is_kept_up_to_date_is_what_a_fresh_count_would_say(steps: list[list[Alarm | int]]) -> None:
    present: dict[int, Alarm] = {}
    kept = Tally()
    for step in steps:
        numbers = []
        for change in step:
            if isinstance(change, int):
                present.pop(change, None)
                numbers.append(change)
            else:
                present[change.number] = change
                numbers.append(change.number)
        kept.change(numbers, present)
        asking = sorted((alarm for alarm in present.values() if alarm.asks), key=loudness)
        real = [alarm for alarm in present.values() if not alarm.drill]
        assert kept.loudest(99) == [alarm.number for alarm in asking]
        assert kept.urgent(1) == [alarm.number for alarm in asking if alarm.priority == 1]
        assert (kept.asking, kept.asking_really) == (len(asking), sum(not alarm.drill for alarm in asking))
        assert kept.gravest == (asking[0].priority if asking else 0)
        assert kept.loud == sum(not alarm.quiet for alarm in present.values())
        assert kept.by_design == sum(alarm.suppression is Suppression.BY_DESIGN for alarm in present.values())
        assert kept.flood == any(alarm.rule == FLOOD_RULE and alarm.active for alarm in present.values())
        assert kept.active == sum(alarm.active for alarm in real)
        assert kept.recent(NOW) == sum(alarm.raised_at > NOW - 10 * MINUTE for alarm in real if not alarm.quiet)
        assert kept.standing(NOW) == sum(alarm.active and alarm.raised_at < NOW - DAY for alarm in real)
        fresh = Tally()
        fresh.replace(present)
        assert fresh.lamps() == kept.lamps()


def test_what_a_drill_simulates_comes_after_everything_real_and_lights_no_lamp() -> None:
    drill = Alarm(1, "F.n#fire", "F", "F.n", 1, Category.FIRE, Text("火警"), NOW, 1.0, drill=3)
    real = Alarm(2, "E.p#low", "E", "E.p", 3, Category.EQUIPMENT, Text("低"), NOW - MINUTE, 1.0)
    tally = Tally()
    tally.replace({1: drill, 2: real})
    assert tally.loudest(2) == [2, 1]
    assert tally.gravest == 3
    assert tally.asking_really == 1
    assert tally.lamps()["fire"] == (0, 0)
