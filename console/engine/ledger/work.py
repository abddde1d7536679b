"""The worker processes of an import: reading a table, and making the file of a batch. They import what the collector never needs.

A batch file is a row of frames, each a length and the msgpack of at most :data:`SLICE` changes: what is written at once.
"""

from __future__ import annotations

import hashlib
import os
import struct
import uuid
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from console.domain.estate import Estate
from console.domain.maintenance.cards import Card
from console.domain.maintenance.cards_drafts import LedgerDraft
from console.domain.pointlists import Choices
from console.domain.problems import Problem, Refused
from console.engine.workers import begin
from console.store.named import FILES

SLICE = 200  # cards of one transaction: some 10 ms of the collector's own time
DRAFT = "draft.cards"
ENDING = "cards"
read_prepared = msgspec.msgpack.Decoder(list[tuple[str, str, int]]).decode
read_written = msgspec.msgpack.Decoder(list[tuple[str, int, bool]]).decode
_LENGTH = struct.Struct("<I")


class Change(msgspec.Struct, array_like=True):
    """One card of an import. ``base`` is the revision that it was made from, ``before`` that version (None: a new card, or one
    that so far was only what the site file says). ``parent_place``: where in the batch a parent is that is new, too; -1: none."""

    card: Card
    base: int
    before: Card | None
    parent_place: int = -1


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[Change, ...])


class Job(msgspec.Struct, frozen=True):
    """What is read. ``estate`` holds places and equipment only."""

    folder: Path
    scratch: Path
    file: str
    data: bytes
    choices: Choices
    estate: Estate


class Part(msgspec.Struct, frozen=True):
    """What comes through the pipe: how far it is, and at the end the preview or why there is none."""

    share: float
    result: LedgerDraft | None = None
    problem: Problem | None = None


class Prepared(msgspec.Struct, frozen=True):
    """A batch whose file is on disk. (Packed: to take 50,000 tuples apart one by one would hold up the collector.)"""

    sha: str
    cards: bytes  # msgpack of (id, code, revision that it was made from), one a card
    count: int
    new: int


def work(job: Job, pipe: Connection) -> None:
    """The process of one reading."""
    from console.engine.ledger.drafting import draft  # noqa: PLC0415 - the collector names this module and never reads a table
    from console.store import ledgers  # noqa: PLC0415

    begin()
    try:
        estate = job.estate
        stored = {each.id: each for each in ledgers.in_use(job.folder, Card)}
        from console.domain.maintenance.cards import card_of  # noqa: PLC0415

        cards = [*stored.values(), *(card_of(machine) for machine in estate.equipment if machine.id not in stored)]
        pipe.send(Part(0.05))
        made = draft(job.data, job.file, job.choices, estate=estate, cards=cards, told=lambda share: pipe.send(Part(share)))
        write_frames(job.scratch / DRAFT, made.changes)
        pipe.send(Part(1.0, made.draft))
    except Refused as refused:
        pipe.send(Part(0.0, problem=refused.problem))
    except OSError as error:
        pipe.send(Part(0.0, problem=Problem("ledger.file.unwritable", _where(job.scratch, error))))
    finally:
        pipe.close()


def prepare(scratch: Path, folder: Path, first: int, batch: str) -> Prepared:
    """Give new cards their numbers from ``first`` on, and put the batch among the store's files. Durable when it returns."""
    changes = [change for frame in frames(scratch / DRAFT) for change in frame]
    number = first
    identities: list[str] = []
    for change in changes:
        card = change.card
        if not card.id:
            identity = f"C-{number:06d}"
            card = msgspec.structs.replace(card, id=identity, equipment=identity, number=number)
            number += 1
        change.card = msgspec.structs.replace(card, batch=batch)
        identities.append(change.card.id)
    for change in changes:
        if change.parent_place >= 0:
            change.card = msgspec.structs.replace(change.card, parent=identities[change.parent_place])
    ready = scratch / f"ready.{uuid.uuid4().hex}"
    try:
        write_frames(ready, changes)
        sha = hashlib.sha256(ready.read_bytes()).hexdigest()
        target = folder / FILES / sha[:2] / f"{sha}.{ENDING}"
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{uuid.uuid4().hex}.part")
        with unfinished.open("wb") as stream:
            stream.write(ready.read_bytes())
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(target)
    except OSError as error:
        raise Refused("ledger.file.unwritable", **_where(folder, error)) from error
    return Prepared(
        sha,
        _encoder.encode([(change.card.id, change.card.code, change.base) for change in changes]),
        len(changes),
        number - first,
    )


def batch_file(folder: Path, sha: str) -> Path:
    """Where the cards of a batch lie."""
    return folder / FILES / sha[:2] / f"{sha}.{ENDING}"


def written(path: Path) -> bytes:
    """Msgpack of (id, revision before, whether there was none before) of every card of a batch."""
    return _encoder.encode([(change.card.id, change.base, change.before is None) for frame in frames(path) for change in frame])


def used_in_store(folder: Path, identities: frozenset[str]) -> str:
    """One of ``identities`` that an order, a fault, an entry or a record of the store is about, ended too; empty if none is."""
    from console.store import ledgers  # noqa: PLC0415 - see :func:`work`

    return min(identities & ledgers.equipment_named(folder), default="")


def write_frames(path: Path, changes: list[Change]) -> None:
    """All of ``changes``, in frames."""
    with path.open("wb") as stream:
        for start in range(0, len(changes), SLICE):
            body = _encoder.encode(changes[start : start + SLICE])
            stream.write(_LENGTH.pack(len(body)) + body)


def frames(path: Path, skip: int = 0) -> Iterator[tuple[Change, ...]]:
    """The frames of a batch, without the first ``skip``."""
    with path.open("rb") as stream:
        while head := stream.read(_LENGTH.size):
            (length,) = _LENGTH.unpack(head)
            if skip:
                stream.seek(length, os.SEEK_CUR)
                skip -= 1
            else:
                yield _decoder.decode(stream.read(length))


def _where(folder: Path, error: OSError) -> dict[str, str | int | float]:
    return {"folder": str(folder), "reason": error.strerror or str(error)}
