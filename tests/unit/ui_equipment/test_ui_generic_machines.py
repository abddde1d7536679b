"""Machines of generic types and drives on the pages that were drawn for particular ones."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from config.loader import load_text
from console.domain.estate import Estate
from console.domain.quality import Quality
from console.link.messages import Live
from console.ui.equipment.lift import LiftDrawing
from console.ui.equipment.pumps import pump_state
from console.ui.overview.elevators import ElevatorsPane
from console.ui.picture import Picture
from tests.helpers.reading_screens import says
from tests.helpers.snapshots import NOW, snapshot

LIFT = (
    "type: generic_elevator, points: [{key: current_floor, address: 0}, {key: fault_state, address: 1}, "
    "{key: inspection_mode, address: 2}, {key: direction, address: 3}]"
)


def estate_of(kind: str) -> Estate:
    loaded = load_text(
        "site: {id: s, name: 项目}\nlocations: [{id: T1, name: 楼}]\n"
        "connections: [{id: gw, protocol: modbus-tcp, host: 192.0.2.1}]\n"
        f"equipment:\n  - {{id: M, name: 设备, location: T1, connection: gw, unit: 1, {kind}}}\n",
        "site.yaml",
    )
    assert loaded.estate is not None, loaded.mistakes
    points = tuple(msgspec.structs.replace(point, number=number) for number, point in enumerate(loaded.estate.points, 1))
    return msgspec.structs.replace(loaded.estate, points=points)


def shown(picture: Picture, kind: str, values: Mapping[str, int]) -> None:
    estate = estate_of(kind)
    numbers = array("i", [point.number for point in estate.points])
    packed = array("d", [values.get(point.key, 0) for point in estate.points])
    times = array("q", [NOW] * len(numbers))
    live = Live(numbers.tobytes(), packed.tobytes(), bytes([Quality.GOOD] * len(numbers)), times.tobytes(), {})
    picture.take_snapshot(snapshot(estate=estate, live=live))


@pytest.mark.parametrize(
    ("kind", "values", "state"),
    [
        ("type: vacon10", {"run_state": 1}, "running"),
        ("type: vacon10", {"run_state": 1, "fault_code": 9}, "tripped"),
        ("type: danfoss_fc51, with: {power_scale: 1}", {"fault_state": 1}, "tripped"),
        ("type: abb_acs550", {"last_fault": 16}, "stopped"),
        (
            "type: generic_pump, points: [{key: run_state, address: 0}, {key: alarm_active, address: 1}]",
            {"alarm_active": 1},
            "tripped",
        ),
        ("type: generic_pump, points: [{key: run_state, address: 0}]", {"run_state": 1}, "running"),
    ],
)
def test_a_drive_shown_as_a_pump_says_whether_it_runs_or_tripped(
    picture: Picture, kind: str, values: dict[str, int], state: str
) -> None:
    shown(picture, kind, values)
    assert pump_state(picture, "M") == state


@pytest.mark.parametrize(("values", "normal"), [({}, "1"), ({"inspection_mode": 1}, "0"), ({"comm_state": 1}, "0")])
def test_a_lift_without_a_mode_is_normal_while_it_answers_and_nobody_inspects_it(
    picture: Picture, qtbot: QtBot, values: dict[str, int], normal: str
) -> None:
    shown(picture, LIFT, {"current_floor": 17, **values})
    pane = ElevatorsPane(picture)
    qtbot.addWidget(pane)
    pane.choose()
    assert normal in pane.summary().split("·")[1]
    pane.resize(120, 300)
    assert says(pane, "检修" if "inspection_mode" in values else "17")


def test_a_generic_lift_shows_its_floor_and_fault(picture: Picture, qtbot: QtBot) -> None:
    shown(picture, LIFT, {"current_floor": 17, "fault_state": 1})
    drawing = LiftDrawing(picture)
    qtbot.addWidget(drawing)
    drawing.resize(340, 620)
    drawing.show_machine(picture.equipment["M"])
    for words in ("17", "故障状态", "故障"):
        assert says(drawing, words), words
