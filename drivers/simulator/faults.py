"""The fault injector: one of the three seams of the architecture. What can be caused, to what, and how it ends."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from console.domain.estate import Estate
from console.domain.problems import Refused
from console.domain.rules import AlarmRule, RuleKind
from console.domain.text import Text
from drivers.simulator.broker import Broker
from drivers.simulator.physics.fire import Node
from drivers.simulator.physics.lift import E09_UNDERVOLTAGE, E52_HALL_CALLS
from drivers.simulator.physics.noise import seed_of
from drivers.simulator.physics.pump import ALARM_OVERLOAD, ALARM_UNDERVOLTAGE
from drivers.simulator.publisher import Publisher
from drivers.simulator.world import World

ALARMS_OF_A_POWER_CUT = 300

TRAPPED = "trapped"
LIFT_FAULT = "lift_fault"
LIFT_INSPECTION = "lift_inspection"
PUMP_TRIP = "pump_trip"
DRY_RUN = "dry_run"
FIRE = "fire"
DETECTOR_FAULT = "detector_fault"
DETECTOR_ISOLATED = "detector_isolated"
DEVICE_OFFLINE = "device_offline"
GATEWAY_SILENT = "gateway_silent"
BROKER_GONE = "broker_gone"
POWER_CUT = "power_cut"

ESTATE = "estate"  # the target of a power cut


class Told(Protocol):
    """Hears what was caused and cleared."""

    def __call__(self, what: str, fault: str, target: str, by: str) -> None:
        """``what`` is caused | cleared; ``by`` person | script."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of fault: its targets with names, how it begins and how it ends."""

    targets: Callable[[], Mapping[str, Text]]
    cause: Callable[[str], Awaitable[None]]
    clear: Callable[[str], Awaitable[None]]


class Injector:
    """Causes and clears faults in a world. Runs on the simulator's event loop.

    ``brokers`` and ``publishers`` are keyed by connection id.
    """

    def __init__(
        self, world: World, brokers: Mapping[str, Broker], publishers: Mapping[str, Publisher], told: Told, seed: int = 1
    ) -> None:
        self.active: dict[tuple[str, str], int] = {}  # (fault, target) -> UTC ns at which it ends by itself, 0 = stays
        self._world = world
        self._brokers = brokers
        self._publishers = publishers
        self._told = told
        self._random = random.Random(seed_of(seed, "injector"))
        self._dark: list[tuple[str, int]] = []  # detectors that a power cut took
        cast = world.cast
        self._kinds: dict[str, _Kind] = {
            TRAPPED: _Kind(lambda: self._names(cast.elevators), self._trap, self._repair),
            LIFT_FAULT: _Kind(lambda: self._names(cast.elevators), self._fail_lift, self._repair),
            LIFT_INSPECTION: _Kind(lambda: self._names(cast.elevators), self._inspect, self._repair),
            PUMP_TRIP: _Kind(lambda: self._names(cast.pumps), self._trip, self._reset_pump),
            DRY_RUN: _Kind(lambda: self._names(cast.pumps), self._dry, self._reset_pump),
            FIRE: _Kind(self._detectors, self._node(Node.FIRE), self._clear_node),
            DETECTOR_FAULT: _Kind(self._detectors, self._node(Node.FAULT), self._clear_node),
            DETECTOR_ISOLATED: _Kind(self._detectors, self._node(Node.ISOLATED), self._clear_node),
            DEVICE_OFFLINE: _Kind(lambda: self._names({**world.units, **world.sessions}), self._offline, self._online),
            GATEWAY_SILENT: _Kind(self._gateways, self._silence, self._answer),
            BROKER_GONE: _Kind(self._broker_names, self._kill_broker, self._start_broker),
            POWER_CUT: _Kind(lambda: {ESTATE: world.estate.site.name}, self._cut, self._restore),
        }

    # -- the port -------------------------------------------------------------------------------------------------------

    def kinds(self) -> dict[str, Mapping[str, Text]]:
        """Every fault that this estate can have, with its targets and their names."""
        return {fault: targets for fault, kind in self._kinds.items() if (targets := kind.targets())}

    async def cause(self, fault: str, target: str = "", by: str = "person", until: int = 0, equipment_kind: str = "") -> str:
        """Cause ``fault`` at ``target`` (empty: one by lot, of ``equipment_kind`` if there is one) and return the target.

        Raises :class:`Refused`.
        """
        kind = self._kind(fault)
        targets = kind.targets()
        if not targets:
            raise Refused("demo.refused.no_target", fault=fault)
        if not target:
            target = self._draw(fault, list(targets), equipment_kind)
        if target not in targets:
            raise Refused("demo.refused.unknown_target", fault=fault, target=target)
        if (fault, target) not in self.active:
            await kind.cause(target)
            self._told("caused", fault, target, by)
        self.active[fault, target] = until
        return target

    def _draw(self, fault: str, targets: list[str], equipment_kind: str) -> str:
        """One by lot: of the wanted kind if there is one, and one that has not got the fault yet."""
        kinds = {each.id: each.kind for each in self._world.estate.equipment}
        wanted = [each for each in targets if kinds.get(each) == equipment_kind] or targets
        free = [each for each in wanted if (fault, each) not in self.active]
        return self._random.choice(free or wanted)

    async def clear(self, fault: str, target: str = "", by: str = "person") -> int:
        """End ``fault`` at ``target`` (empty: everywhere); returns how many ended. Raises :class:`Refused`."""
        kind = self._kind(fault)
        ending = [key for key in self.active if key[0] == fault and target in ("", key[1])]
        for key in ending:
            del self.active[key]
            await kind.clear(key[1])
            self._told("cleared", fault, key[1], by)
        return len(ending)

    async def clear_all(self, by: str = "person") -> int:
        """End everything that was caused, the mains first."""
        ended = await self.clear(POWER_CUT, by=by)
        for fault in self._kinds:
            ended += await self.clear(fault, by=by)
        return ended

    async def expire(self, now: int) -> None:
        """End what was to last until ``now``."""
        for (fault, target), until in list(self.active.items()):
            if until and until <= now:
                await self.clear(fault, target, by="script")

    def _kind(self, fault: str) -> _Kind:
        if fault not in self._kinds:
            raise Refused("demo.refused.unknown_fault", fault=fault)
        return self._kinds[fault]

    # -- targets --------------------------------------------------------------------------------------------------------

    def _names(self, ids: Mapping[str, object]) -> dict[str, Text]:
        return {each.id: each.name for each in self._world.estate.equipment if each.id in ids}

    def _gateways(self) -> dict[str, Text]:
        return {each.id: each.name for each in self._world.estate.connections if each.id in self._world.gateways}

    def _broker_names(self) -> dict[str, Text]:
        return {each.id: each.name for each in self._world.estate.connections if each.id in self._brokers}

    def _detectors(self) -> dict[str, Text]:
        """``panel/node`` for every detector, named by its own point."""
        panels = self._world.cast.panels
        names: dict[str, Text] = {}
        for point in self._world.estate.points:
            if point.equipment in panels and point.key.startswith("node_"):
                names[f"{point.equipment}/{int(point.key.removeprefix('node_'))}"] = point.name
        return names

    # -- elevators ------------------------------------------------------------------------------------------------------

    async def _trap(self, target: str) -> None:
        self._world.cast.elevators[target].trap()

    async def _fail_lift(self, target: str) -> None:
        self._world.cast.elevators[target].fail(E52_HALL_CALLS)

    async def _inspect(self, target: str) -> None:
        self._world.cast.elevators[target].inspect()

    async def _repair(self, target: str) -> None:
        self._world.cast.elevators[target].repair()

    # -- pumps ----------------------------------------------------------------------------------------------------------

    async def _trip(self, target: str) -> None:
        self._world.cast.pumps[target].trip(ALARM_OVERLOAD)

    async def _dry(self, target: str) -> None:
        self._world.cast.pumps[target].run_dry()

    async def _reset_pump(self, target: str) -> None:
        self._world.cast.pumps[target].reset()

    # -- detectors ------------------------------------------------------------------------------------------------------

    def _node(self, status: Node) -> Callable[[str], Awaitable[None]]:
        async def set_node(target: str) -> None:
            panel, _, node = target.rpartition("/")
            self._world.cast.panels[panel].set(int(node), status)

        return set_node

    async def _clear_node(self, target: str) -> None:
        panel, _, node = target.rpartition("/")
        self._world.cast.panels[panel].clear(int(node))

    # -- the wire -------------------------------------------------------------------------------------------------------

    async def _offline(self, target: str) -> None:
        self._reach(target, lost=True)

    async def _online(self, target: str) -> None:
        self._reach(target, lost=False)

    def _reach(self, target: str, *, lost: bool) -> None:
        if target in self._world.units:
            connection, unit = self._world.units[target]
            offline = self._world.gateways[connection].offline
            (offline.add if lost else offline.discard)(unit)
        else:
            connection, session = self._world.sessions[target]
            if connection in self._publishers:
                self._publishers[connection].lose(session.name, lost)

    async def _silence(self, target: str) -> None:
        self._world.gateways[target].silent = True

    async def _answer(self, target: str) -> None:
        self._world.gateways[target].silent = False

    async def _kill_broker(self, target: str) -> None:
        await self._brokers[target].kill()

    async def _start_broker(self, target: str) -> None:
        await self._brokers[target].start()

    # -- the mains ------------------------------------------------------------------------------------------------------

    async def _cut(self, _: str) -> None:
        """The whole estate goes dark: cars are taken to a floor, pumps and meters report it, and so many detector loops
        lose their supply that the operators get about 300 alarms at once."""
        cast = self._world.cast
        self._world.surroundings.mains = False
        for car in cast.elevators.values():
            car.power_lost()
        for pump in cast.pumps.values():
            if not pump.alarm:
                pump.trip(ALARM_UNDERVOLTAGE)
        for meter in cast.power_meters.values():
            meter.power = 0.0
        missing = ALARMS_OF_A_POWER_CUT - alarms_expected(self._world.estate, self._world)
        quiet = [
            (panel, node)
            for panel, machine in cast.panels.items()
            for node, status in machine.status.items()
            if status in (Node.NO_EVENT, Node.CLEARED)
        ]
        for panel, node in self._random.sample(quiet, max(0, min(missing, len(quiet)))):
            cast.panels[panel].set(node, Node.FAULT)
            self._dark.append((panel, node))

    async def _restore(self, _: str) -> None:
        cast = self._world.cast
        self._world.surroundings.mains = True
        for car in cast.elevators.values():
            if car.fault == E09_UNDERVOLTAGE:
                car.repair()
        for pump in cast.pumps.values():
            if pump.alarm == ALARM_UNDERVOLTAGE:
                pump.reset()
        for panel, node in self._dark:
            cast.panels[panel].clear(node)
        self._dark = []


def alarms_expected(estate: Estate, world: World) -> int:
    """How many rules the present values break (delays not counted): the size of a power cut is made from it."""
    values: dict[str, float] = {}
    for device in world.devices.values():
        values |= device.shown()
    return sum(rule.enabled and broken(rule, values.get(rule.point)) for rule in estate.rules)


def broken(rule: AlarmRule, value: float | None) -> bool:  # noqa: PLR0911 - one line a kind
    """Does ``value`` (None: not known) break ``rule`` at this moment?"""
    if value is None:
        return False
    match rule.kind:
        case RuleKind.HIGH | RuleKind.HIGH_HIGH:
            return value > rule.limit
        case RuleKind.LOW | RuleKind.LOW_LOW:
            return value < rule.limit
        case RuleKind.STATE:
            return value in rule.values
        case RuleKind.BITS:
            return bool(int(value) & rule.mask)
        case RuleKind.CODE:
            return value != 0
        case _:  # those that need time or another point: no injected fault is one of them
            return False
