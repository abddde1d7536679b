"""Maintenance over years through the real store, with kills and restarts between: what was due was raised, once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.helpers.planyears import LEVELS, simulate
from tests.helpers.torture import FULL


def test_months_with_restarts_and_clocks_set_back_lose_no_visit_and_repeat_none(tmp_path: Path) -> None:
    """R-PM-01, R-PM-02: over a leap day and a night in which the clocks change."""
    outcome = simulate(tmp_path, lifts=1, start=date(2028, 2, 1), months=3, seed=3, restarts=8, zone="Europe/Berlin")
    assert (outcome.missing, outcome.duplicate) == (0, 0)
    assert outcome.restarts == 8
    assert ("X/leap_day", "2028-02-29") in outcome.raised
    assert all(due == raised for due, raised in (outcome.of_level(key) for key, *_ in LEVELS))


@pytest.mark.torture
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
def test_24_months_of_many_lifts_raise_what_is_due_on_every_level(tmp_path: Path, zone: str) -> None:
    """Acceptance check 3 of the requirements, at full length."""
    outcome = simulate(
        tmp_path, lifts=8 if FULL else 1, start=date(2027, 3, 1), months=24 if FULL else 2, seed=11, restarts=60, zone=zone
    )
    assert (outcome.missing, outcome.duplicate) == (0, 0)
    assert all(due == raised for due, raised in (outcome.of_level(key) for key, *_ in LEVELS))
