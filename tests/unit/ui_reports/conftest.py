"""The report centre without a collector: a worker's own functions answer, from a real store of two years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.domain.maintenance.reports import Machine
from console.engine import reporting_work
from console.link.reports import PaperAnswer, PaperPartQuery, PaperQuery
from console.texts import CHINESE, set_language
from console.ui import theme
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.reports.screen import ReportsScreen
from tests.benchmarks.maintenance.month_report import fill, wanted
from tests.helpers.snapshots import RecordingLine, snapshot

PART = 20_000  # bytes that the test's collector gives at once


@dataclass
class Been:
    """Where rows led."""

    places: list[str] = field(default_factory=list)

    def open_screen(self, name: str) -> None:
        self.places.append(name)

    def open_equipment(self, equipment: str) -> None:
        self.places.append(f"equipment {equipment}")

    def open_fault(self, number: int) -> None:
        self.places.append(f"fault {number}")

    def open_order(self, number: int) -> None:
        self.places.append(f"order {number}")

    def open_hazard(self, name: str) -> None:
        self.places.append(f"hazard {name}")

    def open_round(self, name: str) -> None:
        self.places.append(f"round {name}")


@dataclass
class Office:
    """Answers what the screen asks, as the collector's workers do."""

    folder: Path
    machines: dict[str, Machine]
    line: RecordingLine
    files: dict[int, bytes] = field(default_factory=dict)

    def serve(self) -> list[object]:
        """Everything that is open; returns the questions."""
        seen: list[object] = []
        while self.line._waiting:
            query = self.line.queries[len(self.line.queries) - len(self.line._waiting)]
            seen.append(query)
            if isinstance(query, PaperPartQuery):
                data = self.files[query.job]
                self.line.answer(PaperAnswer(query.id, None, "", data[query.offset : query.offset + PART], len(data), query.job))
            elif isinstance(query, PaperQuery) and not query.form:
                self.line.answer(PaperAnswer(query.id, reporting_work.document(self.folder, self._wanted(query))))
            else:
                assert isinstance(query, PaperQuery)
                to = self.folder.parent / "made.part"
                name = reporting_work.file(self.folder, self._wanted(query), to)
                data = self.files[query.id] = to.read_bytes()
                self.line.answer(PaperAnswer(query.id, None, name, data[:PART], len(data), query.id))
        return seen

    def _wanted(self, query: PaperQuery) -> reporting_work.Wanted:
        return wanted(
            self.machines, query.what, query.months, form=query.form, language=query.language, year=query.year, month=query.month
        )


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Machine]]:
    """Two years of a small estate."""
    folder = tmp_path_factory.mktemp("reports") / "store"
    return folder, fill(folder, 700, 200, 40, years=2)


@pytest.fixture(autouse=True)
def as_delivered(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    """Chinese, control-room theme, nothing remembered."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    set_language(CHINESE)
    theme.apply(qapp, theme.CONTROL)
    yield
    set_language(CHINESE)


@pytest.fixture
def picture(qapp: QApplication) -> Iterator[Picture]:
    """An estate at rest: Monday 2026-11-23, 08:00 in Shanghai."""
    made = Picture("desk")
    made.take_snapshot(snapshot())
    yield made
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def office(filled: tuple[Path, dict[str, Machine]]) -> Office:
    """The collector."""
    return Office(*filled, RecordingLine())


@pytest.fixture
def been() -> Been:
    """The navigator."""
    return Been()


@pytest.fixture
def screen(qtbot: QtBot, picture: Picture, office: Office, been: Been) -> ReportsScreen:
    """The report centre at the size that it has in a full window."""
    made = ReportsScreen(picture, Desk(picture, office.line), been)
    qtbot.addWidget(made)
    made.resize(1800, 900)
    made.show()
    return made
