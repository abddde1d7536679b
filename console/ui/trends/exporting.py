"""What a trend shows as a file. Written beside the GUI thread; a file is whole or not there."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from console.domain.estate import Point
from console.texts import language
from console.ui.moments import local
from console.ui.trends.curves import Buckets

Row = list[str | float | int]


class Writer(QObject):
    """Writes rows to a csv file in a thread of its own."""

    written = Signal(str, int)  # file, rows
    failed = Signal(str, str)  # file, reason

    def start(self, file: Path, rows: Callable[[], Iterator[Row]]) -> None:
        """``rows`` is run in the thread; the first row is the heading."""
        threading.Thread(target=self._write, args=(file, rows), name="trend-export", daemon=True).start()

    def _write(self, file: Path, rows: Callable[[], Iterator[Row]]) -> None:
        part = file.with_name(file.name + ".part")
        try:
            count = -1
            with part.open("w", encoding="utf-8-sig", newline="") as stream:  # Excel needs the mark to see UTF-8
                writer = csv.writer(stream)
                for row in rows():
                    writer.writerow(row)
                    count += 1
            part.replace(file)
        except OSError as error:
            part.unlink(missing_ok=True)
            self.failed.emit(str(file), error.strerror or str(error))
        else:
            self.written.emit(str(file), count)


def bucket_rows(found: list[tuple[Point, Buckets]], zone_name: str) -> Iterator[Row]:
    """What is shown: one line a bucket and pen, with its lowest, mean and highest value."""
    yield ["time", "utc", "point", "name", "unit", "min", "mean", "max"]
    for point, buckets in found:
        name = point.name.get(language())
        for at, low, mean, high in zip(
            buckets.times.tolist(), buckets.lows.tolist(), buckets.means.tolist(), buckets.highs.tolist(), strict=True
        ):
            yield [*_moments(at, zone_name), point.id, name, point.unit, low, mean, high]


def _moments(at: int, zone_name: str) -> tuple[str, str]:
    utc = datetime.fromtimestamp(at // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    millis = at // 1_000_000 % 1000
    return f"{local(at, zone_name):%Y-%m-%d %H:%M:%S}.{millis:03d}", f"{utc}.{millis:03d}Z"
