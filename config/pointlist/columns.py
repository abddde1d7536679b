"""Which line of a sheet holds the headings, and what each column is; guessed, changeable by the person."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from config.pointlist import cells, words
from config.pointlist.addresses import spell
from config.pointlist.sheets import Sheet
from console.domain.pointlists import Choices, SheetView
from console.domain.problems import Refused

SAMPLES = 5
# Words for what a point's number means; AI, DI … say no more than the data type does.
KINDS: dict[str, str] = words.table("kinds")
_SEARCHED = 40  # rows in which the headings are looked for

# What a column may be, in the order in which a listing writes them, with the headings that mean it.
FIELDS = words.lists("columns")
_MEANING: dict[str, str] = {}
for _field, _headings in FIELDS.items():
    for _heading in _headings:
        _MEANING.setdefault(cells.squeezed(_heading), _field)
_LONG = sorted((word for word in _MEANING if len(word) >= (2 if word[0] > "\u2e80" else 5)), key=len, reverse=True)


def signature(headers: Sequence[str]) -> str:
    """The same for every sheet with these headings."""
    joined = "\x1f".join(cells.squeezed(header) for header in headers)
    return hashlib.blake2s(joined.encode(), digest_size=8).hexdigest()


def meaning(heading: str, told: dict[str, str]) -> tuple[str, int]:
    """The field that a heading most likely means ("" if none) and how sure that is (0-3)."""
    word = cells.squeezed(heading)
    if word in told:
        return told[word], 4
    outside = cells.squeezed(re.sub(r"[(\[【].*?[)\]】]", "", cells.folded(heading)))
    for candidate, sure in ((word, 3), (outside, 2)):
        if candidate in _MEANING:
            return _MEANING[candidate], sure
    for known in _LONG:
        if known in (outside or word):
            return _MEANING[known], 1
    return "", 0


def view(sheet: Sheet, choices: Choices, types: frozenset[str]) -> SheetView:
    """How ``sheet`` is understood. ``types`` are the equipment types that are known, in lower case."""
    told = {cells.squeezed(heading): field for heading, field in choices.headings.items()}
    row = choices.header_rows.get(sheet.name, _header_row(sheet, told))
    width = max((len(cells_) for cells_ in sheet.rows), default=0)
    headers = _padded(sheet.rows[row - 1], width) if 0 < row <= len(sheet.rows) else ("",) * width
    if row > 1:  # headings in two lines: what the lower one leaves empty may stand above it
        above = _padded(sheet.rows[row - 2], width)
        headers = tuple(own or (upper if meaning(upper, told)[1] >= 2 else "") for own, upper in zip(headers, above, strict=True))
    data = [line for line in sheet.rows[max(row, 0) :] if any(line)]
    name = signature(headers if row > 0 else ("", *map(str, range(width))))
    fields = choices.mappings.get(name, ())
    if len(fields) != width or any(field and field not in FIELDS for field in fields):
        fields = _guessed(headers, data, told, types) if row > 0 else _by_contents(data, width, types)
    samples = tuple(_padded(line, width) for line in data[:SAMPLES])
    used = sheet.name not in choices.sheets_off and bool(data) and bool({"address", "type"} & set(fields))
    return SheetView(sheet.name, max(row, 0), headers, tuple(fields), samples, len(data), name, used)


def _padded(line: Sequence[str], width: int) -> tuple[str, ...]:
    return (*line, *("",) * (width - len(line)))


def _header_row(sheet: Sheet, told: dict[str, str]) -> int:
    """The row (1-based) with the most known headings; 0 if there is none with two."""
    best, best_score = 0, 1
    for number, line in enumerate(sheet.rows[:_SEARCHED], 1):
        found = {
            field for field, sure in (meaning(cell, told) for cell in dict.fromkeys(line) if cell and len(cell) < 40) if sure >= 2
        }
        if len(found) > best_score:
            best, best_score = number, len(found)
    return best


def _guessed(headers: Sequence[str], data: list[list[str]], told: dict[str, str], types: frozenset[str]) -> tuple[str, ...]:
    found = [meaning(header, told) if header else ("", 0) for header in headers]
    for column, (field, sure) in enumerate(found):
        if sure < 4:
            found[column] = (_corrected(field, _contents(data, column), types), sure)
    fields = [""] * len(headers)
    taken: set[str] = set()
    for column in sorted(range(len(headers)), key=lambda column: -found[column][1]):
        field = found[column][0]
        if field == "ignored" or not field:
            continue
        if field in taken:
            field = {"name": "equipment", "equipment": "name", "address": "station"}.get(field, "") if found[column][1] >= 2 else ""
        if field and field not in taken:
            fields[column] = field
            taken.add(field)
    if "name" not in taken and "equipment" in taken and "address" in taken and "host" not in taken and "station" not in taken:
        fields[fields.index("equipment")] = "name"  # a list of one machine calls its points what it likes
    return tuple(fields)


def _contents(data: list[list[str]], column: int) -> list[str]:
    return [line[column] for line in data[:200] if column < len(line) and not cells.empty(line[column])]


def _corrected(field: str, contents: list[str], types: frozenset[str]) -> str:  # noqa: PLR0911 - one line a case
    """What the contents say where a heading means several things."""
    if not contents:
        return field
    if field in ("address", "station", "connection", "location") and _share(contents, _is_host) > 0.5:
        return "host"
    if field in ("type", "data_type", "kind"):
        if _share(contents, lambda text: text.strip().lower() in types) > 0.3:
            return "type"
        if field == "data_type" and _share(contents, _is_io) > 0.5:
            return "kind"
        if field == "kind" and _share(contents, _is_type) > 0.5 and _share(contents, _is_io) <= 0.5:
            return "data_type"
    if field == "states" and _share(contents, _is_states) < 0.2:
        return ""
    if field == "kind" and _share(contents, _is_io) < 0.5:
        return ""
    if field == "function" and _share(contents, _is_function) < 0.5:
        return ""
    if field == "scale" and _share(contents, lambda text: _reads(cells.factor, text)) < 0.5:
        return ""
    return field


def _share(contents: list[str], test: object) -> float:
    return sum(bool(test(text)) for text in contents) / len(contents)  # type: ignore[operator]


def _reads(function: object, text: str) -> bool:
    try:
        function(text)  # type: ignore[operator]
    except Refused:
        return False
    return True


_HOST = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?")


def _is_host(text: str) -> bool:
    return bool(_HOST.fullmatch(cells.folded(text)))


def _is_io(text: str) -> bool:
    return cells.squeezed(text) in KINDS


def _is_type(text: str) -> bool:
    return _reads(cells.data_type, text)


def _is_states(text: str) -> bool:
    return _reads(cells.states, text)


def _is_function(text: str) -> bool:
    return _reads(cells.function, text)


def _by_contents(data: list[list[str]], width: int, types: frozenset[str]) -> tuple[str, ...]:
    """Columns of a sheet without headings: a known type, an IP address, small whole numbers, addresses, names."""
    fields = [""] * width
    for column in range(width):
        contents = _contents(data, column)
        if not contents:
            continue
        if "type" not in fields and _share(contents, lambda text: text.strip().lower() in types) > 0.5:
            fields[column] = "type"
        elif "host" not in fields and _share(contents, _is_host) > 0.5:
            fields[column] = "host"
        elif _share(contents, str.isdecimal) > 0.8:
            small = all(int(text) <= 255 for text in contents if text.isdecimal())
            fields[column] = "station" if small and "station" not in fields else "address" if "address" not in fields else ""
        elif _share(contents, lambda text: _reads(spell, text)) > 0.8:
            fields[column] = "address" if "address" not in fields else ""
        elif "equipment" not in fields:
            fields[column] = "equipment"
        elif "name" not in fields:
            fields[column] = "name"
    return tuple(fields)
