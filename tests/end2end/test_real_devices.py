"""Values of real register maps, from servers that nobody here wrote, through the real collector process.

The expected numbers were worked out by hand from the makers' maps, from the words that stand beside them.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from console.domain.quality import Quality
from console.link.calls import Call
from console.link.messages import DiagnosticsAnswer, DiagnosticsQuery
from tests.helpers.looking import Seen, look, look_until
from tests.helpers.mosquitto import free_port
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import Registers, block, compile_with_libmodbus, on_libmodbus, on_pymodbustcp

SHARED = Path(__file__).parents[2].parent / "shared"
Serve = Callable[[Registers], AbstractContextManager[int]]

MODBUS_SITE = """\
site: {{id: works, name: {{zh: 真实设备, en: Real devices}}}}
locations: [{{id: B1, name: {{zh: 机房, en: Plant room}}}}]
connections:
  - {{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 500}}
equipment:
  - {{id: L1, type: monarch_nice3000, name: L1, location: B1, connection: gw, unit: 3, with: {{trapped_delay_s: 0}}}}
  - {{id: P1, type: grundfos_cim500, name: P1, location: B1, connection: gw, unit: 1}}
  - {{id: M1, type: eastron_sdm630, name: M1, location: B1, connection: gw, unit: 7, poll: {{"*": 1000}}}}
"""


def lift() -> Registers:
    """Monarch NICE3000+, holding registers, one value each."""
    return {
        **block(3, 3, 0x1010, 0xF92A, 0x06D6, 0x1506, 0x04D2, 0x1379),
        **block(3, 3, 0x1015, 0x0012, 0x0008, 0x0000, 0x0011, 0x020B, 0x01C7, 0x0010, 0x0004, 0x0570),
        **block(3, 3, 0x101F, 0x001F),
        **block(3, 3, 0x2000, 0x0081, 0, 0, 0, 0, 0),
        **block(3, 3, 0x2010, *([0] * 12)),
        **block(3, 3, 0x3000, 0x0001),
        **block(3, 3, 0x8000, 0x0029),
    }


LIFT = {
    "L1.current_floor": 17,  # 0x0011
    "L1.direction": 1,  # up
    "L1.service_mode": 7,  # 0x0570, bits 4-7: automatic
    "L1.car_state": 5,  # 0x0570, bits 8-11: running
    "L1.parking_key": 0,
    "L1.car_speed": -1.75,  # 0xF92A = -1750 mm/s
    "L1.rated_speed": 1.75,  # 0x06D6 = 1750 mm/s
    "L1.dc_link_voltage": 538.2,  # 0x1506 = 5382
    "L1.output_current": 12.34,  # 0x04D2 = 1234
    "L1.output_frequency": 49.85,  # 0x1379 = 4985
    "L1.car_position": 52.3,  # 0x020B = 523
    "L1.car_load": 45.5,  # 0x01C7 = 455
    "L1.deceleration_distance": 3.1,  # 0x001F = 31
    "L1.trapped": 1,  # 0x0008, bit 3
    "L1.door_closed": 1,  # 0x0010, bit 4
    "L1.door_open": 0,
    "L1.door_lock": 1,  # 0x0004, bit 2
    "L1.car_calls_1_8": 0x81,  # floors 1 and 8
    "L1.fault_code": 41,  # E41, safety circuit open
}


def pump() -> Registers:
    """Grundfos CIM 500, input registers; what the pump has not is 0xFFFF."""
    return {
        **block(1, 4, 200, *([0xFFFF] * 161)),
        **block(1, 4, 200, 0x0340, 0x198F, 4, 0, 57, 0, 0),
        **block(1, 4, 211, 0x01F4),
        **block(1, 4, 224, 2),
        **block(1, 4, 300, 0x0929, 0x007F, 0x222E, 0x0B4A, 0x01E3),
        **block(1, 4, 307, 0x1964, 0x0070, 0x15E1),
        **block(1, 4, 311, 0x0000, 0x0C4E),
        **block(1, 4, 320, 0x7A53, 0xFFFF),
        **block(1, 4, 325, 0x00F5, 0x0001, 0x86A1, 0x0000, 0xFFFF),
        **block(1, 4, 331, 0x0002, 0x0001, 0x0000, 0x1267),
        **block(1, 4, 338, 0x08FC, 0x1004),
        **block(1, 4, 356, 0x0012, 0xD687),
    }


PUMP = {
    "P1.run_state": 1,  # 0x0340, bit 6
    "P1.remote_mode": 1,  # bit 8
    "P1.switched_on": 1,  # bit 9
    "P1.alarm_active": 0,  # bit 10
    "P1.process_feedback": 65.43,  # 0x198F = 6543
    "P1.control_mode": 4,  # constant pressure
    "P1.alarm_code": 57,  # dry running
    "P1.nominal_frequency": 50.0,  # 0x01F4 = 500
    "P1.head": 23.45,  # 0x0929 = 2345 cm
    "P1.flow": 12.7,  # 0x007F = 127
    "P1.relative_performance": 87.5,  # 0x222E = 8750
    "P1.speed": 2890,  # 0x0B4A
    "P1.frequency": 48.3,  # 0x01E3 = 483
    "P1.current": 11.2,  # 0x0070 = 112
    "P1.dc_link_voltage": 560.1,  # 0x15E1 = 5601
    "P1.power": 3.15,  # 0x00000C4E = 3150 W
    "P1.electronics_temp": 40.0,  # 0x7A53 = 31315 = 313.15 K
    "P1.specific_energy": 245,
    "P1.run_hours": 100001,  # 0x000186A1
    "P1.energy_total": 131073,  # 0x00020001: the high word counts
    "P1.start_count": 4711,  # 0x1267
    "P1.diff_pressure": 0.23,  # 0x08FC = 2300 = 2.3 bar
    "P1.outlet_pressure": 0.41,  # 0x1004 = 4100 = 4.1 bar
    "P1.pumped_volume": 12345.67,  # 0x0012D687 = 1234567
}
PUMP_HAS_NOT = ("P1.liquid_temp", "P1.powered_hours", "P1.drive_state")  # 0xFFFF, 0x0000FFFF, 0xFFFF


def meter() -> Registers:
    """Eastron SDM630, IEEE 754 in pairs of input registers, high word first."""
    floats = {
        0: 0x43663333, 2: 0x435C0000, 4: 0x435B8000, 6: 0x41480000, 8: 0x3F800000, 10: 0x00000000, 12: 0x45322000,
        14: 0xC5322000, 52: 0x42C80000, 62: 0x3F733333, 70: 0x42480000, 72: 0x47F12080, 74: 0x7FC00000, 76: 0x7F800000,
    }  # fmt: skip
    made = block(7, 4, 0, *([0] * 80)) | block(7, 4, 234, *([0] * 6)) | block(7, 4, 342, *([0] * 4))
    for address, word in floats.items():
        made |= block(7, 4, address, word >> 16, word & 0xFFFF)
    return made


METER = {
    "M1.voltage_l1": 230.2,
    "M1.voltage_l2": 220.0,
    "M1.voltage_l3": 219.5,
    "M1.current_l1": 12.5,
    "M1.current_l2": 1.0,
    "M1.current_l3": 0.0,
    "M1.active_power_l1": 2.85,  # 0x45322000 = 2850 W
    "M1.active_power_l2": -2.85,
    "M1.active_power": 0.1,  # 0x42C80000 = 100 W
    "M1.power_factor": 0.95,
    "M1.frequency": 50.0,
    "M1.energy_import": 123457.0,  # 0x47F12080
}
METER_IS_WRONG = ("M1.energy_export", "M1.reactive_energy_import")  # NaN, +infinity


@pytest.fixture(params=["pyModbusTCP", "libmodbus"])
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Serve:
    """One of the two servers."""
    if request.param == "libmodbus":
        return lambda registers: on_libmodbus(registers, tmp_path)
    return on_pymodbustcp


def test_three_real_register_maps_give_the_values_that_the_makers_mean(
    serve: Serve, start: Callable[[str], CollectorProcess]
) -> None:
    with serve(lift() | pump() | meter()) as port:
        process = start(MODBUS_SITE.format(port=port))
        expected = LIFT | PUMP | METER

        def everything(seen: Seen) -> Seen | None:
            asked = [seen.quality(name) for name in (*expected, *PUMP_HAS_NOT, *METER_IS_WRONG)]
            return seen if Quality.COMM_LOST not in asked and Quality.STALE not in asked else None

        seen = look_until(process.folder, everything)
        assert {name: seen.usable(name) for name in expected} == {
            name: pytest.approx(value, rel=1e-6) for name, value in expected.items()
        }
        for name in PUMP_HAS_NOT:
            assert seen.quality(name) is Quality.NOT_AVAILABLE, name
        for name in METER_IS_WRONG:
            assert seen.quality(name) in (Quality.NOT_AVAILABLE, Quality.BAD), name
        for equipment in ("L1", "P1", "M1"):
            assert seen.usable(f"{equipment}.comm_state") == 0

        def alarmed(seen: Seen) -> Seen | None:
            return seen if {"L1.trapped#alarm", "L1.fault_code#fault", "P1.alarm_code#alarm"} <= set(seen.alarms) else None

        seen = look_until(process.folder, alarmed)
        trapped, code = seen.alarms["L1.trapped#alarm"], seen.alarms["L1.fault_code#fault"]
        assert (trapped.priority, trapped.category.value) == (1, "trapped")
        assert (code.priority, code.code) == (2, 41)  # level 5A: the car stops
        assert "E41" in seen.snapshot.estate.points[seen.number("L1.fault_code") - 1].states[code.code].zh
        assert (seen.alarms["P1.alarm_code#alarm"].priority, seen.alarms["P1.alarm_code#alarm"].code) == (2, 57)
        look_until(process.folder, lambda seen: {fault.equipment for fault in seen.faults.values()} == {"L1", "P1"})


def test_the_rest_of_the_maps_is_not_asked_for_and_no_forbidden_register_is_touched(
    start: Callable[[str], CollectorProcess],
) -> None:
    asked: set[tuple[int, int, int]] = set()

    class Watched(dict[tuple[int, int, int], int]):
        """Registers that remember who was asked for."""

        def get(self, key: tuple[int, int, int], default: object = None) -> object:  # type: ignore[override]
            asked.add(key)
            return super().get(key, default)  # type: ignore[arg-type]

    with on_pymodbustcp(Watched(lift() | pump() | meter())) as port:
        process = start(MODBUS_SITE.format(port=port))
        look_until(process.folder, lambda seen: all(seen.usable(name) is not None for name in (LIFT | PUMP | METER)))
        assert not {each for each in asked if each[0] == 3 and 0x6000 <= each[2] <= 0x6004}
        assert {(unit, function) for unit, function, _ in asked} == {(3, 3), (1, 4), (7, 4)}
        seen = look(process.folder)
        refused = {line.id: line.counters.get("exception_2", 0) for line in seen.snapshot.health if line.kind == "device"}
        assert refused["device:gw/3"] == 0  # the lift's plan fits exactly


def test_the_reference_server_with_gaps_is_read_around_its_gaps_and_counts_on(
    tmp_path: Path, start: Callable[[str], CollectorProcess]
) -> None:
    source = SHARED / "bench" / "mbserver.c"
    if not source.exists():
        pytest.skip("../shared/bench/mbserver.c is not here")
    program = compile_with_libmodbus(source, tmp_path)
    port = free_port()
    server = subprocess.Popen([str(program), str(port), "1", "strict"], stderr=subprocess.DEVNULL)
    addresses = [6, 8, 38, 50, 59, 78, 100, 129]  # i % 10: 6 counts once a second, 8 and 9 rest, 0 wanders by one
    points = "\n".join(f"      - {{key: r{a}, name: r{a}, kind: counter, address: {a}, poll_ms: 250}}" for a in addresses)
    site = (
        "site: {id: ref, name: Reference}\nlocations: [{id: B1, name: B1}]\n"
        f"connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 500}}]\n"
        "equipment:\n  - id: R\n    type: generic_modbus\n    name: R\n    location: B1\n    connection: gw\n    unit: 9\n"
        f"    with: {{max_regs: 125, max_gap: 124}}\n    points:\n{points}\n"
    )
    try:
        process = start(site)
        seen = look_until(process.folder, lambda s: s if all(s.usable(f"R.r{a}") is not None for a in addresses) else None, 20)
        for address in (8, 38, 59, 78, 129):
            assert seen.usable(f"R.r{address}") in (200 + address % 100, (200 + address % 100) ^ 1), address
        first = seen.values["R.r6"]
        assert isinstance(first.number, int | float)
        assert first.number >= 206
        time.sleep(2.2)
        later = look(process.folder).values["R.r6"]
        passed = (later.time - first.time) / 1e9
        assert abs((later.number - first.number) - passed) <= 1.0  # it counts seconds
        with Call(process.folder) as call:
            plan = call.query(DiagnosticsQuery)
        assert isinstance(plan, DiagnosticsAnswer)
        gaps = [*range(40, 50), *range(80, 100)]
        read = {a for each in plan.blocks for a in range(each.address, each.address + each.count)}
        assert not read & set(gaps)
    finally:
        server.kill()
        server.wait()
