"""What worker processes do for queries: read the store, and put the result into the link's words.

The store's reading functions are imported inside: the collector names these functions without ever running them itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from console.domain.alarms import Alarm
from console.domain.estate import Point
from console.domain.events import Entry
from console.domain.faults import Fault
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.orders import Order
from console.domain.readings import TypedReading
from console.engine.live import EXACT_FLOAT
from console.link.messages import Consumed, Series


def raw(folder: Path, numbers: tuple[int, ...], since: int, until: int, limit: int) -> tuple[Series, ...]:
    """Raw samples, the newest ``limit`` of each point."""
    from console.store import reading  # noqa: PLC0415 - see the module

    made = []
    for found in reading.raw(folder, numbers, since, until, limit):
        floats, exact = _floats(found.values)
        made.append(
            Series(
                found.point,
                found.times.astype("<i8", copy=False).tobytes(),
                floats.astype("<f8", copy=False).tobytes(),
                found.quality.tobytes(),
                exact=exact,
                truncated=found.truncated,
            )
        )
    return tuple(made)


def _floats(values: npt.NDArray[Any] | list[Any]) -> tuple[npt.NDArray[np.float64], dict[int, str | int]]:
    """Values as floats, and by position those that a float cannot hold: texts and integers beyond 2**53."""
    if isinstance(values, list):
        exact = {i: value for i, value in enumerate(values) if isinstance(value, str) or not _fits(value)}
        return np.array([0.0 if isinstance(value, str) else float(value) for value in values]), exact
    if values.dtype.kind == "f":
        return values, {}
    floats = values.astype(np.float64)
    return floats, {int(i): int(values[i]) for i in np.flatnonzero(np.abs(floats) >= EXACT_FLOAT)}


def _fits(value: float) -> bool:
    return isinstance(value, float) or abs(value) < EXACT_FLOAT


def consumption(folder: Path, points: tuple[Point, ...], edges: bytes) -> tuple[Consumed, ...]:
    """What each counter counted between the edges."""
    from console.store import counters  # noqa: PLC0415 - see the module

    made = []
    at = np.frombuffer(edges, "<i8").astype(np.int64)
    rules = {point.number: counters.rule_of(point) for point in points}
    for found in counters.consumptions(folder, rules, at):
        breaks = tuple((each.at, each.what.value) for each in found.breaks)
        amounts, estimated = found.amounts.astype("<f8", copy=False), found.estimated.astype(np.uint8)
        made.append(Consumed(found.point, amounts.tobytes(), estimated.tobytes(), breaks))
    return tuple(made)


def buckets(folder: Path, numbers: tuple[int, ...], since: int, until: int, count: int) -> tuple[Series, ...]:
    """Mean, low and high of ``count`` equal buckets of each point; empty ones are left out."""
    from console.store import reading  # noqa: PLC0415 - see the module

    return tuple(
        Series(
            found.point,
            found.starts.astype("<i8", copy=False).tobytes(),
            found.means.astype("<f8", copy=False).tobytes(),
            lows=found.lows.astype("<f8").tobytes(),
            highs=found.highs.astype("<f8").tobytes(),
        )
        for found in reading.buckets(folder, numbers, since, until, count)
    )


def alarms(folder: Path, since: int, until: int, equipment: str, limit: int) -> tuple[Alarm, ...]:
    """Alarms raised in the range, newest first."""
    from console.store import reading  # noqa: PLC0415 - see the module

    return reading.alarms(folder, since, until, equipment, limit)


def faults(folder: Path, since: int, until: int, equipment: str, limit: int) -> tuple[Fault, ...]:
    """Faults opened in the range and all open ones, newest first."""
    from console.store import reading  # noqa: PLC0415 - see the module

    return reading.faults(folder, since, until, equipment, limit)


def orders(folder: Path, since: int, until: int, equipment: str, limit: int) -> tuple[Order, ...]:
    """Orders created in the range and all open ones, newest first."""
    from console.store import reading  # noqa: PLC0415 - see the module

    return reading.orders(folder, since, until, equipment, limit)


def isolations(folder: Path, since: int, until: int, equipment: str, limit: int) -> tuple[Isolation, ...]:
    """Isolations that began in the range and all open ones, newest first."""
    from console.store import ledgers  # noqa: PLC0415 - see the module

    return ledgers.isolations(folder, since, until, equipment, limit)


def readings(folder: Path, point: str, since: int, until: int, limit: int) -> tuple[TypedReading, ...]:
    """Typed readings of one point, newest first."""
    from console.store import ledgers  # noqa: PLC0415 - see the module

    return ledgers.readings(folder, point, since, until, limit)


def log(folder: Path, subject: str, since: int, until: int, limit: int) -> tuple[Entry, ...]:
    """Entries of the event log, newest first."""
    from console.store import reading  # noqa: PLC0415 - see the module

    return reading.log(folder, subject, since, until, limit)


def records(  # noqa: PLR0917 - asked through a worker, which takes no names
    folder: Path, kind: str, since: int, until: int, equipment: str, limit: int
) -> tuple[AnyRecord, ...]:
    """Records of a kind, in use and ended ones, newest first."""
    from console.store import ledgers  # noqa: PLC0415 - see the module

    return ledgers.records(folder, kind, since, until, equipment, limit)
