"""Orders through a real collector: a call, the work with everything that belongs to it, a kill in between, the archive."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.domain.attachments import Attachment
from console.domain.commands import AdvanceOrder, DispatchOrder, NoteOrder, SaveRecords, VerifyOrder
from console.domain.maintenance.contractors import CallOut, KeepInvoice, VisitArrived
from console.domain.maintenance.files import StoreFile
from console.domain.maintenance.intake import TakeCall
from console.domain.maintenance.orderwork import (
    AttachToOrder,
    CallBack,
    ConfirmSafety,
    EditOrder,
    LogLabour,
    OrderEdit,
    UndoStage,
)
from console.domain.maintenance.parts import MoveKind, MoveStock, Part
from console.domain.maintenance.people import Certificate, Person
from console.domain.maintenance.vendors import Vendor
from console.domain.orders import Order, OrderState
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.link.messages import LogAnswer, LogQuery
from console.link.orders import OrderAnswer, OrderQuery, OrderSearchAnswer, OrderSearchQuery
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering
from tests.integration.collectors import Desk, desk, device, site, write_seeds

MORNING = 1_795_564_800 * SECOND  # 2026-11-25 08:00 in Shanghai
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
PHOTO = Attachment(hashlib.sha256(PNG).hexdigest(), "泵.png", "png", len(PNG))
S = OrderState
STORY = "水管爆裂 🚨\n" + "ا" * 4000 + "'); DROP TABLE work_order;--"


@contextmanager
def running(folder: Path) -> Iterator[tuple[CollectorProcess, Steering]]:
    with device() as server, Steering(MORNING) as steering:
        file = folder / "site.yaml"
        file.write_text(site(server.port) + "response: {stages: {p3: {verified: 10 min}}}\n", encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_seeds(folder)), "--clock", f"steered:{steering.port}")
        process = CollectorProcess(folder / "store", *words)
        process.start(wait=False)
        steering.accept()
        try:
            process.wait_until_it_answers()
            yield process, steering
        finally:
            process.stop()


async def found(to: Desk, text: str, **more: object) -> OrderSearchAnswer:
    reply = await to.client.query(lambda id: OrderSearchQuery(id, text, **more))  # type: ignore[arg-type]
    assert isinstance(reply, OrderSearchAnswer), reply
    return reply


async def test_a_call_goes_through_everything_to_the_archive_and_is_found_there(tmp_path: Path) -> None:
    """R-WO-01, R-WO-02, R-WO-04, R-WO-05, R-WO-07: one order from the phone to its archive, through a kill of the collector."""
    with running(tmp_path) as (process, steering):
        async with desk(process.folder) as here:
            assert await here.refused(TakeCall("漏水", "B2")) == "refused.not_signed_on"
            await here.sign_on("li")
            assert here.picture.last is not None
            assert here.picture.last.estate.policy.stages.p3.verified == 10 * MINUTE, "the site file's own limit"
            await here.ask(SaveRecords((Part(id="SEAL", name="机封", unit="个", price=45.0), Vendor(id="V1", name="申菱")), (0, 0)))
            licence = Certificate("pumps", until=MORNING + 90 * DAY)
            people = (Person(id="zhao", name="赵师傅", rate=80.0, certificates=(licence,)), Person(id="wang", name="王值班"))
            await here.ask(SaveRecords(people, (0, 0)))
            await here.ask(MoveStock("SEAL", MoveKind.IN, 5, price=45.0))
            call = TakeCall(STORY, "B1 泵房", "P1", "陈女士", "13800001111", urgent=True)
            number = (await here.ask(call)).number
            order: Order = await here.until(lambda p: p.orders.get(number))
            assert (order.priority, order.symptom, order.responsible) == (1, STORY, "li")
            edit = EditOrder(number, order.revision, OrderEdit(certificates=("pumps",)), "要求持证")
            await here.ask(edit)
            assert await here.refused(DispatchOrder(number, "wang")) == "people.unfit.no_certificate"
            await here.ask(DispatchOrder(number, "zhao", safety=("lockout",), cautions="先电话"))
            await here.ask(UndoStage(number))
            await here.ask(DispatchOrder(number, "zhao", safety=("lockout",)))
            assert await here.refused(AttachToOrder(number, PHOTO)) == "ledger.file.unknown"
            await here.ask(StoreFile("泵.png", PNG))
            await here.ask(AttachToOrder(number, PHOTO))
            await here.ask(CallOut(number, "申菱", "钱工", promised=MORNING + HOUR))
            await here.ask(VisitArrived(number, 0))
        process.kill()
        process.start(wait=False)
        steering.accept()
        process.wait_until_it_answers()
        async with desk(process.folder, station="手机") as there:
            kept: Order = await there.until(lambda p: p.orders.get(number))
            assert (kept.symptom, kept.files, kept.visits[0].vendor) == (STORY, (PHOTO,), "V1")
            await there.sign_on("zhao")
            for stage in (S.ASSIGNED, S.ON_SITE):
                await there.ask(AdvanceOrder(number, stage))
            assert await there.refused(AdvanceOrder(number, S.IN_PROGRESS)) == "refused.safety_open"
            await there.ask(ConfirmSafety(number, (0,)))
            await there.ask(AdvanceOrder(number, S.IN_PROGRESS))
            await there.ask(MoveStock("SEAL", MoveKind.OUT, 2, order=number))
            await there.ask(LogLabour(number, "zhao", 1.5))
            await there.ask(AdvanceOrder(number, S.SELF_CHECK))
            assert await there.refused(VerifyOrder(number, "778899")) == "refused.right_verify_order"
            await there.sign_on("li")
            assert await there.refused(VerifyOrder(number, "000000")) == "refused.secret"
            await there.ask(VerifyOrder(number, "445566", "好", 5))
            await there.ask(AdvanceOrder(number, S.ARCHIVED))
            done = there.picture.orders[number]
            assert (done.cost_labour, done.cost_parts, done.rating, done.verifier) == (120.0, 90.0, 5, "li")
            answer = await found(there, "泵房 wo-")
            assert [each.number for each in answer.orders] == [number]
            assert (await found(there, "赵师傅")).total == 1
            assert (await found(there, "drop table")).total == 1
            log = await there.client.query(lambda id: LogQuery(id, f"order:{number}"))
            assert isinstance(log, LogAnswer)
            whats = [getattr(entry.event, "what", "raised") for entry in reversed(log.entries)]
            assert whats[:4] == ["raised", "edit", "dispatch", "undo"]
            assert "part" in whats


async def test_what_comes_late_is_written_to_an_order_that_is_no_longer_on_the_screens(tmp_path: Path) -> None:
    """R-SLA-18: an invoice and the call back weeks after the order was filed."""
    with running(tmp_path) as (process, steering):
        async with desk(process.folder) as here:
            await here.sign_on("li")
            number = (await here.ask(TakeCall("灯不亮", "3 单元"))).number
            await here.ask(DispatchOrder(number, "zhao"))
            for stage in (S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS, S.SELF_CHECK):
                await here.ask(AdvanceOrder(number, stage, by="zhao"))
            await here.ask(VerifyOrder(number, "445566"))
            await here.ask(AdvanceOrder(number, S.ARCHIVED))
        steering.advance(20 * 86_400)
        process.stop()
        process.start(wait=False)
        steering.accept()
        process.wait_until_it_answers()
        async with desk(process.folder) as there:
            await there.until(lambda p: p.last)
            assert number not in there.picture.orders
            reply = await there.client.query(lambda id: OrderQuery(id, number))
            assert isinstance(reply, OrderAnswer)
            assert reply.order is not None
            await there.sign_on("li")
            await there.ask(KeepInvoice(number, "FP-77", 88.5, "光明电器"))
            await there.ask(CallBack(number, "满意", 5))
            await there.ask(NoteOrder(number, "归档补充"))
            order = there.picture.orders[number]
            assert (order.invoices[0].number, order.rating, order.cost, order.notes[-1].note) == ("FP-77", 5, 88.5, "归档补充")
            assert await there.refused(CallBack(9999, "?")) == "refused.order_unknown"


async def test_two_people_edit_one_order_and_the_later_one_is_told(tmp_path: Path) -> None:
    """R-AR-06: nobody's change is written over unseen."""
    with running(tmp_path) as (process, _):
        async with desk(process.folder) as here, desk(process.folder, station="B台") as there:
            await here.sign_on("li")
            await there.sign_on("wang")
            number = (await here.ask(TakeCall("灯不亮", "3 单元"))).number
            seen = (await there.until(lambda p: p.orders.get(number))).revision
            await here.ask(EditOrder(number, seen, OrderEdit(place="3 单元 12 层"), "来电更正"))
            mine = EditOrder(number, seen, OrderEdit(place="4 单元"), "记错")
            assert await there.refused(mine) == "refused.order_changed"
            newer = await there.until(lambda p: p.orders[number].revision > seen and p.orders[number])
            assert newer.place == "3 单元 12 层"
            await there.ask(EditOrder(number, newer.revision, OrderEdit(place="4 单元"), "确认是 4 单元"))
            log = await there.client.query(lambda id: LogQuery(id, f"order:{number}"))
            assert isinstance(log, LogAnswer)
            assert [entry.actor for entry in log.entries] == ["wang", "li", "li"]


async def test_a_search_pages_sorts_and_follows_what_changes(tmp_path: Path) -> None:
    with running(tmp_path) as (process, steering):
        async with desk(process.folder) as here:
            await here.sign_on("li")
            for place in range(1, 13):
                steering.advance(60)
                await here.ask(TakeCall(f"灯不亮 {place}", f"{place} 单元", priority=4 if place % 2 else 2))
            first = await found(here, "灯不亮", sort="created", descending=False, limit=5)
            assert (first.total, [each.place for each in first.orders]) == (12, [f"{n} 单元" for n in range(1, 6)])
            page = await found(here, "灯不亮", sort="created", descending=False, limit=5, offset=10)
            assert [each.place for each in page.orders] == ["11 单元", "12 单元"]
            urgent = await found(here, "", sort="priority", descending=False, limit=3)
            assert [each.priority for each in urgent.orders] == [2, 2, 2]
            assert [each.number for each in urgent.orders] == [12, 10, 8], "among equals the newest first"
            await here.ask(EditOrder(3, 0, OrderEdit(symptom="改为门锁"), "更正"))
            assert [each.number for each in (await found(here, "门锁")).orders] == [3]
            assert (await found(here, "x" * 5000)).total == 0
            assert (await found(here, "灯不亮", kinds=("project",))).total == 0
            assert (await found(here, "灯不亮", states=("accepted",), since=MORNING + 6 * MINUTE + 1)).total == 6
            both = await asyncio.gather(*(found(here, f"灯不亮 {n}") for n in (1, 12)))
            assert [answer.total for answer in both] == [4, 1]
