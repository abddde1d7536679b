"""The same samples into SQLAlchemy Core rows, DuckDB and Debian's InfluxDB 1.6, side by side; each second is one commit.

Text and row objects are made before the clock starts; each gets a share of the 20,000 points' data and a few seconds.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import Column, Float, Integer, MetaData, Table, create_engine, event

from tests.benchmarks.store.feed import batches

POINTS = 20_000
SECONDS = 20  # of data, at most
REAL = 6.0  # for each


def measure(folder: Path) -> dict[str, float]:
    """Millions of samples a second of each that is installed."""
    seconds = [
        (
            np.concatenate([batch.points for batch in second]),
            np.concatenate([np.full(len(batch), batch.source_time) for batch in second]),
            np.concatenate([np.asarray(batch.values, np.float64) for batch in second]),
        )
        for second in batches(SECONDS, POINTS)
    ]
    found = {"sqlalchemy_core_msps": _sqlalchemy(folder, seconds)}
    with contextlib.suppress(ImportError):
        found["duckdb_msps"] = _duckdb(folder, seconds)
    if shutil.which("influxd"):
        found["influx_msps"] = _influx(folder, seconds)
    return found


Seconds = list[tuple[np.ndarray, np.ndarray, np.ndarray]]


def _timed(seconds: list, write: Callable[[object], None]) -> float:
    began, fed = time.monotonic(), 0
    for each in seconds:
        write(each)
        fed += POINTS
        if time.monotonic() - began > REAL:
            break
    return fed / (time.monotonic() - began) / 1e6


def _sqlalchemy(folder: Path, seconds: Seconds) -> float:
    engine = create_engine(f"sqlite:///{folder / 'rows.db'}")

    @event.listens_for(engine, "connect")
    def _wal(connection: object, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]
        connection.execute("PRAGMA synchronous=FULL")  # type: ignore[attr-defined]

    rows = Table(
        "sample", MetaData(), Column("point", Integer, primary_key=True), Column("time", Integer, primary_key=True),
        Column("value", Float), Column("quality", Integer), sqlite_with_rowid=False,
    )  # fmt: skip
    rows.metadata.create_all(engine)
    made = [
        [
            {"point": point, "time": at, "value": value, "quality": 0}
            for point, at, value in zip(points.tolist(), times.tolist(), values.tolist(), strict=True)
        ]
        for points, times, values in seconds
    ]

    def write(each: object) -> None:
        with engine.begin() as connection:
            connection.execute(rows.insert(), each)

    try:
        return _timed(made, write)
    finally:
        engine.dispose()


def _duckdb(folder: Path, seconds: Seconds) -> float:
    import duckdb  # noqa: PLC0415 - only this bench knows it

    connection = duckdb.connect(str(folder / "peer.duckdb"))
    connection.execute("CREATE TABLE sample (point INTEGER, time BIGINT, value DOUBLE, quality UTINYINT)")

    def write(each: object) -> None:
        points, times, values = each  # type: ignore[misc]
        connection.register("second", {"p": points, "t": times, "v": values})
        connection.execute("INSERT INTO sample SELECT p, t, v, 0 FROM second")

    try:
        return _timed(seconds, write)
    finally:
        connection.close()


def _influx(folder: Path, seconds: Seconds) -> float:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        port, backup = one.getsockname()[1], two.getsockname()[1]
    config = folder / "influx.conf"
    config.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{backup}"\n[meta]\n  dir = "{folder}/meta"\n'
        f'[data]\n  dir = "{folder}/data"\n  wal-dir = "{folder}/wal"\n  query-log-enabled = false\n'
        f'[http]\n  bind-address = "127.0.0.1:{port}"\n  log-enabled = false\n  max-body-size = 0\n[logging]\n  level = "error"\n',
        encoding="utf-8",
    )
    made = [
        "\n".join(
            f"s,p={point} v={value!r} {at}"
            for point, at, value in zip(points.tolist(), times.tolist(), values.tolist(), strict=True)
        ).encode()
        for points, times, values in seconds
    ]
    server = subprocess.Popen(["influxd", "-config", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 30
        while True:
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{base}/query", data=b"q=CREATE DATABASE b", timeout=5).close()
                break
            if time.monotonic() > end:
                raise RuntimeError("influxd did not start")
            time.sleep(0.1)

        def write(each: object) -> None:
            urllib.request.urlopen(f"{base}/write?db=b&precision=ns", data=each, timeout=60).close()  # type: ignore[arg-type]

        return _timed(made, write)
    finally:
        server.terminate()
        server.wait(20)
