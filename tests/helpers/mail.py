"""Real servers on loopback for notices to arrive at: a mail server (aiosmtpd) and an HTTP receiver."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass
class Letter:
    """One mail as it arrived."""

    to: str
    title: str
    body: str
    files: dict[str, bytes] = field(default_factory=dict)  # what is attached


@dataclass
class Post:
    """What arrived, oldest first. ``wait`` returns when enough is there."""

    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    refused: int = 0  # how many mails to answer with 451 first
    changed: threading.Condition = field(default_factory=threading.Condition)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refused:
            self.refused -= 1
            return "451 4.3.0 come back later"
        message = message_from_bytes(envelope.content)
        part = next(each for each in message.walk() if each.get_content_type() == "text/plain")
        body = part.get_payload(decode=True)
        assert isinstance(body, bytes)
        files = {each.get_filename(): each.get_payload(decode=True) for each in message.walk() if each.get_filename()}
        title = str(make_header(decode_header(message["Subject"])))
        with self.changed:
            self.letters += [Letter(to, title, body.decode("utf-8"), files) for to in envelope.rcpt_tos]
            self.changed.notify_all()
        return "250 OK"

    def wait(self, count: int, seconds: float = 20.0) -> list[Letter]:
        """The letters once there are ``count`` of them."""
        return self.until(lambda letters: len(letters) >= count, seconds)

    def until(self, enough: Callable[[list[Letter]], bool], seconds: float = 20.0) -> list[Letter]:
        """The letters once ``enough``."""
        with self.changed:
            assert self.changed.wait_for(lambda: enough(self.letters), seconds), f"only {[each.title for each in self.letters]}"
            return list(self.letters)

    def titles(self, to: str) -> list[str]:
        """What one person got."""
        return [letter.title for letter in self.letters if letter.to == to]


@contextmanager
def mail_server(port: int = 0, *, tls: ssl.SSLContext | None = None, password: str = "") -> Iterator[Post]:
    """A mail server in a thread of its own; ``tls``: encrypted from the first byte; ``password``: of the account ``duty``."""
    post = Post()
    loop = asyncio.new_event_loop()

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"duty", password.encode())
        return AuthResult(success=right, handled=False)

    def session() -> SMTP:
        return SMTP(
            post, hostname="mail.test", loop=loop, auth_required=bool(password), auth_require_tls=False,
            authenticator=check if password else None,
        )  # fmt: skip

    thread = threading.Thread(target=loop.run_forever, name="mail-server")
    thread.start()
    opening = loop.create_server(session, "127.0.0.1", port, ssl=tls)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
    post.port = server.sockets[0].getsockname()[1]

    async def end() -> None:
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.05)

    try:
        yield post
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def http_receiver() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A web service that takes JSON; its port, and what it was sent."""
    taken: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="http-receiver")
    thread.start()
    try:
        yield server.server_address[1], taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
