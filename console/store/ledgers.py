"""Reading main.db: alarms, faults, orders, the log, the points. Plain functions for worker processes."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TypeVar

import msgspec

from console.domain.alarms import Alarm
from console.domain.events import Entry
from console.domain.faults import Fault
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.records import Record as MaintenanceRecord
from console.domain.maintenance.records import kind_of
from console.domain.orders import Order
from console.domain.readings import TypedReading
from console.store.months import MAIN
from console.store.readonly import reading
from console.store.records import (
    alarm_decoder,
    entry_decoder,
    fault_decoder,
    isolation_decoder,
    order_decoder,
    reading_decoder,
    record_decoder,
)

Record = TypeVar("Record")
InUse = TypeVar("InUse", bound=MaintenanceRecord)


def alarms(folder: Path, since: int = 0, until: int = 0, equipment: str = "", limit: int = 1000) -> tuple[Alarm, ...]:
    """Alarms raised in [since, until), newest first."""
    return _records(folder, alarm_decoder, "alarm", "raised_at", "", since, until, equipment, limit)


def faults(folder: Path, since: int = 0, until: int = 0, equipment: str = "", limit: int = 1000) -> tuple[Fault, ...]:
    """Faults opened in [since, until), and those that are still open, newest first."""
    return _records(folder, fault_decoder, "fault", "opened_at", "open = 1", since, until, equipment, limit)


def orders(folder: Path, since: int = 0, until: int = 0, equipment: str = "", limit: int = 1000) -> tuple[Order, ...]:
    """Orders created in [since, until), and those that are still open, newest first."""
    return _records(folder, order_decoder, "work_order", "created_at", "open = 1", since, until, equipment, limit)


def isolations(folder: Path, since: int = 0, until: int = 0, equipment: str = "", limit: int = 1000) -> tuple[Isolation, ...]:
    """Entries of the isolation register that began in [since, until), and those that are still open, newest first."""
    return _records(folder, isolation_decoder, "isolation", "since", "open = 1", since, until, equipment, limit)


def readings(folder: Path, point: str, since: int, until: int, limit: int) -> tuple[TypedReading, ...]:
    """Typed readings of a point taken in [since, until), newest first."""
    query = "SELECT record FROM manual_reading WHERE point = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?"
    with reading(folder / MAIN) as connection:
        found = connection.execute(query, (point, since, until, limit))
        return tuple(reading_decoder.decode(record) for (record,) in found)


def records(  # noqa: PLR0917 - as its neighbours, and one more
    folder: Path, kind: str, since: int = 0, until: int = 0, equipment: str = "", limit: int = 1000
) -> tuple[AnyRecord, ...]:
    """Records of a kind that began in [since, until), in use and ended ones, newest first."""
    query = "SELECT record FROM record WHERE kind = ? AND at >= ?"
    values: list[int | str] = [kind, since]
    if until:
        query += " AND at < ?"
        values.append(until)
    if equipment:
        query += " AND equipment = ?"
        values.append(equipment)
    with reading(folder / MAIN) as connection:
        found = connection.execute(query + " ORDER BY at DESC, number DESC, id LIMIT ?", (*values, limit))
        return tuple(record_decoder.decode(record) for (record,) in found)


def in_use(folder: Path, kind: type[InUse]) -> tuple[InUse, ...]:
    """All records of a kind that have not ended."""
    query = "SELECT record FROM record WHERE kind = ? AND open = 1"
    decoder = msgspec.json.Decoder(kind)
    with reading(folder / MAIN) as connection:
        return tuple(decoder.decode(record) for (record,) in connection.execute(query, (kind_of(kind),)))


def equipment_named(folder: Path) -> frozenset[str]:
    """Every piece of equipment that an order, a fault, an isolation, a silence or a record other than a card is about."""
    tables = ("work_order", "fault", "isolation", "silence")
    query = " UNION ".join(f"SELECT equipment FROM {table}" for table in tables)
    with reading(folder / MAIN) as connection:
        found = connection.execute(f"{query} UNION SELECT equipment FROM record WHERE kind <> 'card'")
        return frozenset(equipment for (equipment,) in found if equipment)


def _records(  # noqa: PLR0917 - private, one caller each
    folder: Path,
    decoder: msgspec.json.Decoder[Record],
    table: str,
    began: str,
    always: str,
    since: int,
    until: int,
    equipment: str,
    limit: int,
) -> tuple[Record, ...]:
    conditions, values = [f"{began} >= ?"], [since]
    if until:
        conditions.append(f"{began} < ?")
        values.append(until)
    where = " AND ".join(conditions)
    if always:
        where = f"(({where}) OR {always})"
    parameters: list[int | str] = [*values]
    if equipment:
        where += " AND equipment = ?"
        parameters.append(equipment)
    query = f"SELECT record FROM {table} WHERE {where} ORDER BY {began} DESC, number DESC LIMIT ?"
    with reading(folder / MAIN) as connection:
        return tuple(decoder.decode(record) for (record,) in connection.execute(query, (*parameters, limit)))


def log(folder: Path, subject: str = "", since: int = 0, until: int = 0, limit: int = 500) -> tuple[Entry, ...]:
    """Log entries about ``subject`` (``fault:12``, ``equipment:T1-L1``, ``account:wang`` …; empty: all), newest first."""
    source = "log"
    where, parameters = "at >= ?", [since]
    if until:
        where += " AND at < ?"
        parameters.append(until)
    values: list[int | str] = [*parameters]
    if subject:
        source = "log_subject s JOIN log USING (sequence)"
        where += " AND s.subject = ?"
        values.append(subject)
    query = f"SELECT entry FROM {source} WHERE {where} ORDER BY sequence DESC LIMIT ?"
    with reading(folder / MAIN) as connection:
        return tuple(entry_decoder.decode(entry) for (entry,) in connection.execute(query, (*values, limit)))


def points(folder: Path) -> dict[str, int]:
    """Point ids and their numbers, of all points that ever were."""
    with reading(folder / MAIN) as connection:
        return dict(connection.execute("SELECT id, number FROM point"))


def configuration(folder: Path, revision: int = 0) -> tuple[int, str]:
    """Number and site text of a configuration (0: the newest); (0, "") if there is none."""
    query = "SELECT revision, site_text FROM configuration WHERE revision = ? OR ? = 0 ORDER BY revision DESC LIMIT 1"
    with reading(folder / MAIN) as connection:
        found = connection.execute(query, (revision, revision)).fetchone()
    return (found[0], zlib.decompress(found[1]).decode("utf-8")) if found else (0, "")
