"""Verification: the hash chain of the log, the records against the log, every checksum of the history."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from console.domain import events as e
from console.domain.maintenance.records import kind_of
from console.domain.problems import Problem
from console.store.blocks import unpack_block
from console.store.cells import unpack_cells
from console.store.copying import checksum
from console.store.journal import unpack
from console.store.months import MAIN, MERGED, month_files
from console.store.named import named_files
from console.store.packing import Damaged
from console.store.readonly import reading
from console.store.records import GENESIS, chained, encoder, entry_decoder, record_decoder
from console.store.refusals import StoreRefused
from console.texts import sentence

_ALWAYS = 2**63 - 1  # plans and accounts are never removed


@dataclass(slots=True)
class Verified:
    """What was looked at, and what is wrong with it."""

    entries: int = 0
    records: int = 0
    rows: int = 0
    blocks: int = 0
    sheets: int = 0  # of cells: wide ranges are read from them; what they are made of is in the blocks
    samples: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def damage(self) -> tuple[str, ...]:
        """The problems as sentences, in the process's language."""
        return tuple(map(sentence, self.problems))


def verify(folder: Path) -> Verified:
    """Read the whole store. Every damage is named and the rest still read."""
    found = Verified()
    try:
        with reading(folder / MAIN) as connection:
            _log(connection, found)
    except StoreRefused as refused:
        if refused.problem.code == "store.missing":
            raise
        found.problems.append(Problem("store.verify_file", {"file": MAIN}))
    for path in month_files(folder):
        try:
            with reading(path) as connection:
                _history(connection, path.name, found)
        except StoreRefused:
            found.problems.append(Problem("store.verify_file", {"file": path.name}))
    for path in named_files(folder):
        if checksum(path, lambda _bytes: None) != path.stem:
            found.problems.append(Problem("store.verify_document", {"file": path.relative_to(folder).as_posix()}))
    return found


def verify_files(paths: list[Path], found: Verified) -> None:
    """Look into these files of a backup: main.db by its name, any other as what its tables say it is."""
    for path in paths:
        try:
            with reading(path, still=True) as connection:
                if path.name == MAIN:
                    _log(connection, found)
                elif connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchone():
                    _history(connection, path.name, found)
                else:
                    _overview(connection, path.name, found)
        except StoreRefused:
            found.problems.append(Problem("store.verify_file", {"file": path.name}))


def _overview(connection: sqlite3.Connection, name: str, found: Verified) -> None:
    query = "SELECT point, crc, body FROM hours"
    for _, crc, body in connection.execute(query):
        found.sheets += 1
        if zlib.crc32(body) != crc:
            found.problems.append(Problem("store.verify_file", {"file": name}))
            return


_Explained = dict[tuple[str, str], tuple[bytes, int]]  # the record, and when it began

_TABLES = (
    ("alarm", "number"), ("fault", "number"), ("work_order", "number"), ("isolation", "number"), ("plan", "plan"),
    ("account", "name"), ("manual_reading", "id"), ("silence", "number"), ("record", "kind || ':' || id"),
)  # fmt: skip


def _log(connection: sqlite3.Connection, found: Verified) -> None:
    facts = dict(connection.execute("SELECT key, value FROM meta"))
    before = bytes.fromhex(facts["log_base"]) if "log_base" in facts else GENESIS  # the entries before were kept long enough
    removed_before = int(facts.get("ledgers_before", 0))
    explained: _Explained = {}
    for sequence, text, digest in connection.execute("SELECT sequence, entry, hash FROM log ORDER BY sequence"):
        found.entries += 1
        if chained(before, text.encode("utf-8")) != digest:
            found.problems.append(Problem("store.verify_log", {"sequence": sequence}))
        before = digest
        try:
            _explain(entry_decoder.decode(text).event, explained)
        except msgspec.DecodeError:
            found.problems.append(Problem("store.verify_log", {"sequence": sequence}))
    for table, key in _TABLES:
        for number, record in connection.execute(f"SELECT {key}, record FROM {table}"):
            found.records += 1
            known = explained.pop((table, str(number)), None)
            if known is None and "log_base" in facts:
                continue  # what explains it was kept long enough
            if known is None or known[0] != _normal(table, record):
                found.problems.append(Problem("store.verify_state", {"table": table, "number": number}))
    for (table, missing), (_, began) in explained.items():
        if began >= removed_before:
            found.problems.append(Problem("store.verify_state", {"table": table, "number": missing}))


def _normal(table: str, record: str) -> bytes:
    """The stored text as it is written now: in a register's record a whole number may stand where a fraction may (2 and 2.0)."""
    if table != "record":
        return record.encode("utf-8")
    try:
        return encoder.encode(record_decoder.decode(record))
    except msgspec.DecodeError:
        return b""


def _explain(event: e.Event, explained: _Explained) -> None:
    match event:
        case e.AlarmRaised() | e.AlarmReturned() | e.AlarmAcknowledged() | e.AlarmAssigned() | e.AlarmAdvanced():
            explained["alarm", str(event.alarm.number)] = encoder.encode(event.alarm), event.alarm.raised_at
        case (
            e.FaultOpened() | e.FaultJoined() | e.FaultTaken() | e.FaultOrdered() | e.FaultClockWarned() | e.FaultClosed()
            | e.FaultAdvanced()
        ):  # fmt: skip
            explained["fault", str(event.fault.number)] = encoder.encode(event.fault), event.fault.opened_at
        case e.OrderRaised() | e.OrderAdvanced():
            explained["work_order", str(event.order.number)] = encoder.encode(event.order), event.order.created_at
        case e.IsolationOpened() | e.IsolationAmended() | e.IsolationPatrolled() | e.IsolationLifted():
            explained["isolation", str(event.isolation.number)] = encoder.encode(event.isolation), event.isolation.since
        case e.ReadingEntered():
            explained["manual_reading", event.reading.id] = encoder.encode(event.reading), event.reading.at
        case e.PlanAdvanced():
            explained["plan", event.state.plan] = encoder.encode(event.state), _ALWAYS
        case e.RecordRemoved():
            explained.pop((event.table, event.key), None)  # kept long enough, and removed by a person
        case e.SilenceBegun() | e.SilenceEnded():
            explained["silence", str(event.silence.number)] = encoder.encode(event.silence), event.silence.began.at
        case e.RecordSaved():
            record = event.record
            explained["record", f"{kind_of(record)}:{record.id}"] = encoder.encode(record), record.at
        case e.AccountSaved():
            explained["account", event.account.name] = encoder.encode(event.account), _ALWAYS
        case _:
            pass


def _history(connection: sqlite3.Connection, name: str, found: Verified) -> None:
    (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if sound != "ok":
        found.problems.append(Problem("store.verify_file", {"file": name}))
    for identity, samples, crc, body in connection.execute("SELECT id, samples, crc, body FROM journal"):
        found.rows += 1
        found.samples += samples
        try:
            if zlib.crc32(body) != crc or int(unpack(identity, body).widths.sum()) != samples:
                raise Damaged("row")
        except Damaged:
            found.problems.append(Problem("store.verify_journal", {"file": name, "row": identity, "samples": samples}))
    query = """SELECT b.id, b.times, b.crc, b.head_crc, b.head, b.body, b.level, g.kind, length(g.points) / 4
               FROM block b LEFT JOIN point_group g ON g.id = b.group_id"""
    for identity, times, crc, head_crc, head, body, level, kind, width in connection.execute(query):
        found.blocks += 1
        found.samples += times * (width or 0)
        try:
            if zlib.crc32(body) != crc or zlib.crc32(head) != head_crc or kind is None:
                raise Damaged("block")
            if len(unpack_block(body).times) != times or (level >= MERGED and len(head) and unpack_cells(head).width != width):
                raise Damaged("block")
        except Damaged:
            facts: dict[str, str | int | float] = {"file": name, "block": identity, "points": width or 0, "times": times}
            found.problems.append(Problem("store.verify_block", facts))
    for group, place, day, points, crc, body in connection.execute("SELECT group_id, place, day, points, crc, body FROM cells"):
        found.sheets += 1
        try:
            if zlib.crc32(body) != crc or unpack_cells(body).width != points:
                raise Damaged("cells")
        except Damaged:
            found.problems.append(Problem("store.verify_cells", {"file": name, "group": group, "place": place, "day": day}))
