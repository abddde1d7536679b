"""``import-points``: a point list into a site file or a running collector; a template to fill in; the present points as a list."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from console.cli.common import BAD_INPUT, OK, complain, say
from console.cli.files import read_text
from console.domain.estate import Estate
from console.domain.pointlists import Choices, Drafted, Remark
from console.domain.problems import Refused
from console.texts import sentence, tr


def import_points(arguments: argparse.Namespace) -> int:
    """``import-points FILE …``. 0 done, 1 refused, 2 the list has mistakes (nothing was changed then)."""
    from config.pointlist.listing import write_template

    if arguments.template:
        _write(arguments.template, write_template())
        say(tr("pointlist.said.template", file=arguments.template))
        return OK
    if not arguments.files:
        complain(tr("pointlist.said.no_file"))
        return BAD_INPUT
    if not (arguments.preview or arguments.out or arguments.account):
        raise Refused("pointlist.said.where")
    choices = _choices(arguments)
    before = read_text(arguments.config) if arguments.config else _present(arguments)
    text = before
    for file in arguments.files:
        drafted = _draft(file, text, choices)
        if drafted.mistakes and not drafted.text:
            complain(tr("pointlist.said.blocked"))
            return BAD_INPUT
        text = drafted.text or text
    if text == before:
        say(tr("pointlist.said.same"))
        return OK
    if arguments.out:
        _write(arguments.out, text.encode())
        say(tr("cli.export.done", file=arguments.out))
    return _take_over(arguments, before, text)


def _draft(file: str, present: str, choices: Choices) -> Drafted:
    from config.pointlist.importing import draft

    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise Refused("pointlist.unreadable", file=file, reason=error.strerror or str(error)) from None
    drafted = draft(data, Path(file).name, present, choices)
    for remark in drafted.remarks:
        (complain if remark.grave else say)(remark_line(remark))
    for assumed in drafted.assumed:
        say(sentence(assumed))
    if drafted.more:
        say(tr("pointlist.said.more", count=drafted.more))
    say(
        tr(
            "pointlist.said.sum", file=Path(file).name, rows=drafted.rows, equipment=drafted.equipment, points=drafted.points,
            mistakes=drafted.mistakes, left_out=drafted.left_out,
        )
    )  # fmt: skip
    return drafted


def remark_line(remark: Remark) -> str:
    """``sheet!cell: what, and what to do``."""
    text = sentence(remark.problem)
    if not remark.grave:
        text = f"({tr('pointlist.said.note')}) {text}"
    return tr("pointlist.said.line", sheet=remark.sheet, cell=remark.cell, text=text) if remark.sheet else text


def _choices(arguments: argparse.Namespace) -> Choices:
    headings: dict[str, str] = {}
    if arguments.mapping:
        from config.pointlist.columns import FIELDS

        try:
            headings = json.loads(read_text(arguments.mapping))
            right = all(field in ("", *FIELDS) for field in headings.values())
        except (ValueError, AttributeError, TypeError):
            right = False
        if not right:
            raise Refused("pointlist.said.mapping", file=arguments.mapping, fields=", ".join(FIELDS))
    return Choices(
        headings=headings, addresses=arguments.addresses, order=arguments.order, host=arguments.host,
        location=arguments.location, leave_out=arguments.leave_out,
    )  # fmt: skip


def _present(arguments: argparse.Namespace) -> str:
    from console.cli.ask import present_text

    return present_text(arguments)


def _take_over(arguments: argparse.Namespace, before: str, text: str) -> int:
    """Show what the site file would change, and import it in the name of ``--account``."""
    from console.cli import ask

    if arguments.config:
        from config.diff import changes
        from config.loader import load_text

        after = load_text(text, arguments.config).estate
        assert after is not None  # a draft with mistakes has no text
        for change in changes(load_text(before, arguments.config).estate, after):
            say(ask.change_line(change))
        return OK
    if arguments.preview or arguments.account:
        return ask.import_text(arguments, text, arguments.files[0])
    return OK


def export_points(estate: Estate, file: str) -> int:
    """``export --points FILE``."""
    from config.pointlist.listing import write_points

    data, others = write_points(estate)
    _write(file, data)
    say(tr("pointlist.said.listed", file=file, others=others))
    return OK


def _write(file: str, data: bytes) -> None:
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise Refused("pointlist.unwritable", file=file, reason=error.strerror or str(error)) from None
