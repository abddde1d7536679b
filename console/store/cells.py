"""Cells: what is known of the samples of a short span of time (five minutes, an hour) without reading them.

One cell holds, for each point of a group: how many samples, lowest, highest, first, last, sum, and the area under the steps.
They lie in the heads of merged blocks, in day sheets, month rows and the overview; readers take wide ranges from them alone.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from console.domain.quality import Quality
from console.domain.times import HOUR, MINUTE, SECOND
from console.store.columns import pack_columns, pack_ints, unpack_column, unpack_ints
from console.store.packing import DTYPES, Damaged, Ints, ValueClass, Values, join, split

FINE = 5 * MINUTE  # the cells of blocks, day sheets and month rows
COARSE = HOUR  # the cells of the overview
_FORMAT = 1
_MS = SECOND // 1000
_KEPT_BITS = np.uint64(0xFFFF_FFFF_FFF0_0000)  # sums keep 32 bits of their 52: nine digits, and half the bytes


@dataclass(frozen=True, slots=True)
class Cells:
    """``starts`` (m,) ascending, UTC ns; all else (m, points).

    ``count`` usable samples, ``bad`` the others. ``low``, ``high``, ``first``, ``last``: exact, in the point's class, over the
    usable samples (0 where there are none). ``first_at``/``last_at`` their times, ``begin_at`` that of the first sample
    of any quality, UTC ns (after packing whole milliseconds).
    ``total`` their sum. ``area`` value × seconds while a value held (until the next sample of any quality, within the cell),
    ``held`` those ns. ``open`` 1: the last sample is usable and still holds when the cell ends. ``uneven`` 1: a value fell, or a
    sample was not usable, so that last − first is not what a counter counted.
    """

    kind: int
    starts: Ints
    count: Ints
    bad: Ints
    low: Values
    high: Values
    first: Values
    last: Values
    begin_at: Ints
    first_at: Ints
    last_at: Ints
    total: npt.NDArray[np.float64]
    area: npt.NDArray[np.float64]
    held: Ints
    open: Ints
    uneven: Ints

    @property
    def width(self) -> int:
        """The number of points."""
        return int(self.count.shape[1])

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_] | slice, columns: slice = slice(None)) -> Cells:
        """Some cells of some points."""
        arrays = [getattr(self, name)[rows, columns] for name in _ARRAYS]
        return Cells(self.kind, self.starts[rows], *arrays)


_ARRAYS = tuple(field.name for field in fields(Cells))[2:]
_CLASSED = ("low", "high", "first", "last")


def concatenated(parts: Sequence[Cells]) -> Cells:
    """Cells of the same points one after the other, ordered by their start; of equal starts the later part's stay behind."""
    if len(parts) == 1:
        return parts[0]
    parts = sorted(parts, key=lambda part: int(part.starts[0]) if len(part.starts) else 0)
    starts = np.concatenate([part.starts for part in parts])
    whole = Cells(parts[0].kind, starts, *(np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS))
    if bool((np.diff(starts) >= 0).all()):
        return whole
    return whole.take(np.argsort(starts, kind="stable"))


def cells_of(
    kind: int, times: Ints, values: Values, quality: npt.NDArray[np.uint8] | None, *, step: int, edges: Ints | None = None
) -> Cells:
    """The cells of sorted samples: ``values`` and ``quality`` (times, points), ``quality`` None = all good.

    Cells begin at multiples of ``step``, and also at every one of ``edges``.
    """
    keys = times // step * step
    if edges is not None and len(edges):
        keys = np.maximum(keys, edges[np.maximum(np.searchsorted(edges, times, side="right") - 1, 0)])
    begins = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    ends = np.append(begins[1:], len(times)) - 1
    gaps = np.diff(times, append=times[-1:])
    gaps[ends] = 0  # what holds beyond a cell is added where cells are put together
    usable = None if quality is None or not quality.any() else quality <= Quality.MANUAL
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        usable = np.isfinite(values) if usable is None else usable & np.isfinite(values)
    if usable is None or bool(usable.all()):
        return _even(kind, times, values, _Spans(keys[begins], begins, ends, gaps))
    return _gappy(kind, times, values, usable, _Spans(keys[begins], begins, ends, gaps))


@dataclass(frozen=True, slots=True)
class _Spans:
    starts: Ints  # of the cells, UTC ns
    begins: Ints  # the first and the last sample of each
    ends: Ints
    gaps: Ints  # how long each sample holds within its cell, ns


def _even(kind: int, times: Ints, values: Values, spans: _Spans) -> Cells:
    begins, ends = spans.begins, spans.ends
    shape = (len(begins), values.shape[1])
    floats = values.astype(np.float64, copy=False)
    fell = np.zeros(values.shape, bool)
    fell[1:] = values[1:] < values[:-1]
    fell[begins] = False
    span = np.broadcast_to((times[ends] - times[begins])[:, None], shape)
    return Cells(
        kind=kind,
        starts=spans.starts,
        count=np.broadcast_to((ends - begins + 1)[:, None], shape),
        bad=np.zeros(shape, np.int64),
        low=np.minimum.reduceat(values, begins, axis=0),
        high=np.maximum.reduceat(values, begins, axis=0),
        first=values[begins],
        last=values[ends],
        begin_at=np.broadcast_to(times[begins][:, None], shape),
        first_at=np.broadcast_to(times[begins][:, None], shape),
        last_at=np.broadcast_to(times[ends][:, None], shape),
        total=np.add.reduceat(floats, begins, axis=0),
        area=np.add.reduceat(floats * (spans.gaps / SECOND)[:, None], begins, axis=0),
        held=span,
        open=np.ones(shape, np.int64),
        uneven=np.logical_or.reduceat(fell, begins, axis=0).astype(np.int64),
    )


def _gappy(kind: int, times: Ints, values: Values, usable: npt.NDArray[np.bool_], spans: _Spans) -> Cells:
    begins, ends, gaps = spans.begins, spans.ends, spans.gaps
    top, bottom = (np.inf, -np.inf) if values.dtype.kind == "f" else (np.iinfo(values.dtype).max, np.iinfo(values.dtype).min)
    places = np.arange(len(times))[:, None]
    count = np.add.reduceat(usable, begins, axis=0, dtype=np.int64)
    some = count > 0
    firsts = np.minimum.reduceat(np.where(usable, places, len(times)), begins, axis=0)
    lasts = np.maximum.reduceat(np.where(usable, places, -1), begins, axis=0)
    firsts, lasts = np.where(some, firsts, begins[:, None]), np.where(some, lasts, begins[:, None])
    columns = np.arange(values.shape[1])
    zero = values.dtype.type(0)
    floats = np.where(usable, values, zero).astype(np.float64)
    size = (ends - begins + 1)[:, None]
    fell = np.zeros(values.shape, bool)
    fell[1:] = values[1:] < values[:-1]
    fell[begins] = False
    return Cells(
        kind=kind,
        starts=spans.starts,
        count=count,
        bad=size - count,
        low=np.where(some, np.minimum.reduceat(np.where(usable, values, top).astype(values.dtype), begins, axis=0), zero),
        high=np.where(some, np.maximum.reduceat(np.where(usable, values, bottom).astype(values.dtype), begins, axis=0), zero),
        first=np.where(some, values[firsts, columns], zero),
        last=np.where(some, values[lasts, columns], zero),
        begin_at=np.broadcast_to(times[begins][:, None], count.shape),
        first_at=times[firsts],
        last_at=times[lasts],
        total=np.add.reduceat(floats, begins, axis=0),
        area=np.add.reduceat(floats * (gaps / SECOND)[:, None], begins, axis=0),
        held=np.add.reduceat(np.where(usable, gaps[:, None], 0), begins, axis=0),
        open=(some & (lasts == ends[:, None])).astype(np.int64),
        uneven=(np.logical_or.reduceat(fell, begins, axis=0) | (count < size)).astype(np.int64),
    )


def combined(cells: Cells, keys: Ints, hold: int) -> Cells:
    """Neighbouring cells with the same key (ascending) as one; it starts at its key.

    Between two of them the last value holds until the next sample of any quality, if that comes within ``hold`` ns.
    """
    if not len(keys):
        return cells
    begins = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    ends = np.append(begins[1:], len(keys)) - 1
    some = cells.count > 0
    low, high, firsts, lasts = cells.low, cells.high, begins[:, None], ends[:, None]
    if not bool(some.all()):  # a point without usable samples in some cells
        top, bottom = (np.inf, -np.inf) if low.dtype.kind == "f" else (np.iinfo(low.dtype).max, np.iinfo(low.dtype).min)
        hollow = ~np.logical_or.reduceat(some, begins, axis=0)
        part = np.repeat(hollow, ends - begins + 1, axis=0)  # in a cell without any they stay 0
        low = np.where(some | part, low, top).astype(low.dtype)
        high = np.where(some | part, high, bottom).astype(high.dtype)
        places = np.arange(len(keys))[:, None]
        firsts = np.minimum(np.minimum.reduceat(np.where(some, places, len(keys)), begins, axis=0), ends[:, None])
        lasts = np.maximum(np.maximum.reduceat(np.where(some, places, -1), begins, axis=0), begins[:, None])
    gap = np.zeros(cells.count.shape, np.int64)
    gap[:-1] = cells.begin_at[1:] - cells.last_at[:-1]
    gap[ends] = 0
    gap = np.where((cells.open > 0) & (gap <= hold), gap, 0)
    fell = np.zeros(gap.shape, bool)
    fell[:-1] = cells.first[1:] < cells.last[:-1]
    fell[ends] = False
    columns = np.arange(cells.width)
    return Cells(
        kind=cells.kind,
        starts=keys[begins],
        count=np.add.reduceat(cells.count, begins, axis=0),
        bad=np.add.reduceat(cells.bad, begins, axis=0),
        low=np.minimum.reduceat(low, begins, axis=0),
        high=np.maximum.reduceat(high, begins, axis=0),
        first=cells.first[firsts, columns],
        last=cells.last[lasts, columns],
        begin_at=cells.begin_at[begins],
        first_at=cells.first_at[firsts, columns],
        last_at=cells.last_at[lasts, columns],
        total=np.add.reduceat(cells.total, begins, axis=0),
        area=np.add.reduceat(cells.area + cells.last * (gap / SECOND), begins, axis=0),
        held=np.add.reduceat(cells.held + gap, begins, axis=0),
        open=cells.open[ends],
        uneven=np.logical_or.reduceat((cells.uneven > 0) | fell, begins, axis=0).astype(np.int64),
    )


# --- as bytes


def pack_cells(cells: Cells) -> bytes:
    """The stored form."""
    starts = cells.starts[:, None]
    arrays = {name: getattr(cells, name) for name in _ARRAYS}
    arrays["begin_at"] = (cells.first_at - starts) // _MS - (cells.begin_at - starts) // _MS
    arrays["first_at"] = (cells.first_at - starts) // _MS
    arrays["last_at"] = (cells.last_at - starts) // _MS
    arrays["held"] = (cells.last_at - starts) // _MS - (cells.first_at - starts) // _MS - cells.held // _MS
    arrays["total"], arrays["area"] = _quantised(cells.total), _quantised(cells.area)
    forms, blobs = bytearray(), []
    for name in _ARRAYS:
        column = np.ascontiguousarray(arrays[name].T).reshape(-1, 1)
        kind = cells.kind if name in _CLASSED else ValueClass.FLOAT if name in ("total", "area") else ValueClass.INT
        form, packed = pack_columns(kind, column.astype(DTYPES[kind], copy=False))
        forms += form
        blobs.append(packed[0])
    head = struct.pack("<BBII", _FORMAT, cells.kind, len(cells.starts), cells.width)
    return join([head, pack_ints(cells.starts), bytes(forms), *blobs])


def _quantised(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    decimals = np.round(sums, 4)
    if bool((np.abs(decimals - sums) <= 1e-12 * np.abs(sums)).all()):
        return decimals  # sums of decimals are decimals but for rounding errors, and those do not compress
    bits = np.ascontiguousarray(sums).view(np.uint64)
    return (bits & _KEPT_BITS).view(np.float64)


def unpack_cells(blob: bytes | memoryview, column: int | None = None) -> Cells:
    """The reverse of :func:`pack_cells`, of all points or of one ``column``."""
    try:
        parts = split(blob if isinstance(blob, bytes) else bytes(blob))
        form, kind, length, width = struct.unpack("<BBII", parts[0])
        if form != _FORMAT or len(parts) != 3 + len(_ARRAYS):
            raise Damaged("cells format")
        starts = unpack_ints(parts[1])
        arrays: dict[str, Values] = {}
        for place, name in enumerate(_ARRAYS):
            own = kind if name in _CLASSED else ValueClass.FLOAT if name in ("total", "area") else ValueClass.INT
            flat = unpack_column(own, parts[2][place], parts[3 + place], length * width).reshape(width, length)
            arrays[name] = flat.T if column is None else flat[column][:, None]
    except (struct.error, ValueError, IndexError) as error:
        raise Damaged("cells") from error
    span_ms = arrays["last_at"] - arrays["first_at"]
    arrays["held"] = (span_ms - arrays["held"]) * _MS
    arrays["begin_at"] = (arrays["first_at"] - arrays["begin_at"]) * _MS + starts[:, None]
    arrays["first_at"] = arrays["first_at"] * _MS + starts[:, None]
    arrays["last_at"] = arrays["last_at"] * _MS + starts[:, None]
    return Cells(kind, starts, *(arrays[name] for name in _ARRAYS))
