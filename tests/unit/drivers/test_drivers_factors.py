"""Scales in registers of their own: unknown until they were read, kept, and changed when they change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.estate import Factor, ModbusDevice, Point
from console.domain.quality import Quality
from drivers.decode import BlockDecoder
from drivers.factors import Factors
from drivers.readplan import build
from tests.helpers.estates import register

GOOD, BAD, NONE = Quality.GOOD, Quality.BAD, Quality.NOT_AVAILABLE
RATIO = register(1, 100, poll_ms=3_600_000, not_available=(0xFFFF,))


def scaled(*factors: Factor, kind: str = "u16", **more: float) -> Point:
    """A point at register 0 with these factors."""
    return register(2, 0, kind, factors=factors, **more)


def times(how: str = "times", **more: dict[int, float]) -> Factor:
    """A factor in :data:`RATIO`."""
    return Factor("E1.p1", how, **more)


def raw(number: int) -> bytes:
    """A register."""
    return (number & 0xFFFF).to_bytes(2, "big")


class Meter:
    """One unit with the ratio in a block of its own."""

    def __init__(self, point: Point, ratio: Point = RATIO) -> None:
        self.factors = Factors([ratio, point])
        self.ratio = BlockDecoder(3, 100, [ratio], self.factors)
        self.value = BlockDecoder(3, 0, [point], self.factors)

    def says(self, number: int) -> tuple[float, Quality]:
        """The value of the point when its register holds ``number``."""
        (part,) = self.value.decode(raw(number))
        return part.values[0], Quality(int(part.quality[0]))


def test_a_scale_is_unknown_until_it_was_read_and_applies_from_then_on() -> None:
    meter = Meter(scaled(times(), scale=0.01))
    assert meter.says(500) == (0.0, NONE)
    meter.ratio.decode(raw(40))
    assert meter.says(500) == (200.0, GOOD)
    meter.ratio.decode(raw(60))
    assert meter.says(500) == (300.0, GOOD)


def test_a_ratio_that_is_not_answered_any_more_is_kept() -> None:
    meter = Meter(scaled(times()))
    meter.ratio.decode(raw(40))
    meter.ratio.lost(Quality.COMM_LOST)
    assert meter.says(2) == (80.0, GOOD)
    meter.ratio.decode(raw(0xFFFF))
    assert meter.says(3) == (120.0, GOOD)


def test_a_block_that_was_never_answered_teaches_nothing() -> None:
    meter = Meter(scaled(times("places")))
    meter.ratio.lost(Quality.BAD)
    assert meter.says(2)[1] is NONE


@pytest.mark.parametrize(
    ("factor", "register_", "expected"),
    [
        (times(), 40, (92080.0, GOOD)),
        (times(), 0, (0.0, NONE)),  # a transformer ratio of 0 is one that nobody set
        (times("places"), 1, (230.2, GOOD)),
        (times("places"), 0, (2302.0, GOOD)),
        (times("places"), 3, (2.302, GOOD)),
        (times("places"), 77, (0.0, NONE)),
        (times("power"), 0xFFFF, (230.2, GOOD)),  # -1
        (times("power"), 2, (230200.0, GOOD)),
        (times("table", table={0: 1.0, 1: 0.001}), 1, (2.302, GOOD)),
        (times("table", table={0: 1.0, 1: 0.001}), 7, (0.0, NONE)),
    ],
)
def test_a_factor_acts_as_it_says(factor: Factor, register_: int, expected: tuple[float, Quality]) -> None:
    meter = Meter(scaled(factor), register(1, 100, "i16"))
    meter.ratio.decode(raw(register_))
    assert meter.says(2302) == expected


def test_a_code_that_means_nothing_makes_the_scale_unknown_again() -> None:
    meter = Meter(scaled(times("table", table={0: 1.0})))
    meter.ratio.decode(raw(0))
    assert meter.says(5) == (5.0, GOOD)
    meter.ratio.decode(raw(9))
    assert meter.says(5) == (0.0, NONE)


def test_several_factors_multiply_and_the_offset_comes_last() -> None:
    points = [
        register(1, 100),
        register(3, 101),
        register(2, 0, scale=0.1, offset=-5, factors=(times(), Factor("E1.p3", "places"))),
    ]
    factors = Factors(points)
    value = BlockDecoder(3, 0, points[2:], factors)
    ratios = BlockDecoder(3, 100, points[:2], factors)
    assert value.decode(raw(250))[0].quality.tolist() == [NONE]
    ratios.decode(raw(40) + raw(2))
    assert value.decode(raw(250))[0].values.tolist() == [250 * 0.1 * 40 / 100 - 5]


def test_a_factor_beside_its_values_counts_for_the_same_answer() -> None:
    points = [register(1, 0), register(2, 1, factors=(Factor("E1.p1", "places"),))]
    decoder = BlockDecoder(3, 0, points, Factors(points))
    assert [part.values.tolist() for part in decoder.decode(raw(2) + raw(1234))] == [[2], [12.34]]
    assert [part.values.tolist() for part in decoder.decode(raw(1) + raw(1234))] == [[1], [123.4]]


def test_a_text_beside_a_factor_is_no_factor() -> None:
    points = [register(1, 0), register(3, 1, "text", length=1), register(2, 2, factors=(Factor("E1.p1"),))]
    decoder = BlockDecoder(3, 0, points, Factors(points))
    assert [list(part.values) for part in decoder.decode(raw(2) + b"AB" + raw(7))] == [[2], [14.0], ["AB"]]


def test_factors_leave_sentinels_limits_and_other_points_alone() -> None:
    points = [RATIO, register(2, 0, factors=(times(),), not_available=(0xFFFF,)), register(3, 1)]
    factors = Factors(points)
    decoder = BlockDecoder(3, 0, points[1:], factors)
    first = {part.points.tolist()[0]: part.quality.tolist()[0] for part in decoder.decode(raw(1) + raw(1))}
    assert first == {2: NONE, 3: GOOD}
    BlockDecoder(3, 100, points[:1], factors).decode(raw(3))
    assert [part.quality.tolist() for part in decoder.decode(raw(0xFFFF) + raw(1))] == [[GOOD], [NONE]]


def test_without_the_factors_of_its_unit_a_value_has_no_scale() -> None:
    assert BlockDecoder(3, 0, [scaled(times())]).decode(raw(5))[0].quality.tolist() == [NONE]


def test_factors_are_asked_for_before_the_values_that_need_them() -> None:
    plan = build([scaled(times()), RATIO], ModbusDevice(1, "E1"))
    assert [block.address for block in plan.blocks] == [100, 0]


@given(st.integers(0, 65535), st.integers(-10, 10))
def test_a_sunspec_scale_gives_the_number_that_is_printed(number: int, power: int) -> None:
    meter = Meter(scaled(times("power")), register(1, 100, "i16"))
    meter.ratio.decode(raw(power))
    assert meter.says(number) == (float(f"{number}e{power}"), GOOD)
