"""The drivers at work: one task a connection. A changed configuration touches only those connections that it changes."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from console.domain.estate import (
    CommSource,
    Connection,
    Estate,
    ManualSource,
    ModbusSource,
    MqttSource,
    OtherSource,
    Point,
)
from console.domain.health import HealthLine, HealthState
from console.domain.problems import Problem, Refused
from console.domain.samples import Batch
from console.domain.text import EMPTY
from console.engine.clocks import EngineClock
from console.engine.comms import Comms
from console.engine.health import HealthBoard
from console.engine.learned import LearnedFile
from console.link.messages import ReadBlock
from drivers import registry
from drivers.driver import Driver, Teachable
from drivers.readplan import Learned

STARTED_ANEW_AFTER = 10.0  # seconds of real time after a driver's own bug ended it


class EngineSink:
    """The drivers' :class:`~drivers.driver.Sink`: hands on, nothing else."""

    def __init__(self, take: Callable[[Batch], None], comms: Comms, board: HealthBoard, learned: LearnedFile | None = None) -> None:
        self.memory = learned
        self._take = take
        self._comms = comms
        self._board = board

    def samples(self, batch: Batch) -> None:
        """To the recorder, the live table and the alarm engine."""
        self._take(batch)
        self._comms.heard(batch)

    def health(self, line: HealthLine) -> None:
        """To the health board."""
        self._board.put(line)

    def answering(self, connection: str, unit: int, answering: bool) -> None:
        """To the comm_state points."""
        self._comms.answering(connection, unit, answering)

    def learned(self, connection: str, unit: int, learned: Mapping[int, Learned]) -> None:
        """To the memory of what devices can do."""
        if self.memory is not None:
            self.memory.learned(connection, unit, learned)


@dataclass
class _Line:
    connection: Connection
    points: tuple[Point, ...]  # as the driver needs them: without names
    driver: Driver | None = None
    task: asyncio.Task[None] | None = None


class Lines:
    """Starts, watches and ends the drivers."""

    def __init__(self, sink: EngineSink, board: HealthBoard, clock: EngineClock) -> None:
        self._sink = sink
        self._board = board
        self._clock = clock
        self._lines: dict[str, _Line] = {}
        self.on_made: Callable[[str, Driver], None] = lambda _connection, _driver: None

    async def configure(self, estate: Estate) -> None:
        """End what is gone or changed, start what is new; everything else goes on without missing a poll."""
        wanted: dict[str, list[Point]] = {connection.id: [] for connection in estate.connections}
        for point in estate.points:
            match point.source:
                case ModbusSource() | MqttSource() | OtherSource():
                    wanted[point.source.connection].append(point)
                case CommSource() | ManualSource():
                    pass
        connections = {connection.id: connection for connection in estate.connections}
        bare = {name: tuple(_bare(point) for point in points) for name, points in wanted.items()}
        ended = [
            line
            for name, line in self._lines.items()
            if name not in connections or line.connection != connections[name] or line.points != bare[name]
        ]
        await self._end(ended)
        for name, connection in connections.items():
            if name not in self._lines:
                self._start(connection, wanted[name], bare[name])

    async def close(self) -> None:
        """End all drivers."""
        await self._end(list(self._lines.values()))

    def driver(self, connection: str) -> Driver | None:
        """The driver that stands for a connection now, if there is one."""
        line = self._lines.get(connection)
        return None if line is None else line.driver

    def blocks(self) -> tuple[ReadBlock, ...]:
        """The present read plans of all connections."""
        return tuple(
            ReadBlock(
                read.connection,
                read.unit,
                read.function,
                read.address,
                read.count,
                len(read.points),
                read.poll_ms,
                read.bytes,
                read.duration_ms,
                read.cap,
                read.holes,
                read.bad,
            )
            for line in self._lines.values()
            if line.driver is not None
            for read in line.driver.plan()
        )

    def _start(self, connection: Connection, points: Sequence[Point], bare: tuple[Point, ...]) -> None:
        line = _Line(connection, bare)
        line.task = asyncio.create_task(self._run(line, points), name=f"line-{connection.id}")
        self._lines[connection.id] = line

    async def _run(self, line: _Line, points: Sequence[Point]) -> None:
        """Run a connection's driver; a bug of ours in it is reported in full and costs this connection a pause, not the watch."""
        connection = line.connection
        while True:
            try:
                line.driver = registry.make(connection, points, self._sink, self._clock)
                if self._sink.memory is not None and isinstance(line.driver, Teachable):
                    for unit, learned in self._sink.memory.known(connection, points).items():
                        line.driver.teach(unit, learned)
                self.on_made(connection.id, line.driver)
                await line.driver.run()
                problem = Problem("engine.driver_ended", {"connection": connection.id})
            except Refused as refused:
                problem = refused.problem
            except Exception as error:  # noqa: BLE001 - the fence between one driver's bug and everybody's watch
                traceback.print_exception(error, file=sys.stderr)
                problem = Problem("engine.driver_died", {"connection": connection.id, "detail": f"{type(error).__name__}: {error}"})
            self._board.put(
                HealthLine(
                    f"connection:{connection.id}",
                    "connection",
                    HealthState.DOWN,
                    self._clock.now(),
                    name=connection.name,
                    problem=problem,
                )
            )
            await asyncio.sleep(STARTED_ANEW_AFTER)

    async def _end(self, lines: Sequence[_Line]) -> None:
        tasks = [line.task for line in lines if line.task is not None]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for line in lines:
            self._lines.pop(line.connection.id, None)
            name = line.connection.id
            for health in self._board.lines():
                if health.id == f"connection:{name}" or health.id.startswith(f"device:{name}/"):
                    self._board.drop(health.id)


def _bare(point: Point) -> Point:
    """A point without what only people read: a rename must not make a device lose a poll."""
    return msgspec.structs.replace(point, name=EMPTY, group=EMPTY, states={}, normal=None, main=False, decimals=0, unit="")
