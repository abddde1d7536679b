"""Starting the collector beside a console, and knowing whether one already answers."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from console.link.tokens import read_link_file

LOG = "collector.log"


def answers(folder: Path) -> bool:
    """True if a collector listens for the store in ``folder`` (asked over the socket: a stale file proves nothing)."""
    found = read_link_file(folder)
    if found is None:
        return False
    with contextlib.suppress(OSError), socket.create_connection((found.host, found.port), timeout=1.0):
        return True
    return False


def python_module(module: str, words: Sequence[str]) -> list[str]:
    """The command that runs one of our modules with this interpreter, from any folder."""
    return [sys.executable, "-X", "utf8", "-m", module, *words]


def start(
    command: Sequence[str], *, log: IO[bytes] | None = None, detached: bool = False, pipe: bool = False
) -> subprocess.Popen[bytes]:
    """Start a process. ``detached``: it outlives this one and its terminal. ``pipe``: its standard output is read by us."""
    options: dict[str, Any] = {}
    if detached and sys.platform == "win32":
        options["creationflags"] = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    elif detached:
        options["start_new_session"] = True
    return subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if pipe else log,
        stderr=log,
        **options,
    )


def start_collector(folder: Path, words: Sequence[str], *, detached: bool) -> subprocess.Popen[bytes]:
    """Start the collector for ``folder``; what it has to say goes to ``collector.log`` there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOG).open("ab") as log:
        return start(python_module("console.engine", ["--store", str(folder), *words]), log=log, detached=detached)


def last_words(folder: Path) -> str:
    """The last line of the collector's log: why it did not start."""
    with contextlib.suppress(OSError):
        lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else ""
    return ""
