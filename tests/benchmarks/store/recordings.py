"""Real recordings (``../shared/data``, not part of the project): their values at 1 s through the recorder, and their blocks."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from console.domain.samples import Batch
from console.domain.times import SECOND
from console.store import Pace, open_store, reading
from console.store.readonly import reading as read_only
from tests.benchmarks.store.feed import T, wait

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
SOURCES = {"pump": ("skab/anomaly-free/anomaly-free.csv", ";"), "air_handler": ("ahu/MZVAV-2-1.csv", ",")}


def measure(folder: Path) -> dict[str, float]:
    """Bytes a sample of each recording that is present, and whether every bit came back."""
    found: dict[str, float] = {}
    for name, (path, delimiter) in SOURCES.items():
        if (DATA / path).exists():
            inner = folder / name
            inner.mkdir()
            found |= {f"{name}_{key}": value for key, value in _recorded(inner, _numbers(DATA / path, delimiter)).items()}
    return found


def _numbers(path: Path, delimiter: str) -> np.ndarray:
    """All columns that are numbers throughout."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter))[1:]
    columns = []
    for column in zip(*rows, strict=True):
        try:
            columns.append([float(field) for field in column])
        except ValueError:
            continue
    return np.array(columns).T


def _recorded(folder: Path, values: np.ndarray) -> dict[str, float]:
    width = values.shape[1]
    points = np.arange(1, width + 1, dtype=np.int32)
    good = np.zeros(width, np.uint8)
    now = T
    store = open_store(folder, now, Pace(seal_s=0.5))
    recorder = store.recorder(lambda: now)
    recorder.start()
    for second, row in enumerate(values):
        at = T + second * SECOND
        recorder.put(Batch(points, row, good, at, at + 4_000_000))
    now = T + 2 * 86_400 * SECOND
    wait(lambda: recorder.health().counters["merged"] >= values.size, 60)
    recorder.stop()
    store.close()
    back = np.stack([np.asarray(history.values) for history in reading.raw(folder, points.tolist(), T, 0)], axis=1)
    if not np.array_equal(back.view(np.int64), values.view(np.int64)):
        raise SystemExit(f"{folder.name}: not what was recorded")
    size = 0
    for path in folder.glob("history-*.db"):
        with read_only(path) as connection:
            size += connection.execute("SELECT total(length(head) + length(body)) FROM block").fetchone()[0]
    return {"samples": float(values.size), "bytes_per_sample": size / values.size}
