"""The simulator as a whole: start everything, let time pass, end everything.

Start: broker, gateways, MQTT sessions, control port; then ``ready`` is called. End (cancelled): control port, sessions,
gateways, broker. Whatever was started is ended, also when a later part refuses to start.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from console.domain.estate import Estate, ModbusTcp, Mqtt
from console.domain.problems import Problem
from console.domain.times import SECOND
from drivers.driver import ClockPort
from drivers.simulator.broker import Broker, BrokerMissing, make_broker
from drivers.simulator.control import ControlPort
from drivers.simulator.faults import Injector
from drivers.simulator.publisher import Publisher
from drivers.simulator.script import Script
from drivers.simulator.server import Gateway
from drivers.simulator.world import World

_TICK_S = 0.2  # cars move visibly
_SLOW_TICKS = 5  # everything else once a second
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CARS = frozenset({"elevator"})


class SimulatorRefused(Exception):  # noqa: N818 - the world's fault, told to the user
    """The simulated devices cannot be started; ``problem`` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Running:
    """What a running simulator offers."""

    control_port: int
    gateways: dict[str, int]  # connection id -> TCP port
    brokers: dict[str, str]  # connection id -> mosquitto | amqtt
    injector: Injector
    world: World


async def simulate(
    estate: Estate,
    clock: ClockPort,
    control_port: int = 0,
    script: bool = True,
    seed: int = 1,
    *,
    with_broker: bool = True,
    embedded_broker: bool = False,
    ready: Callable[[Running], None] | None = None,
) -> None:
    """Serve ``estate``'s devices until cancelled. Raises :class:`SimulatorRefused` (a port is taken, a host is not ours).

    ``with_broker`` False: the site's broker is somebody else's. ``embedded_broker``: amqtt even where mosquitto is installed.
    """
    began = clock.now()
    _only_this_computer(estate)
    world = World(estate, seed, began)
    world.refresh()
    brokers: dict[str, Broker] = {}
    publishers: dict[str, Publisher] = {}
    control = ControlPort(clock, control_port)
    injector = Injector(world, brokers, publishers, control.told, seed)
    async with AsyncExitStack() as stack:
        for connection in world.brokers.values():
            if with_broker:
                brokers[connection.id] = await _start_broker(connection, embedded_broker, stack)
            publishers[connection.id] = _start_publisher(world, connection, stack)
        for gateway in world.gateways.values():
            await _start_gateway(gateway, stack)
        try:
            await control.start(injector)
        except OSError as error:
            raise SimulatorRefused(Problem("demo.port_taken", {"what": "control", "port": control_port})) from error
        stack.push_async_callback(control.stop)
        if ready is not None:
            ports = {id_: gateway.port for id_, gateway in world.gateways.items()}
            kinds = {id_: broker.kind for id_, broker in brokers.items()}
            ready(Running(control.port, ports, kinds, injector, world))
        await _live(world, clock, injector, publishers, Script(injector, began) if script else None)


async def _live(
    world: World, clock: ClockPort, injector: Injector, publishers: dict[str, Publisher], script: Script | None
) -> None:
    """Let time pass, for ever."""
    tick = 0
    step = round(_TICK_S * SECOND * (clock.rate if clock.rate > 0 else 1.0))
    deadline = clock.monotonic()
    due = _first_reports(world, clock.now())
    while True:
        now = clock.now()
        if script is not None:
            await script.advance(now)
        await injector.expire(now)
        if tick % _SLOW_TICKS == 0:
            world.advance(now)
            world.refresh()
        else:
            world.cast.advance_cars(now)
            world.refresh(_CARS)
        for id_, when in due.items():
            if when <= now:
                due[id_] = now + world.interval(id_)
                connection, session = world.sessions[id_]
                for topic, payload in world.messages(id_):
                    publishers[connection].publish(session.name, topic, payload)
        tick += 1
        deadline = max(deadline + step, clock.monotonic())
        await clock.sleep_until(deadline)


def _first_reports(world: World, now: int) -> dict[str, int]:
    """When each MQTT device speaks first: spread over one interval, as meters that were switched on at different times."""
    count = max(1, len(world.sessions))
    return {id_: now + world.interval(id_) * index // count for index, id_ in enumerate(world.sessions)}


def _only_this_computer(estate: Estate) -> None:
    for connection in estate.connections:
        if isinstance(connection, ModbusTcp | Mqtt) and connection.host not in _LOOPBACK:
            raise SimulatorRefused(Problem("demo.not_here", {"connection": connection.id, "host": connection.host}))


async def _start_broker(connection: Mqtt, embedded: bool, stack: AsyncExitStack) -> Broker:
    try:
        broker = make_broker(connection.port, embedded)
        await broker.start()
    except BrokerMissing as missing:
        raise SimulatorRefused(missing.problem) from missing
    stack.push_async_callback(broker.stop)
    return broker


def _start_publisher(world: World, connection: Mqtt, stack: AsyncExitStack) -> Publisher:
    sessions = [session for id_, session in world.sessions.values() if id_ == connection.id]
    publisher = Publisher(connection.host, connection.port, sessions)
    publisher.start()
    stack.callback(publisher.stop)
    return publisher


async def _start_gateway(gateway: Gateway, stack: AsyncExitStack) -> None:
    try:
        await gateway.start()
    except OSError as error:
        raise SimulatorRefused(Problem("demo.port_taken", {"what": "gateway", "port": gateway.port})) from error
    stack.push_async_callback(gateway.stop)
