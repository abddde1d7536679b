"""What the commands share: the language, printing, folders."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from console.domain.configuring import Mistake
from console.texts import CHINESE, ENGLISH, sentence, set_language

OK, FAILED, BAD_INPUT = 0, 1, 2


def choose_language(wanted: str | None) -> None:
    """``--lang``, then BUILDING_CONSOLE_LANG, then the locale; Chinese where none of them says English."""
    for word in (wanted, os.environ.get("BUILDING_CONSOLE_LANG"), os.environ.get("LC_ALL"), os.environ.get("LANG")):
        if word and word[:2].lower() in ("zh", "en"):
            set_language(CHINESE if word[:2].lower() == "zh" else ENGLISH)
            return
    set_language(CHINESE)


def use_utf8() -> None:
    """A Windows console may have a code page without Chinese: print what it can, never fail."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def say(text: str) -> None:
    """One line to the person, at once."""
    print(text, flush=True)


def complain(text: str) -> None:
    """One line of trouble."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: object) -> None:
    """Machine-readable output, one document."""
    print(json.dumps(value, ensure_ascii=False, indent=1), flush=True)


def mistake_line(mistake: Mistake) -> str:
    """``file:line: what is wrong, and what to do``."""
    return f"{mistake.file}:{mistake.line}: {sentence(mistake.problem)}"


def default_store() -> Path:
    """Where this user's estate lies if nobody says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("building-console", appauthor=False) / "estate"


def store_argument(arguments: argparse.Namespace) -> str:
    """The ``--store`` given, or the default folder."""
    return str(arguments.store) if arguments.store else str(default_store())


def is_remote(store: str) -> bool:
    """True if ``--store`` names a collector on another machine."""
    return store.startswith(("ws://", "wss://"))
