"""The response policy: its limits, the order P1 < P2 < P3, and warnings where a limit is weaker than a handbook asks."""

from __future__ import annotations

import msgspec

from config.durations import words
from config.fields import Context, Record
from console.domain.faults import Clock, ClockLimits, ResponsePolicy
from console.domain.orders import STAGES, OrderState
from console.domain.stages import StageLimits, StagePolicy

# Which row of requirements.md stands behind each default of its section 11.
ROWS: dict[tuple[int, Clock], str] = {
    (1, Clock.ACKNOWLEDGE): "R-SLA-16",
    (1, Clock.RESPOND): "R-SLA-05",
    (1, Clock.ON_SITE): "TSG T5002-2017 5(4)",
    (1, Clock.RESTORED): "R-SLA-08",
    (1, Clock.REPAIRED): "R-SLA-09",
    (2, Clock.ACKNOWLEDGE): "R-SLA-17",
    (2, Clock.RESPOND): "R-SLA-05",
    (2, Clock.ON_SITE): "R-SLA-05",
    (2, Clock.RESTORED): "R-SLA-09",
    (2, Clock.REPAIRED): "R-SLA-10",
    (3, Clock.ACKNOWLEDGE): "R-SLA-17",
    (3, Clock.RESPOND): "R-SLA-01",
    (3, Clock.ON_SITE): "R-SLA-12",
    (3, Clock.REPAIRED): "R-SLA-02",
}

# The stages whose limits add up to each promise.
_STEPS: dict[Clock, tuple[OrderState, ...]] = {
    clock: STAGES[1 : STAGES.index(last) + 1]
    for clock, last in (
        (Clock.RESPOND, OrderState.ASSIGNED),
        (Clock.ON_SITE, OrderState.ON_SITE),
        (Clock.REPAIRED, OrderState.SELF_CHECK),
    )
}


def make_policy(record: Record | None, context: Context) -> ResponsePolicy:
    """The site's policy over the defaults."""
    default = ResponsePolicy()
    if record is None:
        return default
    limits: dict[int, ClockLimits] = {}
    for priority in (1, 2, 3):
        own: Record | None = record.get(f"p{priority}")
        base = default.limits(priority)
        limits[priority] = msgspec.structs.replace(base, **own.values) if own else base
        _weaker(priority, limits[priority], base, own or record, context)
    for priority in (1, 2):
        _order(priority, limits[priority], limits[priority + 1], record, context)
    warn = record.get("warn_percent", default.warn_percent)
    if list(warn) != sorted(set(warn)):
        context.mistake(record.line_of("warn_percent"), "warn_order", found=", ".join(str(mark) for mark in warn))
    return ResponsePolicy(limits[1], limits[2], limits[3], tuple(warn), _stages(record.get("stages"), limits, context))


def _stages(record: Record | None, limits: dict[int, ClockLimits], context: Context) -> StagePolicy:
    """The limits of an order's stages (R-WO-06); a warning where their sum is longer than the promise that they lead to."""
    default = StagePolicy()
    if record is None:
        return default
    found: dict[int, StageLimits] = {}
    for priority in range(1, 5):
        own: Record | None = record.get(f"p{priority}")
        found[priority] = msgspec.structs.replace(default.limits(priority), **own.values) if own else default.limits(priority)
        for clock, stages in _STEPS.items() if own and priority in limits else ():
            promised = limits[priority].limit(clock)
            steps = [found[priority].limit(stage) for stage in stages]
            total = sum(step for step in steps if step is not None)
            if promised is not None and (None in steps or total > promised):
                context.findings.warning(
                    context.file, (own or record).line_of(stages[-1].value), "stages_long", priority=priority, clock=clock.value,
                    given="-" if None in steps else words(total), asked=words(promised),
                )  # fmt: skip
    return StagePolicy(found[1], found[2], found[3], found[4])


def _weaker(priority: int, limits: ClockLimits, base: ClockLimits, record: Record, context: Context) -> None:
    for clock in Clock:
        asked, given = base.limit(clock), limits.limit(clock)
        if asked is not None and (given is None or given > asked):
            context.findings.warning(
                context.file, record.line_of(clock.value), "weaker", priority=priority, clock=clock.value,
                given="-" if given is None else words(given), asked=words(asked), row=ROWS[priority, clock],
            )  # fmt: skip


def _order(priority: int, urgent: ClockLimits, less: ClockLimits, record: Record, context: Context) -> None:
    """A more urgent fault may never have more time than a less urgent one."""
    for clock in Clock:
        first, second = urgent.limit(clock), less.limit(clock)
        if second is not None and (first is None or first > second):
            own: Record | None = record.get(f"p{priority}") or record.get(f"p{priority + 1}")
            context.mistake(
                (own or record).line_of(clock.value), "priority_order", clock=clock.value, urgent=priority, less=priority + 1,
                first="-" if first is None else words(first), second=words(second),
            )  # fmt: skip
