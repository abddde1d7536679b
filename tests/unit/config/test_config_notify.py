"""Roster and notices of a site file."""

from __future__ import annotations

import pytest

from config.diff import changes
from config.loader import load_text
from console.domain.events import NotifySaved, RosterSaved
from console.domain.notices import Step
from console.domain.noticing import imported
from console.domain.rosters import Level, on_duty
from console.domain.times import MINUTE

SITE = "site: {id: yard, name: 试验场}\n"
ROSTER = """\
roster:
  shifts:
    - {id: day, name: {zh: 早班, en: Day}, hours: "08:00-20:00"}
    - {id: night, name: {zh: 夜班, en: Night}, hours: "20:00-08:00"}
  teams:
    - {id: A, name: 甲班, members: [{person: wang}, {person: chen, level: shift_leader}]}
    - {id: B, name: 乙班, members: [{person: sun}]}
  cycle: [{day: A, night: B}, {day: B, night: A}]
  since: 2026-11-01
  standing: [{person: li, level: supervisor}]
  changes: [{day: 2026-11-02, shift: day, person: gu, instead: sun}]
"""
NOTIFY = """\
notify:
  channels:
    - {id: mail, name: 邮件, url: "mailtos://duty:{secret}@smtp.example?to={to}", language: both}
  contacts: [{person: wang, addresses: {mail: wang@example.org}}]
  subscriptions: [{role: supervisor, priorities: [1], systems: [fire]}]
  steps: [{percent: 0, level: operator}, {percent: 80, level: manager}]
  delay: {p1: 0 s, p3: 10 min}
  daily_on: false
"""
NOON = 1_793_505_600_000_000_000  # 2026-11-01 12:00 in Shanghai


def test_a_roster_is_read_as_it_is_written() -> None:
    estate = load_text(SITE + ROSTER, "site.yaml").estate
    assert estate is not None and estate.roster is not None
    assert on_duty(estate.roster, Level.OPERATOR, NOON, "Asia/Shanghai") == ("wang",)
    assert on_duty(estate.roster, Level.OPERATOR, NOON + 24 * 60 * MINUTE, "Asia/Shanghai") == ("gu",)


def test_settings_of_notices_are_read_over_the_defaults() -> None:
    estate = load_text(SITE + NOTIFY, "site.yaml").estate
    assert estate is not None and estate.notify is not None
    policy = estate.notify.policy
    assert policy.delay == (0, 2 * MINUTE, 10 * MINUTE)
    assert policy.steps == (Step(0, Level.OPERATOR), Step(80, Level.MANAGER))
    assert policy.daily == -1
    assert estate.notify.contact("wang").addresses == {"mail": "wang@example.org"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ROSTER.replace("night: A}", "night: C}"), "notify.roster.unknown_team"),
        (NOTIFY.replace("{secret}@", "hunter2@"), "notify.settings.secret_in_url"),
        (NOTIFY.replace("{mail: w", "{post: w"), "notify.settings.unknown_channel"),
        (ROSTER.replace("hours", "hour", 1), "config.unknown_key_near"),
    ],
)
def test_a_mistake_is_said_with_its_section(text: str, code: str) -> None:
    loaded = load_text(SITE + text, "site.yaml")
    assert loaded.estate is None
    assert code in [mistake.problem.code for mistake in loaded.mistakes]


def test_only_a_section_that_changed_takes_the_place_of_what_was_edited() -> None:
    bare, first = load_text(SITE, "a").estate, load_text(SITE + ROSTER + NOTIFY, "a").estate
    second = load_text(SITE + ROSTER.replace("person: wang", "person: zhou") + NOTIFY, "a").estate
    assert bare is not None and first is not None and second is not None
    assert [type(event) for event in imported(bare, first)] == [RosterSaved, NotifySaved]
    assert [type(event) for event in imported(first, second)] == [RosterSaved]
    assert imported(first, first) == imported(first, bare) == ()
    assert [change.kind for change in changes(first, second)] == ["roster"]
