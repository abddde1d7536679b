"""Lists of fire panel nodes, sums and products in addresses, and points whose place the site file gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loader import load_text
from config.nodelist import MOST_NODES, nodes
from config.numerals import product, whole
from console.domain.estate import Estate, ModbusSource


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("1:1-3", ((1, 1), (1, 2), (1, 3))),
        ("1:1-2, 2:41", ((1, 1), (1, 2), (2, 41))),
        ("1：1～2；2：5、2:5", ((1, 1), (1, 2), (2, 5))),
        ("1 : 1 - 2  3:7", ((1, 1), (1, 2), (3, 7))),
    ],
)
def test_a_node_list_reads_as_people_write_it(text: str, found: tuple[tuple[int, int], ...]) -> None:
    assert nodes(text) == found


@pytest.mark.parametrize("text", ["1", "1-3", "1:3-1", "a:1", "1:1-", "1:1-99999", "1:1;;x", "-1:2"])
def test_what_is_no_node_list_is_refused(text: str) -> None:
    assert nodes(text) is None


def test_more_nodes_than_a_panel_can_have_are_refused() -> None:
    assert nodes(f"1:1-{MOST_NODES}") is not None
    assert nodes(f"1:1-{MOST_NODES}, 2:1") is None


@given(st.text(alphabet="0123456789:-,; 　：～、x", max_size=40))
def test_any_text_is_a_list_or_is_refused(text: str) -> None:
    found = nodes(text)
    assert found is None or len(set(found)) == len(found) <= MOST_NODES


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 * 256 + 41", 553),
        ("2*240+10-1", 489),
        ("-1 + 2*0x10", 31),
        ("7", 7),
        ("2 *", None),
        ("2 ** 3", None),
        ("* 2", None),
        ("", None),
    ],
)
def test_addresses_may_be_sums_of_products(text: str, value: int | None) -> None:
    assert whole(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("40 * 0.01", 0.4),
        ("3*0.1", 0.3),
        ("1 * 1 * 0.001", 0.001),
        ("2 * x", None),
        ("2 *", None),
        ("1e400*1e400", None),
        ("1_0*2", None),
        ("nan*1", None),
        ("1e999999*1e999999", None),
    ],
)
def test_scales_may_be_products_exact_in_decimals(text: str, value: float | None) -> None:
    assert product(text) == value


def load(equipment: str) -> tuple[Estate | None, list[str]]:
    loaded = load_text(
        "site: {id: s, name: 项目}\nlocations: [{id: T1, name: 楼}]\n"
        "connections: [{id: gw, protocol: modbus-tcp, host: 192.0.2.1}]\n"
        f"equipment:\n  - {{id: E, name: 设备, location: T1, connection: gw, unit: 1, {equipment}}}\n",
        "site.yaml",
    )
    return loaded.estate, [mistake.problem.code for mistake in loaded.mistakes]


def addresses(estate: Estate | None) -> dict[str, int]:
    assert estate is not None
    return {point.key: point.source.address for point in estate.points if isinstance(point.source, ModbusSource)}


def test_each_node_of_a_list_lies_where_its_loop_and_number_say() -> None:
    estate, _ = load("type: gst5000_fire_modbus, with: {nodes: '1:1, 2:10-11, 20:239'}")
    found = addresses(estate)
    assert {key: found[key] for key in found if key.startswith("node")} == {
        "node_1_1": 240, "node_2_10": 489, "node_2_11": 490, "node_20_239": 5038,
    }  # fmt: skip


def test_a_broken_node_list_is_a_mistake_of_the_site_file() -> None:
    assert load("type: gst5000_fire_modbus, with: {nodes: '1:9-3'}") == (None, ["config.want_nodes"])


def test_a_point_that_the_site_places_takes_name_unit_and_alarms_from_its_type() -> None:
    estate, _ = load("type: generic_pump, points: [{key: bearing_temp, address: 7, scale: 0.1}]")
    assert addresses(estate) == {"bearing_temp": 7}
    assert estate is not None
    point = next(point for point in estate.points if point.key == "bearing_temp")
    assert (point.name.en, point.unit) == ("Bearing temperature", "℃")
    assert {rule.id for rule in estate.rules} == {"E.bearing_temp#hot", "E.comm_state#comms"}


def test_a_placed_point_without_its_place_is_a_mistake() -> None:
    assert load("type: generic_pump, points: [{key: frequency, scale: 0.1}]") == (None, ["config.source_missing"])


def test_an_alarm_of_a_point_that_is_not_there_can_be_changed_only_where_it_is() -> None:
    estate, codes = load("type: generic_pump, points: [{key: run_state, address: 0}], alarms: [{key: hot, limit: 60}]")
    assert (estate, codes) == (None, ["config.unknown_alarm"])


def test_a_list_is_taken_apart_once_however_many_nodes_repeat_it() -> None:
    """Else the largest panel (3,180 nodes) takes 15 s to load instead of 3."""
    text = ", ".join(f"{loop}:1-159" for loop in range(1, 11))
    assert nodes(text) is nodes(text)
