"""Notices through real processes and real servers: a fault, the right person, the next level, the follow-up; kills and outages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pyModbusTCP.server import ModbusServer

from console.domain.commands import SaveNotify, SaveRoster, TakeFault
from console.domain.events import NoticeSent
from console.domain.notices import Channel, Contact, NotifyPolicy, NotifySettings
from console.domain.rosters import Level, Member, Roster, Shift, Team
from console.domain.text import Text
from console.domain.times import SECOND
from console.link.messages import LogAnswer, LogQuery
from tests.helpers.mail import Post, mail_server
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering
from tests.integration.collectors import Desk, desk, device, site, write_seeds

NOON = 1_795_000_000 * SECOND  # 2026-11-18 09:46 in Shanghai: the day shift
ROSTER = Roster(
    shifts=(Shift("day", Text("早班"), 480, 1200), Shift("night", Text("夜班"), 1200, 480)),
    teams=(
        Team("A", Text("甲班"), (Member("wang"), Member("chen", Level.SHIFT_LEADER))),
        Team("B", Text("乙班"), (Member("sun"), Member("qian", Level.SHIFT_LEADER))),
    ),
    cycle=({"day": "A", "night": "B"},),
    since="2026-11-01",
    standing=(Member("li", Level.SUPERVISOR), Member("boss", Level.MANAGER)),
)
PEOPLE = ("wang", "chen", "sun", "qian", "li", "boss")
NOW = NotifyPolicy(delay=(0, 0, 0), daily=-1)


def settings(port: int, policy: NotifyPolicy = NOW) -> NotifySettings:
    url = f"mailto://127.0.0.1:{port}?from=desk@example.org&to={{to}}&mode=insecure"
    contacts = tuple(Contact(name, {"mail": f"{name}@example.org"}) for name in PEOPLE)
    return NotifySettings((Channel("mail", Text("邮件", "Mail"), url),), contacts, policy=policy)


@dataclass
class Estate:
    """A collector under a steered clock, its device, and a console at which the supervisor sits."""

    process: CollectorProcess
    server: ModbusServer
    steering: Steering

    async def start(self) -> None:
        self.process.start(wait=False)
        await asyncio.to_thread(self.steering.accept)
        await asyncio.to_thread(self.process.wait_until_it_answers)
        await asyncio.to_thread(self.steering.run, 1.0)

    async def advance(self, seconds: float) -> None:
        await asyncio.to_thread(self.steering.advance, seconds)

    def breaks(self) -> None:
        self.server.data_bank.set_holding_registers(0, [150])

    def mends(self) -> None:
        self.server.data_bank.set_holding_registers(0, [50])


@asynccontextmanager
async def estate(tmp_path: Path, extra: str = "") -> AsyncIterator[Estate]:
    with device() as server, Steering(NOON) as steering:
        file = tmp_path / "site.yaml"
        file.write_text(site(server.port) + extra, encoding="utf-8")
        process = CollectorProcess(
            tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)),
            "--clock", f"steered:{steering.port}",
        )  # fmt: skip
        made = Estate(process, server, steering)
        await made.start()
        try:
            yield made
        finally:
            process.stop()


async def set_up(console: Desk, wanted: NotifySettings, roster: Roster = ROSTER) -> None:
    await console.sign_on("li")
    await console.ask(SaveRoster(roster, Roster()))
    await console.ask(SaveNotify(wanted, NotifySettings()))


async def letters(post: Post, count: int) -> list[tuple[str, str]]:
    found = await asyncio.to_thread(post.wait, count)
    return [(letter.to.partition("@")[0], letter.title) for letter in found]


async def test_nobody_takes_a_fault_and_each_mark_reaches_the_next_level(tmp_path: Path) -> None:
    with mail_server() as post:
        async with estate(tmp_path) as place, desk(place.process.folder) as console:
            await set_up(console, settings(post.port))
            place.breaks()
            assert await letters(post, 1) == [("wang", "【P3】1# 水泵：压力过高")]
            fault = await console.until(lambda p: next(iter(p.faults.values()), None))
            await place.advance(15 * 60)  # half of the 30 minutes to acknowledge
            assert (await letters(post, 2))[1:] == [("chen", "【P3 确认时限已用 50%】1# 水泵：压力过高")]
            await place.advance(9 * 60)
            assert (await letters(post, 3))[2:] == [("li", "【P3 确认时限已用 80%】1# 水泵：压力过高")]
            await place.advance(6 * 60)
            assert (await letters(post, 4))[3:] == [("boss", "【P3 确认超时】1# 水泵：压力过高")]
            await console.ask(TakeFault(fault.number))
            told = await letters(post, 7)
            assert sorted(told[4:]) == sorted((who, "【P3 已受理】1# 水泵：压力过高") for who in ("wang", "chen", "boss"))
            assert "李主管" in post.letters[-1].body
            story = await console.client.query(lambda n: LogQuery(n, f"fault:{fault.number}"))
            assert isinstance(story, LogAnswer)
            assert sum(isinstance(entry.event, NoticeSent) for entry in story.entries) == 7
