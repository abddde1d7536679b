"""Commands that keep the records safe: backup, restore, verify. They need no collector, and none has to stop for them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from console.cli.common import FAILED, OK, print_json, say, store_argument
from console.domain.problems import Refused
from console.texts import sentence, tr


def backup(arguments: argparse.Namespace) -> int:
    """``backup --store DIR --to DIR``."""
    from console.engine.clocks import RealClock
    from console.store.backup import back_up

    with _said():
        made = back_up(Path(store_argument(arguments)), Path(arguments.to), RealClock().now(), arguments.keep, _progress(arguments))
    damage = [sentence(problem) for problem in made.damage]
    if arguments.json:
        print_json({"folder": made.folder, "bytes": made.bytes, "copied": made.copied, "sequence": made.sequence, "damage": damage})
    else:
        say(tr("cli.backup.done", folder=made.folder, mb=made.bytes / 1e6, copied=made.copied / 1e6, sequence=made.sequence))
        for what in damage:
            say(tr("cli.verify.bad", what=what))
    return FAILED if damage else OK


def restore(arguments: argparse.Namespace) -> int:
    """``restore FROM --store DIR``."""
    from console.store.restore import restore as put_back

    folder = Path(store_argument(arguments))
    with _said():
        made = put_back(Path(arguments.source), folder, _progress(arguments))
    damage = list(made.verified.damage)
    if arguments.json:
        print_json({"generation": made.generation, "at": made.at, "bytes": made.bytes, "store": str(folder), "damage": damage})
    else:
        say(tr("cli.restore.done", generation=made.generation, files=made.files, mb=made.bytes / 1e6, folder=str(folder)))
        for what in damage:
            say(tr("cli.verify.bad", what=what))
    return FAILED if damage else OK


def verify(arguments: argparse.Namespace) -> int:
    """``verify``: reads the store's files only; the collector may be running, unless ``--repair-from`` mends them."""
    from console.store import reading

    folder = Path(store_argument(arguments))
    mended: list[str] = []
    with _said():
        if arguments.repair_from:
            from console.store.repair import repair

            done = repair(folder, Path(arguments.repair_from))
            mended, report = [sentence(problem) for problem in done.mended], done.left
        else:
            report = reading.verify(folder)
    if arguments.json:
        facts = {"ok": not report.damage, "entries": report.entries, "blocks": report.blocks, "damage": list(report.damage)}
        print_json(facts | ({"mended": mended} if arguments.repair_from else {}))
        return FAILED if report.damage else OK
    for what in mended:
        say(tr("cli.verify.mended", what=what))
    for what in report.damage:
        say(tr("cli.verify.bad", what=what))
    if not report.damage:
        say(tr("cli.verify.ok", entries=report.entries, blocks=report.blocks))
    return FAILED if report.damage else OK


@contextmanager
def _said() -> Iterator[None]:
    """The store's refusals as sentences."""
    from console.store import StoreRefused

    try:
        yield
    except StoreRefused as refused:
        raise Refused(refused.problem.code, **refused.problem.params) from None


def _progress(arguments: argparse.Namespace) -> Callable[[int, int], None] | None:
    """Tenths of the way to a person who watches; nothing into a file or a pipe."""
    if arguments.json or not sys.stderr.isatty():
        return None
    shown = -1

    def told(done: int, whole: int) -> None:
        nonlocal shown
        tenth = 10 * done // max(1, whole)
        if tenth > shown:
            shown = tenth
            print(f"{10 * tenth} %", file=sys.stderr, flush=True)

    return told
