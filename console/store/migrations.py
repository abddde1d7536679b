"""Numbered steps from one schema to the next. A step is SQL of its own time: it imports none of our code, and is never edited.

Step n leads from schema n to n + 1. The frozen SQL keeps old stores readable however far `schema` moves on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

Step = Callable[[Connection], None]

MAIN_STEPS: Mapping[int, Step] = {}  # schema 1 is the first
HISTORY_STEPS: Mapping[int, Step] = {}


def migrate(connection: Connection, steps: Mapping[int, Step], found: int, wanted: int) -> None:
    """Run the steps from ``found`` to ``wanted`` within the caller's transaction and note the number after each."""
    for number in range(found, wanted):
        steps[number](connection)
        connection.exec_driver_sql("UPDATE meta SET value = ? WHERE key = 'schema'", (str(number + 1),))
