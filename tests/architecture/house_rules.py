"""Finders for the house rules: each takes one parsed file and yields (line, what is wrong, and what to do instead)."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
ROOMS = ("console", "drivers", "config")
CLOCKS = Path("console/engine/clocks.py")
THEME = ("console/ui/theme.py", "console/ui/theme/")

Finding = tuple[int, str]


@dataclass(frozen=True)
class Source:
    """One file of ours, parsed."""

    path: Path  # relative to the repository
    text: str
    tree: ast.Module

    @property
    def screen(self) -> bool:
        return self.path.is_relative_to("console/ui")

    @property
    def theme(self) -> bool:
        return self.path.as_posix().startswith(THEME)


def parse(path: Path, text: str) -> Source:
    return Source(path, text, ast.parse(text, filename=str(path)))


def sources() -> list[Source]:
    """Every Python file of the product."""
    files = [file for room in ROOMS for file in sorted((REPOSITORY / room).rglob("*.py"))]
    return [parse(file.relative_to(REPOSITORY), file.read_text(encoding="utf-8")) for file in files]


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of a name or attribute chain; a call in the middle is left out."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}"
        case ast.Call(func=func):
            return dotted(func)
    return ""


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in call.keywords if word.arg == name), None)


def strings(source: Source) -> Iterator[ast.Constant]:
    """String literals that are no docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node


# --- portability

NOT_ON_WINDOWS = {"add_signal_handler", "add_reader", "add_writer", "fork", "forkpty"}
NOT_ON_WINDOWS_MODULES = {"fcntl"}


def unportable(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(attr=name) if name in NOT_ON_WINDOWS:
                yield node.lineno, f"{name} does not exist on Windows"
            case ast.Import(names=names):
                for name in names:
                    if name.name in NOT_ON_WINDOWS_MODULES:
                        yield node.lineno, f"{name.name} does not exist on Windows"
            case ast.ImportFrom(module=module) if module in NOT_ON_WINDOWS_MODULES:
                yield node.lineno, f"{module} does not exist on Windows"
    for constant in strings(source):
        if re.match(r"/(var/)?tmp(/|$)", constant.value):
            yield constant.lineno, f"{constant.value!r}: ask tempfile for the place"


def _text_mode(mode: ast.expr | None) -> bool:
    return mode is None or (isinstance(mode, ast.Constant) and isinstance(mode.value, str) and "b" not in mode.value)


def unencoded(source: Source) -> Iterator[Finding]:
    for call, name in calls(source):
        if keyword(call, "encoding") is not None:
            continue
        last = name.rpartition(".")[2]
        told = len(call.args)
        if name == "open" and told < 4 and _text_mode(call.args[1] if told > 1 else keyword(call, "mode")):
            yield call.lineno, "open() of text without encoding="
        elif last == "open" and name != "open":
            mode = call.args[0] if told else keyword(call, "mode")
            if isinstance(mode, ast.Constant) and re.fullmatch(r"[rwaxt+]+", str(mode.value)):
                yield call.lineno, f"{name}() of text without encoding="
        elif (last == "read_text" and not told) or (last == "write_text" and told < 2):
            yield call.lineno, f"{last}() without encoding="
        else:
            wanted = keyword(call, "text") or keyword(call, "universal_newlines")
            if name.startswith("subprocess.") and isinstance(wanted, ast.Constant) and wanted.value is True:
                yield call.lineno, "a process's text without encoding="


# --- time

NOW = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}


def own_clocks(source: Source) -> Iterator[Finding]:
    if source.path == CLOCKS:
        return
    for call, name in calls(source):
        if ".".join(name.split(".")[-2:]) in NOW:
            yield call.lineno, f"{name}(): take the time from the ClockPort"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time" and {"time", "time_ns"} & {word.name for word in node.names}:
            yield node.lineno, "the time comes from the ClockPort"


# --- screens

MODAL = re.compile(
    r"(QMessageBox\.(about|aboutQt|critical|information|question|warning)"
    r"|QInputDialog\.get\w+|QFileDialog\.(get\w+|saveFileContent)|QColorDialog\.getColor|QFontDialog\.getFont)"
)


def modal(source: Source) -> Iterator[Finding]:
    if not source.screen:
        return
    for call, name in calls(source):
        owner, _, last = name.rpartition(".")
        if last in ("exec", "exec_") and "app" not in owner.lower():
            yield call.lineno, f"{name}() blocks the screen: open() it"
        elif MODAL.fullmatch(name):
            yield call.lineno, f"{name}() blocks the screen: make a dialog and open() it"


COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})(?![0-9a-zA-Z])|\brgba?\s*\(")


def colours(source: Source) -> Iterator[Finding]:
    if not source.screen or source.theme:
        return
    for constant in strings(source):
        if COLOUR.search(constant.value):
            yield constant.lineno, f"{constant.value!r}: colours come from the theme"
    for call, name in calls(source):
        if name.rpartition(".")[2] in ("QColor", "fromRgb") and any(isinstance(arg, ast.Constant) for arg in call.args):
            yield call.lineno, f"{name}() of a literal: colours come from the theme"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and dotted(node).startswith("Qt.GlobalColor.") and node.attr != "transparent":
            yield node.lineno, f"{dotted(node)}: colours come from the theme"


# --- size

LONGEST_FILE = 600


def too_long(source: Source) -> Iterator[Finding]:
    lines = source.text.count("\n")
    if lines >= LONGEST_FILE:
        yield lines, f"{lines} lines: part it"


# --- texts

SAYING = {"tr", "Problem", "Refused"}


def placeholders(sentence: str) -> set[str]:
    """The names in braces."""
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _literals(node: ast.expr) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The literal keys that an argument may be, through ``a if b else c``."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            yield node
        case ast.IfExp(body=body, orelse=orelse):
            yield from _literals(body)
            yield from _literals(orelse)


def _given(call: ast.Call, what: str) -> set[str] | None:
    """The names of the parameters that a key is given; None where they are not written out."""
    if what == "Problem":
        params = call.args[1] if len(call.args) > 1 else keyword(call, "params")
        if params is None:
            return set()
        if not isinstance(params, ast.Dict) or not all(isinstance(key, ast.Constant) for key in params.keys):
            return None
        return {str(key.value) for key in params.keys if isinstance(key, ast.Constant)}
    if any(word.arg is None for word in call.keywords):
        return None
    return {word.arg for word in call.keywords if word.arg is not None} - {"lang"}


def unsaid(source: Source, catalogue: dict[str, tuple[str, str]]) -> Iterator[Finding]:
    """Keys that the catalogue lacks, and placeholders that nobody fills."""
    for call, name in calls(source):
        what = name.rpartition(".")[2]
        key = call.args[0] if call.args else keyword(call, "code")
        if what not in SAYING or key is None or (what == "tr" and name not in ("tr", "texts.tr")):  # self.tr is Qt's
            continue
        for literal in _literals(key):
            if isinstance(literal, ast.JoinedStr):
                head = literal.values[0].value if isinstance(literal.values[0], ast.Constant) else ""
                if not any(entry.startswith(str(head)) for entry in catalogue):
                    yield literal.lineno, f"no text begins with {head!r}"
            elif literal.value not in catalogue:
                yield literal.lineno, f"no text {literal.value!r} in resources/texts"
            else:
                given = _given(call, what)
                missing = set() if given is None else placeholders(catalogue[literal.value][0]) - given
                if missing:
                    yield literal.lineno, f"{literal.value!r} is not told {sorted(missing)}"
