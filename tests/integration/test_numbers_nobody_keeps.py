"""A number that is none, sent to a real collector: one sentence for the person, and a store that opens again."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

from console.domain.commands import RaiseOrder, SaveRecords
from console.domain.maintenance.parts import Part
from console.domain.maintenance.rounds import AnswerRound
from console.domain.orders import OrderKind
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import desk, device, site, write_seeds


def test_nan_infinity_and_numbers_beyond_64_bits_are_refused_and_the_collector_starts_again(tmp_path: Path) -> None:
    with device() as server:
        file = tmp_path / "site.yaml"
        file.write_text(site(server.port), encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)))
        process = CollectorProcess(tmp_path / "store", *words)

        async def hostile() -> None:
            async with desk(tmp_path / "store") as to:
                await to.sign_on("li")
                part = Part(id="BR-1", name="轴承")
                for command in (
                    SaveRecords((Part(id="BR-1", name="轴承", price=math.nan),), (0,)),
                    SaveRecords((Part(id="BR-1", name="轴承", least=math.inf),), (0,)),
                    SaveRecords((part,), (2**64 - 1,)),
                    RaiseOrder(OrderKind.PROJECT, "换灯", due_at=2**63),
                    AnswerRound("XJ", 0, number=-math.inf),
                ):
                    assert await to.refused(command) == "refused.number"
                await to.ask(SaveRecords((part,), (0,)))

        async def after() -> None:
            async with desk(tmp_path / "store") as to:
                await to.until(lambda picture: ("part", "BR-1") in picture.records)

        try:
            process.start()
            asyncio.run(hostile())
            process.kill()
            process.start()
            asyncio.run(after())
        finally:
            process.stop()
