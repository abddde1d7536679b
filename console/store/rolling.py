"""Cells on their way up: from the heads of merged blocks to day sheets, and when the month is over to one row a point.

Day sheets hold sixteen points each (a trend looks at neighbours), month rows one, so that a year is twelve short reads.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from console.domain.times import DAY, HOUR
from console.store import schema
from console.store.cells import COARSE, Cells, combined, concatenated, pack_cells, unpack_cells
from console.store.groups import Group
from console.store.history import Columns, MonthFile
from console.store.months import MERGED, MONTH_ROW, ROLLED, SHEET
from console.store.overview import Overview
from console.store.packing import Damaged

HELD_FOR = HOUR  # within a cell of the overview a value holds so long over a gap


def roll(file: MonthFile, group: Group, day: int) -> Iterator[int | None]:
    """Write the day sheets of ``group`` for one UTC day (made anew if there are some); the last yield counts damaged blocks."""
    table, damaged = schema.block, 0
    within = (table.c.group_id == group.id) & (table.c.first >= day * DAY) & (table.c.first < (day + 1) * DAY)
    query = select(table.c.id, table.c.head_crc, table.c.head, table.c.level)
    query = query.where(within & table.c.level.in_((MERGED, ROLLED))).order_by(table.c.first)
    with file.connection.begin():
        rows = file.connection.execute(query).all()
    parts, fresh = [], []
    for row in rows:
        if row.level == MERGED:
            fresh.append({"block": row.id})
        try:
            parts.append(_checked(row.head_crc, row.head))
        except Damaged:
            damaged += 1
    yield None
    sheets: list[Columns] = []
    if parts:
        whole = concatenated(parts)
        for place in range(0, len(group.points), SHEET):
            some = whole.take(slice(None), slice(place, place + SHEET))
            sheets.append(_columns(group.id, place, day, some))
            yield None
    with file.connection.begin():
        if sheets:
            _put(file, sheets)
        if fresh:
            statement = table.update().where(table.c.id == bindparam("block")).values(level=ROLLED)
            file.connection.execute(statement, fresh)
    file.levels.days.pop((group.id, day), None)
    yield damaged


def fold(file: MonthFile, group: Group, overview: Overview) -> Iterator[int | None]:
    """Put the day sheets of ``group`` together: month rows in ``file``, hours in the overview. Yields as :func:`roll`."""
    damaged = 0
    table = schema.cells
    for place in range(0, len(group.points), SHEET):
        points = group.points[place : place + SHEET].tolist()
        within = (table.c.group_id == group.id) & (table.c.place >= place) & (table.c.place < place + SHEET)
        with file.connection.begin():
            rows = file.connection.execute(select(table).where(within).order_by(table.c.day)).all()
        sheets: list[Cells] = []
        before: dict[int, Cells] = {}  # month rows that are there already: the clock went back into a closed month
        for row in rows:
            try:
                if row.day == MONTH_ROW:
                    before[row.place] = _checked(row.crc, row.body)
                else:
                    sheets.append(_checked(row.crc, row.body))
            except Damaged:
                damaged += 1
        yield None
        if not sheets:
            continue
        whole = concatenated(sheets)
        made: list[Columns] = []
        for offset, point in enumerate(points):
            own = whole.take(slice(None), slice(offset, offset + 1))
            if place + offset in before:
                own = _over(before[place + offset], own)
            made.append(_columns(group.id, place + offset, MONTH_ROW, own))
            overview.put(point, file.path.name, group.id, pack_cells(combined(own, own.starts // COARSE * COARSE, HELD_FOR)))
            yield None
        overview.commit()
        yield None
        with file.connection.begin():
            file.connection.execute(delete(table).where(within & (table.c.day != MONTH_ROW)))
            _put(file, made)
        yield None
    yield damaged


def _over(older: Cells, newer: Cells) -> Cells:
    """Days that are in ``newer`` replace those of ``older``."""
    kept = ~np.isin(older.starts // DAY, newer.starts // DAY)
    return concatenated([older.take(kept), newer])


def _checked(crc: int, blob: bytes) -> Cells:
    if zlib.crc32(blob) != crc:
        raise Damaged("checksum")
    return unpack_cells(blob)


def _columns(group: int, place: int, day: int, cells: Cells) -> Columns:
    body = pack_cells(cells)
    return {"group_id": group, "place": place, "day": day, "points": cells.width, "crc": zlib.crc32(body), "body": body}


def _put(file: MonthFile, rows: Sequence[Columns]) -> None:
    statement = insert(schema.cells)
    changed = {name: statement.excluded[name] for name in ("points", "crc", "body")}
    file.connection.execute(statement.on_conflict_do_update(index_elements=["group_id", "place", "day"], set_=changed), list(rows))
