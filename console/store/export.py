"""History as text, streamed: csv or JSON lines of any length at constant memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from console.domain.quality import Quality
from console.domain.times import HOUR, SECOND
from console.store.bucketing import buckets
from console.store.merging import FOREVER, History
from console.store.reading import raw
from console.store.readonly import files_with

_AIM = 50_000  # samples in one window
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_BUCKETS = 2_000  # in one window


def iso(time: int, zone: timezone = UTC) -> str:
    """UTC ns as ISO 8601 with all nine decimals, in ``zone``."""
    at = (_EPOCH + timedelta(seconds=time // SECOND)).astimezone(zone)
    offset = at.strftime("%z")
    return f"{at:%Y-%m-%dT%H:%M:%S}.{time % SECOND:09d}" + ("Z" if zone is UTC else f"{offset[:3]}:{offset[3:]}")


def stream(folder: Path, ids: dict[str, int], since: int, until: int, *, form: str) -> Iterator[str]:
    """Lines (each with its line end) of raw samples of the points ``ids`` (id -> number), by time window, then by point.

    ``form``: ``csv`` (with a header) or ``json`` (one object a line). Values are exact: 64-bit integers are never floats.
    """
    if form == "csv":
        yield _csv(("time", "point", "value", "quality", "received"))
    names = {number: name for name, number in ids.items()}
    for window in _windows(folder, tuple(names), since, until):
        for history in window:
            yield from _lines(names[history.point], history, form)


def stream_buckets(folder: Path, ids: dict[str, int], since: int, until: int, *, width: int, form: str) -> Iterator[str]:
    """Lines of buckets of ``width`` ns from ``since`` on (the last may be shorter): start, point, min, max, mean, count."""
    if form == "csv":
        yield _csv(("time", "point", "min", "max", "mean", "count"))
    names = {number: name for name, number in ids.items()}
    start = since
    while start < until:
        number = min(_MOST_BUCKETS, (until - start) // width)
        end = start + number * width if number else until
        for each in buckets(folder, tuple(names), start, end, max(1, number)):
            columns = (each.starts, each.lows, each.highs, each.means, each.counts)
            for at, low, high, mean, count in zip(*(column.tolist() for column in columns), strict=True):
                if form == "csv":
                    yield _csv((iso(at), names[each.point], low, high, mean, count))
                else:
                    record = {"time": iso(at), "point": names[each.point], "min": low, "max": high, "mean": mean, "count": count}
                    yield json.dumps(record, ensure_ascii=False) + "\n"
        start = end


def _windows(folder: Path, numbers: Sequence[int], since: int, until: int) -> Iterator[list[History]]:
    """The range in windows that hold about _AIM samples, whatever the density; time without samples is skipped in long steps."""
    spans = files_with(folder, since, until or FOREVER)
    if not spans or not numbers:
        return
    start = max(since, min(first for _, first, _ in spans))
    end = min(until or FOREVER, max(last for _, _, last in spans))
    width = HOUR
    while start < end:
        stop = min(start + width, end)
        found = raw(folder, numbers, start, stop)
        yield found
        start = stop
        size = sum(len(history.times) for history in found)
        if size > _AIM:
            width = max(SECOND, width // 2)
        elif size < _AIM // 4:
            width = min(width * 2, 256 * HOUR)


def _lines(name: str, history: History, form: str) -> Iterator[str]:
    values = history.values if isinstance(history.values, list) else history.values.tolist()
    rows = zip(history.times.tolist(), values, history.quality.tolist(), history.received.tolist(), strict=True)
    for time, value, quality, received in rows:
        word = Quality(quality).name.lower()
        if form == "csv":
            yield _csv((iso(time), name, value, word, iso(received)))
        else:
            record = {"time": iso(time), "point": name, "value": value, "quality": word, "received": iso(received)}
            yield json.dumps(record, ensure_ascii=False) + "\n"


def _csv(fields: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(fields)
    return line.getvalue()
