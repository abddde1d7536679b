"""The messages about the store itself. Part of :mod:`console.link.messages`."""

from __future__ import annotations

import msgspec

from console.domain.keeping import Keeping, StoreStatus


class StoreQuery(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """How large the store is, when it was backed up and verified, what is damaged."""

    id: int


class StoreAnswer(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    id: int
    status: StoreStatus
    policy: Keeping
