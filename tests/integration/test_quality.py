"""Alarm quality and response figures through a real collector, its worker processes and the link."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from console.domain.alarmquality import Figure
from console.domain.commands import CloseFault, TakeFault
from console.domain.faults import Clock, CloseCode
from console.domain.kpis import Verdict
from console.domain.times import HOUR, MINUTE, SECOND
from console.link.messages import Denied
from console.link.quality import KpiAnswer, KpiQuery, QualityAnswer, QualityQuery, QualityRowsAnswer, QualityRowsQuery
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import desk, device, site, write_seeds


async def test_a_real_alarm_its_rows_and_its_fault_are_in_the_figures(tmp_path: Path) -> None:
    """An alarm that comes and goes three times within a minute, taken at the desk and closed as a false one."""
    with device() as bank:
        file = tmp_path / "site.yaml"
        file.write_text(site(bank.port), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)))
        process.start()
        try:
            async with desk(process.folder) as console:
                await console.until(lambda p: p.value("P1.pressure") == 50)
                for _ in range(3):
                    bank.data_bank.set_holding_registers(0, [150])
                    await console.until(lambda p: (alarm := p.alarm("P1.pressure#high")) and alarm.active)
                    bank.data_bank.set_holding_registers(0, [50])
                    await console.until(lambda p: (alarm := p.alarm("P1.pressure#high")) and not alarm.active)
                await console.sign_on("wang")
                fault = await console.until(lambda p: next(iter(p.faults.values()), None))
                await console.ask(TakeFault(fault.number))
                await console.ask(CloseFault(fault.number, CloseCode.FALSE_ALARM, "试验", ""))
                now = int(datetime.now(UTC).timestamp()) * SECOND
                since, until = now - HOUR, now + MINUTE

                found = await console.client.query(lambda id: QualityQuery(id, since, until, edges=(since, now - 1, until)))
                assert isinstance(found, QualityAnswer)
                assert (found.quality.count, found.quality.priorities) == (3, {3: 3})  # one occurrence, three annunciations
                assert [source.text.en for source in found.quality.chattering] == ["Pressure high"]
                assert 0 < found.quality.watched < HOUR
                assert sum(bar.count for bar in found.quality.bars) == 3
                assert found.breaches == {}

                rows = await console.client.query(lambda id: QualityRowsQuery(id, since, until, Figure("chattering")))
                assert isinstance(rows, QualityRowsAnswer)
                assert [alarm.rule for alarm in rows.alarms] == ["P1.pressure#high"]
                other = await console.client.query(lambda id: QualityRowsQuery(id, since, until, Figure("all"), ("P9",)))
                assert isinstance(other, QualityRowsAnswer)
                assert other.alarms == ()

                figures = await console.client.query(lambda id: KpiQuery(id, since, until))
                assert isinstance(figures, KpiAnswer)
                assert figures.total.false_share == 1.0
                (fact,) = figures.facts
                assert (fact.person, fact.system) == ("wang", "water")
                assert fact.clocks[Clock.ACKNOWLEDGE].verdict is Verdict.KEPT
                assert fact.clocks[Clock.RESPOND].verdict is Verdict.UNNEEDED
                assert list(figures.groups["system"]) == ["water"]

                refused = await console.client.query(lambda id: QualityQuery(id, until, since))
                assert isinstance(refused, Denied)
        finally:
            process.stop()
