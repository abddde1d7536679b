"""Every requirement has its place and its test, and no test names one that is not there (docs/requirements.md)."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
TABLE = REPO / "docs" / "requirements.md"
SHARED = REPO.parent / "shared" / "domain" / "requirements.md"
ROW = re.compile(r"^\| (R-[A-Z]+-\d\d) \| (.+?) \| (.+?) \| (.+?) \|$")
NAMED = re.compile(r"R-[A-Z]+-\d\d")


@cache
def table() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Row -> where it is met, and the tests (file, function) that show it."""
    found = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        match = ROW.match(line)
        if match:
            tests = [(file, name) for file, name in re.findall(r"`(test_[a-z0-9_]+\.py)::(test_[a-z0-9_]+)`", match[4])]
            found[match[1]] = (match[3], tests)
    return found


@cache
def functions() -> dict[tuple[str, str], str]:
    """(file, function) -> its docstring, of every test."""
    found = {}
    for path in (REPO / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found[path.name, node.name] = ast.get_docstring(node) or ""
    return found


def test_every_row_in_scope_has_a_test_that_exists() -> None:
    assert len(table()) > 100
    for row, (where, shown) in table().items():
        apart = where.startswith(("**adjacent**: ", "**out**: "))
        assert shown or apart, f"{row} has no test"
        assert not apart or len(where) > 30, f"{row} is apart without a reason"
        for test in shown:
            assert test in functions(), f"{row} names {test}, which is not there"


def test_every_row_that_a_test_names_is_in_the_table() -> None:
    for (file, name), said in functions().items():
        for row in NAMED.findall(said):
            assert row in table(), f"{file}::{name} names {row}"


def test_no_row_of_the_requirements_was_forgotten() -> None:
    if not SHARED.exists():
        pytest.skip("the requirements are not beside the repository")
    text = SHARED.read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| (R-[A-Z]+-\d\d) \|", text, re.MULTILINE))
    assert set(table()) == rows
