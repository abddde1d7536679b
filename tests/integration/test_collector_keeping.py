"""The store's keeping through the real collector: backups by schedule and by hand, restored elsewhere; removal; confirmed time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from console.domain.commands import BackUpNow, ConfirmTime, DispatchOrder, TakeFault, VerifyNow
from console.domain.keeping import Keeping, StoreStatus
from console.domain.times import HOUR, MINUTE, SECOND
from console.link.keeping import StoreAnswer, StoreQuery
from console.link.messages import HistoryAnswer, HistoryQuery, LogAnswer, LogQuery
from console.store.backup import generations, read_manifest
from console.store.restore import restore
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering
from tests.integration.collectors import Desk, desk, device, site, write_seeds

EVENING = 1_795_010_000 * SECOND  # 2026-11-18 13:53 UTC, 21:53 in Shanghai


class Kept:
    """A collector whose site file names a backup folder."""

    def __init__(self, tmp_path: Path, port: int, *words: str, more: str = "") -> None:
        self.to = tmp_path / "backup"
        file = tmp_path / "site.yaml"
        file.write_text(site(port) + f'backup: {{folder: "{self.to.as_posix()}", at: "22:30", keep: 2}}\n' + more, encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)), *words)
        self.words = words
        self.process = CollectorProcess(tmp_path / "store", *words)


async def status(console: Desk) -> tuple[StoreStatus, Keeping]:
    found = await console.client.query(StoreQuery)
    assert isinstance(found, StoreAnswer)
    return found.status, found.policy


async def quiet(console: Desk) -> StoreStatus:
    """The status once nothing is under way."""
    for _ in range(300):
        found, _ = await status(console)
        if not found.busy:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError("still busy")


async def test_a_backup_made_while_it_watched_goes_on_elsewhere_with_everything_in_it(tmp_path: Path) -> None:
    with device() as server:
        kept = Kept(tmp_path, server.port)
        kept.process.start()
        try:
            async with desk(kept.process.folder) as console:
                server.data_bank.set_holding_registers(0, [150])
                fault = await console.until(lambda p: next(iter(p.faults.values()), None))
                assert await console.refused(BackUpNow()) == "refused.not_signed_on"
                await console.sign_on("li")
                await console.ask(TakeFault(fault.number))
                await console.ask(DispatchOrder(fault.order, "zhao"))
                await console.ask(BackUpNow())
                assert await console.refused(VerifyNow()) == "engine.busy_keeping"
                found = await quiet(console)
                assert found.backup_problem is None and found.backup_at > 0 and found.backup_bytes > 0
                await console.until(lambda p: p.health["backup"].state.value == "ok")
                before = console.picture
                story = await console.client.query(lambda i: LogQuery(i, f"fault:{fault.number}"))
                assert isinstance(story, LogAnswer)
                kept.process.kill()
            (generation,) = generations(kept.to)
            made = restore(kept.to, tmp_path / "elsewhere")
            assert made.verified.problems == []
            again = CollectorProcess(tmp_path / "elsewhere", *kept.words)
            again.start()
            try:
                async with desk(again.folder) as console:
                    picture = console.picture
                    assert picture.faults == before.faults and picture.orders == before.orders
                    assert picture.alarms == before.alarms
                    await console.until(lambda p: p.value("P1.pressure") == 150)
                    assert list(picture.faults) == [fault.number]  # nothing is raised anew
                    told = await console.client.query(lambda i: LogQuery(i, f"fault:{fault.number}"))
                    assert isinstance(told, LogAnswer) and told.entries == story.entries
                    number = picture.points["P1.pressure"].number
                    now = picture.beats[-1].now if picture.beats else found.backup_at + HOUR
                    seen = await console.client.query(lambda i: HistoryQuery(i, (number,), found.backup_at - HOUR, now))
                    assert isinstance(seen, HistoryAnswer) and len(seen.series[0].times) > 3 * 8
                    await console.sign_on("li")
                    await console.ask(VerifyNow())
                    assert (await quiet(console)).damage == ()
            finally:
                again.stop()
            assert read_manifest(generation).site == "yard"
        finally:
            kept.process.stop()


async def test_the_days_backup_is_made_at_its_hour_and_the_oldest_goes(tmp_path: Path) -> None:
    with device() as server, Steering(EVENING) as steering:
        kept = Kept(tmp_path, server.port, "--clock", f"steered:{steering.port}")
        kept.process.start(wait=False)
        await asyncio.to_thread(steering.accept)
        await asyncio.to_thread(kept.process.wait_until_it_answers)
        try:
            async with desk(kept.process.folder) as console:
                assert generations(kept.to) == []
                await asyncio.to_thread(steering.advance, 10 * 60 + 1)  # the first one does not wait for the hour
                await console.until(lambda p: len(generations(kept.to)) == 1, 20)
                await quiet(console)
                for day in range(3):
                    newest = generations(kept.to)[-1]
                    await asyncio.to_thread(steering.advance, 24 * 3600 if day else 40 * 60)
                    await console.until(lambda p, old=newest: generations(kept.to)[-1] != old, 20)
                    found = await quiet(console)
                    assert found.next_backup // MINUTE % (24 * 60) == 14 * 60 + 30  # 22:30 in Shanghai
                    assert found.backup_problem is None
                assert len(generations(kept.to)) == 2  # of four
        finally:
            kept.process.stop()


async def test_a_backup_that_fails_and_one_that_is_overdue_are_alarms_until_one_is_made(tmp_path: Path) -> None:
    with device() as server, Steering(EVENING) as steering:
        kept = Kept(tmp_path, server.port, "--clock", f"steered:{steering.port}")
        kept.to.write_text("a file stands in the way", encoding="utf-8")
        kept.process.start(wait=False)
        await asyncio.to_thread(steering.accept)
        await asyncio.to_thread(kept.process.wait_until_it_answers)
        try:
            async with desk(kept.process.folder) as console:
                await asyncio.to_thread(steering.advance, 10 * 60 + 1)
                alarm = await console.until(lambda p: p.alarm("system#backup"), 20)
                assert alarm.active
                assert console.picture.health["backup"].problem is not None
                kept.to.unlink()
                await asyncio.to_thread(steering.advance, 3601)  # it tries again each hour
                await console.until(lambda p: not (p.alarm("system#backup") or alarm).active or not p.alarm("system#backup"), 20)
                assert len(generations(kept.to)) == 1
        finally:
            kept.process.stop()


async def test_old_months_are_removed_by_the_policy_but_never_while_the_clock_is_not_confirmed(tmp_path: Path) -> None:
    with device() as server, Steering(EVENING) as steering:
        kept = Kept(tmp_path, server.port, "--clock", f"steered:{steering.port}", more="retention: {history_years: 0.1}\n")
        kept.process.start(wait=False)
        await asyncio.to_thread(steering.accept)
        await asyncio.to_thread(kept.process.wait_until_it_answers)
        old = kept.process.folder / "history-2026-11.db"
        try:
            async with desk(kept.process.folder) as console:
                await asyncio.to_thread(steering.run, 1.0)
                await console.until(lambda p: p.value("P1.pressure") == 50)
                await console.sign_on("li")
                await asyncio.to_thread(steering.step, 365 * 86400)
                await console.until(lambda p: p.alarm("system#clock"))
                await console.until(lambda _: len(generations(kept.to)) == 1, 20)  # it was due by that clock
                await asyncio.sleep(1.5)  # the new month's first samples close the old one
                await quiet(console)
                await asyncio.to_thread(steering.advance, 86400)
                await console.until(lambda _: len(generations(kept.to)) >= 2, 20)  # at the step, and now: none is removed, either
                await asyncio.sleep(0.5)
                await quiet(console)
                assert old.exists()
                await console.ask(ConfirmTime())
                await console.until(lambda p: p.health["clock"].state.value == "ok")
                await asyncio.to_thread(steering.advance, 86400)
                await console.until(lambda _: not old.exists(), 20)
                found = await quiet(console)
                assert found.removed == "history-2026-11.db" and found.missing == ()
                story = await console.client.query(LogQuery)
                assert isinstance(story, LogAnswer)
                assert "RecordsRemoved" in {type(entry.event).__name__ for entry in story.entries}
                assert console.picture.health["store"].state.value == "ok"
        finally:
            kept.process.stop()
