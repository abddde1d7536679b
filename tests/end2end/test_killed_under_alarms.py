"""The collector is killed (``kill -9``) while alarms come and go and an operator works: nothing acknowledged, shelved or clocked is
lost or doubled."""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest

from console.domain import commands as cmd
from console.domain import events as ev
from console.domain.commands import Command
from console.domain.events import Entry
from console.domain.faults import CloseCode
from console.domain.problems import Refused
from console.domain.times import SECOND
from console.domain.world import World
from console.link.calls import Call
from console.store import ledgers, open_store
from tests.helpers.looking import look
from tests.helpers.people import SECRETS, write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import Registers, block, on_pymodbustcp

MANY = 50 if os.environ.get("BUILDING_CONSOLE_TORTURE") == "full" else 10
MACHINES, POINTS = 8, 4
EVERYTHING = 1_000_000


def site(port: int) -> str:
    """Machines whose points alarm at 1; clocks so short that their marks fall between the kills."""
    lines = [
        "site: {id: yard, name: {zh: 小区, en: Yard}}",
        "locations: [{id: B1, name: B1}]",
        f"connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 300}}]",
        "response: {p1: {acknowledge: 1 s}, p2: {acknowledge: 2 s}, p3: {acknowledge: 3 s}}",
        "equipment:",
    ]
    for machine in range(1, MACHINES + 1):
        points = ", ".join(
            f"{{key: p{n}, name: p{n}, kind: state, states: {{0: 好, 1: 坏}}, address: {n}, poll_ms: 100}}" for n in range(POINTS)
        )
        alarms = ", ".join(
            f"{{key: a, point: p{n}, kind: state, values: [1], priority: {1 + n}, on_delay: {n * 100} ms, text: 坏}}"
            for n in range(POINTS)
        )
        lines.append(
            f"  - {{id: M{machine}, type: generic_modbus, name: M{machine}, location: B1, connection: gw, unit: {machine}, "
            f"points: [{points}], alarms: [{alarms}]}}"
        )
    return "\n".join(lines) + "\n"


class Operator(threading.Thread):
    """Acknowledges, shelves, takes and closes as fast as it is answered; notes what was confirmed. Goes on after every kill."""

    def __init__(self, folder: Path) -> None:
        super().__init__(name="operator")
        self._folder = folder
        self._dice = random.Random(5)
        self.leave = threading.Event()
        self.confirmed: dict[str, Command] = {}

    def run(self) -> None:
        while not self.leave.is_set():
            try:
                self._work()
            except (Refused, OSError):
                self.leave.wait(0.05)  # the collector is dead at this moment

    def _work(self) -> None:
        while not self.leave.is_set():
            with Call(self._folder, account="li", secret=SECRETS["li"], watch=True, timeout=5.0) as call:
                snapshot = call.snapshot()
                open_faults = [fault.number for fault in snapshot.faults if fault.open]
                for command in self._ideas([alarm.number for alarm in snapshot.alarms], open_faults):
                    name = uuid.uuid4().hex
                    try:
                        call.ask(command, seen=snapshot.revision, command_id=name)
                    except Refused as refused:
                        if refused.problem.code.startswith("link."):
                            raise
                        continue  # it was overtaken by events
                    self.confirmed[name] = command

    def _ideas(self, alarms: list[int], faults: list[int]) -> list[Command]:
        dice = self._dice
        ideas: list[Command] = [cmd.AcknowledgeAlarms((number,), "看到") for number in dice.sample(alarms, min(3, len(alarms)))]
        if alarms and dice.random() < 0.3:
            ideas.append(cmd.ShelveAlarms((dice.choice(alarms),), "等备件", dice.randrange(SECOND, 4 * SECOND)))
        mine = [fault for fault in faults if fault % 3]  # nobody deals with the others: their clocks run out
        if mine:
            ideas.append(cmd.TakeFault(dice.choice(mine)))
            ideas.append(cmd.CloseFault(dice.choice(mine), CloseCode.FALSE_ALARM, "误报"))
        return ideas


class Flicker(threading.Thread):
    """Registers that change at any moment."""

    def __init__(self, registers: Registers) -> None:
        super().__init__(name="flicker")
        self._registers = registers
        self.leave = threading.Event()

    def run(self) -> None:
        dice = random.Random(3)
        while not self.leave.wait(dice.uniform(0.02, 0.08)):
            self._registers[dice.randint(1, MACHINES), 3, dice.randrange(POINTS)] = dice.randrange(2)


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_nothing_that_was_confirmed_is_lost_or_doubled_by_many_kills_under_alarms(tmp_path: Path) -> None:
    survive(tmp_path, MANY)


def test_nothing_that_was_confirmed_is_lost_or_doubled_by_a_kill_under_alarms(tmp_path: Path) -> None:
    survive(tmp_path, 2)


def survive(tmp_path: Path, kills: int) -> None:
    registers: Registers = {}
    for machine in range(1, MACHINES + 1):
        registers.update(block(machine, 3, 0, *([0] * POINTS)))
    dice = random.Random(1)
    with on_pymodbustcp(registers) as port:
        file = tmp_path / "site.yaml"
        file.write_text(site(port), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_people(tmp_path)))
        process.start()
        flicker, operator = Flicker(registers), Operator(process.folder)
        try:
            flicker.start()
            operator.start()
            for _ in range(kills):
                time.sleep(dice.uniform(0.5, 2.0))
                process.kill()
                process.start()
            time.sleep(1.0)
            operator.leave.set()
            flicker.leave.set()
            operator.join(20)
            flicker.join(20)
            shown = look(process.folder).snapshot
        finally:
            operator.leave.set()
            flicker.leave.set()
            process.kill()
        assert "Traceback" not in process.log()

    log = sorted(ledgers.log(process.folder, limit=EVERYTHING), key=lambda entry: entry.sequence)
    events = [entry.event for entry in log]
    assert [entry.sequence for entry in log] == list(range(1, len(log) + 1))
    assert sum(isinstance(event, ev.WatchStarted) for event in events) == kills + 1
    assert sum(isinstance(event, ev.AlarmRaised) for event in events) > 5 * kills
    assert len(operator.confirmed) > kills
    kept_once(log, operator.confirmed)
    one_alarm_at_a_time(events)
    every_clock_once(events)
    replayed = World()
    replayed.replay(log)
    store = open_store(process.folder, time.time_ns())
    image = store.image()
    store.close()
    assert {alarm.number: alarm for alarm in image.alarms} == replayed.alarms
    assert {fault.number: fault for fault in image.faults} == replayed.faults
    assert {silence.number: silence for silence in image.silences} == replayed.silences
    for alarm in shown.alarms:  # what people saw last is what is kept, or what followed from it
        assert alarm.number in replayed.alarms or any(getattr(event, "alarm", alarm).over for event in events), alarm


def kept_once(log: list[Entry], confirmed: dict[str, Command]) -> None:
    """Every confirmed command is in the log, and what it did to a record was done once."""
    done = Counter((entry.command_id, type(entry.event).__name__, _record(entry.event)) for entry in log if entry.command_id)
    assert not [what for what, times in done.items() if times > 1]
    commands = {entry.command_id for entry in log}
    effective = {name: command for name, command in confirmed.items() if name not in commands}
    acknowledged = {event.alarm.number for event in (entry.event for entry in log) if isinstance(event, ev.AlarmAcknowledged)}
    taken = {event.fault.number for event in (entry.event for entry in log) if isinstance(event, ev.FaultTaken)}
    over = {entry.event.alarm.number for entry in log if isinstance(entry.event, ev.AlarmReturned) and entry.event.alarm.over}
    for command in effective.values():  # nothing was left to do when it came
        match command:
            case cmd.AcknowledgeAlarms():
                assert command.alarms[0] in acknowledged | over, command
            case cmd.TakeFault():
                assert command.fault in taken, command
            case _:
                raise AssertionError(f"{command} was confirmed and is not in the log")


def _record(event: ev.Event) -> tuple[str, int]:
    for kind in ("alarm", "fault", "order", "silence"):
        record = getattr(event, kind, None)
        if record is not None:
            return kind, record.number
    return type(event).__name__, 0


def one_alarm_at_a_time(events: list[ev.Event]) -> None:
    """A rule has one active alarm; what was raised once is raised again only after it returned."""
    active: dict[str, int] = {}
    for event in events:
        match event:
            case ev.AlarmRaised():
                assert event.alarm.rule not in active, event
                active[event.alarm.rule] = event.alarm.number
            case ev.AlarmReturned():
                assert active.pop(event.alarm.rule) == event.alarm.number
            case _:
                pass


def every_clock_once(events: list[ev.Event]) -> None:
    """Every grave alarm has one fault, which was opened once, and whose marks were each announced once; no start moved."""
    opened = Counter(event.fault.number for event in events if isinstance(event, ev.FaultOpened))
    assert set(opened.values()) == {1}
    marks = Counter((e.fault.number, e.clock, e.percent) for e in events if isinstance(e, ev.FaultClockWarned))
    assert marks
    assert set(marks.values()) == {1}
    begun = {event.fault.number: event.fault.opened_at for event in events if isinstance(event, ev.FaultOpened)}
    faults = [event.fault for event in events if hasattr(event, "fault")]
    assert all(fault.opened_at == begun[fault.number] for fault in faults)
    owners = {alarm: fault.number for fault in faults for alarm in fault.alarms}
    last = {event.alarm.number: event.alarm for event in events if hasattr(event, "alarm")}
    grave = [alarm for alarm in last.values() if alarm.priority <= 3 and alarm.rule.startswith("M")]
    assert not [alarm for alarm in grave if alarm.number not in owners and not alarm.quiet]
