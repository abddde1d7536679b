"""The recorder is killed (kill -9) at random moments under load: nothing that was acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_builders import T
from store_writer import WIDTH

from console.domain.times import SECOND
from console.store import open_store, reading

WRITER = Path(__file__).with_name("store_writer.py")


def run_and_kill(folder: Path, start: int, seconds: float) -> tuple[int, int]:
    """Let the writer work for ``seconds`` and kill it; returns the last acknowledged entry and the recorded samples."""
    places = os.pathsep.join((str(WRITER.parent), str(WRITER.parents[3])))
    program = subprocess.Popen(
        [sys.executable, str(WRITER), str(folder), str(start)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": places},
        text=True,
        encoding="utf-8",
    )
    assert program.stdout is not None
    first = program.stdout.readline()
    if first != "UP\n":
        _, errors = program.communicate(timeout=20)
        raise AssertionError(first + errors)
    time.sleep(seconds)
    program.kill()
    output, _ = program.communicate(timeout=20)
    acknowledged = recorded = 0
    for line in output.splitlines(keepends=True):
        if line.endswith("\n") and line[0] == "E":
            acknowledged = max(acknowledged, int(line[2:]))
        elif line.endswith("\n"):
            recorded = max(recorded, int(line[2:]))
    return acknowledged, recorded


def survive(folder: Path, count: int, seed: int) -> tuple[int, int]:
    """Kill the writer ``count`` times on one store and look at everything after each; returns (lost, doubled)."""
    dice = random.Random(seed)
    start = lost = doubled = 0
    for _ in range(count):
        acknowledged, recorded = run_and_kill(folder, start, dice.uniform(0.02, 0.7))
        store = open_store(folder, T)
        image = store.image()
        store.close()
        lost += max(0, acknowledged - image.sequence)
        assert [alarm.number for alarm in image.alarms] == list(range(1, image.sequence + 1))
        for point in (1, WIDTH):
            history = reading.raw(folder, [point], T, 0)[0]
            serials = history.values.tolist()
            lost += max(0, start + recorded // WIDTH - len(serials))
            doubled += len(serials) - len(set(serials))
            assert serials == list(range(len(serials)))
            assert history.times.tolist() == [T + serial * SECOND for serial in serials]
            if serials:
                last = image.last_values[point]
                assert (last.value, last.source_time) == (serials[-1], T + serials[-1] * SECOND)
        verified = reading.verify(folder)
        assert verified.problems == [] and verified.entries == image.sequence
        start = len(serials)
    assert start > 0
    return lost, doubled


def test_sixteen_kills_at_random_moments_lose_nothing_and_double_nothing(tmp_path):
    assert survive(tmp_path, 16, seed=20261121) == (0, 0)


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_five_hundred_kills_lose_nothing_and_double_nothing(tmp_path):
    lost = doubled = 0
    for seed in range(50):
        found = survive(tmp_path / str(seed), 10, seed)
        lost, doubled = lost + found[0], doubled + found[1]
        shutil.rmtree(tmp_path / str(seed))
    print(json.dumps({"torture_kills": 500, "torture_lost": lost, "torture_doubled": doubled}))
    assert (lost, doubled) == (0, 0)
