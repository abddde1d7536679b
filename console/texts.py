"""Codes to sentences, in both languages, without Qt.

One catalogue serves the screens, the command line, notifications and printed pages (docs/adr/0002). It lies in
``resources/texts/*.json``: ``{"key": ["中文 {name}", "English {name}"]}``; the file's name is the key's first part
(``alarms.json`` holds ``alarms.empty``). A missing key is our bug and shows as the key itself; a test finds it first.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from console.domain.problems import Problem

CHINESE = "zh_CN"
ENGLISH = "en"
LANGUAGES = (CHINESE, ENGLISH)

_KEY = re.compile(r"@([a-z_]+(?:\.[a-z_0-9]+)+)")

_current = CHINESE


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Every key with its Chinese and English sentence."""
    found: dict[str, tuple[str, str]] = {}
    for file in files("resources").joinpath("texts").iterdir():
        if file.name.endswith(".json"):
            entries = json.loads(file.read_text(encoding="utf-8"))
            found.update({key: (pair[0], pair[1]) for key, pair in entries.items()})
    return found


def set_language(language: str) -> None:
    """Choose the process's language: ``zh_CN`` or ``en`` (anything else that begins with zh is Chinese)."""
    global _current  # noqa: PLW0603 - one person looks at one process
    _current = CHINESE if language.startswith("zh") else ENGLISH


def language() -> str:
    """The process's language."""
    return _current


def tr(key: str, /, lang: str = "", **params: object) -> str:
    """The sentence for ``key``, with its placeholders filled."""
    pair = catalogue().get(key)
    if pair is None:
        return key
    sentence = pair[0] if (lang or _current) == CHINESE else pair[1]
    return sentence.format(**params) if params else sentence


def sentence(problem: Problem, lang: str = "") -> str:
    """The sentence of a problem. ``@key`` in a parameter is a text of the catalogue's (what the domain calls by a code)."""
    params = {name: _said(value, lang) if isinstance(value, str) else value for name, value in problem.params.items()}
    return tr(problem.code, lang, **params)


def _said(text: str, lang: str) -> str:
    return _KEY.sub(lambda found: tr(found[1], lang) if found[1] in catalogue() else found[0], text) if "@" in text else text
