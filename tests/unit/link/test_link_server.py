"""The collector's end of the link."""

from __future__ import annotations

import asyncio

import pytest
from link_office import change, serving
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from console.domain.commands import SignOff
from console.domain.problems import Refused
from console.link.codec import encode, from_collector
from console.link.messages import (
    PROTOCOL,
    SUBPROTOCOL,
    Ask,
    ConfigurationAnswer,
    ConfigurationQuery,
    Delta,
    Denied,
    Done,
    Hello,
    Snapshot,
    Welcome,
)
from console.link.server import MAX_DELTAS, MAX_QUERIES, LinkServer


def line(address):
    return connect(address.url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None, max_size=None, proxy=None)


async def receive(socket):
    return from_collector(await asyncio.wait_for(socket.recv(), 5))


async def greet(socket, **more) -> None:
    await socket.send(encode(Hello(PROTOCOL, "test", "desk", "good", **more)))


async def test_a_console_gets_welcome_then_snapshot_then_deltas_in_order() -> None:
    async with serving() as (server, office, address), line(address) as socket:
        await greet(socket)
        assert isinstance(await receive(socket), Welcome)
        assert isinstance(await receive(socket), Snapshot)
        change(server, office)
        change(server, office)
        assert [(await receive(socket)).revision, (await receive(socket)).revision] == [2, 3]


async def test_a_call_that_does_not_watch_gets_replies_and_nothing_else() -> None:
    async with serving() as (server, office, address), line(address) as socket:
        await greet(socket, watch=False)
        assert isinstance(await receive(socket), Welcome)
        change(server, office)
        await socket.send(encode(ConfigurationQuery(4)))
        assert await receive(socket) == ConfigurationAnswer(4, "text", 2)
        assert server.watchers == []


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (encode(Hello(99, "p", "s", "good")), "link.other_version"),
        (encode(Hello(PROTOCOL, "p", "s", "bad")), "link.no_token"),
        (encode(ConfigurationQuery(1)), "link.garbled"),
        (b"\x00\x01\x02", "link.garbled"),
        ("text", "link.garbled"),
    ],
)
async def test_who_does_not_introduce_himself_properly_is_told_why_and_sent_away(first, code) -> None:
    async with serving() as (server, _, address), line(address) as socket:
        await socket.send(first)
        denied = await receive(socket)
        assert isinstance(denied, Denied)
        assert denied.problem.code == code
        with pytest.raises(ConnectionClosed):
            await receive(socket)
        assert list(server.consoles) == []


async def test_garbage_in_the_middle_ends_that_line_only() -> None:
    async with serving() as (server, office, address), line(address) as bad, line(address) as good:
        for socket in (bad, good):
            await greet(socket)
            await receive(socket)
            await receive(socket)
        await bad.send(b"\xc1")
        assert (await receive(bad)).problem.code == "link.garbled"
        with pytest.raises(ConnectionClosed):
            await receive(bad)
        change(server, office)
        assert isinstance(await receive(good), Delta)
        assert office.gone == [1]


async def test_a_browser_page_is_not_let_in() -> None:
    async with serving() as (_, _, address):
        with pytest.raises(InvalidStatus):
            async with connect(address.url, origin="http://evil.example", subprotocols=[Subprotocol(SUBPROTOCOL)], proxy=None):
                pass
        with pytest.raises(InvalidStatus):
            async with connect(address.url, proxy=None):
                pass


async def test_a_console_that_does_not_read_gets_a_snapshot_later_and_holds_up_nobody() -> None:
    async with serving() as (server, office, address), line(address) as slow, line(address) as quick:
        for socket in (slow, quick):
            await greet(socket)
        for _ in range(2):
            await receive(quick)
        office_before = office.revision
        for _ in range(MAX_DELTAS * 3):  # 200 kB each: more than the sockets' buffers hold
            change(server, office, 200_000)
            assert isinstance(await receive(quick), Delta)
        console = next(iter(server.consoles))
        assert console.dropped > 0
        await slow.send(encode(Ask("c", 0, SignOff())))
        seen: list[object] = []
        while not (isinstance(seen[-1:] and seen[-1], Snapshot) and len(seen) > 2):
            seen.append(await receive(slow))
        assert any(isinstance(message, Done) for message in seen) or isinstance(await receive(slow), Done)
        assert seen[-1].revision == office.revision > office_before
        deltas = [message.revision for message in seen if isinstance(message, Delta)]
        assert deltas == list(range(deltas[0], deltas[0] + len(deltas)))


async def test_too_many_questions_at_once_are_refused() -> None:
    async with serving() as (_, office, address), line(address) as socket:
        release = asyncio.Event()

        async def wait(console, query):
            await release.wait()
            return ConfigurationAnswer(query.id, "", 1)

        office.query = wait
        await greet(socket, watch=False)
        await receive(socket)
        for number in range(1, MAX_QUERIES + 2):
            await socket.send(encode(ConfigurationQuery(number)))
        denied = await receive(socket)
        assert (denied.problem.code, denied.id) == ("link.busy", MAX_QUERIES + 1)
        release.set()
        assert {(await receive(socket)).id for _ in range(MAX_QUERIES)} == set(range(1, MAX_QUERIES + 1))


async def test_a_taken_port_is_refused_in_words() -> None:
    async with serving() as (server, office, _):
        with pytest.raises(Refused, match=r"link\.cannot_listen"):
            await LinkServer(office).listen("127.0.0.1", server.port)
