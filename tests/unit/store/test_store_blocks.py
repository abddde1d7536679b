"""Blocks and journal rows give back the same bits."""

from __future__ import annotations

import contextlib
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from console.store.blocks import Samples, pack_block, tidy, unpack_block
from console.store.journal import RowBuilder, concatenate, gather, unpack
from console.store.packing import Damaged, ValueClass, join, split

SHAPES = st.tuples(st.integers(1, 80), st.integers(1, 4))


def samples_of(kind, values, quality=None, times=None):
    length = len(values)
    width = len(values[0])
    times = np.arange(length, dtype=np.int64) * 1_000_000_007 if times is None else times
    return Samples(kind, times, times + 5, np.arange(length, dtype=np.int64) // 3, values, quality, width)


def same(before, after):
    assert np.array_equal(before.times, after.times)
    assert np.array_equal(before.received, after.received)
    assert np.array_equal(before.written, after.written)
    if isinstance(before.values, list):
        assert before.values == after.values
    else:
        assert before.values.dtype == after.values.dtype
        assert np.array_equal(before.values.view(np.int64), np.ascontiguousarray(after.values).view(np.int64))
    flawless = np.zeros((len(before.times), before.width), np.uint8)
    assert np.array_equal(
        flawless if before.quality is None else before.quality, flawless if after.quality is None else after.quality
    )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_bits_of_a_float_come_back(data):
    bits = data.draw(hnp.arrays(np.int64, data.draw(SHAPES)))
    samples = samples_of(ValueClass.FLOAT, bits.view(np.float64))
    same(samples, unpack_block(pack_block(samples)))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([0.001, 0.01, 0.1, 0.5, 1.0, 10.0, 1 / 3]), st.booleans())
def test_scaled_device_values_come_back_bit_for_bit(data, scale, divide):
    raw = data.draw(hnp.arrays(np.int32, data.draw(SHAPES), elements=st.integers(-40_000, 70_000)))
    values = raw / round(1 / scale) if divide and scale < 1 else raw * scale
    samples = samples_of(ValueClass.FLOAT, values.astype(np.float64))
    same(samples, unpack_block(pack_block(samples)))


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([(ValueClass.INT, np.int64), (ValueClass.UINT, np.uint64)]))
def test_64_bit_counters_come_back_above_2_to_the_53(data, what):
    kind, dtype = what
    samples = samples_of(kind, data.draw(hnp.arrays(dtype, data.draw(SHAPES))))
    same(samples, unpack_block(pack_block(samples)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=3)), min_size=1, max_size=50))
def test_texts_come_back(rows):
    samples = samples_of(ValueClass.TEXT, [list(row) for row in rows])
    same(samples, unpack_block(pack_block(samples)))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_every_quality_comes_back(data):
    shape = data.draw(SHAPES)
    quality = data.draw(hnp.arrays(np.uint8, shape, elements=st.integers(0, 5)))
    samples = samples_of(ValueClass.INT, np.zeros(shape, np.int64), quality)
    same(samples, unpack_block(pack_block(samples)))


def test_minus_zero_and_not_a_number_are_values_like_any_other():
    odd = np.array([[0.0], [-0.0], [np.nan], [-np.nan], [np.inf], [0.0]])
    samples = samples_of(ValueClass.FLOAT, odd)
    same(samples, unpack_block(pack_block(samples)))
    samples = samples_of(ValueClass.FLOAT, np.array([[0.0], [-0.0], [1.5]]))  # a column of decimals
    same(samples, unpack_block(pack_block(samples)))
    samples = samples_of(ValueClass.FLOAT, np.array([[0.0]] * 500 + [[-0.0]] * 500))  # a column of steps
    same(samples, unpack_block(pack_block(samples)))


def test_a_column_that_seldom_changes_takes_a_few_bytes():
    values = np.zeros((3600, 1))
    constant = len(pack_block(samples_of(ValueClass.FLOAT, values)))
    values[1000:1005] = 1.0
    assert len(pack_block(samples_of(ValueClass.FLOAT, values))) < constant + 40


def test_one_column_is_read_without_the_others():
    values = np.arange(60, dtype=np.float64).reshape(20, 3)
    quality = np.zeros((20, 3), np.uint8)
    quality[4, 1] = 5
    found = unpack_block(pack_block(samples_of(ValueClass.FLOAT, values, quality)), [1])
    assert np.array_equal(found.values[:, 0], values[:, 1])
    assert found.quality is not None and found.quality[4, 0] == 5 and found.width == 1


def test_the_last_write_of_a_time_stays_when_samples_are_tidied():
    times = np.array([30, 10, 20, 10], np.int64)
    samples = Samples(
        ValueClass.FLOAT, times, times, np.array([1, 3, 2, 2], np.int64), np.array([[3.0], [1.5], [2.0], [1.0]]), None, 1
    )
    found, doubled = tidy(samples)
    assert found.times.tolist() == [10, 20, 30]
    assert found.values[:, 0].tolist() == [1.5, 2.0, 3.0]  # row 3 was written after row 2
    assert doubled == 1


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_block_is_called_damaged_or_still_reads_as_numbers(data):
    values = np.round(np.random.default_rng(3).normal(20, 5, (100, 3)), 1)
    whole = pack_block(samples_of(ValueClass.FLOAT, values))
    body = bytearray(whole)
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    assert zlib.crc32(bytes(body)) != zlib.crc32(whole)  # this is what readers look at first
    with contextlib.suppress(Damaged, MemoryError, OverflowError):
        unpack_block(bytes(body))


def test_sections_of_a_wrong_length_are_damaged():
    blob = join([b"one", b"two"])
    assert [bytes(part) for part in split(blob)] == [b"one", b"two"]
    for wrong in (blob[:-1], blob + b"x", b"", b"\x09\x00"):
        with pytest.raises(Damaged):
            split(wrong)


def build_row(start: int) -> RowBuilder:
    row = RowBuilder()
    good = np.zeros(2, np.uint8)
    row.add(1, ValueClass.FLOAT, time=start, received=start + 3, values=np.array([1.5, -0.0]), quality=good)
    row.add(2, ValueClass.TEXT, time=start + 1, received=start + 1, values=["上行", ""], quality=good)
    counter, gone = np.array([2**64 - 1], np.uint64), np.array([3], np.uint8)
    row.add(3, ValueClass.UINT, time=start + 2, received=start + 2, values=counter, quality=gone)
    row.add(1, ValueClass.FLOAT, time=start + 3, received=start, values=np.array([2.5, np.nan]), quality=good)
    return row


def test_a_journal_row_holds_runs_of_every_class():
    rows = [unpack(7, build_row(100).pack()), unpack(9, build_row(200).pack())]
    one = concatenate(rows)
    floats = gather(one, np.flatnonzero(one.groups == 1), ValueClass.FLOAT, 2)
    assert floats.times.tolist() == [100, 103, 200, 203]
    assert floats.received.tolist() == [103, 100, 203, 200]
    assert floats.written.tolist() == [7, 7, 9, 9]
    assert floats.values[:, 0].tolist() == [1.5, 2.5, 1.5, 2.5] and np.signbit(floats.values[0, 1])
    assert gather(one, np.flatnonzero(one.groups == 2), ValueClass.TEXT, 2).values == [["上行", ""], ["上行", ""]]
    counters = gather(one, np.flatnonzero(one.groups == 3), ValueClass.UINT, 1)
    assert counters.values[:, 0].tolist() == [2**64 - 1] * 2
    assert counters.quality is not None and counters.quality[:, 0].tolist() == [3, 3]


def test_a_journal_row_of_only_good_samples_keeps_no_qualities():
    row = RowBuilder()
    row.add(1, ValueClass.INT, time=1, received=1, values=np.array([5], np.int64), quality=np.zeros(1, np.uint8))
    assert unpack(1, row.pack()).quality is None


def test_a_damaged_journal_row_is_called_damaged():
    body = bytearray(build_row(1).pack())
    body[len(body) // 2] ^= 0xFF
    with pytest.raises(Damaged):
        unpack(1, bytes(body))
