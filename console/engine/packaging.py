"""The archive package of one order: a zip with its paper, every file, every version, what the log says of it, and checksums.

``SHA256SUMS`` is written as ``sha256sum -c`` reads it, so that the package can be checked without this program;
:func:`check` does the same where there is none.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from console.domain.events import OrderAdvanced, OrderRaised
from console.domain.problems import Problem
from console.store.refusals import StoreRefused

if TYPE_CHECKING:
    from console.engine.reporting_work import Wanted

SUMS = "SHA256SUMS"
MOST_ENTRIES = 10_000  # of the log about one order
_BLOCK = 1024 * 1024
_SUSPECT = 2 * 1024 * 1024 * 1024  # bytes that a package may unpack to


def package(folder: Path, wanted: Wanted, to: Path) -> str:
    """Write the package of order ``wanted.number`` to ``to``; a good name for it."""
    from console.engine.files import Files  # noqa: PLC0415 - the collector names this function and never packs
    from console.papers import pdf  # noqa: PLC0415
    from console.papers.ordersheet import files_of, ordersheet  # noqa: PLC0415
    from console.store import books, ledgers  # noqa: PLC0415

    order = books.order(folder, wanted.number)
    if order is None:
        raise StoreRefused(Problem("reports.no_order", {"number": wanted.number}))
    setting = replace(wanted.setting, people=books.people(folder))
    told = list(reversed(ledgers.log(folder, f"order:{order.number}", limit=MOST_ENTRIES)))
    fault = list(reversed(ledgers.log(folder, f"fault:{order.fault}", limit=MOST_ENTRIES))) if order.fault else []
    entries = sorted({entry.sequence: entry for entry in (*told, *fault)}.values(), key=lambda entry: entry.sequence)
    versions = [entry.event.order for entry in told if isinstance(entry.event, OrderRaised | OrderAdvanced)]
    kept = Files(folder)
    missing = []
    sums: dict[str, str] = {}
    made = datetime.fromtimestamp(setting.at // 1_000_000_000, UTC).timetuple()[:6]
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, data: bytes) -> None:
            info = zipfile.ZipInfo(name, (max(1980, made[0]), *made[1:]))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
            sums[name] = hashlib.sha256(data).hexdigest()

        for language, name in (("zh_CN", "order-zh.pdf"), ("en", "order-en.pdf")):
            put(name, pdf.render(ordersheet(order, replace(setting, language=language), plan=wanted.plan, whole=True)))
        put("order.json", msgspec.json.format(msgspec.json.encode(order)))
        put("versions.jsonl", b"\n".join(msgspec.json.encode(version) for version in versions))
        put("log.jsonl", b"\n".join(msgspec.json.encode(entry) for entry in entries))
        for each in files_of(order):
            path = kept.path(each.sha)
            if path is None:
                missing.append(f"{each.sha}  {each.name}")
                continue
            put(f"files/{each.sha[:8]}-{_plain(each.name)}", path.read_bytes())
        if missing:
            put("MISSING.txt", "\n".join(missing).encode())
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        archive.writestr(zipfile.ZipInfo(SUMS, (max(1980, made[0]), *made[1:])), listed.encode())
    return f"{order.id}.zip"


def check(path: Path) -> tuple[int, tuple[Problem, ...]]:
    """How many files of a package are as they were packed, and what is wrong with the others."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > _SUSPECT:
                return 0, (Problem("reports.package.large", {"path": str(path)}),)
            listed = dict(_listed(archive.read(SUMS).decode()))
            problems = [
                Problem("reports.package.extra", {"name": name}) for name in archive.namelist() if name not in {*listed, SUMS}
            ]
            good = 0
            for name, digest in listed.items():
                if name not in archive.namelist():
                    problems.append(Problem("reports.package.missing", {"name": name}))
                elif _digest(archive, name) != digest:
                    problems.append(Problem("reports.package.changed", {"name": name}))
                else:
                    good += 1
    except (OSError, KeyError, UnicodeDecodeError, zipfile.BadZipFile, ValueError) as error:
        return 0, (Problem("reports.package.broken", {"path": str(path), "detail": str(error)}),)
    return good, tuple(problems)


def _listed(text: str) -> list[tuple[str, str]]:
    return [(name, digest) for digest, _, name in (line.partition("  ") for line in text.splitlines()) if name]


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except zipfile.BadZipFile:
        return ""  # its own checksum says so already
    return digest.hexdigest()


def _plain(name: str) -> str:
    """A file's own name without folders, and without what a name may not hold somewhere."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join("_" if letter in '<>:"|?*' or ord(letter) < 32 else letter for letter in last) or "file"
