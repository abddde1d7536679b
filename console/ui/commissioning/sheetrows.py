"""The points of one machine with their tests, as rows of the sheet. No widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from console.domain.commands import RecordPointTest
from console.domain.commissioning import PointTest, Result
from console.domain.estate import ModbusSource, MqttSource, Point
from console.texts import language
from console.ui.picture import Picture
from console.ui.values import raw_text

TOKENS = {Result.PASS: "", Result.FAIL: "p2_text", Result.NOTE: "text"}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One point; ``test`` is the newest, ``tests`` how often it was tested."""

    point: Point
    test: PointTest | None = None
    tests: int = 0


def rows_of(points: Iterable[Point], newest: Mapping[str, PointTest], tests: Iterable[PointTest]) -> list[SheetRow]:
    """In the order of the configuration."""
    times = Counter(test.point for test in tests)
    return [SheetRow(point, newest.get(point.id), times[point.id]) for point in points]


def counted(rows: Iterable[SheetRow]) -> dict[str, int]:
    """``points``, ``tested``, and how many of each result."""
    results = Counter(row.test.result if row.test is not None else None for row in rows)
    total, tested = sum(results.values()), sum(results.values()) - results[None]
    return {"points": total, "tested": tested, **{str(each.value): results[each] for each in Result}}


def recorded(picture: Picture, point: Point, result: Result, typed: tuple[str, str, str]) -> RecordPointTest:
    """The command, with what is shown now: what the person compares is recorded. ``typed``: device value, instrument, note."""
    device_value, instrument, note = (text.strip() for text in typed)
    reading = picture.reading(point.id)
    return RecordPointTest(
        point.id,
        result,
        device_value,
        instrument,
        note,
        value=reading.value if reading.quality.usable and reading.time else None,
        quality=reading.quality,
        value_at=reading.time,
    )


def where(point: Point) -> str:
    """Where a point lies, as short as a manual says it: unit/function/address and type, or the topic."""
    match point.source:
        case ModbusSource() as source:
            return f"{source.unit}/{source.function}/{source.address} {source.type}"
        case MqttSource() as source:
            return f"{source.topic} {source.path}".rstrip()
        case _:
            return ""


def next_untested(rows: list[SheetRow], after: str) -> SheetRow | None:
    """The next row below ``after`` without a test, from the top again after the last; ``None`` if all are tested."""
    place = next((place for place, row in enumerate(rows) if row.point.id == after), -1)
    return next((row for row in rows[place + 1 :] + rows[: place + 1] if row.test is None and row.point.id != after), None)


def choices(point: Point) -> list[str]:
    """What a device may show for a point that has states."""
    return [name.get(language()) for name in point.states.values()]


def seen_text(point: Point, test: PointTest) -> str:
    """What we showed when the point was tested; a dash where there was nothing that could be trusted."""
    return "—" if test.value is None else raw_text(point, test.value)
