"""Plans that count on what a device counts, and plans that wait for a condition. Pure; values are what the collector last read.

A counter that falls below its highest known value has begun again at zero (``wrap``) or was exchanged. Either is believed only
when the lower value is seen a second time: one glitch changes nothing. What was still to go before the exchange is still to go
after it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from console.domain.plans import Aim, Condition, Meter

STEP = 0.02  # of the interval: ``seen`` is written down in steps of this size, or each look would be an entry in the log
WRAPPED = 0.1  # of the range: so near its end the old value must be, and so near its beginning the new one
FLICKER = 0.001  # of the interval: a counter that is a rounded number may fall by so much


def follow(meter: Meter, aim: Aim | None, value: float | None) -> Aim | None:
    """The counter's aim after a look at it; the same object if nothing is worth writing down. ``None``: nothing is known yet."""
    if value is None or not math.isfinite(value):
        return aim
    if aim is None:
        return Aim(at=value + meter.every, seen=value)
    if value < aim.seen - FLICKER * meter.every:
        if aim.doubt is None or value < aim.doubt - FLICKER * meter.every:
            return replace(aim, doubt=value)
        return _began_again(meter, aim, value)
    if aim.doubt is not None:
        aim = replace(aim, doubt=None)
    if value - aim.seen >= STEP * meter.every:
        aim = replace(aim, seen=value)
    return aim


def _began_again(meter: Meter, aim: Aim, value: float) -> Aim:
    to_go = max(0.0, aim.at - aim.seen)
    if meter.wrap and aim.seen >= (1 - WRAPPED) * meter.wrap and value <= WRAPPED * meter.wrap:
        return Aim(at=aim.at - meter.wrap, seen=value)
    return Aim(at=value + to_go, seen=value)


def reached(aim: Aim | None, value: float | None) -> bool:
    """The counter has come to its aim. A value in doubt is no value."""
    return aim is not None and value is not None and aim.doubt is None and math.isfinite(value) and value >= aim.at


def holds(condition: Condition, value: float | None) -> bool | None:
    """Whether the present value is beyond the limit; ``None``: nobody knows, what held goes on holding."""
    if value is None or not math.isfinite(value):
        return None
    return value > condition.limit if condition.kind == "above" else value < condition.limit


def watched(conditions: Sequence[Condition], since: Mapping[str, int], values: Mapping[str, float], now: int) -> dict[str, int]:
    """Since when each condition on a present value holds, by its place."""
    found: dict[str, int] = {}
    for place, condition in enumerate(conditions):
        if condition.trend:
            continue
        known = since.get(str(place), 0)
        holding = holds(condition, values.get(condition.point))
        if holding or (holding is None and known):
            found[str(place)] = known or now
    return found


def met(conditions: Sequence[Condition], since: Mapping[str, int], changes: Mapping[str, float], plan: str, now: int) -> int | None:
    """The place of the first condition that asks for work. ``changes``: percent by ``plan#place``, for trends."""
    for place, condition in enumerate(conditions):
        if condition.trend:
            change = changes.get(f"{plan}#{place}")
            if change is not None and (change >= condition.limit if condition.kind == "rise" else -change >= condition.limit):
                return place
        elif (known := since.get(str(place), 0)) and now - known >= condition.hold:
            return place
    return None


def change(means: Sequence[float]) -> float | None:
    """By how many percent daily means changed from the first to the last day, along the straight line through them (least squares).

    NaN: no data of that day. ``None`` where fewer than half of the days, or fewer than three, have data, or the line begins at
    zero.
    """
    known = [(place, mean) for place, mean in enumerate(means) if math.isfinite(mean)]
    if len(known) < 3 or 2 * len(known) < len(means):
        return None
    middle = sum(place for place, _ in known) / len(known)
    level = sum(mean for _, mean in known) / len(known)
    slope = sum((place - middle) * (mean - level) for place, mean in known) / sum((place - middle) ** 2 for place, _ in known)
    first, last = level - slope * middle, level + slope * (len(means) - 1 - middle)
    return None if first == 0 else 100 * (last - first) / abs(first)
