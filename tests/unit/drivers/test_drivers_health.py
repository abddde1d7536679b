"""Health lines: an outage is said once, and its end once; numbers now and then."""

from __future__ import annotations

import logging

import pytest

from console.domain.health import HealthState
from console.domain.problems import Problem
from console.domain.text import Text
from console.domain.times import SECOND
from drivers.health import REFRESH, Health, frame
from tests.helpers.findings import Findings

REFUSED = Problem("driver.refused", {"host": "10.0.0.9", "port": 502})


class Standing:
    """A clock that the test moves."""

    def __init__(self, rate: float = 1.0) -> None:
        self.rate = rate
        self.time = 0

    def now(self) -> int:
        return 1_760_000_000 * SECOND + self.time

    def monotonic(self) -> int:
        return self.time

    async def sleep_until(self, deadline: int) -> None:
        self.time = max(self.time, deadline)


def made(rate: float = 1.0) -> tuple[Health, Findings, Standing]:
    found, clock = Findings(), Standing(rate)
    return Health(frame("connection", "gw", Text("网关")), found, clock), found, clock


def test_an_outage_is_said_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    health, found, clock = made()
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            clock.time += SECOND
            health.turn(HealthState.DOWN, REFUSED)
        for _ in range(5):
            clock.time += SECOND
            health.turn(HealthState.OK)
    assert [line.state for line in found.lines] == [HealthState.DOWN, HealthState.OK]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "10.0.0.9:502" in caplog.text
    assert [line.since - 1_760_000_000 * SECOND for line in found.lines] == [SECOND, 6 * SECOND]
    assert found.lines[0].problem == REFUSED
    assert found.lines[1].problem is None


def test_another_reason_for_the_same_outage_is_shown_but_does_not_begin_it_anew() -> None:
    health, found, clock = made()
    health.turn(HealthState.DOWN, REFUSED)
    clock.time += 9 * SECOND
    health.turn(HealthState.DOWN, Problem("driver.connect_timeout", REFUSED.params))
    assert [line.problem.code for line in found.lines if line.problem] == ["driver.refused", "driver.connect_timeout"]
    assert found.lines[0].since == found.lines[1].since
    assert health.problem is not None
    assert health.state is HealthState.DOWN


def test_numbers_are_handed_over_only_if_they_changed() -> None:
    health, found, clock = made()
    health.hand_over()
    health.refresh(clock.time)
    assert len(found.lines) == 1
    health.counters["answers"] += 3
    health.figures["cycle_ms"] = 4.5
    health.refresh(clock.time)
    assert found.lines[-1].counters == {"answers": 3}
    assert found.lines[-1].figures == {"cycle_ms": 4.5}
    health.counters["answers"] += 1
    assert found.lines[-1].counters == {"answers": 3}  # what was handed over does not change any more


@pytest.mark.parametrize("rate", [1.0, 60.0])
def test_a_fast_clock_does_not_bring_more_lines_a_second(rate: float) -> None:
    health, _, clock = made(rate)
    health.refresh(clock.time)
    assert not health.due(clock.time + round(REFRESH * rate) - 1)
    assert health.due(health.next_due)
    assert health.next_due == round(REFRESH * rate)
