"""Values to registers and payloads: held against the program's own decoder, which was written apart from it."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.estate import ModbusDevice, ModbusSource, MqttSource, Point, ValueKind
from console.domain.quality import Quality
from console.domain.text import EMPTY
from drivers.decode import ORDERS, BlockDecoder
from drivers.simulator.bank import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE, Bank
from drivers.simulator.encode import from_words, raw, size, to_words
from drivers.simulator.payload import build, steps
from drivers.simulator.units import conversion

RANGES = {
    "u8hi": (0, 255), "u8lo": (0, 255), "u16": (0, 2**16 - 1), "i16": (-(2**15), 2**15 - 1), "u32": (0, 2**32 - 1),
    "i32": (-(2**31), 2**31 - 1), "u64": (0, 2**53), "i64": (-(2**53), 2**53), "bcd16": (0, 9999), "bcd32": (0, 99_999_999),
}  # fmt: skip


def source(kind: str, address: int = 0, **more: object) -> ModbusSource:
    return ModbusSource("gw", 1, 3, address, kind, **more)  # type: ignore[arg-type]


def decoded(where: ModbusSource, payload: bytes) -> tuple[float, int]:
    point = Point(id="X.p", equipment="X", key="p", name=EMPTY, kind=ValueKind.ANALOG, source=where, number=1)
    (part,) = BlockDecoder(where.function, where.address, [point]).decode(payload)
    return float(part.values[0]), int(part.quality[0])


def shown(where: ModbusSource, value: float) -> tuple[float, int]:
    bank = Bank(ModbusDevice(1, "X"), [where])
    bank.put(where, value)
    payload = bank.read(where.function, where.address, size(where.type))
    assert isinstance(payload, bytes)
    return decoded(where, payload)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", sorted(RANGES))
@given(data=st.data())
def test_the_driver_reads_back_what_the_simulator_shows(kind: str, order: str, data: st.DataObject) -> None:
    value = data.draw(st.integers(*RANGES[kind]))
    assert shown(source(kind, order=order), value) == (value, Quality.GOOD)


@pytest.mark.parametrize("order", ORDERS)
@given(value=st.floats(-1e30, 1e30))
def test_floats_come_back_within_their_precision(order: str, value: float) -> None:
    assert shown(source("f64", order=order), value)[0] == value
    assert shown(source("f32", order=order), value)[0] == pytest.approx(value, rel=1e-6, abs=1e-30)


@given(st.floats(-60, 120), st.sampled_from([0.01, 0.1, 1.0]))
def test_scale_and_offset_are_undone_within_one_step(value: float, scale: float) -> None:
    where = source("u16", scale=scale, offset=-273.15)
    assert shown(where, value)[0] == pytest.approx(value, abs=scale / 2 + 1e-9)


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("u16", 0, 65535), ("i16", -32768, 32767), ("u32", 0, 2**32 - 1), ("bcd16", 0, 9999)]
)
def test_what_a_type_cannot_hold_becomes_its_nearest(kind: str, low: int, high: int) -> None:
    assert shown(source(kind), 1e12)[0] == high
    assert shown(source(kind), -1e12)[0] == low


def test_no_value_is_shown_as_the_devices_own_sentinel() -> None:
    assert raw(source("u16", not_available=(0xFFFF,)), math.nan) == 0xFFFF
    assert shown(source("u16", not_available=(0xFFFF,)), math.nan)[1] == Quality.NOT_AVAILABLE
    assert shown(source("f32"), math.nan)[1] == Quality.NOT_AVAILABLE
    assert raw(source("u16"), math.nan) == 0


@given(st.integers(0, 15), st.integers(0, 1), st.integers(0, 0xFFFF))
def test_a_bit_leaves_its_neighbours_alone(bit: int, value: int, word: int) -> None:
    whole, one = source("u16"), source("u16", bit=bit)
    bank = Bank(ModbusDevice(1, "X"), [whole, one])
    bank.put(whole, word)
    bank.put(one, value)
    after = bank.read(3, 0, 1)
    assert isinstance(after, bytes)
    assert int.from_bytes(after) == word & ~(1 << bit) | value << bit


def test_two_bytes_share_a_register() -> None:
    high, low = source("u8hi"), source("u8lo")
    bank = Bank(ModbusDevice(1, "X"), [high, low])
    bank.put(high, 0xAB)
    bank.put(low, 0xCD)
    assert bank.read(3, 0, 1) == b"\xab\xcd"


def test_bits_of_a_wide_value_keep_its_word_order() -> None:
    field = source("u32", order="CDAB", bit=16, bits=4)
    bank = Bank(ModbusDevice(1, "X"), [source("u32", order="CDAB"), field])
    bank.put(field, 9)
    payload = bank.read(3, 0, 2)
    assert isinstance(payload, bytes)
    assert decoded(field, payload)[0] == 9
    assert payload == b"\x00\x00\x00\x09"


@given(st.integers(0, 2**64 - 1), st.sampled_from(ORDERS))
def test_words_turn_back_into_their_number(number: int, order: str) -> None:
    assert from_words(to_words(number, 4, order), order) == number


def test_coils_are_packed_lowest_first() -> None:
    coils = [ModbusSource("gw", 1, 1, address, "bool") for address in range(10)]
    bank = Bank(ModbusDevice(1, "X"), coils)
    bank.put(coils[0], 1)
    bank.put(coils[9], 1)
    assert bank.read(1, 0, 10) == b"\x01\x02"


def test_a_bank_refuses_what_its_device_would_refuse() -> None:
    points = [source("u16", address) for address in (0, 1, 2, 6, 0x6000)]
    device = ModbusDevice(1, "X", max_regs=3, max_gap=2, forbidden=((0x6000, 0x6004),))
    bank = Bank(device, points)
    assert isinstance(bank.read(3, 0, 3), bytes)
    assert bank.read(3, 0, 4) == ILLEGAL_VALUE  # longer than the device takes
    assert bank.read(3, 3, 1) == ILLEGAL_ADDRESS  # a gap of 3 is wider than its type says can be read
    assert bank.read(3, 7, 1) == ILLEGAL_ADDRESS
    assert bank.read(3, 0x6000, 1) == ILLEGAL_ADDRESS  # forbidden
    assert bank.read(3, 0, 0) == ILLEGAL_VALUE
    assert bank.read(3, 0, 126) == ILLEGAL_VALUE
    assert bank.read(4, 0, 1) == ILLEGAL_FUNCTION  # nothing lives there
    bank.put(points[-1], 1)
    assert bank.read(3, 0x6000, 1) == ILLEGAL_ADDRESS


def test_a_small_gap_reads_as_zero() -> None:
    bank = Bank(ModbusDevice(1, "X", max_gap=2), [source("u16", 0), source("u16", 3)])
    assert bank.read(3, 0, 4) == bytes(8)


def test_an_eastron_meter_calls_a_long_request_a_wrong_address() -> None:
    bank = Bank(ModbusDevice(1, "X", max_regs=2), [source("f32", 0), source("f32", 2)], ILLEGAL_ADDRESS)
    assert bank.read(3, 0, 4) == ILLEGAL_ADDRESS


def mqtt(path: str = "", **more: object) -> MqttSource:
    return MqttSource("broker", "t", path, **more)  # type: ignore[arg-type]


def test_payloads_walk_their_paths() -> None:
    values = [
        (mqtt("data.list[1].value"), 2.5, 1),
        (mqtt("data.list[0].value"), 7.0, 0),
        (mqtt("data.ok", true_words=("ON",), false_words=("OFF",)), 1.0, 0),
        (mqtt("wh", scale=0.001), 1.5, 3),
    ]
    assert json.loads(build(values, 0)) == {"data": {"list": [{"value": 7}, {"value": 2.5}], "ok": "ON"}, "wh": 1500}


def test_an_empty_path_is_the_payload_itself() -> None:
    assert build([(mqtt(), 3.0, 0)], 0) == b"3"
    assert build([(mqtt(true_words=("online",), false_words=("offline",)), 0.0, 0)], 0) == b"offline"


@pytest.mark.parametrize(
    ("unit", "expected"), [("s", 1_795_392_000), ("ms", 1_795_392_000_000), ("iso", "2026-11-23T00:00:00+00:00")]
)
def test_the_devices_own_time_is_written_in_its_unit(unit: str, expected: object) -> None:
    payload = build([(mqtt("v", time_path="meta.t", time_unit=unit), 1.0, 0)], 1_795_392_000_000_000_000)
    assert json.loads(payload)["meta"]["t"] == expected


def test_no_value_is_null() -> None:
    assert json.loads(build([(mqtt("v"), math.nan, 0)], 0)) == {"v": None}


def test_paths_are_keys_and_indexes() -> None:
    assert steps("data.list[2].value") == ["data", "list", 2, "value"]


@pytest.mark.parametrize(
    ("have", "want", "value", "expected"),
    [
        ("W", "kW", 1500, 1.5), ("bar", "MPa", 11, 1.1), ("℃", "K", 20, 293.15), ("m³/h", "L/s", 3.6, 1),
        ("kW·h", "MW·h", 500, 0.5), ("rpm", "r/min", 5, 5), ("m", "℃", 5, 5), ("", "", 5, 5),
    ],
)  # fmt: skip
def test_units_convert_within_their_dimension(have: str, want: str, value: float, expected: float) -> None:
    factor, offset = conversion(have, want)
    assert value * factor + offset == pytest.approx(expected)
