"""The steps and clocks of a drill in words."""

from __future__ import annotations

from collections.abc import Callable

from console.domain.maintenance.drilling import DrillClock, DrillRun, DrillStep
from console.domain.promises import clocks
from console.texts import language, tr
from console.ui.moments import clock_text
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.widgets.clocks import span_text
from console.ui.widgets.tables import RIGHT, Column

PEOPLE = ("order_dispatched",)  # steps whose note is a person


def step_text(picture: Picture, step: DrillStep) -> str:
    """What was done."""
    note = display(picture, step.note) if step.what in PEOPLE else step.note
    if step.what == "warned":
        clock, _, percent = step.note.partition(" ")
        note = f"{tr(f'domain.clock.{clock}')} {percent}"
    return tr(f"drill.step.{step.what}", about=step.about, note=note).strip()


def step_columns(picture: Picture, run: Callable[[], DrillRun | None]) -> list[Column[tuple[int, DrillStep]]]:
    """Time, time since the beginning, what, who."""

    def elapsed(row: tuple[int, DrillStep]) -> str:
        shown = run()
        return span_text(max(0, row[1].at - shown.at)) if shown is not None else ""

    def at(row: tuple[int, DrillStep]) -> str:
        return clock_text(row[1].at, picture.estate.site.timezone)

    def who(row: tuple[int, DrillStep]) -> str:
        step = row[1]
        return f"{display(picture, step.by)} {step.station}".strip() if step.by else tr("faults.by_system")

    return [
        Column("at", "shift.line.time", 90, at, sort=lambda row: row[0]),
        Column("elapsed", "shift.drill.elapsed", 100, elapsed, RIGHT, sort=lambda row: row[1].at, colour=lambda _r: "dim"),
        Column("what", "shift.line.text", 0, lambda row: step_text(picture, row[1])),
        Column("who", "shift.line.who", 170, who, colour=lambda _r: "dim"),
    ]


def clocks_of(picture: Picture, run: DrillRun) -> list[str]:
    """A line for each simulated fault: its clocks as they run, or as they were at the end."""
    lines = []
    for number in run.faults:
        found = _live(picture, number) if run.open else [each for each in run.clocks if each.fault == number]
        fault = picture.faults.get(number)
        said = fault.text.get(language()) if fault is not None else ""
        parts = [_clock_text(each) for each in found]
        lines.append(" · ".join(part for part in (f"F-{number:06d} {said}".strip(), *parts) if part))
    return lines


def _live(picture: Picture, number: int) -> list[DrillClock]:
    fault = picture.faults.get(number)
    if fault is None:
        return []
    views = clocks(fault, picture.order_of(fault), picture.now())
    return [DrillClock(number, view.clock, view.limit, view.limit - view.remaining, not view.running) for view in views]


def _clock_text(clock: DrillClock) -> str:
    mark = "✓" if clock.kept else "✗" if clock.took >= clock.limit else "…"
    return f"{tr(f'domain.clock.{clock.clock}')} {span_text(clock.took)} / {span_text(clock.limit)} {mark}"
