"""Chunks of history as files: csv, JSON lines, xlsx and Parquet, written as they come, into anything with ``write(bytes)``.

Values are exact in every form: what a float64 cannot hold (integers beyond 2**53, texts) is written as text.
Values that nobody may rely on (quality worse than ``manual``) are left empty; their quality says why.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.times import DAY, MINUTE, SECOND
from console.store.export import QUALITIES, Chunk, Wanted
from console.store.refusals import StoreRefused

FORMS = ("csv", "json", "xlsx", "parquet")
SHEET_ROWS = 1_048_576  # of an xlsx sheet, the heading included (Excel's own limit)
SAMPLES = ("time", "utc", "point", "name", "unit", "value", "quality")
BUCKETS = ("time", "utc", "point", "name", "unit", "min", "mean", "max", "count")
_EXACT = 2**53
_QUARTER = 15 * MINUTE  # no zone of the world has changed its clocks at any other moment since 1972 (tz database)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL_EPOCH = 25_569  # days from 1899-12-30 to 1970-01-01
_ROW_GROUP = 250_000  # rows of Parquet that are kept until they are written together
_WORST_USABLE = int(max(quality for quality in Quality if quality.usable))


class Stream(Protocol):
    """Where the bytes go."""

    def write(self, data: bytes, /) -> object: ...


class Sheet(Protocol):
    """One file while it is written."""

    def add(self, chunk: Chunk) -> None:
        """These rows, too."""

    def close(self) -> None:
        """The end of the file."""


def sheet(form: str, out: Stream, points: Sequence[Wanted], zone: ZoneInfo, *, buckets: bool, scratch: Path) -> Sheet:
    """A file of ``form`` that goes to ``out``. ``scratch``: a folder for the rows of an xlsx, which is put together at its end."""
    if form == "xlsx":
        return _Xlsx(out, points, zone, buckets, scratch)
    if form == "parquet":
        refuse_without_parquet()
        return _Parquet(out, buckets)
    return _Csv(out, zone, buckets) if form == "csv" else _Json(out, zone, buckets)


def refuse_without_parquet() -> None:
    """Parquet needs an optional package."""
    if find_spec("pyarrow") is None:
        raise StoreRefused(Problem("store.no_parquet"))


def local_times(times: npt.NDArray[np.int64], zone: ZoneInfo) -> npt.NDArray[np.int64]:
    """UTC ns as ns of the local clock on the wall."""
    quarters, places = np.unique(times // _QUARTER, return_inverse=True)
    offsets = [
        (_EPOCH + timedelta(seconds=quarter * _QUARTER // SECOND)).astimezone(zone).utcoffset() or timedelta()
        for quarter in quarters.tolist()
    ]
    return times + np.array([each // timedelta(seconds=1) * SECOND for each in offsets], np.int64)[places]


def time_texts(times: npt.NDArray[np.int64], zone: ZoneInfo) -> tuple[list[str], list[str]]:
    """``2026-11-21 16:05:30.123`` on the wall, and ``2026-11-21T08:05:30.123456789Z``."""
    wall = np.datetime_as_string((local_times(times, zone) // 1_000_000).astype("M8[ms]"), unit="ms")
    utc = np.datetime_as_string(times.astype("M8[ns]"), unit="ns")
    return [text.replace("T", " ") for text in wall.tolist()], [text + "Z" for text in utc.tolist()]


def plain(column: npt.NDArray[Any] | list[float | int | str], usable: list[bool] | None = None) -> list[float | int | str | None]:
    """A column as Python values; ``None`` where it is not usable."""
    values: list[float | int | str | None] = list(column) if isinstance(column, list) else column.tolist()
    if usable is not None and not all(usable):
        return [value if good else None for value, good in zip(values, usable, strict=True)]
    return values


def _usable(chunk: Chunk) -> list[bool] | None:
    if chunk.quality is None:
        return None
    usable: list[bool] = (chunk.quality <= _WORST_USABLE).tolist()
    return usable


def _rows(chunk: Chunk, of: Callable[[list[float | int | str | None]], list[Any]]) -> list[tuple[Any, ...]]:
    """The columns behind the point's, row by row: what ``of`` makes of the values, then the quality's word."""
    usable = _usable(chunk)
    columns = [of(plain(column, usable)) for column in chunk.columns]
    if chunk.quality is not None:
        columns.append([QUALITIES[quality] for quality in chunk.quality.tolist()])
    return list(zip(*columns, strict=True))


class _Csv:
    """UTF-8 with the mark that Excel needs to see it."""

    def __init__(self, out: Stream, zone: ZoneInfo, buckets: bool) -> None:
        self._out, self._zone = out, zone
        out.write(b"\xef\xbb\xbf" + (",".join(BUCKETS if buckets else SAMPLES) + "\n").encode())

    def add(self, chunk: Chunk) -> None:
        wall, utc = time_texts(chunk.times, self._zone)
        middle = _csv_line((chunk.point.id, chunk.point.name, chunk.point.unit))
        rows = zip(wall, utc, _rows(chunk, _csv_texts), strict=True)
        self._out.write("".join(f"{here},{there},{middle},{','.join(rest)}\n" for here, there, rest in rows).encode())

    def close(self) -> None:
        """Nothing is left."""


def _csv_texts(values: list[float | int | str | None]) -> list[str]:
    return [
        "" if value is None else _csv_line((value,)) if isinstance(value, str) else repr(value)
        for value in values
    ]  # fmt: skip


def _csv_line(fields: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()


class _Json:
    """One object a line."""

    def __init__(self, out: Stream, zone: ZoneInfo, buckets: bool) -> None:
        self._out, self._zone = out, zone
        self._names = (BUCKETS if buckets else SAMPLES)[5:]

    def add(self, chunk: Chunk) -> None:
        wall, utc = time_texts(chunk.times, self._zone)
        point = {"point": chunk.point.id, "name": chunk.point.name, "unit": chunk.point.unit}
        lines = [
            json.dumps({"time": here, "utc": there, **point, **dict(zip(self._names, rest, strict=True))}, ensure_ascii=False)
            for here, there, rest in zip(wall, utc, _rows(chunk, _json_values), strict=True)
        ]
        self._out.write("".join(line + "\n" for line in lines).encode())

    def close(self) -> None:
        """Nothing is left."""


def _json_values(values: list[float | int | str | None]) -> list[float | int | str | None]:
    """JSON has no infinity."""
    return [str(value) if isinstance(value, float) and not math.isfinite(value) else value for value in values]


class _Xlsx:
    """A sheet of the points, then sheets of at most SHEET_ROWS rows. Row by row through files in ``scratch``: constant memory."""

    def __init__(self, out: Stream, points: Sequence[Wanted], zone: ZoneInfo, buckets: bool, scratch: Path) -> None:
        import xlsxwriter  # noqa: PLC0415 - for this form only

        self._zone = zone
        self._heading = ("time", "point", *(BUCKETS if buckets else SAMPLES)[5:])
        self._book = xlsxwriter.Workbook(
            _Whole(out), {"constant_memory": True, "tmpdir": str(scratch), "strings_to_formulas": False}
        )
        self._book.use_zip64()
        self._bold = self._book.add_format({"bold": True})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        listing = self._book.add_worksheet("points")
        listing.set_column(0, 1, 36)
        listing.write_row(0, 0, ("point", "name", "unit"), self._bold)
        for place, point in enumerate(points, 1):
            for column, text in enumerate((point.id, point.name, point.unit)):
                listing.write_string(place, column, text)
        self._number = 0
        self._new_page()

    def _new_page(self) -> None:
        self._number += 1
        page = self._page = self._book.add_worksheet(str(self._number))
        page.freeze_panes(1, 0)
        page.set_column(0, 0, 24, self._moment)
        page.set_column(1, 1, 36)
        page.set_column(2, len(self._heading), 14)
        page.write_row(0, 0, self._heading, self._bold)
        self._row = 1

    def add(self, chunk: Chunk) -> None:
        days = local_times(chunk.times, self._zone) / DAY + _EXCEL_EPOCH
        for day, rest in zip(days.tolist(), _rows(chunk, list), strict=True):
            if self._row >= SHEET_ROWS:
                self._new_page()
            page, row = self._page, self._row
            page.write_number(row, 0, day)
            page.write_string(row, 1, chunk.point.id)
            for column, value in enumerate(rest, 2):
                if isinstance(value, str) or (value is not None and not _fits(value)):
                    page.write_string(row, column, str(value)[:32_767])  # Excel's longest text
                elif value is not None:
                    page.write_number(row, column, value)
            self._row += 1

    def close(self) -> None:
        self._book.close()


def _fits(value: float) -> bool:
    return math.isfinite(value) if isinstance(value, float) else abs(value) <= _EXACT


class _Parquet:
    """``time`` as nanoseconds UTC, ``value`` as float64; ``exact`` has as text what that cannot hold."""

    def __init__(self, out: Stream, buckets: bool) -> None:
        import pyarrow as pa  # noqa: PLC0415 - an optional package
        import pyarrow.parquet as pq  # noqa: PLC0415

        self._pa = pa
        words = pa.dictionary(pa.int32(), pa.string())
        first = [("time", pa.timestamp("ns", tz="UTC")), ("point", words), ("name", words), ("unit", words)]
        figures = [(name, pa.float64()) for name in BUCKETS[5:8]] + [("count", pa.int64())]
        rest = figures if buckets else [("value", pa.float64()), ("exact", pa.string()), ("quality", words)]
        self._schema = pa.schema(first + rest)
        self._writer = pq.ParquetWriter(pa.PythonFile(_Whole(out), mode="w"), self._schema, compression="zstd")
        self._kept: list[Any] = []
        self._rows = 0

    def add(self, chunk: Chunk) -> None:
        if not len(chunk.times):
            return
        pa, point = self._pa, chunk.point
        columns = [pa.array(chunk.times, self._schema.field("time").type)]
        columns += [self._words([text], np.zeros(len(chunk.times), np.int32)) for text in (point.id, point.name, point.unit)]
        if chunk.quality is None:
            columns += [pa.array(np.asarray(column, np.float64)) for column in chunk.columns[:3]]
            columns.append(pa.array(np.asarray(chunk.columns[3], np.int64)))
        else:
            values = plain(chunk.columns[0], _usable(chunk))
            columns.append(pa.array([_float(value) for value in values], pa.float64()))
            columns.append(pa.array([_exact(value) for value in values], pa.string()))
            columns.append(self._words(QUALITIES, chunk.quality.astype(np.int32)))
        self._kept.append(pa.table(columns, schema=self._schema))
        self._rows += len(chunk.times)
        if self._rows >= _ROW_GROUP:
            self._flush()

    def _words(self, words: list[str], places: npt.NDArray[np.int32]) -> Any:
        return self._pa.DictionaryArray.from_arrays(self._pa.array(places), self._pa.array(words, self._pa.string()))

    def _flush(self) -> None:
        if self._kept:
            self._writer.write_table(self._pa.concat_tables(self._kept).unify_dictionaries())
        self._kept, self._rows = [], 0

    def close(self) -> None:
        self._flush()
        self._writer.close()


class _Whole:
    """What pyarrow and zipfile ask of a file beyond ``write``."""

    closed = False

    def __init__(self, out: Stream) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        self._out.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """The stream is its owner's."""


def _float(value: float | str | None) -> float | None:
    return None if value is None or isinstance(value, str) else float(value)


def _exact(value: float | str | None) -> str | None:
    if value is None or isinstance(value, float):
        return None
    return str(value) if isinstance(value, str) or abs(value) > _EXACT else None
