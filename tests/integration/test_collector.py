"""The collector as a real process: from a Modbus register to an alarm, a fault, an order, and back through a kill."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from console.domain.commands import (
    AcknowledgeAlarms,
    AdvanceOrder,
    DispatchOrder,
    ImportConfiguration,
    NoteOrder,
    RaiseOrder,
    SetUpAdministrator,
    SignOff,
    SignOn,
    StopMonitoring,
    TakeFault,
    UndoImport,
)
from console.domain.orders import OrderKind, OrderState
from console.domain.problems import Refused
from console.domain.times import SECOND
from console.link.calls import Call
from console.link.messages import (
    AlarmHistoryAnswer,
    AlarmHistoryQuery,
    ConfigurationAnswer,
    ConfigurationQuery,
    Denied,
    DiagnosticsAnswer,
    DiagnosticsQuery,
    FaultHistoryAnswer,
    FaultHistoryQuery,
    HistoryAnswer,
    HistoryQuery,
    ImportPreviewAnswer,
    ImportPreviewQuery,
    LogAnswer,
    LogQuery,
    OrderHistoryAnswer,
    OrderHistoryQuery,
)
from console.link.tokens import read_link_file
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import desk, device, site, write_seeds


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write_seeds(tmp_path)


def collector(tmp_path: Path, port: int, *words: str, **more: object) -> CollectorProcess:
    file = tmp_path / "site.yaml"
    file.write_text(site(port, **more), encoding="utf-8")  # type: ignore[arg-type]
    return CollectorProcess(tmp_path / "store", "--config", str(file), *words)


@pytest.fixture
def running(tmp_path: Path, seeds: Path) -> Iterator[tuple[CollectorProcess, object]]:
    with device() as bank:
        process = collector(tmp_path, bank.port, "--seed-accounts", str(seeds))
        process.start()
        try:
            yield process, bank.data_bank
        finally:
            process.stop()


async def test_a_register_that_rises_becomes_a_value_an_alarm_a_fault_and_a_taken_order(running) -> None:
    process, bank = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P1.pressure") == 50)
        await console.until(lambda p: p.value("P1.comm_state") == 0)
        await console.until(lambda p: p.value("P1.energy") == 7)
        bank.set_holding_registers(0, [150])
        alarm = await console.until(lambda p: p.alarm("P1.pressure#high"))
        assert (alarm.value, alarm.limit, alarm.priority, alarm.active) == (150.0, 100.0, 3, True)
        fault = await console.until(lambda p: next(iter(p.faults.values()), None))
        assert fault.alarms == (alarm.number,)
        assert fault.opened_at == alarm.raised_at
        await console.until(lambda p: p.orders.get(fault.order))
        assert await console.refused(TakeFault(fault.number)) == "refused.not_signed_on"
        await console.sign_on("wang")
        assert console.picture.me == "wang"
        await console.ask(TakeFault(fault.number))
        taken = console.picture.faults[fault.number].taken
        assert taken is not None
        assert (taken.by, taken.station) == ("wang", "desk 1")
        assert console.picture.alarms[alarm.number].acknowledged_by == "wang"
        bank.set_holding_registers(0, [95])  # inside the dead band
        await console.until(lambda p: p.value("P1.pressure") == 95)
        assert console.picture.alarms[alarm.number].active
        bank.set_holding_registers(0, [80])
        await console.until(lambda p: alarm.number not in p.alarms)


async def test_a_kill_and_a_restart_keep_alarm_fault_order_and_accounts(running) -> None:
    process, bank = running
    bank.set_holding_registers(0, [150])
    async with desk(process.folder) as console:
        alarm = await console.until(lambda p: p.alarm("P1.pressure#high"))
        fault = await console.until(lambda p: next(iter(p.faults.values()), None))
        await console.sign_on("wang")
        await console.ask(TakeFault(fault.number))
        await console.ask(DispatchOrder(fault.order, "zhao"))
        before = console.picture
        process.kill()
        await console.until(lambda p: p.state == "lost")
        process.start()
        await console.until(lambda p: p.snapshots == 2)
        await console.until(lambda p: p.state == "live")
        after = console.picture
        assert after.alarms[alarm.number] == before.alarms[alarm.number]
        assert after.faults[fault.number] == before.faults[fault.number]
        assert after.orders[fault.order].state is OrderState.DISPATCHED
        assert after.me == ""  # who was signed on is not remembered across a crash
        await console.until(lambda p: p.value("P1.pressure") == 150)
        assert [a.number for a in after.alarms.values()] == [alarm.number]  # nothing was raised twice
        assert list(after.faults) == [fault.number]
        await console.sign_on("wang")
        assert await console.refused(TakeFault(99)) == "refused.fault_unknown"


async def test_what_began_and_what_ended_while_nobody_watched_is_found_at_the_start(running) -> None:
    process, bank = running
    bank.set_holding_registers(0, [150, 80])
    async with desk(process.folder) as console:
        await console.until(lambda p: p.alarm("P1.pressure#high"))
        await console.until(lambda p: p.faults)
        process.kill()
        bank.set_holding_registers(0, [50, 10])
        process.start()
        await console.until(lambda p: p.snapshots == 2)
        await console.until(lambda p: p.alarm("P1.level#low"))
        high = await console.until(lambda p: p.alarm("P1.pressure#high"))
        await console.until(lambda p: not p.alarm("P1.pressure#high").active)
        assert high.fault


async def test_two_people_take_the_same_fault_and_the_second_is_told_who_was_first(running) -> None:
    process, bank = running
    bank.set_holding_registers(0, [150])
    async with desk(process.folder) as one, desk(process.folder, "desk 2") as two:
        fault = await one.until(lambda p: next(iter(p.faults.values()), None))
        await two.until(lambda p: p.faults)
        await one.sign_on("wang")
        await two.sign_on("li")
        assert {(s.station, s.account) for s in one.picture.sessions} == {("desk 1", "wang"), ("desk 2", "li")}
        await one.ask(TakeFault(fault.number))
        assert await two.refused(TakeFault(fault.number)) == "refused.fault_taken"
        await two.until(lambda p: p.faults[fault.number].taken)


async def test_an_act_on_what_was_not_seen_is_refused_and_a_retry_gets_the_first_reply(running) -> None:
    process, bank = running
    bank.set_holding_registers(0, [150])
    async with desk(process.folder) as one, desk(process.folder, "desk 2") as two:
        fault = await one.until(lambda p: next(iter(p.faults.values()), None))
        await one.sign_on("wang")
        await two.sign_on("li")
        seen = two.client.revision
        await one.ask(DispatchOrder(fault.order, "zhao"))
        await two.until(lambda p: p.orders[fault.order].assignee == "zhao")
        assert await two.refused(NoteOrder(fault.order, "ring him"), seen=seen) == "refused.stale"
        await two.ask(NoteOrder(fault.order, "ring him"))
        raised = await one.ask(RaiseOrder(OrderKind.CORRECTIVE, "水管漏水", place="B1"), command_id="again")
        assert raised.number > fault.order
        assert await one.ask(RaiseOrder(OrderKind.CORRECTIVE, "水管漏水", place="B1"), command_id="again") == raised
        assert len(one.picture.orders) == 2


async def test_five_wrong_pins_lock_the_account_even_across_a_restart(running) -> None:
    process, _ = running
    async with desk(process.folder) as console:
        for _ in range(4):
            assert await console.refused(SignOn("wang", "000000")) == "refused.secret"
        assert await console.refused(SignOn("nobody", "000000")) == "refused.secret"
        assert await console.refused(SignOn("wang", "000000")) == "refused.locked"
        assert await console.refused(SignOn("wang", "112233")) == "refused.locked"
        process.kill()
        process.start()
        await console.until(lambda p: p.snapshots == 2)
        assert await console.refused(SignOn("wang", "112233")) == "refused.locked"
        await console.sign_on("li")


async def test_a_lost_line_keeps_the_person_signed_on_and_signing_off_stops_nothing(running) -> None:
    process, bank = running
    async with desk(process.folder) as console:
        await console.sign_on("wang")
        assert console.client._socket is not None
        await console.client._socket.close()
        await console.until(lambda p: p.snapshots == 2)
        assert console.picture.me == "wang"
        await console.ask(SignOff())
        assert console.picture.me == ""
        bank.set_holding_registers(0, [150])
        alarm = await console.until(lambda p: p.alarm("P1.pressure#high"))
        assert await console.refused(AcknowledgeAlarms((alarm.number,))) == "refused.not_signed_on"


def test_a_second_collector_on_the_same_store_says_one_sentence_and_fails(running) -> None:
    process, _ = running
    second = subprocess.run(
        [sys.executable, "-m", "console.engine", "--store", str(process.folder)], capture_output=True, timeout=30, check=False
    )
    assert second.returncode == 1
    said = second.stderr.decode("utf-8").strip().splitlines()
    assert len(said) == 1
    assert str(process.folder) in said[0]


def test_a_taken_port_and_a_wrong_site_file_start_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = _run("--store", str(tmp_path / "a"), "--port", str(port))
        assert found.returncode == 1
        assert str(port) in found.stderr
    wrong = tmp_path / "site.yaml"
    wrong.write_text("site: {id: x, name: X, colour: red}\nconnections:\n  - {id: gw, protocol: smoke}\n", encoding="utf-8")
    found = _run("--store", str(tmp_path / "b"), "--config", str(wrong))
    assert found.returncode == 2
    lines = found.stderr.strip().splitlines()
    assert any(":1:" in line and "colour" in line for line in lines)
    assert any(":3:" in line and "smoke" in line for line in lines)
    assert "Traceback" not in found.stderr
    found = _run("--store", str(tmp_path / "c"), "--config", str(tmp_path / "nothing.yaml"))
    assert (found.returncode, len(found.stderr.strip().splitlines())) == (1, 1)
    found = _run("--store", str(tmp_path / "d"), "--host", "0.0.0.0")
    assert (found.returncode, len(found.stderr.strip().splitlines())) == (1, 1)


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "console.engine", *words],
        capture_output=True,
        timeout=30,
        check=False,
        encoding="utf-8",
    )


async def test_an_import_is_previewed_applied_live_and_undone(running, tmp_path: Path) -> None:
    process, bank = running
    bank.set_holding_registers(0, [150])
    port = int(str(await _port_of(process)))
    async with desk(process.folder) as console:
        old = await console.until(lambda p: p.alarm("P1.pressure#high"))
        base = console.picture.last.configuration
        await console.sign_on("li")
        wrong = await console.client.query(lambda number: ImportPreviewQuery(number, "site: {}\n"))
        assert isinstance(wrong, ImportPreviewAnswer)
        assert wrong.mistakes
        text = site(port, limit=200)
        preview = await console.client.query(lambda number: ImportPreviewQuery(number, text))
        assert isinstance(preview, ImportPreviewAnswer)
        assert preview.base == base
        assert {(change.what, change.kind) for change in preview.changes} == {("changed", "rule")}
        assert await console.refused(ImportConfiguration(text, base + 7)) == "refused.base"
        assert await console.refused(ImportConfiguration("site: {}\n", base)) == "refused.mistakes"
        done = await console.ask(ImportConfiguration(text, base))
        assert done.number == base + 1
        await console.until(lambda p: p.last.configuration == base + 1)
        await console.until(lambda p: not p.alarm("P1.pressure#high").active)
        answer = await console.client.query(ConfigurationQuery)
        assert isinstance(answer, ConfigurationAnswer)
        assert answer.text == text
        await console.ask(UndoImport(base + 1))
        again = await console.until(lambda p: (a := p.alarm("P1.pressure#high")) and a.active and a)
        assert again.number == old.number  # never acknowledged: still the same occurrence
        assert await console.refused(ImportConfiguration(text, base)) == "refused.base"


async def test_an_import_costs_an_unchanged_connection_no_poll(running, tmp_path: Path) -> None:
    process, _ = running
    port = int(str(await _port_of(process)))
    with device() as other:
        async with desk(process.folder) as console:
            await console.until(lambda p: p.value("P1.pressure") == 50)
            await console.sign_on("li")
            more = site(
                port,
                connections=f"  - {{id: gw2, protocol: modbus-tcp, host: 127.0.0.1, port: {other.port}}}",
                equipment="  - {id: P2, type: generic_modbus, name: P2, location: B1, connection: gw2, unit: 1, points: "
                "[{key: pressure, name: p, address: 0, poll_ms: 100}]}",
            )
            before = (await _blocks(console)).health
            await console.ask(ImportConfiguration(more, console.picture.last.configuration))
            await console.until(lambda p: p.value("P2.pressure") == 50)
            after = {line.id: line for line in (await _blocks(console)).health}
            line = next(line for line in before if line.id == "connection:gw")
            assert after["connection:gw"].since == line.since  # never restarted
            assert "connection:gw2" in after


async def _blocks(console) -> DiagnosticsAnswer:
    answer = await console.client.query(DiagnosticsQuery)
    assert isinstance(answer, DiagnosticsAnswer)
    return answer


async def _port_of(process: CollectorProcess) -> int:
    with Call(process.folder) as call:
        answer = call.query(ConfigurationQuery)
        assert isinstance(answer, ConfigurationAnswer)
    return int(answer.text.split("port: ")[1].split(",")[0])


async def test_the_first_administrator_is_made_once_and_the_end_of_the_watch_is_confirmed(tmp_path: Path) -> None:
    process = CollectorProcess(tmp_path / "store")
    process.start()
    try:
        async with desk(process.folder) as console:
            assert console.picture.set_up
            assert await console.refused(SignOn("chen", "long enough")) == "refused.no_accounts"
            assert await console.refused(SetUpAdministrator("chen", "陈", "short")) == "refused.secret_short"
            await console.ask(SetUpAdministrator("chen", "陈", "long enough"))
            assert console.picture.me == "chen"
            assert await console.refused(SetUpAdministrator("evil", "E", "long enough")) == "refused.set_up_done"
            assert await console.refused(RaiseOrder(OrderKind.CORRECTIVE, "x")) == "refused.right_raise_order"
            assert await console.refused(StopMonitoring("yes")) == "refused.confirm"
            await console.ask(StopMonitoring("new"))
            assert process.process is not None
            assert process.process.wait(10) == 0
            assert read_link_file(process.folder) is None
    finally:
        process.stop()


def test_a_call_without_a_collector_or_with_a_wrong_token_is_refused(running, tmp_path: Path) -> None:
    process, _ = running
    with pytest.raises(Refused, match=r"link\.nobody"), Call(tmp_path):
        pass
    found = read_link_file(process.folder)
    assert found is not None
    with pytest.raises(Refused, match=r"link\.no_token"), Call(f"ws://127.0.0.1:{found.port}"):
        pass
    with Call(f"ws://127.0.0.1:{found.port}", account="wang", secret="112233") as call:
        assert isinstance(call.query(DiagnosticsQuery), DiagnosticsAnswer)
    with pytest.raises(Refused, match=r"refused\.secret"), Call(process.folder, account="wang", secret="1"):
        pass


async def test_stages_go_through_the_order_by_proxy(running) -> None:
    process, bank = running
    bank.set_holding_registers(0, [150])
    async with desk(process.folder) as console:
        fault = await console.until(lambda p: next(iter(p.faults.values()), None))
        await console.sign_on("wang")
        await console.ask(TakeFault(fault.number))
        await console.ask(DispatchOrder(fault.order, "zhao"))
        await console.ask(AdvanceOrder(fault.order, OrderState.ASSIGNED, by="zhao"))
        await console.ask(AdvanceOrder(fault.order, OrderState.ON_SITE, by="zhao"))
        stamp = console.picture.orders[fault.order].stamps[OrderState.ON_SITE]
        assert (stamp.by, stamp.entered_by, stamp.proxy) == ("zhao", "wang", True)


async def test_history_and_ledgers_are_answered_by_worker_processes(running) -> None:
    process, bank = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P1.pressure") == 50)
        bank.set_holding_registers(0, [150])
        alarm = await console.until(lambda p: p.alarm("P1.pressure#high"))
        fault = await console.until(lambda p: next(iter(p.faults.values()), None))
        number = console.picture.points["P1.pressure"].number
        now = console.picture.last.now
        await asyncio.sleep(0.6)  # a journal row is written every 250 ms
        found = await console.client.query(lambda i: HistoryQuery(i, (number,), now - 10 * SECOND, now + 60 * SECOND))
        assert isinstance(found, HistoryAnswer), found
        values = np.frombuffer(found.series[0].values, "<f8")
        assert values[0] == 50
        assert values[-1] == 150
        found = await console.client.query(lambda i: HistoryQuery(i, (number,), now - 60 * SECOND, now + 60 * SECOND, buckets=1))
        assert isinstance(found, HistoryAnswer), found
        assert np.frombuffer(found.series[0].lows, "<f8").tolist() == [50]
        assert np.frombuffer(found.series[0].highs, "<f8").tolist() == [150]
        alarms = await console.client.query(AlarmHistoryQuery)
        assert isinstance(alarms, AlarmHistoryAnswer)
        assert [found.number for found in alarms.alarms] == [alarm.number]
        faults = await console.client.query(FaultHistoryQuery)
        assert isinstance(faults, FaultHistoryAnswer)
        assert [found.number for found in faults.faults] == [fault.number]
        orders = await console.client.query(OrderHistoryQuery)
        assert isinstance(orders, OrderHistoryAnswer)
        assert [found.number for found in orders.orders] == [fault.order]
        story = await console.client.query(lambda i: LogQuery(i, f"fault:{fault.number}"))
        assert isinstance(story, LogAnswer)
        assert type(story.entries[-1].event).__name__ == "FaultOpened"
        denied = await console.client.query(LogQuery)
        assert isinstance(denied, Denied)
        assert denied.problem.code == "refused.not_signed_on"
        await console.sign_on("li")
        assert isinstance(await console.client.query(LogQuery), LogAnswer)
        denied = await console.client.query(lambda i: HistoryQuery(i, tuple(range(1000)), 0, now))
        assert isinstance(denied, Denied)


async def test_a_command_whose_answer_was_lost_in_a_crash_is_not_done_twice(running) -> None:
    process, _ = running
    async with desk(process.folder) as console:
        await console.sign_on("wang")
        command = RaiseOrder(OrderKind.CORRECTIVE, "门禁失灵", place="T1")
        done = await console.ask(command, command_id="once")
        process.kill()
        process.start()
        await console.until(lambda p: p.snapshots == 2)
        assert await console.ask(command, command_id="once") == done
        assert len(console.picture.orders) == 1
