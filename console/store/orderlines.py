"""Reading main.db for the search of orders: their records, what changed since a log entry, names. For worker processes."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from console.domain.orders import Order
from console.store.months import MAIN
from console.store.readonly import reading
from console.store.records import order_decoder


@dataclass(frozen=True, slots=True)
class OrderLines:
    """One short view of the file; records are JSON texts. ``sequence`` and ``configuration`` are the newest of the log and of the
    configurations."""

    connection: sqlite3.Connection
    sequence: int
    configuration: int

    def records(self) -> Iterator[str]:
        """Every order, by number."""
        return (record for (record,) in self.connection.execute("SELECT record FROM work_order ORDER BY number"))

    def news(self, after: int) -> Iterator[str]:
        """Log entries that raised or advanced an order, from the one after ``after`` on."""
        query = "SELECT entry FROM log WHERE sequence > ? AND kind IN ('OrderRaised', 'OrderAdvanced') ORDER BY sequence"
        return (entry for (entry,) in self.connection.execute(query, (after,)))

    def cards(self) -> Iterator[str]:
        """The ledger's cards in use."""
        return (record for (record,) in self.connection.execute("SELECT record FROM record WHERE kind = 'card' AND open = 1"))

    def accounts(self) -> Iterator[tuple[str, str]]:
        """(name, record)."""
        return iter(self.connection.execute("SELECT name, record FROM account"))

    def estate(self) -> bytes:
        """The newest configuration as JSON; empty if there is none."""
        found = self.connection.execute("SELECT estate FROM configuration ORDER BY revision DESC LIMIT 1").fetchone()
        return zlib.decompress(found[0]) if found else b""

    def page(self, numbers: list[int]) -> tuple[Order, ...]:
        """The orders of these numbers, in this order."""
        marks = ",".join("?" * len(numbers))
        found = dict(self.connection.execute(f"SELECT number, record FROM work_order WHERE number IN ({marks})", numbers))
        return tuple(order_decoder.decode(found[number]) for number in numbers if number in found)


@contextmanager
def order_lines(folder: Path) -> Iterator[OrderLines]:
    """Open it; keep it short."""
    with reading(folder / MAIN) as connection:
        (sequence,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM log").fetchone()
        (configuration,) = connection.execute("SELECT coalesce(max(revision), 0) FROM configuration").fetchone()
        yield OrderLines(connection, sequence, configuration)
