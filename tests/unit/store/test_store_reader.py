"""The hundred lines of docs/store_reader.py read a real store, and say the same as we do."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path

import numpy as np
from store_builders import EAGER, Hand, T, batch, recorded, recording, until

from console.domain.quality import Quality
from console.domain.times import DAY, MINUTE, SECOND
from console.store import reading

READER = Path(__file__).resolve().parents[3] / "docs" / "store_reader.py"


def test_the_reader_is_short_and_needs_nothing_of_ours():
    text = READER.read_text(encoding="utf-8")
    assert text.count("\n") <= 100
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - set(sys.stdlib_module_names) == {"numpy", "pcodec"}


def test_the_reader_says_the_same_as_the_store(tmp_path):
    spec = importlib.util.spec_from_file_location("store_reader", READER)
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    dice = np.random.default_rng(20261121)
    clock = Hand(T)
    put = 0
    with recording(tmp_path, clock, EAGER) as (_, recorder):
        for minute in range(1300):
            clock.now = at = T + minute * MINUTE
            quality = Quality.BAD if dice.random() < 0.05 else Quality.GOOD
            recorder.put(batch([1, 2], [round(dice.normal(20, 5), 1), float(minute // 200)], at, quality))
            recorder.put(batch([3], np.array([2**63 + minute], np.uint64), at + SECOND))
            recorder.put(batch([4], [["上行", "下行"][minute % 7 == 0]], at))
            recorder.put(batch([1, 5], [dice.random(), 1 / 3], at + 30 * SECOND))  # point 1 in another company
            put += 6
            if minute % 300 == 299:
                recorded(recorder, put)
        recorder.put(batch([1, 2], [-1.0, -2.0], T + 100 * MINUTE))  # one time again
        clock.now = T + 10 * DAY  # another month
        recorder.put(batch([1, 2], [7.0, 8.0], clock.now))
        put += 4
        recorded(recorder, put)
        until(lambda: recorder.health().counters["merged"] > 5000)
    for number in (1, 2, 3, 4, 5):
        history = reading.raw(tmp_path, [number], 0, 0)[0]
        values = history.values if isinstance(history.values, list) else history.values.tolist()
        ours = list(zip(history.times.tolist(), values, history.quality.tolist(), history.received.tolist(), strict=True))
        assert reader.samples(tmp_path, number) == ours
        assert len(ours) > 1000
