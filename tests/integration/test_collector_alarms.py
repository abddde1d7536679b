"""Shelves, causes and tests through a real collector, a real device and a kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain.alarms import AlarmState, Suppression
from console.domain.commands import AcknowledgeAlarms, BeginTest, EndSilence, ShelveAlarms
from console.domain.times import HOUR, MINUTE
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import desk, device, site, write_seeds

MORE = """\
  - id: P2
    type: generic_modbus
    kind: pump
    name: {zh: 2# 水泵, en: Pump 2}
    location: B1
    connection: gw
    unit: 2
    points:
      - {key: run, name: 运行, kind: state, states: {0: 停, 1: 转}, address: 2, poll_ms: 100}
      - {key: command, name: 命令, kind: state, states: {0: 停, 1: 转}, address: 3, poll_ms: 100}
    alarms:
      - {key: off, point: run, kind: discrepancy, against: command, on_delay: 200 ms, priority: 3, text: 反馈不符}
      - {key: both, point: run, kind: calculated, expression: "run == 1 and command == 1", priority: 4, text: 同时}
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[CollectorProcess, object]]:
    with device() as bank:
        file = tmp_path / "site.yaml"
        file.write_text(site(bank.port, equipment=MORE), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)))
        process.start()
        try:
            yield process, bank.data_bank
        finally:
            process.stop()


async def test_a_shelf_survives_a_kill_and_the_alarm_comes_back_unacknowledged(running) -> None:
    process, bank = running
    bank.set_holding_registers(0, [150])
    async with desk(process.folder) as console:
        alarm = await console.until(lambda p: p.alarm("P1.pressure#high"))
        await console.sign_on("wang")
        assert await console.refused(ShelveAlarms((alarm.number,), "等备件", 9 * HOUR)) == "refused.right_shelve_long"
        await console.ask(ShelveAlarms((alarm.number,), "等备件", 15 * MINUTE))
        await console.until(lambda p: p.alarms[alarm.number].state is AlarmState.SHELVED)
        process.kill()
        await console.until(lambda p: p.state == "lost")
        process.start()
        await console.until(lambda p: p.snapshots == 2)
        assert console.picture.alarms[alarm.number].state is AlarmState.SHELVED
        await console.sign_on("wang")
        await console.ask(EndSilence(1))
        await console.until(lambda p: p.alarms[alarm.number].state is AlarmState.ACTIVE_UNACKNOWLEDGED)


async def test_feedback_against_command_and_an_expression_are_alarms_like_any_other(running) -> None:
    process, bank = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P2.command") == 0)
        bank.set_holding_registers(3, [1])
        alarm = await console.until(lambda p: p.alarm("P2.run#off"))
        assert console.picture.alarm("P2.run#both") is None
        await console.sign_on("wang")
        await console.ask(AcknowledgeAlarms((alarm.number,)))
        bank.set_holding_registers(2, [1])
        await console.until(lambda p: alarm.number not in p.alarms)
        await console.until(lambda p: p.alarm("P2.run#both"))


async def test_what_is_tested_is_marked_and_opens_no_fault(running) -> None:
    process, bank = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P2.command") == 0)
        await console.sign_on("wang")
        await console.ask(BeginTest("P2", "联动试验", "李主管"))
        bank.set_holding_registers(3, [1])
        alarm = await console.until(lambda p: p.alarm("P2.run#off"))
        assert (alarm.test, alarm.suppression) == (True, Suppression.NONE)
        bank.set_holding_registers(0, [150])
        real = await console.until(lambda p: p.alarm("P1.pressure#high"))
        await console.until(lambda p: p.faults)
        assert [fault.alarms for fault in console.picture.faults.values()] == [(real.number,)]
        await console.ask(EndSilence(1))
        await console.until(lambda p: len(p.faults) == 2)
