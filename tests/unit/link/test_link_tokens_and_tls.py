"""Finding the collector, proving who one is, and the estate's own certificates."""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from link_office import Office

from console.domain.problems import Refused
from console.link.calls import Call
from console.link.messages import ConfigurationAnswer, ConfigurationQuery
from console.link.server import LinkServer
from console.link.tls import make_certificates
from console.link.tokens import Address, LinkFile, address_of, is_loopback, read_link_file, remove_link_file, write_link_file


def test_the_link_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    file = write_link_file(tmp_path, LinkFile("127.0.0.1", 1234, "secret", 77))
    assert read_link_file(tmp_path) == LinkFile("127.0.0.1", 1234, "secret", 77)
    assert address_of(tmp_path) == Address("ws://127.0.0.1:1234", "secret")
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600


def test_only_the_collector_that_wrote_the_link_file_removes_it(tmp_path: Path) -> None:
    write_link_file(tmp_path, LinkFile("127.0.0.1", 1, "t", 77))
    remove_link_file(tmp_path, 78)
    assert read_link_file(tmp_path) is not None
    remove_link_file(tmp_path, 77)
    assert read_link_file(tmp_path) is None


def test_a_folder_without_a_collector_and_a_damaged_link_file_are_nobody(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"link\.nobody"):
        address_of(tmp_path)
    (tmp_path / "link.json").write_text("{", encoding="utf-8")
    with pytest.raises(Refused, match=r"link\.nobody"):
        address_of(tmp_path)


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("127.3.0.1", True), ("::1", True), ("10.0.0.1", False), ("", False)]
)
def test_loopback_is_this_machine_only(host: str, local: bool) -> None:
    assert is_loopback(host) is local


async def test_a_remote_line_needs_the_estates_own_ca(tmp_path: Path) -> None:
    made = make_certificates(tmp_path / "tls", ["localhost", "127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    server = LinkServer(Office())
    port = await server.listen("127.0.0.1", 0, context)
    server.let_in()
    try:
        answer = await _call(f"wss://localhost:{port}", str(made.ca))
        assert isinstance(answer, ConfigurationAnswer)
        stranger = make_certificates(tmp_path / "other", ["localhost"])
        with pytest.raises(Refused, match=r"link\.no_answer"):
            await _call(f"wss://localhost:{port}", str(stranger.ca))
        with pytest.raises(Refused, match=r"link\.ca_file"):
            await _call(f"wss://localhost:{port}", str(tmp_path / "nothing.pem"))
    finally:
        await server.close()


async def _call(url: str, ca_file: str) -> object:
    def call() -> object:
        # the test's office takes the token where a real one takes account and secret
        with patch("console.link.calls.address_of", lambda *_: Address(url, "good", ca_file)), Call(url) as made:
            return made.query(ConfigurationQuery)

    return await asyncio.to_thread(call)


def test_a_renewed_server_certificate_keeps_the_ca(tmp_path: Path) -> None:
    first = make_certificates(tmp_path, ["console.lan"])
    ca = first.ca.read_bytes()
    certificate = first.certificate.read_bytes()
    second = make_certificates(tmp_path, ["console.lan", "10.0.0.5"])
    assert second.ca.read_bytes() == ca
    assert second.certificate.read_bytes() != certificate
    if sys.platform != "win32":
        assert second.key.stat().st_mode & 0o777 == 0o600
