"""What several end-to-end tests begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.processes import CollectorProcess


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], CollectorProcess]]:
    """Starts collectors on a site file, and ends them."""
    started: list[CollectorProcess] = []

    def go(site: str) -> CollectorProcess:
        file = tmp_path / "site.yaml"
        file.write_text(site, encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file))
        started.append(process)
        process.start()
        return process

    yield go
    for process in started:
        process.stop()
        assert "Traceback" not in process.log()
