"""The messages about typed readings and the isolation register. Part of :mod:`console.link.messages`."""

from __future__ import annotations

import msgspec

from console.domain.isolations import Isolation
from console.domain.readings import TypedReading


class _Message(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    pass


class IsolationHistoryQuery(_Message, frozen=True):
    """Entries of the isolation register that began in a time range, open ones included, newest first."""

    id: int
    since: int = 0
    until: int = 0
    equipment: str = ""
    limit: int = 1000


class ReadingHistoryQuery(_Message, frozen=True):
    """Typed readings of one point as they stand, newest first."""

    id: int
    point: str
    since: int = 0
    until: int = 0
    limit: int = 1000


class PhotoQuery(_Message, frozen=True):
    """The photo of a reading, by its SHA-256."""

    id: int
    photo: str


class IsolationHistoryAnswer(_Message, frozen=True):
    id: int
    isolations: tuple[Isolation, ...]


class ReadingHistoryAnswer(_Message, frozen=True):
    id: int
    readings: tuple[TypedReading, ...]


class PhotoAnswer(_Message, frozen=True):
    id: int
    data: bytes


RegisterQuery = IsolationHistoryQuery | ReadingHistoryQuery | PhotoQuery
RegisterAnswer = IsolationHistoryAnswer | ReadingHistoryAnswer | PhotoAnswer
