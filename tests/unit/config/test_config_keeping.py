"""Where records are backed up to and how long they are kept: read, and refused where an archive asks for more."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from config_builders import codes, site

from config.diff import changes
from config.loader import load_text
from console.domain.estate import Estate
from console.domain.keeping import Backup, Keeping, next_backup
from console.domain.times import HOUR, MINUTE, SECOND
from console.texts import CHINESE, ENGLISH, sentence


def estate(more: str) -> Estate:
    loaded = load_text(site() + more, "site.yaml")
    assert loaded.estate is not None, loaded.mistakes
    return loaded.estate


def test_without_a_word_ledgers_stay_for_ever_and_samples_five_years() -> None:
    assert estate("").keeping == Keeping(None, 0.0, 5.0)


def test_backup_and_retention_are_read() -> None:
    more = 'backup: {folder: "E:/备份", at: "02:15", keep: 7}\nretention: {ledgers_years: 10, history_years: 2.5}\n'
    assert estate(more).keeping == Keeping(Backup("E:/备份", 135, 7), 10.0, 2.5)
    assert estate("backup: {folder: E}\n").keeping.backup == Backup("E", 180, 14)


def test_ledgers_shorter_than_an_archive_asks_are_refused_with_the_reason() -> None:
    text = site() + "retention: {ledgers_years: 3}\n"
    assert [code for _, code in codes(text)] == ["ledgers_too_short"]
    problem = load_text(text, "site.yaml").mistakes[0].problem
    assert "R-AR-01" in sentence(problem, ENGLISH) and "5 年" in sentence(problem, CHINESE)
    assert codes(site() + "retention: {ledgers_years: 5}\n") == []


def test_thinning_names_its_systems_and_comes_before_removal() -> None:
    more = "retention: {thin_years: 1, thin_systems: [water, metering]}\n"
    assert estate(more).keeping == Keeping(None, 0.0, 5.0, 1.0, ("water", "metering"))
    assert [code for _, code in codes(site() + "retention: {thin_years: 1}\n")] == ["thin_both"]
    assert [code for _, code in codes(site() + "retention: {thin_systems: [water]}\n")] == ["thin_both"]
    assert [code for _, code in codes(site() + "retention: {thin_years: 6, thin_systems: [water]}\n")] == ["thin_too_late"]


@pytest.mark.parametrize("at", ["25:00", "3", "03:60", "noon"])
def test_a_time_of_day_that_is_none_is_a_mistake(at: str) -> None:
    assert [code for _, code in codes(site() + f'backup: {{folder: E, at: "{at}"}}\n')] == ["want_time"]


def test_another_policy_is_a_change_that_a_preview_shows() -> None:
    assert [change.kind for change in changes(estate(""), estate("backup: {folder: E}\n"))] == ["keeping"]


def moment(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def test_the_next_backup_is_at_the_sites_hour_today_or_tomorrow() -> None:
    policy = Backup("E", 180)
    assert next_backup(policy, "Asia/Shanghai", moment("2026-11-21T18:59")) == moment("2026-11-21T19:00")
    assert next_backup(policy, "Asia/Shanghai", moment("2026-11-21T19:00")) == moment("2026-11-22T19:00")


def test_a_backup_a_day_is_made_also_when_the_clocks_are_changed() -> None:
    policy, at, seen = Backup("E", 150), moment("2026-03-27T12:00"), []  # 02:30 is skipped in Berlin on the 29th
    for _ in range(4):
        at = next_backup(policy, "Europe/Berlin", at)
        seen.append(at)
    assert all(22 * HOUR <= second - first <= 26 * HOUR for first, second in itertools.pairwise(seen))
    assert {stamp % MINUTE for stamp in seen} == {0}
