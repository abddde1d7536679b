"""What the rules remembered before a restart, found again: their recorded samples of the time that matters are judged once more.

Nothing is decided here. An alarm is active or not as the stored image says; what comes back beside it is a delay that runs, the
samples of a rate, since when a value stands, the starts of the last hours, a counter's last value.

The time for which nobody watched does not count towards a delay (it is frozen, as after a loss of quality), unless it was no longer
than :data:`BLIND`: a restart of a few seconds is a poll that came late. What a window holds is kept: both its ends were seen.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from console.domain import evaluation
from console.domain.evaluation import RuleState
from console.domain.quality import Quality
from console.domain.rules import TIMED, AlarmRule, RuleKind
from console.domain.times import HOUR, MINUTE, SECOND, seconds
from console.domain.watching import REMEMBERING
from console.store import reading
from console.store.image import LastValue
from console.store.merging import History

BLIND = 10 * SECOND
MARGIN = 5 * MINUTE  # looked at before the window begins: what stood when it began belongs to it
TOGETHER = 64  # rules whose histories are read at once
COUNTER = HOUR  # how far back a counter's last value is looked for

_QUALITIES = tuple(Quality)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A rule with the state that its stored alarm gives it, active since ``raised_at``. ``on_duty``: the season's answer."""

    rule: AlarmRule
    state: RuleState
    raised_at: int = 0
    on_duty: bool = True


def recall(
    folder: Path, rules: Iterable[Remembered], numbers: Mapping[str, int], last: Mapping[int, LastValue], *, seen: int, now: int
) -> dict[str, RuleState]:
    """The states, by rule id, that differ from the given ones. ``seen`` is the last moment (UTC ns) of the watch before."""
    found: dict[str, RuleState] = {}
    needed = [each for each in rules if each.rule.point in numbers and _reach(each.rule) and _matters(each, numbers, last)]
    needed.sort(key=lambda each: _reach(each.rule))  # those that look back equally far are read together
    for first in range(0, len(needed), TOGETHER):
        part = needed[first : first + TOGETHER]
        begin = seen - _reach(part[-1].rule) - MARGIN
        points = {each.rule.id: _points(each.rule, numbers) for each in part}
        wanted = dict.fromkeys(number for each in points.values() for number in each.values())
        histories = {history.point: history for history in reading.raw(folder, list(wanted), begin, seen + 1)}
        for each in part:
            own = points[each.rule.id]
            state = _told_again(each, own, [histories[number] for number in dict.fromkeys(own.values())], seen)
            if state.since is not None and state.frozen_at is None and now - seen > BLIND:
                state = replace(state, frozen_at=seen)
            if state != each.state:
                found[each.rule.id] = state
    return found


def _points(rule: AlarmRule, numbers: Mapping[str, int]) -> dict[str, int]:
    """What the rule reads, and the numbers of these points."""
    return {point: numbers[point] for point in (rule.point, rule.other, *rule.inputs.values()) if point in numbers}


def _reach(rule: AlarmRule) -> int:
    """How much of the past a rule's state can depend on, ns; 0: none."""
    delay = seconds(max(rule.on_delay_s, rule.off_delay_s))
    if rule.kind is RuleKind.RESET:
        return max(delay, COUNTER)
    window = rule.window_s if rule.kind in TIMED else 0.0
    if rule.kind is RuleKind.STUCK:
        window *= 2  # from where a value stands depends on where it stood before
    return delay + seconds(window)


def _matters(each: Remembered, numbers: Mapping[str, int], last: Mapping[int, LastValue]) -> bool:
    """False where the last values show that nothing is pending: most rules of an estate, most of the time."""
    rule = each.rule
    if rule.kind in REMEMBERING:
        return True
    own = _number(last.get(numbers[rule.point]))
    if own is None:
        return True  # a delay may be frozen, and silence counts
    state, _ = evaluation.step(
        rule, each.state, own, Quality.GOOD, 0, lambda point: _number(last.get(numbers.get(point, 0))),
        on_duty=each.on_duty,
    )  # fmt: skip
    return state.since is not None or state.active != each.state.active or state.code != each.state.code


def _number(value: LastValue | None) -> float | int | None:
    if value is None or value.quality > Quality.MANUAL or isinstance(value.value, str):
        return None
    return value.value


def _told_again(each: Remembered, points: Mapping[str, int], histories: Iterable[History], seen: int) -> RuleState:
    """The state after the recorded samples, with the stored alarm's word on whether it is active."""
    rule, stored = each.rule, each.state
    begin = seen - _reach(rule) - MARGIN
    values: dict[int, float | int | None] = {}

    def read(point: str) -> float | int | None:
        return values.get(points.get(point, 0))

    own = points[rule.point]
    state = stored if stored.active and each.raised_at <= begin else RuleState()
    before = begin
    for time, number, value, quality in heapq.merge(*(_samples(history, begin) for history in histories)):
        state = _until(rule, state, before, time, read, each.on_duty)
        before = time
        values[number] = value if quality.usable else None
        if number == own:
            state, _ = evaluation.step(rule, state, math.nan if value is None else value, quality, time, read, on_duty=each.on_duty)
        elif values.get(own) is not None:
            state, _ = evaluation.step(rule, state, values[own] or 0, Quality.GOOD, time, read, on_duty=each.on_duty)
    state = _until(rule, state, before, seen + 1, read, each.on_duty)
    if (state.active, state.code) == (stored.active, stored.code):
        return state
    return replace(stored, memory=state.memory)


def _until(  # noqa: PLR0917 - private, one caller
    rule: AlarmRule, state: RuleState, at: int, time: int, read: Callable[[str], float | None], on_duty: bool
) -> RuleState:
    """What passing time alone changed after ``at`` and before ``time``."""
    while (wake := evaluation.wake_at(rule, state, at)) is not None and at < wake < time:
        at = wake
        state, _ = evaluation.due(rule, state, at, read, on_duty=on_duty)
    return state


def _samples(history: History, begin: int) -> Iterable[tuple[int, int, float | int | None, Quality]]:
    values = history.values if isinstance(history.values, list) else history.values.tolist()
    for time, value, quality in zip(history.times.tolist(), values, history.quality.tolist(), strict=True):
        if time >= begin:
            yield time, history.point, None if isinstance(value, str) else value, _QUALITIES[quality]
