"""The console's end of the link."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from link_office import Office, beat, change, serving

from console.domain.commands import SignOff
from console.domain.problems import Refused
from console.link import client as module
from console.link.client import Client, Identity
from console.link.messages import ConfigurationAnswer, ConfigurationQuery, Denied, Done


class Notes:
    def __init__(self) -> None:
        self.states: list[tuple[str, str]] = []
        self.revisions: list[int] = []
        self.snapshots: list[int] = []
        self.beats = 0

    def state(self, state, problem):
        self.states.append((state, problem.code if problem else ""))

    def welcome(self, welcome):
        pass

    def snapshot(self, snapshot):
        self.snapshots.append(snapshot.revision)

    def delta(self, delta):
        self.revisions.append(delta.revision)

    def heartbeat(self, heartbeat):
        self.beats += 1


@asynccontextmanager
async def connected(find, *, wait: bool = True) -> AsyncIterator[tuple[Client, Notes]]:
    notes = Notes()
    client = Client(find, Identity("test", "desk"), notes)
    task = asyncio.create_task(client.run())
    try:
        if wait:
            await until(lambda: notes.snapshots)
        yield client, notes
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(met, seconds: float = 6.0) -> None:
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_it_follows_snapshot_deltas_and_heartbeats() -> None:
    async with serving() as (server, office, address), connected(lambda: address) as (client, notes):
        change(server, office)
        beat(server, office)
        await until(lambda: notes.beats)
        assert (notes.snapshots, notes.revisions, client.revision) == ([1], [2], 2)
        assert notes.states == [("connecting", ""), ("live", "")]


async def test_three_seconds_of_silence_are_a_lost_line_and_it_comes_back_by_itself(monkeypatch) -> None:
    monkeypatch.setattr(module, "SILENCE", 0.3)
    async with serving() as (_, _, address), connected(lambda: address) as (_, notes):
        await until(lambda: len(notes.snapshots) == 2)
        assert [state for state, _ in notes.states[:5]] == ["connecting", "live", "lost", "connecting", "live"]


async def test_it_finds_a_collector_that_comes_back_on_another_port_with_its_station_token() -> None:
    where = []
    async with contextlib.AsyncExitStack() as stack:
        first = contextlib.AsyncExitStack()
        _, office, address = await first.enter_async_context(serving())
        where.append(address)
        _, notes = await stack.enter_async_context(connected(lambda: where[-1]))
        await first.aclose()
        await until(lambda: "lost" in [state for state, _ in notes.states])
        _, again, address = await stack.enter_async_context(serving())
        where.append(address)
        await until(lambda: len(notes.snapshots) == 2)
        assert office.tokens == ["good"]
        assert again.tokens[-1] == "station"


async def test_a_station_token_that_is_worth_nothing_any_more_gives_way_to_the_local_one() -> None:
    class Restarted(Office):
        def admit(self, hello, console):
            if hello.token == "station":
                self.tokens.append(hello.token)
                raise Refused("link.no_token")
            return super().admit(hello, console)

    async with serving(office=Restarted()) as (_, office, address), connected(lambda: address) as (client, notes):
        assert client._socket is not None
        await client._socket.close()
        await until(lambda: len(notes.snapshots) == 2)
        assert office.tokens == ["good", "station", "good"]
        assert ("lost", "link.no_token") in notes.states or ("connecting", "link.no_token") in notes.states


async def test_a_command_that_lost_its_line_is_sent_again_with_the_same_id() -> None:
    class Deaf(Office):
        async def ask(self, console, ask):
            self.asked.append(ask)
            if len(self.asked) == 1:
                await asyncio.sleep(30)
            return Done(ask.command_id, 7)

    async with serving(office=Deaf()) as (_, office, address), connected(lambda: address) as (client, _):
        asking = asyncio.create_task(client.ask(SignOff(), command_id="one"))
        await until(lambda: office.asked)
        assert client._socket is not None
        await client._socket.close()
        assert await asyncio.wait_for(asking, 5) == Done("one", 7)
        assert [ask.command_id for ask in office.asked] == ["one", "one"]


async def test_a_command_and_a_query_without_any_collector_end_with_a_reason(monkeypatch) -> None:
    monkeypatch.setattr(module, "GIVE_UP", 0.2)

    def nobody():
        raise Refused("link.nobody", folder="x")

    async with connected(nobody, wait=False) as (client, notes):
        await until(lambda: ("lost", "link.nobody") in notes.states)
        answer = await client.query(ConfigurationQuery)
        assert isinstance(answer, Denied)
        reply = await asyncio.wait_for(client.ask(SignOff()), 5)
        assert isinstance(reply, Denied)
        assert reply.problem.code == "link.lost"


async def test_queries_get_their_own_answers() -> None:
    async with serving() as (_, _, address), connected(lambda: address) as (client, _):
        answers = await asyncio.gather(*(client.query(ConfigurationQuery) for _ in range(5)))
        assert all(isinstance(answer, ConfigurationAnswer) for answer in answers)
        assert len({answer.id for answer in answers}) == 5
        reply = await client.ask(SignOff())
        assert isinstance(reply, Done)
