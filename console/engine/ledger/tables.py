"""How a sheet is understood: its heading line, what each column is, and the cells that the spreadsheet itself could not reckon."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

from config.pointlist.sheets import Sheet
from console.domain.pointlists import Choices, SheetView
from console.papers import ledgercolumns as columns

SAMPLES = 5
_SEARCHED = 40  # rows in which the headings are looked for
_UNSEEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
_TROUBLE = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"([^>]*)>(.*?)</c>', re.DOTALL)


def tidy(text: str) -> str:
    """A cell's text without blanks around it and without what no text has; everything else stays as it is."""
    return text.strip() if text.isprintable() else text.translate(_UNSEEN).strip()


def view(sheet: Sheet, choices: Choices) -> SheetView:
    """How a sheet is understood; what the person has decided comes first."""
    row = choices.header_rows.get(sheet.name) or _header_row(sheet)
    width = max((len(line) for line in sheet.rows), default=0)
    headers = tuple(_padded(sheet.rows[row - 1], width)) if row else ("",) * width
    name = columns.signature(headers)
    fields = choices.mappings.get(name, ())
    allowed = {*columns.FIELDS, columns.PLATE, ""}
    if len(fields) != width or not set(fields) <= allowed:
        fields = _guessed(headers)
    lines = [line for line in sheet.rows[row:] if any(line)]
    samples = tuple(tuple(_padded(line, width)) for line in lines[:SAMPLES])
    used = sheet.name not in choices.sheets_off and bool(lines) and "code" in fields
    return SheetView(sheet.name, row, headers, tuple(fields), samples, len(lines), name, used)


def _padded(line: list[str], width: int) -> list[str]:
    return line + [""] * (width - len(line))


def _header_row(sheet: Sheet) -> int:
    """The row (1-based) with the most known headings; 0 if none has two."""
    best, most = 0, 1
    for number, line in enumerate(sheet.rows[:_SEARCHED], 1):
        found = {columns.meaning(cell) for cell in dict.fromkeys(line) if cell and len(cell) < 40} - {""}
        if len(found) > most:
            best, most = number, len(found)
    return best


def _guessed(headers: tuple[str, ...]) -> tuple[str, ...]:
    taken: set[str] = set()
    fields = []
    for heading in headers:
        found = columns.meaning(heading) if heading else ""
        fields.append(found if found not in taken else "")
        taken.add(found)
    return tuple(fields)


# --- cells that a spreadsheet itself could not reckon


def troubles(data: bytes) -> dict[str, dict[str, str]]:
    """Sheet name -> cell -> ``error`` (#REF! …) or ``formula`` (never calculated) of an xlsx; nothing for other files."""
    if not data.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
        found = {}
        for name, relation in _sheets_of(book):
            target = _target(links, relation)
            if target in names:
                found[name] = dict(_troubles(archive.read(target)))
    return {name: cells for name, cells in found.items() if cells}


def _sheets_of(book: str) -> Iterator[tuple[str, str]]:
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book):
        name, relation = re.search(r'\sname="([^"]*)"', tag), re.search(r'\s\w+:id="([^"]*)"', tag)
        if name and relation:
            text = name[1].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
            yield text.replace("&amp;", "&"), relation[1]


def _target(links: str, relation: str) -> str:
    for tag in re.findall(r"<Relationship\s[^>]*>", links):
        if f'Id="{relation}"' in tag and (found := re.search(r'Target="([^"]*)"', tag)):
            return found[1].lstrip("/") if found[1].startswith("/") else f"xl/{found[1]}"
    return ""


def _troubles(xml: bytes) -> Iterator[tuple[str, str]]:
    if b"<f" not in xml and b't="e"' not in xml:
        return
    for cell, attributes, body in _TROUBLE.findall(xml):
        if b't="e"' in attributes:
            yield cell.decode(), "error"
        elif b"<f" in body and (b"<v>" not in body or b"<v></v>" in body):
            yield cell.decode(), "formula"
