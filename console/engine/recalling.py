"""What the rules remembered before a restart, found again: their recorded samples of the time that matters are judged once more.

Nothing is decided here. An alarm is active or not as the stored image says; what comes back beside it is a delay that runs, the
samples of a rate, since when a value stands, the starts of the last hours, a counter's last value.

The time for which nobody watched does not count towards a delay (it is frozen, as after a loss of quality), unless it was no longer
than :data:`BLIND`: a restart of a few seconds is a poll that came late. What a window holds is kept: both its ends were seen.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path

import numpy as np

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
FAR = 2 * HOUR  # so much farther at most, for the time in which nothing was known: it froze the delays

RAISED = -1  # in the place of a point's number: the alarm was raised

_QUALITIES = tuple(Quality)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A rule with the state of its stored alarm: active since ``raised_at``, with ``value``. ``on_duty``: the season's answer."""

    rule: AlarmRule
    state: RuleState
    raised_at: int = 0
    on_duty: bool = True
    value: float = 0.0


def recall(
    folder: Path, rules: Iterable[Remembered], numbers: Mapping[str, int], last: Mapping[int, LastValue], *, seen: int, now: int
) -> dict[str, RuleState]:
    """The states, by rule id, that differ from the given ones. ``seen`` is the last moment (UTC ns) of the watch before."""
    found: dict[str, RuleState] = {}
    needed = [each for each in rules if each.rule.point in numbers and _reach(each.rule) and _matters(each, numbers, last)]
    spans = [(_reach(each.rule) + MARGIN, each) for each in needed]
    while spans:
        spans.sort(key=itemgetter(0))  # those that look back equally far are read together
        farther: list[tuple[int, Remembered]] = []
        for first in range(0, len(spans), TOGETHER):
            part = spans[first : first + TOGETHER]
            points = {each.rule.id: _points(each.rule, numbers) for _, each in part}
            wanted = dict.fromkeys(number for each in points.values() for number in each.values())
            histories = {history.point: history for history in reading.raw(folder, list(wanted), seen - part[-1][0], seen + 1)}
            for span, each in part:
                own = points[each.rule.id]
                read = [histories[number] for number in dict.fromkeys(own.values())]
                most = _reach(each.rule) + MARGIN + FAR
                if span < most and span - sum(_unknown(history, seen - span, seen) for history in read) < _reach(each.rule):
                    farther.append((most, each))  # a frozen delay may have begun before
                    continue
                state = _told_again(each, own, read, seen - span, seen)
                if state.since is not None and state.frozen_at is None and now - seen > BLIND:
                    state = replace(state, frozen_at=seen)
                if state != each.state:
                    found[each.rule.id] = state
        spans = farther
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
    if own is None or any(_number(last.get(number)) is None for number in _points(rule, numbers).values()):
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


def _unknown(history: History, begin: int, seen: int) -> int:
    """For how much of that time, ns, there was no usable value."""
    first = int(np.searchsorted(history.times, begin))
    edges = np.concatenate(([begin], history.times[first:], [seen]))
    usable = np.concatenate(([False], history.quality[first:] <= Quality.MANUAL))
    return int(np.diff(edges)[~usable].sum())


def _told_again(each: Remembered, points: Mapping[str, int], histories: Iterable[History], begin: int, seen: int) -> RuleState:
    """The state after the recorded samples, with the stored alarm's word on whether it is active."""
    rule, stored = each.rule, each.state
    values: dict[int, float | int | None] = {}

    def read(point: str) -> float | int | None:
        return values.get(points.get(point, 0))

    own = points[rule.point]
    state = stored if stored.active and each.raised_at <= begin else RuleState()
    if stored.active and rule.kind is RuleKind.STUCK:  # where it stands depends on all that was before: its alarm knows it
        stands = each.raised_at - seconds(rule.window_s + rule.on_delay_s)
        begin, state = max(begin, stands), replace(stored, memory=((stands, each.value),))
    before = begin
    told = [_samples(history, begin) for history in histories]
    if stored.active and each.raised_at > begin:  # from then on it was active, whatever is known of the time before
        told.append(iter([(each.raised_at + 1, RAISED, None, Quality.GOOD)]))
    merged = heapq.merge(*told, key=itemgetter(0))
    for time, together in itertools.groupby(merged, key=itemgetter(0)):
        state = _until(rule, state, before, time, read, each.on_duty)
        before = time
        samples = list(together)  # of one poll: all of them were known before the first was judged
        values.update((number, value if quality.usable else None) for _, number, value, quality in samples)
        for _, number, value, quality in samples:
            known = values.get(own)
            if number == RAISED:
                state = replace(stored, memory=state.memory)
            elif number == own:
                own_value = math.nan if value is None else value
                state, _ = evaluation.step(rule, state, own_value, quality, time, read, on_duty=each.on_duty)
            elif known is not None:
                state, _ = evaluation.step(rule, state, known, Quality.GOOD, time, read, on_duty=each.on_duty)
            else:
                state, _ = evaluation.due(rule, state, time, read, on_duty=each.on_duty)
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


def _samples(history: History, begin: int) -> Iterator[tuple[int, int, float | int | None, Quality]]:
    inside, unusable = history.times >= begin, history.quality > Quality.MANUAL
    again = unusable & np.concatenate(([False], (inside & unusable)[:-1]))  # still not known: that changes nothing
    kept = np.flatnonzero(inside & ~again)
    values = [history.values[place] for place in kept] if isinstance(history.values, list) else history.values[kept].tolist()
    for time, value, quality in zip(history.times[kept].tolist(), values, history.quality[kept].tolist(), strict=True):
        yield time, history.point, None if isinstance(value, str) else value, _QUALITIES[quality]
