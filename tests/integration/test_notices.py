"""Notices through real processes and real servers: a fault, the right person, the next level, the follow-up; kills and outages."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from pyModbusTCP.server import ModbusServer

from console.domain.commands import ConfirmTime, KeepChannelSecret, SaveNotify, SaveRoster, SendTest, TakeFault
from console.domain.notices import STEPS, Channel, Contact, NoticeState, NotifyPolicy, NotifySettings, Subscription
from console.domain.rosters import Level, Member, Roster, Shift, Team
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE, SECOND
from console.link.messages import LogAnswer, LogQuery
from console.link.notify import NotifyAnswer, NotifyQuery
from console.link.tls import make_certificates
from tests.helpers.mail import Post, http_receiver, mail_server
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering
from tests.integration.collectors import Desk, desk, device, site, write_seeds

NOON = 1_795_000_000 * SECOND  # 2026-11-18 19:06 in Shanghai: the end of the day shift
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
FIRST = STEPS[0]
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
            await logged(console, NoticeState.SENT, 7, f"fault:{fault.number}")


async def test_a_kill_between_commit_and_delivery_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with mail_server() as post:
        async with estate(tmp_path) as place:
            async with desk(place.process.folder) as console:
                delayed = replace(NOW, delay=(MINUTE,) * 3)
                await set_up(console, settings(post.port, delayed))
                place.breaks()
                await console.until(lambda p: p.faults)
                await logged(console, NoticeState.PLANNED, 1)
            place.process.kill()
            await place.start()
            assert post.letters == []
            await place.advance(60)
            assert await letters(post, 1) == [("wang", "【P3】1# 水泵：压力过高")]
            async with desk(place.process.folder) as console:
                await logged(console, NoticeState.SENT, 1)  # killed before this, it goes again and says so: the next test
            place.process.kill()
            await place.start()
            async with desk(place.process.folder) as console:
                await console.until(lambda p: p.faults)
                await asyncio.sleep(1.0)
                assert len(post.letters) == 1


@pytest.mark.torture
async def test_a_kill_while_a_server_hangs_sends_again_and_says_that_it_may_be_a_repeat(tmp_path: Path) -> None:
    async with estate(tmp_path) as place:
        deaf = socket.create_server(("127.0.0.1", 0))  # takes the call and says nothing
        port = deaf.getsockname()[1]
        async with desk(place.process.folder) as console:
            await set_up(console, settings(port))
            place.breaks()
            await console.until(lambda p: p.faults)
            await logged(console, NoticeState.SENDING, 1)
            beats = len(console.picture.beats)
            await console.until(lambda p: len(p.beats) >= beats + 3, 6)  # the watch goes on, a server that hangs delays nothing
        place.process.kill()
        deaf.close()
        with mail_server(port) as post:
            await place.start()
            assert await letters(post, 1) == [("wang", "【P3】1# 水泵：压力过高")]
            assert "可能重复" in post.letters[0].body


async def test_an_hour_without_a_mail_server_delivers_everything_afterwards_in_one_mail(tmp_path: Path) -> None:
    with mail_server() as post:
        port = post.port
    async with estate(tmp_path) as place, desk(place.process.folder) as console:
        await set_up(console, settings(port, replace(NOW, repeat=(0, 0, 10 * MINUTE))))
        place.breaks()
        await console.until(lambda p: p.faults)
        for _ in range(6):
            await asyncio.sleep(0.5)
            await place.advance(600)
        with mail_server(port) as post:
            await place.advance(600)
            await asyncio.to_thread(post.until, lambda found: any("汇总" in each.title for each in found))
            summary = next(each for each in post.letters if each.to.startswith("wang"))
            assert summary.body.count("仍无人受理") >= 3
            assert summary.body.count("】1# 水泵：压力过高") >= 4


async def test_what_is_more_than_the_rate_waits_for_the_window_s_end_and_comes_as_one(tmp_path: Path) -> None:
    with mail_server() as post:
        async with estate(tmp_path) as place, desk(place.process.folder) as console:
            await set_up(console, settings(post.port, replace(NOW, repeat=(0, 0, MINUTE), repeat_most=9, rate=3, steps=(FIRST,))))
            place.breaks()
            await letters(post, 1)
            for minute in range(1, 9):
                await place.advance(60)
                await logged(console, NoticeState.PLANNED, minute + 1)
                await letters(post, min(minute + 1, 3))
            assert len(post.letters) == 3
            await place.advance(130)
            titles = [title for _, title in await letters(post, 4)]
            assert titles[3] == "【汇总】试验场：7 条通知"
            assert len(post.letters) == 4


async def test_a_mail_that_is_refused_for_now_is_tried_again_later(tmp_path: Path) -> None:
    with mail_server() as post:
        post.refused = 1
        async with estate(tmp_path) as place, desk(place.process.folder) as console:
            await set_up(console, settings(post.port))
            place.breaks()
            await logged(console, NoticeState.PLANNED, 2)  # planned, failed and planned again
            assert post.letters == []
            await place.advance(30)
            assert await letters(post, 1) == [("wang", "【P3】1# 水泵：压力过高")]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on loopback; the next test has TLS
async def test_the_test_button_tells_the_truth_and_no_secret_is_written_anywhere(tmp_path: Path) -> None:
    secret = "Tr0ub4dor&3"
    with mail_server(password=secret) as post, http_receiver() as (hook, taken):
        mail = Channel(
            "mail", Text("邮件"), f"mailto://duty:{{secret}}@127.0.0.1:{post.port}?from=desk@example.org&to={{to}}&mode=insecure"
        )
        group = Channel("hook", Text("网页回调"), f"json://127.0.0.1:{hook}/notice", "both")
        wanted = replace(settings(post.port), channels=(mail, group), subscriptions=(Subscription(channel="hook"),))
        async with estate(tmp_path) as place, desk(place.process.folder) as console:
            await set_up(console, wanted)
            assert await console.refused(SendTest("mail", "wang")) == "notify.no_secret"
            await console.ask(KeepChannelSecret("mail", "wrong"))
            assert await console.refused(SendTest("mail", "wang")) == "notify.undelivered"
            assert await console.refused(SendTest("mail", "zhao")) == "notify.no_address"
            await console.ask(KeepChannelSecret("mail", secret))
            await console.ask(SendTest("mail", "wang"))
            assert post.titles("wang@example.org") == ["【测试】试验场 通知渠道"]
            await console.ask(SendTest("hook"))
            assert taken[-1]["title"] == "【测试】试验场 通知渠道"
            assert "Nothing" not in taken[-1]["message"] and "test message" in taken[-1]["message"]
            answer = await console.client.query(NotifyQuery)
            assert isinstance(answer, NotifyAnswer)
            assert answer.kept == ("mail",)
            place.breaks()
            await asyncio.to_thread(post.wait, 2)
            await console.until(lambda _: len(taken) == 2)
            for file in place.process.folder.rglob("*"):
                if file.is_file():
                    assert secret.encode() not in file.read_bytes(), file
            if os.name == "posix":
                assert (place.process.folder / "secrets.key").stat().st_mode & 0o077 == 0


@pytest.mark.torture
async def test_a_mail_server_with_tls_is_believed_only_with_a_known_certificate(tmp_path: Path) -> None:
    made = make_certificates(tmp_path / "tls", ["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    with mail_server(tls=context) as post:
        url = f"mailtos://127.0.0.1:{post.port}?from=desk@example.org&to={{to}}&mode=ssl"
        wanted = replace(settings(post.port), channels=(Channel("mail", Text("邮件"), url),))
        async with estate(tmp_path) as place:
            async with desk(place.process.folder) as console:
                await set_up(console, wanted)
                assert await console.refused(SendTest("mail", "wang")) == "notify.undelivered"
            place.process.stop()
            place.process.environment = {**os.environ, "SSL_CERT_FILE": str(made.ca)}
            await place.start()
            async with desk(place.process.folder) as console:
                await console.sign_on("li")
                await console.ask(SendTest("mail", "wang"))
        assert post.titles("wang@example.org") == ["【测试】试验场 通知渠道"]


async def test_a_step_of_the_wall_clock_stops_escalation_until_somebody_confirms_the_time(tmp_path: Path) -> None:
    with mail_server() as post:
        async with estate(tmp_path) as place, desk(place.process.folder) as console:
            await set_up(console, settings(post.port))
            place.breaks()
            await letters(post, 1)
            await asyncio.to_thread(place.steering.step, 3 * HOUR / SECOND)
            await console.until(lambda p: p.alarm("system#clock"))
            await place.advance(60)
            await asyncio.sleep(1.0)
            assert len(post.letters) == 1
            await console.ask(ConfirmTime())
            await asyncio.to_thread(post.until, lambda found: any(each.to.startswith("boss") for each in found))


async def test_every_morning_the_supervisor_hears_that_the_watch_runs(tmp_path: Path) -> None:
    with mail_server() as post:
        async with estate(tmp_path) as place, desk(place.process.folder) as console:
            await set_up(console, settings(post.port, replace(NOW, daily=8 * 60)))
            await place.advance(24 * 3600)
            assert await letters(post, 1) == [("li", "【监控运行正常】试验场")]
            await asyncio.sleep(0.5)
            await place.advance(24 * 3600)
            assert len(await letters(post, 2)) == 2


async def logged(console: Desk, state: NoticeState, count: int, subject: str = "notice:all") -> None:
    """Wait until the log has ``count`` entries about notices in that state."""
    for _ in range(200):
        answer = await console.client.query(lambda number: LogQuery(number, subject))
        assert isinstance(answer, LogAnswer)
        notices = [getattr(entry.event, "notice", None) for entry in answer.entries]
        if sum(notice is not None and notice.state is state for notice in notices) >= count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not {count} times {state}: {answer.entries}")


@pytest.mark.torture
async def test_a_roster_older_than_a_year_is_said_anew_so_that_a_shortened_log_never_loses_it(tmp_path: Path) -> None:
    async with estate(tmp_path) as place:
        async with desk(place.process.folder) as console:
            await set_up(console, NotifySettings())
        await asyncio.to_thread(place.process.stop)
        place.steering.now += 400 * 24 * HOUR
        await place.start()
        async with desk(place.process.folder) as console:
            answer = await console.client.query(lambda number: LogQuery(number, "roster:all"))
            assert isinstance(answer, LogAnswer)
            assert len(answer.entries) == 2
            present = await console.client.query(NotifyQuery)
            assert isinstance(present, NotifyAnswer)
            assert present.roster == ROSTER
