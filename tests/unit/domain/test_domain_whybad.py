"""Why a point is bad: one row a reason, as somebody would meet it on site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as changed

from console.domain.estate import (
    Band,
    CommSource,
    ManualSource,
    ModbusDevice,
    ModbusSource,
    MqttSource,
    OtherSource,
    Point,
    Source,
    ValueKind,
)
from console.domain.health import HealthLine, HealthState
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.text import Text
from console.domain.times import HOUR, SECOND
from console.domain.whybad import NEVER, Evidence, why
from console.texts import LANGUAGES, catalogue, sentence

NOW = 1_700_000_000 * SECOND
SILENT = Problem("driver.timeouts", {"unit": 3, "function": 3, "first": 0, "last": 9})
REFUSED = Problem("driver.exception_2", {"unit": 3, "function": 3, "first": 10, "last": 12})


def line(state: HealthState = HealthState.OK, problem: Problem | None = None, kind: str = "connection") -> HealthLine:
    return HealthLine(f"{kind}:gw", kind, state, NOW - HOUR, problem=problem)


def modbus(**more: Any) -> ModbusSource:
    return ModbusSource("gw", 3, 3, 10, **more)


def evidence(quality: int, source: Source | None = None, *, age: float = 1.0, band: Band | None = None, **more: Any) -> Evidence:
    point = Point(
        "M1.u", "M1", "u", Text("电压", "Voltage"), ValueKind.ANALOG, source or modbus(), unit="V", plausible=band, number=1
    )
    known: dict[str, Any] = {"connection": line(), "device": line(kind="device")}
    at = 0 if quality == NEVER else NOW - round(age * SECOND)
    return Evidence(point, quality, at, NOW, **(known | more))


DOWN, STARTING, DEGRADED = HealthState.DOWN, HealthState.STARTING, HealthState.DEGRADED
MQTT = MqttSource("gw", "meter/1", "u")

ROWS: list[tuple[str, Evidence, Problem | None]] = [
    ("good", evidence(Quality.GOOD), None),
    ("good", evidence(Quality.MANUAL), None),
    ("good", evidence(Quality.GOOD, CommSource("gw", 3), age=90_000), None),
    ("good", evidence(Quality.MANUAL, ManualSource()), None),
    ("manual_never", evidence(NEVER, ManualSource(), connection=None), None),
    ("manual_old", evidence(Quality.STALE, ManualSource(), age=90_000), None),
    ("manual_old", evidence(Quality.MANUAL, ManualSource(), age=90_000), None),
    ("no_line", evidence(NEVER, connection=None), None),
    ("line_down", evidence(Quality.COMM_LOST, connection=line(DOWN, SILENT)), SILENT),
    ("line_down", evidence(NEVER, MQTT, connection=line(DOWN, SILENT), device=None), SILENT),
    ("device_down", evidence(Quality.COMM_LOST, device=line(DOWN, SILENT)), SILENT),
    ("no_answer", evidence(Quality.COMM_LOST, connection=line(DEGRADED, SILENT)), SILENT),
    ("no_answer", evidence(Quality.COMM_LOST, MQTT, device=line(DEGRADED, REFUSED)), REFUSED),
    ("starting", evidence(NEVER, connection=line(STARTING), device=None), None),
    ("starting", evidence(NEVER, device=line(STARTING)), None),
    ("forbidden", evidence(Quality.BAD, limits=ModbusDevice(3, "M1", forbidden=((0, 3), (10, 19)))), None),
    ("forbidden", evidence(Quality.BAD, modbus(type="u32"), limits=ModbusDevice(3, "M1", forbidden=((11, 19),))), None),
    ("too_long", evidence(Quality.BAD, modbus(type="f64"), limits=ModbusDevice(3, "M1", max_regs=2)), None),
    ("refused", evidence(Quality.BAD, device=line(DEGRADED, REFUSED)), REFUSED),
    ("refused", evidence(Quality.BAD, refused=True), None),
    ("refused", evidence(NEVER, refused=True), None),
    ("implausible", evidence(Quality.BAD, band=Band(0, 300), value=3276.7), None),
    ("implausible", evidence(Quality.BAD, band=Band(0), value=-1), None),
    ("implausible", evidence(Quality.BAD, MQTT, band=Band(None, 5), value=6), None),
    ("bcd", evidence(Quality.BAD, modbus(type="bcd16"), band=Band(0, 300), value=12), None),
    ("garbled", evidence(Quality.BAD, device=line(DEGRADED, SILENT)), SILENT),
    ("garbled", evidence(Quality.BAD, MQTT, device=None), None),
    ("scale_unknown", evidence(Quality.NOT_AVAILABLE, scales={"M1.pt": Quality.GOOD, "M1.ct": NEVER}), None),
    ("scale_wrong", evidence(Quality.NOT_AVAILABLE, scales={"M1.ct": Quality.GOOD}), None),
    ("sentinel", evidence(Quality.NOT_AVAILABLE), None),
    ("not_a_number", evidence(Quality.NOT_AVAILABLE, modbus(type="f32")), None),
    ("never_asked", evidence(NEVER), None),
    ("never_asked", evidence(NEVER, OtherSource("gw", {}), device=None), None),
    ("never_heard", evidence(NEVER, MQTT, device=None), None),
    ("restored", evidence(Quality.STALE, age=60, restored=True), None),
    ("retained", evidence(Quality.STALE, MQTT, device=None), None),
    ("silent", evidence(Quality.STALE, MQTT, age=60, device=None), None),
    ("silent", evidence(Quality.GOOD, MQTT, age=60, device=None), None),
    ("stale", evidence(Quality.GOOD, age=60, connection=line(DEGRADED, SILENT)), SILENT),
]


@pytest.mark.parametrize(("code", "given", "because"), ROWS, ids=[f"{place}-{row[0]}" for place, row in enumerate(ROWS)])
def test_every_kind_of_trouble_has_its_own_sentence(code: str, given: Evidence, because: Problem | None) -> None:
    found = why(given)
    assert (found.problem.code, found.because) == (f"bench.why.{code}", because)
    for language in LANGUAGES:
        assert "M1.u" in sentence(found.problem, language)
        assert "{" not in sentence(found.problem, language)


def test_every_reason_of_the_catalogue_can_be_given() -> None:
    known = {key.removeprefix("bench.why.") for key in catalogue() if key.startswith("bench.why.")}
    assert known == {code for code, _, _ in ROWS}


def test_the_sentence_names_the_number_that_cannot_be_true_and_its_limits() -> None:
    found = why(evidence(Quality.BAD, band=Band(0, 300), value=3276.7))
    assert sentence(found.problem, "en").startswith("Point M1.u reads 3276.7 V, outside the plausible 0 to 300")
    assert found.since == NOW - SECOND


def test_an_outage_is_dated_from_when_the_line_went_down() -> None:
    assert why(evidence(Quality.COMM_LOST, connection=line(DOWN, SILENT))).since == NOW - HOUR


def test_a_refusal_elsewhere_in_the_device_is_not_taken_for_this_points() -> None:
    source = changed(modbus(), address=50)
    given = evidence(Quality.BAD, source, device=line(DEGRADED, REFUSED), band=Band(0, 1), value=9)
    assert why(given).problem.code == "bench.why.implausible"
    assert why(replace(given, device=None, value=0.5)).problem.code == "bench.why.garbled"
