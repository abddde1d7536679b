"""YAML to a tree that knows the line of everything, built from parser events in one pass.

Nothing of YAML's own typing is used: the schema decides what a scalar must be, so ``no`` or ``3.10`` never turn into something
else. Aliases, tags and more than one document are refused: a site file needs none of them, and they are how a small file
becomes a huge one.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from config.findings import Findings

DEEPEST = 24  # levels; a site file needs 6
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is some ten times faster; not every wheel has it


class Scalar:
    """One value as it was written. ``plain``: it stood without quotes."""

    __slots__ = ("line", "plain", "text")

    def __init__(self, line: int, text: str, plain: bool) -> None:
        self.line = line
        self.text = text
        self.plain = plain

    @property
    def null(self) -> bool:
        """True for an empty value, ``~`` and ``null``."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


class Sequence:
    """A list."""

    __slots__ = ("items", "line")

    def __init__(self, line: int) -> None:
        self.line = line
        self.items: list[Node] = []


class Mapping:
    """Keys with the line of the key and the value."""

    __slots__ = ("entries", "line")

    def __init__(self, line: int) -> None:
        self.line = line
        self.entries: dict[str, tuple[int, Node]] = {}


Node = Scalar | Sequence | Mapping


def parse(text: str, file: str, findings: Findings) -> Node | None:
    """The tree of ``text``; ``None`` if it cannot be read at all or is empty. Mistakes are added to ``findings``."""
    try:
        root = _Builder(file, findings).build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        tabs = _tab_lines(text)
        for line in tabs:
            findings.mistake(file, line, "tab")
        if not tabs:
            findings.mistake(file, mark.line + 1 if mark else 1, "syntax", what=_plain(error.problem or error.context or ""))
        return None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
        findings.mistake(file, line, "character", what=_plain(str(getattr(error, "reason", error))))
        return None
    if root is None:
        findings.mistake(file, 1, "empty")
    return root


def _tab_lines(text: str) -> list[int]:
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if "\t" in line[: len(line) - len(line.lstrip())] and line.strip()
    ]


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _plain(problem: str) -> str:
    return " ".join(problem.split())


class _Builder:
    """Turns events into nodes without recursion, so that no nesting can exhaust the stack."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._root: Node | None = None
        self._documents = 0
        self._open: list[Sequence | Mapping] = []
        self._keys: list[tuple[str, int] | None] = []  # the key that waits for its value, one per open node

    def build(self, text: str) -> Node | None:
        for event in _events(text):
            if isinstance(event, yaml.ScalarEvent):
                self._tag(event)
                line = _line(event)
                self._place(Scalar(line, event.value, event.style is None or event.style == ""), line)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._start(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._open.pop()
                self._keys.pop()
            elif isinstance(event, yaml.AliasEvent):
                line = _line(event)
                self._findings.mistake(self._file, line, "alias", name=str(event.anchor))
                self._place(Scalar(line, "", True), line)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    self._findings.mistake(self._file, _line(event), "second_document")
                    break
        if isinstance(self._root, Scalar) and self._root.null:
            return None
        return self._root

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        self._tag(event)
        line = _line(event)
        if len(self._open) >= DEEPEST:
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {DEEPEST} levels", problem_mark=event.start_mark)  # type: ignore[arg-type]  # the stubs know two marks
        node = Mapping(line) if isinstance(event, yaml.MappingStartEvent) else Sequence(line)
        self._place(node, line)
        self._open.append(node)
        self._keys.append(None)

    def _tag(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            self._findings.mistake(self._file, _line(event), "tag", tag=str(tag))

    def _place(self, node: Node, line: int) -> None:
        if not self._open:
            if self._root is None:
                self._root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        waiting = self._keys[-1]
        if waiting is None:
            if isinstance(node, Scalar):
                self._keys[-1] = (node.text, line)
            else:
                self._findings.mistake(self._file, line, "key_not_text")
                self._keys[-1] = ("", line)
            return
        key, key_line = waiting
        self._keys[-1] = None
        if key in parent.entries:
            self._findings.mistake(self._file, key_line, "duplicate_key", key=key, first=parent.entries[key][0])
        else:
            parent.entries[key] = (key_line, node)


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, _Loader)
