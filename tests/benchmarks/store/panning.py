"""What the trend and the energy page cost the thread that draws: the real pages in an offscreen window of 1840 x 900.

The collector is played by the bench: it answers with made-up buckets, and the time that making them takes is left out.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from console.domain.energy import EnergyPolicy, Tariff, TariffPeriod
from console.domain.estate import Equipment, Estate, Point, ValueKind
from console.domain.problems import Problem
from console.domain.text import Text
from console.domain.times import DAY, HOUR, SECOND
from console.link.messages import (
    AlarmHistoryAnswer,
    AlarmHistoryQuery,
    Consumed,
    ConsumptionAnswer,
    ConsumptionQuery,
    Denied,
    Heartbeat,
    HistoryAnswer,
    HistoryQuery,
    LogAnswer,
    LogQuery,
    OrderHistoryAnswer,
    OrderHistoryQuery,
    Series,
)

POINTS = 20_000
METERS = 100
PENS = 8
YEAR = 365 * DAY
FRAMES = 240


@dataclass
class Served:
    """A line that answers from the event loop, as the link thread does."""

    now: int
    spent: float = 0.0
    _courses: dict[int, np.ndarray[Any, Any]] = field(default_factory=dict)

    def ask(self, command: object, command_id: str, seen: int, replied: Callable[[object], None]) -> None:
        """No commands are given."""

    def query(self, make: Callable[[int], Any], replied: Callable[[object], None]) -> None:
        """Answer soon."""
        from PySide6.QtCore import QTimer  # noqa: PLC0415 - the other parts need no Qt

        began = time.perf_counter()
        query = make(1)
        answer: object = Denied(Problem("engine.query_broken"), id=1)
        if isinstance(query, HistoryQuery):
            answer = HistoryAnswer(query.id, tuple(self._series(number, query) for number in query.points))
        elif isinstance(query, ConsumptionQuery):
            edges = np.frombuffer(query.edges, "<i8")
            amounts = np.where(edges[:-1] < self.now, np.diff(edges) / HOUR * 12.5, np.nan).tobytes()
            answer = ConsumptionAnswer(query.id, tuple(Consumed(number, amounts) for number in query.points))
        elif isinstance(query, AlarmHistoryQuery):
            answer = AlarmHistoryAnswer(query.id, ())
        elif isinstance(query, OrderHistoryQuery):
            answer = OrderHistoryAnswer(query.id, ())
        elif isinstance(query, LogQuery):
            answer = LogAnswer(query.id, ())
        self.spent += time.perf_counter() - began
        QTimer.singleShot(0, lambda: replied(answer))

    def _series(self, number: int, query: HistoryQuery) -> Series:
        """A day's rhythm with noise; every bucket up to now."""
        step = (query.until - query.since) // query.buckets
        times = np.arange(query.since, min(query.until, self.now), step, np.int64)
        course = self._courses.setdefault(number, np.random.default_rng(number).normal(0, 3, 4096))
        means = 50 + 20 * np.sin(2 * np.pi * (times % DAY) / DAY + number) + course[(times // step) % 4096]
        return Series(number, times.tobytes(), means.tobytes(), b"", (means - 4).tobytes(), (means + 4).tobytes())


def _estate(base: Estate) -> Estate:
    source = base.points[0].source
    machines, points = [], []
    for number in range(POINTS // 20):
        id = f"M{number}"
        machines.append(Equipment(id, Text(f"设备{number}", f"Machine {number}"), "meter", "meter", "B1", "power"))
        for key in range(20):
            kind, unit = (ValueKind.COUNTER, "kW·h") if key == 0 and number < METERS else (ValueKind.ANALOG, f"u{key % 4}")
            name = Text(f"测点{key}", f"Point {key}")
            points.append(Point(f"{id}.p{key}", id, f"p{key}", name, kind, source, unit, number=1 + number * 20 + key))
    periods = (
        TariffPeriod(Text("尖"), 1.3, ((1140, 1260),)),
        TariffPeriod(Text("峰"), 1.0, ((600, 720), (840, 1140))),
        TariffPeriod(Text("谷"), 0.3, ((1380, 1440), (0, 420))),
        TariffPeriod(Text("平"), 0.6),
    )
    policy = EnergyPolicy((Tariff("kW·h", periods),))
    return replace(base, equipment=tuple(machines), points=tuple(points), rules=(), plans=(), energy=policy)


@dataclass
class Bench:
    """Times single turns of the event loop, painting included."""

    app: Any
    line: Served

    def turn(self, act: Callable[[], object]) -> float:
        """Milliseconds that ``act``, and the painting and all else that follows from it, take."""
        before, began = self.line.spent, time.perf_counter()
        act()
        for _ in range(3):  # what is asked for in painting is painted, too
            self.app.processEvents()
        return (time.perf_counter() - began - (self.line.spent - before)) * 1000

    def settle(self, seconds: float = 0.6) -> None:
        """Let everything come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.app.processEvents()
            time.sleep(0.002)


def _said(name: str, turns: list[float]) -> dict[str, float]:
    return {f"{name}_ms": statistics.median(turns), f"{name}_p95_ms": float(np.quantile(turns, 0.95))}


class _Nowhere:
    """Leads to no other page."""

    def open_equipment(self, equipment: str) -> None: ...

    def open_alarm(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...


def measure(folder: Path) -> dict[str, float]:
    """Pan, zoom and follow eight curves of a year; type into a list of 20,000 points; a year of 100 meters."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSettings  # noqa: PLC0415
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    from console.ui import theme  # noqa: PLC0415
    from console.ui.desk import Desk  # noqa: PLC0415
    from console.ui.energy import account  # noqa: PLC0415
    from console.ui.energy.screen import EnergyScreen  # noqa: PLC0415
    from console.ui.picture import Picture  # noqa: PLC0415
    from console.ui.trends.screen import TrendsScreen  # noqa: PLC0415
    from tests.helpers.snapshots import ESTATE, NOW, live, snapshot  # noqa: PLC0415

    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, theme.CONTROL)
    line = Served(NOW)
    bench = Bench(app, line)
    picture = Picture("desk")
    estate = _estate(ESTATE)
    picture.take_snapshot(snapshot(estate=estate, live=live({})))
    desk = Desk(picture, line)
    figures: dict[str, float] = {}

    began = time.perf_counter()
    trends = TrendsScreen(picture, desk, _Nowhere())
    trends.resize(1840, 900)
    figures["trends_made_ms"] = (time.perf_counter() - began) * 1000
    trends.show()
    while trends.board is None:
        app.processEvents()
    board = trends.board
    trends.show_points([f"M{number}.p{number % 4 + 1}" for number in range(PENS)])
    trends._show(replace_span(trends._view, YEAR))
    board.set_live(False)
    bench.settle(2.0)
    box, step = board.chart.box, YEAR / SECOND / 200
    figures |= _said("pan", [bench.turn(lambda: box.translateBy(x=-step)) for _ in range(FRAMES)])
    bench.settle()
    figures |= _said("pan_known", [bench.turn(lambda: box.translateBy(x=step)) for _ in range(FRAMES)])
    zoom = [0.9] * 40 + [1 / 0.9] * 40
    figures |= _said("zoom", [bench.turn(lambda by=by: box.scaleBy(x=by)) for by in zoom])  # type: ignore[misc] # called at once

    def second() -> None:
        line.now += SECOND
        picture.take_heartbeat(Heartbeat(line.now, 0.0, picture.revision))
        board.tick()

    for name, span in (("tick_year", YEAR), ("tick_hour", HOUR)):
        trends._show(replace_span(trends._view, span))
        board.set_live(True)
        bench.settle()
        figures |= _said(name, [bench.turn(second) for _ in range(40)])

    words = ["m", "m1", "m12", "m123", "m123 p", "m123 p7", "", "测点", "设备9 测点1", ""]
    typed = [bench.turn(lambda word=word: trends.picker.search.setText(word)) for word in words]  # type: ignore[misc] # called at once
    figures["picker_20000_worst_ms"] = max(typed)
    figures["picker_20000_fill_ms"] = bench.turn(trends.picker.fill)
    trends.hide()

    energy = EnergyScreen(picture, desk, _Nowhere())
    energy.resize(1840, 900)
    energy.show()
    bench.settle()
    energy.toolbar.compare.setCurrentIndex(1)
    for kind in ("day", "month", "year"):
        account.span.cache_clear()
        figures[f"energy_{kind}_all_ms"] = bench.turn(lambda kind=kind: energy.toolbar.choose(kind))  # type: ignore[misc] # called at once
        bench.settle()
        assert energy.fetching.answers is not None
        assert energy.fetching.answers.question.kind == kind
        figures[f"energy_{kind}_draw_ms"] = statistics.median(bench.turn(energy._arrived) for _ in range(5))
    figures["energy_group_ms"] = bench.turn(energy._regroup)
    energy.hide()
    for widget in (trends, energy):
        widget.deleteLater()
    bench.settle(0.2)
    return figures


def replace_span(view: Any, span: int) -> Any:
    """The same pens over another span."""
    from dataclasses import replace as changed  # noqa: PLC0415

    return changed(view, span=span)
