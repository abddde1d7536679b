"""Numbered steps from one schema to the next. A step is SQL of its own time: it imports none of our code, and is never edited.

Step n leads from schema n to n + 1. The frozen SQL keeps old stores readable however far `schema` moves on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

Step = Callable[[Connection], None]


def _history_1_to_2(connection: Connection) -> None:
    """Cells. Blocks that were sealed before are merged like new ones; their heads are of an older kind, which nobody reads."""
    connection.exec_driver_sql("CREATE INDEX block_level ON block (group_id, level, first, last, times)")
    connection.exec_driver_sql(
        """CREATE TABLE IF NOT EXISTS cells (group_id INTEGER NOT NULL REFERENCES point_group (id), place INTEGER NOT NULL,
           day INTEGER NOT NULL, points INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL,
           PRIMARY KEY (group_id, place, day))"""
    )


def _main_1_to_2(connection: Connection) -> None:
    """Typed readings and the isolation register."""
    for statement in (
        """CREATE TABLE isolation (number INTEGER NOT NULL, open INTEGER NOT NULL, since INTEGER NOT NULL,
           ended_at INTEGER NOT NULL, equipment VARCHAR NOT NULL, record TEXT NOT NULL, PRIMARY KEY (number))""",
        "CREATE INDEX isolation_began ON isolation (since)",
        "CREATE INDEX isolation_equipment ON isolation (equipment, since)",
        "CREATE INDEX isolation_ended ON isolation (ended_at)",
        "CREATE INDEX isolation_open ON isolation (open) WHERE open = 1",
        """CREATE TABLE manual_reading (id VARCHAR NOT NULL, point VARCHAR NOT NULL, at INTEGER NOT NULL,
           record TEXT NOT NULL, PRIMARY KEY (id))""",
        "CREATE INDEX manual_reading_point ON manual_reading (point, at)",
    ):
        connection.exec_driver_sql(statement)


def _main_2_to_3(connection: Connection) -> None:
    """What people keep quiet."""
    for statement in (
        """CREATE TABLE silence (number INTEGER NOT NULL, open INTEGER NOT NULL, since INTEGER NOT NULL,
           ended_at INTEGER NOT NULL, equipment VARCHAR NOT NULL, record TEXT NOT NULL, PRIMARY KEY (number))""",
        "CREATE INDEX silence_began ON silence (since)",
        "CREATE INDEX silence_equipment ON silence (equipment, since)",
        "CREATE INDEX silence_ended ON silence (ended_at)",
        "CREATE INDEX silence_open ON silence (open) WHERE open = 1",
    ):
        connection.exec_driver_sql(statement)


def _main_3_to_4(connection: Connection) -> None:
    """Registers and master data of maintenance."""
    for statement in (
        """CREATE TABLE record (kind VARCHAR NOT NULL, id VARCHAR NOT NULL, number INTEGER NOT NULL, open INTEGER NOT NULL,
           at INTEGER NOT NULL, ended_at INTEGER NOT NULL, equipment VARCHAR NOT NULL, record TEXT NOT NULL,
           PRIMARY KEY (kind, id))""",
        "CREATE INDEX record_at ON record (kind, at)",
        "CREATE INDEX record_number ON record (kind, number)",
        "CREATE INDEX record_equipment ON record (equipment, kind, at)",
        "CREATE INDEX record_ended ON record (ended_at)",
        "CREATE INDEX record_open ON record (open) WHERE open = 1",
        "CREATE INDEX log_kind ON log (kind, at)",
    ):
        connection.exec_driver_sql(statement)


MAIN_STEPS: Mapping[int, Step] = {1: _main_1_to_2, 2: _main_2_to_3, 3: _main_3_to_4}
HISTORY_STEPS: Mapping[int, Step] = {1: _history_1_to_2}


def migrate(connection: Connection, steps: Mapping[int, Step], found: int, wanted: int) -> None:
    """Run the steps from ``found`` to ``wanted`` within the caller's transaction and note the number after each."""
    for number in range(found, wanted):
        steps[number](connection)
        connection.exec_driver_sql("UPDATE meta SET value = ? WHERE key = 'schema'", (str(number + 1),))
