"""Trying again, and the space that is kept back for events."""

from __future__ import annotations

import shutil
from pathlib import Path
from time import monotonic

from console.domain.problems import Problem

_BACKOFF_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_RESERVE = 8 * 1024 * 1024  # bytes; about 4,000 alarms with their faults and orders


class Retry:
    """One thing that the world can refuse (a file): the problem, and when to try again."""

    def __init__(self) -> None:
        self.problem: Problem | None = None
        self.failures = 0
        self.at = 0.0

    def failed(self, problem: Problem) -> bool:
        """Note a failure; True if it is news."""
        news = self.problem is None or self.problem.code != problem.code
        self.problem = problem
        self.at = monotonic() + _BACKOFF_S[min(self.failures, len(_BACKOFF_S) - 1)]
        self.failures += 1
        return news

    def succeeded(self) -> bool:
        """Note a success; True if it ends a failure."""
        ended = self.problem is not None
        self.problem, self.failures, self.at = None, 0, 0.0
        return ended

    @property
    def open(self) -> bool:
        """True if it may be tried now."""
        return monotonic() >= self.at


class Reserve:
    """A file that only takes up space. When the disk is full it makes room for alarms and orders; samples wait meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "reserve.bin"
        self._held = self._path.exists() and self._path.stat().st_size == _RESERVE

    def hold(self) -> bool:
        """Take the space back if there is plenty again; False while there is not, and samples must leave the rest alone."""
        if self._held:
            return True
        try:
            if shutil.disk_usage(self._path.parent).free < 2 * _RESERVE:
                return False
            self._path.write_bytes(bytes(_RESERVE))
        except OSError:
            self.release()
            return False
        self._held = True
        return True

    def release(self) -> None:
        """Give the space to the events."""
        self._held = False
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            return  # a disk that refuses even that: the next try may succeed
