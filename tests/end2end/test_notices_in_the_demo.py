"""Trapped passengers in the demo estate: the right people on duty hear of it, level by level, until somebody takes it."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from pathlib import Path

import pytest

from console.cli.demo import end, start_demo
from console.domain.commands import SaveNotify, SignOn, TakeFault
from console.domain.notices import Channel, Contact, NotifyPolicy, NotifySettings
from console.domain.rosters import Level, on_duty
from console.domain.rules import Category
from console.domain.text import Text
from console.link.notify import NotifyAnswer, NotifyQuery
from tests.helpers.mail import Letter, mail_server
from tests.integration.collectors import desk

SPEED = 10.0  # the three minutes to acknowledge a P1 pass in eighteen seconds


def inject(port: int, request: dict[str, object]) -> dict[str, object]:
    """One line to the fault injector."""
    with socket.create_connection(("127.0.0.1", port), 10) as line, line.makefile("rwb") as stream:
        stream.write(json.dumps({"id": 1, **request}).encode() + b"\n")
        stream.flush()
        while True:
            answer = json.loads(stream.readline())
            if answer.get("id") == 1:
                assert isinstance(answer, dict)
                return answer


@pytest.mark.torture
async def test_trapped_passengers_reach_the_people_on_duty_level_by_level_until_taken(tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []
    folder = tmp_path / "demo"
    with mail_server() as post:
        try:
            control = await asyncio.to_thread(start_demo, folder, started, calm=True, speed=SPEED)
            secrets = {each["account"]: each["secret"] for each in json.loads((folder / "accounts.json").read_text("utf-8"))}
            async with desk(folder) as console:
                await console.ask(SignOn("chen", secrets["chen"]))
                present = await console.client.query(NotifyQuery)
                assert isinstance(present, NotifyAnswer)
                people = {member.person for team in present.roster.teams for member in team.members} | {"zhou", "chen"}
                url = f"mailto://127.0.0.1:{post.port}?from=desk@example.org&to={{to}}&mode=insecure"
                names = {person: f"p{number}@example.org" for number, person in enumerate(sorted(people))}
                contacts = tuple(Contact(person, {"mail": address}) for person, address in names.items())
                settings = NotifySettings((Channel("mail", Text("邮件"), url),), contacts, policy=NotifyPolicy(daily=-1))
                await console.ask(SaveNotify(settings, NotifySettings()))
                await console.ask(SignOn("wang", secrets["wang"]))
                now = (await console.until(lambda p: p.beats))[-1].now
                duty = {level: on_duty(present.roster, level, now, "Asia/Shanghai") for level in Level}
                assert all(duty.values())

                assert inject(control, {"do": "cause", "fault": "trapped", "target": "T1-L2"})["ok"]
                fault = await console.until(
                    lambda p: next((f for f in p.faults.values() if f.category is Category.TRAPPED), None), 30
                )  # fmt: skip

                def told(letters: list[Letter], level: Level, what: str) -> bool:
                    mine = [names[person] for person in duty[level]]
                    return any(each.to in mine and what in each.title for each in letters)

                first = await asyncio.to_thread(post.until, lambda found: told(found, Level.OPERATOR, "【P1】"), 20)
                assert {each.to for each in first if "【P1】" in each.title} == {names[person] for person in duty[Level.OPERATOR]}
                for level, mark in ((Level.SHIFT_LEADER, "50%"), (Level.SUPERVISOR, "80%"), (Level.MANAGER, "确认超时")):
                    await asyncio.to_thread(post.until, lambda found, at=level, what=mark: told(found, at, what), 30)
                assert not any("已受理" in each.title for each in post.letters)

                await console.ask(TakeFault(fault.number))
                for level in Level:
                    if "wang" not in duty[level]:
                        await asyncio.to_thread(post.until, lambda found, at=level: told(found, at, "已受理"), 30)
                assert "王建国" in post.letters[-1].body
        finally:
            for process in reversed(started):
                await asyncio.to_thread(end, process)
                if process.stdout is not None:
                    process.stdout.close()
