"""Registers and master data: records that are kept in versions, each with its reason, none ever written over.

A record is whole in each of its versions: the newest is in the world and in the store's table, all of them are in the log.
What has ended leaves the world; the store keeps it for its period.
"""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The part that all kinds share; a kind's name is its tag.

    ``id`` is unique within the kind; ``number`` counts numbered kinds (0: not numbered); ``revision`` rises by one with each
    version, the first is 1; ``at`` is when it began (UTC ns; lists are sorted by it); ``equipment`` is an equipment of the site
    file or a card of the ledger; ``ended_at`` 0 while it is in use.
    """

    id: str
    number: int = 0
    revision: int = 0
    at: int = 0
    equipment: str = ""
    ended_at: int = 0

    @property
    def open(self) -> bool:
        """In use: not ended."""
        return not self.ended_at


def kind_of(record: Record | type[Record]) -> str:
    """The name of a record's kind, as in the store and in the log's subjects."""
    return str(record.__struct_config__.tag)
