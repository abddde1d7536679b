"""How long an order may stay in each stage (R-WO-06), and by which distance arrival is promised (R-SLA-14). Numbers only."""

from __future__ import annotations

import msgspec

from console.domain.orders import OrderState
from console.domain.times import DAY, HOUR, MINUTE


class StageLimits(msgspec.Struct, frozen=True, omit_defaults=True):
    """Nanoseconds from the stage before until this one is entered; ``None``: by the order's due time, if it has one."""

    verified: int | None = None
    dispatched: int | None = None
    assigned: int | None = None
    on_site: int | None = None
    in_progress: int | None = None
    self_check: int | None = None
    acceptance: int | None = None
    archived: int | None = None

    def limit(self, stage: OrderState) -> int | None:
        """The limit of ``stage``; 受理 itself has none."""
        return getattr(self, stage.value, None)


# The steps add up to requirements.md §11: assigned = respond, on_site = on site, self_check = repaired (P1 15 min / 30 min / 24 h,
# P2 1 h / 2 h / 48 h, P3 2 h / 24 h / 48 h); how each sum is cut into steps is our choice. §11 leaves acceptance and filing
# open; S4 §3.2 asks for a limit of every stage, so those two are our choice as well. P4 is promised by its due time.
STAGES_P1 = StageLimits(3 * MINUTE, 5 * MINUTE, 7 * MINUTE, 15 * MINUTE, 15 * MINUTE, 23 * HOUR + 15 * MINUTE, 4 * HOUR, 24 * HOUR)
STAGES_P2 = StageLimits(10 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR, 30 * MINUTE, 45 * HOUR + 30 * MINUTE, 24 * HOUR, 3 * DAY)
STAGES_P3 = StageLimits(30 * MINUTE, 30 * MINUTE, HOUR, 22 * HOUR, HOUR, 23 * HOUR, 24 * HOUR, 3 * DAY)
STAGES_P4 = StageLimits(acceptance=3 * DAY, archived=7 * DAY)

STRETCH = 20 * MINUTE  # R-SLA-13 (S0 §6.2): demand to completion, a target for small repairs and no promise
HANDLING_BEFORE, HANDLING_AFTER = 150 * MINUTE, 72 * MINUTE  # R-SLA-15 (S1 §三.2): 2.5 h before the reform, 1.2 h after it


class Zone(msgspec.Struct, frozen=True, omit_defaults=True):
    """Limits from 受理, in ns: when somebody has accepted the order, and when he is there."""

    respond: int
    arrive: int


# R-SLA-14 (S1 §一.1): within 50 m at once and there in 5 min; within 200 m 15 and 30 min; beyond, 1 h for both. "At once" is 1 min.
ZONES: dict[str, Zone] = {
    "near": Zone(MINUTE, 5 * MINUTE),
    "middle": Zone(15 * MINUTE, 30 * MINUTE),
    "far": Zone(HOUR, HOUR),
}


class StagePolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """The limits of each priority."""

    p1: StageLimits = STAGES_P1
    p2: StageLimits = STAGES_P2
    p3: StageLimits = STAGES_P3
    p4: StageLimits = STAGES_P4

    def limits(self, priority: int) -> StageLimits:
        """The limits for an order of ``priority`` 1-4."""
        return {1: self.p1, 2: self.p2, 3: self.p3}.get(priority, self.p4)
