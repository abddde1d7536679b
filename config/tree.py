"""YAML to a tree that knows the line of everything, built from parser events in one pass.

Nothing of YAML's own typing is used: the schema decides what a scalar must be, so ``no`` or ``3.10`` never turn into something
else. Aliases, tags and more than one document are refused: a site file needs none of them, and they are how a small file
becomes a huge one.
"""

from __future__ import annotations

import re
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


class Unreadable:
    """A section whose YAML is broken: it was there, its mistake is known, nothing more can be said about it."""

    __slots__ = ("line",)

    def __init__(self, line: int) -> None:
        self.line = line


Node = Scalar | Sequence | Mapping | Unreadable

_SECTION = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?:\s|$)")
# What libyaml says, and the text key that says it to people.
_PROBLEMS = (
    ("',' or '}'", "syntax_brace"),
    ("',' or ']'", "syntax_bracket"),
    ("expected ':'", "syntax_colon"),
    ("mapping values are not allowed", "syntax_colon"),
    ("expected key", "syntax_indent"),
    ("expected '-' indicator", "syntax_indent"),
    ("block sequence entries", "syntax_indent"),
    ("expected <block end>", "syntax_indent"),
    ("escape character", "syntax_escape"),
    ("quoted scalar", "syntax_quote"),
    ("node content", "syntax_value"),
    ("nested deeper", "too_deep"),
)


def parse(text: str, file: str, findings: Findings) -> Node | None:
    """The tree of ``text``; ``None`` if it cannot be read at all or is empty. Mistakes are added to ``findings``.

    Where the YAML of one section is broken, the others are still read.
    """
    apart = Findings()
    try:
        root = _Builder(file, apart).build(text)
    except yaml.MarkedYAMLError as error:
        return _sections(text, file, findings, error)
    except (yaml.YAMLError, UnicodeError) as error:  # a character that YAML does not allow, or half of one
        at = getattr(error, "start", getattr(error, "position", 0))
        line = text.count("\n", 0, at) + 1 if isinstance(at, int) else 1
        findings.mistake(file, line, "character", what=f"U+{ord(text[at]):04X}" if isinstance(at, int) and at < len(text) else "?")
        return None
    findings.take(apart)
    if root is None:
        findings.mistake(file, 1, "empty")
    return root


def _sections(text: str, file: str, findings: Findings, error: yaml.MarkedYAMLError) -> Node | None:
    """Read the sections one by one, each with its own mistake."""
    for line in _tab_lines(text):
        findings.mistake(file, line, "tab")
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _SECTION.match(line)]
    whole = Mapping(1)
    told = False
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        match = _SECTION.match(lines[start])
        if match is None:
            continue
        try:
            block = _Builder(file, findings).build("\n" * start + "\n".join(lines[start:end]))
        except yaml.MarkedYAMLError as broken:
            _syntax(broken, lines[:end], file, findings)
            told = True
            block = None
        found = block.entries if isinstance(block, Mapping) else {match[1]: (start + 1, Unreadable(start + 1))}
        for key, entry in found.items():
            if key in whole.entries:
                findings.mistake(file, entry[0], "duplicate_key", key=key, first=whole.entries[key][0])
            else:
                whole.entries[key] = entry
    if not told:
        _syntax(error, lines, file, findings)
    return whole if whole.entries else None


def _syntax(error: yaml.MarkedYAMLError, lines: list[str], file: str, findings: Findings) -> None:
    """Say a syntax error, unless its line was already blamed for a tab."""
    mark = error.problem_mark or error.context_mark
    line = min(mark.line + 1 if mark else 1, len(lines))
    while line > 1 and not lines[line - 1].strip():
        line -= 1  # what is missing at the end of a section is missing on its last line
    if {line - 1, line} & set(_tab_lines("\n".join(lines))):
        return
    problem = " ".join(f"{error.context or ''} {error.problem or ''}".split())
    first = error.context_mark.line + 1 if error.context_mark else line
    for words, code in _PROBLEMS:
        if words in problem:
            findings.mistake(file, line, code, **({"most": DEEPEST} if code == "too_deep" else {"first": first}))
            return
    findings.mistake(file, line, "syntax", what=problem)


def _tab_lines(text: str) -> list[int]:
    return [
        number for number, line in enumerate(text.split("\n"), 1) if line.strip() and "\t" in line[: len(line) - len(line.lstrip())]
    ]


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


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
            raise yaml.MarkedYAMLError(problem="nested deeper", problem_mark=event.start_mark)  # type: ignore[arg-type]  # the stubs know two marks
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
