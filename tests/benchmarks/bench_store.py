"""``make bench NAME=store``: what the store costs and how fast it answers, with the bars of issue 4; a table and one JSON line.

Parts can be chosen: ``python -m tests.benchmarks.bench_store ingest years``. All of them take about eight minutes on two cores.

ingest      20,000 points at 1 s through the recorder, an hour and more of data, until all is sealed and merged
growth      the same seconds of 20,000 and of 200,000 points
years       five years of one group, written by the store's own merging, rolling and closing code (not through the recorder)
ranges      an hour of one point, a day of twenty
recordings  the real recordings of ``../shared/data``, where present: bytes a sample
peers       SQLAlchemy Core rows, DuckDB, InfluxDB 1.6 with the same samples
collector   the real collector with 20,000 points, and ten consoles that query
pan         the trend page with eight curves over a year, the energy page with a hundred meters: what the screen's thread takes
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.report import report
from tests.benchmarks.store import collecting, panning, peers, ranges, recordings, writing, years

BARS = {
    "ingest_msps": ">= 1.0", "ingest_over_influx": ">= 2", "ingest_over_sqlalchemy_core": ">= 10", "cpu_us_per_sample": "<= 0.6",
    "bytes_per_sample": "<= 0.45", "written_per_sample": "<= 60", "writer_stall_ms_max": "<= 100", "hour_raw_ms": "<= 3",
    "year_4000_buckets_ms_cold": "<= 120", "year_4000_buckets_ms_warm": "<= 40", "five_years_over_one": "<= 1.5",
    "day_20_points_ms": "<= 150", "poll_lateness_p99_ms": "<= 20", "collector_mb": "<= 250", "growth_200k_over_20k": "<= 10.5",
    "pan_ms": "<= 19",
}  # fmt: skip
HOUR_AND_MORE = 3_900  # seconds: sealing, merging and giving back all take place
REAL = 60.0  # stop feeding after that, however far it got


def _ingest(folder: Path) -> dict[str, float]:
    return writing.ingest(folder, 20_000, HOUR_AND_MORE, REAL)


def _years(folder: Path) -> dict[str, float]:
    years.build(folder)
    return years.measure(folder)


PARTS: dict[str, Callable[[Path], dict[str, float]]] = {
    "ingest": _ingest,
    "growth": writing.growth,
    "years": _years,
    "ranges": ranges.measure,
    "recordings": recordings.measure,
    "peers": peers.measure,
    "collector": collecting.measure,
    "pan": panning.measure,
}


def main(parts: list[str]) -> None:
    """Run the ``parts`` (none: all) and print."""
    unknown = set(parts) - set(PARTS)
    if unknown:
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    figures: dict[str, float] = {}
    for name, measure in PARTS.items():
        if not parts or name in parts:
            with tempfile.TemporaryDirectory(prefix="bench-store-") as place:
                figures |= measure(Path(place))
    for key, other in (("ingest_over_influx", "influx_msps"), ("ingest_over_sqlalchemy_core", "sqlalchemy_core_msps")):
        if {"ingest_msps", other} <= figures.keys():
            figures[key] = figures["ingest_msps"] / figures[other]
    report([(key, value, BARS.get(key, "")) for key, value in figures.items()])


if __name__ == "__main__":
    main(sys.argv[1:])
