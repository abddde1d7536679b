"""A wire log as a text file: one line a frame, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from console.domain.times import SECOND
from console.link.bench import WireFrame
from console.texts import tr
from drivers.wirelog import Entry

AnyFrame = WireFrame | Entry  # the same fields, on either end of the link


def wire_text(connection: str, entries: Iterable[AnyFrame], language: str) -> str:
    """The whole file."""
    lines = [wire_line(entry, language) for entry in entries]
    head = tr("bench.wire.head", language, connection=connection, count=len(lines))
    return "\n".join(["# " + head, *lines, ""])


def wire_line(entry: AnyFrame, language: str) -> str:
    """``14:05:03.123456  →  1/3  01 03 …  (what is wrong)``."""
    seconds, nanoseconds = divmod(entry.at, SECOND)
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    who = f"{entry.unit}/{entry.function}" if entry.unit >= 0 else "-"
    took = f"{entry.took_ms:.1f} ms" if entry.took_ms else ""
    message = entry.unit < 0 and not entry.error  # of MQTT: topic, a zero byte, payload
    data = entry.data.decode("utf-8", "backslashreplace").replace("\0", "  ") if message else entry.data.hex(" ")
    line = f"{moment}.{nanoseconds // 1000:06d}  {'→' if entry.sent else '←'}  {who:>6}  {took:>10}  {_one_line(data)}"
    return f"{line}  !! {error_text(entry.error, language)}" if entry.error else line.rstrip()


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def error_text(error: str, language: str = "") -> str:
    """The words for a wire error."""
    name, _, code = error.partition("_")
    return tr("bench.wire.exception", language, code=code) if name == "exception" else tr(f"bench.wire.{error}", language)
