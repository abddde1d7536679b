"""The words of other people's lists: headings, data types, byte orders, units (``words.json``; collected from makers' lists)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _all() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("config").joinpath("pointlist", "words.json").read_text(encoding="utf-8"))
    return found


def lists(section: str) -> dict[str, list[str]]:
    """Meaning -> the words for it."""
    return dict(_all()[section])


def meanings(section: str) -> dict[str, str]:
    """Word -> its meaning."""
    return {word: meaning for meaning, words in lists(section).items() for word in words}


def table(section: str) -> dict[str, Any]:
    """Word -> value, as it stands there."""
    return dict(_all()[section])


def plain(section: str) -> frozenset[str]:
    """Words that stand by themselves."""
    return frozenset(_all()[section])
