"""What is on the page, from tiles and live values to curves, scales and figures. No widgets."""

from __future__ import annotations

import numpy as np

from console.domain.estate import Point
from console.domain.times import SECOND
from console.texts import language
from console.ui.equipment.presenter import figure_of
from console.ui.picture import Picture
from console.ui.trends.cache import Tiles
from console.ui.trends.chart import Curve, Scale
from console.ui.trends.curves import Buckets, Floats, line, nice
from console.ui.trends.levels import width
from console.ui.trends.pens import INKS, Pen, longest_gap, scale_key, stepped
from console.ui.trends.pentable import Figures

TAIL = 600  # live values kept a pen


class Tail:
    """Live values of one point since the page shows it; ``None`` breaks the line."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._values: list[float] = []

    def add(self, at: int, value: float | None) -> None:
        """Older or equal times say nothing new."""
        if self._times and at <= self._times[-1]:
            return
        self._times.append(at)
        self._values.append(float("nan") if value is None else value)
        del self._times[:-TAIL], self._values[:-TAIL]

    def after(self, moment: int) -> tuple[Floats, Floats]:
        """x and y of what is younger than ``moment``."""
        times = np.array(self._times, np.int64)
        first = int(np.searchsorted(times, moment, side="right"))
        return times[first:] / SECOND, np.array(self._values[first:])


class Course:
    """One pen over the shown range and a margin on both sides."""

    def __init__(self, pen: Pen, point: Point, buckets: Buckets, step: int, compared: Buckets | None) -> None:
        self.pen, self.point, self.buckets, self.compared = pen, point, buckets, compared
        self.longest = longest_gap(point, step)


def followed(picture: Picture, tails: dict[str, Tail], points: list[Point]) -> None:
    """Take what the points say now."""
    for point in points:
        reading = picture.reading(point.id)
        value = figure_of(picture, reading)
        at = picture.now() if stepped(point) or value is None else reading.time
        tails.setdefault(point.id, Tail()).add(at, value)


def courses(tiles: Tiles, pens: list[tuple[Pen, Point]], level: int, ends: tuple[int, int], compare: int) -> list[Course]:
    """All pens between two moments."""
    since, until = ends
    return [
        Course(
            pen,
            point,
            tiles.buckets(point.number, level, since, until),
            width(level),
            tiles.buckets(point.number, level, since - compare, until - compare) if compare else None,
        )
        for pen, point in pens
    ]


def curves(found: list[Course], tails: dict[str, Tail], compare: int, chosen: str) -> list[Curve]:
    """What is drawn: each shown pen, and beneath it what it is compared with."""
    drawn: list[Curve] = []
    for course in found:
        pen, point = course.pen, course.point
        if not pen.shown:
            continue
        token, style = INKS[pen.ink]
        scale, steps = scale_key(pen, point), stepped(point)
        if course.compared is not None:
            x, y = line(course.compared, course.longest, steps=steps, shift=compare)
            drawn.append(Curve(f"{pen.point}~", scale, x, y, token, style, faint=True))
        x, y = line(course.buckets, course.longest, steps=steps)
        times = course.buckets.times
        tail = tails.get(pen.point)
        if tail is not None:
            more_x, more_y = tail.after(int(times[-1] + course.buckets.widths[-1]) if len(times) else 0)
            if steps and len(more_x):
                more_x, more_y = np.repeat(more_x, 2)[1:], np.repeat(more_y, 2)[:-1]
            x, y = np.concatenate([x, more_x]), np.concatenate([y, more_y])
        drawn.append(Curve(pen.point, scale, x, y, token, style, bold=pen.point == chosen))
    return drawn


def scales(
    found: list[Course], drawn: list[Curve], view: tuple[float, float], by_hand: dict[str, tuple[float, float]]
) -> list[Scale]:
    """One scale a unit (or pen), fitted to what is in ``view`` (s) unless it was set by hand."""
    ends: dict[str, list[float]] = {}
    for curve in drawn:
        first, last = np.searchsorted(curve.x, view)
        piece = curve.y[max(0, first - 1) : last + 1]
        if len(piece) and not np.isnan(piece).all():
            ends.setdefault(curve.scale, []).extend((float(np.nanmin(piece)), float(np.nanmax(piece))))
    made: dict[str, Scale] = {}
    users: dict[str, list[Course]] = {}
    for course in found:
        if course.pen.shown:
            users.setdefault(scale_key(course.pen, course.point), []).append(course)
    for key, mine in users.items():
        point = mine[0].point
        states = {code: text.get(language()) for code, text in point.states.items()} if stepped(point) else {}
        known = ends.get(key, [])
        if states:
            low, high = min([*states, *known]) - 0.5, max([*states, *known]) + 0.5
        else:
            low, high = nice(min(known, default=0.0), max(known, default=1.0))
        low, high = by_hand.get(key, (low, high))
        token = INKS[mine[0].pen.ink][0] if len(mine) == 1 else "dim"
        made[key] = Scale(key, low, high, point.unit, token, states)
    return list(made.values())


def figures(found: list[Course], view: tuple[int, int], cursor: int | None, cursor_b: int | None, compare: int) -> list[Figures]:
    """Each pen's row: over what is shown (ns), and at the cursors."""
    rows = []
    for course in found:
        shown = course.buckets.between(*view)
        ends = shown.range()

        def at(moment: int | None, buckets: Buckets | None, course: Course = course) -> float | None:
            return None if moment is None or buckets is None else buckets.at(moment, course.longest)

        rows.append(
            Figures(
                course.pen,
                course.point,
                at(cursor, course.buckets),
                at(cursor_b, course.buckets),
                ends[0] if ends else None,
                shown.mean(),
                ends[1] if ends else None,
                at(cursor - compare if cursor is not None and compare else None, course.compared),
            )
        )
    return rows
