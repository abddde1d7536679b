"""Files of the store that are named by the SHA-256 of what is in them: photos of readings, documents of records."""

from __future__ import annotations

from pathlib import Path

PHOTOS, FILES = "photos", "files"


def named_files(folder: Path, *kinds: str) -> list[Path]:
    """Those of the store in ``folder`` (of ``kinds``; all of them if none is given), without what was never finished."""
    return [path for kind in kinds or (PHOTOS, FILES) for path in sorted((folder / kind).glob("*/*.*")) if path.suffix != ".part"]
