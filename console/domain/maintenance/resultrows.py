"""Results of several orders as rows of a spreadsheet: the template that is filled outside, and what comes back.

Rows come as tab-separated text, as Excel and WPS put it on the clipboard; headings in Chinese or English, in any order, unknown
ones passed over. Every mistake is named by row and column; a row with one is not used, the others are.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from console.domain.maintenance.orderwork import EnterResult, LineResult
from console.domain.orders import Order, number_of
from console.domain.problems import Problem

HEADINGS: dict[str, tuple[str, ...]] = {
    "order": ("工单", "order"), "arrived": ("到场", "arrived"), "begun": ("开始", "begun"), "done": ("完成", "done"),
    "safety": ("安全", "safety"), "hours": ("工时", "hours"), "note": ("备注", "note"),
}  # fmt: skip
_CHECK = re.compile(r"(?:检查|check)\s*(\d+)", re.IGNORECASE)
_RESULTS = {
    "合格": "pass", "pass": "pass", "√": "pass", "✓": "pass", "不合格": "fail", "fail": "fail", "×": "fail", "✗": "fail",
    "不适用": "na", "na": "na", "n/a": "na", "/": "na", "跳过": "skipped", "skipped": "skipped",
}  # fmt: skip
_YES = {"是", "y", "yes", "√", "✓", "已做", "done"}
MOST_ROWS = 500  # of one paste: each is an act of its own


@dataclass(frozen=True, slots=True)
class ResultRow:
    """``row`` counts from 1 below the heading. Either ``command`` or ``problem``."""

    row: int
    order: int
    command: EnterResult | None = None
    problem: Problem | None = None


def template(orders: list[Order], language: str) -> str:
    """The rows to be filled: one an order, with as many check columns as the longest checklist has lines."""
    place = 0 if language.startswith("zh") else 1
    most = max((len(order.checklist) for order in orders), default=0)
    check = ("检查", "check ")[place]
    head = [*(words[place] for words in HEADINGS.values()), *(f"{check}{line + 1}" for line in range(most))]
    out = io.StringIO()
    writer = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    writer.writerow(head)
    writer.writerows([order.id, *("" for _ in head[1:])] for order in orders)
    return out.getvalue()


def parse(text: str, orders: Mapping[int, Order], moment: Callable[[str], int]) -> tuple[ResultRow, ...]:
    """The rows of ``text``. ``moment`` turns a typed time into UTC ns (0: empty) or raises ``ValueError``."""
    rows = [row for row in csv.reader(io.StringIO(text), dialect="excel-tab") if any(cell.strip() for cell in row)]
    if not rows:
        return ()
    columns = [_column(cell) for cell in rows[0]]
    if "order" not in columns:
        return (ResultRow(0, 0, problem=Problem("orders.paste.heading")),)
    if len(rows) - 1 > MOST_ROWS:
        return (ResultRow(0, 0, problem=Problem("orders.paste.many", {"count": len(rows) - 1, "most": MOST_ROWS})),)
    found: list[ResultRow] = []
    seen: set[int] = set()
    for row, cells in enumerate(rows[1:], 1):
        named = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
        number = number_of(named.get("order", ""))
        order = orders.get(number)
        if order is None or number in seen:
            code = "orders.paste.twice" if order is not None else "orders.paste.unknown"
            found.append(ResultRow(row, number, problem=Problem(code, {"row": row, "text": named.get("order", "")})))
            continue
        seen.add(number)
        try:
            found.append(ResultRow(row, number, _command(order, row, named, moment)))
        except _Mistake as mistake:
            found.append(ResultRow(row, number, problem=mistake.problem))
    return tuple(found)


class _Mistake(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, code: str, row: int, column: str, text: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, {"row": row, "column": column, "text": text[:40]})


def _column(heading: str) -> str:
    word = unicodedata.normalize("NFKC", heading).strip().casefold()
    check = _CHECK.fullmatch(word)
    if check:
        return f"check{check.group(1)}"
    return next((column for column, words in HEADINGS.items() if word in words), "")


def _command(order: Order, row: int, cells: dict[str, str], moment: Callable[[str], int]) -> EnterResult:
    times: dict[str, int] = {}
    for column in ("arrived", "begun", "done"):
        try:
            times[column] = moment(cells.get(column, ""))
        except ValueError:
            raise _Mistake("orders.paste.time", row, HEADINGS[column][0], cells[column]) from None
    if not times["done"]:
        raise _Mistake("orders.paste.done", row, HEADINGS["done"][0], "")
    try:
        hours = float(unicodedata.normalize("NFKC", cells.get("hours") or "0"))
    except ValueError:
        raise _Mistake("orders.paste.number", row, HEADINGS["hours"][0], cells["hours"]) from None
    safety = cells.get("safety", "")
    references = ("-",) * len(order.safety) if safety.casefold() in _YES else tuple(re.split(r"[;；]", safety)) if safety else ()
    lines = [_line(place, cell) for place in range(len(order.checklist)) if (cell := cells.get(f"check{place + 1}", ""))]
    return EnterResult(
        order.number,
        times["done"],
        times["arrived"],
        times["begun"],
        order.assignee,
        tuple(lines),
        references,
        hours,
        cells.get("note", ""),
    )


def _line(place: int, cell: str) -> LineResult:
    """``合格``, ``0.35``, ``fail；机封漏``: a result or a reading, and what follows a semicolon is its note."""
    said, _, note = unicodedata.normalize("NFKC", cell).partition(";")
    result = _RESULTS.get(said.strip().casefold(), "")
    return LineResult(place, result, "" if result else said.strip(), note.strip())
