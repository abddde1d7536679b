"""Points that people read, as a site file writes them."""

from __future__ import annotations

import pytest

from config.loader import load_text
from console.domain.estate import Estate, ManualSource, Reminder

HEAD = """\
site: {id: yard, name: Yard}
locations: [{id: B1, name: Basement}]
equipment:
  - id: M1
    type: manual_readings
    name: Round
    location: B1
    points:
"""


def estate(*points: str) -> Estate:
    loaded = load_text(HEAD + "".join(f"      - {{{point}}}\n" for point in points), "site.yaml")
    assert loaded.mistakes == ()
    assert loaded.estate is not None
    return loaded.estate


def mistakes(point: str) -> list[str]:
    return [mistake.problem.code for mistake in load_text(f"{HEAD}      - {{{point}}}\n", "site.yaml").mistakes]


@pytest.mark.parametrize(
    ("text", "reminder"),
    [
        ("daily 08:00", Reminder("day", 1, 480)),
        ("weekly sun 23:59", Reminder("week", 7, 1439)),
        ("monthly 25 09:00", Reminder("month", 25, 540)),
    ],
)
def test_a_reminder_is_a_rhythm_and_a_time(text: str, reminder: Reminder) -> None:
    (point,) = estate(f"key: a, name: A, source: manual, remind: {text}").points
    assert point.source == ManualSource(remind=reminder)


@pytest.mark.parametrize("text", ["daily", "daily 24:00", "weekly 08:00", "monthly 32 08:00", "monthly 0 08:00", "yearly 1", "[1]"])
def test_another_reminder_is_a_mistake_that_shows_the_forms(text: str) -> None:
    assert mistakes(f"key: a, name: A, source: manual, remind: {text}") == ["config.want_remind"]


def test_a_meter_brings_its_limits_and_demands() -> None:
    (point,) = estate("key: a, name: A, kind: counter, source: manual, max_daily: 50, wraps_at: 100000, photo: required").points
    assert point.source == ManualSource(max_daily=50, wraps_at=100000, photo="required")


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ("key: a, name: A, kind: text, source: manual", "manual_text"),
        ("key: a, name: A, source: manual, max_daily: 5", "manual_counter"),
        ("key: a, name: A, source: manual, wraps_at: 5", "manual_counter"),
        ("key: a, name: A, address: 1, remind: daily 08:00", "manual_only"),
        ("key: a, name: A, address: 1, photo: required", "manual_only"),
    ],
)
def test_keys_that_mean_nothing_there_are_mistakes(point: str, code: str) -> None:
    assert f"config.{code}" in mistakes(point)


def test_a_fire_panels_nodes_say_which_state_is_isolated() -> None:
    text = HEAD.split("equipment:", maxsplit=1)[0] + (
        "connections: [{id: gw, protocol: modbus-tcp, host: 127.0.0.1}]\n"
        "equipment: [{id: F1, type: gst_fire_modbus, name: Fire, location: B1, connection: gw, unit: 1, with: {nodes: 2}}]\n"
    )
    loaded = load_text(text, "site.yaml")
    assert loaded.estate is not None
    assert {point.key: point.isolated for point in loaded.estate.points if point.isolated} == {"node_1": (7,), "node_2": (7,)}
