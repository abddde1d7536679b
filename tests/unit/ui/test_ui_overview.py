"""The estate on one screen: normal, trapped, tripped, out of touch, empty."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.estate import Band
from console.domain.quality import Quality
from console.domain.times import MINUTE
from console.link.messages import Snapshot
from console.texts import ENGLISH, set_language
from console.ui import theme
from console.ui.overview.elevators import ElevatorsPane
from console.ui.overview.fire import FirePane
from console.ui.overview.metering import MeteringPane
from console.ui.overview.panes import Pane, band_bar, figure, hatch, number, worst_priorities, worst_priority
from console.ui.overview.promises import DuePane, PromisesPane, by_promise
from console.ui.overview.water import WaterPane
from console.ui.picture import Picture
from console.ui.shell import Shell
from tests.helpers.reading_screens import colours_in, painted_text, picture_of, says, share_of
from tests.helpers.snapshots import NORMAL, NOW, RULES, alarm, busy, delta, empty, fault, live, order, snapshot, stamp

Show = Callable[[Snapshot], Picture]
PANES: dict[str, type[Pane]] = {"elevators": ElevatorsPane, "water": WaterPane, "fire": FirePane, "metering": MeteringPane}
LOST = dict.fromkeys(NORMAL, Quality.COMM_LOST)
ALARMING = ("p1", "p2", "p3", "p4")


@pytest.fixture(params=list(PANES))
def pane(request: pytest.FixtureRequest, qtbot: QtBot, picture: Picture) -> Pane:
    return shown(PANES[request.param], qtbot, picture)


def shown(kind: type[Pane], qtbot: QtBot, picture: Picture) -> Pane:
    made = kind(picture)
    qtbot.addWidget(made)
    made.setStyleSheet(f"background: {theme.TOKENS[theme.CONTROL]['panel']}")
    made.choose()
    made.resize(700, 340)
    made.show()
    return made


def alarming(widget: QWidget) -> set[str]:
    """The alarm colours that are on show, except in the fire pane's legend, which always explains them."""
    image = picture_of(widget)
    if isinstance(widget, FirePane):
        image = image.copy(0, 0, image.width(), image.height() - 26)
    found = colours_in(image)
    return {token for token in ALARMING if theme.TOKENS[theme.CONTROL][token] in found}


def test_grey_is_normal(pane: Pane) -> None:
    assert len(colours_in(picture_of(pane))) > 3  # something is drawn
    assert alarming(pane) == set()


def test_nothing_looks_alive_while_the_line_is_lost(pane: Pane, picture: Picture) -> None:
    before = share_of(picture_of(pane), theme.colour("stopped"))
    alive = painted_text(pane)
    picture.take_link("lost", None)
    assert share_of(picture_of(pane), theme.colour("stopped")) > before + 0.0005  # hatched
    dead = painted_text(pane)
    assert dead != alive or isinstance(pane, FirePane)  # a fire cell has no words
    for value in ("300.0", "0.50", "12.5"):
        assert value not in dead


def test_what_does_not_answer_is_hatched_and_has_no_number(pane: Pane, show: Show) -> None:
    before = share_of(picture_of(pane), theme.colour("stopped"))
    show(snapshot(live=live(NORMAL, LOST)))
    assert share_of(picture_of(pane), theme.colour("stopped")) > before + 0.0005
    for value in ("300.0", "0.50", "12.5", "0.60"):
        assert value not in painted_text(pane)


def test_an_estate_without_machines_of_a_kind_leaves_its_place_empty(pane: Pane, show: Show) -> None:
    show(empty())
    pane.choose()
    assert not pane.machines
    assert painted_text(pane) == ""
    assert pane.areas == []


def test_every_machine_leads_to_its_page(pane: Pane, qtbot: QtBot) -> None:
    picture_of(pane)
    assert {machine for _, machine in pane.areas} <= {machine.id for machine in pane.machines}
    assert pane.areas
    for rect, machine in pane.areas:
        with qtbot.waitSignal(pane.equipment_opened, timeout=100) as heard:
            qtbot.mouseClick(pane, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
        assert heard.args == [machine]


def test_trapped_people_are_the_loudest_thing_of_a_shaft(show: Show, qtbot: QtBot) -> None:
    picture = show(snapshot(live=live({**NORMAL, "T1-L1.trapped": 1, "T1-L2.service_mode": 1})))
    pane = shown(ElevatorsPane, qtbot, picture)
    assert alarming(pane) == {"p1"}
    assert says(pane, "困人")
    assert says(pane, "检修")  # the other one is not in normal service, and says so in words
    assert pane.summary() == "2 台 · 1 台正常"  # no alarm was raised yet, but one is plainly not in service


def test_a_shaft_with_an_alarm_has_its_colour_and_a_quiet_one_its_floor(show: Show, qtbot: QtBot) -> None:
    picture = show(snapshot())
    pane = shown(ElevatorsPane, qtbot, picture)
    assert pane.summary() == "2 台 · 2 台正常"
    assert "5" in painted_text(pane)
    assert "10" in painted_text(pane)
    show(snapshot(alarms=(alarm(1, RULES[1], priority=2, acknowledged=True),)))
    assert alarming(pane) == {"p2"}
    assert pane.summary() == "2 台 · 1 台正常"


def test_the_car_stands_at_its_floor(show: Show, qtbot: QtBot) -> None:
    pane = shown(ElevatorsPane, qtbot, show(snapshot()))

    def height(floor: int) -> int:
        show(snapshot(live=live({**NORMAL, "T1-L1.current_floor": floor, "T1-L1.direction": 0})))
        image = picture_of(pane)
        rows = [y for y in range(0, 280) if image.pixelColor(175 - 12, y) == theme.colour("running")]
        assert rows
        return sum(rows) // len(rows)

    assert height(1) > height(17) > height(33)
    assert height(99) == height(33)  # never outside its shaft


def test_pumps_say_whether_they_run_stand_by_or_tripped(show: Show, qtbot: QtBot) -> None:
    picture = show(snapshot())
    pane = shown(WaterPane, qtbot, picture)
    assert pane.summary() == "1 组 · 2 泵 · 1 运行"
    assert says(pane, "1# 运行")
    assert says(pane, "2# 备用")
    assert says(pane, "0.50")
    show(snapshot(live=live({**NORMAL, "PS1-P1.alarm_code": 3, "PS1-P1.run_state": 0}), alarms=(alarm(1, RULES[3]),)))
    assert says(pane, "1# 跳闸")
    assert alarming(pane) == {"p3"}
    show(snapshot(live=live(NORMAL, {"PS1-P2.run_state": Quality.COMM_LOST})))
    assert says(pane, "2# —")


def test_a_value_outside_its_band_is_marked(show: Show, qtbot: QtBot) -> None:
    pane = shown(WaterPane, qtbot, show(snapshot(live=live({**NORMAL, "PS1.discharge_pressure": 0.2}))))
    assert theme.TOKENS[theme.CONTROL]["p3_text"] in colours_in(picture_of(pane))


def test_fire_states_are_told_apart_and_counted(show: Show, qtbot: QtBot) -> None:
    picture = show(snapshot())
    pane = shown(FirePane, qtbot, picture)
    assert pane.summary() == "1 台主机 · 20 点"
    assert says(pane, "火警 0")
    # nodes 2 and 3 have rules that name their states 7 and 6; the others have none and mean what GST panels mean
    states = {"001": 1, "004": 1, "005": 2, "002": 7, "006": 5, "007": 3, "003": 6}
    nodes = {f"FP1.node_{place}": state for place, state in states.items()}
    show(snapshot(live=live({**NORMAL, **nodes}, {"FP1.node_020": Quality.COMM_LOST})))
    for words in ("火警 2", "监管 1", "故障 1", "屏蔽 1", "启动 1", "反馈 1"):
        assert says(pane, words), words
    assert alarming(pane) == {"p1", "p2", "p3", "p4"}


def test_totals_are_of_what_can_be_trusted(show: Show, qtbot: QtBot) -> None:
    picture = show(snapshot())
    pane = shown(MeteringPane, qtbot, picture)
    assert pane.summary() == "2 表 · 2 在线"
    for words in ("总有功功率", "300", "0.60", "12.5"):  # 300 kW and 400 kvar are a power factor of 0.6
        assert says(pane, words), words
    show(snapshot(live=live({**NORMAL, "WM1.comm_state": 1}, {"WM1.flow": Quality.COMM_LOST})))
    assert pane.summary() == "2 表 · 1 在线"
    assert "12.5" not in painted_text(pane)
    assert "300" in painted_text(pane)


def test_a_number_is_only_what_a_living_usable_reading_says(show: Show) -> None:
    picture = show(snapshot(live=live(NORMAL, {"WM1.flow": Quality.STALE, "PS1.tank_level": Quality.MANUAL})))
    assert number(picture, "PS1", "tank_level") == 2.0
    assert number(picture, "WM1", "flow") is None
    assert number(picture, "WM1", "serial") is None  # a text is no number
    assert number(picture, "WM1", "no_such_point") is None
    picture.take_link("lost", None)
    assert number(picture, "PS1", "tank_level") is None
    assert (figure(None, 1), figure(2.0, 1)) == ("—", "2.0")


def test_the_worst_alarm_of_a_machine_is_the_gravest_that_is_active(show: Show) -> None:
    picture = show(snapshot(alarms=(alarm(1), alarm(2, priority=2, acknowledged=True), alarm(3, priority=1, active=False))))
    assert worst_priorities(picture) == {"PS1-P1": 2}
    assert worst_priority(picture, "PS1-P1") == 2
    assert worst_priority(picture, "PS1") == 0


@pytest.mark.parametrize("value", [0.5, 0.0, 99.0, None])
def test_the_marker_of_a_band_never_leaves_its_bar(qapp: object, value: float | None) -> None:
    image = QImage(200, 30, QImage.Format.Format_RGB32)
    image.fill(theme.colour("panel"))
    with QPainter(image) as painter:
        band_bar(painter, QRectF(50, 10, 100, 6), value, Band(0.4, 0.6))
    for x in (*range(0, 47), *range(154, 200)):
        assert image.pixelColor(x, 12) == theme.colour("panel")
    marked = theme.TOKENS[theme.CONTROL]["text"] in colours_in(image)
    assert marked is (value is not None)


def test_the_hatch_stays_within_its_place(qapp: object) -> None:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(theme.colour("window"))
    with QPainter(image) as painter:
        hatch(painter, QRectF(20, 20, 20, 20))
    assert share_of(image.copy(20, 20, 20, 20), theme.colour("stopped")) > 0.08
    assert share_of(image, theme.colour("window")) == pytest.approx(1 - 400 / 3600, abs=0.001)


# --- the right column


def test_faults_stand_by_the_promise_that_ends_next(show: Show) -> None:
    faults = (fault(1, 3, age=MINUTE), fault(2, 2, age=MINUTE), fault(3, 3, age=40 * MINUTE), fault(4, 1, closed_at=NOW))
    assert [each.number for each, _ in by_promise(show(snapshot(faults=(*faults, fault(5, 2, age=0)))))] == [3, 2, 5, 1]


def test_a_card_says_what_where_who_and_how_long(show: Show, qtbot: QtBot) -> None:
    its = order(7, fault=1)
    picture = show(snapshot(faults=(fault(1, 2, age=10 * MINUTE, order=7, taken=stamp(station="A台")),), orders=(its,)))
    pane = PromisesPane(picture)
    qtbot.addWidget(pane)
    pane.resize(440, 400)
    pane.show()
    for words in ("1号楼 生活泵组", "出口压力低", "00:50:00", "响应 01:00:00 内", "Wang Jianguo A台 处理中 · 受理"):
        assert says(pane, words), words
    with qtbot.waitSignal(pane.fault_opened, timeout=100) as heard:
        qtbot.mouseClick(pane, Qt.MouseButton.LeftButton, pos=QPointF(50, 30).toPoint())
    assert heard.args == [1]
    show(snapshot())
    assert says(pane, "没有未闭的故障")


def test_what_does_not_fit_is_counted(show: Show, qtbot: QtBot) -> None:
    pane = PromisesPane(show(snapshot(faults=tuple(fault(n) for n in range(1, 8)))))
    qtbot.addWidget(pane)
    pane.resize(440, 300)
    pane.show()
    assert says(pane, "另有 4 项")


def test_maintenance_stands_by_its_date(show: Show, qtbot: QtBot) -> None:
    pane = DuePane(show(snapshot()))
    qtbot.addWidget(pane)
    pane.resize(440, 300)
    pane.show()
    text = painted_text(pane)
    parts = ["已逾期", "1号楼1-1#客梯·半月维保", "明天", "1号楼生活泵组·泵组月检", "12-23", "1号楼总电表·电表校验"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    with qtbot.waitSignal(pane.equipment_opened, timeout=100) as heard:
        qtbot.mouseClick(pane, Qt.MouseButton.LeftButton, pos=QPointF(50, 40).toPoint())
    assert heard.args == ["PS1"]
    show(snapshot(plans=()))
    assert says(pane, "60 天内没有到期的维保")


# --- put together


def test_the_overview_follows_the_picture(shell: Shell, show: Show) -> None:
    show(snapshot())
    assert says(shell, "2 台 · 2 台正常")
    show(busy(Role.OPERATOR))
    assert says(shell, "2 台 · 0 台正常")
    assert says(shell, "9 项 · 按到期先后")
    set_language(ENGLISH)
    shell.retranslate()
    assert says(shell, "1 sets · 2 pumps · 1 running")


def test_remarks_follow_the_values_without_a_new_snapshot(shell: Shell, picture: Picture) -> None:
    picture.take_delta(delta(live=live({"PS1-P2.run_state": 1, "EM1.comm_state": 1})))
    picture.ticked.emit()  # what does not move is drawn once a second
    assert says(shell, "1 组 · 2 泵 · 2 运行")
    assert says(shell, "2 表 · 1 在线")


def test_systems_that_the_estate_does_not_have_leave_their_place(shell: Shell, show: Show) -> None:
    base = snapshot()
    only = [machine for machine in base.estate.equipment if machine.page == "elevator"]
    show(snapshot(estate=type(base.estate)(base.estate.site, base.estate.locations, tuple(only), base.estate.points)))
    assert says(shell, "2 台 · 2 台正常")
    for heading in ("给排水", "消防（只读镜像）", "供配电与计量"):
        assert not says(shell, heading), heading
