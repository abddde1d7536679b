"""A store is told to another one by its log and its blocks alone: everything arrives, once, unchanged, or is refused."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import msgspec
import numpy as np
import pytest
from store_builders import EAGER, Hand, T, batch, raised, recorded, recording, until

from console.domain.estate import Equipment, Estate, ManualSource, Point, Site, ValueKind
from console.domain.events import ConfigurationApplied, Entry
from console.domain.quality import Quality
from console.domain.text import Text
from console.domain.times import DAY, SECOND
from console.store import StoreRefused, open_store, reading
from console.store.image import Commit
from console.store.shipping import LogPiece, Replica, blocks_after, log_after

SITE = "yard"
FILES = ("history-2026-09.db", "history-2026-10.db")
WORD = Text("某", "some")


def an_estate() -> Estate:
    points = tuple(Point(f"M1.p{n}", "M1", f"p{n}", WORD, ValueKind.ANALOG, ManualSource()) for n in range(1, 6))
    return Estate(Site(SITE, WORD), equipment=(Equipment("M1", WORD, "meter", "generic", "B1"),), points=points)


def history(folder: Path) -> Hand:
    """Two months with every class of value, bad quality, late and doubled samples, and records."""
    clock, noise = Hand(), np.random.default_rng(7)
    with recording(folder, clock, EAGER) as (store, recorder):
        estate = store.assign_numbers(an_estate())
        applied = Entry(1, T, ConfigurationApplied(1, {"added": 6}))
        recorder.commit(Commit((applied,), estate=estate, site_text="site: {id: yard}")).result(10)
        for number in range(2, 30):
            recorder.commit(Commit((raised(number),)))
        count = 0
        for month in range(2):
            clock.now = T + month * 31 * DAY
            for second in range(200):
                at = clock.now + second * SECOND
                recorder.put(batch([1, 2], np.round(noise.normal(20, 2, 2), 2), at, Quality.BAD if second == 9 else Quality.GOOD))
                recorder.put(batch([3], np.array([2**63 - 1 - second], np.int64), at))
                recorder.put(batch([4], ["开" if second % 3 else "关"], at))
                count += 4
            recorder.put(batch([1, 2], [1.0, 2.0], clock.now + 5 * SECOND))  # once more: this one counts
            recorder.put(batch([5], [float(month)], T - DAY))  # late
            count += 3
            recorded(recorder, count)
        clock.now = T + 62 * DAY
        recorder.put(batch([1, 2], [0.0, 0.0], clock.now))
        recorded(recorder, count + 2)
        until(lambda: all(closed(folder / file) for file in FILES), 20)
    return clock


def closed(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT 1 FROM meta WHERE key = 'closed' AND value = '1'").fetchone() is not None
    finally:
        connection.close()


def told(folder: Path) -> dict[str, object]:
    """All that the two months and the log say."""
    end = T + 60 * DAY
    found: dict[str, object] = {
        "log": reading.log(folder, limit=1000), "alarms": reading.alarms(folder), "points": reading.points(folder),
        "configuration": reading.configuration(folder),
    }  # fmt: skip
    for series in reading.raw(folder, [1, 2, 3, 4, 5], 0, end):
        values = series.values if isinstance(series.values, list) else series.values.tolist()
        found[f"point {series.point}"] = (series.times.tolist(), values, series.quality.tolist())
    return found


def ship(folder: Path, to: Path, dice: random.Random | None = None) -> None:
    """Send everything in small lots; with ``dice`` the line breaks often: lots come twice, and the taker starts anew."""
    replica = Replica(to, SITE, T)
    try:
        while pieces := log_after(folder, SITE, replica.sequence, 7):
            assert replica.take_log(pieces) == len(pieces)
            if dice is not None and dice.random() < 0.3:
                assert replica.take_log(pieces) == 0
        for file in FILES:
            while blocks := blocks_after(folder, SITE, file, replica.number(file), 3):
                assert replica.take_blocks(blocks) == len(blocks)
                if dice is not None and dice.random() < 0.5:
                    replica.close()
                    replica = Replica(to, SITE, T)
                    assert replica.take_blocks(blocks) == 0
    finally:
        replica.close()


def test_a_store_is_replayed_from_its_log_and_blocks_alone(tmp_path):
    source, to = tmp_path / "source", tmp_path / "to"
    history(source)
    ship(source, to)
    assert told(to) == told(source)
    assert len(told(source)["point 1"][0]) == 400  # type: ignore[index]
    assert reading.verify(to).problems == []
    store = open_store(to, T)
    image = store.image()
    store.close()
    assert image.sequence == 29 and image.estate is not None and len(image.estate.points) == 5
    with recording(to, Hand(T + 62 * DAY), EAGER):  # a recorder merges and closes what came, as if it had written it
        until(lambda: all(closed(to / file) for file in FILES), 20)
    assert told(to) == told(source) and reading.verify(to).problems == []


def test_a_line_that_breaks_again_and_again_doubles_nothing_and_loses_nothing(tmp_path):
    source, to = tmp_path / "source", tmp_path / "to"
    history(source)
    ship(source, to, random.Random(1))
    assert told(to) == told(source)


def test_pieces_survive_their_way_as_messages(tmp_path):
    source = tmp_path / "source"
    history(source)
    pieces = log_after(source, SITE, 0)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(pieces), type=tuple[LogPiece, ...]) == pieces
    (block, *_) = blocks_after(source, SITE, FILES[0], 0)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(block), type=type(block)) == block


def test_what_was_changed_leaves_a_hole_or_is_another_sites_is_refused(tmp_path):
    source, to = tmp_path / "source", tmp_path / "to"
    history(source)
    log, blocks = log_after(source, SITE, 0), blocks_after(source, SITE, FILES[0], 0)
    replica = Replica(to, SITE, T)
    change = msgspec.structs.replace
    wrong = [
        (replica.take_log, log[1]),  # the first is missing
        (replica.take_log, change(log[0], entry=log[0].entry.replace("added", "taken"))),
        (replica.take_log, change(log[0], site="mall")),
        (replica.take_blocks, change(blocks[0], body=blocks[0].body[:-1] + bytes([blocks[0].body[-1] ^ 1]))),
        (replica.take_blocks, change(blocks[0], site="mall")),
    ]
    for take, piece in wrong:
        with pytest.raises(StoreRefused) as caught:
            take([piece])  # type: ignore[operator]
        assert caught.value.problem.code == "store.ship_wrong"
    assert replica.sequence == 0 and replica.number(FILES[0]) == 0
    replica.close()
