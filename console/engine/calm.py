"""Which values leave everything as it is: the alarm engine passes them over all at once, as arrays.

A point is calm where every rule on it is at rest and its value lies in the range that none of them minds. For plain limits, states,
bits and codes that range is known beforehand; a point with any other rule is never calm.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from console.domain.quality import Quality
from console.domain.rules import LIMITED, UPPER, AlarmRule, RuleKind

Range = tuple[float, float]
NEVER: Range = (math.inf, -math.inf)
_PLAIN = LIMITED | {RuleKind.STATE, RuleKind.BITS, RuleKind.CODE}


class Calm:
    """The ranges, and how many rules of each point are not at rest. Indexed by the point's number."""

    def __init__(self) -> None:
        self._low = np.zeros(0)
        self._high = np.zeros(0)
        self._restless = np.zeros(0, np.int32)

    def configure(self, of_point: Mapping[int, Iterable[AlarmRule]], size: int) -> None:
        """Other rules, all of them at rest."""
        self._low, self._high = np.full(size, math.inf), np.full(size, -math.inf)
        self._restless = np.zeros(size, np.int32)
        for number, rules in of_point.items():
            ranges = [quiet_range(rule) for rule in rules]
            self._low[number] = max(low for low, _ in ranges)
            self._high[number] = min(high for _, high in ranges)

    def stir(self, number: int, more: int) -> None:
        """One rule of the point is at rest no longer (1), or again (-1)."""
        self._restless[number] += more

    def disturbed(
        self, numbers: npt.NDArray[np.int32], values: npt.NDArray[np.float64], quality: npt.NDArray[np.uint8]
    ) -> npt.NDArray[np.bool_]:
        """Which of the samples a rule has to look at."""
        calm = (values >= self._low[numbers]) & (values <= self._high[numbers])
        calm &= self._restless[numbers] == 0
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
