"""Sends one message through apprise. Runs in a worker process, so that a server that hangs never delays the watch."""

from __future__ import annotations

import logging
from urllib.parse import quote

LONGEST_REASON = 300  # characters of what a server answered
HIDDEN = "***"


def send(url: str, to: str, secret: str, title: str, body: str, *, attach: str = "") -> str:
    """Why it could not be sent, without the secret; empty: the server took it. ``to`` and ``secret`` go into the url;
    ``attach`` is a file that goes along where the channel takes one."""
    import apprise  # noqa: PLC0415 - takes a third of a second, and only in the process that sends

    filled = url.replace("{to}", quote(to, safe="")).replace("{secret}", _placed(url, secret))
    try:
        service = apprise.Apprise.instantiate(filled)
    except Exception as error:  # noqa: BLE001 - a foreign library reads a foreign address: whatever it says is the reason
        return _shown(f"{type(error).__name__}: {error}", secret)
    if service is None:
        return "apprise: ?"
    sender = apprise.Apprise()
    sender.add(service)
    with apprise.LogCapture(level=logging.DEBUG, fmt="%(levelname)s %(message)s") as captured:  # type: ignore[no-untyped-call]
        sent = bool(sender.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT, attach=attach or None))
        said = captured.getvalue()
    return "" if sent else _shown(_reason(said), secret)


def _placed(url: str, secret: str) -> str:
    """A password may hold any letter; a robot's key may be two parts with a slash between them, which is kept."""
    return quote(secret, safe="" if "{secret}@" in url else "/@")


def _reason(said: str) -> str:
    """Of what apprise said: its warnings and errors, and the exception behind them."""
    lines = [line.partition(" ") for line in said.splitlines()]
    told = [text for level, _, text in lines if level in ("WARNING", "ERROR", "CRITICAL") or "xception" in text]
    return " ".join(told) or "?"


def _shown(reason: str, secret: str) -> str:
    for part in sorted({secret, quote(secret, safe=""), *secret.split("/")}, key=len, reverse=True):
        if len(part) >= 4:
            reason = reason.replace(part, HIDDEN)
    return reason[:LONGEST_REASON]
