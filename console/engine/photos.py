"""Photos of readings: files in the store's folder, named by what they contain, so that one file is kept once."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

from console.domain.problems import Refused
from console.domain.readings import LARGEST_PHOTO, photo_kind
from console.store.named import PHOTOS

_LENGTH = 64  # hexadecimal digits of SHA-256
_MB = 1024 * 1024


class Photos:
    """Puts, finds and reads them. Blocking: call from a worker thread, save :meth:`has`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / PHOTOS

    def put(self, data: bytes) -> str:
        """Keep ``data``; its name. Refused if it is no picture by its content, or too large."""
        if len(data) > LARGEST_PHOTO:
            raise Refused("refused.photo_large", mb=f"{len(data) / _MB:.1f}", most=LARGEST_PHOTO // _MB)
        kind = photo_kind(data)
        if not kind:
            raise Refused("refused.photo_kind")
        name = hashlib.sha256(data).hexdigest()
        path = self._folder / name[:2] / f"{name}.{kind}"
        if path.exists():
            return name
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
            raise Refused("refused.photo_unwritable", folder=str(self._folder), reason=error.strerror or str(error)) from error
        return name

    def has(self, name: str) -> bool:
        """True if a photo of that name is kept."""
        return self._find(name) is not None

    def read(self, name: str) -> bytes:
        """The file's bytes."""
        path = self._find(name)
        if path is None:
            raise Refused("refused.photo_unknown")
        return path.read_bytes()

    def _find(self, name: str) -> Path | None:
        if len(name) != _LENGTH or not set(name) <= set("0123456789abcdef"):
            return None
        return next((self._folder / name[:2]).glob(f"{name}.*"), None)
