"""Changes to a site file's text that leave every other character of it alone, comments and line ends included.

The text is composed by YAML only to know where everything stands; what is new is written as flow mappings, which fit under block
and flow style alike, one a line, so that a mistake in the result leads back to the row that it came from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import yaml

O = TypeVar("O")  # noqa: E741 - where a line came from
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = re.compile(r"[^\W\d_]\w*(?:[-.]\w+)*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})


def scalar(value: str | int | float | bool) -> str:
    """One value as YAML spells it in any place."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def flow(value: Any) -> str:
    """Any value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key if isinstance(key, int) else scalar(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return "null" if value is None else scalar(value)


@dataclass(slots=True)
class _Edit(Generic[O]):
    start: int
    end: int
    text: str
    origins: list[O | None] = field(default_factory=list)  # of each line begun by ``text``


class SiteText(Generic[O]):
    """One site file's text and the changes to be made in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._edits: list[_Edit[O]] = []
        root = yaml.compose(text.removeprefix("\ufeff"), _Loader)
        self._shift = 1 if text.startswith("\ufeff") else 0
        self._root = root if isinstance(root, yaml.MappingNode) else None
        self.equipment: dict[str, yaml.MappingNode] = {}
        section = _value(self._root, "equipment") if self._root else None
        for item in section.value if isinstance(section, yaml.SequenceNode) else ():
            name = _value(item, "id")
            if isinstance(item, yaml.MappingNode) and isinstance(name, yaml.ScalarNode):
                self.equipment[name.value] = item

    def append(self, section: str, items: list[tuple[dict[str, Any], O]]) -> None:
        """New items at the end of a section of the file, one key a line unless the section is written in braces."""
        if not items:
            return
        found = _value(self._root, section) if self._root else None
        if isinstance(found, yaml.SequenceNode) and found.flow_style:
            self._grow(found, [(flow(item), origin) for item, origin in items], 0)
            return
        block = found if isinstance(found, yaml.SequenceNode) and found.value else None
        indent = " " * (block.start_mark.column if block else 2)
        lines, origins = [], []
        for item, origin in items:
            short = len(flow(item)) < 100 and section != "equipment"
            texts = [flow(item)] if short else [f"{key}: {flow(value)}" for key, value in item.items()]
            lines += [f"{indent}{'- ' if place == 0 else '  '}{text}" for place, text in enumerate(texts)]
            origins += [origin] * len(texts)
        body = self._newline.join(lines)
        if found is None:
            lead = "" if not self._text or self._text.endswith("\n") else self._newline
            self._edit(len(self._text), len(self._text), f"{lead}{section}:{self._newline}{body}{self._newline}", ())
            self._edits[-1].origins = [*([None] if lead else []), *origins]
        elif block:
            at = self._line_end(_end(block, self._text, self._shift))
            self._edit(at, at, self._newline + body, origins)
        else:
            self._edit(found.start_mark.index + self._shift, found.end_mark.index + self._shift, self._newline + body, origins)

    def append_within(self, equipment: str, key: str, items: list[tuple[str, O]]) -> None:
        """New items at the end of a list of one piece of equipment (``points``, ``alarms``)."""
        owner = self.equipment[equipment]
        found = _value(owner, key)
        if found is not None:
            self._grow(found, items, owner.start_mark.column)
            return
        if owner.flow_style:
            inner = f",{self._newline}".join(" " * (owner.start_mark.column + 4) + item for item, _ in items)
            self._into_flow(owner, f"{key}: [{self._newline}{inner}]", [origin for _, origin in items])
            return
        indent = " " * owner.start_mark.column
        lines = "".join(f"{self._newline}{indent}  - {item}" for item, _ in items)
        at = self._line_end(_end(owner, self._text, self._shift))
        self._edit(at, at, f"{self._newline}{indent}{key}:{lines}", [None, *(origin for _, origin in items)])

    def item(self, equipment: str, section: str, match: dict[str, str]) -> yaml.MappingNode | None:
        """The item of an equipment's list whose entries are ``match``."""
        found = _value(self.equipment[equipment], section)
        for item in found.value if isinstance(found, yaml.SequenceNode) else ():
            if all(getattr(_value(item, name), "value", None) == value for name, value in match.items()):
                return item if isinstance(item, yaml.MappingNode) else None
        return None

    def set(self, owner: yaml.MappingNode, entries: dict[str, str], origin: O) -> None:
        """Set entries of a mapping, each already in YAML."""
        for key, text in entries.items():
            found = _value(owner, key)
            if found is not None:
                start, end = found.start_mark.index + self._shift, _end(found, self._text, self._shift)
                self._edit(start, max(start, end), text if end > start else f" {text}", [])
            elif owner.flow_style:
                self._into_flow(owner, f"{key}: {text}", [])
            else:
                at = self._line_end(_end(owner, self._text, self._shift))
                self._edit(at, at, f"{self._newline}{' ' * owner.start_mark.column}{key}: {text}", [origin])

    def result(self) -> tuple[str, dict[int, O]]:
        """The changed text, and which of its lines (1-based) came from where."""
        parts: list[str] = []
        origins: dict[int, O] = {}
        at, line = 0, 1
        for edit in sorted(self._edits, key=lambda edit: edit.start):  # stable: what was asked first comes first
            kept = self._text[at : edit.start]
            line += kept.count("\n")
            for offset, origin in enumerate(edit.origins, 1):
                if origin is not None:
                    origins[line + offset] = origin
            line += edit.text.count("\n")
            parts += [kept, edit.text]
            at = edit.end
        parts.append(self._text[at:])
        return "".join(parts), origins

    # --- places

    def _edit(self, start: int, end: int, text: str, origins: Iterable[O | None]) -> None:
        self._edits.append(_Edit(start, end, text, list(origins)))

    def _line_end(self, at: int) -> int:
        """The end of the line on which ``at`` stands: a comment behind it stays behind it."""
        end = self._text.find("\n", at)
        if end < 0:
            return len(self._text)
        return end - 1 if self._text[end - 1 : end] == "\r" else end

    def _grow(self, found: yaml.Node, items: list[tuple[str, O]], column: int) -> None:
        origins = [origin for _, origin in items]
        if not isinstance(found, yaml.SequenceNode):  # nothing, or null
            start = found.start_mark.index + self._shift
            lines = "".join(f"{self._newline}{' ' * (column + 2)}- {item}" for item, _ in items)
            self._edit(start, found.end_mark.index + self._shift, lines, origins)
        elif found.flow_style:
            lead = self._newline + " " * (column + 4)
            inner = f",{lead}".join(item for item, _ in items)
            self._into_flow(found, f"{lead}{inner}", origins)
        else:
            at = self._line_end(_end(found, self._text, self._shift))
            lines = "".join(f"{self._newline}{' ' * found.start_mark.column}- {item}" for item, _ in items)
            self._edit(at, at, lines, origins)

    def _into_flow(self, owner: yaml.CollectionNode, text: str, origins: list[O]) -> None:
        """Before the closing bracket, behind a comma if something stands there."""
        close = owner.end_mark.index + self._shift - 1
        comma = ""
        if owner.value or any(edit.start == close for edit in self._edits):
            last = owner.value[-1] if owner.value else None
            last = last[1] if isinstance(last, tuple) else last
            tail = self._text[_end(last, self._text, self._shift) : close] if last is not None else ""
            comma = "" if "," in re.sub(r"#.*", "", tail) and not any(edit.start == close for edit in self._edits) else ", "
            if "#" in tail:
                comma = comma.strip() + " "
        self._edit(close, close, comma + text, origins)


def _value(node: yaml.Node | None, key: str) -> Any:
    for name, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if name.value == key:
            return value
    return None


def _end(node: yaml.Node, text: str, shift: int) -> int:
    """Where the last character of ``node`` stands; a block collection's own mark lies behind the comments that follow it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end = int(node.end_mark.index) + shift
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        end = len(text[:end].rstrip())
    return end
