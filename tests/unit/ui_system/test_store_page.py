"""The store's page: what it shows of a store, what may be done there, and what a refusal looks like."""

from __future__ import annotations

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import BackUpNow, ConfirmTime, VerifyNow
from console.domain.health import HealthLine, HealthState
from console.domain.keeping import Backup, Keeping, MonthSize, StoreStatus
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.keeping import StoreAnswer, StoreQuery
from console.texts import LANGUAGES, set_language, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.system.screen import SystemScreen
from console.ui.system.store import StorePage, forecast_text, size_text
from tests.helpers.snapshots import NOW, RecordingLine, busy

POLICY = Keeping(Backup("E:/backup", 180, 14), 10.0, 5.0)
STATUS = StoreStatus(
    at=NOW, size=12_400_000_000, free=480_000_000_000, daily=340e6, full_days=1411.0, backup_tried=NOW, backup_at=NOW - DAY // 2,
    backup_bytes=12_300_000_000, backup_folder="E:/backup/20261121T190000Z", next_backup=NOW + DAY // 2, verified_at=NOW - 3 * DAY,
    verified_blocks=88_000, removed_at=NOW - DAY, removed="history-2021-10.db",
    months=(MonthSize("history-2026-10.db", 9_800_000_000, True), MonthSize("history-2026-11.db", 2_500_000_000, False)),
)  # fmt: skip
KEPT: list[SystemScreen] = []  # Qt deletes a page whose screen nobody holds


def shown(qtbot: QtBot, role: Role | None = Role.SUPERVISOR, *more: HealthLine) -> tuple[StorePage, RecordingLine]:
    set_language("en")
    line, picture = RecordingLine(), Picture("desk")
    screen = SystemScreen(picture, Desk(picture, line, picture), None)
    picture.setParent(screen)
    qtbot.addWidget(screen)
    snapshot = busy(role)
    picture.take_snapshot(msgspec.structs.replace(snapshot, health=(*snapshot.health, *more)))
    picture.live = True
    screen.resize(1600, 900)
    screen.show()
    screen.open_page("store")
    KEPT[:] = [*KEPT[-1:], screen]
    return screen.store, line


def text(page: StorePage, name: str) -> str:
    for card in (page.space, page.backup, page.care):
        if name in card.values:
            return card.values[name].text()
    raise KeyError(name)


def test_size_growth_forecast_backup_and_retention_are_told(qtbot: QtBot) -> None:
    page, line = shown(qtbot)
    assert isinstance(line.queries[-1], StoreQuery)
    line.answer(StoreAnswer(1, STATUS, POLICY))
    assert text(page, "size") == "12.4 GB" and text(page, "daily") == "340.0 MB a day"
    assert text(page, "forecast") == "full in 46 months at today's rate"
    assert text(page, "backup_folder") == "E:/backup" and text(page, "kept") == "14"
    assert text(page, "ledgers") == "10 years" and text(page, "history") == "5 years"
    assert text(page, "damaged") == tr("system.store.none")
    assert [month.name for month in page.months.shown()] == ["history-2026-11.db", "history-2026-10.db"]
    assert not page.damage.isVisible() and not page.progress.isVisible() and not page.confirm.isVisible()


def test_a_backup_is_begun_from_here_and_its_progress_is_shown(qtbot: QtBot) -> None:
    page, line = shown(qtbot)
    line.answer(StoreAnswer(1, STATUS, POLICY))
    page.back_up.click()
    assert line.last == BackUpNow()
    line.done()
    assert isinstance(line.queries[-1], StoreQuery) and len(line.queries) == 2  # asked again at once
    line.answer(StoreAnswer(2, msgspec.structs.replace(STATUS, busy="backup", done=0.42), POLICY))
    assert page.progress.isVisible() and page.progress.value() == 42 and not page.back_up.isEnabled()


def test_verification_names_what_is_damaged_and_a_refusal_is_said(qtbot: QtBot) -> None:
    page, line = shown(qtbot)
    damage = (Problem("store.verify_block", {"file": "history-2026-10.db", "block": 17, "points": 60, "times": 3600}),)
    line.answer(StoreAnswer(1, msgspec.structs.replace(STATUS, damage=damage), POLICY))
    assert page.damage.isVisible() and "Block 17" in page.damage._cells(page.damage.shown()[0])[0]
    assert text(page, "damaged") == "1 parts"
    page.verify.click()
    assert line.last == VerifyNow()
    line.deny("engine.busy_keeping")
    assert page.findChild(type(page.damage_title), "store_refused").text() == tr("engine.busy_keeping")


def test_a_backup_that_failed_and_a_disk_that_fills_stand_in_their_cards(qtbot: QtBot) -> None:
    failed = Problem("store.backup_space", {"path": "E:/backup", "needed": 900, "free": 20})
    full = Problem("engine.disk_forecast", {"rate": 340, "free": 3000, "days": 9})
    page, line = shown(
        qtbot, Role.OPERATOR,
        HealthLine("backup", "backup", HealthState.DEGRADED, NOW, problem=failed),
        HealthLine("store", "store", HealthState.DEGRADED, NOW, problem=full),
    )  # fmt: skip
    line.answer(StoreAnswer(1, msgspec.structs.replace(STATUS, full_days=9.0), POLICY))
    assert "900 MB" in page.backup.problem.text() and "9 days" in page.space.problem.text()
    assert text(page, "forecast") == "full in 9 days at today's rate"
    assert not page.back_up.isEnabled() and page.back_up.toolTip()  # an operator looks


def test_a_clock_that_was_stepped_can_be_confirmed_here(qtbot: QtBot) -> None:
    stepped = HealthLine("clock", "clock", HealthState.DEGRADED, NOW, problem=Problem("engine.clock_stepped", {"seconds": 86400}))
    page, line = shown(qtbot, Role.OPERATOR, stepped)
    line.answer(StoreAnswer(1, STATUS, POLICY))
    assert page.confirm.isVisible()
    page.confirm.click()
    assert line.last == ConfirmTime()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_store_says_so_in_every_language(qtbot: QtBot, language: str) -> None:
    page, line = shown(qtbot)
    line.answer(StoreAnswer(1, StoreStatus(), Keeping()))
    set_language(language)
    page.retranslate()
    assert text(page, "forecast") == tr("system.store.forecast.unknown")
    assert text(page, "backup_folder") == tr("system.store.no_backup")
    assert not page.back_up.isEnabled() and page.verify.isEnabled()
    set_language("en")


def test_sizes_and_long_forecasts_read_well() -> None:
    set_language("en")
    assert [size_text(count) for count in (900, 5e6, 2.55e9, 3e12)] == ["1 kB", "5.0 MB", "2.5 GB", "3.0 TB"]
    assert forecast_text(StoreStatus(full_days=99999.0)) == "not full within ten years"
