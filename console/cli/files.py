"""Commands that need no collector: check, schema, plan."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.common import BAD_INPUT, OK, mistake_line, print_json, say
from console.domain.configuring import Mistake
from console.domain.estate import Estate
from console.domain.problems import Refused
from console.texts import sentence, tr

if TYPE_CHECKING:
    from drivers.driver import PlannedRead


def read_text(file: str) -> str:
    """The file's text; refused with a sentence if it cannot be read or is not UTF-8."""
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("cli.file.encoding", file=file) from None
    except OSError as error:
        raise Refused("cli.file.unreadable", file=file, reason=error.strerror or str(error)) from None


def load(file: str) -> tuple[Estate | None, tuple[Mistake, ...], tuple[Mistake, ...]]:
    """The estate of a site file, or ``None`` with its mistakes; and its warnings."""
    from config.loader import load_text

    loaded = load_text(read_text(file), file)
    return loaded.estate, loaded.mistakes, loaded.warnings


def load_or_complain(file: str) -> Estate | None:
    """The estate, or ``None`` after every mistake was printed."""
    estate, mistakes, warnings = load(file)
    for mistake in (*mistakes, *warnings):
        say(mistake_line(mistake))
    if mistakes or estate is None:
        say(tr("cli.check.count", mistakes=len(mistakes), warnings=len(warnings)))
        return None
    return estate


def check(arguments: argparse.Namespace) -> int:
    """``check FILE``."""
    estate, mistakes, warnings = load(arguments.file)
    if arguments.json:
        print_json(
            {
                "ok": not mistakes,
                "mistakes": [_mistake(mistake) for mistake in mistakes],
                "warnings": [_mistake(warning) for warning in warnings],
            }
        )
        return BAD_INPUT if mistakes else OK
    for mistake in (*mistakes, *warnings):
        say(mistake_line(mistake))
    if mistakes or estate is None:
        say(tr("cli.check.count", mistakes=len(mistakes), warnings=len(warnings)))
        return BAD_INPUT
    say(
        tr(
            "cli.check.ok",
            file=arguments.file,
            equipment=len(estate.equipment),
            points=len(estate.points),
            rules=len(estate.rules),
            plans=len(estate.plans),
        )
    )
    return OK


def _mistake(mistake: Mistake) -> dict[str, str | int]:
    return {"file": mistake.file, "line": mistake.line, "code": mistake.problem.code, "text": sentence(mistake.problem)}


def schema(arguments: argparse.Namespace) -> int:
    """``schema``."""
    from config.schema import json_schema

    print_json(json_schema())
    return OK


def plan(arguments: argparse.Namespace) -> int:
    """``building-collector plan FILE``: what would be asked of each device."""
    estate = load_or_complain(arguments.file)
    if estate is None:
        return BAD_INPUT
    reads = _planned_reads(estate)
    if arguments.json:
        print_json(
            [
                {
                    "connection": read.connection,
                    "unit": read.unit,
                    "function": read.function,
                    "address": read.address,
                    "count": read.count,
                    "points": list(read.points),
                    "poll_ms": read.poll_ms,
                    "duration_ms": round(read.duration_ms, 1),
                    "bytes": read.bytes,
                }
                for read in reads
            ]
        )
        return OK
    say(tr("cli.plan.header"))
    for read in reads:
        say(
            f"{read.connection:<16}{read.unit:>4} {read.function:>3} {read.address:>7} {read.count:>5} {len(read.points):>6} "
            f"{read.bytes:>6} {read.poll_ms:>8} {read.duration_ms:>12.1f}"
        )
    for connection in dict.fromkeys(read.connection for read in reads):
        own = [read for read in reads if read.connection == connection]
        busy = sum(read.duration_ms / read.poll_ms for read in own) * 100
        say(
            tr(
                "cli.plan.total",
                connection=connection,
                requests=len(own),
                points=sum(len(read.points) for read in own),
                cycle=sum(read.duration_ms for read in own) / 1000,
                busy=busy,
            )
        )
    return OK


def _planned_reads(estate: Estate) -> list[PlannedRead]:
    from console.engine.clocks import RealClock
    from drivers import registry  # brings pymodbus
    from drivers.bench import Nobody

    drivers = (registry.make(connection, estate.points, Nobody(), RealClock()) for connection in estate.connections)
    return [read for driver in drivers for read in driver.plan()]
