"""A collector as a real process, one Modbus device that is not made with our library, and a console's link to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pyModbusTCP.server import DataBank, ModbusServer

from console.domain.alarms import Alarm
from console.domain.commands import SignOn
from console.domain.estate import Point
from console.domain.faults import Fault
from console.domain.health import HealthLine
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.records import kind_of
from console.domain.orders import Order
from console.domain.problems import Problem
from console.domain.rosters import Roster
from console.link.client import Client, Identity
from console.link.messages import Delta, Denied, Done, Heartbeat, Live, Session, Snapshot, Welcome
from console.link.tokens import address_of

SEEDS = [
    {"account": "wang", "display": "王值班", "roles": ["operator"], "secret": "112233"},
    {"account": "li", "display": "李主管", "roles": ["operator", "supervisor"], "secret": "445566"},
    {"account": "zhao", "display": "赵师傅", "roles": ["technician"], "secret": "778899"},
    {"account": "root", "display": "管理员", "roles": ["administrator"], "secret": "correct horse"},
]

SITE = """\
site: {{id: yard, name: {{zh: 试验场, en: Yard}}}}
locations:
  - {{id: B1, name: {{zh: 地下一层, en: Basement}}}}
connections:
  - {{id: gw, protocol: modbus-tcp, name: {{zh: 网关, en: Gateway}}, host: 127.0.0.1, port: {port}, timeout_ms: 400}}
{connections}
equipment:
  - id: P1
    type: generic_modbus
    kind: pump
    system: water
    name: {{zh: 1# 水泵, en: Pump 1}}
    location: B1
    connection: gw
    unit: 1
    points:
      - {{key: pressure, name: {{zh: 压力, en: Pressure}}, address: 0, unit: kPa, poll_ms: 100}}
      - {{key: level, name: {{zh: 液位, en: Level}}, address: 1, unit: "%", poll_ms: 100}}
      - {{key: energy, name: {{zh: 电能, en: Energy}}, kind: counter, address: 4, type: u64, unit: kW·h, poll_ms: 500}}
    alarms:
      - key: high
        point: pressure
        kind: high
        limit: {limit}
        dead_band: 10
        priority: 3
        text: {{zh: 压力过高, en: Pressure high}}
      - {{key: low, point: level, kind: low, limit: 20, on_delay: 300 ms, priority: 4, text: {{zh: 液位过低, en: Level low}}}}
{equipment}
"""


def site(port: int, *, limit: int = 100, connections: str = "", equipment: str = "") -> str:
    """A site file with one pump on ``port``."""
    return SITE.format(port=port, limit=limit, connections=connections, equipment=equipment)


def write_seeds(folder: Path) -> Path:
    """The seed file of :data:`SEEDS`."""
    file = folder / "seeds.json"
    file.write_text(json.dumps(SEEDS), encoding="utf-8")
    return file


def free_port() -> int:
    """A port that is free now, for a program that cannot say which one it was given."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def device(values: tuple[int, ...] = (50, 80, 0, 0, 0, 0, 0, 7)) -> Iterator[ModbusServer]:
    """A Modbus server that is not pymodbus; ``values`` are holding registers from address 0."""
    bank = DataBank(h_regs_size=100)
    bank.set_holding_registers(0, list(values))
    server = ModbusServer(host="127.0.0.1", port=0, no_block=True, data_bank=bank)
    server.start()
    server.port = server._service.server_address[1]  # the one that the system gave
    try:
        yield server
    finally:
        server.stop()


@dataclass
class Picture:
    """What a console knows: follows snapshots and deltas as the real one does."""

    state: str = ""
    problem: Problem | None = None
    snapshots: int = 0
    last: Snapshot | None = None
    set_up: bool = False
    points: dict[str, Point] = field(default_factory=dict)
    values: dict[int, tuple[float, int, int]] = field(default_factory=dict)
    exact: dict[int, str | int] = field(default_factory=dict)
    alarms: dict[int, Alarm] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    isolations: dict[int, Isolation] = field(default_factory=dict)
    records: dict[tuple[str, str], AnyRecord] = field(default_factory=dict)  # in use, by kind and id
    roster: Roster = field(default_factory=Roster)
    duty_changes: int = 0
    health: dict[str, HealthLine] = field(default_factory=dict)
    sessions: tuple[Session, ...] = ()
    me: str = ""
    beats: list[Heartbeat] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    story: list[str] = field(default_factory=list)

    def state_is(self, state: str, problem: Problem | None) -> None:
        self.state, self.problem = state, problem

    def welcome(self, welcome: Welcome) -> None:
        self.set_up = welcome.set_up

    def snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots += 1
        self.last = snapshot
        self.points = {point.id: point for point in snapshot.estate.points}
        self.values.clear()
        self._live(snapshot.live)
        self.alarms = {alarm.number: alarm for alarm in snapshot.alarms}
        self.faults = {fault.number: fault for fault in snapshot.faults}
        self.orders = {order.number: order for order in snapshot.orders}
        self.isolations = {each.number: each for each in snapshot.isolations}
        self.records = {(kind_of(each), each.id): each for each in snapshot.records}
        self.roster = snapshot.roster
        self.health = {line.id: line for line in snapshot.health}
        self.sessions, self.me = snapshot.sessions, snapshot.me
        self.story.append("snapshot")

    def delta(self, delta: Delta) -> None:
        self._live(delta.live)
        for alarm in delta.alarms:
            self.story.append(f"{alarm.rule} {alarm.state}")
            self.alarms[alarm.number] = alarm
            if alarm.over:
                del self.alarms[alarm.number]
        self.faults.update({fault.number: fault for fault in delta.faults})
        self.orders.update({order.number: order for order in delta.orders})
        self.isolations.update({each.number: each for each in delta.isolations})
        for record in delta.records:
            self.records[kind_of(record), record.id] = record
            if not record.open:
                del self.records[kind_of(record), record.id]
        if delta.roster is not None:
            self.roster = delta.roster
        self.duty_changes += delta.roster is not None or delta.notify_changed
        self.health.update({line.id: line for line in delta.health})
        for gone in delta.health_gone:
            self.health.pop(gone, None)
        self.sessions = self.sessions if delta.sessions is None else delta.sessions
        self.me = self.me if delta.me is None else delta.me

    def heartbeat(self, heartbeat: Heartbeat) -> None:
        self.beats.append(heartbeat)

    def _live(self, live: Live) -> None:
        numbers = np.frombuffer(live.numbers, "<i4").tolist()
        values = np.frombuffer(live.values, "<f8").tolist()
        quality = np.frombuffer(live.quality, "u1").tolist()
        times = np.frombuffer(live.times, "<i8").tolist()
        for number, *rest in zip(numbers, values, quality, times, strict=True):
            self.values[number] = (rest[0], rest[1], rest[2])
        self.exact.update(live.exact)

    def value(self, point: str) -> float | None:
        """The present number of a point, if it has a usable one."""
        found = self.values.get(self.points[point].number) if point in self.points else None
        return None if found is None or found[1] > 1 else found[0]

    def alarm(self, rule: str) -> Alarm | None:
        """The rule's alarm."""
        return next((alarm for alarm in self.alarms.values() if alarm.rule == rule), None)


class _Events:
    """Turns the client's callbacks into the picture's methods (``state`` is an attribute there)."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self.welcome = picture.welcome
        self.snapshot = picture.snapshot
        self.delta = picture.delta
        self.heartbeat = picture.heartbeat

    def state(self, state: str, problem: Problem | None) -> None:
        self._picture.state_is(state, problem)


@dataclass
class Desk:
    """A console without a window."""

    client: Client
    picture: Picture

    async def until(self, met: Callable[[Picture], Any], seconds: float = 10.0) -> Any:
        """Wait until ``met(picture)`` is truthy, and return it."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            found = met(self.picture)
            if found:
                return found
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not within {seconds} s; {self.picture.story[-20:]} {self.picture.health}")
            await asyncio.sleep(0.01)

    async def ask(self, command: Any, **more: Any) -> Done:
        """A command that must be done."""
        reply = await self.client.ask(command, **more)
        assert isinstance(reply, Done), reply
        return reply

    async def refused(self, command: Any, **more: Any) -> str:
        """A command that must be refused: the code."""
        reply = await self.client.ask(command, **more)
        assert isinstance(reply, Denied), reply
        return reply.problem.code

    async def sign_on(self, account: str = "wang") -> None:
        """Sign on with the seeded secret."""
        secret = next(seed["secret"] for seed in SEEDS if seed["account"] == account)
        await self.ask(SignOn(account, str(secret)))


@asynccontextmanager
async def desk(folder: Path | str, station: str = "desk 1", ca_file: str = "", **more: Any) -> AsyncIterator[Desk]:
    """A connected console with its snapshot."""
    picture = Picture()
    client = Client(lambda: address_of(folder, ca_file), Identity("test", station, **more), _Events(picture))
    task = asyncio.create_task(client.run())
    made = Desk(client, picture)
    try:
        await made.until(lambda p: p.snapshots)
        yield made
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
