"""The commissioning bench on the command line.

``read`` and ``scan`` open the line themselves: for a device that no collector watches yet. The rest asks a running collector.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli.ask import calling, query, secret_of
from console.cli.common import FAILED, OK, complain, print_json, say
from console.domain.commands import RecordPointTest
from console.domain.commissioning import Result
from console.domain.estate import Modbus, ModbusRtuTcp, ModbusSerial, ModbusTcp
from console.domain.health import HealthLine
from console.domain.problems import Problem, Refused
from console.domain.text import Text
from console.link import bench as m
from console.texts import language, sentence, tr

if TYPE_CHECKING:
    from drivers.decodings import Way
    from drivers.scan import Progress, Unit

_NARROW = ("u16", "i16", "hex", "bits", "bcd16", "ascii", "text", "bool")
_NETWORK = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:\[\]]+)):(?P<port>\d{1,5})")
_SERIAL = re.compile(r"COM\d+|/\S+", re.IGNORECASE)
_SPAN = re.compile(r"(\d+)(?:-(\d+))?")
A_LINE = 16  # registers in a line of raw data
LOOK_EVERY = 1.0  # seconds between looks at a log that is being written


# --- a line of our own


def connection_of(arguments: argparse.Namespace) -> Modbus:
    """The connection that ``HOST:PORT``, ``COM3`` or ``/dev/ttyUSB0`` and the line's options mean."""
    target = str(arguments.target)
    name = Text(target, target)
    network = _NETWORK.fullmatch(target)
    if network is not None and 1 <= int(network["port"]) <= 65535:
        host, port = network["six"] or network["host"], int(network["port"])
        if arguments.rtu:
            return ModbusRtuTcp("bench", name, host, port, timeout_ms=arguments.timeout, retries=0)
        return ModbusTcp("bench", name, host, port, timeout_ms=arguments.timeout, retries=0)
    if _SERIAL.fullmatch(target):
        return ModbusSerial(
            "bench",
            name,
            target,
            baud=arguments.baud,
            parity=arguments.parity,
            stop_bits=arguments.stop_bits,
            timeout_ms=arguments.timeout,
            retries=0,
        )
    raise Refused("bench.cli.target", target=target)


def read(arguments: argparse.Namespace) -> int:
    """``building-collector read``: some registers, in every way."""
    return asyncio.run(_read(arguments, connection_of(arguments)))


async def _read(arguments: argparse.Namespace, connection: Modbus) -> int:
    from console.engine.bench import check_read, refusal
    from console.engine.clocks import RealClock
    from drivers.bench import RawRead, open_line
    from drivers.decodings import ways

    unit, function, first, count = arguments.unit, arguments.fc, arguments.address, arguments.count
    check_read(function, first, count)
    state = _state_of_the_line()
    async with open_line(connection, RealClock(), state) as line:
        reply = await line.read_raw(RawRead(unit, function, first, count))
    state.refuse(reply.outcome)
    last = first + count - 1
    if not reply.good:
        raise refusal(reply.outcome, reply.exception, str(arguments.target), unit, function, first, last)
    found = ways(function, first, count, reply.data)
    if arguments.json:
        decodings = [way._asdict() for way in found]
        print_json(
            {
                "unit": unit, "function": function, "address": first, "count": count, "took_ms": round(reply.took_ms, 1),
                "data": reply.data.hex(), "decodings": decodings,
            }
        )  # fmt: skip
        return OK
    data = reply.data.hex(" ", 2)
    say(tr("bench.cli.reading", unit=unit, function=function, first=first, last=last, took=reply.took_ms, data=data))
    for line_ in _table(found):
        say(line_)
    say(tr("bench.cli.legend"))
    return OK


def _state_of_the_line() -> Any:
    """A sink that keeps the connection's problem. The line's own log stays quiet: the sentence is said once, at the end."""
    from drivers.bench import Nobody

    logging.getLogger("drivers").setLevel(logging.CRITICAL)

    class State(Nobody):
        problem: Problem | None = None

        def health(self, line: HealthLine) -> None:
            """Keep it."""
            self.problem = line.problem if line.kind == "connection" else self.problem

        def refuse(self, outcome: str) -> None:
            """Raise it."""
            if outcome == "not_connected" and self.problem is not None:
                raise Refused(self.problem.code, **self.problem.params)

    return State()


def _table(found: tuple[Way, ...]) -> list[str]:
    """One block an address: narrow types in one line, every wide type with its word orders in one line."""
    lines: list[str] = []
    for address in dict.fromkeys(way.address for way in found):
        here = [way for way in found if way.address == address]
        cells = [_cell(way.type, way) for way in here if way.type in _NARROW]
        lines.append(f"{address:>6}  " + "  ".join(cells))
        for kind in dict.fromkeys(way.type for way in here if way.type not in _NARROW):
            cells = [_cell(way.order, way) for way in here if way.type == kind]
            lines.append(f"{'':>8}{kind:<6}" + "  ".join(cells))
    return lines


def _cell(label: str, way: Way) -> str:
    return f"{label} {way.text}{'*' if way.hint == 2 and way.order else ''}"


def span_of(text: str) -> tuple[int, int]:
    """``1-247`` or ``5``."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise Refused("bench.cli.span", text=text)
    return int(found[1]), int(found[2] or found[1])


def scan(arguments: argparse.Namespace) -> int:
    """``building-collector scan``: who is on a bus, or which addresses of a unit answer."""
    if bool(arguments.units) == bool(arguments.addresses):
        raise Refused("bench.cli.what")
    first, last = span_of(arguments.units or arguments.addresses)
    low, high = (1, 247) if arguments.units else (0, 65535)
    if not low <= first <= last <= high:
        raise Refused("bench.bad_scan", first=first, last=last)
    from drivers.scan import Progress

    progress = Progress(last - first + 1)
    try:
        asyncio.run(_scan(arguments, connection_of(arguments), progress, range(first, last + 1)))
    except KeyboardInterrupt:  # what was found up to now is worth having
        complain(tr("bench.cli.stopped"))
    _say_scan(arguments, progress)
    return OK


async def _scan(arguments: argparse.Namespace, connection: Modbus, progress: Progress, span: range) -> None:
    from console.engine.clocks import RealClock
    from drivers.bench import open_line
    from drivers.scan import Manners, Scan, Walk

    clock, state = RealClock(), _state_of_the_line()
    telling = asyncio.create_task(_tell(progress)) if sys.stderr.isatty() and not arguments.json else None
    try:
        async with open_line(connection, clock, state) as line:
            scanning = Scan(line, clock, progress, Manners(max(0, arguments.pause)))
            if arguments.units:
                found: Callable[[Unit], None] = (lambda _: None) if arguments.json else _say_unit
                await scanning.bus(span, arguments.fc, arguments.address, found)
            else:
                await scanning.addresses(Walk(arguments.unit, arguments.fc, span[0], span[-1], arguments.span, (), progress.ranges))
    except Refused as refused:
        state.refuse("not_connected" if refused.problem.code == "bench.scan.not_connected" else "")
        raise
    finally:
        if telling is not None:
            telling.cancel()


def _say_scan(arguments: argparse.Namespace, progress: Progress) -> None:
    if arguments.json:
        units = [
            {"unit": unit.unit, "how": unit.how, "exception": unit.exception, "objects": unit.objects} for unit in progress.units
        ]
        ranges = [
            {"first": each.first, "last": each.last, "state": each.state, "exception": each.exception, "data": each.data.hex()}
            for each in progress.ranges
        ]
        print_json({"asked": progress.asked, "units": units, "ranges": ranges})
        return
    for each in progress.ranges:
        say(tr("bench.cli.range", first=each.first, last=each.last, state=tr(f"bench.state.{each.state}")))
        for place in range(0, len(each.data), 2 * A_LINE):
            begin = each.first + (8 * place if arguments.fc in (1, 2) else place // 2)
            say(f"{begin:>8}  {bytes(each.data[place : place + 2 * A_LINE]).hex(' ', 2)}")
    found_count = len(progress.units) if arguments.units else sum(each.state == "answers" for each in progress.ranges)
    say(tr("bench.cli.scanned", found=found_count, asked=progress.asked))


async def _tell(progress: Progress) -> None:
    while True:
        await asyncio.sleep(2)
        complain(tr("bench.cli.progress", done=progress.done, total=progress.total, asked=progress.asked))


def _say_unit(unit: Unit) -> None:
    objects = "  ".join(unit.objects.values())
    say(tr("bench.cli.unit", unit=unit.unit, how=tr(f"bench.how.{unit.how}", exception=unit.exception), objects=objects))


# --- over a running collector


def wirelog(arguments: argparse.Namespace) -> int:
    """``building-console wirelog CONNECTION``: print frames as they come, or write them to a file at the end."""
    from console.engine.wiretext import wire_line

    secret = _secret(arguments)
    wanted = m.WireFilter(arguments.unit, arguments.fc, arguments.errors)
    name = arguments.connection
    with calling(arguments, watch=False, account=arguments.account, secret=secret) as call:

        def ask(action: str, since: int = 0) -> m.WireLogAnswer:
            make: Callable[[int], m.WireLogQuery] = lambda id: m.WireLogQuery(  # noqa: E731 - one question, three actions
                id, name, action, arguments.minutes, since, filter=wanted
            )
            return query(call, make, m.WireLogAnswer)

        answer = ask("start")
        complain(tr("bench.cli.logging", connection=name, minutes=arguments.minutes))
        since = answer.last
        try:
            while answer.until:
                time.sleep(LOOK_EVERY)
                answer = ask("read", since)
                for frame in answer.frames:
                    since = frame.number
                    if not arguments.out:
                        say(wire_line(frame, language()))
        except KeyboardInterrupt:
            pass
        ask("stop")
        if arguments.out:
            kind = "pcap" if arguments.out.lower().endswith((".pcap", ".cap")) else "text"
            file = query(call, lambda id: m.WireLogFileQuery(id, name, kind, wanted, language()), m.FileAnswer)
            _write(arguments.out, file.data)
    return OK


def sheet(arguments: argparse.Namespace) -> int:
    """``building-console sheet EQUIPMENT``: its commissioning sheet."""
    kind = "html" if arguments.out.lower().endswith((".html", ".htm")) else "text"
    with calling(arguments, watch=False) as call:
        file = query(call, lambda id: m.SheetFileQuery(id, arguments.equipment, kind, language()), m.FileAnswer)
    if arguments.out:
        _write(arguments.out, file.data)
    else:
        print(file.data.decode("utf-8"), end="")
    return OK


def tested(arguments: argparse.Namespace) -> int:
    """``building-console tested POINT``: one line of a commissioning sheet."""
    secret = _secret(arguments)
    result = Result(arguments.result)
    command = RecordPointTest(arguments.point, result, arguments.value, arguments.instrument, arguments.note)
    with calling(arguments, watch=False, account=arguments.account, secret=secret) as call:
        call.ask(command)
    say(tr("bench.cli.recorded", point=arguments.point, result=tr(f"bench.result.{result}")))
    return OK


def why(arguments: argparse.Namespace) -> int:
    """``building-console status --why POINT``."""
    with calling(arguments, watch=False) as call:
        answer = query(call, lambda id: m.WhyBadQuery(id, arguments.why), m.WhyBadAnswer)
    good = answer.problem.code == "bench.why.good"
    because = sentence(answer.because) if answer.because is not None else ""
    if arguments.json:
        found: dict[str, Any] = {
            "point": answer.point, "good": good, "quality": answer.quality, "since": answer.since, "code": answer.problem.code,
            "text": sentence(answer.problem), "because": because,
        }  # fmt: skip
        print_json(found)
    else:
        say(" ".join(part for part in (sentence(answer.problem), because) if part))
    return OK if good else FAILED


def _secret(arguments: argparse.Namespace) -> str:
    if not arguments.account:
        raise Refused("bench.cli.needs_account")
    return secret_of(arguments)


def _write(file: str, data: bytes) -> None:
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise Refused("cli.file.unwritable", file=file, reason=error.strerror or str(error)) from None
    say(tr("bench.cli.saved", file=file, bytes=len(data)))
