"""``history --out FILE``: an export of any length, drawn from the collector part by part."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from console.cli.ask import query
from console.cli.common import OK, say
from console.domain.problems import Refused
from console.link.calls import Call
from console.link.exports import ExportAnswer, ExportPartAnswer, ExportPartQuery, ExportQuery
from console.texts import language, tr

FORMS = {".csv": "csv", ".json": "json", ".jsonl": "json", ".xlsx": "xlsx", ".parquet": "parquet"}


def to_file(call: Call, arguments: argparse.Namespace, points: tuple[int, ...], span: tuple[int, int], bucket: int) -> int:
    """The file is whole or not there: Ctrl-C takes away what was written, and ends the collector's work on it."""
    if not arguments.out:
        raise Refused("cli.history.needs_out", form=arguments.format)
    file = Path(arguments.out)
    form = arguments.format or FORMS.get(file.suffix.lower(), "")
    if not form:
        raise Refused("cli.history.form", file=file.name, forms=" ".join(FORMS))
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as stream:
            begun = query(call, lambda id: ExportQuery(id, points, *span, form, bucket, language()), ExportAnswer)
            shown = -1
            while True:
                got = query(call, lambda id: ExportPartQuery(id, begun.job), ExportPartAnswer)
                stream.write(got.data)
                if got.over:
                    break
                if int(got.share * 100) > shown:
                    shown = int(got.share * 100)
                    _progress(tr("cli.history.progress", percent=shown, rows=got.rows))
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused("cli.file.unwritable", file=str(file), reason=error.strerror or str(error)) from None
    except BaseException:  # Ctrl-C and refusals alike; the collector sees the line go
        part.unlink(missing_ok=True)
        raise
    _progress("")
    say(tr("cli.history.done", file=str(file), rows=got.rows))
    return OK


def _progress(text: str) -> None:
    """Over what stood there; only to a person who watches."""
    if sys.stderr.isatty():
        print(f"\r{text:<40}\r", end="", file=sys.stderr, flush=True)
