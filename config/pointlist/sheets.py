"""The bytes of a workbook or a text file become sheets of cell texts, or a refusal that says why.

Nothing is trusted: the size is limited before and while unpacking, a sheet's extent before it is laid out in memory.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import python_calamine

from console.domain.problems import Refused

LARGEST = 12_000_000  # bytes of a file; 50,000 rows are 3-6 MB
LARGEST_UNPACKED = 400_000_000  # bytes; 50,000 rows of 30 columns are some 80 MB of XML
MOST_ROWS = 50_000  # with something in them, all sheets together
FARTHEST_ROW, FARTHEST_COLUMN = 100_000, 200  # where a cell with a value may stand
MOST_SHEETS = 60
LONGEST_CELL = 32_767  # characters that are kept; a spreadsheet holds no more
_PIECE = 1_000_000  # bytes unpacked at a time

_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*[^/]>')
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")  # no text has these
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FAMILY = {"xlsx": "xlsx", "xlsm": "xlsx", "xls": "xls", "et": "xls", "csv": "text", "txt": "text", "tsv": "text"}


@dataclass(slots=True)
class Sheet:
    """One sheet: rows of equal meaning from A1 on. ``fractions`` and ``dates`` are cells (row, column from 0) that were numbers
    with a fraction, or dates, and not text."""

    name: str
    rows: list[list[str]]
    fractions: set[tuple[int, int]] = field(default_factory=set)
    dates: set[tuple[int, int]] = field(default_factory=set)


def cell_name(row: int, column: int) -> str:
    """``C7`` of row 6, column 2 (both from 0)."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def read(data: bytes, file: str, tidy: Callable[[str], str] | None = None, most: int = MOST_ROWS) -> list[Sheet]:
    """All visible sheets of ``data``, which lay in a file called ``file``. :class:`Refused` says why it cannot be read.

    ``tidy`` makes a cell's text what is kept of it: :func:`clean` unless told otherwise; ``most`` rows are read.
    """
    tidy = tidy or clean
    if len(data) > LARGEST:
        raise Refused("pointlist.too_large", file=file, most=LARGEST // 1_000_000)
    if not data.strip():
        raise Refused("pointlist.empty_file", file=file)
    ending = file.rpartition(".")[2].lower() if "." in file else ""
    family, kind = _FAMILY.get(ending), _kind(data)
    if family is None:
        raise Refused("pointlist.extension", file=file)
    if kind in ("encrypted", "html", "pdf", "zip", "binary", "ods"):
        raise Refused(f"pointlist.is_{kind}", file=file)
    if kind != family:
        raise Refused("pointlist.wrong_extension", file=file, ending=ending, really={"text": "csv"}.get(kind, kind))
    sheets = [_text_sheet(data, file, tidy)] if kind == "text" else _workbook(data, file, kind, tidy)
    count = sum(any(row) for sheet in sheets for row in sheet.rows)
    if count > most:
        raise Refused("pointlist.too_many_rows", file=file, count=count, most=most)
    if not count:
        raise Refused("pointlist.empty_file", file=file)
    return sheets


def _kind(data: bytes) -> str:
    """What the bytes are, whatever the file is called."""
    if data[:4] == b"PK\x03\x04":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = set(archive.namelist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return "zip"
        return "xlsx" if "xl/workbook.xml" in names else "ods" if "content.xml" in names else "zip"
    if data[:8] == _OLE:
        return "encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "xls"
    head = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(b"%pdf"):
        return "pdf"
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        return "html"
    return "binary" if b"\0" in data[:2000] and _utf16(data) is None else "text"


# --- workbooks


def _workbook(data: bytes, file: str, kind: str, tidy: Callable[[str], str]) -> list[Sheet]:
    if kind == "xlsx":
        _look_into(data, file)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible is python_calamine.SheetVisibleEnum.Visible and meta.typ is python_calamine.SheetTypeEnum.WorkSheet
        ]
        if len(visible) > MOST_SHEETS:
            raise Refused("pointlist.too_many_sheets", file=file, count=len(visible), most=MOST_SHEETS)
        sheets = [_sheet(book, name, tidy) for name in visible]
        # WORKAROUND calamine 0.37: an Excel 95 file in GBK is read byte by byte.
        if kind == "xls" and any("\ufffd" in cell for sheet in sheets for row in sheet.rows for cell in row):
            raise Refused("pointlist.old_xls", file=file)
        return sheets
    except python_calamine.PasswordError:
        raise Refused("pointlist.is_encrypted", file=file) from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused("pointlist.broken", file=file, reason=str(error)[:200]) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the Rust library's own assertion, met by a broken file
            raise
        raise Refused("pointlist.broken", file=file, reason=str(error)[:200]) from None


def _sheet(book: python_calamine.CalamineWorkbook, name: str, tidy: Callable[[str], str]) -> Sheet:
    found = book.get_sheet_by_name(name)
    sheet = Sheet(name, [])
    for number, row in enumerate(found.to_python(skip_empty_area=False)):
        cells = []
        for column, value in enumerate(row):
            if isinstance(value, str):  # nearly all of them
                cells.append(tidy(value) if value else value)
                continue
            if isinstance(value, float) and not value.is_integer():
                sheet.fractions.add((number, column))
            elif isinstance(value, dt.date | dt.time | dt.timedelta):
                sheet.dates.add((number, column))
            cells.append(_word(value, tidy))
        sheet.rows.append(cells)
    for (top, left), (bottom, right) in found.merged_cell_ranges or ():
        _spread(sheet.rows, top, left, bottom, right)
    return sheet


def _spread(rows: list[list[str]], top: int, left: int, bottom: int, right: int) -> None:
    """A merged cell's text stands in each of its cells."""
    if top >= len(rows) or left >= len(rows[top]):
        return
    text = rows[top][left]
    for row in rows[top : bottom + 1]:
        for column in range(left, min(right + 1, len(row))):
            row[column] = text


def _word(value: object, tidy: Callable[[str], str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return tidy(str(value))


def clean(text: str) -> str:
    """One line of ``text`` without control characters and doubled spaces."""
    if not text.isprintable():
        text = "".join(" " if mark in "\t\r\n" or mark.isspace() else mark for mark in text if not _unseen(mark))
    return " ".join(text[:LONGEST_CELL].split())


def _unseen(mark: str) -> bool:
    return unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Co", "Cn") and mark not in "\t\r\n"


def _look_into(data: bytes, file: str) -> None:
    """Refuse what unpacks to too much, and cells so far out that laying out the sheet would fill the memory.

    The archive's own words about sizes may be lies, so everything is unpacked once, piece by piece, and counted.
    """
    left = LARGEST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.flag_bits & 1:
                    raise Refused("pointlist.is_encrypted", file=file)
                tail = b""
                for piece in _unpacked(data, info):
                    left -= len(piece)
                    if left < 0:
                        raise Refused("pointlist.bomb", file=file, most=LARGEST_UNPACKED // 1_000_000)
                    _too_far(tail + piece, file, info.filename)
                    tail = piece[-200:]
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError) as error:
        raise Refused("pointlist.broken", file=file, reason=str(error)[:200]) from None


def _unpacked(data: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    names, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
    start = info.header_offset + 30 + names + extra
    packed = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"compression {info.compress_type}")
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    while packed and not unpacker.eof:
        piece = unpacker.decompress(packed, _PIECE)
        yield piece
        packed = unpacker.unconsumed_tail
        if not piece and not packed:
            return


def _too_far(piece: bytes, file: str, part: str) -> None:
    for letters, row in _CELL.findall(piece):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if column > FARTHEST_COLUMN or int(row) > FARTHEST_ROW:
            raise Refused(
                "pointlist.too_far", file=file, part=part, cell=f"{letters.decode()}{int(row)}",
                rows=FARTHEST_ROW, columns=FARTHEST_COLUMN,
            )  # fmt: skip


# --- text files


def _utf16(data: bytes) -> str | None:
    """The encoding if ``data`` is UTF-16: by its mark, or by the zero bytes of its commas, digits and line ends."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    head = data[:2000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) / 20 and even <= odd / 10:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) / 20 and odd <= even / 10 else None


def decoded(data: bytes, file: str) -> str:
    """The text of a csv file in UTF-8 (with or without mark), UTF-16 or GBK."""
    for encoding in (_utf16(data) or "utf-8-sig", "gb18030"):  # GBK's superset; what Excel writes on a Chinese Windows
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text[:20_000]):
            raise Refused("pointlist.is_binary", file=file)
        return text
    raise Refused("pointlist.encoding", file=file)


def _text_sheet(data: bytes, file: str, tidy: Callable[[str], str]) -> Sheet:
    text = decoded(data, file)
    first = text.split("\n", 1)[0].strip().lower()
    if first.startswith("sep=") and len(first) == 5:  # Excel's own word for the separator
        separator, text = first[4], text.partition("\n")[2]
    else:
        separator = _separator(text)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append([tidy(cell) for cell in row])
            if len(rows) > FARTHEST_ROW or len(row) > FARTHEST_COLUMN:
                raise Refused(
                    "pointlist.too_far", file=file, part="csv", cell=cell_name(len(rows) - 1, len(row) - 1),
                    rows=FARTHEST_ROW, columns=FARTHEST_COLUMN,
                )  # fmt: skip
    except csv.Error as error:
        raise Refused("pointlist.broken", file=file, reason=str(error)) from None
    return Sheet("csv", rows)


def _separator(text: str) -> str:
    """The one of , ; and tab that parts the first lines most evenly."""
    lines = [line for line in text[:20_000].splitlines()[:40] if line.strip()]

    def evenness(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines if mark in line]
        return (max((counts.count(each) * (each + 1) for each in set(counts)), default=0), len(counts))

    return max(",;\t", key=evenness)
