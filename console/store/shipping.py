"""What a store can send to another one, and how that one takes it exactly once.

Two streams, each in its order, each piece with its site, its number and a checksum:

* the log: (site, sequence), chained by SHA-256: a piece that does not continue what is there is refused;
* the blocks of a month file: (site, file, number = block id). Ids ascend and are never used again; merging takes blocks away
  only when blocks with higher ids hold their samples. So whoever asks for what comes after the last number that it has gets
  every sample, however long it was away; samples that it gets again are the same (their journal row ids say which write counts).

The taker keeps the last number in the transaction that writes the piece: a piece that comes twice is passed over.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from sqlalchemy import Connection, Engine

from console.domain.estate import Estate
from console.domain.problems import Problem
from console.store import schema
from console.store.archive import prepare_month
from console.store.blocks import unpack_block
from console.store.database import engine_for
from console.store.image import Commit
from console.store.ledger import Ledger
from console.store.months import MAIN, SEALED
from console.store.opening import Store
from console.store.pace import Pace
from console.store.packing import Damaged
from console.store.readonly import reading
from console.store.records import GENESIS, chained, encoder, entry_decoder
from console.store.refusals import StoreRefused

ShippedPoint = tuple[int, str, str, int]  # number, id, equipment, first seen (UTC ns)


class LogPiece(msgspec.Struct, frozen=True, omit_defaults=True):
    """One log entry, exactly the text that ``hash`` covers; with ConfigurationApplied the configuration, compressed."""

    site: str
    sequence: int
    entry: str
    hash: bytes
    estate: bytes = b""
    site_text: bytes = b""


class BlockPiece(msgspec.Struct, frozen=True):
    """One block as docs/store.md describes it, with its group. ``crc`` is the CRC-32 of ``body``."""

    site: str
    file: str
    number: int
    kind: int
    points: tuple[ShippedPoint, ...]  # in the order of the columns
    times: int
    first: int
    last: int
    crc: int
    body: bytes


def log_after(folder: Path, site: str, sequence: int, limit: int = 1000) -> tuple[LogPiece, ...]:
    """Log entries after ``sequence``, oldest first."""
    query = """SELECT l.sequence, l.entry, l.hash, coalesce(c.estate, x''), coalesce(c.site_text, x'')
               FROM log l LEFT JOIN configuration c ON c.sequence = l.sequence WHERE l.sequence > ? ORDER BY l.sequence LIMIT ?"""
    with reading(folder / MAIN) as connection:
        return tuple(LogPiece(site, *row) for row in connection.execute(query, (sequence, limit)))


def blocks_after(folder: Path, site: str, file: str, number: int, limit: int = 100) -> tuple[BlockPiece, ...]:
    """Sound blocks of a month file after ``number``, by ascending number. Damaged ones are left out: `verify` names them."""
    with reading(folder / MAIN) as main, reading(folder / file) as connection:
        known: dict[int, ShippedPoint] = {
            row[0]: row for row in main.execute("SELECT number, id, equipment, first_seen FROM point")
        }
        query = """SELECT b.id, g.kind, g.points, b.times, b.first, b.last, b.crc, b.body FROM block b
                   JOIN point_group g ON g.id = b.group_id WHERE b.id > ? AND b.level >= 0 ORDER BY b.id LIMIT ?"""
        made = []
        for identity, kind, points, times, first, last, crc, body in connection.execute(query, (number, limit)):
            named = tuple(known.get(point, (point, "", "", 0)) for point in np.frombuffer(points, "<i4").tolist())
            if zlib.crc32(body) == crc:
                made.append(BlockPiece(site, file, identity, kind, named, times, first, last, crc, body))
        return tuple(made)


class Replica:
    """A store that is written by pieces of another one, in the place of a recorder. One thread; :meth:`close` it.

    ``site``: the only one that it takes. Refusals are :class:`StoreRefused`: a piece of another site, one that was changed on its
    way, one that leaves a hole.
    """

    def __init__(self, folder: Path, site: str, now: int) -> None:
        self._site = site
        self._folder = folder
        self._store = Store(folder, now, Pace())  # ownership, tables, migrations
        self._ledger = Ledger(folder / MAIN)
        self._months: dict[str, tuple[Engine, Connection]] = {}

    def close(self) -> None:
        """Close the files and give the store up."""
        for engine, connection in self._months.values():
            connection.close()
            engine.dispose()
        self._ledger.close()
        self._store.close()

    @property
    def sequence(self) -> int:
        """The last log entry that is here."""
        return self._end()[0]

    def number(self, file: str) -> int:
        """The last block of that month file that is here."""
        connection = self._month(file)
        with connection.begin():
            found = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'shipped'").scalar()
        return int(found or 0)

    def take_log(self, pieces: Sequence[LogPiece]) -> int:
        """Write what is new of these; how many were."""
        taken = 0
        for piece in pieces:
            sequence, before = self._end()
            if piece.sequence <= sequence:
                continue
            text = piece.entry.encode("utf-8")
            entry = entry_decoder.decode(text)
            if piece.site != self._site or chained(before, text) != piece.hash or encoder.encode(entry) != text:
                raise StoreRefused(Problem("store.ship_wrong", {"what": f"log {piece.sequence}"}))
            estate = msgspec.json.decode(zlib.decompress(piece.estate), type=Estate) if piece.estate else None
            words = zlib.decompress(piece.site_text).decode("utf-8") if piece.site_text else None
            self._ledger.write([Commit((entry,), estate=estate, site_text=words)])
            taken += 1
        return taken

    def take_blocks(self, pieces: Sequence[BlockPiece]) -> int:
        """Write what is new of these; how many were."""
        taken = 0
        for piece in pieces:
            if piece.number <= self.number(piece.file):
                continue
            try:
                sound = zlib.crc32(piece.body) == piece.crc and len(unpack_block(piece.body).times) == piece.times
            except Damaged:
                sound = False
            if piece.site != self._site or not sound:
                raise StoreRefused(Problem("store.ship_wrong", {"what": f"{piece.file} {piece.number}"}))
            self._name(piece.points)
            self._write(piece)
            taken += 1
        return taken

    def _end(self) -> tuple[int, bytes]:
        with self._ledger.connection.begin():
            found = self._ledger.connection.exec_driver_sql("SELECT sequence, hash FROM log ORDER BY sequence DESC LIMIT 1").first()
        return (found[0], found[1]) if found else (0, GENESIS)

    def _name(self, points: tuple[ShippedPoint, ...]) -> None:
        """Points keep the numbers that they have at their site."""
        with self._ledger.connection.begin():
            self._ledger.connection.exec_driver_sql("INSERT OR IGNORE INTO point VALUES (?, ?, ?, ?)", list(points))

    def _month(self, file: str) -> Connection:
        if file not in self._months:
            prepare_month(self._folder / file)
            engine = engine_for(self._folder / file, "FULL")
            self._months[file] = engine, engine.connect()
        return self._months[file][1]

    def _write(self, piece: BlockPiece) -> None:
        """The block, its group and the number that is done, in one transaction."""
        connection = self._month(piece.file)
        numbers = np.array([point[0] for point in piece.points], "<i4").tobytes()
        with connection.begin():
            found = connection.exec_driver_sql(
                "SELECT id FROM point_group WHERE kind = ? AND points = ?", (piece.kind, numbers)
            ).scalar()
            if found is None:
                found = connection.exec_driver_sql("SELECT coalesce(max(id), 0) + 1 FROM point_group").scalar_one()
                connection.execute(schema.group.insert(), {"id": found, "kind": piece.kind, "points": numbers})
                members = [(point[0], found, place) for place, point in enumerate(piece.points)]
                connection.exec_driver_sql("INSERT INTO member (point, group_id, place) VALUES (?, ?, ?)", members)
            block = {
                "group_id": found, "level": SEALED, "times": piece.times, "first": piece.first, "last": piece.last,
                "crc": piece.crc, "head_crc": zlib.crc32(b""), "head": b"", "body": piece.body,
            }  # fmt: skip
            connection.execute(schema.block.insert(), block)
            connection.exec_driver_sql(
                "INSERT INTO meta VALUES ('shipped', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (str(piece.number),),
            )
