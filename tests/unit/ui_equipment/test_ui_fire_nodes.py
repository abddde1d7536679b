"""Fire panels of several makers on one page: whatever numbers a panel has for its states, they look and count alike."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from config.loader import load_text
from console.domain.alarms import Alarm
from console.domain.estate import Estate
from console.domain.quality import Quality
from console.domain.times import SECOND
from console.link.messages import Live
from console.ui.equipment.panel import PanelDrawing
from console.ui.overview.nodes import first_fire, nodes_of, shown_looks
from console.ui.picture import Picture
from tests.helpers.reading_screens import painted_text, says
from tests.helpers.snapshots import NOW, snapshot

_HEAD = (
    "site: {id: s, name: 项目}\nlocations: [{id: T1, name: 1号楼}]\n"
    "connections: [{id: gw, protocol: modbus-tcp, host: 192.0.2.1}]\n"
)
NOTIFIER = "type: notifier_modbus_gw, with: {detectors: '1:1-6', modules: '1:1-2'}"
JADE_BIRD = (
    "type: jbf_qingniao_fire, with: {nodes: '1:1-6', fire_code: 101, supervisory_code: 102, fault_code: 103, isolated_code: 104, "
    "feedback_code: 105, started_code: 106}"
)


def panel(kind: str) -> Estate:
    text = f"{_HEAD}equipment: [{{id: FP, {kind}, name: 消防主机, location: T1, connection: gw, unit: 1}}]\n"
    loaded = load_text(text, "site.yaml")
    assert loaded.estate is not None, loaded.mistakes
    points = tuple(msgspec.structs.replace(point, number=number) for number, point in enumerate(loaded.estate.points, 1))
    return msgspec.structs.replace(loaded.estate, points=points)


def live_of(estate: Estate, values: Mapping[str, int], missing: str = "") -> Live:
    """All points at 0, but for ``values`` by key."""
    points = estate.points
    packed = array("d", [values.get(point.key, 0) for point in points])
    grades = bytes(Quality.NOT_AVAILABLE if point.key == missing else Quality.GOOD for point in points)
    numbers = array("i", [point.number for point in points])
    return Live(numbers.tobytes(), packed.tobytes(), grades, array("q", [NOW] * len(points)).tobytes(), {})


def fire(estate: Estate, number: int, key: str, after: int, active: bool = True) -> Alarm:
    rule = next(rule for rule in estate.rules if rule.id == f"FP.{key}#fire")
    return Alarm(
        number,
        rule.id,
        "FP",
        rule.point,
        rule.priority,
        rule.category,
        rule.text,
        NOW + after * SECOND,
        rule.values[0],
        active=active,
    )


def test_a_point_in_trouble_that_reports_fire_is_a_fire(picture: Picture) -> None:
    estate = panel(NOTIFIER)
    values = {
        "node_d1_1": 0x10, "trouble_d1_1": 1, "disabled_d1_2": 1, "trouble_d1_3": 1, "prealarm_d1_4": 1, "node_m1_1": 0x40,
        "node_m1_2": 0x72,
    }  # fmt: skip
    picture.take_snapshot(snapshot(estate=estate, live=live_of(estate, values)))
    nodes = nodes_of(picture, "FP")
    assert {node.point.key: node.look(picture) for node in nodes} == {
        "node_d1_1": "fire", "node_d1_2": "isolated", "node_d1_3": "fault", "node_d1_4": "prealarm", "node_d1_5": None,
        "node_d1_6": None, "node_m1_1": "supervisory", "node_m1_2": "activated",
    }  # fmt: skip
    assert shown_looks(nodes) == ["fire", "prealarm", "supervisory", "fault", "isolated", "activated"]


@pytest.mark.parametrize(
    ("state", "look"),
    [(101, "fire"), (102, "supervisory"), (103, "fault"), (104, "isolated"), (105, "feedback"), (106, "activated"), (1, None)],
)
def test_a_panels_own_codes_mean_what_its_site_file_says(picture: Picture, state: int, look: str | None) -> None:
    estate = panel(JADE_BIRD)
    picture.take_snapshot(snapshot(estate=estate, live=live_of(estate, {"node_1_2": state})))
    assert nodes_of(picture, "FP")[1].look(picture) == look


def test_the_page_counts_every_state_apart(picture: Picture, qtbot: QtBot) -> None:
    estate = panel(NOTIFIER)
    values = {"node_d1_1": 0x10, "node_d1_2": 0xEA, "trouble_d1_3": 1, "node_m1_1": 0x40}
    picture.take_snapshot(snapshot(estate=estate, live=live_of(estate, values, missing="node_d1_6")))
    drawing = PanelDrawing(picture)
    qtbot.addWidget(drawing)
    drawing.resize(340, 620)
    drawing.show_machine(picture.equipment["FP"])
    for words in ("火警 2", "预警 0", "监管 1", "故障 1", "屏蔽 0", "启动 0", "正常 3"):  # one of eight is not installed
        assert says(drawing, words), words
    assert "首警" not in painted_text(drawing)
    drawing.choose(2)
    assert says(drawing, "1 回路探测器 3 号") and says(drawing, "无动作，故障")


def test_the_first_fire_stands_apart_until_it_is_over(picture: Picture, qtbot: QtBot) -> None:
    estate = panel(JADE_BIRD)
    alarms = (fire(estate, 7, "node_1_5", 0), fire(estate, 8, "node_1_2", -9), fire(estate, 9, "node_1_3", 4))
    picture.take_snapshot(snapshot(estate=estate, live=live_of(estate, {}), alarms=alarms))
    drawing = PanelDrawing(picture)
    qtbot.addWidget(drawing)
    drawing.resize(340, 620)
    drawing.show_machine(picture.equipment["FP"])
    first = first_fire(picture, "FP")
    assert first is not None and first.point == "FP.node_1_2"
    assert says(drawing, "1 回路 2 号") and says(drawing, "首警")
    over = (*alarms[::2], fire(estate, 8, "node_1_2", -9, active=False))
    picture.take_snapshot(snapshot(estate=estate, live=live_of(estate, {}), alarms=over))
    later = first_fire(picture, "FP")
    assert later is not None and later.point == "FP.node_1_5"
