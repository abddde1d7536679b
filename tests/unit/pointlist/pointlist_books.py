"""Workbooks made in tests: written by XlsxWriter, by hand as WPS writes them, and the records of an .xls."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

import xlsxwriter

from config.pointlist.importing import draft
from console.domain.pointlists import Choices, Drafted

Cell = str | int | float
HEAD = ["设备名称", "IP", "站号", "点名称", "寄存器地址", "数据类型", "倍率", "单位"]


def xlsx(*sheets: Sequence[Sequence[Cell]], merged: Sequence[tuple[int, int, int, int, str]] = ()) -> bytes:
    """A workbook; ``merged`` are ranges of the first sheet with their text."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for place, rows in enumerate(sheets):
            sheet = book.add_worksheet(f"S{place + 1}")
            for row, line in enumerate(rows):
                for column, value in enumerate(line):
                    if value != "":
                        sheet.write(row, column, value)
            for top, left, bottom, right, text in merged if place == 0 else ():
                sheet.merge_range(top, left, bottom, right, text)
    return target.getvalue()


def wps(rows: Sequence[Sequence[str]], dimension: str = "") -> bytes:
    """A workbook with inline strings, no dimension, no shared strings and no styles."""
    body = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in enumerate(line)
            if text
        )
        + "</row>"
        for number, line in enumerate(rows, 1)
    )
    return package(f'<worksheet xmlns="{MAIN}">{dimension}<sheetData>{body}</sheetData></worksheet>'.encode())


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def package(sheet: bytes, extra: dict[str, bytes] | None = None) -> bytes:
    """The parts that every reader needs around one sheet."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    )
    parts = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="点表" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": sheet,
        **(extra or {}),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def xls(rows: Sequence[Sequence[Cell]], *, version: int = 8) -> bytes:
    """A BIFF8 workbook (Excel 97, WPS) in an OLE file; ``version`` 5 is Excel 95 with its texts in GBK."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def label(text: str) -> bytes:
        if version == 5:
            return struct.pack("<H", len(text.encode("gbk"))) + text.encode("gbk")
        return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")

    mark = 0x0600 if version == 8 else 0x0500
    cells = b""
    for row, line in enumerate(rows):
        for column, value in enumerate(line):
            if isinstance(value, str):
                cells += record(0x0204, struct.pack("<HHH", row, column, 0) + label(value)) if value else b""
            else:
                cells += record(0x0203, struct.pack("<HHHd", row, column, 0, value))
    name = b"\x06\0Points" if version == 8 else b"\x06Points"
    codepage, end = record(0x0042, struct.pack("<H", 1200 if version == 8 else 936)), record(0x000A, b"")
    head = record(0x0809, struct.pack("<HHHH", mark, 0x0005, 0x096C, 0x07CD)) + codepage
    sheet_at = len(head) + 4 + 6 + len(name) + len(end)
    head += record(0x0085, struct.pack("<IBB", sheet_at, 0, 0) + name) + end
    sheet = record(0x0809, struct.pack("<HHHH", mark, 0x0010, 0x096C, 0x07CD))
    wide = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    narrow = struct.pack("<HHHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    sheet += record(0x0200, wide if version == 8 else narrow) + cells + end
    return _ole(head + sheet, "Workbook" if version == 8 else "Book")


def _ole(stream: bytes, name: str) -> bytes:
    """One stream in a compound file; at least 4096 bytes, so that it lies in ordinary sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    free, last, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    assert sectors + 2 <= 128
    fat = [table, last, *range(3, sectors + 2), last]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, last, 0, last, 0) + struct.pack("<I", 0) + struct.pack("<I", free) * 108

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        spelled = title.encode("utf-16-le") + b"\0\0"
        body = spelled.ljust(64, b"\0") + struct.pack("<HBBIII", len(spelled), kind, 1, free, free, child)
        return body + bytes(36) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 1, last, 0) + entry(name, 2, free, 2, len(stream)) + bytes(256)
    return header + struct.pack("<128I", *(fat + [free] * (128 - len(fat)))) + directory + stream


def drafted(data: bytes, file: str = "list.xlsx", present: str = "", **choices: object) -> Drafted:
    """The draft of a list."""
    return draft(data, file, present, Choices(**choices))  # type: ignore[arg-type]


def grave(made: Drafted) -> list[tuple[str, str]]:
    """Cell and code (without ``pointlist.``) of every mistake."""
    return [(remark.cell, remark.problem.code.removeprefix("pointlist.")) for remark in made.remarks if remark.grave]


def notes(made: Drafted) -> list[tuple[str, str]]:
    """Cell and code of every note."""
    return [(remark.cell, remark.problem.code.removeprefix("pointlist.")) for remark in made.remarks if not remark.grave]
