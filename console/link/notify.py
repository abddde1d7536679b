"""The link's words about roster and notices. Secrets go one way only: towards the collector."""

from __future__ import annotations

import msgspec

from console.domain.notices import NotifySettings
from console.domain.rosters import Roster


class NotifyQuery(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Roster and settings as they are."""

    id: int


class NotifyAnswer(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """``kept``: the channels that have a secret. What it is, nobody is told."""

    id: int
    roster: Roster
    settings: NotifySettings
    kept: tuple[str, ...] = ()
