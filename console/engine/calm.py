"""Which values leave everything as it is: the alarm engine passes them over all at once, as arrays.

A point is calm while its value lies in the range that leaves every rule on it as it is: at rest, or active for good. For plain
limits, states, bits and codes that range is known beforehand; a point with any other rule, or with a running delay, is never calm.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from console.domain.evaluation import RuleState
from console.domain.quality import Quality
from console.domain.rules import LIMITED, UPPER, AlarmRule, RuleKind

Range = tuple[float, float]
NEVER: Range = (math.inf, -math.inf)
_PLAIN = LIMITED | {RuleKind.STATE, RuleKind.BITS, RuleKind.CODE}


class Calm:
    """The ranges. Indexed by the point's number."""

    def __init__(self) -> None:
        self._low = np.zeros(0)
        self._high = np.zeros(0)

    def configure(self, size: int) -> None:
        """So many points, none of them judged."""
        self._low, self._high = np.full(size, -math.inf), np.full(size, math.inf)

    def settle(self, number: int, ranges: Iterable[Range]) -> None:
        """What each rule of the point does not mind now."""
        low, high = -math.inf, math.inf
        for least, most in ranges:
            low, high = max(low, least), min(high, most)
        self._low[number], self._high[number] = low, high

    def disturbed(
        self, numbers: npt.NDArray[np.int32], values: npt.NDArray[np.float64], quality: npt.NDArray[np.uint8]
    ) -> npt.NDArray[np.bool_]:
        """Which of the samples a rule has to look at."""
        calm = (values >= self._low[numbers]) & (values <= self._high[numbers])
        calm &= quality <= Quality.MANUAL
        return ~calm


def quiet_range(rule: AlarmRule) -> Range:
    """The values, both ends included, that do not begin the rule's condition; :data:`NEVER` where no range can say it."""
    if rule.kind not in _PLAIN or rule.when:
        return NEVER
    if rule.kind in LIMITED:
        return (-math.inf, rule.limit) if rule.kind in UPPER else (rule.limit, math.inf)
    if rule.kind is RuleKind.BITS:
        return (0.0, (rule.mask & -rule.mask) - 1.0) if rule.mask else NEVER
    values = sorted(rule.values) if rule.kind is RuleKind.STATE else [-1, 1]
    if 0 in values:
        return NEVER
    below, above = [value for value in values if value < 0], [value for value in values if value > 0]
    low = math.nextafter(below[-1], math.inf) if below else -math.inf
    high = math.nextafter(above[0], -math.inf) if above else math.inf
    return (low, high)


def calm_range(rule: AlarmRule, state: RuleState) -> Range:
    """The values, both ends included, that leave ``state`` as it is; :data:`NEVER` where no range can say it."""
    if state.since is not None or state.memory:
        return NEVER
    return standing_range(rule, state.code) if state.active else quiet_range(rule)


def standing_range(rule: AlarmRule, code: int) -> Range:
    """The values, both ends included, with which an active alarm of the rule goes on."""
    if rule.kind not in _PLAIN or rule.when:
        return NEVER
    if rule.kind in UPPER:
        return (math.nextafter(rule.limit - rule.dead_band, math.inf), math.inf)
    if rule.kind in LIMITED:
        return (-math.inf, math.nextafter(rule.limit + rule.dead_band, -math.inf))
    return (code, code) if rule.kind is RuleKind.CODE else NEVER
