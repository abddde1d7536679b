"""Drills, handovers and faults by hand through a real collector, a real device, a real mail server, and a kill."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from console.domain.commands import (
    AdvanceOrder,
    DispatchOrder,
    MergeFault,
    SaveNotify,
    SaveRecords,
    SaveRoster,
    SplitFault,
    TakeFault,
)
from console.domain.faults import CloseCode
from console.domain.maintenance.drilling import DrillRun, Simulated, StartDrill
from console.domain.maintenance.shifts import (
    Handover,
    SaveWatchRecord,
    ShiftBook,
    ShiftNote,
    SignHandover,
    WatchItem,
    WatchLine,
    WatchList,
)
from console.domain.notices import NotifySettings
from console.domain.orders import OrderState
from console.domain.rosters import Roster
from console.domain.text import Text
from console.domain.times import MINUTE
from console.link.messages import LogAnswer, LogQuery
from console.link.records import RecordsAnswer, RecordsQuery
from tests.helpers.mail import mail_server
from tests.integration.collectors import SEEDS, Desk, desk
from tests.integration.test_notices import NOW, ROSTER, estate, letters, settings

DRILL = StartDrill("水泵房演练", "equipment", (Simulated("P1", rule="P1.pressure#high"),), informed=("boss",), duration=30 * MINUTE)
PINS = {str(seed["account"]): str(seed["secret"]) for seed in SEEDS}


async def kept(console: Desk, kind: str) -> tuple[object, ...]:
    """All records of a kind, ended ones too."""
    answer = await console.client.query(lambda number: RecordsQuery(number, kind))
    assert isinstance(answer, RecordsAnswer)
    return answer.records


async def test_a_drill_is_told_to_its_list_survives_a_kill_and_leaves_the_real_alarm_of_the_same_rule_alone(tmp_path: Path) -> None:
    """R-SLA-04, R-EM-02, acceptance check 8."""
    with mail_server() as post:
        async with estate(tmp_path) as place:
            async with desk(place.process.folder) as console:
                await console.sign_on("li")
                await console.ask(SaveRoster(ROSTER, Roster()))
                await console.ask(SaveNotify(settings(post.port, NOW), NotifySettings()))
                await console.ask(DRILL)
                alarm = await console.until(lambda p: next((a for a in p.alarms.values() if a.drill), None))
                fault = await console.until(lambda p: next((f for f in p.faults.values() if f.drill), None))
                assert (alarm.text.zh, alarm.priority) == ("【演练】压力过高", 3)
                assert await letters(post, 1) == [("boss", "【P3】1# 水泵：【演练】压力过高")]
                await console.ask(TakeFault(fault.number))
                await console.ask(DispatchOrder(fault.order, "zhao"))
                await console.ask(AdvanceOrder(fault.order, OrderState.ASSIGNED, by="zhao"))
                assert console.picture.orders[fault.order].title.en == "[DRILL] Pressure high"
                place.breaks()
                real = await console.until(lambda p: next((f for f in p.faults.values() if not f.drill), None))
                assert (real.taken, real.text.zh, real.previous) == (None, "压力过高", 0)
                told = sorted((await letters(post, 3))[1:])
                assert told == [("boss", "【P3 已受理】1# 水泵：【演练】压力过高"), ("wang", "【P3】1# 水泵：压力过高")]
                place.process.kill()
            await place.start()
            async with desk(place.process.folder) as console:
                assert [each.drill for each in console.picture.alarms.values()] == [1, 0]
                run = console.picture.records["drillrun", "DR-000001"]
                assert isinstance(run, DrillRun)
                assert [step.what for step in run.steps] == [
                    "began", "raised", "opened", "taken", "acknowledged", "order_dispatched", "order_assigned",
                ]  # fmt: skip
                await place.advance(30 * 60)
                await console.until(lambda p: ("drillrun", "DR-000001") not in p.records)
                await console.until(lambda p: not any(each.drill for each in p.alarms.values()))
                ended = console.picture.faults[fault.number]
                assert (ended.close_code, ended.closed_by) == (CloseCode.TEST, "")
                assert console.picture.orders[fault.order].state is OrderState.CANCELLED
                assert console.picture.faults[real.number].open
                assert console.picture.alarm("P1.pressure#high") is not None
                (record,) = await kept(console, "drillrun")
                assert isinstance(record, DrillRun)
                assert {each.clock.value: each.kept for each in record.clocks if each.done} == {
                    "acknowledge": True,
                    "respond": True,
                }
            assert {letter.to.partition("@")[0] for letter in post.letters if "演练" in letter.title} == {"boss"}


async def test_two_persons_sign_a_handover_with_their_own_secrets_and_nobody_changes_it_afterwards(tmp_path: Path) -> None:
    """R-SLA-21, R-AR-06."""
    async with estate(tmp_path) as place, desk(place.process.folder) as console:
        await console.sign_on("li")
        items = (WatchItem(Text("压力"), "P1.pressure", "kPa"), WatchItem(Text("巡视")))
        await console.ask(SaveRecords((WatchList(id="list", items=items),), (0,)))
        await console.ask(SaveRecords((ShiftNote(id="", text="等厂家回电", by=""),), (0,)))
        await console.sign_on("wang")
        await place.advance(2 * 3600)  # 19:06 -> 21:06
        lines = (WatchLine(Text(""), 50.0, "P1.pressure"), WatchLine(Text(""), "正常", typed=True))
        slot = 1_795_003_200 * 1_000_000_000  # 20:00 in Shanghai
        await console.ask(SaveWatchRecord(slot, lines, reason="处理报警"))
        wrong = SignHandover("wang", PINS["wang"], "li", "000000")
        assert await console.refused(wrong) == "refused.secret"
        assert await console.refused(SignHandover("wang", PINS["wang"], "wang", PINS["wang"])) == "shift.refused.same_person"
        assert await console.refused(SignHandover("wang", PINS["wang"], "zhao", PINS["zhao"])) == "refused.right_hand_over"
        assert await kept(console, "handover") == ()
        done = await console.ask(SignHandover("wang", PINS["wang"], "li", PINS["li"], "水泵已试", "收到"))
        assert done.number == 1
        await console.until(lambda p: p.me == "li")  # whoever took over sits at the desk
        (handover,) = await kept(console, "handover")
        assert isinstance(handover, Handover)
        assert (handover.outgoing.by, handover.incoming.by, handover.report, handover.remark) == ("wang", "li", "水泵已试", "收到")
        assert ([line.text.zh for line in handover.sections["notes"]], handover.filled) == (["等厂家回电"], 1)
        book = console.picture.records["shiftbook", "book"]
        assert isinstance(book, ShiftBook)
        assert (book.handed, book.handed_to) == (handover.id, "li")
        changed = SaveRecords((replace(handover, remark="?"),), (handover.revision,))
        assert await console.refused(changed) == "refused.record_by_flow"
        log = await console.client.query(lambda number: LogQuery(number, f"handover:{handover.id}"))
        assert isinstance(log, LogAnswer)
        assert len(log.entries) == 1
        assert all(pin not in repr(log.entries) for pin in PINS.values())


async def test_a_changed_roster_reaches_the_other_console_and_a_new_one_at_once(tmp_path: Path) -> None:
    async with estate(tmp_path) as place, desk(place.process.folder) as one, desk(place.process.folder, "desk 2") as other:
        await one.sign_on("li")
        await one.ask(SaveRoster(ROSTER, Roster()))
        await other.until(lambda p: p.roster == ROSTER)
        assert other.picture.duty_changes == 1
        await one.ask(SaveNotify(settings(25), NotifySettings()))
        await other.until(lambda p: p.duty_changes == 2)
        async with desk(place.process.folder, "desk 3") as third:
            assert third.picture.roster == ROSTER
        place.process.kill()
        await place.start()
        await other.until(lambda p: p.snapshots == 2)
        assert other.picture.roster == ROSTER


async def test_merging_and_splitting_is_on_every_console_and_in_the_log_of_both_faults(tmp_path: Path) -> None:
    async with estate(tmp_path) as place, desk(place.process.folder) as console:
        await console.sign_on("li")
        place.breaks()
        await console.until(lambda p: p.faults)
        await console.ask(replace(DRILL, simulated=DRILL.simulated * 2, informed=()))
        await console.until(lambda p: any(f.drill and len(f.alarms) == 2 for f in p.faults.values()))
        drill = next(f for f in console.picture.faults.values() if f.drill)
        assert await console.refused(MergeFault(drill.number, 1, "x")) == "faults.refused.merge_drill"
        await console.ask(SplitFault(drill.number, drill.alarms[1], "另一处"))
        apart = await console.until(lambda p: next((f for f in p.faults.values() if f.split_from == drill.number), None))
        await console.ask(MergeFault(apart.number, drill.number, "查明同因"))
        await console.until(lambda p: p.faults[apart.number].merged_into == drill.number)
        for fault in (drill, apart):
            log = await console.client.query(lambda number, fault=fault: LogQuery(number, f"fault:{fault.number}"))
            assert isinstance(log, LogAnswer)
            told = [getattr(entry.event, "what", "") for entry in log.entries]
            assert {"split", "merged"} <= set(told)


async def test_the_collector_that_was_down_when_a_drill_should_have_ended_ends_it_at_its_start(tmp_path: Path) -> None:
    async with estate(tmp_path) as place:
        async with desk(place.process.folder) as console:
            await console.sign_on("li")
            await console.ask(replace(DRILL, informed=()))
            await console.until(lambda p: p.faults)
            place.process.kill()
        place.steering.now += 2 * 3600 * 1_000_000_000
        await place.start()
        async with desk(place.process.folder) as console:
            await console.until(lambda p: not p.alarms and not any(fault.open for fault in p.faults.values()))
            assert ("drillrun", "DR-000001") not in console.picture.records
