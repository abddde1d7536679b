"""Rounds, hazards and drills through a real collector, a real device, a real mail server, steered time, and a kill."""

from __future__ import annotations

import hashlib
from pathlib import Path

from console.domain.commands import EndRecord, SaveNotify, SaveRecords, SaveRoster
from console.domain.maintenance.files import Attachment, StoreFile
from console.domain.maintenance.hazards import (
    AnalyseHazard,
    Grade,
    Hazard,
    HazardState,
    RecheckHazard,
    RecordHazard,
    RectifyHazard,
)
from console.domain.maintenance.rhythms import Every, Rhythm
from console.domain.maintenance.rounds import AnswerRound, Check, CheckKind, ExplainRounds, FinishRound, Round, Route
from console.domain.notices import NotifySettings
from console.domain.rosters import Roster
from console.domain.text import Text
from console.domain.times import DAY, HOUR
from console.link.messages import LogAnswer, LogQuery
from tests.helpers.mail import mail_server
from tests.integration.collectors import Picture, desk
from tests.integration.test_notices import NOW, ROSTER, estate, settings
from tests.integration.test_shifts_and_drills import kept

JPEG = b"\xff\xd8\xff\xe0" + bytes(400)
PHOTO = Attachment(sha=hashlib.sha256(JPEG).hexdigest(), name="a.jpg", kind="jpg", size=len(JPEG))
PRESSURE = Check("p", Text("压力"), CheckKind.VALUE, unit="kPa", low=0, high=90, point="P1.pressure")
ROUTE = Route(
    id="", title=Text("泵房"), rhythm=Rhythm(Every.HOURS, 2, at=0), checks=(PRESSURE, Check("leak", Text("无渗漏"))), window=30,
    automatic=True, equipment="P1",
)  # fmt: skip


def rounds(picture: Picture) -> list[Round]:
    return sorted((each for each in picture.records.values() if isinstance(each, Round)), key=lambda each: each.at)


async def test_rounds_fall_due_turn_late_are_missed_and_survive_a_kill_without_a_double(tmp_path: Path) -> None:
    """R-IN-01, R-EQ-13; once raised is raised once, whatever happens to the collector."""
    async with estate(tmp_path) as place:
        async with desk(place.process.folder) as console:
            await console.sign_on("li")
            await console.ask(SaveRecords((ROUTE,), (0,)))
            await place.advance(HOUR // 10**9)  # 19:06 -> 20:06
            (first,) = await console.until(rounds)
            await console.until(lambda p: rounds(p)[0].done == 1)
            answer = rounds(console.picture)[0].answers[0]
            assert (answer.value, answer.auto, first.name) == ("50", True, "XJ-000001")
            place.process.kill()
        await place.start()
        async with desk(place.process.folder) as console:
            await console.sign_on("li")
            assert [each.id for each in rounds(console.picture)] == [first.id]
            await place.advance(31 * 60)
            await console.until(lambda p: p.alarm("system#rounds"))
            await place.advance(2 * 3600)  # past 22:00: nobody walked the first one
            await console.until(lambda p: len(rounds(p)) == 2 and rounds(p)[0].missed)
            fresh = rounds(console.picture)[1]
            await console.ask(ExplainRounds((first.id,), "夜班缺人"))
            unknown = AnswerRound(fresh.id, 1, value="no", note="法兰滴水", photos=(PHOTO,))
            assert await console.refused(unknown) == "ledger.file.unknown"
            await console.ask(StoreFile("a.jpg", JPEG))
            await console.ask(unknown)
            await console.until(lambda p: rounds(p)[0].done == 2)
            await console.ask(FinishRound(fresh.id))
            order = await console.until(lambda p: next((o for o in p.orders.values() if o.origin == "round:RT-000001/leak"), None))
            assert order.title.zh == "无渗漏：法兰滴水"
            past = [each for each in await kept(console, "round") if isinstance(each, Round)]
            assert sorted((each.missed, bool(each.finished)) for each in past) == [(False, True), (True, False)]
            await console.ask(EndRecord("route", "RT-000001", 1, "改由班组巡检"))
            await place.advance(4 * 3600)
            await console.until(lambda p: not rounds(p))


async def test_a_major_hazard_is_mailed_at_once_and_its_whole_story_is_in_the_log_after_it_is_closed(tmp_path: Path) -> None:
    """R-IN-03 to R-IN-06, acceptance check 4."""
    with mail_server() as post:
        async with estate(tmp_path) as place, desk(place.process.folder) as console:
            await console.sign_on("li")
            await console.ask(SaveRoster(ROSTER, Roster()))
            await console.ask(SaveNotify(settings(post.port, NOW), NotifySettings()))
            await console.sign_on("wang")
            await console.ask(RecordHazard("配电柜过热", "electric", Grade.MAJOR, equipment="P1", measure="降负荷，专人看守"))
            hazard = await console.until(lambda p: p.records.get(("hazard", "HZ-000001")))
            assert isinstance(hazard, Hazard) and hazard.reported
            await console.until(lambda _p: [letter for letter in post.letters if "重大隐患" in letter.title])
            (letter, *_rest) = [each for each in post.letters if "重大隐患" in each.title]
            assert "降负荷，专人看守" in letter.body
            await console.sign_on("li")
            await console.ask(
                AnalyseHazard(
                    "HZ-000001", hazard.revision, "zhao", hazard.at + 3 * DAY, "温升 ≤ 30 K", grade=Grade.MAJOR, measure="降负荷"
                )
            )
            await console.sign_on("zhao")
            now = await console.until(lambda p: p.records.get(("hazard", "HZ-000001")))
            await console.ask(RectifyHazard("HZ-000001", now.revision, "紧固接线"))
            now = await console.until(lambda p: (h := p.records[("hazard", "HZ-000001")]).state is HazardState.RECHECK and h)
            assert await console.refused(RecheckHazard("HZ-000001", now.revision, True, "好")) == "refused.right_manage_safety"
            await console.sign_on("li")
            stale = RecheckHazard("HZ-000001", now.revision - 1, True, "红外复测 24 K")
            assert await console.refused(stale) == "refused.record_changed"
            await console.ask(RecheckHazard("HZ-000001", now.revision, True, "红外复测 24 K"))
            await console.until(lambda p: ("hazard", "HZ-000001") not in p.records)
            (closed,) = await kept(console, "hazard")
            assert isinstance(closed, Hazard) and closed.state is HazardState.CLOSED
            log = await console.client.query(lambda number: LogQuery(number, "hazard:HZ-000001"))
            assert isinstance(log, LogAnswer)
            verbs = [entry.event.what for entry in reversed(log.entries)]  # type: ignore[union-attr]
            assert verbs == ["created", "reported", "analysed", "rectified", "closed"]
            assert [entry.actor for entry in reversed(log.entries)] == ["wang", "wang", "li", "zhao", "li"]
