"""The simulated gateways over real sockets: read by pymodbus, by hand, and by the control port's faults."""

from __future__ import annotations

import asyncio
import struct

import pytest
from pymodbus.client import AsyncModbusTcpClient

from config.loader import load_text
from console.domain.estate import ModbusSource, ModbusTcp
from drivers.simulator.run import SimulatorRefused
from tests.helpers.demo_estate import demo_on_free_ports
from tests.integration.simulating import control, simulated, wire

SILENCE_S = 0.3


async def test_a_meter_answers_pymodbus_with_the_values_of_its_model() -> None:
    async with simulated(demo_on_free_ports(), script=False, with_broker=False) as site:
        client = AsyncModbusTcpClient("127.0.0.1", port=site.gateways["gw-meter-1"])
        assert await client.connect()
        try:
            answer = await client.read_input_registers(0, count=18, device_id=3)
            registers = answer.registers
        finally:
            client.close()
        volts = [struct.unpack(">f", struct.pack(">HH", *registers[at : at + 2]))[0] for at in (0, 2, 4)]
        assert all(205 < value < 235 for value in volts)
        shown = site.world.devices["T1-EM03"].shown()
        assert volts[0] == pytest.approx(shown["T1-EM03.voltage_l1"], abs=1.0)


async def test_gateways_are_strict_and_read_only() -> None:
    async with simulated(demo_on_free_ports(), script=False, with_broker=False) as site, wire(site.gateways["gw-lift-1"]) as lift:
        assert await lift.read(1, 3, 0x1018, 1) is not None
        assert await lift.read(1, 3, 0x5000, 1) == b"\x83\x02"  # no such register
        assert await lift.read(1, 3, 0x6000, 1) == b"\x83\x02"  # the command registers are forbidden
        assert await lift.read(1, 3, 0x1010, 17) == b"\x83\x03"  # the controller takes 16
        assert await lift.ask(1, struct.pack(">BHH", 6, 0x6000, 1)) == b"\x86\x01"  # writing is refused
        assert await lift.ask(1, b"\x2b\x0e\x01\x00") == b"\xab\x01"
        assert await lift.ask(1, b"\x03\x00") == b"\x83\x03"
        assert await lift.ask(99, b"\x03\x10\x18\x00\x01", SILENCE_S) is None  # an elevator gateway keeps silent


async def test_a_meter_gateway_explains_an_unknown_unit_and_a_long_request() -> None:
    async with simulated(demo_on_free_ports(), script=False, with_broker=False) as site, wire(site.gateways["gw-meter-2"]) as meter:
        assert await meter.read(99, 4, 0, 2) == b"\x84\x0b"
        assert await meter.read(1, 4, 0, 51) == b"\x84\x02"  # some SDM630 answer so from 51 registers


async def test_garbage_ends_the_conversation_and_not_the_gateway() -> None:
    async with simulated(demo_on_free_ports(), script=False, with_broker=False) as site:
        async with wire(site.gateways["gw-pump"]) as lost:
            lost.writer.write(b"GET / HTTP/1.1\r\n\r\n")
            assert await asyncio.wait_for(lost.reader.read(), 5) == b""
        async with wire(site.gateways["gw-pump"]) as good:
            assert await good.read(21, 3, 0, 1) is not None


async def test_several_masters_are_served_at_once() -> None:
    async with simulated(demo_on_free_ports(), script=False, with_broker=False) as site:

        async def master() -> int:
            async with wire(site.gateways["gw-fire-1"]) as panel:
                answers = [await panel.read(1, 3, 0, 100) for _ in range(5)]
            return sum(answer is not None and len(answer) == 202 for answer in answers)

        assert await asyncio.gather(*(master() for _ in range(4))) == [5] * 4


async def test_every_point_of_the_demo_can_be_read_over_its_socket() -> None:
    estate = demo_on_free_ports()
    async with simulated(estate, script=False, with_broker=False) as site:

        async def gateway(connection: ModbusTcp) -> int:
            read = 0
            async with wire(site.gateways[connection.id]) as line:
                for point in estate.points:
                    where = point.source
                    if isinstance(where, ModbusSource) and where.connection == connection.id and point.main:
                        answer = await line.read(where.unit, where.function, where.address, 1)
                        assert answer is not None
                        assert answer[0] == where.function, point.id
                        read += 1
            return read

        gateways = [each for each in estate.connections if isinstance(each, ModbusTcp)]
        assert sum(await asyncio.gather(*map(gateway, gateways))) > 200


async def test_a_smoke_detector_fires_on_the_wire_and_is_cleared_again() -> None:
    async with simulated(demo_on_free_ports(), script=False, with_broker=False) as site, control(site.control_port) as port:
        async with wire(site.gateways["gw-fire-1"]) as panel:
            answer = await port.ask(do="cause", fault="fire", target="F1/12")
            assert answer == {"id": 7, "ok": True, "target": "F1/12"}
            await asyncio.sleep(1.3)
            assert await panel.read(1, 3, 11, 1) == b"\x03\x02\x00\x01"
            assert (await port.ask(do="clear", fault="fire", target="F1/12"))["ended"] == 1
            await asyncio.sleep(1.3)
            assert await panel.read(1, 3, 11, 1) == b"\x03\x02\x00\x09"
        assert [event["event"] for event in port.events] == ["caused", "cleared"]


async def test_a_silent_gateway_keeps_its_connection_and_says_nothing() -> None:
    async with (
        simulated(demo_on_free_ports(), script=False, with_broker=False) as site,
        control(site.control_port) as port,
        wire(site.gateways["gw-meter-1"]) as meter,
        wire(site.gateways["gw-meter-2"]) as neighbour,
    ):
        await port.ask(do="cause", fault="gateway_silent", target="gw-meter-1")
        assert await meter.ask(1, b"\x04\x00\x00\x00\x02", SILENCE_S) is None
        assert await neighbour.read(1, 4, 0, 2) is not None
        await port.ask(do="clear_all")
        assert await meter.read(1, 4, 0, 2) is not None


async def test_an_offline_device_is_silent_and_its_neighbour_is_not() -> None:
    async with (
        simulated(demo_on_free_ports(), script=False, with_broker=False) as site,
        control(site.control_port) as port,
        wire(site.gateways["gw-pump"]) as pumps,
    ):
        await port.ask(do="cause", fault="device_offline", target="T1-DW1")
        assert await pumps.ask(1, b"\x04\x01\x2c\x00\x01", SILENCE_S) is None
        assert await pumps.read(2, 4, 300, 1) is not None


async def test_bad_requests_at_the_control_port_get_a_reason() -> None:
    async with simulated(demo_on_free_ports(), script=False, with_broker=False) as site, control(site.control_port) as port:
        for line, code in (
            (b"hello", "demo.refused.not_json"),
            (b"[1]", "demo.refused.not_json"),
            (b'{"do": "explode"}', "demo.refused.unknown_word"),
            (b'{"do": "cause", "fault": "earthquake"}', "demo.refused.unknown_fault"),
            (b'{"do": "cause", "fault": "fire", "target": "F9/1"}', "demo.refused.unknown_target"),
            (b'{"do": "cause", "fault": "fire", "for_s": "long"}', "demo.refused.bad_duration"),
            (b'{"do": "cause", "fault": "fire", "for_s": -1}', "demo.refused.bad_duration"),
        ):
            answer = await port.raw(line)
            assert not answer["ok"]
            assert answer["problem"]["code"] == code
        listed = await port.ask(do="list")
        assert {each["fault"] for each in listed["faults"]} >= {"trapped", "fire", "power_cut", "gateway_silent"}
        assert listed["active"] == []


async def test_a_fault_that_was_given_a_time_ends_by_itself() -> None:
    async with (
        simulated(demo_on_free_ports(), rate=20.0, script=False, with_broker=False) as site,
        control(site.control_port) as port,
    ):
        await port.ask(do="cause", fault="detector_isolated", target="F2/3", for_s=30)
        assert port.events.pop()["event"] == "caused"
        ended = await port.line()
        assert (ended["event"], ended["target"], ended["by"]) == ("cleared", "F2/3", "script")


async def test_the_script_runs_on_the_scaled_clock() -> None:
    async with simulated(demo_on_free_ports(), rate=10.0, with_broker=False) as site, control(site.control_port) as port:
        first, second = await port.line(), await port.line()
        assert [first["fault"], second["fault"]] == ["pump_trip", "device_offline"]
        assert second["at"] - first["at"] == pytest.approx(25e9, abs=15e9)


async def test_a_taken_port_is_said_in_one_sentence_and_leaves_nothing_open() -> None:
    estate = demo_on_free_ports()
    taken = next(each.port for each in estate.connections if each.id == "gw-pump" and isinstance(each, ModbusTcp))
    other = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", taken)
    try:
        with pytest.raises(SimulatorRefused) as refused:
            async with simulated(estate, with_broker=False):
                pass
        assert refused.value.problem.code == "demo.port_taken"
        assert refused.value.problem.params["port"] == taken
    finally:
        other.close()
        await other.wait_closed()
    async with simulated(estate, script=False, with_broker=False) as site:  # the other ports are free again
        assert site.gateways["gw-lift-1"]


async def test_a_site_with_devices_elsewhere_is_not_served() -> None:
    loaded = load_text(
        "site: {id: a, name: {zh: 甲, en: A}}\n"
        "locations: [{id: A, name: {zh: 甲, en: A}}]\n"
        "connections: [{id: gw, protocol: modbus-tcp, name: {zh: 甲, en: A}, host: 192.0.2.7, port: 502}]\n",
        "x.yaml",
    )
    assert loaded.estate is not None
    with pytest.raises(SimulatorRefused) as refused:
        async with simulated(loaded.estate):
            pass
    assert refused.value.problem.code == "demo.not_here"
    assert refused.value.problem.params["host"] == "192.0.2.7"
