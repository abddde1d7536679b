"""The kinds of value that a file may hold: each reads itself, describes itself as JSON Schema, and says what it wants.

A kind never raises: what is wrong goes to the findings with its line, and the value counts as missing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Any, Final

from config import durations, units
from config.findings import Findings, near
from config.tree import Mapping, Node, Scalar, Sequence, Unreadable
from console.domain.estate import Band
from console.domain.text import Text

MISSING: Final = object()
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_SUM = re.compile(r"\s*([+-]?(?:0x[0-9a-fA-F]+|\d+))((?:\s*[+-]\s*(?:0x[0-9a-fA-F]+|\d+))*)\s*")
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_TERM = re.compile(r"([+-])\s*(0x[0-9a-fA-F]+|\d+)")


@dataclass(slots=True)
class Context:
    """What reading needs: the file's name, the findings, and the values of ``${name}`` in an equipment type.

    ``later`` are placeholders that stay as they are: they are filled when more is known.
    """

    file: str
    findings: Findings
    params: Dict[str, str] = field(default_factory=dict)
    later: frozenset[str] = frozenset()

    def mistake(self, line: int, code: str, **params: str | int | float) -> None:
        """Add a mistake of this file."""
        self.findings.mistake(self.file, line, code, **params)

    def fill(self, node: Scalar) -> tuple[str, bool]:
        """The scalar's text with its placeholders filled, and whether it counts as plain."""
        text = node.text
        if "${" not in text:
            return text, node.plain
        filled = _PLACEHOLDER.sub(lambda match: self._value(node.line, match), text)
        return filled, True

    def _value(self, line: int, match: re.Match[str]) -> str:
        name = match[1]
        if name in self.params:
            return self.params[name]
        if name not in self.later:
            self.mistake(line, "unknown_placeholder", name=name)
        return match[0]


class Record:
    """A mapping that was read: values by key, and the line of each key. ``bad`` keys were there but wrong."""

    __slots__ = ("bad", "file", "line", "lines", "values")

    def __init__(self, file: str, line: int) -> None:
        self.file = file
        self.line = line
        self.values: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self.bad: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        """The value of ``key``."""
        return self.values.get(key, default)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def line_of(self, key: str) -> int:
        """The line of ``key``, else the record's own."""
        return self.lines.get(key, self.line)

    def merged(self, over: Record) -> Record:
        """A copy in which ``over``'s values win; the lines stay with their values."""
        both = Record(over.file, over.line)
        both.values = {**self.values, **over.values}
        both.lines = {**dict.fromkeys(self.values, over.line), **over.lines}
        both.bad = self.bad | over.bad
        return both


class Kind:
    """One kind of value."""

    wants = "string"  # the text key config.wants.<...> that names it to people

    def read(self, node: Node, key: str, context: Context) -> Any:
        """The value, or ``MISSING`` after a mistake was added."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """This kind as JSON Schema (draft 2020-12)."""
        raise NotImplementedError

    def refuse(self, node: Node, key: str, context: Context, **params: str | int | float) -> Any:
        """Add "``key`` must be …, not …"."""
        context.mistake(node.line, f"want_{self.wants}", key=key, found=shown(node), **params)
        return MISSING


def shown(node: Node) -> str:
    """A node as a person would point at it."""
    if isinstance(node, Scalar):
        return node.text if len(node.text) <= 60 else node.text[:57] + "…"
    return "[…]" if isinstance(node, Sequence) else "{…}"


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
            context.mistake(node.line, "bad_id" if self.wants == "id" else "bad_pattern", key=key, found=text)
            return MISSING
        return text

    def schema(self) -> dict[str, Any]:
        described: dict[str, Any] = {"type": ["string", "number", "boolean"], "maxLength": self._longest}
        if self._pattern:
            described["pattern"] = f"^{self._pattern}$"
        return described


class Id(Str):
    """An immutable readable id: letters (Chinese ones too), digits, ``-`` and ``_``."""

    wants = "id"

    def __init__(self) -> None:
        super().__init__(r"[\w-]{1,64}", 64)


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
    """A whole number, decimal or 0x…; in an equipment type also a sum such as ``${base} + 3``."""

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


def whole(text: str) -> int | None:
    """The integer (or sum of integers) that ``text`` spells."""
    match = _SUM.fullmatch(text)
    if match is None:
        return None
    total = int(match[1], 0) if "x" in match[1] else int(match[1])
    for sign, term in _TERM.findall(match[2]):
        amount = int(term, 0) if "x" in term else int(term)
        total += amount if sign == "+" else -amount
    return total


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
    """The finite number of a plain scalar."""
    if not isinstance(node, Scalar):
        return None
    text, plain = context.fill(node)
    if not plain:
        return None
    try:
        value = float(text)
    except ValueError:
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


class ListOf(Kind):
    """A list of one kind; nothing at all is an empty list."""

    wants = "list"

    def __init__(self, kind: Kind, most: int = 100_000) -> None:
        self.kind = kind
        self._most = most

    def read(self, node: Node, key: str, context: Context) -> Any:
        if isinstance(node, Scalar) and node.null:
            return []
        if not isinstance(node, Sequence):
            return self.refuse(node, key, context)
        if len(node.items) > self._most:
            context.mistake(node.line, "too_many", key=key, most=self._most)
            return MISSING
        values = [self.kind.read(item, key, context) for item in node.items]
        return [value for value in values if value is not MISSING]

    def schema(self) -> dict[str, Any]:
        return {"type": ["array", "null"], "items": self.kind.schema()}


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


class MapOf(Kind):
    """A mapping with free keys (whole numbers if ``numeric``) and values of one kind, as a :class:`Record` or a dict of ints."""

    wants = "map"

    def __init__(self, kind: Kind, numeric: bool = False) -> None:
        self.kind = kind
        self._numeric = numeric

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Mapping):
            return self.refuse(node, key, context)
        record = Record(context.file, node.line)
        numbers: dict[int, Any] = {}
        right = True
        for name, (line, value) in node.entries.items():
            read = self.kind.read(value, f"{key}.{name}", context)
            if read is MISSING:
                continue
            if self._numeric:
                code = whole(name)
                if code is None:
                    context.mistake(line, "want_integer", key=key, found=name)
                    right = False
                else:
                    numbers[code] = read
            else:
                record.values[name] = read
                record.lines[name] = line
        if not right:
            return MISSING
        return numbers if self._numeric else record

    def schema(self) -> dict[str, Any]:
        described: dict[str, Any] = {"type": "object", "additionalProperties": self.kind.schema()}
        if self._numeric:
            described["propertyNames"] = {"pattern": r"^\s*[+-]?(0x[0-9a-fA-F]+|\d+)\s*$"}
        return described


class Deferred(Kind):
    """Part of an equipment type that is read once its parameters are known: the node itself."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.wants = kind.wants

    def read(self, node: Node, key: str, context: Context) -> Any:
        return node

    def schema(self) -> dict[str, Any]:
        return self.kind.schema()


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an object. ``default`` is for the reference text."""

    kind: Kind
    required: bool = False
    default: str = ""


class Obj(Kind):
    """A mapping with declared keys: an unknown one is a mistake with a "did you mean"."""

    wants = "map"

    def __init__(self, name: str, /, **fields: Field) -> None:
        self.name = name
        self.fields = fields

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Mapping):
            return self.refuse(node, key, context)
        record = Record(context.file, node.line)
        for name, (line, value) in node.entries.items():
            declared = self.fields.get(name)
            if declared is None:
                record.bad.add(self._unknown(name, line, context))
                continue
            if isinstance(value, Unreadable):
                record.bad.add(name)
                continue
            read = declared.kind.read(value, name, context)
            if read is MISSING:
                record.bad.add(name)
            else:
                record.values[name] = read
                record.lines[name] = line
        for name, declared in self.fields.items():
            if declared.required and name not in record.values and name not in record.bad:
                context.mistake(node.line, "missing_key", key=name, section=self.name)
                record.bad.add(name)
        return record

    def _unknown(self, name: str, line: int, context: Context) -> str:
        """Say it, and return the key that was probably meant."""
        guess = near(name, self.fields)
        if guess:
            context.mistake(line, "unknown_key_near", key=name, near=guess)
        else:
            context.mistake(line, "unknown_key", key=name, allowed=", ".join(self.fields))
        return guess

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.name}"}

    def definition(self) -> dict[str, Any]:
        """This object's own JSON Schema, for ``$defs``."""
        described: dict[str, Any] = {
            "type": "object",
            "properties": {name: declared.kind.schema() for name, declared in self.fields.items()},
            "additionalProperties": False,
        }
        required = [name for name, declared in self.fields.items() if declared.required]
        if required:
            described["required"] = required
        return described
