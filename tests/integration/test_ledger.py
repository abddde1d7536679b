"""The ledger through a real collector: files, imports, their end after a kill, and taking them back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from console.cli import console as command
from console.domain.commands import EndRecord, RaiseOrder, SaveRecords
from console.domain.maintenance.cards import Card
from console.domain.maintenance.cards_batches import BatchState, ImportLedger, LedgerBatch, UndoLedgerImport
from console.domain.maintenance.cards_drafts import LedgerDraft
from console.domain.maintenance.files import LARGEST_PART, Attachment, StoreFile
from console.domain.orders import OrderKind
from console.domain.pointlists import Choices
from console.domain.times import SECOND
from console.link.ledger import (
    KeptFileAnswer,
    KeptFileQuery,
    LedgerDraftAnswer,
    LedgerDraftPartAnswer,
    LedgerDraftPartQuery,
    LedgerDraftQuery,
    LedgerPaperAnswer,
    LedgerPaperQuery,
)
from console.link.messages import Denied, LogAnswer, LogQuery
from console.store import reading
from console.store.backup import back_up
from console.store.restore import restore
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import Desk, desk, device, site, write_seeds

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200
Query = Callable[[int], Any]


@contextmanager
def collecting(folder: Path, arguments: list[str]) -> Iterator[CollectorProcess]:
    """A collector as a process of its own."""
    collector = CollectorProcess(folder, *arguments)
    collector.start()
    try:
        yield collector
    finally:
        collector.stop()


async def asked(here: Desk, make: Query) -> Any:
    """The answer of a query."""
    return await here.client.query(make)


async def preview(here: Desk, data: bytes, file: str = "台账.csv", choices: Choices | None = None) -> tuple[int, LedgerDraft]:
    """The number of a reading, and what it shows."""
    begun = await asked(here, lambda id: LedgerDraftQuery(id, file, data, choices or Choices()))
    assert isinstance(begun, LedgerDraftAnswer), begun
    for _ in range(200):
        part = await asked(here, lambda id: LedgerDraftPartQuery(id, begun.draft))
        assert isinstance(part, LedgerDraftPartAnswer), part
        if part.result is not None:
            return begun.draft, part.result
    raise AssertionError("no preview")


def cards(here: Desk) -> dict[str, Card]:
    """By code, as a console knows them."""
    return {card.code: card for card in here.picture.records.values() if isinstance(card, Card)}


def batches(here: Desk) -> list[LedgerBatch]:
    return [each for each in here.picture.records.values() if isinstance(each, LedgerBatch)]


def table(count: int, model: str = "SG24", first: int = 1) -> bytes:
    lines = ["设备编号,设备名称,规格型号,所属系统", *(f"XF-{n},消火栓箱 {n},{model},消防" for n in range(first, first + count))]
    return "\r\n".join(lines).encode("gb18030")


@pytest.fixture
def prepared(tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    """Arguments of a collector with one pump."""
    with device() as pump:
        (tmp_path / "site.yaml").write_text(site(pump.port), encoding="utf-8")
        yield tmp_path / "store", ["--config", str(tmp_path / "site.yaml"), "--seed-accounts", str(write_seeds(tmp_path))]


async def test_an_import_is_previewed_confirmed_and_taken_back(prepared: tuple[Path, list[str]]) -> None:
    """R-EQ-01, R-EQ-02: cards of every class come in by a table, and the maintenance ledger names exactly its fields."""
    folder, arguments = prepared
    with collecting(folder, arguments):
        async with desk(folder) as here:
            await here.sign_on("li")
            number, shown = await preview(here, table(3) + "\r\nXF-3,又一个,,\r\nP1,一号泵,CR45,给排水".encode("gb18030"))
            assert (shown.new, shown.changed, shown.wrong, shown.mistakes) == (3, 1, 1, 1)
            assert not cards(here), "a preview changes nothing"
            assert await here.refused(ImportLedger(number, "年度盘点")) == "ledger.refused.mistakes"
            assert await here.refused(ImportLedger(number, " ", leave_out=True)) == "ledger.refused.import_reason"
            await here.ask(ImportLedger(number, "年度盘点", leave_out=True))
            await here.until(lambda p: len(cards(here)) == 4)
            card = cards(here)["XF-1"]
            assert (card.id, card.number, card.revision, card.batch) == ("C-000001", 1, 1, "LB-000001")
            assert cards(here)["P1"].id == "P1" and cards(here)["P1"].model == "CR45"
            (batch,) = batches(here)
            assert (batch.state, batch.done, batch.count, batch.new) == (BatchState.WRITTEN, 4, 4, 3)

            story = await asked(here, lambda id: LogQuery(id, "card:C-000001"))
            assert isinstance(story, LogAnswer) and story.entries[0].actor == "li"

            await here.ask(UndoLedgerImport(batch.id, "导错了表"))
            await here.until(lambda p: not cards(here) and not batches(here))


async def test_an_import_is_not_taken_back_once_something_newer_hangs_on_it(prepared: tuple[Path, list[str]]) -> None:
    folder, arguments = prepared
    with collecting(folder, arguments):
        async with desk(folder) as here:
            await here.sign_on("li")
            number, _shown = await preview(here, table(2))
            await here.ask(ImportLedger(number, "盘点"))
            order = RaiseOrder(
                OrderKind.CORRECTIVE, "玻璃破损", cards(here)["XF-2"].id, caller="张女士", place="大堂", symptom="碎了"
            )
            await here.ask(order)
            assert await here.refused(UndoLedgerImport("LB-000001", "试试")) == "ledger.refused.hangs"
            assert len(cards(here)) == 2

            number, _shown = await preview(here, table(2, "SG18"))
            await here.ask(ImportLedger(number, "改型号"))
            card = cards(here)["XF-1"]
            assert (card.model, card.revision) == ("SG18", 2)
            await here.ask(
                SaveRecords((Card(**{f: getattr(card, f) for f in card.__struct_fields__} | {"make": "甲"}),), (2,), "补厂家")
            )
            assert await here.refused(UndoLedgerImport("LB-000002", "试试")) == "ledger.refused.newer"
            assert await here.refused(EndRecord("card", cards(here)["XF-2"].id, 2, "清理")) == "ledger.refused.end_used"


async def test_a_ledger_that_changed_since_the_preview_refuses_the_import_whole(prepared: tuple[Path, list[str]]) -> None:
    folder, arguments = prepared
    with collecting(folder, arguments):
        async with desk(folder) as here, desk(folder, "desk 2") as there:
            await here.sign_on("li")
            await there.sign_on("root")
            number, _shown = await preview(here, table(5))
            await there.ask(SaveRecords((Card(id="", code="XF-3", name="手工建的"),), (0,), "先建"))
            assert await here.refused(ImportLedger(number, "盘点")) in ("ledger.refused.stale", "ledger.refused.twice")
            await here.until(lambda p: len(cards(here)) == 1)
            assert await there.refused(SaveRecords((Card(id="", code="XF-3", name="再建"),), (0,), "x")) == "ledger.refused.twice"


async def test_a_killed_collector_ends_the_import_that_it_began(prepared: tuple[Path, list[str]]) -> None:
    folder, arguments = prepared
    with collecting(folder, arguments) as first:
        async with desk(folder) as here:
            await here.sign_on("li")
            number, shown = await preview(here, table(10_000))
            assert shown.new == 10_000
            writing = asyncio.create_task(here.client.ask(ImportLedger(number, "盘点")))
            await here.until(lambda p: any(batch.done for batch in batches(here)))
            first.kill()
            writing.cancel()
    with collecting(folder, arguments):
        async with desk(folder) as here:
            await here.until(lambda p: batches(here)[0].state is BatchState.WRITTEN, 30)
            assert len(cards(here)) == 10_000 == len({card.id for card in cards(here).values()})
            assert {card.revision for card in cards(here).values()} == {1}


async def test_documents_are_kept_by_their_content_in_parts_and_a_renamed_program_is_refused(
    prepared: tuple[Path, list[str]],
) -> None:
    """R-EQ-04: documents belong to the card, and stay readable."""
    folder, arguments = prepared
    large = b"%PDF-1.7\n" + bytes(range(256)) * 4 * 5_000
    with collecting(folder, arguments):
        async with desk(folder) as here:
            await here.sign_on("zhao")
            await here.ask(StoreFile("铭牌.png", PNG))
            for offset in range(0, len(large), LARGEST_PART):
                await here.ask(StoreFile("说明书.pdf", large[offset : offset + LARGEST_PART], "u1", offset, len(large)))
            assert await here.refused(StoreFile("说明书.pdf", b"MZ\x90\x00" + b"\0" * 200)) == "ledger.file.kind"
            assert await here.refused(StoreFile("照片.pdf", PNG)) == "ledger.file.kind"
            assert await here.refused(StoreFile("大.pdf", b"%PDF", "u2", 0, 100_000_000)) == "ledger.file.large"
            assert await here.refused(StoreFile("说明书.pdf", b"x", "u9", 5, 10)) == "ledger.file.order"
            sha = hashlib.sha256(large).hexdigest()
            got = b""
            while len(got) < len(large):
                answer = await asked(here, partial(KeptFileQuery, sha=sha, offset=len(got)))
                assert isinstance(answer, KeptFileAnswer) and answer.size == len(large)
                got += answer.data
            assert got == large
            assert await here.refused(SaveRecords((Card(id="P1", code="P1", name="泵"),), (0,))) == "refused.right_keep_ledger"
        async with desk(folder, "desk 2") as here:
            await here.sign_on("li")
            files = (Attachment(sha, "说明书.pdf", "pdf", len(large)),)
            await here.ask(SaveRecords((Card(id="P1", code="P1", name="泵", attachments=files),), (0,), "加说明书"))
            lost = (Attachment("0" * 64, "没有.pdf", "pdf", 1),)
            assert (
                await here.refused(SaveRecords((Card(id="P1", code="P1", name="泵", attachments=lost),), (1,)))
                == "ledger.file.unknown"
            )
    assert not reading.verify(folder).damage
    kept = next((folder / "files").glob(f"*/{sha}.pdf"))
    kept.write_bytes(large[:-1])
    assert [problem.code for problem in reading.verify(folder).problems] == ["store.verify_document"]


async def test_what_is_exported_can_be_imported_and_changes_nothing(prepared: tuple[Path, list[str]]) -> None:
    """R-EQ-02: the maintenance ledger has exactly its fields, in both languages; and the ledger's table comes back as it went."""
    folder, arguments = prepared
    odd = Card(
        id="", code="=1+1", name="'; DROP TABLE--", note="两行\n第二行 👩\u200d👩\u200d👧", system="泳池",
        location="B1", place="东侧",
        price=12.5, installed="2020-01-02", life_years=15, criticality="A",
    )  # fmt: skip
    with collecting(folder, arguments):
        async with desk(folder) as here:
            await here.sign_on("li")
            await here.ask(SaveRecords((odd,), (0,), "新建"))
            for form in ("csv", "xlsx"):
                for lang in ("zh_CN", "en"):
                    paper = await asked(here, partial(LedgerPaperQuery, paper="ledger", form=form, language=lang))
                    assert isinstance(paper, LedgerPaperAnswer), paper
                    _number, shown = await preview(here, paper.data, paper.name)
                    assert (shown.same, shown.new, shown.changed, shown.mistakes) == (2, 0, 0, 0), (form, lang, shown)
            for lang, words in (
                ("zh_CN", "设备编号,设备名称,安装位置,运行状态,维护时间,维修记录"),
                ("en", "Code,Name,Location,Running state,Maintained,Repair record"),
            ):
                paper = await asked(here, partial(LedgerPaperQuery, paper="maintenance", form="csv", language=lang))
                assert isinstance(paper, LedgerPaperAnswer), paper
                assert paper.data.decode("utf-8-sig").splitlines()[0] == words
            labels = await asked(here, lambda id: LedgerPaperQuery(id, "labels", "pdf", "zh_CN", label="63.5x38.1"))
            assert isinstance(labels, LedgerPaperAnswer) and labels.data.startswith(b"%PDF")
            wrong = await asked(here, lambda id: LedgerPaperQuery(id, "labels", "pdf", "zh_CN", label="1x1"))
            assert isinstance(wrong, Denied) and wrong.problem.code == "ledger.refused.label"


async def test_a_certificate_that_runs_out_is_told_as_an_advisory_alarm(prepared: tuple[Path, list[str]]) -> None:
    """R-EQ-05: inspections are kept: what is due is told 60 and 30 days before, and once it has run out."""
    folder, arguments = prepared
    soon = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    far = (datetime.now(UTC) + timedelta(days=400)).date().isoformat()
    with collecting(folder, arguments):
        async with desk(folder) as here:
            await here.sign_on("li")
            await here.ask(SaveRecords((Card(id="P1", code="P1", name="泵", certificate_until=far),), (0,), "登记"))
            assert here.picture.alarm("system#cards") is None
            await here.ask(SaveRecords((Card(id="P1", code="P1", name="泵", certificate_until=soon),), (1,), "更正"))
            alarm = await here.until(lambda p: p.alarm("system#cards"))
            assert (alarm.priority, alarm.value) == (4, 1.0)
            await here.ask(SaveRecords((Card(id="P1", code="P1", name="泵", certificate_until=far),), (2,), "已检"))
            await here.until(lambda p: not p.alarm("system#cards").active)


async def test_the_command_line_previews_imports_takes_back_and_exports(
    prepared: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, arguments = prepared
    file = tmp_path / "台账.csv"
    file.write_bytes(table(3) + "\r\nXF-1,重复,,".encode("gb18030"))
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "445566")

    async def run(*words: str) -> int:
        return await asyncio.to_thread(command, ["ledger", *words, "--store", str(folder), "--lang", "en"])

    with collecting(folder, arguments):
        assert await run("import", str(file), "--preview") == 2
        said = capsys.readouterr()
        assert "csv!A5" in said.err and "3 new" in said.out
        assert await run("import", str(file)) == 1, "an import needs a person and a reason"
        words = ("--account", "li", "--reason", "inventory")
        assert await run("import", str(file), "--leave-out", *words) == 0
        out = tmp_path / "out.xlsx"
        assert await run("export", "--out", str(out)) == 0
        async with desk(folder) as here:
            await here.sign_on("li")
            _number, shown = await preview(here, out.read_bytes(), out.name)
            assert (shown.same, shown.mistakes) == (4, 0)
            for paper, name in (("maintenance", "m.pdf"), ("labels", "l.pdf")):
                assert await run("export", "--paper", paper, "--out", str(tmp_path / name)) == 0
                assert (tmp_path / name).read_bytes().startswith(b"%PDF")
            assert await run("undo", "LB-000001", *words) == 0
            await here.until(lambda p: not cards(here))


async def test_documents_and_imports_are_in_the_backup_and_come_back_whole(
    prepared: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, arguments = prepared
    with collecting(folder, arguments):
        async with desk(folder) as here:
            await here.sign_on("li")
            await here.ask(StoreFile("铭牌.png", PNG))
            number, _shown = await preview(here, table(2))
            await here.ask(ImportLedger(number, "盘点"))
    made = back_up(folder, tmp_path / "backup", 1_900_000_000 * SECOND)
    assert not made.damage
    restored = restore(tmp_path / "backup", tmp_path / "again")
    assert not restored.verified.damage
    kept = sorted(path.relative_to(folder).as_posix() for path in (folder / "files").glob("*/*"))
    assert kept == sorted(path.relative_to(tmp_path / "again").as_posix() for path in (tmp_path / "again" / "files").glob("*/*"))
    assert len(kept) == 2
    again = tmp_path / "again"
    with collecting(again, arguments):
        async with desk(again) as here:
            await here.sign_on("li")
            await here.ask(UndoLedgerImport("LB-000001", "after the restore"))
            await here.until(lambda p: not cards(here))
