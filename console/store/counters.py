"""Consumption: what a counter counted between two times, past wraps, resets, exchanged meters and false readings.

The rules are those of devices.md ("Counters wrap … keep raw + offset; a drop is a wrap only if the jump forward is plausible
for the elapsed time, else a meter exchange event"). Nothing stored is changed: they are applied when reading.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from console.domain.estate import ModbusSource, Point
from console.domain.times import HOUR, SECOND
from console.store.bucketing import HOLD, cells_between, grid_for
from console.store.cells import Cells
from console.store.packing import Ints, Values
from console.store.reading import raw

_DIP = HOUR  # a false reading is one that is over within that time
_FASTEST = 10.0  # times the pace that the counter otherwise had: what is faster is no consumption
_BITS = {"u16": 16, "i16": 16, "u32": 32, "i32": 32}


class Break(enum.StrEnum):
    """Why a counter did not simply go on."""

    WRAP = "wrap"  # over its last digit: it counted on
    RESET = "reset"  # back to zero: it counted from there
    EXCHANGE = "exchange"  # another meter: what was between the two readings is not known, and 0 is taken
    FALSE = "false"  # readings that were no readings: zero, or far off, and soon back; left out


@dataclass(frozen=True, slots=True)
class Broken:
    """One break: ``at`` (UTC ns) the first reading after it, ``before`` and ``after`` the readings on both sides."""

    at: int
    what: Break
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known of a counter, in its point's unit. ``modulus`` where it wraps to 0, 0 = it does not; ``most_per_hour`` the most
    that it can count, 0 = ten times what it otherwise counted."""

    modulus: float = 0.0
    most_per_hour: float = 0.0


@dataclass(frozen=True, slots=True)
class Consumption:
    """Between each two ``edges``: ``amounts`` (NaN: nothing is known of that time); ``estimated``: one of its edges lies in a gap
    without readings, over which what was counted is spread evenly."""

    point: int
    edges: Ints
    amounts: npt.NDArray[np.float64]
    estimated: npt.NDArray[np.bool_]
    breaks: tuple[Broken, ...]
    damaged: int = 0


def rule_of(point: Point) -> Rule:
    """The rule that follows from where a point's value comes from: 16 and 32 bit registers wrap."""
    source = point.source
    if isinstance(source, ModbusSource) and source.type in _BITS and source.bit is None:
        return Rule(modulus=2.0 ** _BITS[source.type] * abs(source.scale))
    return Rule()


def consumption(folder: Path, number: int, edges: Ints, rule: Rule) -> Consumption:
    """What point ``number`` counted between ascending ``edges`` (UTC ns)."""
    return consumptions(folder, {number: rule}, edges)[0]


def consumptions(folder: Path, rules: Mapping[int, Rule], edges: Ints) -> list[Consumption]:
    """The same for several points at once: what is not merged yet is read once for all of them."""
    margin = [int(edges[0]) - HOLD], [int(edges[-1]) + HOLD]
    wide = np.concatenate((margin[0], edges, margin[1])).astype(np.int64)
    found = cells_between(folder, list(rules), wide, grid_for(edges))
    return [_of(folder, number, rule, edges, each) for (number, rule), each in zip(rules.items(), found, strict=True)]


def _of(folder: Path, number: int, rule: Rule, edges: Ints, found: tuple[Cells | None, int]) -> Consumption:
    cells, damaged = found
    times, values = _readings(folder, number, cells)
    increments, breaks = counted(times, values, rule)
    count = len(edges) - 1
    if len(times) < 2:
        return Consumption(number, edges, np.full(count, np.nan), np.zeros(count, bool), tuple(breaks), damaged)
    total = np.concatenate((np.zeros(1), np.cumsum(increments)))
    amounts = np.diff(np.interp((edges - times[0]).astype(np.float64), (times - times[0]).astype(np.float64), total))
    amounts[(edges[1:] <= times[0]) | (edges[:-1] >= times[-1])] = np.nan
    place = np.clip(np.searchsorted(times, edges, side="right"), 1, len(times) - 1)
    in_gap = (times[place] - times[place - 1] > HOLD) & (edges > times[place - 1]) & (edges < times[place])
    outside = (edges < times[0]) | (edges > times[-1])
    doubtful = in_gap | outside
    inside = tuple(each for each in breaks if edges[0] <= each.at < edges[-1])
    return Consumption(number, edges, amounts, doubtful[1:] | doubtful[:-1], inside, damaged)


def _readings(folder: Path, number: int, cells: Cells | None) -> tuple[Ints, Values]:
    """The first and last reading of each cell in which the counter only grew, every usable one of the others."""
    if cells is None or not len(cells.starts):
        return np.zeros(0, np.int64), np.zeros(0)
    even = (cells.uneven[:, 0] == 0) & (cells.count[:, 0] > 0)
    times = [cells.first_at[even, 0], cells.last_at[even, 0]]
    values: list[Values] = [cells.first[even, 0], cells.last[even, 0]]
    odd = np.flatnonzero(~even)
    runs = np.split(odd, np.flatnonzero(np.diff(odd) > 1) + 1) if len(odd) else []
    for run in runs:
        after = run[-1] + 1
        end = int(cells.starts[after]) if after < len(cells.starts) else int(cells.last_at[run[-1], 0]) + HOUR
        history = raw(folder, [number], int(cells.starts[run[0]]), end)[0]
        usable = history.quality <= 1
        exact = np.asarray(history.values, np.float64) if isinstance(history.values, list) else history.values
        times.append(history.times[usable])
        values.append(exact[usable])
    every, readings = np.concatenate(times), np.concatenate(values)
    order = np.argsort(every, kind="stable")
    every, readings = every[order], readings[order]
    fresh = np.concatenate((np.ones(1, bool), np.diff(every) > 0))
    return every[fresh], readings[fresh]


def counted(times: Ints, values: Values, rule: Rule) -> tuple[npt.NDArray[np.float64], list[Broken]]:
    """The increment from each reading to the next, and the breaks; readings are sorted and usable."""
    if len(times) < 2:
        return np.zeros(0), []
    grew = values[1:] >= values[:-1]
    # In the values' own class: a 64-bit counter beyond 2**53 still counts single units.
    steps = np.where(grew, values[1:] - values[:-1], 0).astype(np.float64)
    elapsed = np.diff(times)
    fallen = max((values[place].item() - values[place + 1].item() for place in np.flatnonzero(~grew).tolist()), default=0)
    pace = _pace(steps, elapsed, rule, float(fallen))
    breaks: list[Broken] = []
    odd = np.flatnonzero(~grew | ((steps > pace * elapsed) if rule.most_per_hour else np.zeros(len(steps), bool)))
    skip_to = -1
    for place in odd.tolist():
        if place < skip_to:
            continue
        before, after = values[place].item(), values[place + 1].item()
        back = _back(times, values, place, pace)
        if back:
            steps[place : back - 1] = 0.0
            steps[back - 1] = float(values[back].item() - before)
            breaks.append(Broken(int(times[place + 1]), Break.FALSE, before, after))
            skip_to = back
            continue
        allowed = pace * float(elapsed[place])
        forward = float(after + rule.modulus - before)
        if after < before and rule.modulus and 0 <= forward <= allowed:
            steps[place], what = forward, Break.WRAP
        elif after < before and after <= allowed:
            steps[place], what = float(after), Break.RESET
        else:
            steps[place], what = 0.0, Break.EXCHANGE
        breaks.append(Broken(int(times[place + 1]), what, before, after))
    return steps, breaks


def _pace(steps: npt.NDArray[np.float64], elapsed: Ints, rule: Rule, fallen: float) -> float:
    """The most that counts as consumption, a ns; ``fallen`` is the deepest fall, which a return from it is as high as."""
    if rule.most_per_hour:
        return rule.most_per_hour / HOUR
    growing = (steps > 0) & ((steps < fallen / 2) | (fallen == 0))
    if not growing.any():
        return rule.modulus / 100 / HOUR
    # The smallest step is the counter's resolution: a slow one makes none for hours, then one at once.
    average = float(steps[growing].sum()) / float(elapsed.sum())
    usual = float(np.quantile(steps[growing] / np.maximum(elapsed[growing], SECOND), 0.9))
    return _FASTEST * max(average, usual)


def _back(times: Ints, values: Values, place: int, pace: float) -> int:
    """Where the readings are back on their way after a false one; 0 = they are not, or never left it."""
    before, start = values[place].item(), int(times[place])
    end = int(np.searchsorted(times, start + _DIP, side="right"))
    for later in range(place + 2, end):
        risen = values[later].item() - before
        if risen < 0 or risen > pace * (int(times[later]) - start):
            continue
        jump = abs(values[later].item() - values[later - 1].item())
        if jump > pace * (int(times[later]) - int(times[later - 1])):  # it came back at once, as no counting does
            return later
    return 0
