"""The commissioning bench in the collector: who may ask a line by hand, and what comes back.

Everything goes through the drivers' own queues (:mod:`drivers.bench`): nothing here opens a socket, and nothing can write.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeGuard

import msgspec

from console.domain.accounts import Account, Right
from console.domain.acts import require
from console.domain.commands import RecordPointTest
from console.domain.commissioning import PointTest
from console.domain.estate import (
    CommSource,
    Connection,
    Equipment,
    Estate,
    Modbus,
    ModbusRtuTcp,
    ModbusSerial,
    ModbusSource,
    ModbusTcp,
    MqttSource,
    OtherSource,
    Point,
)
from console.domain.events import PointTested
from console.domain.problems import Refused
from console.domain.registers import width
from console.domain.whybad import Evidence, why
from console.engine import reading
from console.engine.clocks import EngineClock
from console.engine.health import HealthBoard
from console.engine.lines import Lines
from console.engine.live import LiveTable
from console.engine.scanning import Scanning
from console.engine.sheetfile import Sheet
from console.engine.wirelogs import WireLogs
from console.engine.workers import Workers
from console.link import bench as m
from console.link.server import Console
from drivers.bench import Bench, RawRead
from drivers.decodings import ways
from drivers.readplan import MAX_BITS, MAX_REGISTERS
from drivers.replies import Outcome, Reply

MOST_TESTS = 20_000  # of one sheet: every point of a large panel tested many times


class BenchDesk:
    """Event loop only. ``estate`` gives the present configuration, ``accounts`` who there is."""

    def __init__(
        self,
        folder: Path,
        *,
        lines: Lines,
        live: LiveTable,
        board: HealthBoard,
        workers: Workers,
        clock: EngineClock,
        estate: Callable[[], Estate],
        accounts: dict[str, Account],
    ) -> None:
        self._folder = folder
        self._lines = lines
        self._live = live
        self._board = board
        self._workers = workers
        self._clock = clock
        self._estate = estate
        self._accounts = accounts
        self._scanning = Scanning(clock)
        self._logs = WireLogs(lines, clock)

    async def answer(self, console: Console, query: m.BenchQuery) -> m.BenchAnswer:  # noqa: PLR0911 - one line a question
        """The answer; raises :class:`Refused`."""
        match query:
            case m.WhyBadQuery():
                return self._why(query)
            case m.SheetQuery():
                return m.SheetAnswer(query.id, query.equipment, await self._tests(query.equipment))
            case m.SheetFileQuery():
                return await self._sheet(query)
            case _:
                self._allow(console)
        match query:
            case m.ReadRegistersQuery():
                return await self._read(query)
            case m.ScanQuery() if query.plan is not None:
                connection, bench = self._modbus(query.plan.connection)
                return self._scanning.start(query.id, query.plan, connection, bench)
            case m.ScanQuery():
                return self._scanning.look(query.id, query.job, cancel=query.cancel)
            case m.WireLogQuery():
                return self._logs.answer(query, self._connection(query.connection))
            case m.WireLogFileQuery():
                return self._logs.file(query, self._connection(query.connection))

    def seen(self, command: RecordPointTest) -> RecordPointTest:
        """``command`` with what is shown now, if the person's console did not say what it showed."""
        point = next((point for point in self._estate().points if point.id == command.point), None)
        if command.value_at or point is None:
            return command
        number = point.number
        return msgspec.structs.replace(
            command, value=self._live.shown(number), quality=self._live.quality(number), value_at=self._live.time(number)
        )

    async def close(self) -> None:
        """End what runs."""
        await self._scanning.close()

    # --- the line by hand

    def _allow(self, console: Console) -> None:
        account = self._accounts.get(console.account)
        if account is None:
            raise Refused("refused.not_signed_on")
        require(account, Right.COMMISSION)

    async def _read(self, query: m.ReadRegistersQuery) -> m.ReadRegistersAnswer:
        check_read(query.function, query.address, query.count)
        _, bench = self._modbus(query.connection)
        reply = await bench.read_raw(RawRead(query.unit, query.function, query.address, query.count))
        last = query.address + query.count - 1
        if not reply.good:
            raise refusal(reply.outcome, reply.exception, query.connection, query.unit, query.function, query.address, last)
        points = tuple(
            (point.source.address, point.id)
            for point in self._estate().points
            if isinstance(point.source, ModbusSource)
            and (point.source.connection, point.source.unit) == (query.connection, query.unit)
            and point.source.function == query.function
            and point.source.address <= last
            and point.source.address + width(point.source) > query.address
        )
        found = tuple(m.Decoding(*way) for way in ways(query.function, query.address, query.count, reply.data))
        return m.ReadRegistersAnswer(query.id, self._clock.now(), reply.took_ms, reply.data, found, points)

    def _connection(self, name: str) -> Connection:
        found = next((each for each in self._estate().connections if each.id == name), None)
        if found is None:
            raise Refused("bench.no_connection", connection=name)
        return found

    def _modbus(self, name: str) -> tuple[Modbus, Bench]:
        connection = self._connection(name)
        if not isinstance(connection, ModbusTcp | ModbusSerial | ModbusRtuTcp):
            raise Refused("bench.not_modbus", connection=name)
        driver = self._lines.driver(name)
        if not _is_bench(driver):
            raise Refused("bench.not_running", connection=name)
        return connection, driver

    # --- why is this point bad

    def _why(self, query: m.WhyBadQuery) -> m.WhyBadAnswer:
        estate = self._estate()
        numbers = {point.id: point.number for point in estate.points}
        point = next((point for point in estate.points if point.id == query.point), None)
        if point is None:
            raise Refused("refused.point_unknown", point=query.point)
        quality = self._live.quality(point.number)
        found = why(self._evidence(estate, point, numbers))
        return m.WhyBadAnswer(query.id, point.id, quality, found.problem, found.because, found.since)

    def _evidence(self, estate: Estate, point: Point, numbers: dict[str, int]) -> Evidence:
        source = point.source
        name = source.connection if isinstance(source, ModbusSource | MqttSource | CommSource | OtherSource) else ""
        health = {line.id: line for line in self._board.lines()}
        device = None
        limits = None
        scales: dict[str, int] = {}
        refused = False
        if isinstance(source, ModbusSource):
            device = health.get(f"device:{name}/{source.unit}")
            connection = next((each for each in estate.connections if each.id == name), None)
            devices = connection.devices if isinstance(connection, ModbusTcp | ModbusSerial | ModbusRtuTcp) else ()
            limits = next((each for each in devices if each.unit == source.unit), None)
            driver = self._lines.driver(name)
            refused = driver is not None and any(
                (read.unit, read.function) == (source.unit, source.function) and source.address in read.bad
                for read in driver.plan()
            )
            scales = {factor.point: self._live.quality(numbers.get(factor.point, -1)) for factor in source.factors}
        else:
            own = (line for line in health.values() if line.id.startswith(f"device:{name}/"))
            device = next((line for line in own if line.equipment == point.equipment), None)
        return Evidence(
            point,
            self._live.quality(point.number),
            self._live.time(point.number),
            self._clock.now(),
            self._live.raw(point.number),
            health.get(f"connection:{name}"),
            device,
            limits,
            refused,
            scales,
            not self._live.heard(point.number),
        )

    # --- sheets

    async def _tests(self, equipment: str) -> tuple[PointTest, ...]:
        self._equipment(equipment)
        subject = f"sheet:{equipment}"
        entries = await self._workers.run(reading.log, self._folder, subject, 0, self._clock.now() + 1, MOST_TESTS)
        return tuple(entry.event.test for entry in entries if isinstance(entry.event, PointTested))

    async def _sheet(self, query: m.SheetFileQuery) -> m.FileAnswer:
        if query.format not in ("html", "text"):
            raise Refused("bench.format", format=query.format, known="html, text")
        tests = await self._tests(query.equipment)
        people = {name: account.display for name, account in self._accounts.items()}
        sheet = Sheet(self._estate(), self._equipment(query.equipment), tests, people, self._clock.now())
        if query.format == "html":
            return m.FileAnswer(query.id, f"{query.equipment}-sheet.html", sheet.html(query.language))
        return m.FileAnswer(query.id, f"{query.equipment}-sheet.txt", sheet.text(query.language))

    def _equipment(self, name: str) -> Equipment:
        found = next((each for each in self._estate().equipment if each.id == name), None)
        if found is None:
            raise Refused("refused.equipment_unknown", equipment=name)
        return found


def check_read(function: int, address: int, count: int) -> None:
    """Refuse what is no read at all."""
    most = MAX_BITS if function in (1, 2) else MAX_REGISTERS
    if function not in (1, 2, 3, 4) or not 1 <= count <= most or not 0 <= address <= 65536 - count:
        raise Refused("bench.bad_read", function=function, address=address, count=count)


def refusal(  # noqa: PLR0917 - the words of one sentence
    outcome: str, exception: int, connection: str, unit: int, function: int, first: int, last: int
) -> Refused:
    """The sentence for a read that failed."""
    if outcome == "not_connected":
        return Refused("bench.not_connected", connection=connection, unit=unit)
    problem = Reply(Outcome(outcome), exception=exception).problem(
        {"unit": unit, "function": function, "first": first, "last": last}
    )
    return Refused(problem.code, **problem.params)


def _is_bench(driver: object) -> TypeGuard[Bench]:
    return hasattr(driver, "read_raw")
