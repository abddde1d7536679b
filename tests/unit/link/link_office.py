"""A small office behind a real link server: enough to see what the link itself does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from console.domain.estate import Estate, Site
from console.domain.problems import Refused
from console.domain.text import Text
from console.link.codec import encode
from console.link.messages import (
    PROTOCOL,
    Answer,
    Ask,
    ConfigurationAnswer,
    Delta,
    Denied,
    Done,
    Heartbeat,
    Hello,
    Live,
    Query,
    Snapshot,
    Welcome,
)
from console.link.server import Console, LinkServer
from console.link.tokens import Address

ESTATE = Estate(Site("x", Text("园区")))


class Office:
    """Admits the token ``good``; counts what it is asked."""

    def __init__(self) -> None:
        self.revision = 1
        self.asked: list[Ask] = []
        self.gone: list[int] = []
        self.tokens: list[str] = []

    def admit(self, hello: Hello, console: Console) -> Welcome | None:
        self.tokens.append(hello.token)
        if hello.protocol != PROTOCOL:
            raise Refused("link.other_version", theirs=hello.protocol, ours=PROTOCOL)
        if hello.token not in ("good", "station"):
            raise Refused("link.no_token")
        return Welcome(PROTOCOL, "office", "station")

    async def sign_in(self, hello: Hello, console: Console) -> Welcome:
        raise AssertionError("nobody is sent here")

    def snapshot(self, console: Console) -> bytes:
        return encode(Snapshot(self.revision, 5, 1.0, 1, ESTATE, Live(), (), (), (), (), (), (), (), ""))

    async def ask(self, console: Console, ask: Ask) -> Done | Denied:
        self.asked.append(ask)
        return Done(ask.command_id, len(self.asked))

    async def query(self, console: Console, query: Query) -> Answer | Denied:
        return ConfigurationAnswer(query.id, "text", self.revision)

    def joined(self, console: Console) -> None:
        pass

    def left(self, console: Console) -> None:
        self.gone.append(console.number)


@asynccontextmanager
async def serving(port: int = 0, office: Office | None = None) -> AsyncIterator[tuple[LinkServer, Office, Address]]:
    """A server that lets people in."""
    office = office or Office()
    server = LinkServer(office)
    port = await server.listen("127.0.0.1", port)
    server.let_in()
    try:
        yield server, office, Address(f"ws://127.0.0.1:{port}", "good")
    finally:
        await server.close()


def change(server: LinkServer, office: Office, payload: int = 0) -> None:
    """Broadcast one delta of about ``payload`` bytes."""
    office.revision += 1
    server.broadcast(encode(Delta(office.revision, Live(numbers=bytes(payload)))))


def beat(server: LinkServer, office: Office) -> None:
    """Broadcast one heartbeat."""
    server.broadcast(encode(Heartbeat(5, 1.0, office.revision)))
