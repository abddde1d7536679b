"""Why a point has no good value, in one sentence that says what to do. Pure: the evidence is gathered by the collector.

The order of the questions is the order in which somebody at the panel would ask them: is there a line, does the device answer,
may we read this address, does the device refuse it, does it say "no value", can the number be true, is it fresh.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from console.domain.estate import CommSource, ManualSource, ModbusDevice, ModbusSource, MqttSource, OtherSource, Point, Source
from console.domain.health import HealthLine, HealthState
from console.domain.problems import Params, Problem
from console.domain.quality import Quality
from console.domain.registers import width
from console.domain.times import SECOND

NEVER = 255  # a point that never had a value


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known. ``quality`` as in the live table (255 = never), ``at`` the value's source time, ``now``: UTC ns.

    ``value`` is the number as it came, also where the quality says that it means nothing. ``device`` and ``connection`` are
    their health lines (``None``: there is none). ``limits`` of the unit. ``refused``: the unit is known to refuse this address.
    ``scales``: quality of the points that this one is scaled by. ``restored``: the value is of before the collector's start.
    """

    point: Point
    quality: int
    at: int
    now: int
    value: float = 0.0
    connection: HealthLine | None = None
    device: HealthLine | None = None
    limits: ModbusDevice | None = None
    refused: bool = False
    scales: dict[str, int] = field(default_factory=dict)
    restored: bool = False


class Why(NamedTuple):
    """``problem`` is the sentence (``bench.why.*``); ``because`` the device's or connection's own, where it says more."""

    problem: Problem
    because: Problem | None = None
    since: int = 0


def why(evidence: Evidence) -> Why:
    """The one reason that counts."""
    age = max(0, evidence.now - evidence.at) if evidence.at else 0
    source = evidence.point.source
    if isinstance(source, ManualSource):
        return _manual(evidence, age)
    fresh = evidence.quality <= Quality.MANUAL and age <= evidence.point.stale_after_s * SECOND
    if fresh or (evidence.quality <= Quality.MANUAL and isinstance(source, CommSource)):
        return _why(evidence, "good", since=evidence.at)
    for reason in (_of_the_line, _of_the_address, _of_the_value):
        found = reason(evidence)
        if found is not None:
            return found
    return _stale(evidence, age)


def _why(evidence: Evidence, code: str, because: Problem | None = None, since: int = 0, about: Params | None = None) -> Why:
    return Why(Problem(f"bench.why.{code}", {"point": evidence.point.id, **(about or {})}), because, since)


def _manual(evidence: Evidence, age: int) -> Why:
    """Typed by a person: there is no wire to look at."""
    if evidence.quality == NEVER:
        return _why(evidence, "manual_never")
    if evidence.quality > Quality.MANUAL or (evidence.point.stale_after_s and age > evidence.point.stale_after_s * SECOND):
        return _why(evidence, "manual_old", since=evidence.at, about={"hours": age // (3600 * SECOND)})
    return _why(evidence, "good", since=evidence.at)


def _of_the_line(evidence: Evidence) -> Why | None:
    """Nobody to ask, or nobody answers."""
    about: Params = {"connection": _connection(evidence.point.source)}
    line, device = evidence.connection, evidence.device
    if line is None:
        return _why(evidence, "no_line", about=about)
    if line.state is HealthState.DOWN:
        return _why(evidence, "line_down", line.problem, line.since, about)
    if device is not None and device.state is HealthState.DOWN:
        return _why(evidence, "device_down", device.problem, device.since, about)
    if evidence.quality == Quality.COMM_LOST:
        because = (device.problem if device is not None else None) or line.problem
        return _why(evidence, "no_answer", because, evidence.at, about)
    if evidence.quality == NEVER and HealthState.STARTING in (line.state, device.state if device is not None else None):
        return _why(evidence, "starting", about=about)
    return None


def _of_the_address(evidence: Evidence) -> Why | None:
    """The device is there, but this address is not to be had."""
    source = evidence.point.source
    if not isinstance(source, ModbusSource) or evidence.quality not in (Quality.BAD, NEVER):
        return None
    first, last = source.address, source.address + width(source) - 1
    where: Params = {"unit": source.unit, "function": source.function, "address": first}
    limits = evidence.limits
    if limits is not None:
        for low, high in limits.forbidden:
            if low <= last and first <= high:
                return _why(evidence, "forbidden", about={**where, "first": low, "last": high})
        most = limits.max_bits if source.function in (1, 2) else limits.max_regs
        if last - first + 1 > most:
            return _why(evidence, "too_long", about={**where, "count": last - first + 1, "most": most})
    problem = evidence.device.problem if evidence.device is not None else None
    if problem is not None and _covers(problem, source.function, first, last):
        return _why(evidence, "refused", problem, evidence.at, where)
    if evidence.refused:
        return _why(evidence, "refused", None, evidence.at, where)
    return None


def _of_the_value(evidence: Evidence) -> Why | None:
    """An answer came, and is no value."""
    if evidence.quality == Quality.NOT_AVAILABLE:
        return _not_available(evidence)
    if evidence.quality != Quality.BAD:
        return None
    point, source = evidence.point, evidence.point.source
    band = point.plausible
    low, high = (band.low, band.high) if band is not None else (None, None)
    if (low is not None and evidence.value < low) or (high is not None and evidence.value > high):
        about: Params = {
            "value": f"{evidence.value:g}",
            "unit": point.unit,
            "low": "–∞" if low is None else f"{low:g}",
            "high": "∞" if high is None else f"{high:g}",
        }
        return _why(evidence, "implausible", since=evidence.at, about=about)
    if isinstance(source, ModbusSource) and source.type.startswith("bcd"):
        return _why(evidence, "bcd", since=evidence.at, about={"type": source.type})
    because = evidence.device.problem if evidence.device is not None else None
    return _why(evidence, "garbled", because, evidence.at)


def _not_available(evidence: Evidence) -> Why:
    source = evidence.point.source
    unknown = [scale for scale, quality in evidence.scales.items() if quality > Quality.MANUAL]
    if unknown:
        return _why(evidence, "scale_unknown", since=evidence.at, about={"scale": unknown[0]})
    if evidence.scales:
        return _why(evidence, "scale_wrong", since=evidence.at, about={"scale": ", ".join(evidence.scales)})
    real = isinstance(source, ModbusSource | MqttSource) and source.type in ("f32", "f64")
    return _why(evidence, "not_a_number" if real else "sentinel", since=evidence.at)


def _stale(evidence: Evidence, age: int) -> Why:
    """What there is, is old; or there is nothing, and nothing is wrong either."""
    point, source = evidence.point, evidence.point.source
    topic = source.topic if isinstance(source, MqttSource) else ""
    seconds = age // SECOND
    if evidence.quality == NEVER:
        if topic:
            return _why(evidence, "never_heard", about={"topic": topic})
        return _why(evidence, "never_asked", about={"seconds": f"{point.poll_ms / 1000:g}"})
    if evidence.restored:
        return _why(evidence, "restored", since=evidence.at, about={"seconds": seconds})
    if topic and evidence.quality == Quality.STALE and age <= point.stale_after_s * SECOND:
        return _why(evidence, "retained", since=evidence.at, about={"topic": topic})
    if topic:
        return _why(evidence, "silent", since=evidence.at, about={"topic": topic, "seconds": seconds})
    because = evidence.connection.problem if evidence.connection is not None else None
    return _why(evidence, "stale", because, evidence.at, {"seconds": seconds, "limit": f"{point.stale_after_s:g}"})


def _connection(source: Source) -> str:
    return source.connection if isinstance(source, ModbusSource | MqttSource | CommSource | OtherSource) else ""


def _covers(problem: Problem, function: int, first: int, last: int) -> bool:
    """True if the sentence is about a read that these addresses lie in."""
    given: Callable[[str], int] = lambda name: int(problem.params.get(name, -1))  # noqa: E731 - three times the same
    return given("function") == function and given("first") <= last and first <= given("last")
