"""Commissioning: one point's test, and what a device's sheet is made of.

A test is a fact in the event log (``PointTested``); a later test of the same point replaces an earlier one on the sheet, and
the earlier one stays in the log. The sheet is therefore nothing but the log, read again: :func:`newest`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

import msgspec


class Result(enum.StrEnum):
    """What a test of a point showed."""

    PASS = "pass"
    FAIL = "fail"
    NOTE = "note"  # seen, neither passed nor failed: the note says why


class PointTest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One point, tested once.

    ``value`` is what we showed (a number in the point's unit, or a text; ``None``: nothing usable), with its ``quality`` and
    its source time ``value_at`` (UTC ns, 0 = it never had a value). ``device_value`` is what the device's own display or the
    ``instrument`` showed, as the person wrote it. ``at`` UTC ns is when the test was recorded.
    """

    point: str
    equipment: str
    at: int
    by: str
    result: Result
    value: float | int | str | None = None
    quality: int = 0
    value_at: int = 0
    unit: str = ""
    device_value: str = ""
    instrument: str = ""
    note: str = ""
    station: str = ""


def newest(tests: Iterable[PointTest]) -> dict[str, PointTest]:
    """The test that counts for each point: the last one recorded. ``tests`` in any order."""
    found: dict[str, PointTest] = {}
    for test in tests:
        known = found.get(test.point)
        if known is None or test.at >= known.at:
            found[test.point] = test
    return found
