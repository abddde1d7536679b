"""What an MQTT payload says about a point: JSON paths, words, numbers written as texts, device times. Pure.

Tolerant where devices differ harmlessly (a number as a text, ON for 1, upper and lower case), strict where a wrong number
could come of it: NaN, infinities, overflow, a truth value where a number is meant, a list where one value is meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from console.domain.estate import MqttSource, Point, ValueKind
from console.domain.quality import Quality
from console.domain.times import MILLISECOND, SECOND, seconds
from drivers.scaling import ratio

Value = float | int | str


class Select(NamedTuple):
    """The step ``[name=node1]``: the first object of a list in which ``key`` is ``word``."""

    key: str
    word: str


Steps = tuple[str | int | Select, ...]

LONGEST_TEXT = 200
"""Characters of a text value that are kept."""

_STEP = re.compile(r"""(?:^|\.)([^.\[\]]+)|\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]|\[([^\[\]="']+)=([^\[\]]*)\]""")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE = (ValueKind.STATE, ValueKind.BITS, ValueKind.CODE)
_decoder = msgspec.json.Decoder()


class Missing:
    """A path that leads nowhere."""


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Reader:
    """How one point is read out of a payload; made once."""

    point: Point
    source: MqttSource
    steps: Steps
    time_steps: Steps
    words: Mapping[str, int]
    low: float
    high: float
    where: tuple[tuple[Steps, str], ...] = ()
    skew: int = 300 * SECOND

    @property
    def whole(self) -> bool:
        """True if its values are integers."""
        return self.point.kind in _WHOLE

    @property
    def empty(self) -> Value:
        """What stands for no value, in the point's value class."""
        if self.point.kind is ValueKind.TEXT:
            return ""
        return 0 if self.whole else 0.0


def reader(point: Point) -> Reader:
    """The reader of an MQTT point."""
    source = point.source
    assert isinstance(source, MqttSource)
    words = {word.casefold(): 1 for word in source.true_words} | {word.casefold(): 0 for word in source.false_words}
    low = -math.inf if point.plausible is None or point.plausible.low is None else point.plausible.low
    high = math.inf if point.plausible is None or point.plausible.high is None else point.plausible.high
    where = tuple((path(key), word.strip().casefold()) for key, word in source.where.items())
    skew = seconds(source.max_skew_s)
    return Reader(point, source, path(source.path), path(source.time_path), words, low, high, where, skew)


def path(text: str) -> Steps:
    """``data.list[2].value`` as steps. A key with a dot or bracket in it is written ``["a.b"]``.

    ``data[name=node1].value`` finds the object of a list by one of its keys.
    """
    steps: list[str | int | Select] = []
    end = 0
    for found in _STEP.finditer(text):
        if found.start() != end:
            break
        end = found.end()
        key, index, double, single, by, word = found.groups()
        if by is not None:
            steps.append(Select(by.strip(), word.strip()))
        else:
            steps.append(int(index) if index is not None else next(each for each in (key, double, single) if each is not None))
    if end != len(text):
        raise ValueError(text)
    return tuple(steps)


def document(payload: bytes) -> object:
    """The JSON document in a payload, or MISSING if it is none."""
    try:
        return _decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return MISSING


def text(payload: bytes) -> str | Missing:
    """A payload that is itself the value."""
    try:
        return payload.decode("utf-8").strip()
    except UnicodeDecodeError:
        return MISSING


def walk(value: object, steps: Steps) -> object:
    """The value at the end of the path, or MISSING.

    A plain number is its own element 0: devices with one channel send a number where others send a list (Tasmota).
    """
    for step in steps:
        if isinstance(step, str):
            if not isinstance(value, dict) or step not in value:
                return MISSING
            value = value[step]
        elif isinstance(step, Select):
            value = _selected(value, step)
        elif isinstance(value, list) and step < len(value):
            value = value[step]
        elif step != 0 or type(value) not in (int, float):
            return MISSING
    return value


def _selected(value: object, step: Select) -> object:
    if isinstance(value, list):
        for each in value:
            if isinstance(each, dict) and step.key in each and _text_of(each[step.key]) == step.word:
                return each
    return MISSING


def fits(doc: object, where: Sequence[tuple[Steps, str]]) -> bool:
    """Is this message of the kind that ``where`` asks for?"""
    for steps, word in where:
        found = walk(doc, steps)
        if not isinstance(found, str | int | float) or _text_of(found).strip().casefold() != word:
            return False
    return True


def read(how: Reader, found: object) -> tuple[Value, Quality, str]:
    """A point's value and quality from what stands at its path, and the counter of what is wrong with it ("" if nothing)."""
    if found is MISSING:
        return how.empty, Quality.BAD, "no_path"
    if found is None:
        return how.empty, Quality.NOT_AVAILABLE, ""
    if how.point.kind is ValueKind.TEXT:
        whole = isinstance(found, str | int | float)
        return (_text_of(found)[:LONGEST_TEXT], Quality.GOOD, "") if whole else (how.empty, Quality.BAD, "not_a_text")
    number = _number(found, how.words)
    value = None if number is None else _scaled(how, number)
    if number in how.source.not_available:
        return how.empty, Quality.NOT_AVAILABLE, ""
    if value is None:
        return how.empty, Quality.BAD, "not_a_number"
    plausible = how.low <= value <= how.high
    return (value, Quality.GOOD, "") if plausible else (value, Quality.BAD, "implausible")


def _scaled(how: Reader, number: int | float) -> int | float | None:
    """Scaled, in the point's value class; None if it does not fit into that."""
    source = how.source
    value: int | float = number
    try:
        if source.scale != 1 or source.offset != 0:
            times, by = ratio(source.scale)
            value = number * times / by + source.offset
        if not how.whole:
            value = float(value)
            return value if math.isfinite(value) else None
        whole = round(value)
    except (OverflowError, ValueError):
        return None
    fits = -(1 << 63) <= whole < 1 << 63
    return whole if fits and math.isclose(value, whole, rel_tol=1e-12) else None


def _text_of(found: object) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)


def _number(found: object, words: Mapping[str, int]) -> int | float | None:
    """A number, a number written as a text, or one of the point's words; None for anything else."""
    if not isinstance(found, str | int | float):
        return None
    if words:
        word = words.get(_text_of(found).strip().casefold())
        if word is not None:
            return word
    if isinstance(found, bool):
        return None
    if isinstance(found, str):
        stripped = found.strip()
        if not _NUMBER.fullmatch(stripped) or len(stripped) > 40:
            return None
        return int(stripped) if stripped.lstrip("+-").isdecimal() else float(stripped)
    return found


def device_time(how: Reader, doc: object, arrival: int, back: int = 0) -> tuple[int, bool, str]:
    """When the value was true (UTC ns), whether the device itself said so, and the counter of what is wrong with its clock.

    ``arrival`` UTC ns; ``back`` ns that the broker may have kept the message beyond the allowed skew. A time without a zone
    cannot be placed and does not count; one that is further off than the skew is a wrong clock or zone (8 hours!).
    """
    if not how.time_steps:
        return arrival, False, ""
    said = _moment(walk(doc, how.time_steps), how.source.time_unit)
    if said is None:
        return arrival, False, "no_time"
    if not -how.skew <= arrival - said <= how.skew + back:
        return arrival, False, "clock_skew"
    return said, True, ""


def _moment(found: object, unit: str) -> int | None:
    if unit == "iso":
        try:
            moment = datetime.fromisoformat(found.strip()) if isinstance(found, str) else None
        except ValueError:
            return None
        if moment is None or moment.tzinfo is None:
            return None
        return round(moment.timestamp() * SECOND)
    number = _number(found, {})
    if number is None:
        return None
    try:
        return round(number * (MILLISECOND if unit == "ms" else SECOND))
    except (OverflowError, ValueError):  # an infinity, or no number at all
        return None


def matches(pattern: Sequence[str], topic: Sequence[str]) -> bool:
    """Does a topic (its parts) match a filter with ``+`` and ``#`` (MQTT 3.1.1, 4.7)?"""
    for place, part in enumerate(pattern):
        if part == "#":
            return True
        if place >= len(topic) or part not in ("+", topic[place]):
            return False
    return len(pattern) == len(topic)


def availability(payload: bytes, source: MqttSource) -> bool | None:
    """What an availability payload says: a word, or Zigbee2MQTT's ``{"state": "online"}``; None if it is neither word."""
    found: object = document(payload)
    if isinstance(found, dict):
        found = found.get("state", found.get("status", found.get("online")))
    elif not isinstance(found, str | bool | int):
        found = text(payload)
    if not isinstance(found, str | bool | int):
        return None
    word = _text_of(found).strip().casefold()
    if word in (each.casefold() for each in source.online_words):
        return True
    if word in (each.casefold() for each in source.offline_words):
        return False
    return None
