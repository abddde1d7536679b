"""What happened while nobody watched: found at the start, told once, and nothing old told again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain import commands as cmd
from console.domain import events as ev
from console.domain.faults import Clock
from console.domain.health import HealthState
from console.domain.times import HOUR, MINUTE, SECOND
from console.link.calls import Call
from console.texts import ENGLISH, sentence
from tests.helpers.looking import look, look_until, story
from tests.helpers.people import SECRETS, write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import Registers, block, on_pymodbustcp
from tests.helpers.steering import Steering

NOON = 1_795_000_000 * SECOND
FIRE, NORMAL = 1, 0
SITE = """\
site: {{id: yard, name: {{zh: 小区, en: Yard}}}}
locations: [{{id: B1, name: B1}}]
connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 300}}]
equipment:
  - {{id: FP, type: gst_fire_modbus, name: FP, location: B1, connection: gw, unit: 5, with: {{nodes: 20}}, poll: {{"*": 200}}}}
"""


def panel() -> Registers:
    """A fire panel with 20 quiet nodes, mains, battery and bus."""
    return block(5, 3, 0, *([NORMAL] * 20)) | block(5, 3, 242, 0, 0, 0)


class Watched:
    """A panel, its collector, and the clock of both."""

    def __init__(self, tmp_path: Path, port: int, registers: Registers, steering: Steering) -> None:
        file = tmp_path / "site.yaml"
        file.write_text(SITE.format(port=port), encoding="utf-8")
        self.steering, self.registers, self.folder = steering, registers, tmp_path / "store"
        words = ("--config", str(file), "--seed-accounts", str(write_people(tmp_path)), "--clock", f"steered:{steering.port}")
        self.process = CollectorProcess(self.folder, *words)

    def start(self) -> None:
        """Start at the steering's present time, running as real time does."""
        self.process.start(wait=False)
        self.steering.accept()
        self.process.wait_until_it_answers()
        self.steering.run(1.0)

    def node(self, number: int, status: int) -> None:
        """A detector's status."""
        self.registers.update(block(5, 3, number - 1, status))

    def away(self, hours: float) -> None:
        """Nobody watches for so long: the power is gone."""
        time.sleep(0.5)  # the last samples reach the disk
        self.process.kill()
        self.steering.now += round(hours * HOUR)

    def ask(self, who: str, command: cmd.Command) -> None:
        """A command in a person's name."""
        with Call(self.folder, account=who, secret=SECRETS[who]) as call:
            call.ask(command)

    def told(self, kind: type[ev.Event]) -> list[ev.Event]:
        """The log's events of a kind."""
        return [e.event for e in story(self.folder, account="li", secret=SECRETS["li"]) if isinstance(e.event, kind)]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A quiet panel that is watched."""
    registers = panel()
    with on_pymodbustcp(registers) as port, Steering(NOON) as steering:
        made = Watched(tmp_path, port, registers, steering)
        made.start()
        try:
            look_until(made.folder, lambda seen: seen.usable("FP.node_1") == NORMAL)
            yield made
        finally:
            made.process.stop()
        assert "Traceback" not in made.process.log()


def fires(watched: Watched) -> list[str]:
    """The rules of the fire alarms that are shown."""
    return [alarm.rule for alarm in look(watched.folder).snapshot.alarms if alarm.category.value == "fire"]


def test_a_fire_that_began_while_nobody_watched_is_raised_once_and_the_old_one_not_again(watched: Watched) -> None:
    watched.node(3, FIRE)
    look_until(watched.folder, lambda seen: seen.faults)
    old = look(watched.folder)
    assert len(fires(watched)) == 1
    watched.away(0.5)
    watched.node(7, FIRE)
    watched.start()
    look_until(watched.folder, lambda _: len(fires(watched)) == 2)
    time.sleep(1.0)  # five polls more
    seen = look(watched.folder)
    assert sorted(fires(watched)) == sorted({alarm.rule for alarm in seen.snapshot.alarms if alarm.category.value == "fire"})
    assert {rule.split("#")[0] for rule in fires(watched)} == {"FP.node_3", "FP.node_7"}
    kept = next(alarm for alarm in seen.snapshot.alarms if alarm.rule.startswith("FP.node_3#"))
    assert kept == next(alarm for alarm in old.snapshot.alarms if alarm.rule == kept.rule)
    new = next(alarm for alarm in seen.snapshot.alarms if alarm.rule.startswith("FP.node_7#"))
    assert new.raised_at >= NOON + HOUR // 2  # when it was seen, not when it may have begun
    raised = [event.alarm.rule for event in watched.told(ev.AlarmRaised)]  # type: ignore[union-attr]
    assert raised.count(kept.rule) == raised.count(new.rule) == 1
    for priority in {fault.priority for fault in seen.faults.values()}:
        assert priority == 1


def test_a_fire_that_was_reset_while_nobody_watched_returns_and_is_not_lost(watched: Watched) -> None:
    watched.node(3, FIRE)
    look_until(watched.folder, lambda seen: seen.faults)
    watched.away(0.5)
    watched.node(3, NORMAL)
    watched.start()
    alarm = look_until(watched.folder, lambda seen: next((a for a in seen.snapshot.alarms if not a.active), None))
    assert (alarm.rule.split("#")[0], alarm.acknowledged) == ("FP.node_3", False)
    assert [fault.open for fault in look(watched.folder).faults.values()] == [True]


def test_an_outage_is_recorded_with_its_length_and_a_quick_restart_is_none(watched: Watched) -> None:
    watched.away(0.0)
    watched.start()
    assert watched.told(ev.OutageRecorded) == []
    watched.away(3.0)
    watched.start()
    (outage,) = watched.told(ev.OutageRecorded)
    assert isinstance(outage, ev.OutageRecorded)
    assert abs(outage.until - outage.since - 3 * HOUR) < MINUTE
    assert len(watched.told(ev.WatchStarted)) == 3
    assert watched.told(ev.WatchStopped) == []
    watch = look(watched.folder).health["watch"]
    assert watch.state is HealthState.DEGRADED
    assert watch.problem is not None
    assert watch.problem.code == "engine.gap"
    assert "180 min" in sentence(watch.problem, ENGLISH)


def test_an_orderly_end_and_a_start_long_after_it_are_an_outage_too(watched: Watched) -> None:
    watched.process.stop()
    watched.steering.now += HOUR
    watched.start()
    assert len(watched.told(ev.WatchStopped)) == 1
    (outage,) = watched.told(ev.OutageRecorded)
    assert isinstance(outage, ev.OutageRecorded)
    assert abs(outage.until - outage.since - HOUR) < MINUTE


def test_warnings_that_came_due_meanwhile_are_told_as_one_summary_and_never_again(watched: Watched) -> None:
    watched.node(3, FIRE)
    look_until(watched.folder, lambda seen: seen.faults)
    watched.registers.update(block(5, 3, 242, 2))  # the mains fail, too
    look_until(watched.folder, lambda seen: any(alarm.point == "FP.mains_power" for alarm in seen.snapshot.alarms))
    watched.away(30.0)
    watched.start()
    seen = look(watched.folder)
    watch = seen.health["watch"]
    assert watch.problem is not None
    assert watch.problem.code == "engine.late_marks"
    late = [event for event in watched.told(ev.FaultClockWarned) if isinstance(event, ev.FaultClockWarned)]
    assert watch.problem.params["count"] == len(late) > 6
    assert watch.problem.params["faults"] == len(seen.faults)
    assert watch.problem.params["breaches"] == sum(event.percent == 100 for event in late)
    (fire,) = (fault for fault in seen.faults.values() if fault.priority == 1)
    assert {clock for clock, percent in fire.marks if percent == 100} == set(Clock)
    assert sentence(watch.problem, ENGLISH).count(".") >= 1
    watched.away(0.0)
    watched.start()
    assert len(watched.told(ev.FaultClockWarned)) == len(late)
    again = look(watched.folder).health["watch"]
    assert again.problem is None or again.problem.code != "engine.late_marks"
