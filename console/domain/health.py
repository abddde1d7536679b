"""The health line: every long-lived thing says its state, since when, the last error, and counts."""

from __future__ import annotations

import enum

import msgspec

from console.domain.problems import Problem
from console.domain.text import EMPTY, Text


class HealthState(enum.StrEnum):
    """Worst last."""

    STARTING = "starting"
    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class HealthLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line. ``id``: ``connection:gw1``, ``device:gw1/3``, ``recorder``, ``store``, ``clock``, ``poller``.

    ``since`` UTC ns of the last change of ``state``. ``counters`` are running totals (requests, timeouts, exception_2,
    short, wrong_unit, late, …); ``figures`` are present values (cycle_ms, worst_detection_ms, queue).
    """

    id: str
    kind: str  # connection | device | recorder | store | clock | poller | link | watch
    state: HealthState
    since: int
    name: Text = EMPTY
    equipment: str = ""
    problem: Problem | None = None
    last_answer: int = 0
    counters: dict[str, int] = {}
    figures: dict[str, float] = {}
