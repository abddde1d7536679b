"""Reports, ledgers, packages and their rights through a real collector: by mail, on the command line, and what the log says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pyModbusTCP.server import ModbusServer

from console.cli import console as command
from console.domain.commands import (
    AdvanceOrder,
    ConfirmTime,
    DispatchOrder,
    EndRecord,
    RaiseOrder,
    SaveNotify,
    SaveRecords,
    SignOn,
    VerifyOrder,
)
from console.domain.events import ArchiveRead, RecordRemoved
from console.domain.maintenance.archiving import ArchiveBook, RemoveArchived
from console.domain.maintenance.reports_mailing import Mailing
from console.domain.notices import Channel, Contact, NotifySettings
from console.domain.orders import OrderKind, OrderState
from console.domain.text import Text
from console.domain.times import SECOND
from console.engine.packaging import check
from console.link.messages import Denied, LogAnswer, LogQuery
from console.link.orders import OrderAnswer, OrderQuery
from console.link.reports import PaperAnswer, PaperPartQuery, PaperQuery
from console.store.verifying import verify
from tests.helpers.mail import mail_server
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering
from tests.integration.collectors import SEEDS, Desk, desk, device, site

DECEMBER = round(datetime(2026, 12, 20, 2, tzinfo=UTC).timestamp()) * SECOND  # 10:00 in Shanghai
YEAR = 365.25 * 86_400
AUDITOR = {"account": "sun", "display": "孙审计", "roles": ["auditor"], "secret": "223344"}


class Estate:
    """A collector under a steered clock."""

    def __init__(self, folder: Path, server: ModbusServer, steering: Steering) -> None:
        file, seeds = folder / "site.yaml", folder / "seeds.json"
        file.write_text(site(server.port), encoding="utf-8")
        seeds.write_text(json.dumps([*SEEDS, AUDITOR]), encoding="utf-8")
        self.steering = steering
        self.process = CollectorProcess(
            folder / "store", "--config", str(file), "--seed-accounts", str(seeds), "--clock", f"steered:{steering.port}"
        )

    async def start(self) -> None:
        self.process.start(wait=False)
        await asyncio.to_thread(self.steering.accept)
        await asyncio.to_thread(self.process.wait_until_it_answers)
        await asyncio.to_thread(self.steering.run, 1.0)

    async def advance(self, seconds: float) -> None:
        await asyncio.to_thread(self.steering.advance, seconds)


@asynccontextmanager
async def estate(tmp_path: Path) -> AsyncIterator[Estate]:
    with device() as server, Steering(DECEMBER) as steering:
        made = Estate(tmp_path, server, steering)
        await made.start()
        try:
            yield made
        finally:
            made.process.stop()


async def order_done(console: Desk) -> int:
    """An order from its beginning to its archive, by two people."""
    await console.sign_on("li")
    made = await console.ask(RaiseOrder(OrderKind.PROJECT, "更换水泵轴承", "P1", 4))
    await console.ask(DispatchOrder(made.number, "zhao"))
    for stage in (OrderState.ASSIGNED, OrderState.ON_SITE, OrderState.SELF_CHECK):
        await console.ask(AdvanceOrder(made.number, stage, by="zhao"))
    await console.ask(VerifyOrder(made.number, secret="445566"))
    await console.ask(AdvanceOrder(made.number, OrderState.ARCHIVED))
    return made.number


async def said(console: Desk, subject: str) -> list[Any]:
    answer = await console.client.query(lambda id: LogQuery(id, subject))
    assert isinstance(answer, LogAnswer)
    return [entry.event for entry in answer.entries]


async def test_a_report_comes_by_mail_when_it_is_due_and_again_where_the_server_refused(tmp_path: Path) -> None:
    """R-KP-12: figures come regularly, to those who act on them."""
    with mail_server() as post:
        async with estate(tmp_path) as place:
            async with desk(place.process.folder) as console:
                number = await order_done(console)
                url = f"mailto://127.0.0.1:{post.port}?from=desk@example.org&to={{to}}&mode=insecure"
                contacts = (Contact("li", {"mail": "li@example.org"}),)
                wanted = NotifySettings((Channel("mail", Text("邮件"), url),), contacts)
                await console.ask(SaveNotify(wanted, NotifySettings()))
                monthly = Mailing(id="", what="report", channel="mail", people=("li",), day=1, minute=480)
                ledger = Mailing(
                    id="", what="repair", form="xlsx", language="en", channel="mail", people=("li",), day=1, minute=485
                )
                for mailing in (monthly, ledger):
                    await console.ask(SaveRecords((mailing,), (0,)))
                for wrong in (replace(monthly, people=("wang",)), replace(monthly, what="horoscope"), replace(monthly, day=31)):
                    assert await console.refused(SaveRecords((wrong,), (0,)))
            assert post.letters == []
            post.refused = 1
            await place.advance(13 * 86_400)  # 2 January
            async with desk(place.process.folder) as console:
                await console.until(lambda p: any(r.tries for r in p.records.values() if isinstance(r, Mailing)), 30)
                await place.advance(3601)
                letters = await asyncio.to_thread(post.wait, 2, 40.0)
                await console.until(lambda p: {r.last for r in p.records.values() if isinstance(r, Mailing)} == {"2026-12"})
            by_title = {letter.title: letter for letter in letters}
            assert set(by_title) == {"工程设备月报 2026-12", "Repair ledger 2026-12"}
            attached = by_title["工程设备月报 2026-12"].files
            assert list(attached) == ["report-2026-12.pdf"] and attached["report-2026-12.pdf"].startswith(b"%PDF")
            assert by_title["Repair ledger 2026-12"].files["repair-2026-12.xlsx"][:2] == b"PK"
            assert "附件" in by_title["工程设备月报 2026-12"].body
            place.process.kill()
            await place.start()
            async with desk(place.process.folder) as console:
                await asyncio.sleep(1.0)
                assert len(post.letters) == 2  # nothing goes twice
                await console.sign_on("li")
                kept = next(r for r in console.picture.records.values() if isinstance(r, Mailing))
                await console.ask(EndRecord("mailing", kept.id, kept.revision, "不再需要"))
                assert number


async def test_an_archive_is_read_by_those_who_may_and_each_reading_is_in_the_log(tmp_path: Path) -> None:
    """Acceptance check 7. R-SE-03, R-AR-09, R-SE-06."""
    async with estate(tmp_path) as place, desk(place.process.folder) as console:
        number = await order_done(console)
        package = await whole(console, "package", number=number)
        file = tmp_path / "package.zip"
        file.write_bytes(package)
        good, problems = check(file)
        assert problems == () and good >= 5
        listed = await console.client.query(lambda id: PaperQuery(id, "archive", 2026, 12))
        assert isinstance(listed, PaperAnswer) and listed.document is not None
        assert ArchiveRead(f"order:{number}") in await said(console, f"order:{number}")
        assert ArchiveRead("archive 2026-12/1") in await said(console, "archive:all")
        await console.sign_on("wang")
        for what in ("archive", "package"):
            answer = await console.client.query(lambda id, what=what: PaperQuery(id, what, 2026, 12, number=number))
            assert isinstance(answer, Denied)
        wrong = await console.client.query(lambda id: PaperQuery(id, "archive", 2026, 13))
        assert isinstance(wrong, Denied)


async def whole(console: Desk, what: str, **wanted: Any) -> bytes:
    answer = await console.client.query(lambda id: PaperQuery(id, what, **wanted))
    assert isinstance(answer, PaperAnswer), answer
    data = answer.data
    while len(data) < answer.size:
        more = await console.client.query(partial(PaperPartQuery, job=answer.job, offset=len(data)))
        assert isinstance(more, PaperAnswer)
        data += more.data
    return data


async def test_an_order_of_four_years_stays_and_one_of_five_goes_by_the_auditor_alone(tmp_path: Path) -> None:
    """Acceptance check 6. R-AR-01."""
    async with estate(tmp_path) as place:
        async with desk(place.process.folder) as console:
            old = await order_done(console)
        await place.advance(4 * YEAR)
        async with desk(place.process.folder) as console:
            await order_done(console)
            await console.ask(SignOn("sun", "223344"))
            remove = RemoveArchived("work_order", str(old), "保存期满")
            assert await console.refused(remove) == "reports.remove.early"
        await place.advance(YEAR + 86_400)
        async with desk(place.process.folder) as console:
            await console.sign_on("li")
            assert (await console.refused(remove)).startswith("refused.")
            await console.ask(SignOn("sun", "223344"))
            assert await console.refused(RemoveArchived("work_order", str(old), " ")) == "refused.reason_missing"
            assert await console.refused(RemoveArchived("work_order", "4711", "x")) == "reports.remove.unknown"
            await console.ask(remove)
            gone = await console.client.query(lambda id: OrderQuery(id, old))
            assert isinstance(gone, OrderAnswer) and gone.order is None
            assert RecordRemoved("work_order", str(old), f"WO-{old:06d}", "保存期满") in await said(console, "archive:all")
        place.process.stop()
        assert verify(place.process.folder).problems == []  # the log explains what is no longer there


async def test_the_archive_is_checked_each_quarter_once(tmp_path: Path) -> None:
    """R-AR-05, R-AR-06."""
    async with estate(tmp_path) as place:
        await place.advance(13 * 86_400)
        async with desk(place.process.folder) as console:
            (order,) = await console.until(lambda p: [each for each in p.orders.values() if each.origin == "archive:2026 Q4"])
            assert order.title.zh == "季度档案检查 2026 Q4" and len(order.checklist) == 6
            book = await console.until(lambda p: next((r for r in p.records.values() if isinstance(r, ArchiveBook)), None))
            assert book.last == "2027 Q1"
        place.process.kill()
        await place.start()
        async with desk(place.process.folder) as console:
            await console.until(lambda p: p.orders)
            assert len(console.picture.orders) == 1
        place.process.stop()
        place.steering.now += 100 * 86_400 * SECOND
        await place.start()
        async with desk(place.process.folder) as console:
            await console.sign_on("li")
            assert len(console.picture.orders) == 1  # nobody believes such a clock yet
            await console.ask(ConfirmTime())
            await console.until(lambda p: len(p.orders) == 2, 20)


async def test_the_command_line_makes_reports_sheets_and_packages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with estate(tmp_path) as place:
        async with desk(place.process.folder) as console:
            number = await order_done(console)

        def run(*words: str) -> int:
            return command(["report", *words, "--store", str(place.process.folder)])

        report, sheet = tmp_path / "r.xlsx", tmp_path / "o.pdf"
        assert await asyncio.to_thread(run, "report", "2026-12", "--out", str(report)) == 0
        assert report.read_bytes()[:2] == b"PK"
        assert await asyncio.to_thread(run, "order", f"WO-{number:06d}", "--out", str(sheet)) == 0
        assert sheet.read_bytes().startswith(b"%PDF")
        assert await asyncio.to_thread(run, "report", "2026-13", "--out", str(report)) != 0
        assert await asyncio.to_thread(run, "package", "x") != 0
        assert await asyncio.to_thread(run, "remove", f"WO-{number:06d}", "--reason", "x") != 0  # nobody is signed on
        broken = tmp_path / "broken.zip"
        broken.write_bytes(b"PK")
        assert await asyncio.to_thread(run, "check", str(broken)) == 2
        assert "broken.zip" in capsys.readouterr().err
