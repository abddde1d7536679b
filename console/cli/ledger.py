"""``ledger import | export | undo``: the equipment ledger from and to tables, through a running collector."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.cli.ask import calling, query, secret_of
from console.cli.common import BAD_INPUT, OK, complain, say
from console.domain.maintenance.cards_batches import ImportLedger, UndoLedgerImport
from console.domain.maintenance.cards_drafts import LedgerDraft
from console.domain.pointlists import Remark
from console.domain.problems import Refused
from console.link.calls import Call
from console.link.ledger import (
    LedgerDraftAnswer,
    LedgerDraftPartAnswer,
    LedgerDraftPartQuery,
    LedgerDraftQuery,
    LedgerPaperAnswer,
    LedgerPaperQuery,
)
from console.texts import language, sentence, tr

PATIENCE = 120.0  # seconds for writing 50,000 cards


def ledger(arguments: argparse.Namespace) -> int:
    """0 done, 1 refused, 2 the table has mistakes (nothing was changed then)."""
    return {"import": _import, "export": _export, "undo": _undo}[arguments.what](arguments)


def _import(arguments: argparse.Namespace) -> int:
    if not arguments.of:
        raise Refused("cli.ledger.no_file")
    if not arguments.preview and not (arguments.account and arguments.reason):
        raise Refused("cli.ledger.needs")
    file = Path(arguments.of)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Refused("pointlist.unreadable", file=file.name, reason=error.strerror or str(error)) from None
    account = "" if arguments.preview else arguments.account
    with calling(arguments, watch=False, account=account, secret=secret_of(arguments) if account else "", timeout=PATIENCE) as call:
        number, draft = _draft(call, file.name, data)
        for remark in draft.remarks:
            (complain if remark.grave else say)(_line(remark))
        say(
            tr(
                "ledger.import.sum", file=file.name, new=draft.new, changed=draft.changed, same=draft.same, wrong=draft.wrong,
                mistakes=draft.mistakes, more=draft.more,
            )
        )  # fmt: skip
        if draft.mistakes and not arguments.leave_out:
            return BAD_INPUT
        if arguments.preview:
            return OK
        made = call.ask(ImportLedger(number, arguments.reason, arguments.leave_out))
    say(tr("cli.ledger.imported", count=draft.new + draft.changed, batch=f"LB-{made:06d}"))
    return OK


def _draft(call: Call, file: str, data: bytes) -> tuple[int, LedgerDraft]:
    begun = query(call, lambda id: LedgerDraftQuery(id, file, data), LedgerDraftAnswer)
    while True:
        part = query(call, lambda id: LedgerDraftPartQuery(id, begun.draft), LedgerDraftPartAnswer)
        if part.result is not None:
            return begun.draft, part.result


def _line(remark: Remark) -> str:
    """``台账!C7: what is wrong``."""
    return f"{remark.sheet}!{remark.cell}: {sentence(remark.problem)}" if remark.cell else sentence(remark.problem)


def _export(arguments: argparse.Namespace) -> int:
    if not arguments.out:
        raise Refused("cli.ledger.no_out")
    file = Path(arguments.out)
    form = file.suffix.lower().lstrip(".")
    with calling(arguments, watch=False, timeout=PATIENCE) as call:
        made = query(
            call, lambda id: LedgerPaperQuery(id, arguments.paper, form, language(), label=arguments.label), LedgerPaperAnswer
        )
    try:
        file.write_bytes(made.data)
    except OSError as error:
        raise Refused("cli.file.unwritable", file=str(file), reason=error.strerror or str(error)) from None
    say(tr("cli.export.done", file=str(file)))
    return OK


def _undo(arguments: argparse.Namespace) -> int:
    if not (arguments.of and arguments.account and arguments.reason):
        raise Refused("cli.ledger.needs")
    with calling(arguments, watch=False, account=arguments.account, secret=secret_of(arguments), timeout=PATIENCE) as call:
        call.ask(UndoLedgerImport(arguments.of, arguments.reason))
    say(tr("cli.ledger.undone", batch=arguments.of))
    return OK
