"""An import of 50,000 ledger rows through a real collector: read with a preview, confirmed, written, while a device is polled.

``python -m tests.benchmarks.maintenance.ledger_import [--rows 50000]`` prints one JSON line. ``ledger_import_s`` is from sending
the file to the last card's commit; ``stall_ms`` is how much later than the collector's other answers a question was answered
meanwhile; ``growth_mb`` is the collector's memory after it, beyond what it was before.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import random
import tempfile
import time
from pathlib import Path

import psutil
import xlsxwriter

from console.domain.maintenance.cards import Card
from console.domain.maintenance.cards_batches import BatchState, ImportLedger, LedgerBatch, UndoLedgerImport
from console.link.keeping import StoreQuery
from console.link.ledger import LedgerDraftPartQuery, LedgerDraftQuery
from console.papers import ledgercolumns as columns
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import Desk, desk, device, site, write_seeds

_LEFT_OUT = frozenset({"parent", "level", "name_en", "state_at", "state_reason", "archive_place", "keys", "note"})
_FIXED = {
    "state": "在用", "criticality": "B", "system": "消防", "price": "12,345.60", "life_years": "15", "contract_from": "2009-01-01",
    "rated": "功率 (kW)=15; 转速=1450", "location": "地下一层",
}  # fmt: skip


def table(rows: int) -> bytes:
    """An xlsx as a supervisor would have it: nearly every column filled."""
    rng = random.Random(6)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    page = book.add_worksheet()
    fields = [field for field in columns.FIELDS if field not in _LEFT_OUT]
    for place, field in enumerate(fields):
        page.write_string(0, place, columns.title(field, "zh_CN"))
    for row in range(1, rows + 1):
        for place, field in enumerate(fields):
            page.write_string(row, place, _cell(field, row, rng))
    book.close()
    return out.getvalue()


def _cell(field: str, row: int, rng: random.Random) -> str:
    if field in _FIXED:
        return _FIXED[field]
    if field in columns.DAYS:
        return f"20{rng.randrange(10, 28)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    if field in ("code", "serial", "name"):
        return f"{field[:2].upper()}-{row:06d}"
    return f"{field} {row % 60}"


async def measure(rows: int, folder: Path) -> dict[str, float]:
    """The figures of one import and its undo."""
    data = table(rows)
    with device() as pump:
        (folder / "site.yaml").write_text(site(pump.port), encoding="utf-8")
        words = ["--config", str(folder / "site.yaml"), "--seed-accounts", str(write_seeds(folder))]
        collector = CollectorProcess(folder / "store", *words)
        collector.start()
        try:
            async with desk(collector.folder) as here:
                await here.sign_on("li")
                await asyncio.sleep(2)
                assert collector.process is not None
                memory = psutil.Process(collector.process.pid)
                before = memory.memory_info().rss
                stalls: list[float] = []
                watching = asyncio.create_task(_watch(collector.folder, stalls))
                began = time.perf_counter()
                seen = await _import(here, data)
                done = time.perf_counter()
                assert len([each for each in here.picture.records.values() if isinstance(each, Card)]) == rows
                after = memory.memory_info().rss
                undone = time.perf_counter()
                await here.ask(UndoLedgerImport("LB-000001", "bench"))
                ended = time.perf_counter()
                watching.cancel()
        finally:
            collector.stop()
    return {
        "ledger_import_s": round(done - began, 2),
        "preview_s": round(seen - began, 2),
        "write_s": round(done - seen, 2),
        "undo_s": round(ended - undone, 2),
        "stall_ms": round(1000 * max(stalls), 1),
        "growth_mb": round((after - before) / 1e6, 1),
        "file_mb": round(len(data) / 1e6, 1),
    }


async def _import(here: Desk, data: bytes) -> float:
    """Preview and import; when the preview was there."""
    begun = await here.client.query(lambda id: LedgerDraftQuery(id, "台账.xlsx", data))
    result = None
    while result is None:
        part = await here.client.query(lambda id: LedgerDraftPartQuery(id, begun.draft))
        result = part.result
    assert not result.mistakes, result.remarks[:3]
    seen = time.perf_counter()
    await here.ask(ImportLedger(begun.draft, "bench"))
    batch = next(each for each in here.picture.records.values() if isinstance(each, LedgerBatch))
    assert batch.state is BatchState.WRITTEN
    return seen


async def _watch(folder: Path, stalls: list[float]) -> None:
    """Another desk asks something small all the time."""
    async with desk(folder, "desk 2") as other:
        while True:
            asked = time.perf_counter()
            await other.client.query(StoreQuery)
            stalls.append(time.perf_counter() - asked)
            await asyncio.sleep(0.02)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(arguments.rows, Path(folder)))))


if __name__ == "__main__":
    main()
