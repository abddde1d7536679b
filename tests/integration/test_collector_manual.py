"""Typed readings and the isolation register through a real collector: link, disk, live value, alarm, and back
through a kill."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from console.domain.commands import (
    AcknowledgeAlarms,
    AmendIsolation,
    EnterReadings,
    LiftIsolation,
    RecordIsolation,
    RecordPatrol,
    StorePhoto,
)
from console.domain.quality import Quality
from console.domain.readings import EnteredReading, How
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.link.messages import HistoryAnswer, HistoryQuery, LogAnswer, LogQuery
from console.link.registers import (
    IsolationHistoryAnswer,
    IsolationHistoryQuery,
    PhotoAnswer,
    PhotoQuery,
    ReadingHistoryAnswer,
    ReadingHistoryQuery,
)
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering
from tests.integration.collectors import Desk, desk, device, write_seeds

MORNING = 1_795_564_800 * SECOND  # 2026-11-25 08:00 in Shanghai, a Wednesday
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
SITE = """\
site: {{id: yard, name: {{zh: 试验场, en: Yard}}}}
locations: [{{id: B1, name: {{zh: 地下一层, en: Basement}}}}]
connections:
  - {{id: gw, protocol: modbus-tcp, name: {{zh: 网关, en: Gateway}}, host: 127.0.0.1, port: {port}, timeout_ms: 400}}
equipment:
  - {{id: F1, type: gst_fire_modbus, name: {{zh: 火警, en: Fire}}, location: B1, connection: gw, unit: 1, with: {{nodes: 4}}}}
  - id: M1
    type: manual_readings
    name: {{zh: 抄表, en: Round}}
    location: B1
    points:
      - {{key: water, name: {{zh: 水表, en: Water}}, kind: counter, source: manual, unit: m3, decimals: 1, plausible: [0, 99999],
         max_daily: 50, remind: monthly 25 09:00}}
      - {{key: gas, name: {{zh: 燃气, en: Gas}}, kind: counter, source: manual, unit: m3, photo: required}}
      - {{key: pressure, name: {{zh: 压力, en: Pressure}}, source: manual, unit: MPa, decimals: 2}}
    alarms:
      - {{key: low, point: pressure, kind: low, limit: 0.1, priority: 3, text: {{zh: 压力低, en: Pressure low}}}}
"""


@contextmanager
def running(tmp_path: Path, nodes: tuple[int, ...] = (0, 0, 0, 0)) -> Iterator[tuple[CollectorProcess, Any, Steering]]:
    with device(values=nodes + (0,) * 4) as server, Steering(MORNING) as steering:
        file = tmp_path / "site.yaml"
        file.write_text(SITE.format(port=server.port), encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)), "--clock", f"steered:{steering.port}")
        process = CollectorProcess(tmp_path / "store", *words)
        process.start(wait=False)
        steering.accept()
        try:
            process.wait_until_it_answers()
            yield process, server.data_bank, steering
        finally:
            process.stop()


def restart(process: CollectorProcess, steering: Steering) -> None:
    process.kill()
    process.start(wait=False)
    steering.accept()
    process.wait_until_it_answers()


async def enter(to: Desk, point: str, value: float, **more: Any) -> None:
    await to.ask(EnterReadings((EnteredReading(point, value, **more),)))


async def refused(to: Desk, point: str, value: float, **more: Any) -> str:
    return await to.refused(EnterReadings((EnteredReading(point, value, **more),)))


async def test_a_typed_reading_is_a_value_with_history_and_alarms_and_survives_a_kill(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _, steering):
        async with desk(process.folder) as here:
            assert await refused(here, "M1.pressure", 0.05) == "refused.not_signed_on"
            await here.sign_on("zhao")
            await enter(here, "M1.pressure", 0.05)
            await here.until(lambda p: p.value("M1.pressure") == 0.05)
            number = here.picture.points["M1.pressure"].number
            assert here.picture.values[number][1:] == (Quality.MANUAL, steering.now)
            await here.until(lambda p: p.alarm("M1.pressure#low") or p.alarms)
            steering.advance(60)
            await enter(here, "M1.pressure", 0.3)
            await here.until(lambda p: not any(alarm.active for alarm in p.alarms.values()))
            reply = await here.client.query(lambda id: HistoryQuery(id, (number,), MORNING - HOUR, MORNING + HOUR))
            assert isinstance(reply, HistoryAnswer)
            assert len(reply.series[0].quality) == 2
            assert set(reply.series[0].quality) == {Quality.MANUAL}
        restart(process, steering)
        async with desk(process.folder) as here:
            await here.until(lambda p: p.value("M1.pressure") == 0.3)
            assert here.picture.last is not None
            assert [reading.value for reading in here.picture.last.readings] == [0.05, 0.3]


async def test_a_batch_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _, _):
        async with desk(process.folder) as here:
            await here.sign_on()
            rows = (EnteredReading("M1.pressure", 0.3), EnteredReading("M1.water", 1e9))
            assert await here.refused(EnterReadings(rows)) == "refused.reading_plausible"
            assert here.picture.value("M1.pressure") is None
            assert await here.refused(EnterReadings((rows[0], rows[0]))) == "refused.reading_twice"
            assert await refused(here, "F1.node_1", 0) == "refused.reading_wired"
            await here.ask(EnterReadings((rows[0], EnteredReading("M1.water", 100))))
            await here.until(lambda p: p.value("M1.water") == 100)


async def test_unusual_growth_is_asked_and_a_correction_keeps_the_old_one_in_the_log(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _, steering):
        async with desk(process.folder) as here:
            await here.sign_on()
            await enter(here, "M1.water", 1000, at=MORNING - DAY, reason="first round on paper")
            assert await refused(here, "M1.water", 1100) == "refused.reading_daily"
            assert await refused(here, "M1.water", 990) == "refused.reading_down"
            assert await refused(here, "M1.water", 1001, at=MORNING + 1) == "refused.reading_future"
            await enter(here, "M1.water", 1100, confirmed=True)
            assert await refused(here, "M1.water", 1010, at=MORNING) == "refused.reading_correction"
            await enter(here, "M1.water", 1010, at=MORNING, reason="digit misread")
            await here.until(lambda p: p.value("M1.water") == 1010)
            steering.advance(3600)
            await enter(here, "M1.water", 3, how=How.EXCHANGED, final=1011, first=2)
            reply = await here.client.query(lambda id: ReadingHistoryQuery(id, "M1.water"))
            assert isinstance(reply, ReadingHistoryAnswer)
            assert [(each.value, each.was) for each in reply.readings] == [(3, None), (1010, 1100), (1000, None)]
            log = await here.client.query(lambda id: LogQuery(id, "reading:M1.water"))
            assert isinstance(log, LogAnswer)
            assert [entry.event.reading.value for entry in log.entries] == [3, 1010, 1100, 1000]  # type: ignore[union-attr]
            await enter(here, "M1.water", 900, at=MORNING - 2 * DAY, reason="found the sheet of Monday")
            assert here.picture.value("M1.water") == 3


async def test_a_photo_is_checked_by_its_content_and_comes_back_as_it_was(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _, _):
        async with desk(process.folder) as here:
            await here.sign_on("root")
            assert await refused(here, "M1.water", 1) == "refused.right_enter_readings"
            assert await here.refused(StorePhoto(PNG)) == "refused.right_enter_readings"
            await here.sign_on()
            assert await refused(here, "M1.gas", 5) == "refused.reading_photo"
            assert await refused(here, "M1.gas", 5, photo="a" * 64) == "refused.photo_unknown"
            assert await refused(here, "M1.gas", 5, photo="../../main.db") == "refused.photo_unknown"
            assert await here.refused(StorePhoto(b"MZ" + bytes(100))) == "refused.photo_kind"
            assert await here.refused(StorePhoto(PNG + bytes(9 * 1024 * 1024))) == "refused.photo_large"
            await here.ask(StorePhoto(PNG))
            name = hashlib.sha256(PNG).hexdigest()
            await enter(here, "M1.gas", 5, photo=name)
            reply = await here.client.query(lambda id: PhotoQuery(id, name))
            assert isinstance(reply, PhotoAnswer)
            assert reply.data == PNG
            assert (process.folder / "photos" / name[:2] / f"{name}.png").read_bytes() == PNG


async def test_overdue_readings_raise_one_advisory_alarm_at_their_hour_and_end_it_when_they_are_typed(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _, steering):
        async with desk(process.folder) as here:
            await here.sign_on()
            assert here.picture.alarm("system#readings") is None
            steering.advance(3600)
            alarm = await here.until(lambda p: p.alarm("system#readings"))
            assert (alarm.priority, alarm.value, alarm.active) == (4, 1.0, True)
        restart(process, steering)
        async with desk(process.folder) as here:
            await here.sign_on()
            alarm = await here.until(lambda p: p.alarm("system#readings"))
            await here.ask(AcknowledgeAlarms((alarm.number,)))
            await enter(here, "M1.water", 100)
            await here.until(lambda p: p.alarm("system#readings") is None)
            steering.advance(31 * 24 * 3600)
            await here.until(lambda p: p.alarm("system#readings"))


async def test_a_node_that_the_panel_isolates_is_registered_completed_patrolled_and_closed(tmp_path: Path) -> None:
    with running(tmp_path) as (process, bank, steering):
        async with desk(process.folder) as here:
            await here.sign_on()
            steering.run(20)
            await here.until(lambda p: p.value("F1.node_2") == 0)
            bank.set_holding_registers(1, [7])
            entry = await here.until(lambda p: p.isolations.get(1))
            assert (entry.point, entry.equipment, entry.detected, entry.complete) == ("F1.node_2", "F1", True, False)
            assert await here.refused(LiftIsolation(1, "back")) == "refused.isolation_panel"
            no_one = AmendIsolation(1, "painting", "Zhao", patrol_every=HOUR)
            assert await here.refused(no_one) == "refused.isolation_patrol_by"
            await here.ask(AmendIsolation(1, "painting", "Zhao", steering.now + DAY, HOUR, "Guard 2"))
            steering.run(0)
            steering.advance(3600)
            alarm = await here.until(lambda p: p.alarm("system#patrol-1"))
            assert (alarm.priority, alarm.equipment, alarm.active) == (3, "F1", True)
            await here.ask(RecordPatrol(1, "nothing found"))
            await here.until(lambda p: not p.alarm("system#patrol-1").active)
            await here.ask(AcknowledgeAlarms((alarm.number,)))
        restart(process, steering)
        steering.run(20)
        async with desk(process.folder) as here:
            await here.sign_on("zhao")
            entry = await here.until(lambda p: p.isolations.get(1))
            assert (entry.open, entry.patrols, entry.reason) == (True, 1, "painting")
            bank.set_holding_registers(1, [1])  # fire at a node that was isolated: raised like any other
            await here.until(lambda p: any(each.category == "fire" and each.active for each in p.alarms.values()))
            entry = await here.until(lambda p: not p.isolations[1].open and p.isolations[1])
            assert entry.lifted is not None
            assert entry.lifted.by == ""
            reply = await here.client.query(IsolationHistoryQuery)
            assert isinstance(reply, IsolationHistoryAnswer)
            assert [each.number for each in reply.isolations] == [1]


async def test_a_node_isolated_while_nobody_watched_is_registered_once_at_the_start(tmp_path: Path) -> None:
    with running(tmp_path, nodes=(0, 0, 7, 0)) as (process, _, steering):
        steering.run(20)
        async with desk(process.folder) as here:
            await here.until(lambda p: p.isolations.get(1))
        steering.run(0)
        restart(process, steering)
        steering.run(20)
        async with desk(process.folder) as here:
            await here.until(lambda p: p.value("F1.node_3") == 7)
            await here.until(lambda p: len(p.beats) > 2)
            assert list(here.picture.isolations) == [1]


async def test_a_valve_is_registered_and_lifted_by_hand(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _, steering):
        async with desk(process.folder) as here:
            await here.sign_on("zhao")
            valve = RecordIsolation("M1", "leak", "Zhao", what="riser valve 3", until=steering.now + 2 * HOUR)
            assert await here.refused(valve) == "refused.right_isolate"
            await here.sign_on("li")
            assert await here.refused(RecordIsolation("M1", "", "Zhao", what="valve")) == "refused.isolation_reason"
            done = await here.ask(valve)
            assert done.number == 1
            assert (
                await here.refused(RecordPatrol(1, "fine", at=steering.now - MINUTE, reason="x"))
                == "refused.isolation_patrol_before"
            )
            steering.advance(2 * 3600)
            await here.until(lambda p: p.alarm("system#outstayed-1"))
            assert await here.refused(LiftIsolation(1, " ")) == "refused.isolation_lift_note"
            await here.ask(LiftIsolation(1, "open, pressure tested", by="Zhao"))
            await here.until(lambda p: not p.isolations[1].open)
            assert await here.refused(RecordPatrol(1, "fine")) == "refused.isolation_lifted"
