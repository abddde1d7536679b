"""Documents and photos that are kept beside the store's tables, and what names them in a record."""

from __future__ import annotations

import io
import zipfile

from console.domain.asking import CommandBase
from console.domain.attachments import Attachment as Attachment  # noqa: PLC0414 - named here for all kinds

LARGEST_FILE = 64 * 1024 * 1024  # bytes; our choice: a scanned manual of 300 pages has 20 to 50 MB
LARGEST_PART = 4 * 1024 * 1024  # bytes of one message: the link takes 16 MB, and heartbeats must get through in between
HEAD = 4096  # bytes of a file by which its kind is known, save what is packed as zip or OLE

_PACKED = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"AC10", "dwg"),  # AutoCAD R13 and later write AC1012 … AC1032
)
_FTYP = {b"heic": "heic", b"heix": "heic", b"mif1": "heic", b"isom": "mp4", b"mp42": "mp4", b"mp41": "mp4", b"qt  ": "mov"}
_INSIDE = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx"))
_STREAMS = (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt"))
_NAMES: dict[str, frozenset[str]] = {
    "jpg": frozenset({"jpg", "jpeg", "jfif"}),
    "tif": frozenset({"tif", "tiff"}),
    "heic": frozenset({"heic", "heif"}),
    "mp4": frozenset({"mp4", "m4v"}),
    "xlsx": frozenset({"xlsx", "xlsm"}),
    "docx": frozenset({"docx", "docm"}),
    "xls": frozenset({"xls", "et"}),  # WPS writes the same format under its own ending
    "doc": frozenset({"doc", "wps"}),
    "ppt": frozenset({"ppt", "dps"}),
    "txt": frozenset({"txt", "csv", "log", "md", "json", "dxf"}),
}
PICTURES = frozenset({"jpg", "png", "gif", "bmp", "webp"})
"""Kinds of which a small picture is shown."""
KINDS = (
    "pdf", "jpg", "png", "gif", "bmp", "webp", "tif", "heic", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "dwg", "mp4", "mov",
    "txt",
)  # fmt: skip
"""Every kind that is kept."""


class StoreFile(CommandBase, frozen=True):
    """Keep a file that a record will name by its SHA-256; the same bytes twice are one file.

    A file larger than :data:`LARGEST_PART` comes in parts, in order: ``upload`` is any id of the sender's, ``offset`` where
    ``data`` lies, ``size`` the whole file's. ``size`` 0: ``data`` is the whole file.
    """

    name: str
    data: bytes
    upload: str = ""
    offset: int = 0
    size: int = 0


def kind_of_file(data: bytes, name: str) -> str:
    """One of :data:`KINDS` by what the file contains and, for plain text, is called; empty for anything else.

    A file whose ending says another of our kinds than its content is none of them: a program renamed to ``.pdf``, but also a
    picture called ``.docx`` would be opened by the wrong program.
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    kind = _by_content(data)
    if not kind and ending in _NAMES["txt"] and _is_text(data):
        kind = "txt"
    return kind if not kind or ending in _NAMES.get(kind, {kind}) else ""


def _by_content(data: bytes) -> str:
    head = data[:HEAD]
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _FTYP.get(head[8:12], "")
    if head.startswith(_PACKED):
        return _packed(data)
    if head.startswith(_OLE):
        return next((kind for stream, kind in _STREAMS if stream.encode("utf-16-le") in data), "")
    return ""


def _packed(data: bytes) -> str:
    """An office document by the part that makes it one; any other archive is none of our kinds (it may hold a program)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    return next((kind for part, kind in _INSIDE if part in names), "")


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
