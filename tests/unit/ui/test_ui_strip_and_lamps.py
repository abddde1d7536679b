"""What never leaves the window: the strip, the lamps, the nearest promise; and the horn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.alarms import Alarm
from console.domain.faults import Clock
from console.domain.rules import Category
from console.domain.times import HOUR, MINUTE
from console.link.messages import Snapshot
from console.texts import ENGLISH, set_language
from console.ui.horn import PATTERNS, RATE, Horn, tone
from console.ui.lamps import LAMPS
from console.ui.picture import Picture
from console.ui.strip import ROW, Strip, equipment_name, handler_text, loudest_first, nearest_promise, text_of
from console.ui.tally import Tally
from tests.helpers.reading_screens import painted_text, says
from tests.helpers.snapshots import NOW, RULES, alarm, busy, delta, fault, order, snapshot, stamp

Show = Callable[[Snapshot], Picture]


def test_unacknowledged_comes_before_grave_and_grave_before_new() -> None:
    alarms = [
        alarm(1, priority=1, acknowledged=True),
        alarm(2, priority=3, raised_at=NOW),
        alarm(3, priority=1, raised_at=NOW - HOUR),
        alarm(4, priority=1, raised_at=NOW - MINUTE),
        alarm(5, priority=1, raised_at=NOW - MINUTE),
        alarm(6, priority=2, raised_at=NOW, acknowledged=True),
    ]
    assert [each.number for each in loudest_first(alarms)] == [5, 4, 3, 2, 1, 6]


@pytest.fixture
def strip(qtbot: QtBot, picture: Picture) -> Strip:
    made = Strip(picture)
    qtbot.addWidget(made)
    made.resize(1920, 128)
    made.show()
    return made


def test_the_strip_is_calm_when_nothing_waits(strip: Strip) -> None:
    assert says(strip, "没有未确认的报警")
    assert says(strip, "没有运行中的时钟")


def test_the_strip_does_not_call_it_calm_when_it_knows_nothing(strip: Strip, picture: Picture) -> None:
    picture.take_link("lost", None)
    assert not says(strip, "没有未确认的报警")
    assert says(strip, "未连接采集器：报警状态未知")


def test_the_strip_shows_the_three_loudest_and_counts_the_rest(strip: Strip, show: Show) -> None:
    show(
        snapshot(
            alarms=(*(alarm(n, raised_at=NOW - n * MINUTE) for n in range(2, 7)), alarm(9, RULES[1]), alarm(8, acknowledged=True))
        )
    )
    text = painted_text(strip)
    assert text.index("1号楼1-1#客梯") < text.index("1号楼1#生活泵")
    assert text.count("水泵跳闸") == 2
    assert says(strip, "另有 3 条未确认")


def test_a_row_says_when_where_what_and_the_value_behind_it(strip: Strip, show: Show) -> None:
    show(snapshot(alarms=(alarm(1, RULES[2], value=0.214, raised_at=NOW - 90 * MINUTE),)))
    for words in ("06:30:00", "1号楼 生活泵组", "出口压力低  0.21 MPa", "未确认"):
        assert says(strip, words), words
    show(snapshot(alarms=(alarm(1, RULES[2], active=False),)))
    assert says(strip, "已恢复，未确认")


def test_a_row_says_who_deals_with_it_and_by_when(strip: Strip, show: Show) -> None:
    its = fault(1, 2, age=10 * MINUTE, alarms=(1,))
    show(snapshot(alarms=(alarm(1, RULES[2], fault=its.id),), faults=(its,)))
    assert says(strip, "确认超时 00:00:00")
    assert says(strip, "待接手")
    show(snapshot(alarms=(alarm(1, RULES[2], fault=its.id),), faults=(replace(its, taken=stamp(station="A台")),)))
    assert says(strip, "响应 00:50:00")
    assert says(strip, "Wang Jianguo A台 处理中")


def test_a_row_leads_to_its_alarm_and_the_promise_to_its_fault(strip: Strip, show: Show, qtbot: QtBot) -> None:
    show(snapshot(alarms=(alarm(1), alarm(2, RULES[1])), faults=(fault(7),)))
    lines, promise = (child for child in strip.children() if isinstance(child, QWidget))
    with qtbot.waitSignal(strip.alarm_opened, timeout=100) as heard:
        qtbot.mouseClick(lines, Qt.MouseButton.LeftButton, pos=QPoint(300, ROW + 5))
    assert heard.args == [1]
    with qtbot.assertNotEmitted(strip.alarm_opened):
        qtbot.mouseClick(lines, Qt.MouseButton.LeftButton, pos=QPoint(300, 2 * ROW + 5))
    with qtbot.waitSignal(strip.fault_opened, timeout=100) as heard:
        qtbot.mouseClick(promise, Qt.MouseButton.LeftButton)
    assert heard.args == [7]


def test_only_grave_alarms_pulse(strip: Strip, show: Show) -> None:
    show(snapshot(alarms=(alarm(1),)))
    assert not strip._pulse.isActive()
    show(snapshot(alarms=(alarm(1, RULES[2]),)))
    assert strip._pulse.isActive()
    show(snapshot(alarms=(alarm(1, RULES[2], acknowledged=True),)))
    assert not strip._pulse.isActive()


def test_the_nearest_promise_is_the_one_with_the_least_time_left(show: Show) -> None:
    faults = (
        fault(1, 3, age=MINUTE),  # 29 min to acknowledge
        fault(2, 2, age=MINUTE),  # 9 min
        fault(3, 1, age=HOUR, closed_at=NOW),  # over
        fault(4, 2, age=MINUTE, taken=stamp(), order=4),  # 59 min to respond
    )
    picture = show(snapshot(faults=faults, orders=(order(4),)))
    found = nearest_promise(picture)
    assert found is not None
    assert (found.fault.number, found.view.clock, found.view.remaining) == (2, Clock.ACKNOWLEDGE, 9 * MINUTE)


def test_a_broken_promise_is_nearer_than_any_other(strip: Strip, show: Show) -> None:
    picture = show(snapshot(faults=(fault(1, 1, age=2 * MINUTE), fault(2, 3, age=31 * MINUTE))))
    found = nearest_promise(picture)
    assert found is not None
    assert found.fault.number == 2
    assert says(strip, "已超时的承诺")
    assert says(strip, "+00:01:00")


def test_names_say_the_building_once(show: Show) -> None:
    picture = show(snapshot())
    assert equipment_name(picture, "T1-L1") == "1号楼 1-1# 客梯"
    assert equipment_name(picture, "gone") == "gone"
    assert equipment_name(picture, "") == "楼宇设备监控台"
    set_language(ENGLISH)
    assert equipment_name(picture, "T1-L1") == "Tower 1 Lift 1-1"
    assert text_of(picture, alarm(1, RULES[2], value=0.2)) == "Discharge pressure low  0.20 MPa"
    assert handler_text(picture, fault(1)) == "Not taken"


# --- lamps

LAMP_OF = {
    Category.FIRE: "fire", Category.TRAPPED: "trapped", Category.SUPERVISORY: "supervisory", Category.ISOLATED: "isolated",
    Category.COMMS: "offline",
}  # fmt: skip


def count(alarms: list[Alarm]) -> dict[str, tuple[int, int]]:
    tally = Tally()
    tally.replace({each.number: each for each in alarms})
    return tally.lamps()


@pytest.mark.parametrize("acknowledged", [False, True])
@pytest.mark.parametrize("priority", [1, 2, 3, 4])
@pytest.mark.parametrize("category", Category)
def test_an_alarm_lights_exactly_the_lamp_of_its_kind(category: Category, priority: int, acknowledged: bool) -> None:
    plain = f"p{priority}" if priority < 4 else None  # an advisory alarm without a category of its own has no lamp
    expected = LAMP_OF.get(category, plain)
    counted = count([alarm(1, category=category, priority=priority, acknowledged=acknowledged)])
    assert list(counted) == [lamp.key for lamp in LAMPS]
    assert {key: pair for key, pair in counted.items() if pair != (0, 0)} == (
        {expected: (0 if acknowledged else 1, 1)} if expected else {}
    )


def test_a_returned_alarm_counts_until_it_is_acknowledged() -> None:
    assert count([alarm(1, active=False), alarm(2), alarm(3, acknowledged=True)])["p3"] == (2, 3)


# --- the horn


class Speaker:
    """Keeps what it was told, as a device would sound: a priority repeats until the next word."""

    def __init__(self) -> None:
        self.told: list[int] = []
        self.works: bool | None = None

    def play(self, priority: int) -> None:
        self.told.append(priority)

    def quiet(self) -> None:
        self.told.append(0)

    @property
    def sounding(self) -> int:
        return self.told[-1] if self.told else 0


@pytest.fixture
def speaker() -> Speaker:
    return Speaker()


@pytest.fixture
def horn(picture: Picture, speaker: Speaker) -> Horn:
    return Horn(picture, speaker)


def change(picture: Picture, *alarms: Alarm) -> None:
    picture.take_delta(delta(picture.revision + 1, alarms=alarms))


def test_the_horn_repeats_until_somebody_acknowledges(picture: Picture, horn: Horn, speaker: Speaker) -> None:
    change(picture, alarm(1))
    assert speaker.sounding == 3
    change(picture, alarm(1, active=False))  # it returned: still nobody knows of it
    assert speaker.sounding == 3
    change(picture, alarm(1, active=False, acknowledged=True))
    assert speaker.told == [3, 0]


def test_a_machine_without_a_sound_device_says_so_once(picture: Picture, horn: Horn, speaker: Speaker) -> None:
    said: list[bool] = []
    horn.mute.connect(lambda: said.append(True))
    picture.ticked.emit()
    assert said == [], "not tried yet is not broken"
    speaker.works = False
    picture.ticked.emit()
    picture.ticked.emit()
    assert said == [True]


def test_the_gravest_alarm_wins(picture: Picture, horn: Horn, speaker: Speaker) -> None:
    change(picture, alarm(1, priority=3))
    change(picture, alarm(2, priority=1))
    change(picture, alarm(3, priority=2))
    assert speaker.told == [3, 1]
    change(picture, alarm(2, priority=1, acknowledged=True))
    assert speaker.sounding == 2


def test_f8_silences_the_sound_and_acknowledges_nothing(picture: Picture, horn: Horn, speaker: Speaker) -> None:
    change(picture, alarm(1, priority=1))
    horn.silence()
    assert speaker.sounding == 0
    assert not picture.alarms[1].acknowledged
    change(picture, alarm(1, priority=1, active=False))  # what was heard stays silent
    assert speaker.sounding == 0


def test_a_new_alarm_sounds_again_even_a_lesser_one(picture: Picture, horn: Horn, speaker: Speaker) -> None:
    change(picture, alarm(1, priority=1))
    horn.silence()
    change(picture, alarm(2, priority=4))
    assert speaker.told == [1, 0, 4]


def test_the_alarms_of_the_first_snapshot_sound(horn: Horn, speaker: Speaker, show: Show) -> None:
    show(busy(Role.OPERATOR))
    assert speaker.sounding == 1
    show(snapshot())
    assert speaker.sounding == 0


def test_the_horn_says_whether_it_is_silenced(picture: Picture, horn: Horn, qtbot: QtBot) -> None:
    with qtbot.waitSignal(horn.silenced, timeout=100) as heard:
        change(picture, alarm(1))
    assert heard.args == [False]
    with qtbot.waitSignal(horn.silenced, timeout=100) as heard:
        horn.silence()
    assert heard.args == [True]


def test_tones_are_graver_faster_and_louder_and_never_clip() -> None:
    rounds = {priority: tone(priority) for priority in PATTERNS}
    lengths = [len(rounds[priority]) / RATE for priority in (1, 2, 3, 4)]
    assert lengths == sorted(lengths)
    peaks = [max(rounds[priority]) for priority in (1, 2, 3, 4)]
    assert peaks == sorted(peaks, reverse=True)
    assert all(-32_768 < sample < 32_767 for samples in rounds.values() for sample in samples)
    assert all(samples[0] == 0 and samples[-1] == 0 for samples in rounds.values())
