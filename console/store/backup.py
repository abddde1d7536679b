"""Backups of a store that is in use. Runs in a worker process or from the command line; a collector need not stop for it.

A backup folder holds generations and what they share::

    20261121T190000Z/manifest.json   written last: without it the generation is none
    20261121T190000Z/main.db         main.db and the month files that are still written, each as it was at one moment
    months/history-2026-10.SHA.db    closed months and past years' overviews: copied once
    photos/…                         photos of readings: copied once
    files/…                          documents and photos of records: copied once

The views of the month files are taken before the one of main.db, so that everything that they speak of is in it.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from console.domain.problems import Problem
from console.domain.times import SECOND
from console.store.copying import checksum, copy_database, copy_file, snapshots, whole
from console.store.months import MAIN, month_files
from console.store.named import FILES, PHOTOS, named_files
from console.store.overview import overview_files
from console.store.readonly import closed_month, reading
from console.store.refusals import StoreRefused, problem_of
from console.store.verifying import Verified, verify_files

MANIFEST = "manifest.json"
MONTHS = "months"
FORMAT = 1
_LOOSE = ("learned.json",)  # small files of the store's folder that are worth keeping
_STAMP = re.compile(r"\d{8}T\d{6}Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPARE = 50_000_000  # bytes that a backup leaves free on its disk


class Kept(msgspec.Struct, frozen=True):
    """One file of a backup. ``path`` is relative to the backup folder; ``mtime`` (ns) and ``size`` are the source's."""

    name: str  # in the store's folder
    path: str
    bytes: int
    sha256: str
    size: int = 0
    mtime: int = 0


class Manifest(msgspec.Struct, frozen=True):
    """One generation: what it is a backup of, when it was made (UTC ns), and its files."""

    format: int
    site: str
    at: int
    sequence: int  # the last log entry in it
    files: tuple[Kept, ...]


class BackedUp(msgspec.Struct, frozen=True):
    """What a backup did. ``copied`` bytes were new, ``bytes`` is all that belongs to this generation."""

    folder: str
    at: int
    bytes: int
    copied: int
    sequence: int
    removed: tuple[str, ...] = ()  # old generations
    damage: tuple[Problem, ...] = ()  # found in the copies: what is damaged in the store is damaged in them


def generations(to: Path) -> list[Path]:
    """The complete generations of a backup folder, oldest first."""
    if not to.is_dir():
        return []
    return sorted(path for path in to.iterdir() if _STAMP.fullmatch(path.name) and (path / MANIFEST).is_file())


def read_manifest(generation: Path) -> Manifest:
    """Raises :class:`StoreRefused` where it is missing, damaged or of a newer program."""
    try:
        manifest = msgspec.json.decode((generation / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise StoreRefused(Problem("store.no_backup", {"path": str(generation)})) from error
    if manifest.format > FORMAT:
        facts: dict[str, str | int | float] = {"path": str(generation), "found": manifest.format, "known": FORMAT}
        raise StoreRefused(Problem("store.newer", facts))
    return manifest


def back_up(folder: Path, to: Path, now: int, keep: int = 0, told: Callable[[int, int], None] | None = None) -> BackedUp:
    """Make a generation in ``to`` and verify it; then remove all but the newest ``keep`` (0: none is removed).

    ``now`` is UTC ns. ``told(done, all)`` is called with bytes. Nothing counts as a backup that was not read back.
    """
    try:
        return _Backup(folder, to, now, told).make(keep)
    except OSError as error:
        raise StoreRefused(problem_of(error, to) or Problem("store.disk_error", {"path": str(to)})) from error


class _Backup:
    def __init__(self, folder: Path, to: Path, now: int, told: Callable[[int, int], None] | None) -> None:
        self._folder, self._to, self._now = folder, to, now
        stamp = (_EPOCH + timedelta(seconds=now // SECOND)).strftime("%Y%m%dT%H%M%SZ")
        self._generation = to / stamp
        self._told = told
        self._done = self._all = 0
        self._copied = 0
        self._fresh: list[Path] = []  # database files to look into

    def make(self, keep: int) -> BackedUp:
        source, target = self._folder.resolve(), self._to.resolve()
        if target.is_relative_to(source) or source.is_relative_to(target):
            raise StoreRefused(Problem("store.backup_inside", {"path": str(self._to)}))
        if not (self._folder / MAIN).exists():
            raise StoreRefused(Problem("store.missing", {"path": str(self._folder)}))
        site = _site_of(self._folder)
        newest = self._newest(site)
        shared = {each.name: each for each in (newest.files if newest else ())}
        settled, moving = self._sort()
        self._room(settled, moving, shared)
        shutil.rmtree(self._generation, ignore_errors=True)  # what a process that was killed left
        self._generation.mkdir(parents=True)
        try:
            files = [self._once(path, shared.get(path.name)) for path in settled]
            files += self._snapshot([*moving, self._folder / MAIN])
            files += self._named(PHOTOS, shared) + self._named(FILES, shared)
            files += [self._loose(name) for name in _LOOSE if (self._folder / name).is_file()]
            damage = self._check(files)
            sequence = _last_sequence(self._generation / MAIN)
            manifest = Manifest(FORMAT, site, self._now, sequence, tuple(files))
            with whole(self._generation / MANIFEST) as part:
                part.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        except BaseException:
            shutil.rmtree(self._generation, ignore_errors=True)
            raise
        removed = remove_old(self._to, keep) if keep else ()
        size = sum(each.bytes for each in files)
        return BackedUp(str(self._generation), self._now, size, self._copied, sequence, removed, damage)

    def _newest(self, site: str) -> Manifest | None:
        found = generations(self._to)
        if not found:
            return None
        manifest = read_manifest(found[-1])
        if manifest.site != site:
            raise StoreRefused(Problem("store.backup_other", {"path": str(self._to), "site": manifest.site, "ours": site}))
        if self._generation in found:
            raise StoreRefused(Problem("store.backup_twice", {"path": str(self._generation)}))
        return manifest

    def _sort(self) -> tuple[list[Path], list[Path]]:
        """Files that do not change any more, and those that do. The newest overview is still written to."""
        settled: list[Path] = []
        moving: list[Path] = []
        for path in month_files(self._folder):
            (settled if closed_month(path) else moving).append(path)
        overviews = overview_files(self._folder)
        settled += overviews[:-1]
        moving += overviews[-1:]
        aside = [path for path in settled if _has_wal(path)]  # written to again, or not folded back yet: takes a snapshot
        return [path for path in settled if path not in aside], [*moving, *aside]

    def _room(self, settled: list[Path], moving: list[Path], shared: dict[str, Kept]) -> None:
        """Refuse before anything is written where it cannot fit."""
        new = [path for path in settled if not self._same(path, shared.get(path.name))]
        new += [path for path in named_files(self._folder) if path.relative_to(self._folder).as_posix() not in shared]
        needed = sum(path.stat().st_size for path in (*new, *moving, self._folder / MAIN))
        self._all = 2 * needed  # copied, and read back
        self._to.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._to).free
        if free < needed + _SPARE:
            facts: dict[str, str | int | float] = {"path": str(self._to), "needed": needed // 10**6 + 1, "free": free // 10**6}
            raise StoreRefused(Problem("store.backup_space", facts))

    def _same(self, path: Path, kept: Kept | None) -> bool:
        """True where that copy is of this very file (size and time of its last change) and still there."""
        if kept is None or not kept.path.startswith(f"{MONTHS}/"):
            return False
        stat = path.stat()
        copy = self._to / kept.path
        return (stat.st_size, stat.st_mtime_ns) == (kept.size, kept.mtime) and copy.is_file() and copy.stat().st_size == kept.bytes

    def _once(self, path: Path, kept: Kept | None) -> Kept:
        """A file that is closed: the copy that there is, or a new one."""
        if kept is not None and self._same(path, kept):
            return kept
        stat = path.stat()
        digest = checksum(path, lambda _bytes: None)
        target = self._to / MONTHS / f"{path.stem}.{digest[:12]}{path.suffix}"
        if not target.is_file() or target.stat().st_size != stat.st_size:
            copy_file(path, target, self._step)
            self._copied += stat.st_size
        self._fresh.append(target)
        return Kept(path.name, target.relative_to(self._to).as_posix(), stat.st_size, digest, stat.st_size, stat.st_mtime_ns)

    def _snapshot(self, paths: list[Path]) -> list[Kept]:
        made = []
        with snapshots(paths) as views:
            for path in reversed(paths):  # main.db first: it is the one whose view must not be held for long
                target = self._generation / path.name
                copy_database(views[path], target, self._step)
                views[path].execute("COMMIT")  # the collector may fold its journal back from here on
                self._fresh.append(target)
                self._copied += target.stat().st_size
                made.append(target)
        return [self._summed(path.name, path) for path in made]

    def _named(self, folder: str, shared: dict[str, Kept]) -> list[Kept]:
        """Their names say what is in them: one that is there needs no second look."""
        made = []
        for path in named_files(self._folder, folder):
            name = path.relative_to(self._folder).as_posix()
            target = self._to / name
            kept = shared.get(name)
            if kept is None or not target.is_file() or target.stat().st_size != kept.bytes:
                copy_file(path, target, lambda _bytes: None)
                kept = self._summed(name, target)
                self._copied += kept.bytes
            made.append(kept)
        return made

    def _loose(self, name: str) -> Kept:
        target = self._generation / name
        copy_file(self._folder / name, target, lambda _bytes: None)
        return self._summed(name, target)

    def _summed(self, name: str, copy: Path) -> Kept:
        digest = checksum(copy, self._step)
        return Kept(name, copy.relative_to(self._to).as_posix(), copy.stat().st_size, digest)

    def _check(self, files: list[Kept]) -> tuple[Problem, ...]:
        """Read every new copy as a store would: what came out wrong is no backup, what was wrong before is named."""
        for each in files:
            copy = self._to / each.path
            if copy in self._fresh and each.size and checksum(copy, self._step) != each.sha256:
                raise StoreRefused(Problem("store.backup_wrong", {"path": str(copy)}))
        found = Verified()
        verify_files(self._fresh, found)
        return tuple(found.problems)

    def _step(self, count: int) -> None:
        self._done += count
        if self._told is not None:
            self._told(min(self._done, self._all), self._all)


def remove_old(to: Path, keep: int) -> tuple[str, ...]:
    """Remove all but the newest ``keep`` generations, then the shared files that none of them names. The names removed."""
    found = generations(to)
    old = found[: max(0, len(found) - keep)]
    for generation in old:
        (generation / MANIFEST).unlink()  # from here on it is none, however far the rest gets
        shutil.rmtree(generation, ignore_errors=True)
    for path in to.iterdir():
        if _STAMP.fullmatch(path.name) and path not in found and found and path.name < found[-1].name:
            shutil.rmtree(path, ignore_errors=True)  # a backup that broke off
    used = {kept.path for generation in generations(to) for kept in read_manifest(generation).files}
    for folder in (MONTHS, PHOTOS, FILES):
        for path in (to / folder).rglob("*"):
            if path.is_file() and path.relative_to(to).as_posix() not in used:
                with contextlib.suppress(OSError):
                    path.unlink()
    return tuple(generation.name for generation in old)


def _has_wal(path: Path) -> bool:
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _site_of(folder: Path) -> str:
    """The site's id in the newest configuration; empty before there is one."""
    with reading(folder / MAIN) as connection:
        found = connection.execute("SELECT estate FROM configuration ORDER BY revision DESC LIMIT 1").fetchone()
    return "" if found is None else str(msgspec.json.decode(zlib.decompress(found[0]))["site"]["id"])


def _last_sequence(main: Path) -> int:
    with reading(main, still=True) as connection:
        return int(connection.execute("SELECT coalesce(max(sequence), 0) FROM log").fetchone()[0])
