"""Tiles and curves against plain reckoning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.times import DAY, HOUR, SECOND
from console.ui.trends.curves import Buckets, line, nice
from console.ui.trends.levels import COARSEST, FINEST, TILE, level_for, tile_start, tiles, width

MOMENTS = st.integers(0, 2_000_000_000 * SECOND)


def buckets(*rows: tuple[float, float, float, float], step: int = SECOND) -> Buckets:
    """(start s, low, mean, high) each."""
    table = np.array(rows, np.float64).reshape(-1, 4)
    times = (table[:, 0] * SECOND).astype(np.int64)
    return Buckets(times, np.full(len(times), step, np.int64), table[:, 1], table[:, 2], table[:, 3])


@given(since=MOMENTS, span=st.integers(1, 400 * DAY), level=st.integers(0, COARSEST))
def test_tiles_cover_the_range_and_no_more(since: int, span: int, level: int) -> None:
    found = tiles(level, since, since + span)
    assert tile_start(level, found[0]) <= since < tile_start(level, found[0] + 1)
    assert tile_start(level, found[-1]) < since + span <= tile_start(level, found[-1] + 1)


@given(span=st.integers(SECOND, 5 * 365 * DAY), pixels=st.integers(200, 4000))
def test_a_bucket_is_about_a_pixel(span: int, pixels: int) -> None:
    level = level_for(span, pixels)
    assert width(level) >= span / pixels or level == COARSEST
    assert level == 0 or width(level - 1) < span / pixels


def test_five_years_need_a_handful_of_tiles() -> None:
    span = 5 * 365 * DAY
    assert len(tiles(level_for(span, 1500), 10**18, 10**18 + span)) <= 3
    assert width(0) == FINEST
    assert TILE * width(0) > HOUR / 15


def test_no_peak_is_lost_between_the_middles() -> None:
    x, y = line(buckets((0, 1, 2, 9), (1, 2, 2, 2), (2, -5, 0, 1)), 5 * SECOND, steps=False)
    assert x.tolist() == [0.5, 0.5, 1.5, 2.5, 2.5]
    assert y.tolist() == [1, 9, 2, 1, -5]  # falling: high first


def test_a_gap_breaks_the_line_and_only_a_gap_does() -> None:
    _, y = line(buckets((0, 1, 1, 1), (3, 2, 2, 2), (30, 3, 3, 3)), 10 * SECOND, steps=False)
    assert np.isnan(y).tolist() == [False, False, True, False]


def test_a_state_stands_until_it_changes() -> None:
    x, y = line(buckets((0, 7, 7, 7), (100, 1, 1, 1)), 1 << 62, steps=True)
    assert x.tolist() == [0, 100, 100, 101]
    assert y.tolist() == [7, 7, 1, 1]


def test_a_compared_line_is_moved_to_the_present() -> None:
    x, _ = line(buckets((0, 1, 1, 1)), SECOND, steps=False, shift=DAY)
    assert x.tolist() == [86400.5]


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(-1e6, 1e6)), max_size=60, unique_by=lambda row: row[0]))
def test_the_drawn_line_passes_through_every_low_and_high(rows: list[tuple[int, float]]) -> None:
    rows.sort()
    made = buckets(*((at, value - 1, value, value + 1) for at, value in rows))
    for steps in (False, True):
        x, y = line(made, 20 * SECOND, steps=steps)
        drawn = y[~np.isnan(y)]
        assert set(made.lows.tolist()) | set(made.highs.tolist()) <= set(drawn.tolist())
        assert (np.diff(x) >= 0).all()


@pytest.mark.parametrize(("moment", "value"), [(0.5, 4.0), (1.5, 5.0), (12.0, 5.0), (12.1, None), (-1.0, None)])
def test_a_cursor_reads_the_bucket_it_stands_in_or_the_last_one(moment: float, value: float | None) -> None:
    assert buckets((0, 3, 4, 5), (1, 5, 5, 5)).at(round(moment * SECOND), 10 * SECOND) == value


def test_mean_is_weighted_by_time_where_coarse_tiles_stand_in() -> None:
    fine, coarse = buckets((0, 1, 1, 1)), buckets((1, 4, 4, 4), step=3 * SECOND)
    assert Buckets.joined([fine, coarse]).mean() == pytest.approx((1 + 3 * 4) / 4)


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_an_axis_always_has_a_height(low: float, height: float) -> None:
    bottom, top = nice(low, low + height)
    assert bottom < low <= low + height < top
