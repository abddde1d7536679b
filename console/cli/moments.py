"""Times as people type and read them on the command line, in the site's time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.domain.problems import Refused
from console.domain.times import DAY, HOUR, MINUTE, SECOND

_UNITS = {"s": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def zone(name: str) -> ZoneInfo:
    """The site's zone; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def parse_length(text: str, code: str = "cli.bucket.unknown") -> int:
    """``30s``, ``1m``, ``2h``, ``7d`` as nanoseconds; refused with ``code`` otherwise."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)", text.strip())
    if not found or float(found[1]) <= 0:
        raise Refused(code, text=text)
    return round(float(found[1]) * _UNITS[found[2]])


def parse_moment(text: str, now: int, where: ZoneInfo) -> int:
    """``2026-11-21``, ``2026-11-21 14:05[:30]``, ISO 8601 with a zone, or ``-2h`` before ``now``; UTC ns."""
    word = text.strip()
    if word.startswith("-"):
        return now - parse_length(word[1:], "cli.time.unknown")
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise Refused("cli.time.unknown", text=text) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=where)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def show(moment: int, where: ZoneInfo) -> str:
    """ISO 8601 with the site's offset and milliseconds; empty for 0."""
    if not moment:
        return ""
    return (_EPOCH + timedelta(microseconds=moment // 1000)).astimezone(where).isoformat(timespec="milliseconds")
