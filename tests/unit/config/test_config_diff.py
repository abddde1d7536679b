"""An import preview says what would change, by id."""

from __future__ import annotations

import msgspec
from config_builders import generic, site

from config.diff import changes
from config.loader import load_text
from console.domain.configuring import Change
from console.domain.estate import Estate

LIFT = "{id: L1, type: monarch_nice3000, name: {zh: 梯, en: Lift}, location: T1, connection: gw, unit: 1}"
PUMP = "{id: P1, type: grundfos_cim500, name: 泵, location: T1, connection: gw, unit: 2}"


def estate(text: str) -> Estate:
    loaded = load_text(text, "x")
    assert loaded.estate is not None, loaded.mistakes
    return loaded.estate


def test_the_same_file_changes_nothing() -> None:
    assert changes(estate(site(LIFT, PUMP)), estate(site(LIFT, PUMP))) == ()


def test_another_order_of_lines_changes_nothing() -> None:
    turned = changes(estate(site(LIFT, PUMP)), estate(site(PUMP, LIFT)))
    assert [change for change in turned if change.kind != "connection"] == []


def test_store_numbers_are_no_change() -> None:
    before = estate(site(LIFT))
    numbered = msgspec.structs.replace(
        before, points=tuple(msgspec.structs.replace(point, number=index) for index, point in enumerate(before.points, 1))
    )
    assert changes(numbered, before) == ()


def test_new_equipment_is_one_line_with_its_counts() -> None:
    before, after = estate(site(LIFT)), estate(site(LIFT, PUMP))
    found = changes(before, after)
    assert [(change.what, change.kind, change.id) for change in found] == [
        ("changed", "connection", "gw"),
        ("added", "equipment", "P1"),
    ]
    points, rules, plans = (len(getattr(after, part)) - len(getattr(before, part)) for part in ("points", "rules", "plans"))
    assert found[1].detail == f"泵; points: {points}, rules: {rules}, plans: {plans}"


def test_removed_equipment_is_one_line() -> None:
    found = changes(estate(site(LIFT, PUMP)), estate(site(LIFT)))
    assert [(change.what, change.kind, change.id) for change in found][1:] == [("removed", "equipment", "P1")]


def test_a_changed_limit_says_from_what_to_what() -> None:
    body = (
        "points:\n  - {{key: a, name: 甲, address: 1}}\n"
        "alarms:\n  - {{key: low, point: a, kind: low, limit: {0}, priority: 3, text: 低}}"
    )
    found = changes(estate(generic(body.format("2.5"))), estate(generic(body.format("3"))))
    assert found == (Change("changed", "rule", "D1.a#low", "limit: 2.5 → 3"),)


def test_a_moved_register_is_named_by_its_path() -> None:
    body = "points:\n  - {{key: a, name: 甲, address: {0}}}"
    found = changes(estate(generic(body.format(1))), estate(generic(body.format(2))))
    assert found == (Change("changed", "point", "D1.a", "source.address: 1 → 2"),)


def test_a_rename_keeps_the_id() -> None:
    found = changes(estate(site(LIFT)), estate(site(LIFT.replace("zh: 梯", "zh: 客梯"))))
    assert found == (Change("changed", "equipment", "L1", "name: 梯 / Lift → 客梯 / Lift"),)


def test_a_changed_promise_is_shown_in_hours() -> None:
    found = changes(estate(site()), estate(site() + "response: {p3: {respond: 1 h}}\n"))
    assert found == (Change("changed", "response", "s", "p3.respond: 2 h → 1 h"),)


def test_the_first_import_adds_everything() -> None:
    found = changes(None, estate(site(LIFT)))
    assert {change.what for change in found} == {"added"}
    assert {change.kind for change in found} == {"site", "location", "connection", "equipment"}
