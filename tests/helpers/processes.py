"""The collector as a real process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from console.cli.processes import answers


class CollectorProcess:
    """``python -m console.engine`` on a store folder; ended by its own handle only."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        self._words = words
        self.environment: dict[str, str] | None = None  # None: the test's own
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> None:
        """Start it; with ``wait`` until it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "test.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-X", "utf8", "-m", "console.engine", "--store", str(self.folder), *self._words],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.environment,
            )
        if wait:
            self.wait_until_it_answers()

    def wait_until_it_answers(self, seconds: float = 30.0) -> None:
        """Return once it listens; fails with its log if it ended instead."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"the collector ended with {self.process.returncode}:\n{self.log()}")
            if answers(self.folder):
                return
            time.sleep(0.05)
        raise AssertionError(f"the collector does not answer:\n{self.log()}")

    def kill(self) -> None:
        """As a power cut would: no chance to tidy up."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """In order."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)

    def log(self) -> str:
        """What it said."""
        return (self.folder / "test.log").read_text(encoding="utf-8", errors="replace")
