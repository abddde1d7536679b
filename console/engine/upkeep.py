"""What worker processes do for the store's keeping: backup, verification, removal. See :mod:`console.engine.keeping`.

The store's functions are imported inside: the collector names these functions without ever running them itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from console.domain.problems import Problem

if TYPE_CHECKING:
    from console.store.backup import BackedUp
    from console.store.retention import Removed

PROGRESS = "keeping.progress"  # in the store's folder, while something is under way: one number from 0 to 1


def back_up(folder: Path, to: str, now: int, keep: int) -> BackedUp:
    """A backup; its progress is in a file, which the collector looks at."""
    from console.store.backup import back_up as make  # noqa: PLC0415 - see the module

    progress = folder / PROGRESS
    shown = -1

    def told(done: int, whole: int) -> None:
        nonlocal shown
        percent = 100 * done // max(1, whole)
        if percent > shown:
            shown = percent
            progress.write_text(str(percent / 100), encoding="utf-8")

    try:
        return make(folder, Path(to), now, keep, told)
    finally:
        progress.unlink(missing_ok=True)


def verify(folder: Path) -> tuple[int, tuple[Problem, ...]]:
    """How many blocks there are, and what is damaged."""
    from console.store.verifying import verify as look  # noqa: PLC0415 - see the module

    found = look(folder)
    return found.blocks, tuple(found.problems)


def remove(
    folder: Path, samples_before: int, ledgers_before: int, slower: dict[str, int], *, thin_before: int, thin: frozenset[int]
) -> Removed:
    """Remove what was kept long enough (UTC ns; 0: nothing of that; ``slower``: kinds of records that stay longer); thin the points
    ``thin`` where they are old enough."""
    from console.store import retention, sparse  # noqa: PLC0415 - see the module

    months = retention.remove_months(folder, samples_before) if samples_before else ()
    thinned = sparse.thin_months(folder, thin, thin_before) if thin else ()
    rows = retention.remove_ledgers(folder, ledgers_before, slower) if ledgers_before else {}
    return retention.Removed(months, thinned, rows)
