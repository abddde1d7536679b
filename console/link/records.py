"""The messages about registers and master data. Part of :mod:`console.link.messages`."""

from __future__ import annotations

import msgspec

from console.domain.maintenance import AnyRecord


class RecordsQuery(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Records of a kind that began in a time range, in use and ended ones, newest first; ``equipment`` empty = all.

    Former versions of one record are asked for with a ``LogQuery`` whose subject is ``kind:id``.
    """

    id: int
    kind: str
    since: int = 0
    until: int = 0
    equipment: str = ""
    limit: int = 1000


class RecordsAnswer(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    id: int
    records: tuple[AnyRecord, ...]
