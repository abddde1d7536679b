"""One site with a machine of every type: it loads, nothing is doubtful, and each machine stands on its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config import catalogue
from config.catalogue import EquipmentType
from config.findings import Findings
from config.loader import load_file

_SHIPPED = catalogue.shipped(Findings())
_PLACED = {  # what the site file must say of types that leave their addresses to it
    "generic_elevator": "[{key: trapped, address: 0, bit: 0}, {key: current_floor, address: 1}]",
    "generic_pump": "[{key: run_state, fc: 1, address: 0}, {key: frequency, address: 0, scale: 0.01}]",
    "generic_meter": "[{key: active_power, address: 0, type: i32, scale: 0.001}, {key: energy_import, address: 2, type: u32}]",
    "generic_modbus": "[{key: humidity, name: 湿度, address: 0, scale: 0.1, unit: '%RH'}]",
    "manual_readings": "[{key: gauge, name: 压力表, source: manual, unit: MPa}]",
}


def whole_site() -> str:
    """The text of a site file with one machine of every type."""
    lines = [
        "site: {id: S, name: {zh: 全类型, en: All types}}",
        "locations: [{id: B, name: {zh: 楼, en: Building}}]",
        "connections:",
        "  - {id: gw, protocol: modbus-tcp, host: 192.0.2.1}",
        "  - {id: broker, protocol: mqtt, host: 192.0.2.2}",
        "equipment:",
    ]
    unit = 0
    for name, kind in _SHIPPED.items():
        parts = [f"id: {name}", f"type: {name}", f"name: {name}", "location: B"]
        if kind.record.get("device") is not None:
            unit += 1
            parts += ["connection: gw", f"unit: {unit}"]
        elif name != "manual_readings":
            parts.append("connection: broker")
        said = _said(kind)
        if said:
            parts.append(
                "with: {" + ", ".join(f"{key}: '{value}'" if "'" not in value else value for key, value in said.items()) + "}"
            )
        if name in _PLACED:
            parts.append(f"points: {_PLACED[name]}")
        lines.append("  - {" + ", ".join(parts) + "}")
    return "\n".join(lines) + "\n"


def _said(kind: EquipmentType) -> dict[str, str]:
    """The parameters that a site must give, or confirm."""
    found = {}
    for name, spec in kind.parameters.items():
        given = spec.get("default") or spec.get("example")
        if given is None:
            found[name] = f"{kind.name}/{name}"
        elif spec.get("default") is None or spec.get("confirm"):
            found[name] = given.text
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("site") / "all.yaml"
    file.write_text(whole_site(), encoding="utf-8")
    return file


def test_a_site_of_all_types_loads_without_a_mistake_or_a_warning(site: Path) -> None:
    loaded = load_file(site)
    assert (loaded.mistakes, loaded.warnings) == ((), ())
    assert loaded.estate is not None
    assert {machine.type for machine in loaded.estate.equipment} == set(_SHIPPED)
    with_points = {point.equipment for point in loaded.estate.points}
    assert with_points == set(_SHIPPED)


def test_check_says_the_same(site: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "console.cli", "--lang", "en", "check", str(site)],
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()


def test_a_generic_machine_has_only_what_its_line_names(site: Path) -> None:
    estate = load_file(site).estate
    assert estate is not None
    lift = {point.key: point for point in estate.points if point.equipment == "generic_elevator"}
    assert set(lift) == {"trapped", "current_floor", "comm_state"}
    assert lift["trapped"].name.zh == "困人报警" and lift["trapped"].states[1].en == "Alarm"
    rules = {rule.id for rule in estate.rules if rule.equipment == "generic_elevator"}
    assert rules == {"generic_elevator.trapped#alarm", "generic_elevator.comm_state#comms"}


def test_fire_states_stay_apart(site: Path) -> None:
    """Fire, supervisory, fault, isolated, feedback and activated are alarms of their own on every panel that tells them apart."""
    estate = load_file(site).estate
    assert estate is not None
    for panel in ("generic_fire_panel", "jbf_qingniao_fire"):
        found = {
            rule.id.partition("#")[2]: (rule.values, rule.category.value, rule.priority)
            for rule in estate.rules
            if rule.point == f"{panel}.node_1_1"
        }
        assert set(found) == {"fire", "supervisory", "fault", "isolated", "feedback", "started"}
        assert len({values for values, _, _ in found.values()}) == 6
        assert found["fire"][1:] == ("fire", 1)
        assert found["isolated"][1] == "isolated"
