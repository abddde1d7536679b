"""A commissioning sheet as a page: every point of the equipment, tested or not, in the reader's language."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from console.domain.commissioning import PointTest, Result, newest
from console.domain.estate import Equipment, Estate, ModbusSource, MqttSource, Point
from console.domain.quality import Quality
from console.domain.times import SECOND
from console.texts import CHINESE, tr

_COLUMNS = ("point", "name", "address", "ours", "theirs", "instrument", "result", "by", "at", "note")
_STYLE = (
    "body{font-family:'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif;font-size:10pt;margin:1.5cm}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid;padding:3px 5px;text-align:left;vertical-align:top}"
    "thead{display:table-header-group}tr{break-inside:avoid}.facts{width:auto}.facts th,.facts td{border:none}"
    "footer{margin-top:1.5cm}@page{size:A4 landscape}"
)


class Sheet:
    """One device's sheet. ``display`` makes a person's name of an account, ``now`` is UTC ns."""

    def __init__(self, estate: Estate, equipment: Equipment, tests: Iterable[PointTest], people: dict[str, str], now: int) -> None:
        self._estate = estate
        self._equipment = equipment
        self._tests = newest(tests)
        self._people = people
        self._now = now
        self._zone = ZoneInfo(estate.site.timezone)

    def html(self, language: str) -> bytes:
        """A page without anything from elsewhere, ready to print on A4."""
        title = tr("bench.sheet.title", language)
        facts = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{html.escape(fact)}</td></tr>" for name, fact in self._facts(language)
        )
        head = "".join(f"<th>{html.escape(tr(f'bench.sheet.{column}', language))}</th>" for column in _COLUMNS)
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self._rows(language))
        count, sign = html.escape(self._count(language)), html.escape(tr("bench.sheet.signature", language))
        return (
            f'<!DOCTYPE html><html lang="{"zh-CN" if language == CHINESE else "en"}"><head><meta charset="utf-8">'
            f"<title>{html.escape(title)} {html.escape(self._equipment.id)}</title><style>{_STYLE}</style></head><body>"
            f'<h1>{html.escape(title)}</h1><table class="facts">{facts}</table><p>{count}</p>'
            f'<table width="100%"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
            f"<footer>{sign}</footer></body></html>\n"
        ).encode()

    def text(self, language: str) -> bytes:
        """The same with tabs between the columns, for a spreadsheet or a terminal."""
        lines = [tr("bench.sheet.title", language)]
        lines += [f"{name}\t{value}" for name, value in self._facts(language)]
        lines += [self._count(language), "", "\t".join(tr(f"bench.sheet.{column}", language) for column in _COLUMNS)]
        lines += ["\t".join(" ".join(cell.split()) for cell in row) for row in self._rows(language)]
        lines += ["", tr("bench.sheet.signature", language), ""]
        return "\n".join(lines).encode()

    def _facts(self, language: str) -> list[tuple[str, str]]:
        places = {place.id: place.name.get(language) for place in self._estate.locations}
        where = self._equipment.location
        rated = " ".join(self._equipment.rated.values())
        return [
            (tr("bench.sheet.site", language), self._estate.site.name.get(language)),
            (
                tr("bench.sheet.equipment", language),
                f"{self._equipment.id}  {self._equipment.name.get(language)}  {rated}".rstrip(),
            ),
            (tr("bench.sheet.location", language), places.get(where, where)),
            (tr("bench.sheet.printed", language), self._moment(self._now)),
        ]

    def _points(self) -> list[Point]:
        return [point for point in self._estate.points if point.equipment == self._equipment.id]

    def _count(self, language: str) -> str:
        points = self._points()
        results = Counter(self._tests[point.id].result for point in points if point.id in self._tests)
        passed, failed, noted = results[Result.PASS], results[Result.FAIL], results[Result.NOTE]
        left = len(points) - passed - failed - noted
        return tr("bench.sheet.count", language, points=len(points), passed=passed, failed=failed, noted=noted, open=left)

    def _rows(self, language: str) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for point in self._points():
            test = self._tests.get(point.id)
            begin = (point.key, point.name.get(language), address(point))
            if test is None:
                rows.append((*begin, "", "", "", tr("bench.sheet.open", language), "", "", ""))
                continue
            rows.append(
                (
                    *begin,
                    _shown(point, test, language),
                    test.device_value,
                    test.instrument,
                    tr(f"bench.result.{test.result}", language),
                    self._people.get(test.by, test.by),
                    self._moment(test.at),
                    test.note,
                )
            )
        return rows

    def _moment(self, at: int) -> str:
        return datetime.fromtimestamp(at // SECOND, UTC).astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")


def address(point: Point) -> str:
    """Where a point lies, as short as a manual says it: unit/function/address, or the topic."""
    match point.source:
        case ModbusSource() as source:
            return f"{source.unit}/{source.function}/{source.address} {source.type}"
        case MqttSource() as source:
            return f"{source.topic} {source.path}".rstrip()
        case _:
            return ""


def _shown(point: Point, test: PointTest, language: str) -> str:
    """Our value as it was shown: with its state's name, or its unit."""
    value = test.value
    if value is None:
        return tr(f"domain.quality.{Quality(test.quality).name.lower()}", language) if test.quality in set(Quality) else "–"
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and int(value) in point.states:
        return point.states[int(value)].get(language)
    number = str(value) if isinstance(value, int) else f"{value:.{point.decimals}f}"
    return f"{number} {test.unit}".rstrip()
