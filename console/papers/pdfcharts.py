"""Bars and lines in a PDF: axis from a round number to a round number, every figure legible in black and white."""

from __future__ import annotations

import math
from collections.abc import Callable

from console.domain.documents import Chart
from console.papers import fonts
from console.papers.pages import INK, PALE, RULE, SMALL, Pages
from console.papers.scales import scale, tick

HEIGHT = 165.0  # points, with labels and legend
_SHADES = (0.25, 0.62, 0.82, 0.45)
_DASHES: tuple[tuple[float, ...], ...] = ((), (4, 2), (1, 2), (6, 2, 1, 2))


def draw(pages: Pages, chart: Chart) -> None:
    """The title, the plot, the legend."""
    pages.need(HEIGHT + 24)
    pages.y -= 6
    title = f"{chart.title} ({chart.unit})" if chart.unit else chart.title
    pages.lines(fonts.wrapped(title, 10, pages.room)[:1], 10, bold=True)
    top, low = pages.y - 8, pages.y - HEIGHT + 42
    edges = scale([value for each in chart.series for value in each.values], chart.target)
    names = [tick(edge, percent=chart.percent) for edge in edges]
    left = pages.left + max(fonts.width(name, SMALL) for name in names) + 6
    right = pages.right
    span = edges[-1] - edges[0]

    def height(value: float) -> float:
        return float(low + (top - low) * (value - edges[0]) / span)

    for edge, name in zip(edges, names, strict=True):
        pages.rule(height(edge), left, right, shade=0.85 if edge else RULE)
        pages.text_right(left - 4, height(edge) - SMALL / 3, name, SMALL, shade=PALE)
    slot = (right - left) / max(1, len(chart.labels))
    every = max(1, math.ceil(max((fonts.width(label, SMALL) + 4 for label in chart.labels), default=1.0) / slot))
    for place, label in enumerate(chart.labels):
        if place % every == 0:
            middle = left + slot * (place + 0.5)
            pages.text(middle - fonts.width(label, SMALL) / 2, low - SMALL - 4, label, SMALL, shade=PALE)
    for number, each in enumerate(chart.series):
        if chart.bars:
            _bars(pages, chart, number, height, left)
        else:
            points = [(left + slot * (place + 0.5), value) for place, value in enumerate(each.values)]
            _line(pages, [(x, None if value is None else height(value)) for x, value in points], number)
    if chart.target is not None:
        _stroke(pages, INK, 1.0, (5, 3))
        pages.canvas.line(left, height(chart.target), right, height(chart.target))
        pages.canvas.setDash()
    _legend(pages, chart, left, low - 2 * SMALL - 14)
    pages.y -= HEIGHT


def _bars(pages: Pages, chart: Chart, number: int, height: Callable[[float], float], left: float) -> None:
    slot = (pages.right - left) / max(1, len(chart.labels))
    wide = slot * 0.72 / len(chart.series)
    pages.canvas.setFillGray(_SHADES[number % len(_SHADES)])
    for place, value in enumerate(chart.series[number].values):
        if value is not None and math.isfinite(value):
            x = left + slot * (place + 0.14) + wide * number
            pages.canvas.rect(x, height(0.0), wide * 0.94, height(value) - height(0.0), stroke=0, fill=1)


def _line(pages: Pages, points: list[tuple[float, float | None]], number: int) -> None:
    _stroke(pages, _SHADES[number % len(_SHADES)] / 2, 1.2, _DASHES[number % len(_DASHES)])
    before: tuple[float, float] | None = None
    for x, y in points:
        if y is None:
            before = None
            continue
        if before is not None:
            pages.canvas.line(*before, x, y)
        else:
            pages.canvas.circle(x, y, 0.8, stroke=1, fill=0)
        before = (x, y)
    pages.canvas.setDash()


def _legend(pages: Pages, chart: Chart, x: float, y: float) -> None:
    entries = [(each.name, number) for number, each in enumerate(chart.series)]
    if chart.target is not None:
        entries.append((chart.target_name, -1))
    if len(entries) < 2:
        return
    for name, number in entries:
        if number < 0:
            _stroke(pages, INK, 1.0, (5, 3))
            pages.canvas.line(x, y + 2.5, x + 14, y + 2.5)
        elif chart.bars:
            pages.canvas.setFillGray(_SHADES[number % len(_SHADES)])
            pages.canvas.rect(x, y, 12, 6, stroke=0, fill=1)
        else:
            _stroke(pages, _SHADES[number % len(_SHADES)] / 2, 1.2, _DASHES[number % len(_DASHES)])
            pages.canvas.line(x, y + 2.5, x + 14, y + 2.5)
        pages.canvas.setDash()
        pages.text(x + 18, y, name, SMALL)
        x += 34 + fonts.width(name, SMALL)


def _stroke(pages: Pages, shade: float, wide: float, dash: tuple[float, ...]) -> None:
    pages.canvas.setStrokeGray(shade)
    pages.canvas.setLineWidth(wide)
    pages.canvas.setDash(list(dash)) if dash else pages.canvas.setDash()
