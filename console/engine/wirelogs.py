"""The wire logs of the running collector: one a connection, tapped at the driver, stopping by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeGuard

from console.domain.estate import Connection, ModbusRtuTcp, ModbusSerial, ModbusTcp
from console.domain.problems import Refused
from console.domain.times import MINUTE
from console.engine.clocks import EngineClock
from console.engine.lines import Lines
from console.engine.wiretext import wire_text
from console.link import bench as m
from drivers.bench import Frame, Listener
from drivers.capture import pcap
from drivers.driver import Driver
from drivers.wirelog import WireLog

LONGEST_MINUTES = 240  # a forgotten log ends within half a shift
MOST_FRAMES = 2_000  # of one answer


class _Tapped(Protocol):
    def tap(self, listener: Listener | None) -> None: ...


@dataclass
class _Log:
    log: WireLog
    connection: str
    until: int = 0  # UTC ns; 0 = not logging


class WireLogs:
    """Event loop only. ``lines`` says which driver stands for a connection now."""

    def __init__(self, lines: Lines, clock: EngineClock) -> None:
        self._lines = lines
        self._clock = clock
        self._logs: dict[str, _Log] = {}
        lines.on_made = self._made

    def answer(self, query: m.WireLogQuery, connection: Connection) -> m.WireLogAnswer:
        """Start, stop, clear or read; raises :class:`Refused`."""
        known = self._logs.get(connection.id)
        match query.action:
            case "start":
                known = self._start(connection, query.minutes)
            case "stop" | "clear":
                if known is not None:
                    self._stop(known)
                if known is not None and query.action == "clear":
                    known.log.clear()
            case "read":
                pass
            case _:
                raise Refused("bench.action", action=query.action)
        if known is None:
            return m.WireLogAnswer(query.id, connection.id, 0)
        if known.until and self._clock.now() >= known.until:
            self._stop(known)
        log, wanted = known.log, query.filter
        found = log.entries(query.since, unit=wanted.unit, function=wanted.function, errors=wanted.errors)
        most = max(1, min(query.limit, MOST_FRAMES))
        frames = tuple(m.WireFrame(*entry) for entry, _ in zip(found, range(most), strict=False))
        return m.WireLogAnswer(query.id, connection.id, known.until, frames, len(log), log.lost, log.last)

    def file(self, query: m.WireLogFileQuery, connection: Connection) -> m.FileAnswer:
        """The log as a file; raises :class:`Refused`."""
        known = self._logs.get(connection.id)
        log = known.log if known is not None else WireLog(_framing(connection))
        wanted = query.filter
        entries = list(log.entries(unit=wanted.unit, function=wanted.function, errors=wanted.errors))
        match query.format:
            case "text":
                data = wire_text(connection.id, entries, query.language).encode("utf-8")
                return m.FileAnswer(query.id, f"{connection.id}-wire.txt", data)
            case "pcap":
                if log.framing == "plain":
                    raise Refused("bench.no_pcap", connection=connection.id)
                host = connection.host if isinstance(connection, ModbusTcp) else ""
                return m.FileAnswer(query.id, f"{connection.id}-wire.pcap", pcap(entries, log.framing, host))
            case _:
                raise Refused("bench.format", format=query.format, known="text, pcap")

    def _start(self, connection: Connection, minutes: int) -> _Log:
        if not 1 <= minutes <= LONGEST_MINUTES:
            raise Refused("bench.minutes", most=LONGEST_MINUTES)
        driver = self._lines.driver(connection.id)
        if driver is None:
            raise Refused("bench.not_running", connection=connection.id)
        if not _can_be_tapped(driver):
            raise Refused("bench.no_frames", connection=connection.id)
        framing = _framing(connection)
        known = self._logs.get(connection.id)
        if known is None or known.log.framing != framing:
            known = self._logs[connection.id] = _Log(WireLog(framing), connection.id)
        known.until = self._clock.now() + minutes * MINUTE
        driver.tap(self._listener(known))
        return known

    def _stop(self, known: _Log) -> None:
        known.until = 0
        driver = self._lines.driver(known.connection)
        if driver is not None and _can_be_tapped(driver):
            driver.tap(None)

    def _made(self, connection: str, driver: Driver) -> None:
        """A connection got a new driver (changed configuration): its log goes on."""
        known = self._logs.get(connection)
        if known is not None and known.until and _can_be_tapped(driver):
            driver.tap(self._listener(known))

    def _listener(self, known: _Log) -> Listener:
        def take(frame: Frame) -> None:
            if known.until and frame.at < known.until:
                known.log.take(frame)
            else:
                self._stop(known)

        return take


def _can_be_tapped(driver: object) -> TypeGuard[_Tapped]:
    return hasattr(driver, "tap")


def _framing(connection: Connection) -> str:
    if isinstance(connection, ModbusTcp):
        return "tcp"
    return "rtu" if isinstance(connection, ModbusSerial | ModbusRtuTcp) else "plain"
