"""Reads every sample of one point out of a store, with nothing but SQLite, zlib, numpy and pcodec. See store.md.

python store_reader.py FOLDER POINT        the point's id, or its number; prints time,value,quality,received
"""

import sqlite3
import struct
import sys
import zlib
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from pcodec import standalone

TYPES = {0: "<f8", 1: "<i8", 2: "<u8"}  # value classes; 3 is text


def split(blob):
    (count,) = struct.unpack_from("<H", blob)
    ends = 2 + 4 * count + np.cumsum((0, *struct.unpack_from(f"<{count}I", blob, 2)))
    return [bytes(blob[start:end]) for start, end in pairwise(ends)]


def texts(blob):
    (count,) = struct.unpack_from("<I", blob)
    ends = 4 + 4 * count + np.cumsum((0, *struct.unpack_from(f"<{count}I", blob, 4)))
    return [blob[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(ends)]


def integers(blob):
    if blob[0] == 0:
        return np.full(*struct.unpack_from("<qI", blob, 1)[::-1], np.int64)
    return np.asarray(standalone.simple_decompress(blob[1:])).astype(np.int64)


def column(kind, form, blob, length):
    if kind == 3:
        words, numbers = split(zlib.decompress(blob))
        words = texts(words)
        return [words[number] for number in np.frombuffer(numbers, "<u4")]
    if form == 0:
        return np.frombuffer(blob, TYPES[kind]).tolist() * length
    if form == 1:
        data = zlib.decompress(blob)
        count = len(data) // 12
        places = np.append(np.frombuffer(data, "<u4", count), length)
        return np.repeat(np.frombuffer(data, TYPES[kind], count, 4 * count), np.diff(places)).tolist()
    numbers = np.asarray(standalone.simple_decompress(blob))
    divided = numbers / 10.0 ** (form - 16) if form >= 16 else numbers.astype(TYPES[kind])
    return (numbers * (1.0 / 10.0 ** (form - 32)) if form >= 32 else divided).tolist()


def from_block(body, place):
    """(time, row id, place in the row, value, quality, received) of one column of a block."""
    parts = split(body)
    _, kind, length, width = struct.unpack("<BBII", parts[0])
    times, received, written = map(integers, parts[1:4])
    quality = np.frombuffer(zlib.decompress(parts[4]), "u1").reshape(width, length)[place] if parts[4] else [0] * length
    start, end = np.cumsum((0, *np.frombuffer(parts[6], "<u4")))[place : place + 2]
    values = column(kind, parts[5][place], parts[7][start:end], length)
    return zip(times.tolist(), written.tolist(), [0] * length, values, map(int, quality), (times + received).tolist(), strict=True)


def from_row(identity, body, group, place):
    """The same of a journal row."""
    parts = split(zlib.decompress(body))
    groups, widths, classes, times, late = map(np.frombuffer, parts[1:6], ("<u4", "<u4", "u1", "<i8", "<i8"))
    rows = np.frombuffer(parts[6], "<i8") if parts[6] else np.full(len(groups), identity)
    arrays = {kind: np.frombuffer(parts[8 + kind], TYPES[kind]) for kind in TYPES} | {3: texts(parts[11] or bytes(4))}
    used, mark = dict.fromkeys(range(4), 0), 0
    for run in range(len(groups)):
        kind, width = int(classes[run]), int(widths[run])
        if groups[run] == group:
            value, at = arrays[kind][used[kind] + place], int(times[run])
            value, quality = value if kind == 3 else value.item(), parts[7][mark + place] if parts[7] else 0
            yield at, int(rows[run]), run, value, quality, at + int(late[run])
        used[kind] += width
        mark += width


def samples(folder, number):
    """Every sample, sorted by time; of one time the one that was written last."""
    found = {}
    for path in sorted(Path(folder).glob("history-????-??.db")):
        month = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        for group, place in month.execute("SELECT group_id, place FROM member WHERE point = ?", (number,)).fetchall():
            pieces = [from_block(body, place) for (body,) in month.execute("SELECT body FROM block WHERE group_id = ?", (group,))]
            pieces += [from_row(row, body, group, place) for row, body in month.execute("SELECT id, body FROM journal")]
            for at, *rest in chain.from_iterable(pieces):
                if at not in found or rest[:2] >= found[at][:2]:
                    found[at] = rest
        month.close()
    return [(at, value, quality, received) for at, (_, _, value, quality, received) in sorted(found.items())]


if __name__ == "__main__":
    names = dict(sqlite3.connect(Path(sys.argv[1]) / "main.db").execute("SELECT id, number FROM point"))
    for sample in samples(sys.argv[1], names.get(sys.argv[2]) or int(sys.argv[2])):
        sys.stdout.write(",".join(map(str, sample)) + "\n")
