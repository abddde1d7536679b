"""Commands that ask a running collector: status, history, alarms, faults, orders, import, export."""

from __future__ import annotations

import argparse
import csv
import difflib
import getpass
import json
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from console.cli.common import BAD_INPUT, OK, complain, mistake_line, print_json, say, store_argument
from console.cli.files import read_text
from console.cli.moments import parse_length, parse_moment, show, zone
from console.domain.alarms import Alarm
from console.domain.commands import ImportConfiguration, SetUpAdministrator
from console.domain.configuring import Change
from console.domain.estate import Point
from console.domain.faults import Fault
from console.domain.health import HealthLine
from console.domain.orders import Order
from console.domain.problems import Refused
from console.domain.promises import clocks
from console.domain.quality import Quality
from console.domain.times import DAY, HOUR
from console.link.calls import Call
from console.link.messages import (
    AlarmHistoryAnswer,
    AlarmHistoryQuery,
    ConfigurationAnswer,
    ConfigurationQuery,
    DiagnosticsAnswer,
    DiagnosticsQuery,
    FaultHistoryAnswer,
    FaultHistoryQuery,
    HistoryAnswer,
    HistoryQuery,
    ImportPreviewAnswer,
    ImportPreviewQuery,
    OrderHistoryAnswer,
    OrderHistoryQuery,
    Query,
    Series,
    Snapshot,
)
from console.texts import language, sentence, tr

A = TypeVar("A")
SLICE_SAMPLES = 50_000  # of a history answer: memory stays the same for any range


@contextmanager
def calling(
    arguments: argparse.Namespace, *, watch: bool = True, account: str = "", secret: str = "", timeout: float = 30.0
) -> Iterator[Call]:
    """A connection to the collector that ``--store`` names; an answer may take ``timeout`` seconds."""
    ca_file = getattr(arguments, "ca", "")
    with Call(store_argument(arguments), ca_file=ca_file, watch=watch, account=account, secret=secret, timeout=timeout) as call:
        yield call


def query(call: Call, make: Callable[[int], Query], kind: type[A]) -> A:
    """The answer of ``kind``; raises :class:`Refused`."""
    answer = call.query(make)
    if not isinstance(answer, kind):
        raise Refused("link.garbled", detail=type(answer).__name__)
    return answer


# --- status


def status(arguments: argparse.Namespace) -> int:
    """``status``."""
    if arguments.why:
        from console.cli.bench import why

        return why(arguments)
    if arguments.values:
        from console.cli.values import values

        return values(arguments)
    with calling(arguments) as call:
        snapshot = call.snapshot()
        diagnostics = query(call, DiagnosticsQuery, DiagnosticsAnswer)
    active = [alarm for alarm in snapshot.alarms if alarm.active]
    figures = {
        "site": snapshot.estate.site.id,
        "now": snapshot.now,
        "rate": snapshot.rate,
        "revision": snapshot.revision,
        "configuration": snapshot.configuration,
        "points": len(snapshot.estate.points),
        "equipment": len(snapshot.estate.equipment),
        "alarms_active": len(active),
        "alarms_unacknowledged": sum(not alarm.acknowledged for alarm in snapshot.alarms),
        "faults_open": sum(fault.open for fault in snapshot.faults),
        "orders_open": sum(order.open for order in snapshot.orders),
        "set_up": snapshot.set_up,
    }
    if arguments.json:
        health = [
            {**msgspec.to_builtins(line), "text": sentence(line.problem) if line.problem else ""} for line in diagnostics.health
        ]
        print_json({**figures, "health": health, "blocks": msgspec.to_builtins(diagnostics.blocks)})
        return OK
    say(
        tr(
            "cli.status.head",
            site=snapshot.estate.site.name.get(language()),
            points=figures["points"],
            alarms=figures["alarms_active"],
            unacknowledged=figures["alarms_unacknowledged"],
            faults=figures["faults_open"],
            orders=figures["orders_open"],
        )
    )
    for line in diagnostics.health:
        say(tr("cli.status.line", state=tr(f"domain.health.{line.state}"), name=line.id, detail=_detail(line)))
    return OK


def _health_row(line: HealthLine) -> dict[str, Any]:
    return {**msgspec.to_builtins(line), "text": sentence(line.problem) if line.problem else ""}


def _detail(line: HealthLine) -> str:
    if line.problem:
        return sentence(line.problem)
    return "  ".join(f"{name} {value:g}" for name, value in line.figures.items())


# --- history


def history(arguments: argparse.Namespace) -> int:
    """``history POINT …``: csv or JSON lines at constant memory; with ``--out`` a file of any form."""
    with calling(arguments) as call:
        snapshot = call.snapshot()
        points = [_point(snapshot, name) for name in arguments.point]
        where = zone(snapshot.estate.site.timezone)
        since = parse_moment(arguments.since or "-1h", snapshot.now, where)
        until = parse_moment(arguments.until, snapshot.now, where) if arguments.until else snapshot.now
        if until <= since:
            raise Refused("engine.empty_range")
        bucket = parse_length(arguments.bucket) if arguments.bucket else 0
        if arguments.out or arguments.format in ("xlsx", "parquet"):
            from console.cli.exports import to_file

            return to_file(call, arguments, tuple(point.number for point in points), (since, until), bucket)
        write = _json_writer() if arguments.format == "json" else _csv_writer(bool(bucket))
        for begin, end, count in _slices(since, until, bucket):
            answer = query(
                call,
                lambda id, begin=begin, end=end, count=count: HistoryQuery(  # type: ignore[misc] # bound at once
                    id, tuple(point.number for point in points), begin, end, count, SLICE_SAMPLES
                ),
                HistoryAnswer,
            )
            by_number = {series.point: series for series in answer.series}
            for point in points:
                if point.number in by_number:
                    for row in _rows(point, by_number[point.number], where):
                        write(row)
    return OK


def _point(snapshot: Snapshot, name: str) -> Point:
    points = {point.id: point for point in snapshot.estate.points}
    if name not in points:
        near = difflib.get_close_matches(name, points, 3)
        hint = tr("cli.point.meant", points="、".join(near)) if near else ""
        raise Refused("cli.point.unknown", point=name, hint=hint)
    return points[name]


def _slices(since: int, until: int, bucket: int) -> Iterator[tuple[int, int, int]]:
    """(begin, end, buckets) of successive queries: an hour of raw samples, or 1,000 buckets aligned to ``since``."""
    length = bucket * 1000 if bucket else HOUR
    begin = since
    while begin < until:
        end = min(begin + length, until)
        if bucket:
            count = -(-(end - begin) // bucket)
            yield begin, begin + count * bucket, count
        else:
            yield begin, end, 0
        begin = end


def _rows(point: Point, series: Series, where: ZoneInfo) -> Iterator[dict[str, Any]]:
    times, values = array("q", series.times), array("d", series.values)
    lows, highs = array("d", series.lows), array("d", series.highs)
    for place, (moment, value) in enumerate(zip(times, values, strict=True)):
        row: dict[str, Any] = {"point": point.id, "time": show(moment, where)}
        if lows:
            row |= {"mean": value, "min": lows[place], "max": highs[place]}
        else:
            quality = Quality(series.quality[place])
            row |= {"value": series.exact.get(place, value) if quality.usable else None, "quality": quality.name.lower()}
        yield row


def _csv_writer(bucketed: bool) -> Callable[[dict[str, Any]], None]:
    columns = ["point", "time", "mean", "min", "max"] if bucketed else ["point", "time", "value", "quality"]
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    return writer.writerow


def _json_writer() -> Callable[[dict[str, Any]], None]:
    return lambda row: print(json.dumps(row, ensure_ascii=False))


# --- alarms, faults, orders


def _range(arguments: argparse.Namespace, snapshot: Snapshot) -> tuple[int, int]:
    where = zone(snapshot.estate.site.timezone)
    since = parse_moment(arguments.since, snapshot.now, where) if arguments.since else snapshot.now - 7 * DAY
    until = parse_moment(arguments.until, snapshot.now, where) if arguments.until else snapshot.now + 1
    return since, until


def _listing(
    arguments: argparse.Namespace,
    present: Callable[[Snapshot], tuple[A, ...]],
    past: Callable[[Call, int, int], tuple[A, ...]],
    row: Callable[[A, Snapshot], dict[str, Any]],
    line: Callable[[A, Snapshot], str],
) -> int:
    """One of the three lists: what is present, or with ``--history`` what the store remembers."""
    with calling(arguments) as call:
        snapshot = call.snapshot()
        if arguments.history or arguments.since or arguments.until:
            items = past(call, *_range(arguments, snapshot))
        else:
            items = tuple(
                item
                for item in present(snapshot)
                if arguments.equipment in ("", item.equipment)  # type: ignore[attr-defined]
            )
    if arguments.json:
        print_json([row(item, snapshot) for item in items])
        return OK
    for item in items:
        say(line(item, snapshot))
    if not items:
        say(tr("cli.list.empty"))
    return OK


def alarms(arguments: argparse.Namespace) -> int:
    """``alarms``."""

    def past(call: Call, since: int, until: int) -> tuple[Alarm, ...]:
        return query(call, lambda id: AlarmHistoryQuery(id, since, until, arguments.equipment), AlarmHistoryAnswer).alarms

    def row(alarm: Alarm, snapshot: Snapshot) -> dict[str, Any]:
        return {"id": alarm.id, "state": alarm.state.value, **msgspec.to_builtins(alarm)}

    def line(alarm: Alarm, snapshot: Snapshot) -> str:
        where = zone(snapshot.estate.site.timezone)
        return (
            f"{alarm.id}  {alarm.priority}  {show(alarm.raised_at, where)}  {alarm.equipment:<16} "
            f"{tr(f'domain.alarm_state.{alarm.state}')}  {alarm.text.get(language())}"
        )

    return _listing(arguments, lambda snapshot: snapshot.alarms, past, row, line)


def _order_of(fault: Fault, snapshot: Snapshot) -> Order | None:
    return next((order for order in snapshot.orders if order.number == fault.order), None)


def faults(arguments: argparse.Namespace) -> int:
    """``faults``: with the five clocks as they stand now."""

    def past(call: Call, since: int, until: int) -> tuple[Fault, ...]:
        return query(call, lambda id: FaultHistoryQuery(id, since, until, arguments.equipment), FaultHistoryAnswer).faults

    def row(fault: Fault, snapshot: Snapshot) -> dict[str, Any]:
        views = clocks(fault, _order_of(fault, snapshot), snapshot.now)
        return {"id": fault.id, "open": fault.open, **msgspec.to_builtins(fault), "clocks": [_clock(view) for view in views]}

    def line(fault: Fault, snapshot: Snapshot) -> str:
        where = zone(snapshot.estate.site.timezone)
        views = clocks(fault, _order_of(fault, snapshot), snapshot.now)
        running = "  ".join(f"{tr(f'domain.clock.{view.clock}')} {view.percent:.0f}%" for view in views if view.stopped_at is None)
        head = f"{fault.id}  P{fault.priority}  {show(fault.opened_at, where)}  {fault.equipment:<16}"
        return f"{head} {fault.text.get(language())}  {running}"

    return _listing(arguments, lambda snapshot: tuple(f for f in snapshot.faults if f.open), past, row, line)


def _clock(view: Any) -> dict[str, Any]:
    return {
        "clock": view.clock.value,
        "limit": view.limit,
        "deadline": view.deadline,
        "stopped_at": view.stopped_at,
        "remaining": view.remaining,
        "percent": round(view.percent, 1),
        "breached": view.breached,
    }


def orders(arguments: argparse.Namespace) -> int:
    """``orders``."""

    def past(call: Call, since: int, until: int) -> tuple[Order, ...]:
        return query(call, lambda id: OrderHistoryQuery(id, since, until, arguments.equipment), OrderHistoryAnswer).orders

    def row(order: Order, snapshot: Snapshot) -> dict[str, Any]:
        return {"id": order.id, "open": order.open, **msgspec.to_builtins(order)}

    def line(order: Order, snapshot: Snapshot) -> str:
        where = zone(snapshot.estate.site.timezone)
        return (
            f"{order.id}  {show(order.created_at, where)}  {order.equipment:<16} {tr(f'domain.order.{order.state}')}  "
            f"{order.assignee or '-'}  {order.title.get(language())}"
        )

    return _listing(arguments, lambda snapshot: tuple(o for o in snapshot.orders if o.open), past, row, line)


# --- import and export


def import_(arguments: argparse.Namespace) -> int:
    """``import FILE``: prints the diff; applies it in the name of ``--account``."""
    text = read_text(arguments.file)
    if not arguments.account and not arguments.preview:
        raise Refused("cli.import.needs_account")
    return import_text(arguments, text, arguments.file)


def present_text(arguments: argparse.Namespace) -> str:
    """The site file of the collector's present configuration."""
    with calling(arguments, watch=False) as call:
        return query(call, ConfigurationQuery, ConfigurationAnswer).text


def change_line(change: Change) -> str:
    """One line of a diff."""
    return f"{'+-~'[('added', 'removed', 'changed').index(change.what)]} {change.kind} {change.id}  {change.detail}"


def import_text(arguments: argparse.Namespace, text: str, file: str) -> int:
    """Print what ``text`` (of ``file``) would change; without ``--preview`` apply it in the name of ``--account``."""
    with calling(arguments, watch=False) as call:
        preview = query(call, lambda id: ImportPreviewQuery(id, text), ImportPreviewAnswer)
    for mistake in preview.mistakes:
        complain(mistake_line(msgspec.structs.replace(mistake, file=file)))
    if preview.mistakes:
        complain(tr("cli.check.count", mistakes=len(preview.mistakes), warnings=0))
        return BAD_INPUT
    for change in preview.changes:
        say(change_line(change))
    if not preview.changes:
        say(tr("cli.import.nothing"))
        return OK
    if arguments.preview:
        return OK
    with calling(arguments, watch=False, account=arguments.account, secret=secret_of(arguments)) as call:
        call.ask(ImportConfiguration(text, preview.base), seen=preview.base)
    say(tr("cli.import.done", count=len(preview.changes)))
    return OK


def set_up(arguments: argparse.Namespace) -> int:
    """``set-up``: the administrator's account, the first one of a collector that has none yet."""
    if not arguments.account:
        raise Refused("cli.set_up.needs_account")
    secret = secret_of(arguments)
    if not arguments.secret_stdin and secret != secret_of(arguments):
        raise Refused("cli.set_up.differs")
    with calling(arguments, watch=False) as call:
        call.ask(SetUpAdministrator(arguments.account, arguments.display or arguments.account, secret))
    say(tr("cli.set_up.done", account=arguments.account))
    return OK


def secret_of(arguments: argparse.Namespace) -> str:
    """The password or PIN of ``--account``: from standard input, or asked for."""
    if arguments.secret_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    try:
        return getpass.getpass(tr("cli.secret.prompt", account=arguments.account))
    except EOFError:
        raise Refused("cli.secret.none") from None


def export(arguments: argparse.Namespace) -> int:
    """``export``: the present site file, as it was imported; ``--points``: its points as a point list."""
    if arguments.points:
        from console.cli.pointlists import export_points

        with calling(arguments) as call:
            return export_points(call.snapshot().estate, arguments.points)
    with calling(arguments, watch=False) as call:
        answer = query(call, ConfigurationQuery, ConfigurationAnswer)
    if not arguments.out:
        print(answer.text, end="")
        return OK
    try:
        Path(arguments.out).write_text(answer.text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Refused("cli.file.unwritable", file=arguments.out, reason=error.strerror or str(error)) from None
    say(tr("cli.export.done", file=arguments.out))
    return OK
