"""Putting a backup where a store shall be. Never over a store that is there, never from copies that are not what they were."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from console.domain.problems import Problem
from console.store.backup import MANIFEST, Kept, Manifest, generations, read_manifest
from console.store.copying import checksum, copy_file
from console.store.months import MAIN, month_files
from console.store.overview import overview_files
from console.store.ownership import Ownership
from console.store.refusals import StoreRefused, problem_of
from console.store.verifying import Verified, verify


class Restored(msgspec.Struct, frozen=True):
    """What was put back: the moment of the backup (UTC ns), and what reading the whole store found."""

    generation: str
    at: int
    files: int
    bytes: int
    verified: Verified


def restore(source: Path, folder: Path, told: Callable[[int, int], None] | None = None) -> Restored:
    """Restore ``source`` (a backup folder: its newest generation; or one generation) into ``folder``.

    Refused where ``folder`` has a store or a file of the backup is not what the manifest says; then nothing is changed.
    ``main.db`` comes last: a restore that breaks off leaves no store, and can be begun again.
    """
    generation = choose(source)
    manifest = read_manifest(generation)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ownership = Ownership(folder)
        try:
            if (folder / MAIN).exists() or month_files(folder) or overview_files(folder):
                raise StoreRefused(Problem("store.restore_exists", {"path": str(folder)}))
            _copy(manifest, generation.parent, folder, told)
        finally:
            ownership.release()
    except OSError as error:
        raise StoreRefused(problem_of(error, folder) or Problem("store.disk_error", {"path": str(folder)})) from error
    size = sum(each.bytes for each in manifest.files)
    return Restored(generation.name, manifest.at, len(manifest.files), size, verify(folder))


def choose(source: Path) -> Path:
    """The generation that ``source`` means."""
    if (source / MANIFEST).is_file():
        return source
    found = generations(source)
    if not found:
        raise StoreRefused(Problem("store.no_backup", {"path": str(source)}))
    return found[-1]


def check(manifest: Manifest, root: Path, told: Callable[[int], None]) -> None:
    """Every file is what it was when it was backed up; raises :class:`StoreRefused` naming the first that is not."""
    for kept in manifest.files:
        copy = root / kept.path
        if not _below(copy, root) or not copy.is_file() or checksum(copy, told) != kept.sha256:
            raise StoreRefused(Problem("store.backup_wrong", {"path": str(copy)}))


def _copy(manifest: Manifest, root: Path, folder: Path, told: Callable[[int, int], None] | None) -> None:
    size = sum(each.bytes for each in manifest.files)
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if told is not None:
            told(done, 2 * size)

    check(manifest, root, step)
    if shutil.disk_usage(folder).free < size:
        facts: dict[str, str | int | float] = {
            "path": str(folder), "needed": size // 10**6 + 1, "free": shutil.disk_usage(folder).free // 10**6,
        }  # fmt: skip
        raise StoreRefused(Problem("store.backup_space", facts))
    placed: list[Path] = []
    try:
        for kept in sorted(manifest.files, key=_main_last):
            target = folder / kept.name
            if not _below(target, folder):
                raise StoreRefused(Problem("store.backup_wrong", {"path": kept.name}))
            placed.append(target)
            copy_file(root / kept.path, target, step)
    except BaseException:
        for target in placed:
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)
        raise


def _main_last(kept: Kept) -> bool:
    return kept.name == MAIN


def _below(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
