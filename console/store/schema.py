"""The tables. Times are integer UTC nanoseconds; records are JSON texts beside the few columns that are searched.

``SCHEMA`` counts up with every change of these tables; `migrations` holds one step for each.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA = 4  # of main.db

main = MetaData()

meta = Table("meta", main, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

configuration = Table(
    "configuration",
    main,
    Column("revision", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),  # the log entry that explains it, 0 = none
    Column("estate", LargeBinary, nullable=False),  # zlib of JSON
    Column("site_text", LargeBinary, nullable=False),  # zlib of UTF-8
)

point = Table(
    "point",
    main,
    Column("number", Integer, primary_key=True),  # given once, for ever
    Column("id", String, nullable=False, unique=True),
    Column("equipment", String, nullable=False),
    Column("first_seen", Integer, nullable=False),
    sqlite_autoincrement=True,
)

log = Table(
    "log",
    main,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("station", String, nullable=False),
    Column("entry", Text, nullable=False),  # JSON, exactly the text that is hashed
    Column("hash", LargeBinary, nullable=False),  # sha256(hash of the entry before + entry)
    Index("log_at", "at"),
    Index("log_kind", "kind", "at"),  # what was raised within a year, among everything else
)

log_subject = Table(
    "log_subject",
    main,
    Column("subject", String, primary_key=True),
    Column("sequence", Integer, ForeignKey("log.sequence"), primary_key=True),
    sqlite_with_rowid=False,
)

alarm = Table(
    "alarm",
    main,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("open", Integer, nullable=False),
    Column("raised_at", Integer, nullable=False),
    Column("equipment", String, nullable=False),
    Column("record", Text, nullable=False),
    Index("alarm_raised", "raised_at"),
    Index("alarm_equipment", "equipment", "raised_at"),
)
Index("alarm_open", alarm.c.open, sqlite_where=alarm.c.open == 1)


def _ledger(name: str, began: str) -> Table:
    table = Table(
        name,
        main,
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("open", Integer, nullable=False),
        Column(began, Integer, nullable=False),
        Column("ended_at", Integer, nullable=False),  # 0 while open
        Column("equipment", String, nullable=False),
        Column("record", Text, nullable=False),
        Index(f"{name}_began", began),
        Index(f"{name}_equipment", "equipment", began),
        Index(f"{name}_ended", "ended_at"),
    )
    Index(f"{name}_open", table.c.open, sqlite_where=table.c.open == 1)
    return table


fault = _ledger("fault", "opened_at")
order = _ledger("work_order", "created_at")
isolation = _ledger("isolation", "since")
silence = _ledger("silence", "since")

reading = Table(
    "manual_reading",
    main,
    Column("id", String, primary_key=True),  # point@at: a correction takes the place of what it corrects
    Column("point", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("record", Text, nullable=False),
    Index("manual_reading_point", "point", "at"),
)

record = Table(  # registers and master data of maintenance: see console.domain.maintenance.records
    "record",
    main,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("number", Integer, nullable=False),  # 0: not a numbered kind
    Column("open", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("ended_at", Integer, nullable=False),  # 0 while in use
    Column("equipment", String, nullable=False),
    Column("record", Text, nullable=False),
    Index("record_at", "kind", "at"),
    Index("record_number", "kind", "number"),
    Index("record_equipment", "equipment", "kind", "at"),
    Index("record_ended", "ended_at"),
)
Index("record_open", record.c.open, sqlite_where=record.c.open == 1)

plan = Table("plan", main, Column("plan", String, primary_key=True), Column("record", Text, nullable=False))

account = Table(
    "account",
    main,
    Column("name", String, primary_key=True),
    Column("record", Text, nullable=False),
)

secret = Table("secret", main, Column("name", String, primary_key=True), Column("hash", Text, nullable=False))

month = Table(
    "month",
    main,
    Column("file", String, primary_key=True),
    Column("first", Integer, nullable=False),  # source times: the month, and what came late or from the future
    Column("last", Integer, nullable=False),  # not included
)

# --- history-YYYY-MM.db

history = MetaData()

history_meta = Table("meta", history, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

group = Table(
    "point_group",
    history,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", Integer, nullable=False),  # packing.ValueClass
    Column("points", LargeBinary, nullable=False),  # int32 numbers, in the order of the columns
)

member = Table(
    "member",
    history,
    Column("point", Integer, primary_key=True),
    Column("group_id", Integer, ForeignKey("point_group.id"), primary_key=True),
    Column("place", Integer, nullable=False),  # the column of the point
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",
    history,
    Column("id", Integer, primary_key=True, autoincrement=False),  # ascends over all months: the order of writing
    Column("shard", Integer, nullable=False),
    Column("at", Integer, nullable=False),  # when it was recorded
    Column("samples", Integer, nullable=False),
    Column("first", Integer, nullable=False),  # source times
    Column("last", Integer, nullable=False),
    Column("crc", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("journal_shard", "shard", "id"),
)

block = Table(
    "block",
    history,
    Column("id", Integer, primary_key=True),
    Column("group_id", Integer, ForeignKey("point_group.id"), nullable=False),
    Column("level", Integer, nullable=False),  # SEALED, MERGED or ROLLED
    Column("times", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("crc", Integer, nullable=False),  # of the body
    Column("head_crc", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),  # the cells of a merged block; nothing in a sealed one
    Column("body", LargeBinary, nullable=False),
    Index("block_group", "group_id", "last"),
    Index("block_level", "group_id", "level", "first", "last", "times"),  # readers and merging need no more to choose by
    sqlite_autoincrement=True,
)

cells = Table(
    "cells",
    history,
    Column("group_id", Integer, ForeignKey("point_group.id"), primary_key=True),
    Column("place", Integer, primary_key=True),  # the first of the group's points in it
    Column("day", Integer, primary_key=True),  # its first source time: of the day, or of the month (MONTH_ROW)
    Column("points", Integer, nullable=False),  # how many
    Column("crc", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

last_values = Table(
    "last_values",
    history,
    Column("id", Integer, primary_key=True),  # always 1
    Column("journal", Integer, nullable=False),  # rows up to here are in it
    Column("crc", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

overview = MetaData()

overview_meta = Table("meta", overview, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

overview_month = Table(
    "month",
    overview,
    Column("file", String, primary_key=True),  # a month file whose hours are all here
    Column("first", Integer, nullable=False),  # source times
    Column("last", Integer, nullable=False),
)

hours = Table(
    "hours",
    overview,
    Column("point", Integer, primary_key=True),
    Column("file", String, primary_key=True),
    Column("group_id", Integer, primary_key=True),
    Column("crc", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
