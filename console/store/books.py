"""Reading what a report needs of main.db: everything that began before its end and was not over before its beginning."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from console.domain.faults import Fault
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.records import kind_of
from console.domain.orders import Order
from console.store.months import MAIN
from console.store.readonly import reading
from console.store.records import fault_decoder, order_decoder

R = TypeVar("R")

_UNION = (  # two queries, each with an index of its own
    "SELECT record FROM {table} WHERE open = 1 AND {began} < ? "
    "UNION ALL SELECT record FROM {table} WHERE open = 0 AND ended_at >= ? AND {began} < ?"
)


def orders(folder: Path, since: int, until: int) -> tuple[Order, ...]:
    """Orders that were raised before ``until`` and not over before ``since`` (UTC ns)."""
    return _spanning(folder, order_decoder, "work_order", "created_at", since, until)


def faults(folder: Path, since: int, until: int) -> tuple[Fault, ...]:
    """Faults, likewise."""
    return _spanning(folder, fault_decoder, "fault", "opened_at", since, until)


def order(folder: Path, number: int) -> Order | None:
    """One order, however old."""
    with reading(folder / MAIN) as connection:
        row = connection.execute("SELECT record FROM work_order WHERE number = ?", (number,)).fetchone()
        return order_decoder.decode(row[0]) if row is not None else None


def spanning(folder: Path, kinds: tuple[type[AnyRecord], ...], since: int, until: int) -> dict[str, tuple[AnyRecord, ...]]:
    """Records of these kinds by the kind's name: those in use, and those that ended since ``since``; all begun before ``until``."""
    found: dict[str, tuple[AnyRecord, ...]] = {}
    with reading(folder / MAIN) as connection:
        for kind in kinds:
            name = kind_of(kind)
            decoder = msgspec.json.Decoder(kind)
            rows = connection.execute(
                "SELECT record FROM record WHERE kind = ? AND at < ? AND (open = 1 OR ended_at >= ? OR at >= ?)",
                (name, until, since, since),
            )
            found[name] = tuple(decoder.decode(row) for (row,) in rows)
    return found


def people(folder: Path) -> dict[str, str]:
    """Accounts and their display names."""
    with reading(folder / MAIN) as connection:
        return dict(connection.execute("SELECT name, json_extract(record, '$.display') FROM account"))


def _spanning(  # noqa: PLR0917 - private
    folder: Path, decoder: msgspec.json.Decoder[R], table: str, began: str, since: int, until: int
) -> tuple[R, ...]:
    query = _UNION.format(table=table, began=began)
    with reading(folder / MAIN) as connection:
        return tuple(decoder.decode(record) for (record,) in connection.execute(query, (until, since, until)))
