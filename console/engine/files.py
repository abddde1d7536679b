"""Documents and photos of records: files in the store's folder, named by what they contain, so that one file is kept once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from console.domain.attachments import named
from console.domain.maintenance.files import LARGEST_FILE, LARGEST_PART, StoreFile, kind_of_file
from console.domain.problems import Refused
from console.store.named import FILES

_LENGTH = 64  # hexadecimal digits of SHA-256
_MB = 1024 * 1024
MOST_UPLOADS = 8  # that are under way, of all desks


@dataclass
class _Upload:
    """A file that comes in parts."""

    path: Path
    size: int
    done: int = 0


class Files:
    """Puts, finds and reads them. Blocking: call from one worker thread at a time, save :meth:`has`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FILES
        self._uploads: dict[tuple[str, str], _Upload] = {}

    def put(self, command: StoreFile, station: str) -> str:
        """Keep a file, or a part of one; the file's SHA-256, empty while parts are missing."""
        size = command.size or len(command.data)
        if size > LARGEST_FILE:
            raise Refused("ledger.file.large", name=command.name, mb=f"{size / _MB:.0f}", most=LARGEST_FILE // _MB)
        if len(command.data) > LARGEST_PART and command.size:
            raise Refused("ledger.file.part", name=command.name)
        if not command.size or command.size == len(command.data):
            return self._keep(command.data, command.name)
        return self._part(command, station)

    def has(self, sha: str) -> bool:
        """True if a file of that name is kept."""
        return self.path(sha) is not None

    def path(self, sha: str) -> Path | None:
        """Where it lies."""
        if len(sha) != _LENGTH or not set(sha) <= set("0123456789abcdef"):
            return None
        return next((path for path in (self._folder / sha[:2]).glob(f"{sha}.*") if path.suffix != ".part"), None)

    def read(self, sha: str, offset: int = 0, limit: int = LARGEST_PART) -> tuple[bytes, int]:
        """At most ``limit`` bytes from ``offset`` on, and the whole file's size."""
        path = self.path(sha)
        if path is None:
            raise Refused("ledger.file.unknown")
        try:
            with path.open("rb") as stream:
                stream.seek(max(0, offset))
                return stream.read(min(limit, LARGEST_PART)), path.stat().st_size
        except OSError as error:
            raise Refused("ledger.file.unreadable", reason=error.strerror or str(error)) from error

    def refuse_unsent(self, command: object) -> None:
        """Refuse what names a file that was never sent, or calls it another kind than it is: a console opens it by that."""
        for each in named(command):
            path = self.path(each.sha)
            if path is None or path.suffix != f".{each.kind}":
                raise Refused("ledger.file.unknown")

    def forget(self, station: str) -> None:
        """What a desk has not sent to the end is thrown away."""
        for key in [key for key in self._uploads if key[0] == station]:
            self._uploads.pop(key).path.unlink(missing_ok=True)

    def _part(self, command: StoreFile, station: str) -> str:
        key = (station, command.upload)
        if command.offset == 0:
            known = self._uploads.pop(key, None)
            if known is not None:
                known.path.unlink(missing_ok=True)
            if len(self._uploads) >= MOST_UPLOADS:
                raise Refused("ledger.file.busy", most=MOST_UPLOADS)
            self._uploads[key] = _Upload(self._folder / f"{uuid.uuid4().hex}.part", command.size)
        upload = self._uploads.get(key)
        if upload is None or upload.done != command.offset or upload.size != command.size:
            raise Refused("ledger.file.order", name=command.name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with upload.path.open("ab") as stream:
                stream.write(command.data)
        except OSError as error:
            raise self._unwritable(error) from error
        upload.done += len(command.data)
        if upload.done < upload.size:
            return ""
        del self._uploads[key]
        try:
            data = upload.path.read_bytes()
            if len(data) != command.size:
                raise Refused("ledger.file.order", name=command.name)
            return self._keep(data, command.name)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            with contextlib.suppress(OSError):
                upload.path.unlink(missing_ok=True)

    def _keep(self, data: bytes, name: str) -> str:
        kind = kind_of_file(data, name)
        if not kind:
            raise Refused("ledger.file.kind", name=name)
        sha = hashlib.sha256(data).hexdigest()
        if self.has(sha):
            return sha
        path = self._folder / sha[:2] / f"{sha}.{kind}"
        unfinished = path.with_name(f"{uuid.uuid4().hex}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise self._unwritable(error) from error
        return sha

    def _unwritable(self, error: OSError) -> Refused:
        return Refused("ledger.file.unwritable", folder=str(self._folder), reason=error.strerror or str(error))
