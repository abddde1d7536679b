"""The tree: where machines stand, how they are found, and what they carry."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from console.texts import ENGLISH, set_language
from console.ui.equipment.screen import EquipmentScreen
from console.ui.equipment.tree import OFFLINE, WORST
from console.ui.picture import Picture
from tests.helpers.reading_screens import says
from tests.helpers.snapshots import ESTATE, alarm, delta, empty, live, snapshot


def path(item: QTreeWidgetItem | None) -> list[str]:
    found: list[str] = []
    while item is not None:
        found.insert(0, item.text(0))
        item = item.parent()
    return found


def node(screen: EquipmentScreen, machine: str) -> QTreeWidgetItem:
    return screen.tree._items[f"machine:{machine}"]


def test_machines_stand_under_site_building_system_and_their_set(screen: EquipmentScreen) -> None:
    assert path(node(screen, "T1-L1")) == ["锦云府", "1号楼", "电梯", "1-1# 客梯"]
    assert path(node(screen, "PS1-P1")) == ["锦云府", "1号楼", "给排水", "生活泵组", "1#生活泵"]


def test_a_machine_whose_parents_go_round_in_a_ring_is_still_shown(picture: Picture, screen: EquipmentScreen) -> None:
    ring = {"PS1-P1": "PS1-P2", "PS1-P2": "PS1-P1"}
    machines = tuple(replace(each, parent=ring.get(each.id, each.parent)) for each in ESTATE.equipment)
    picture.take_snapshot(snapshot(estate=replace(ESTATE, equipment=machines)))
    assert {"PS1-P1", "PS1-P2"} <= set(screen.tree.shown())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("T1-L", ["T1-L1", "T1-L2"]),
        ("t1-l2", ["T1-L2"]),
        ("总电表", ["EM1"]),
        ("main METER", ["EM1"]),
        ("泵 2#", ["PS1-P2"]),
        ("machine room", ["T1-L1", "T1-L2"]),
        ("nothing of that name", []),
    ],
)
def test_typing_finds_by_id_and_by_both_languages(screen: EquipmentScreen, typed: str, found: list[str]) -> None:
    screen.search.setText(typed)
    assert screen.tree.shown() == found
    if not found:
        assert says(screen, "没有找到")


def test_a_set_found_by_its_name_keeps_its_pumps(screen: EquipmentScreen) -> None:
    screen.search.setText("生活泵组")
    assert screen.tree.shown() == ["PS1", "PS1-P1", "PS1-P2"]


def test_emptying_the_search_gives_back_what_was_expanded(screen: EquipmentScreen) -> None:
    system = node(screen, "T1-L1").parent()
    assert system is not None
    system.setExpanded(True)
    fire = node(screen, "FP1").parent()
    assert fire is not None
    assert not fire.isExpanded()
    screen.search.setText("消防")
    assert fire.isExpanded()
    screen.search.clear()
    assert system.isExpanded()
    assert not fire.isExpanded()


def test_expansion_and_selection_outlive_another_configuration_and_language(picture: Picture, screen: EquipmentScreen) -> None:
    screen.show_equipment("PS1-P1")
    picture.take_snapshot(snapshot(revision=2))
    set_language(ENGLISH)
    screen.retranslate()
    current = screen.tree.currentItem()
    assert path(current)[-1] == "Domestic pump 1"
    assert path(current)[2] == "Water"
    above = current.parent()
    assert above is not None
    assert above.isExpanded()


def test_enter_in_the_search_opens_the_first_found(screen: EquipmentScreen, qtbot: QtBot, been: object) -> None:
    screen.search.setText("2#生活泵")
    qtbot.keyClick(screen.search, Qt.Key.Key_Return)
    assert been.places == [("equipment", "PS1-P2")]  # type: ignore[attr-defined]
    assert screen.page.machine is not None
    assert screen.page.machine.id == "PS1-P2"


def test_enter_and_click_in_the_tree_open_and_a_group_folds(screen: EquipmentScreen, qtbot: QtBot, been: object) -> None:
    screen.tree.setCurrentItem(node(screen, "EM1"))
    qtbot.keyClick(screen.tree, Qt.Key.Key_Return)
    screen.tree.itemClicked.emit(node(screen, "WM1"), 0)
    assert been.places == [("equipment", "EM1"), ("equipment", "WM1")]  # type: ignore[attr-defined]
    group = node(screen, "FP1").parent()
    assert group is not None
    screen.tree.itemClicked.emit(group, 0)
    assert group.isExpanded()


def test_the_gravest_alarm_below_shows_on_every_node_above(picture: Picture, screen: EquipmentScreen) -> None:
    picture.take_delta(delta(alarms=(alarm(1, "PS1-P1.alarm_code#tripped"), alarm(2, "PS1.discharge_pressure#low"))))
    marks = {name: node(screen, name).data(0, WORST) or 0 for name in ("PS1-P1", "PS1-P2", "PS1", "T1-L1")}
    assert marks == {"PS1-P1": 3, "PS1-P2": 0, "PS1": 2, "T1-L1": 0}
    top = screen.tree.topLevelItem(0)
    assert top is not None
    assert top.data(0, WORST) == 2
    picture.take_delta(delta(3, alarms=(alarm(2, "PS1.discharge_pressure#low", active=False, acknowledged=True),)))
    assert top.data(0, WORST) == 3


def test_a_silent_device_is_marked(picture: Picture, screen: EquipmentScreen) -> None:
    picture.take_delta(delta(live=live({"WM1.comm_state": 1}), alarms=(alarm(1, "WM1.comm_state#comms"),)))
    assert node(screen, "WM1").data(0, OFFLINE) is True
    assert not node(screen, "EM1").data(0, OFFLINE)


def test_an_empty_estate_says_what_to_do(picture: Picture, screen: EquipmentScreen) -> None:
    picture.take_snapshot(empty())
    assert says(screen, "这里还没有设备")
    assert screen.tree.topLevelItemCount() == 0
