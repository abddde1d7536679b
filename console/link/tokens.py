"""Where a running collector is found, and the token that proves "same machine, same user".

The collector writes ``<store folder>/link.json`` once it listens and removes it when it ends in order. Only the user who
runs the collector may read the file (mode 0600; on Windows the folder's own access list does that work).
"""

from __future__ import annotations

import os
import secrets
import ssl
from dataclasses import dataclass
from pathlib import Path

import msgspec

from console.domain.problems import Refused

FILE = "link.json"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class LinkFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of ``link.json``. ``ca_file`` is set where the collector speaks TLS."""

    host: str
    port: int
    token: str
    pid: int
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect: a WebSocket URL, the token to show there, and the CA file for ``wss``."""

    url: str
    token: str = ""
    ca_file: str = ""

    def tls(self) -> ssl.SSLContext | None:
        """The context that trusts the estate's own CA and nothing else; ``None`` for a plain local link."""
        if not self.url.startswith("wss:"):
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise Refused("link.ca_file", file=self.ca_file, detail=str(error)) from error


def is_loopback(host: str) -> bool:
    """True for this machine's own addresses."""
    return host in LOOPBACK or host.startswith("127.")


def own_address(host: str) -> str:
    """Under which address this machine itself reaches a collector that listens on ``host``."""
    return host if is_loopback(host) else "127.0.0.1"


def listening(host: str) -> list[str]:
    """The addresses to bind for ``host``: every collector can be reached from its own machine, too."""
    return [host] if is_loopback(host) or host in ("0.0.0.0", "") else ["127.0.0.1", host]


def new_token() -> str:
    """256 bits from the system's random source."""
    return secrets.token_urlsafe(32)


def write_link_file(folder: Path, content: LinkFile) -> Path:
    """Write ``link.json`` so that no other user can read it at any moment, and so that nobody reads half of it."""
    target = folder / FILE
    fresh = folder / f"{FILE}.{content.pid}"
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(content))
    fresh.replace(target)
    return target


def remove_link_file(folder: Path, pid: int) -> None:
    """Remove ``link.json`` if it is still the one of process ``pid``."""
    found = read_link_file(folder)
    if found is not None and found.pid == pid:
        (folder / FILE).unlink(missing_ok=True)


def read_link_file(folder: Path) -> LinkFile | None:
    """The link file of a store folder; ``None`` where no collector runs (or the file is not one of ours)."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=LinkFile)
    except (OSError, msgspec.DecodeError):
        return None


def address_of(folder_or_url: Path | str, ca_file: str = "") -> Address:
    """The address behind a store folder or a ``ws://`` / ``wss://`` URL; refuses a folder where no collector runs."""
    if isinstance(folder_or_url, str) and folder_or_url.startswith(("ws://", "wss://")):
        return Address(folder_or_url, ca_file=ca_file)
    folder = Path(folder_or_url)
    found = read_link_file(folder)
    if found is None:
        raise Refused("link.nobody", folder=str(folder))
    host = f"[{found.host}]" if ":" in found.host else found.host
    scheme = "wss" if found.ca_file else "ws"
    return Address(f"{scheme}://{host}:{found.port}", found.token, found.ca_file)
