"""How a file is read: records with the line of every key, and the kinds of value that hold others.

A kind reads itself, describes itself as JSON Schema, and says what it wants. It never raises: what is wrong goes to the findings
with its line, and the value counts as missing. Single values are in :mod:`config.scalars`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Any, Final

from config.findings import Findings, near
from config.numerals import whole
from config.tree import Mapping, Node, Scalar, Sequence, Unreadable

MISSING: Final = object()
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


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
                code = whole(context.fill(Scalar(line, name, True))[0])
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
            described["propertyNames"] = {"pattern": r"^\s*[+-]?(0x[0-9a-fA-F]+|\d+)\s*$|\$\{\w+\}"}
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
