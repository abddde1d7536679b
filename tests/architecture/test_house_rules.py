"""The doors between the rooms, and the house rules that no linter of others knows.

A rule that fails names every place as ``file:line: what``. Each rule is also shown a sample of what it forbids, so that a
finder that sees nothing is found out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import house_rules
import pytest
from house_rules import CLOCKS, REPOSITORY, Finding, Source, parse, placeholders, sources, unsaid

from console.texts import catalogue

Rule = Callable[[Source], Iterator[Finding]]
TEXTS = sorted((REPOSITORY / "resources" / "texts").glob("*.json"))
read = cache(sources)


def places(rule: Rule) -> str:
    return "\n".join(f"{source.path.as_posix()}:{line}: {what}" for source in read() for line, what in rule(source))


def test_the_doors_between_the_rooms_are_shut() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"],
        cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=False, timeout=100,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "rule",
    [
        house_rules.unportable, house_rules.unencoded, house_rules.own_clocks, house_rules.modal, house_rules.colours,
        house_rules.too_long,
    ],
    ids=lambda rule: rule.__name__,
)  # fmt: skip
def test_no_file_breaks_a_house_rule(rule: Rule) -> None:
    found = places(rule)
    assert not found, f"\n{found}"


def test_every_sentence_that_code_asks_for_is_in_the_catalogue_and_gets_its_parameters() -> None:
    found = places(lambda source: unsaid(source, catalogue()))
    assert not found, f"\n{found}"


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_every_text_is_said_in_both_languages_with_the_same_placeholders(file: Path) -> None:
    pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=lambda found: found)
    keys = [key for key, _ in pairs]
    wrong = [f"{key}: twice" for key in set(keys) if keys.count(key) > 1]
    for key, pair in pairs:
        if not key.startswith(f"{file.stem}."):
            wrong.append(f"{key}: lies in {file.name}")
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) and text.strip() for text in pair)):
            wrong.append(f"{key}: needs a Chinese and an English sentence")
        elif placeholders(pair[0]) != placeholders(pair[1]):
            wrong.append(f"{key}: {sorted(placeholders(pair[0]))} in Chinese, {sorted(placeholders(pair[1]))} in English")
    assert not wrong, "\n".join(wrong)


SCREEN, ENGINE = "console/ui/alarms/screen.py", "console/engine/x.py"


@pytest.mark.parametrize(
    ("rule", "path", "line", "seen"),
    [
        (house_rules.unportable, ENGINE, "loop.add_signal_handler(2, stop)", True),
        (house_rules.unportable, ENGINE, "os.fork()", True),
        (house_rules.unportable, ENGINE, "import fcntl", True),
        (house_rules.unportable, ENGINE, "from fcntl import flock", True),
        (house_rules.unportable, ENGINE, "place = '/tmp/x'", True),
        (house_rules.unportable, ENGINE, "place = '/template'", False),
        (house_rules.unencoded, ENGINE, "open('x')", True),
        (house_rules.unencoded, ENGINE, "open('x', 'rb')", False),
        (house_rules.unencoded, ENGINE, "open('x', encoding='utf-8')", False),
        (house_rules.unencoded, ENGINE, "path.open('w')", True),
        (house_rules.unencoded, ENGINE, "path.open('wb')", False),
        (house_rules.unencoded, ENGINE, "dialog.open()", False),
        (house_rules.unencoded, ENGINE, "path.read_text()", True),
        (house_rules.unencoded, ENGINE, "path.write_text(x)", True),
        (house_rules.unencoded, ENGINE, "path.write_text(x, encoding='utf-8')", False),
        (house_rules.unencoded, ENGINE, "subprocess.run(x, text=True)", True),
        (house_rules.unencoded, ENGINE, "subprocess.run(x)", False),
        (house_rules.own_clocks, ENGINE, "time.time()", True),
        (house_rules.own_clocks, ENGINE, "datetime.datetime.now(UTC)", True),
        (house_rules.own_clocks, ENGINE, "from time import time_ns", True),
        (house_rules.own_clocks, ENGINE, "clock.now()", False),
        (house_rules.own_clocks, ENGINE, "time.monotonic()", False),
        (house_rules.own_clocks, CLOCKS.as_posix(), "time.time_ns()", False),
        (house_rules.modal, SCREEN, "dialog.exec()", True),
        (house_rules.modal, SCREEN, "QDialog(self).exec()", True),
        (house_rules.modal, SCREEN, "QMessageBox.warning(self, a, b)", True),
        (house_rules.modal, SCREEN, "app.exec()", False),
        (house_rules.modal, SCREEN, "dialog.open()", False),
        (house_rules.modal, ENGINE, "connection.exec()", False),
        (house_rules.colours, SCREEN, "x = 'color: #ff0000'", True),
        (house_rules.colours, SCREEN, "x = QColor(1, 2, 3)", True),
        (house_rules.colours, SCREEN, "x = QColor('red')", True),
        (house_rules.colours, SCREEN, "x = Qt.GlobalColor.red", True),
        (house_rules.colours, SCREEN, "x = Qt.GlobalColor.transparent", False),
        (house_rules.colours, SCREEN, "x = QColor(colour('alarm.p1'))", False),
        (house_rules.colours, SCREEN, "x = '1-1# 客梯'", False),
        (house_rules.colours, "console/ui/theme.py", "x = '#ff0000'", False),
        (house_rules.too_long, ENGINE, "\n" * 600, True),
        (house_rules.too_long, ENGINE, "\n" * 599, False),
    ],
)
def test_each_rule_sees_what_it_forbids_and_nothing_else(rule: Rule, path: str, line: str, seen: bool) -> None:
    assert bool(list(rule(parse(Path(path), line)))) is seen


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("tr('a.one')", False),
        ("tr('a.none')", True),
        ("tr('a.one' if x else 'a.none')", True),
        ("tr('a.named')", True),
        ("tr('a.named', name=1)", False),
        ("tr('a.named', lang, **params)", False),
        ("tr(f'a.{x}')", False),
        ("tr(f'b.{x}')", True),
        ("self.tr('anything')", False),
        ("raise Refused('a.none')", True),
        ("Refused('a.named', name=2)", False),
        ("Problem('a.named', {'name': 2})", False),
        ("Problem('a.named', {'other': 2})", True),
        ("Problem('a.named')", True),
        ("Problem('a.named', params)", False),
        ("problems.Problem(code='a.none')", True),
        ("tr(key)", False),
    ],
)
def test_a_key_without_a_text_or_a_text_without_its_parameter_is_seen(line: str, seen: bool) -> None:
    known = {"a.one": ("一", "one"), "a.named": ("{name}", "{name}")}
    assert bool(list(unsaid(parse(Path(ENGINE), line), known))) is seen
