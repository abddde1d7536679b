"""``report``: reports, ledgers, order sheets and archive packages as files; ``report check FILE`` checks a package, ``report
remove`` removes an order that was kept long enough."""

from __future__ import annotations

import argparse
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from console.cli.ask import calling, query, secret_of
from console.cli.common import BAD_INPUT, OK, complain, say
from console.domain.maintenance.archiving import RemoveArchived
from console.domain.orders import number_of
from console.domain.problems import Refused
from console.link.calls import Call
from console.link.reports import PaperAnswer, PaperPartQuery, PaperQuery
from console.texts import language, sentence, tr

NUMBERED = ("order", "package", "remove")
FORMS = ("pdf", "xlsx", "csv")
SUFFIXES = {"order": "pdf", "package": "zip"}


def report(arguments: argparse.Namespace) -> int:
    """Make a paper and write it."""
    if arguments.what == "check":
        return _check(Path(arguments.of))
    numbered = arguments.what in NUMBERED
    if numbered and not number_of(arguments.of):
        raise Refused("cli.report.number", text=arguments.of)
    secret = secret_of(arguments) if arguments.account else ""
    with calling(arguments, account=arguments.account, secret=secret) as call:
        if arguments.what == "remove":
            number = number_of(arguments.of)
            call.ask(RemoveArchived("work_order", str(number), arguments.reason))
            say(tr("cli.report.removed", order=f"WO-{number:06d}"))
            return OK
        year, month = (0, 1) if numbered else _month(arguments.of, call)
        form = form_of(arguments.what, arguments.format, arguments.out)
        made = query(
            call,
            lambda id: PaperQuery(
                id,
                arguments.what,
                year,
                month,
                arguments.months,
                number_of(arguments.of) if numbered else 0,
                arguments.unit,
                "" if form == "zip" else form,
                language(),
            ),
            PaperAnswer,
        )
        file = Path(arguments.out or made.name)
        _write(call, made, file)
    say(tr("cli.report.done", file=str(file), size=made.size))
    return OK


def form_of(what: str, wished: str, out: str) -> str:
    """The form of a paper: its only one, the one that was asked for, the file's ending if that is one, or pdf."""
    ending = Path(out).suffix.lstrip(".").lower()
    return SUFFIXES.get(what) or wished or (ending if ending in FORMS else "pdf")


def _month(text: str, call: Call) -> tuple[int, int]:
    """``2026-11`` or ``2026``; without any the month that ended last by the site's clock."""
    if not text:
        snapshot = call.snapshot()
        now = datetime.fromtimestamp(snapshot.now / 1e9, ZoneInfo(snapshot.estate.site.timezone))
        return (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
    try:
        year, _, month = text.partition("-")
        found = int(year), int(month or 1)
    except ValueError:
        raise Refused("cli.report.month", text=text) from None
    if not 1 <= found[1] <= 12 or not 1970 <= found[0] <= 2199:
        raise Refused("cli.report.month", text=text)
    return found


def _write(call: Call, made: PaperAnswer, file: Path) -> None:
    """Whole or not there."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as stream:
            stream.write(made.data)
            done = len(made.data)
            while done < made.size:
                more = query(call, partial(PaperPartQuery, job=made.job, offset=done), PaperAnswer)
                stream.write(more.data)
                done += len(more.data)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused("cli.file.unwritable", file=str(file), reason=error.strerror or str(error)) from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _check(file: Path) -> int:
    from console.engine.packaging import check

    good, problems = check(file)
    for problem in problems:
        complain(sentence(problem))
    if problems:
        return BAD_INPUT
    say(tr("cli.report.checked", file=str(file), count=good))
    return OK
