"""Whole Modbus TCP frames of every type, as they stand on the wire, and what each must mean.

Each file in ``frames/`` is one device: ``>`` a request and ``<`` its answer as hexadecimal bytes, made from the register map
that the type names as its source, and beneath them one line a point: its key and its value in the point's unit, or the word
for its quality. ``with`` and ``points`` are what a site file says about the device.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from config import catalogue
from config.findings import Findings
from config.loader import load_text
from console.domain.estate import Estate, ModbusDevice, ModbusSource, ModbusTcp, Point
from console.domain.quality import Quality
from console.domain.registers import width
from drivers.decode import BlockDecoder
from drivers.factors import Factors
from drivers.modbus.codec import judge, request
from drivers.readplan import Block, build
from drivers.replies import Outcome

FOLDER = Path(__file__).parent / "frames"
NAMES = sorted(file.stem for file in FOLDER.glob("*.txt"))


@dataclass
class Exchange:
    """One request, its answer, and what the answer means."""

    request: bytes
    answer: bytes = b""
    means: dict[str, str] = field(default_factory=dict)


class Device:
    """One device with its frames."""

    def __init__(self, name: str) -> None:
        self.exchanges: list[Exchange] = []
        extra = ""
        for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            word, _, rest = line.partition(" ")
            if word in ("with", "points"):
                extra += f", {word}: {rest}"
            elif word == ">":
                self.exchanges.append(Exchange(bytes.fromhex(rest)))
            elif word == "<":
                self.exchanges[-1].answer = bytes.fromhex(rest)
            elif word and word != "#":
                self.exchanges[-1].means[word] = rest.strip()
        self.estate = estate_with(name, extra)
        self.points = [
            msgspec.structs.replace(point, number=number)
            for number, point in enumerate(self.estate.points, 1)
            if isinstance(point.source, ModbusSource)
        ]
        self.factors = Factors(self.points)

    @property
    def limits(self) -> ModbusDevice:
        line = self.estate.connections[0]
        assert isinstance(line, ModbusTcp)
        return line.devices[0]

    def ask(self, exchange: Exchange) -> dict[str, float | Quality]:
        """The answer's values by key, through the codec and the decoder that the driver uses."""
        unit, function = exchange.request[6], exchange.request[7]
        address, count = int.from_bytes(exchange.request[8:10], "big"), int.from_bytes(exchange.request[10:12], "big")
        inside = [point for point in self.points if _inside(point, function, address, count)]
        block = Block(unit, function, address, count, 1000, tuple(inside))
        assert request(block) == exchange.request[2:]
        assert exchange.answer[:2] == exchange.request[:2]
        reply = judge(exchange.answer, block)
        assert reply.outcome is Outcome.OK
        keys = {point.number: point.key for point in inside}
        found: dict[str, float | Quality] = {}
        for part in BlockDecoder(function, address, inside, self.factors).decode(reply.payload):
            for number, value, quality in zip(part.points, part.values, part.quality, strict=True):
                found[keys[int(number)]] = float(value) if quality == Quality.GOOD else Quality(int(quality))
        return found


def estate_with(kind: str, extra: str = "") -> Estate:
    loaded = load_text(
        "site: {id: s, name: 项目}\n"
        "locations:\n  - {id: T1, name: 1号楼}\n"
        "connections:\n  - {id: gw, protocol: modbus-tcp, host: 127.0.0.1}\n"
        f"equipment:\n  - {{id: E, type: {kind}, name: 设备, location: T1, connection: gw, unit: 1{extra}}}\n",
        "site.yaml",
    )
    assert loaded.estate is not None, loaded.mistakes
    return loaded.estate


def _inside(point: Point, function: int, address: int, count: int) -> bool:
    source = point.source
    assert isinstance(source, ModbusSource)
    return source.function == function and address <= source.address and source.address + width(source) <= address + count


@pytest.mark.parametrize("name", NAMES)
def test_frames_mean_what_the_register_map_says(name: str) -> None:
    device = Device(name)
    for exchange in device.exchanges:  # scale registers first, as after a connect
        device.ask(exchange)
    for exchange in device.exchanges:
        expected = {
            key: Quality[word.upper()] if word[0].isalpha() else pytest.approx(float(word), rel=2e-6, abs=1e-9)
            for key, word in exchange.means.items()
        }
        assert device.ask(exchange) == expected


@pytest.mark.parametrize("name", NAMES)
def test_no_point_of_a_type_is_left_without_a_frame(name: str) -> None:
    device = Device(name)
    shown = {key for exchange in device.exchanges for key in exchange.means}
    assert {point.key for point in device.points} == shown


def test_every_modbus_type_has_frames() -> None:
    made = {name for name, kind in catalogue.shipped(Findings()).items() if kind.record.get("device") is not None}
    assert made == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_read_plan_keeps_to_the_limits_of_its_device(name: str) -> None:
    device = Device(name)
    limits = device.limits
    plan = build(device.points, limits)
    assert plan.unreadable == ()
    for block in plan.blocks:
        assert block.count <= (limits.max_bits if block.function <= 2 else limits.max_regs)
        for first, last in limits.forbidden:
            assert block.last < first or block.address > last
    planned = [point.id for block in plan.blocks for point in block.points]
    assert sorted(planned) == sorted(point.id for point in device.points)


@pytest.mark.parametrize("name", [name for name in NAMES if Device(name).factors.among(Device(name).points)])
def test_nothing_is_shown_before_its_scale_was_read(name: str) -> None:
    device = Device(name)
    scaled = {point.key for point in device.points if isinstance(point.source, ModbusSource) and point.source.factors}
    for exchange in device.exchanges:
        if not any(device.factors.among([point]) for point in device.points if point.key in exchange.means):
            found = device.ask(exchange)
            assert {found[key] for key in scaled & set(found)} <= {Quality.NOT_AVAILABLE}
