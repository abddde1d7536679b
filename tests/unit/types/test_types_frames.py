"""Hand-made frames of every shipped Modbus type, and what they must mean.

The words were worked out by hand from the register maps named in each type file; the bytes are what stands on the wire after
the byte count.
"""

from __future__ import annotations

import struct

import msgspec
import pytest

from config.loader import load_text
from console.domain.estate import Estate, ModbusSource, Point
from console.domain.quality import Quality
from console.domain.registers import width
from drivers.decode import BlockDecoder


def estate_with(kind: str, extra: str = "") -> Estate:
    text = (
        "site: {id: s, name: 项目}\n"
        "locations:\n  - {id: T1, name: 1号楼}\n"
        "connections:\n  - {id: gw, protocol: modbus-tcp, host: 127.0.0.1}\n"
        f"equipment:\n  - {{id: E, type: {kind}, name: 设备, location: T1, connection: gw, unit: 1{extra}}}\n"
    )
    loaded = load_text(text, "site.yaml")
    assert loaded.estate is not None, loaded.mistakes
    return loaded.estate


class Frame:
    """The points of one type, read out of one frame."""

    def __init__(self, kind: str, extra: str = "") -> None:
        self._points = {
            point.key: msgspec.structs.replace(point, number=number)
            for number, point in enumerate(estate_with(kind, extra).points, 1)
            if isinstance(point.source, ModbusSource)
        }

    def read(self, function: int, address: int, words: str) -> dict[str, float | Quality]:
        """Values by key of all points that lie wholly in the frame; the quality where it is not good."""
        payload = bytes.fromhex(words.replace(" ", ""))
        count = len(payload) // 2
        inside = [point for point in self._points.values() if _inside(point, function, address, count)]
        keys = {point.number: point.key for point in inside}
        found: dict[str, float | Quality] = {}
        for decoded in BlockDecoder(function, address, inside).decode(payload):
            for number, value, quality in zip(decoded.points, decoded.values, decoded.quality, strict=True):
                found[keys[int(number)]] = float(value) if quality == Quality.GOOD else Quality(int(quality))
        return found


def _inside(point: Point, function: int, address: int, count: int) -> bool:
    source = point.source
    assert isinstance(source, ModbusSource)
    return source.function == function and address <= source.address and source.address + width(source) <= address + count


def test_a_monarch_frame_of_a_lift_going_down_between_floors() -> None:
    # 0x1010..0x101D: -1.746 m/s, 1.750, 538.2 V, 12.34 A, 23.50 Hz, DI 0, DI high 0x0000, DO 0, floor 17, 51.3 m, 42.5 %,
    # car top 0x0010 (door 1 fully closed), outputs 0x0004 (lock), state 0x0570 (car state 5 running, mode 7 automatic)
    frame = Frame("monarch_nice3000").read(3, 0x1010, "F92E 06D6 1506 04D2 092E 0000 0000 0000 0011 0201 01A9 0010 0004 0570")
    assert frame["car_speed"] == pytest.approx(-1.746)
    assert frame["rated_speed"] == pytest.approx(1.75)
    assert frame["dc_link_voltage"] == pytest.approx(538.2)
    assert frame["output_current"] == pytest.approx(12.34)
    assert frame["output_frequency"] == pytest.approx(23.5)
    assert frame["current_floor"] == 17
    assert frame["car_position"] == pytest.approx(51.3)
    assert frame["car_load"] == pytest.approx(42.5)
    assert frame["service_mode"] == 7
    assert frame["car_state"] == 5
    assert (frame["door_open"], frame["door_closed"], frame["light_curtain"], frame["overload"]) == (0, 1, 0, 0)
    assert (frame["door_lock"], frame["cartop_outputs"]) == (1, 4)
    assert frame["trapped"] == 0


def test_a_monarch_frame_of_a_stopped_overloaded_lift_with_a_held_alarm_button() -> None:
    # DI high bit 3 set; car top bits 0, 2, 6, 7; state mode 5 (fault), car state 2 (open held), hall fire switch bit 3
    frame = Frame("monarch_nice3000").read(3, 0x1016, "0008 0000 0001 0000 0480 00C5 0001 0258")
    assert frame["trapped"] == 1
    assert frame["di_status_high"] == 8
    assert (frame["light_curtain"], frame["door_open"], frame["full_load"], frame["overload"]) == (1, 1, 1, 1)
    assert (frame["door_closed"], frame["firefighter"]) == (0, 0)
    assert (frame["service_mode"], frame["car_state"]) == (5, 2)
    assert (frame["fire_switch"], frame["parking_key"]) == (1, 0)
    assert frame["car_load"] == pytest.approx(115.2)


def test_the_terminal_of_the_trapped_alarm_is_a_parameter() -> None:
    lift = Frame("monarch_nice3000", ", with: {trapped_bit: 11}")
    assert lift.read(3, 0x1016, "0800")["trapped"] == 1
    assert lift.read(3, 0x1016, "0008")["trapped"] == 0


def test_monarch_direction_fault_and_calls() -> None:
    lift = Frame("monarch_nice3000")
    assert lift.read(3, 0x3000, "0001") == {"direction": 1}
    assert lift.read(3, 0x8000, "0029") == {"fault_code": 41}
    calls = lift.read(3, 0x2000, "0081 0000 0000 0000 0001 0000")
    assert (calls["car_calls_1_8"], calls["car_calls_9_16"], calls["car_calls_33_40"]) == (0x81, 0, 1)
    assert lift.read(3, 0x201B, "0003") == {"hall_calls_45_48": 3}


def test_an_impossible_speed_is_bad_and_never_a_number() -> None:
    assert Frame("monarch_nice3000").read(3, 0x1010, "7FFF")["car_speed"] is Quality.BAD


def test_a_grundfos_frame_of_a_running_pump() -> None:
    # status: rotating (6), remote (8), on (9) = 0x0340; feedback 52.30 %; control mode 4; operation 0; no alarm, no warning
    pump = Frame("grundfos_cim500")
    status = pump.read(4, 200, "0340 146E 0004 0000 0000 0000")
    assert (status["run_state"], status["remote_mode"], status["switched_on"], status["alarm_active"]) == (1, 1, 1, 0)
    assert status["process_feedback"] == pytest.approx(52.3)
    assert (status["control_mode"], status["alarm_code"], status["warning_code"]) == (4, 0, 0)
    # 300..312: head 38.25 m, flow 24.3 m3/h, 81.20 %, 2843 rpm, 47.4 Hz, -, -, setpoint 55.00 %, 11.2 A, 565.0 V, -, 5250 W
    hydraulics = pump.read(4, 300, "0EF1 00F3 1FB8 0B1B 01DA FFFF FFFF 157C 0070 1612 FFFF 0000 1482")
    assert hydraulics["head"] == pytest.approx(38.25)
    assert hydraulics["flow"] == pytest.approx(24.3)
    assert hydraulics["speed"] == 2843
    assert hydraulics["frequency"] == pytest.approx(47.4)
    assert hydraulics["current"] == pytest.approx(11.2)
    assert hydraulics["dc_link_voltage"] == pytest.approx(565.0)
    assert hydraulics["power"] == pytest.approx(5.25)
    # 320, 321: 313.15 K = 40.00 degC, 288.65 K = 15.50 degC
    temperatures = pump.read(4, 320, "7A53 70C1")
    assert temperatures["electronics_temp"] == pytest.approx(40.0)
    assert temperatures["liquid_temp"] == pytest.approx(15.5)
    # 326: 4321 h, 328: 5000 h, 330 unused, 331: 70000 kWh, 333: 812 starts
    totals = pump.read(4, 326, "0000 10E1 0000 1388 0000 0001 1170 0000 032C")
    assert (totals["run_hours"], totals["powered_hours"], totals["energy_total"], totals["start_count"]) == (4321, 5000, 70000, 812)
    # 339: 5.230 bar = 0.523 MPa
    assert pump.read(4, 338, "07D0 146E") == {"diff_pressure": pytest.approx(0.2), "outlet_pressure": pytest.approx(0.523)}
    # 356: 123456.78 m3
    assert pump.read(4, 356, "00BC 614E")["pumped_volume"] == pytest.approx(123456.78)


def test_a_dry_running_grundfos_pump() -> None:
    status = Frame("grundfos_cim500").read(4, 200, "0500 0000 0004 0000 0039 0000")
    assert (status["run_state"], status["switched_on"], status["alarm_active"], status["alarm_code"]) == (0, 0, 1, 57)


def test_what_a_grundfos_pump_does_not_have_is_not_a_number() -> None:
    pump = Frame("grundfos_cim500")
    assert set(pump.read(4, 300, "FFFF FFFF FFFF FFFF FFFF").values()) == {Quality.NOT_AVAILABLE}
    assert pump.read(4, 311, "0000 FFFF")["power"] is Quality.NOT_AVAILABLE
    assert pump.read(4, 326, "FFFF FFFF 0000 FFFF") == {"run_hours": Quality.NOT_AVAILABLE, "powered_hours": Quality.NOT_AVAILABLE}
    assert pump.read(4, 320, "FFFF FFFF")["electronics_temp"] is Quality.NOT_AVAILABLE


def test_a_gst_frame_takes_the_low_byte_of_each_register() -> None:
    # nodes 1..10; the high bytes are rubbish on purpose
    panel = Frame("gst_fire_modbus", ", with: {nodes: 10}")
    nodes = panel.read(3, 0, "0000 0101 FF02 0003 1204 0005 0006 0007 AA08 0009")
    assert [nodes[f"node_{number}"] for number in range(1, 11)] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert panel.read(3, 242, "0009 0002 0000") == {"mains_power": 9, "backup_power": 2, "bus": 0}


def test_an_eastron_frame_of_ieee_floats() -> None:
    meter = Frame("eastron_sdm630")
    # 230.2 V = 0x43663333, 10.5 A = 0x41280000, 2345.5 W = 0x45129800, 49.98 Hz = 0x4247EB85, 12345.67 kWh = 0x4640E6AE
    assert meter.read(4, 0, "4366 3333")["voltage_l1"] == pytest.approx(230.2, abs=1e-4)
    assert meter.read(4, 6, "4128 0000") == {"current_l1": 10.5}
    assert meter.read(4, 52, "4512 9800")["active_power"] == pytest.approx(2.3455)
    assert meter.read(4, 70, "4247 EB85")["frequency"] == pytest.approx(49.98, abs=1e-4)
    assert meter.read(4, 72, "4640 E6AE")["energy_import"] == pytest.approx(12345.67, abs=1e-2)
    assert struct.unpack(">f", bytes.fromhex("4640E6AE"))[0] == pytest.approx(12345.67, abs=1e-2)


def test_an_eastron_value_that_is_not_a_number_is_not_available() -> None:
    meter = Frame("eastron_sdm630")
    for word in ("7FC0 0000", "FFC0 0000", "7F80 0000"):
        assert meter.read(4, 0, word)["voltage_l1"] is Quality.NOT_AVAILABLE


def test_a_pump_station_frame_and_its_missing_sensors() -> None:
    # from base 100: 0.085, 0.562, 0.560 MPa, 31.5 m3/h, 2.05 m, 1 running, pump 2, auto, power, dry
    station = Frame("pump_station_plc", ", with: {base: 100}")
    values = station.read(3, 100, "0055 0232 0230 013B 00CD 0001 0002 0001 0001 0000")
    assert values["suction_pressure"] == pytest.approx(0.085)
    assert values["discharge_pressure"] == pytest.approx(0.562)
    assert values["flow"] == pytest.approx(31.5)
    assert values["tank_level"] == pytest.approx(2.05)
    assert (values["pumps_running"], values["duty_pump"], values["auto_mode"], values["power_ok"], values["flooding"]) == (
        1,
        2,
        1,
        1,
        0,
    )
    assert station.read(3, 100, "8000 FFF6")["suction_pressure"] is Quality.NOT_AVAILABLE
    assert station.read(3, 100, "8000 FFF6")["discharge_pressure"] == pytest.approx(-0.01)


def test_a_sump_frame() -> None:
    values = Frame("sump_plc").read(3, 0, "00D7 0001 0002 0001 0001 002F")
    assert values["level"] == pytest.approx(2.15)
    assert (values["float_high"], values["pumps_running"], values["auto_mode"]) == (1, 2, 1)
    assert values["inflow"] == pytest.approx(4.7)
