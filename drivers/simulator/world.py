"""All simulated equipment of one estate: models on one side, registers and payloads on the other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from console.domain.estate import CommSource, Equipment, Estate, ManualSource, ModbusSource, ModbusTcp, Mqtt, MqttSource, Point
from console.domain.times import MILLISECOND, SECOND
from drivers.simulator.bank import ILLEGAL_ADDRESS, ILLEGAL_VALUE, Bank
from drivers.simulator.casting import Cast
from drivers.simulator.payload import build
from drivers.simulator.physics.generic import Generic
from drivers.simulator.physics.model import Model
from drivers.simulator.physics.surroundings import Surroundings, utc_offset_s
from drivers.simulator.publisher import Session
from drivers.simulator.server import Gateway
from drivers.simulator.units import conversion


@dataclass(slots=True)
class _Binding:
    """One point of a device: the last number that was shown, and how to get from the model's unit to the point's."""

    point: Point
    factor: float
    offset: float
    last: float = math.inf


class Device:
    """One piece of equipment: its model, and the wire that shows it."""

    def __init__(self, equipment: Equipment, points: Sequence[Point], model: Model | None, rest: Generic) -> None:
        self.equipment = equipment
        self.model = model
        self._rest = rest
        known = dict(model.values()) if model else {}
        self._bound: list[_Binding] = []
        self._unknown: list[_Binding] = []
        for point in sorted(points, key=_whole_words_first):
            if model and point.key in known:
                self._bound.append(_Binding(point, *conversion(model.units.get(point.key, point.unit), point.unit)))
            else:
                self._unknown.append(_Binding(point, 1.0, 0.0))

    @property
    def without_physics(self) -> tuple[str, ...]:
        """Keys that no model knows: they get slow, plausible values."""
        return tuple(binding.point.key for binding in self._unknown)

    def _values(self) -> Iterator[tuple[_Binding, float]]:
        if self.model is not None:
            values = self.model.values()
            for binding in self._bound:
                yield binding, values[binding.point.key] * binding.factor + binding.offset
        if self._unknown:
            others = self._rest.values()
            for binding in self._unknown:
                yield binding, others[binding.point.key]

    def shown(self) -> dict[str, float]:
        """The present value of every point, by point id, in the point's unit."""
        return {binding.point.id: value for binding, value in self._values()}

    def changed(self) -> list[tuple[Point, float]]:
        """Points whose value moved since the last call, whole words before the bits that lie in them."""
        changed: list[tuple[Point, float]] = []
        for binding, value in self._values():
            if value != binding.last:
                binding.last = value
                changed.append((binding.point, value))
        return changed

    @property
    def fastest_ms(self) -> int:
        """The shortest interval at which a point is expected."""
        return min(binding.point.poll_ms for binding in (*self._bound, *self._unknown))

    def forget(self) -> None:
        """Show everything again next time."""
        for binding in (*self._bound, *self._unknown):
            binding.last = math.inf


def _whole_words_first(point: Point) -> bool:
    return isinstance(point.source, ModbusSource) and point.source.bit is not None


class World:
    """The estate's machines. ``gateways`` and ``sessions`` show them; :meth:`refresh` moves values to the wire."""

    def __init__(self, estate: Estate, seed: int, began: int) -> None:
        self.estate = estate
        self.surroundings = Surroundings(seed, utc_offset_s(estate.site.timezone, began))
        self.cast = Cast(estate, self.surroundings, began)
        self.devices: dict[str, Device] = {}
        self._rests: list[Generic] = []
        points: dict[str, list[Point]] = defaultdict(list)
        for point in estate.points:
            if not isinstance(point.source, CommSource | ManualSource):
                points[point.equipment].append(point)
        for each in estate.equipment:
            if points[each.id]:
                rest = Generic(points[each.id], self.surroundings, seed, began)
                self._rests.append(rest)
                self.devices[each.id] = Device(each, points[each.id], self.cast.models.get(each.id), rest)
        self.banks: dict[tuple[str, int], Bank] = {}
        self.gateways: dict[str, Gateway] = {}
        self.units: dict[str, tuple[str, int]] = {}  # equipment id -> connection, unit
        for connection in estate.connections:
            if isinstance(connection, ModbusTcp):
                self._gateway(connection)
        self.brokers = {each.id: each for each in estate.connections if isinstance(each, Mqtt)}
        self.sessions: dict[str, tuple[str, Session]] = {}  # equipment id -> connection, session
        for id_, device in self.devices.items():
            self._session(id_, points[id_], device)
        self._now = began

    def _gateway(self, connection: ModbusTcp) -> None:
        """A gateway and its units. Meter gateways explain a silent unit (exception 11), the others keep silent."""
        sources: dict[int, list[ModbusSource]] = defaultdict(list)
        for point in self.estate.points:
            if isinstance(point.source, ModbusSource) and point.source.connection == connection.id:
                sources[point.source.unit].append(point.source)
                self.units.setdefault(point.equipment, (connection.id, point.source.unit))
        kinds = {device.unit: self.devices[device.equipment].equipment.kind for device in connection.devices}
        meters = bool(kinds) and set(kinds.values()) == {"energy_meter"}
        banks: dict[int, Bank] = {}
        for device in connection.devices:
            too_long = ILLEGAL_ADDRESS if kinds[device.unit] == "energy_meter" else ILLEGAL_VALUE
            banks[device.unit] = self.banks[connection.id, device.unit] = Bank(device, sources[device.unit], too_long)
        self.gateways[connection.id] = Gateway(connection.host, connection.port, banks, explains=meters)

    def _session(self, id_: str, points: Sequence[Point], device: Device) -> None:
        sources = [point.source for point in points if isinstance(point.source, MqttSource)]
        if not sources:
            return
        first = next((source for source in sources if source.availability_topic), sources[0])
        session = Session(device.equipment.id, first.availability_topic, first.online_words[0], first.offline_words[0])
        self.sessions[id_] = (first.connection, session)

    def advance(self, now: int) -> None:
        """Let every machine live until ``now``."""
        self._now = max(now, self._now)
        self.cast.advance(now)
        for rest in self._rests:
            rest.advance(now)

    def refresh(self, kinds: frozenset[str] | None = None) -> None:
        """Show what changed in the registers: of all Modbus devices, or of the given kinds."""
        for id_, (connection, _) in self.units.items():
            device = self.devices[id_]
            if kinds is not None and device.equipment.kind not in kinds:
                continue
            for point, value in device.changed():
                source = point.source
                if isinstance(source, ModbusSource):
                    bank = self.banks.get((connection, source.unit))
                    if bank is not None:
                        bank.put(source, value)

    def interval(self, id_: str) -> int:
        """How often an MQTT device speaks, ns: as often as its points expect, but at least every five seconds."""
        return min(5 * SECOND, max(SECOND, self.devices[id_].fastest_ms * MILLISECOND))

    def messages(self, id_: str) -> list[tuple[str, bytes]]:
        """What an MQTT device says now: topic and payload, every point each time."""
        device = self.devices[id_]
        device.forget()
        topics: dict[str, list[tuple[MqttSource, float, int]]] = defaultdict(list)
        for point, value in device.changed():
            if isinstance(point.source, MqttSource):
                topics[point.source.topic].append((point.source, value, point.decimals))
        return [(topic, build(values, self._now)) for topic, values in topics.items()]
