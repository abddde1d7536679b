"""The shipped equipment types: complete in both languages, within their devices' limits, and true to their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from config import catalogue
from config.catalogue import Compiled, EquipmentType
from config.findings import Findings
from console.domain.estate import ModbusSource, MqttSource, Point, ValueKind
from console.domain.quality import Quality
from console.domain.registers import width
from console.domain.text import Text
from drivers.mqtt.payload import document, path, read, reader, walk

MAPS = Path(__file__).resolve().parents[4] / "shared" / "domain" / "maps"
_FINDINGS = Findings()
TYPES = catalogue.shipped(_FINDINGS)


def given(kind: EquipmentType) -> dict[str, str]:
    """Every parameter: its default, else its example."""
    found = {name: spec.get("default") or spec.get("example") for name, spec in kind.parameters.items()}
    return {name: "x" if value is None else value.text for name, value in found.items()}


def compiled(kind: EquipmentType) -> Compiled:
    return catalogue.compile_type(kind, given(kind), _FINDINGS)


@pytest.mark.parametrize("name", TYPES)
def test_a_type_has_no_mistakes(name: str) -> None:
    compiled(TYPES[name])
    assert [mistake for mistake in _FINDINGS.mistakes if mistake.file.endswith(f"/{name}.yaml")] == []


def test_only_what_no_maker_can_know_must_be_given() -> None:
    needed = {name: {key for key, spec in kind.parameters.items() if spec.get("default") is None} for name, kind in TYPES.items()}
    codes = {f"{state}_code" for state in ("fire", "supervisory", "fault", "isolated", "feedback", "started")}
    assert {name: keys for name, keys in needed.items() if keys and TYPES[name].record.get("device") is not None} == {
        "jbf_qingniao_fire": codes,
        "generic_fire_panel": codes,
        "generic_sensor": {"address", "unit", "low", "high"},
    }


@pytest.mark.parametrize("name", TYPES)
def test_everything_a_person_reads_is_there_in_chinese_and_english(name: str) -> None:
    kind, made = TYPES[name], compiled(TYPES[name])
    texts: list[tuple[str, Text]] = [("name", kind.record.get("name")), ("summary", kind.record.get("summary"))]
    texts += [(key, point.name) for key, point in made.points.items()]
    texts += [(f"{key} {code}", text) for key, point in made.points.items() for code, text in point.states.items()]
    texts += [(key, point.group) for key, point in made.points.items()]
    texts += [(f"{alarm.get('key')}.{part}", alarm.get(part)) for alarm in made.alarms for part in ("text", "action")]
    texts += [
        (plan.get("key"), text) for plan in made.plans for text in (plan.get("title"), plan.get("source"), *plan.get("checklist"))
    ]
    assert [where for where, text in texts if not (isinstance(text, Text) and text.zh and text.en)] == []


@pytest.mark.parametrize("name", TYPES)
def test_every_alarm_that_opens_a_fault_says_cause_consequence_and_action(name: str) -> None:
    for alarm in compiled(TYPES[name]).alarms:
        if alarm.get("priority") < 4:
            assert all(alarm.get(part) for part in ("cause", "consequence", "action")), alarm.get("key")


@pytest.mark.parametrize("name", TYPES)
def test_plan_templates_are_marked_as_examples_with_their_source(name: str) -> None:
    for plan in compiled(TYPES[name]).plans:
        assert "示例" in plan.get("title").zh and "example" in plan.get("title").en
        assert plan.get("source").zh


@pytest.mark.parametrize("name", TYPES)
def test_every_point_fits_one_read_and_avoids_forbidden_addresses(name: str) -> None:
    made = compiled(TYPES[name])
    most = made.device.get("max_regs", 125)
    for point in made.points.values():
        if isinstance(point.source, ModbusSource):
            assert width(point.source) <= most
            for first, last in made.device.get("forbidden", ()):
                assert not first <= point.source.address <= last


@pytest.mark.parametrize("name", TYPES)
def test_the_first_glance_is_short(name: str) -> None:
    main = [point for point in compiled(TYPES[name]).points.values() if point.main]
    assert len(main) <= 9


@pytest.mark.parametrize("name", TYPES)
def test_every_parameter_is_used(name: str) -> None:
    text = (Path(catalogue.__file__).parent / "types" / f"{name}.yaml").read_text(encoding="utf-8")
    assert [parameter for parameter in TYPES[name].parameters if f"${{{parameter}}}" not in text] == []


def test_every_file_of_the_folder_is_a_type_of_its_own_name() -> None:
    assert {file.stem for file in (Path(catalogue.__file__).parent / "types").glob("*.yaml")} == set(TYPES)


def test_the_commands_of_the_elevator_can_never_be_reached() -> None:
    made = compiled(TYPES["monarch_nice3000"])
    assert made.device.get("forbidden") == [(0x6000, 0x6004)]
    assert all(point.source.function in (3, 4) for point in made.points.values() if isinstance(point.source, ModbusSource))


def test_fire_panels_and_elevators_are_asked_first_and_often() -> None:
    for name in ("gst_fire_modbus", "monarch_nice3000"):
        made = compiled(TYPES[name])
        assert made.device.get("priority") is True
        urgent = {"gst_fire_modbus": "node_1", "monarch_nice3000": "trapped"}[name]
        assert made.points[urgent].poll_ms <= 2000


def test_the_level_of_an_elevator_fault_decides_its_priority() -> None:
    alarm = next(alarm for alarm in compiled(TYPES["monarch_nice3000"]).alarms if alarm.get("kind") == "code")
    assert alarm.get("levels") == {1: 3, 2: 3, 3: 2, 4: 2, 5: 2}


# --- against the register maps that the facts were taken from


def _map(name: str) -> dict[str, Any]:
    file = MAPS / f"{name}.yaml"
    if not file.exists():
        pytest.skip(f"{file.name} of ../shared/domain/maps is not here")
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


_NAMES = {"uint8": "u8lo", "uint16": "u16", "int16": "i16", "uint32": "u32", "int32": "i32", "float32": "f32"}
_POWERS = {10.0**power for power in range(-4, 4)}


@pytest.mark.parametrize("name", ["monarch_nice3000", "grundfos_cim500", "gst_fire_modbus", "eastron_sdm630"])
def test_addresses_types_and_scales_are_those_of_the_register_map(name: str) -> None:
    known = {(entry["fc"], entry["addr"]): entry for entry in _map(name)["points"]}
    checked = 0
    for point in compiled(TYPES[name]).points.values():
        source = point.source
        assert isinstance(source, ModbusSource)
        if point.key.startswith("node_"):
            continue
        entry = known[source.function, source.address]
        assert _NAMES[entry["type"]] == source.type, point.key
        if source.bit is None and point.kind is not ValueKind.BITS:
            ratio = source.scale / entry["scale"]
            assert any(abs(ratio / power - 1) < 1e-9 for power in _POWERS), point.key
            if entry["unit"] == point.unit:
                assert ratio == pytest.approx(1), point.key
        checked += 1
    assert checked >= 3


@pytest.mark.parametrize(
    ("name", "table", "key"), [("monarch_nice3000", "fault_codes", "fault_code"), ("grundfos_cim500", "alarm_codes", "alarm_code")]
)
def test_every_code_of_the_register_map_is_there_in_words(name: str, table: str, key: str) -> None:
    known = _map(name)[table]
    made = compiled(TYPES[name])
    assert set(made.points[key].states) == set(known)
    codes = made.records[key].get("codes")
    if name == "monarch_nice3000":
        assert len(known) == 49
        for code, entry in known.items():
            assert codes[code].get("level") == entry["level"]
            assert made.points[key].states[code].zh.startswith(entry["display"])


@pytest.mark.parametrize(
    ("point", "enum"),
    [("service_mode", "system_mode_enum"), ("car_state", "car_state_enum")],
)
def test_the_elevators_modes_are_those_of_the_register_map(point: str, enum: str) -> None:
    known = _map("monarch_nice3000")[enum]
    states = compiled(TYPES["monarch_nice3000"]).points[point].states
    assert set(states) == set(known)
    for value, words in known.items():
        assert words.split()[0] in states[value].zh or words.isascii() or states[value].zh[:2] in words


def _mqtt(point: Point) -> MqttSource:
    assert isinstance(point.source, MqttSource)
    return point.source


def test_a_water_meters_message_becomes_its_values() -> None:
    points = compiled(TYPES["mqtt_water_meter"]).points
    message = document(b'{"flow": "0.372", "total": 1289.415, "battery": 87, "leak": "OFF"}')
    values = {key: read(reader(point), walk(message, path(_mqtt(point).path))) for key, point in points.items()}
    assert {key: (value, quality) for key, (value, quality, _) in values.items()} == {
        "flow": (0.372, Quality.GOOD),
        "total": (1289.415, Quality.GOOD),
        "battery": (87.0, Quality.GOOD),
        "leak": (0, Quality.GOOD),
    }  # fmt: skip
    wrong = document(b'{"flow": true, "battery": 120, "leak": true}')
    found = {key: read(reader(point), walk(wrong, path(_mqtt(point).path)))[:2] for key, point in points.items()}
    assert found["leak"] == (1, Quality.GOOD)
    assert {found[key][1] for key in ("flow", "total", "battery")} == {Quality.BAD}


def test_a_water_meter_reads_the_paths_that_its_line_names() -> None:
    made = compiled(TYPES["mqtt_water_meter"])
    assert {key: _mqtt(point).path for key, point in made.points.items()} == {
        "flow": "flow", "total": "total", "battery": "battery", "leak": "leak",
    }  # fmt: skip
