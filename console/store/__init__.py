"""The store: what the collector remembers. The only room that knows SQL; its format is described in docs/store.md.

Importing this package is cheap on purpose: the reading functions run in short-lived worker processes with nothing but
sqlite3, numpy and pcodec; SQLAlchemy is loaded by :func:`open_store`, in the one process that writes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from console.store.pace import Pace
from console.store.refusals import StoreRefused

if TYPE_CHECKING:
    from console.store.opening import Store

__all__ = ["Pace", "StoreRefused", "open_store"]

DEFAULT_PACE = Pace()


def open_store(folder: Path, now: int, pace: Pace = DEFAULT_PACE) -> Store:
    """Open the store in ``folder`` (made if missing) and become its only writer; ``now`` is UTC ns.

    Raises :class:`StoreRefused` with one sentence where another collector owns it, it is newer than this program, read-only,
    damaged, or the disk is full.
    """
    from console.store.opening import Store  # noqa: PLC0415 - loads SQLAlchemy (22 MB), which readers do without

    return Store(folder, now, pace)
