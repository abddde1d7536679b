"""The end of a month file: everything merged and rolled, months rows and overview made, free space given back, then closed."""

from __future__ import annotations

from collections.abc import Iterator

from console.store.history import MonthFile
from console.store.overview import Overview, overview_path
from console.store.rolling import fold

_PAGES_A_STEP = 256


def close_month(file: MonthFile, first: int, last: int) -> Iterator[int | None]:
    """Fold ``file``, whose blocks are all rolled, give its free pages back and mark it as closed.

    ``first`` and ``last`` span its source times. Yields ``None`` after each small step and at last the number of damaged sheets.
    """
    damaged = 0
    overview = Overview(overview_path(file.path.parent, file.path.name))
    try:
        for group in file.groups.identities():
            for found in fold(file, file.groups[group], overview):
                damaged += found or 0
                yield None
        overview.complete(file.path.name, first, last)
    finally:
        overview.close()
    for _ in give_back(file, 0):
        yield None
    with file.connection.begin():
        file.note("next_row", str(file.next_row))  # also where the month after it is lost, no row id is used twice
        file.note("closed", "1")
    file.closed = True
    yield damaged


def give_back(file: MonthFile, keep: int) -> Iterator[None]:
    """Give free pages back to the disk, a few at a time, until ``keep`` are left. (A file made before schema 2 keeps them.)"""
    free = file.free_pages()
    while free > keep:
        file.give_back(min(_PAGES_A_STEP, free - keep))
        yield
        before, free = free, file.free_pages()
        if free >= before:
            return
