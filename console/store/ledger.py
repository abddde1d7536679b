"""main.db as the collector writes it: log, state, configuration, each in one transaction with what explains it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects.sqlite import insert

from console.domain import events as e
from console.domain.accounts import Account
from console.domain.estate import Estate
from console.domain.events import Event
from console.domain.maintenance.cards import Thrift
from console.domain.maintenance.planning import shared
from console.domain.maintenance.records import kind_of
from console.domain.plans import PlanState
from console.domain.readings import KEPT
from console.domain.times import DAY
from console.store import schema
from console.store.database import engine_for
from console.store.image import Commit, Image, LastValue
from console.store.records import (
    GENESIS,
    alarm_decoder,
    chained,
    encoder,
    ended_at,
    entry_decoder,
    fault_decoder,
    isolation_decoder,
    order_decoder,
    reading_decoder,
    record_decoder,
    silence_decoder,
    subjects,
)  # fmt: skip

Row = dict[str, object]


class Ledger:
    """The writing side of main.db. One thread at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine: Engine = engine_for(path, "FULL")
        self._connection: Connection = self.engine.connect()

    def close(self) -> None:
        """Close the connection; SQLite then folds the WAL back into the file."""
        self._connection.close()
        self.engine.dispose()

    @property
    def connection(self) -> Connection:
        """The one connection, for set-up and tests."""
        return self._connection

    # --- writing

    def write(self, commits: Sequence[Commit]) -> None:
        """All of ``commits`` in one transaction; durable when it returns."""
        with self._connection.begin():
            for commit in commits:
                self._write(commit)

    def mark_alive(self, now: int, running: bool) -> None:
        """Note that the recorder runs (``running``) or ended in order at ``now``."""
        with self._connection.begin():
            self._set("alive", str(now))
            self._set("running", "1" if running else "0")

    def _set(self, key: str, value: str) -> None:
        statement = insert(schema.meta).values(key=key, value=value)
        changed = {"value": statement.excluded.value}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed))

    def _write(self, commit: Commit) -> None:
        rows: dict[str, dict[object, Row]] = {}
        logged: list[Row] = []
        about: list[Row] = []
        before, last = self._end_of_log()
        revision = 0
        for entry in commit.entries:
            if entry.sequence <= last:
                raise ValueError(f"entry {entry.sequence} comes after {last}")
            last = entry.sequence
            text = encoder.encode(entry)
            if b"null" in text:
                entry_decoder.decode(text)  # JSON has no NaN: what could not be read again is never written
            before = chained(before, text)
            logged.append(
                {
                    "sequence": entry.sequence, "at": entry.at, "kind": type(entry.event).__name__, "actor": entry.actor,
                    "station": entry.station, "entry": text.decode("utf-8"), "hash": before,
                }
            )  # fmt: skip
            about.extend({"subject": subject, "sequence": entry.sequence} for subject in sorted(subjects(entry)))
            _collect(entry.event, rows)
            if isinstance(entry.event, e.ConfigurationApplied):
                revision = entry.event.revision
        if logged:
            self._connection.execute(schema.log.insert(), logged)
        if about:
            self._connection.execute(schema.log_subject.insert(), about)
        for name, found in rows.items():
            self._upsert(name, list(found.values()))
        if commit.secrets:
            self._upsert("secret", [{"name": name, "hash": digest} for name, digest in commit.secrets.items()])
        if commit.estate is not None:
            self._configure(commit, revision, last)

    def _end_of_log(self) -> tuple[bytes, int]:
        found = self._connection.execute(
            select(schema.log.c.hash, schema.log.c.sequence).order_by(schema.log.c.sequence.desc()).limit(1)
        ).first()
        return (found.hash, found.sequence) if found else (GENESIS, 0)

    def _upsert(self, name: str, rows: list[Row]) -> None:
        table = schema.main.tables[name]
        statement = insert(table)
        keys = [column.name for column in table.primary_key.columns]
        changed = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)

    def _configure(self, commit: Commit, revision: int, sequence: int) -> None:
        assert commit.estate is not None
        table = schema.configuration
        newest = self._connection.execute(select(func.max(table.c.revision))).scalar() or 0
        if commit.site_text is None:  # the estate changed by other means than a file: the text stays
            kept = self._connection.execute(select(table.c.site_text).where(table.c.revision == newest)).scalar()
            text = kept if kept is not None else zlib.compress(b"")
        else:
            text = zlib.compress(commit.site_text.encode("utf-8"))
        at = commit.entries[-1].at if commit.entries else 0
        row = {
            "revision": revision or newest + 1, "at": at, "sequence": sequence,
            "estate": zlib.compress(msgspec.json.encode(commit.estate)), "site_text": text,
        }  # fmt: skip
        self._upsert("configuration", [row])

    # --- which times lie in which month file

    def spans(self) -> dict[str, tuple[int, int]]:
        """File name -> [first, last) source time."""
        with self._connection.begin():
            return {row.file: (row.first, row.last) for row in self._connection.execute(select(schema.month))}

    def set_span(self, file: str, first: int, last: int) -> None:
        """Keep the span of a month file."""
        with self._connection.begin():
            self._upsert("month", [{"file": file, "first": first, "last": last}])

    # --- points

    def assign_numbers(self, estate: Estate, now: int) -> Estate:
        """The estate with every point's number; a point that is seen for the first time gets the next one."""
        table = schema.point
        with self._connection.begin():
            known = {row.id: row.number for row in self._connection.execute(select(table.c.id, table.c.number))}
            fresh = [point for point in estate.points if point.id not in known]
            if fresh:
                rows = [{"id": point.id, "equipment": point.equipment, "first_seen": now} for point in fresh]
                self._connection.execute(table.insert(), rows)
                known = {row.id: row.number for row in self._connection.execute(select(table.c.id, table.c.number))}
        points = tuple(
            point if point.number == known[point.id] else msgspec.structs.replace(point, number=known[point.id])
            for point in estate.points
        )
        return msgspec.structs.replace(estate, points=points)

    # --- the image

    def image(self, last: dict[int, LastValue]) -> Image:
        """The state at the last commit."""
        with self._connection.begin():
            facts = {row.key: row.value for row in self._connection.execute(select(schema.meta))}
            alive = int(facts.get("alive", "0"))
            table = schema.configuration
            versions = self._connection.execute(select(table).order_by(table.c.revision.desc()).limit(2)).all()
            texts = [zlib.decompress(row.site_text).decode("utf-8") for row in versions]
            _, sequence = self._end_of_log()
            accounts = self._connection.execute(select(schema.account.c.record).order_by(schema.account.c.name)).scalars()
            plans = self._connection.execute(select(schema.plan.c.record).order_by(schema.plan.c.plan)).scalars()
            raised = select(schema.alarm.c.record).where(schema.alarm.c.open == 1).order_by(schema.alarm.c.number)
            alarms = self._connection.execute(raised).scalars()
            return Image(
                sequence=sequence,
                configuration=versions[0].revision if versions else 0,
                estate=_estate(versions[0].estate) if versions else None,
                site_text=texts[0] if texts else "",
                previous_site_text=texts[1] if len(texts) > 1 else "",
                alarms=tuple(map(alarm_decoder.decode, alarms)),
                faults=tuple(map(fault_decoder.decode, self._recent("fault", alive))),
                orders=tuple(map(order_decoder.decode, self._recent("work_order", alive))),
                plans=tuple(msgspec.json.decode(record, type=PlanState) for record in plans),
                accounts=tuple(msgspec.json.decode(record, type=Account) for record in accounts),
                secrets={row.name: row.hash for row in self._connection.execute(select(schema.secret))},
                next_fault=(self._connection.execute(select(func.max(schema.fault.c.number))).scalar() or 0) + 1,
                next_order=(self._connection.execute(select(func.max(schema.order.c.number))).scalar() or 0) + 1,
                last_values=last,
                alive=alive,
                stopped_in_order=facts.get("running") == "0",
                readings=tuple(map(reading_decoder.decode, self._newest_readings())),
                isolations=tuple(map(isolation_decoder.decode, self._recent("isolation", alive))),
                silences=tuple(map(silence_decoder.decode, self._still_open("silence"))),
                next_silence=(self._connection.execute(select(func.max(schema.silence.c.number))).scalar() or 0) + 1,
                next_isolation=(self._connection.execute(select(func.max(schema.isolation.c.number))).scalar() or 0) + 1,
                records=tuple(map(Thrift(), map(record_decoder.decode, self._kept()))),
                numbers=self._numbers(),
                first_seen={
                    row.id: row.first_seen for row in self._connection.execute(select(schema.point.c.id, schema.point.c.first_seen))
                },
            )

    def _newest_readings(self) -> list[str]:
        table = schema.reading
        place = func.row_number().over(partition_by=table.c.point, order_by=table.c.at.desc()).label("place")
        ranked = select(table.c.record, place).subquery()
        return list(self._connection.execute(select(ranked.c.record).where(ranked.c.place <= KEPT)).scalars())

    def _kept(self) -> list[str]:
        table = schema.record
        return list(self._connection.execute(select(table.c.record).where(table.c.open == 1)).scalars())

    def _numbers(self) -> dict[str, int]:
        table = schema.record
        found = self._connection.execute(select(table.c.kind, func.max(table.c.number)).group_by(table.c.kind))
        return {kind: number for kind, number in found if number}

    def _still_open(self, name: str) -> list[str]:
        table = schema.main.tables[name]
        return list(self._connection.execute(select(table.c.record).where(table.c.open == 1).order_by(table.c.number)).scalars())

    def _recent(self, name: str, alive: int) -> list[str]:
        table = schema.main.tables[name]
        wanted = (table.c.open == 1) | (table.c.ended_at > alive - DAY)
        return list(self._connection.execute(select(table.c.record).where(wanted).order_by(table.c.number)).scalars())


def _estate(packed: bytes) -> Estate:
    estate = msgspec.json.decode(zlib.decompress(packed), type=Estate)
    return msgspec.structs.replace(estate, plans=shared(estate.plans))


def _collect(event: Event, rows: dict[str, dict[object, Row]]) -> None:
    """The row of the record inside ``event``; of several events about one record the last one counts."""
    match event:
        case e.AlarmRaised() | e.AlarmReturned() | e.AlarmAcknowledged() | e.AlarmAssigned() | e.AlarmAdvanced():
            alarm = event.alarm
            rows.setdefault("alarm", {})[alarm.number] = {
                "number": alarm.number, "open": int(not alarm.over), "raised_at": alarm.raised_at, "equipment": alarm.equipment,
                "record": _json(alarm),
            }  # fmt: skip
        case (
            e.FaultOpened()
            | e.FaultJoined()
            | e.FaultOrdered()
            | e.FaultTaken()
            | e.FaultClockWarned()
            | e.FaultClosed()
            | e.FaultAdvanced()
        ):
            fault = event.fault
            rows.setdefault("fault", {})[fault.number] = {
                "number": fault.number, "open": int(fault.open), "opened_at": fault.opened_at, "ended_at": fault.closed_at,
                "equipment": fault.equipment, "record": _json(fault),
            }  # fmt: skip
        case e.OrderRaised() | e.OrderAdvanced():
            order = event.order
            rows.setdefault("work_order", {})[order.number] = {
                "number": order.number, "open": int(order.open), "created_at": order.created_at, "ended_at": ended_at(order),
                "equipment": order.equipment, "record": _json(order),
            }  # fmt: skip
        case e.PlanAdvanced():
            rows.setdefault("plan", {})[event.state.plan] = {"plan": event.state.plan, "record": _json(event.state)}
        case e.ReadingEntered():
            reading = event.reading
            rows.setdefault("manual_reading", {})[reading.id] = {
                "id": reading.id, "point": reading.point, "at": reading.at, "record": _json(reading),
            }  # fmt: skip
        case e.IsolationOpened() | e.IsolationAmended() | e.IsolationPatrolled() | e.IsolationLifted():
            entry = event.isolation
            rows.setdefault("isolation", {})[entry.number] = {
                "number": entry.number, "open": int(entry.open), "since": entry.since,
                "ended_at": 0 if entry.lifted is None else entry.lifted.entered_at, "equipment": entry.equipment,
                "record": _json(entry),
            }  # fmt: skip
        case e.SilenceBegun() | e.SilenceEnded():
            silence = event.silence
            rows.setdefault("silence", {})[silence.number] = {
                "number": silence.number, "open": int(silence.open), "since": silence.began.at,
                "ended_at": 0 if silence.ended is None else silence.ended.at, "equipment": silence.equipment,
                "record": _json(silence),
            }  # fmt: skip
        case e.RecordSaved():
            record, kind = event.record, kind_of(event.record)
            rows.setdefault("record", {})[kind, record.id] = {
                "kind": kind, "id": record.id, "number": record.number, "open": int(record.open), "at": record.at,
                "ended_at": record.ended_at, "equipment": record.equipment, "record": _json(record),
            }  # fmt: skip
        case e.AccountSaved():
            rows.setdefault("account", {})[event.account.name] = {"name": event.account.name, "record": _json(event.account)}
        case _:
            pass


def _json(record: msgspec.Struct) -> str:
    return encoder.encode(record).decode("utf-8")
