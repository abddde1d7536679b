"""The kinds of single value that a file may hold."""

from __future__ import annotations

import math
import re
from typing import Any

from config import durations, units
from config.fields import MISSING, Context, Kind, shown
from config.findings import Findings, near
from config.numerals import product, whole
from config.tree import Mapping, Node, Scalar, Sequence
from console.domain.estate import Band
from console.domain.text import Text

_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Str(Kind):
    """One line of text; a number or a word without quotes is as good."""

    wants = "string"

    def __init__(self, pattern: str = "", longest: int = 500) -> None:
        self._pattern = pattern
        self._match = re.compile(pattern) if pattern else None
        self._longest = longest

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Scalar) or node.null:
            return self.refuse(node, key, context)
        text = context.fill(node)[0]
        if len(text) > self._longest:
            context.mistake(node.line, "too_long", key=key, most=self._longest)
            return MISSING
        if self._match and not self._match.fullmatch(text):
            return self.misshapen(node, key, context, text)
        return text

    def misshapen(self, node: Node, key: str, context: Context, text: str) -> Any:
        """Say that ``text`` has not the right shape."""
        context.mistake(node.line, "bad_pattern", key=key, found=text)
        return MISSING

    def schema(self) -> dict[str, Any]:
        described: dict[str, Any] = {"type": ["string", "number", "boolean"], "maxLength": self._longest}
        if self._pattern:
            described["pattern"] = f"^{self._pattern}$"
        return described


class Port(Kind):
    """A network port's number, or a serial port's name (``COM3``, ``/dev/ttyUSB0``)."""

    wants = "port"

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Scalar) or node.null:
            return self.refuse(node, key, context)
        text = context.fill(node)[0]
        value = whole(text)
        if value is None:
            return text if re.fullmatch(r"\S{1,200}", text) else self.refuse(node, key, context)
        if not 1 <= value <= 65535:
            context.mistake(node.line, "out_of_range", key=key, value=value, low=1, high=65535)
            return MISSING
        return value

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 65535}, {"type": "string", "pattern": r"^\S{1,200}$"}]}


class Id(Str):
    """An immutable readable id: letters (Chinese ones too), digits, ``-`` and ``_``."""

    wants = "id"

    def __init__(self) -> None:
        super().__init__(r"[\w-]{1,64}", 64)

    def misshapen(self, node: Node, key: str, context: Context, text: str) -> Any:
        context.mistake(node.line, "bad_id", key=key, found=text)
        return MISSING


class JsonPath(Str):
    """Where a value lies in a JSON document: ``data.list[2]["a.b"]``, ``data[name=n1].value``; nothing = the whole document."""

    wants = "path"
    _bracket = r"""\[(?:\d+|"[^"]*"|'[^']*'|[^\[\]="']+=[^\[\]]*)\]"""

    def __init__(self) -> None:
        super().__init__(rf"(?:(?:[^.\[\]]+|{self._bracket})(?:\.[^.\[\]]+|{self._bracket})*)?", 200)

    def misshapen(self, node: Node, key: str, context: Context, text: str) -> Any:
        return self.refuse(node, key, context)


class Topic(Str):
    """An MQTT topic; where ``wild``, + may stand for one level and # for all that follow."""

    wants = "topic"

    def __init__(self, wild: bool) -> None:
        level = r"[^+#\x00/]*"
        one = rf"(?:{level}|\+)" if wild else level
        super().__init__(rf"{one}(?:/{one})*(?:/#)?|#" if wild else rf"{one}(?:/{one})*", 1000)
        self._empty = not wild

    def misshapen(self, node: Node, key: str, context: Context, text: str) -> Any:
        return self.refuse(node, key, context)

    def read(self, node: Node, key: str, context: Context) -> Any:
        text = super().read(node, key, context)
        return self.refuse(node, key, context) if text == "" and not self._empty else text


class Choice(Kind):
    """One of a few words."""

    wants = "choice"

    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed

    def read(self, node: Node, key: str, context: Context) -> Any:
        text = context.fill(node)[0] if isinstance(node, Scalar) else ""
        if text in self.allowed:
            return text
        guess = near(text, self.allowed)
        if guess:
            context.mistake(node.line, "want_choice_near", key=key, found=shown(node), near=guess)
            return MISSING
        return self.refuse(node, key, context, allowed=", ".join(self.allowed))

    def schema(self) -> dict[str, Any]:
        return {"enum": [*self.allowed, *(int(word) for word in self.allowed if word.isdigit())]}


class Int(Kind):
    """A whole number, decimal or 0x…; in an equipment type also a sum such as ``${loop} * 256 + ${n}``."""

    wants = "integer"

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Scalar):
            return self.refuse(node, key, context)
        text, plain = context.fill(node)
        value = whole(text) if plain else None
        if value is None:
            return self.refuse(node, key, context)
        if not self.low <= value <= self.high:
            context.mistake(node.line, "out_of_range", key=key, value=value, low=self.low, high=self.high)
            return MISSING
        return value

    def schema(self) -> dict[str, Any]:
        return _or_placeholder({"type": "integer", "minimum": self.low, "maximum": self.high})


def _or_placeholder(described: dict[str, Any]) -> dict[str, Any]:
    """In an equipment type a number may also be ``${name}``."""
    return {"anyOf": [described, {"type": "string", "pattern": r"\$\{\w+\}"}]}


class Num(Kind):
    """A finite number."""

    wants = "number"

    def __init__(self, low: float = -1e18, high: float = 1e18) -> None:
        self.low = low
        self.high = high

    def read(self, node: Node, key: str, context: Context) -> Any:
        value = number(node, context)
        if value is None:
            return self.refuse(node, key, context)
        if not self.low <= value <= self.high:
            context.mistake(node.line, "out_of_range", key=key, value=value, low=self.low, high=self.high)
            return MISSING
        return value

    def schema(self) -> dict[str, Any]:
        return _or_placeholder({"type": "number", "minimum": self.low, "maximum": self.high})


def number(node: Node, context: Context) -> float | None:
    """The finite number of a plain scalar; in an equipment type also a product such as ``${ct_ratio} * 0.01``."""
    if not isinstance(node, Scalar):
        return None
    text, plain = context.fill(node)
    if not plain:
        return None
    try:
        value = float(text)
    except ValueError:
        if "*" in text:
            return product(text)
        as_int = whole(text)
        return None if as_int is None else float(as_int)
    return value if math.isfinite(value) and "_" not in text else None


class Bool(Kind):
    """true or false."""

    wants = "boolean"

    def read(self, node: Node, key: str, context: Context) -> Any:
        if isinstance(node, Scalar):
            text, plain = context.fill(node)
            value = _BOOLEANS.get(text.lower()) if plain else None
            if value is not None:
                return value
        return self.refuse(node, key, context)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class TextKind(Kind):
    """A text for people: one string, or ``{zh: …, en: …}``."""

    wants = "text"

    def read(self, node: Node, key: str, context: Context) -> Any:
        if isinstance(node, Scalar) and not node.null:
            return Text(context.fill(node)[0])
        if not isinstance(node, Mapping):
            return self.refuse(node, key, context)
        found = {"zh": "", "en": ""}
        for name, (line, value) in node.entries.items():
            if name not in found:
                comma = isinstance(value, Scalar) and value.null  # {en: stop, then call} holds a key "then call"
                context.mistake(line, "comma_in_text" if comma else "unknown_key", key=name, allowed="zh, en")
            elif not isinstance(value, Scalar):
                self.refuse(value, f"{key}.{name}", context)
            else:
                found[name] = context.fill(value)[0]
        if not found["zh"] and not found["en"]:
            return self.refuse(node, key, context)
        return Text(found["zh"], found["en"])

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/text"}


class Duration(Kind):
    """A length of time with its unit, as ns. ``none`` is allowed where a clock may be left out."""

    wants = "duration"

    def __init__(self, most: int, none: bool = False) -> None:
        self.most = most
        self._none = none

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Scalar):
            return self.refuse(node, key, context)
        text = context.fill(node)[0]
        if self._none and text.lower() in ("none", "无"):
            return None
        value = durations.nanoseconds(text)
        if value is None:
            return self.refuse(node, key, context)
        if value > self.most:
            context.mistake(node.line, "too_long_time", key=key, found=text, most=durations.words(self.most))
            return MISSING
        return value

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/duration"}


class Millis(Int):
    """A sampling interval: milliseconds as a number, or a duration with its unit."""

    wants = "millis"

    def read(self, node: Node, key: str, context: Context) -> Any:
        if isinstance(node, Scalar):
            length = durations.nanoseconds(context.fill(node)[0])
            if length is not None:
                return super().read(Scalar(node.line, str(length // 1_000_000), True), key, context)
        return super().read(node, key, context)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [super().schema(), {"$ref": "#/$defs/duration"}]}


class IntervalKind(Kind):
    """How often: days, months, or running hours."""

    wants = "interval"

    def read(self, node: Node, key: str, context: Context) -> Any:
        if isinstance(node, Sequence):
            context.mistake(node.line, "two_intervals", key=key)
            return MISSING
        text = context.fill(node)[0] if isinstance(node, Scalar) else ""
        value = durations.interval(text)
        if value is None:
            if durations.count_intervals(text) > 1:
                context.mistake(node.line, "two_intervals", key=key)
                return MISSING
            return self.refuse(node, key, context)
        return value

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/interval"}


class BandKind(Kind):
    """``[low, high]``; either may be null."""

    wants = "band"

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Sequence) or len(node.items) != 2:
            return self.refuse(node, key, context)
        ends: list[float | None] = []
        for item in node.items:
            if isinstance(item, Scalar) and item.null:
                ends.append(None)
                continue
            value = number(item, context)
            if value is None:
                return self.refuse(node, key, context)
            ends.append(value)
        low, high = ends
        if low is not None and high is not None and low > high:
            context.mistake(node.line, "band_order", key=key, low=low, high=high)
            return MISSING
        return Band(low, high)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "items": {"anyOf": [_or_placeholder({"type": "number"}), {"type": "null"}]},
            "minItems": 2,
            "maxItems": 2,
        }


class Measure(Kind):
    """A unit of measure, in its one spelling."""

    wants = "string"

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Scalar):
            return self.refuse(node, key, context)
        text = context.fill(node)[0]
        found = units.canonical(text)
        if found is not None:
            return found
        guess = units.nearest(text)
        if guess:
            context.mistake(node.line, "unknown_unit_near", unit=text, near=guess)
        else:
            context.mistake(node.line, "unknown_unit", unit=text)
        return MISSING

    def schema(self) -> dict[str, Any]:
        return {"enum": [*units.UNITS, *units.ALIASES]}


class DateKind(Str):
    """A local date, YYYY-MM-DD."""

    wants = "date"

    def __init__(self) -> None:
        super().__init__("", 10)

    def read(self, node: Node, key: str, context: Context) -> Any:
        text = context.fill(node)[0] if isinstance(node, Scalar) else ""
        return text if _real_date(text) else self.refuse(node, key, context)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


def _real_date(text: str) -> bool:
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    if match is None:
        return False
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= 12 and year >= 1970 and 1 <= day <= lengths[month - 1]


class Hours(Str):
    """A part of the day, ``08:00-11:30``, as minutes from local midnight; over midnight if the end comes first."""

    wants = "hours"
    _shape = r"([01]?\d|2[0-4]):([0-5]\d)\s*[-–~]\s*([01]?\d|2[0-4]):([0-5]\d)"

    def __init__(self) -> None:
        super().__init__("", 20)

    def read(self, node: Node, key: str, context: Context) -> Any:
        text = context.fill(node)[0] if isinstance(node, Scalar) else ""
        match = re.fullmatch(self._shape, text.strip().replace("：", ":"))
        if match is None:
            return self.refuse(node, key, context)
        first, last = (60 * int(match[place]) + int(match[place + 1]) for place in (1, 3))
        return (first, last) if first != last and max(first, last) <= 1440 and first < 1440 else self.refuse(node, key, context)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self._shape}$"}


class TimeOfDay(Str):
    """A time of the local day, ``03:00``, as minutes from midnight."""

    wants = "time"
    _shape = r"([01]?\d|2[0-3]):([0-5]\d)"

    def __init__(self) -> None:
        super().__init__("", 5)

    def read(self, node: Node, key: str, context: Context) -> Any:
        text = context.fill(node)[0] if isinstance(node, Scalar) else ""
        match = re.fullmatch(self._shape, text.strip().replace("：", ":"))
        return self.refuse(node, key, context) if match is None else 60 * int(match[1]) + int(match[2])

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self._shape}$"}


class Loose(Kind):
    """Any single value, kept as it was written: the options of other people's drivers and the parameters of a type."""

    wants = "scalar"

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Scalar):
            return self.refuse(node, key, context)
        text, plain = context.fill(node)
        return Scalar(node.line, text, plain)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}


def loose_value(node: Scalar) -> str | int | float | bool:
    """What a loosely read value means by itself."""
    if node.plain:
        if node.text in ("true", "false"):
            return node.text == "true"
        as_int = whole(node.text)
        if as_int is not None:
            return as_int
        as_number = number(node, Context("", Findings()))
        if as_number is not None:
            return as_number
    return node.text


class Pair(Kind):
    """``[first, last]`` addresses."""

    wants = "pair"

    def __init__(self, low: int, high: int) -> None:
        self._int = Int(low, high)

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Sequence) or len(node.items) != 2:
            return self.refuse(node, key, context)
        first, last = (self._int.read(item, key, context) for item in node.items)
        if first is MISSING or last is MISSING:
            return MISSING
        if first > last:
            context.mistake(node.line, "band_order", key=key, low=first, high=last)
            return MISSING
        return (first, last)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self._int.schema(), "minItems": 2, "maxItems": 2}
