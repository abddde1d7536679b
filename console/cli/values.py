"""``status --values``: what the points of an equipment say now."""

from __future__ import annotations

import argparse
import difflib
from array import array

from console.cli.ask import calling
from console.cli.common import OK, print_json, say
from console.cli.moments import show, zone
from console.domain.estate import Point, ValueKind
from console.domain.problems import Refused
from console.domain.quality import Quality
from console.texts import language, tr

_QUALITY = tuple(Quality)


def values(arguments: argparse.Namespace) -> int:
    """Every point whose id is ``arguments.values``, or begins with it as an equipment."""
    with calling(arguments) as call:
        snapshot = call.snapshot()
    wanted = arguments.values
    points = [point for point in snapshot.estate.points if wanted in (point.id, point.equipment)]
    if not points:
        known = {point.equipment for point in snapshot.estate.points} | {point.id for point in snapshot.estate.points}
        near = ", ".join(difflib.get_close_matches(wanted, known, 3)) or "–"
        raise Refused("cli.values.unknown", name=wanted, near=near)
    live = snapshot.live
    numbers, figures, times = array("i", live.numbers), array("d", live.values), array("q", live.times)
    present = {
        number: (live.exact.get(number, figure), _QUALITY[quality], at)
        for number, figure, quality, at in zip(numbers, figures, live.quality, times, strict=True)
    }
    nothing = (0.0, Quality.COMM_LOST, 0)
    where = zone(snapshot.estate.site.timezone)
    rows = [(point, *present.get(point.number, nothing)) for point in points]
    if arguments.json:
        print_json(
            [
                {"point": point.id, "value": value if at else None, "unit": point.unit, "quality": quality.name.lower(), "time": at}
                for point, value, quality, at in rows
            ]
        )
        return OK
    wide = max(len(point.id) for point in points)
    for point, value, quality, at in rows:
        shown = _text(point, value) if at else "—"
        since = show(at, where) if at else ""
        word = tr(f"domain.quality.{quality.name.lower()}")
        say(f"{point.id:<{wide}}  {shown:>14}  {word}  {since}  {point.name.get(language())}")
    return OK


def _text(point: Point, value: float | int | str) -> str:
    if isinstance(value, str):
        return value
    if point.kind in (ValueKind.STATE, ValueKind.CODE):
        state = point.states.get(int(value))
        return f"{int(value)} {state.get(language())}" if state is not None else str(int(value))
    if point.kind is ValueKind.BITS:
        return f"0x{int(value):04X}"
    return f"{value:.{point.decimals}f} {point.unit}".rstrip()
