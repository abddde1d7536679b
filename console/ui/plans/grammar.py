"""How a person types intervals, counters, conditions and checklist lines, and how they are written back. Pure.

15 d · 15 天 · 2 weeks · 3 months · 3 个月 · 1 年           an interval
run_hours 2000   or   start_count 5000 65536              a counter: each so much; the last figure is where it begins again at 0
bearing_temp > 80 30 min   or   bearing_temp + 15 % 14 d   a condition: beyond a limit for a time; risen (-: fallen) over days
绝缘电阻 / Insulation | MΩ | 0.5.. | !                      a line of a checklist: text, unit, limits, a photo is demanded
"""

from __future__ import annotations

import re

from console.domain.orders import CheckItem
from console.domain.plans import Condition, Meter, Span
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE
from console.texts import tr

_DAYS = {"d": 1, "day": 1, "days": 1, "天": 1, "日": 1, "w": 7, "week": 7, "weeks": 7, "周": 7}
_MONTHS = {"m": 1, "month": 1, "months": 1, "月": 1, "个月": 1, "y": 12, "year": 12, "years": 12, "年": 12, "季": 3, "季度": 3}
_INTERVAL = re.compile(r"(\d+)\s*(\D+)")
_METER = re.compile(r"(\S+)\s+([\d.]+)(?:\s+([\d.]+))?")
_BEYOND = re.compile(r"(\S+)\s*([<>＜＞])\s*(-?[\d.]+)(?:\s+(\d+)\s*(min|h|分钟|分|小时))?")
_TREND = re.compile(r"(\S+)\s*([+＋-])\s*([\d.]+)\s*%\s*(\d+)\s*(?:d|天|日|days)")
_HOURS = ("h", "小时")
_PHOTO = ("!", "！", "photo", "拍照")


def interval(text: str) -> tuple[int, int]:
    """Days and months; one of them, or neither for an empty text. Raises ``ValueError`` with the sentence to show, as all here
    do."""
    word = text.strip()
    if not word:
        return 0, 0
    match = _INTERVAL.fullmatch(word)
    unit = match[2].strip().casefold() if match else ""
    if match and int(match[1]) > 0:
        if unit in _DAYS:
            return int(match[1]) * _DAYS[unit], 0
        if unit in _MONTHS:
            return 0, int(match[1]) * _MONTHS[unit]
    raise ValueError(tr("plans.wrong.interval", text=word))


def interval_typed(days: int, months: int) -> str:
    """As :func:`interval` reads it."""
    return tr("plans.typed_days", count=days) if days else tr("plans.typed_months", count=months) if months else ""


def meters(text: str) -> tuple[Meter, ...]:
    """A counter a line."""
    found = []
    for line in _lines(text):
        match = _METER.fullmatch(line)
        if match is None:
            raise ValueError(tr("plans.wrong.meter", text=line))
        found.append(Meter(match[1], _figure(match[2], line, "meter"), _figure(match[3] or "0", line, "meter")))
    return tuple(found)


def meters_typed(meters_: tuple[Meter, ...]) -> str:
    """As :func:`meters` reads them."""
    return "\n".join(f"{each.point} {each.every:g}" + (f" {each.wrap:g}" if each.wrap else "") for each in meters_)


def conditions(text: str) -> tuple[Condition, ...]:
    """A condition a line."""
    found = []
    for line in _lines(text):
        trend, beyond = _TREND.fullmatch(line), _BEYOND.fullmatch(line)
        if trend is not None:
            kind = "fall" if trend[2] == "-" else "rise"
            found.append(Condition(trend[1], kind, _figure(trend[3], line, "condition"), days=int(trend[4])))
        elif beyond is not None:
            hold = int(beyond[4] or 0) * (HOUR if beyond[5] in _HOURS else MINUTE)
            kind = "above" if beyond[2] in ">＞" else "below"
            found.append(Condition(beyond[1], kind, _figure(beyond[3], line, "condition"), hold=hold))
        else:
            raise ValueError(tr("plans.wrong.condition", text=line))
    return tuple(found)


def conditions_typed(conditions_: tuple[Condition, ...]) -> str:
    """As :func:`conditions` reads them."""
    found = []
    for each in conditions_:
        if each.trend:
            found.append(f"{each.point} {'-' if each.kind == 'fall' else '+'} {each.limit:g} % {each.days} d")
        else:
            hold = f" {each.hold // HOUR} h" if each.hold and each.hold % HOUR == 0 else f" {each.hold // MINUTE} min"
            found.append(f"{each.point} {'>' if each.kind == 'above' else '<'} {each.limit:g}" + (hold if each.hold else ""))
    return "\n".join(found)


def checklist(text: str, before: tuple[CheckItem, ...] = ()) -> tuple[CheckItem, ...]:
    """A check a line. What a line cannot say (the point that it is read from) is kept from the line of the same text ``before``."""
    known = {each.text: each for each in before}
    found = []
    for line in _lines(text):
        parts = [part.strip() for part in line.replace("｜", "|").split("|")]
        name, unit, limits, photo = (*parts, "", "", "")[:4]
        zh, _, en = name.partition(" / ")
        words = Text(zh.strip(), en.strip())
        low, high = _limits(limits, line)
        if len(parts) > 4 or not (words.zh or words.en) or (photo and photo.casefold() not in _PHOTO):
            raise ValueError(tr("plans.wrong.check", text=line))
        old = known.get(words, CheckItem(words))
        found.append(CheckItem(words, unit=unit, low=low, high=high, point=old.point, photo=bool(photo)))
    return tuple(found)


def checklist_typed(lines: tuple[CheckItem, ...]) -> str:
    """As :func:`checklist` reads it."""
    found = []
    for each in lines:
        limits = "" if each.low is None and each.high is None else f"{_bound(each.low)}..{_bound(each.high)}"
        parts = [" / ".join(filter(None, (each.text.zh, each.text.en))), each.unit, limits, "!" if each.photo else ""]
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        found.append(" | ".join(parts))
    return "\n".join(found)


def months(text: str) -> tuple[int, ...]:
    """``11-3`` or ``1, 2, 12``: the months of a season; empty = all."""
    found: set[int] = set()
    for part in re.split(r"[,，、\s]+", text.strip()):
        first, dash, last = part.partition("-")
        if not part:
            continue
        if not first.isdigit() or (dash and not last.isdigit()) or not 1 <= int(first) <= 12 or (dash and not 1 <= int(last) <= 12):
            raise ValueError(tr("plans.wrong.months", text=text))
        month = int(first)
        found.add(month)
        while dash and month != int(last):
            month = month % 12 + 1
            found.add(month)
    return tuple(sorted(found)) if len(found) < 12 else ()


def spans(text: str) -> tuple[Span, ...]:
    """``06-15 .. 09-15 why`` a line: days on which no work is planned."""
    found = []
    for line in _lines(text):
        match = re.fullmatch(r"([\d-]{5,10})\s*\.\.\s*([\d-]{5,10})(?:\s+(.*))?", line)
        if match is None:
            raise ValueError(tr("plans.wrong.blackout", text=line))
        found.append(Span(match[1], match[2], Text(match[3] or "")))
    return tuple(found)


def spans_typed(spans_: tuple[Span, ...]) -> str:
    """As :func:`spans` reads them."""
    return "\n".join(f"{each.since} .. {each.until} {each.why.zh or each.why.en}".rstrip() for each in spans_)


def _limits(text: str, line: str) -> tuple[float | None, float | None]:
    if not text:
        return None, None
    low, dots, high = text.partition("..")
    if not dots:
        raise ValueError(tr("plans.wrong.check", text=line))
    return (_figure(low, line, "check") if low.strip() else None), (_figure(high, line, "check") if high.strip() else None)


def _bound(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"


def _figure(text: str, line: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(tr(f"plans.wrong.{what}", text=line)) from None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
