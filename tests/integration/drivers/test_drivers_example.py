"""The example driver in docs/drivers.md, run as it stands there, and the registry that finds such drivers."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import types
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from console.domain.estate import OtherConnection, OtherSource, Point, ValueKind
from console.domain.health import HealthState
from console.domain.quality import Quality
from console.domain.text import EMPTY, Text
from drivers import registry
from tests.helpers.clock import RealClock
from tests.helpers.findings import Findings

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "drivers.md"


def example() -> str:
    """The Python code of the document."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return str(code)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example as an installed package with its entry point."""
    module = types.ModuleType("my_package")
    exec(compile(example(), "my_package.py", "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, "my_package", module)
    entry = EntryPoint("line-sensor", "my_package:LineSensor", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda **wanted: EntryPoints([entry]).select(**wanted))


def point(number: int, connection: str = "s") -> Point:
    source = OtherSource(connection, {})
    return Point(f"E.p{number}", "E", f"p{number}", EMPTY, ValueKind.ANALOG, source, poll_ms=100, number=number)


@contextlib.asynccontextmanager
async def running(connection: OtherConnection, *points: Point):  # type: ignore[no-untyped-def]
    found = Findings()
    task = asyncio.create_task(registry.make(connection, points, found, RealClock()).run())
    try:
        yield found
    finally:
        task.cancel()
        async with asyncio.timeout(0.5):
            with contextlib.suppress(asyncio.CancelledError):
                await task


def test_the_example_is_about_sixty_lines() -> None:
    assert 50 <= len(example().splitlines()) <= 70


async def test_the_example_driver_reads_a_sensor_and_says_its_loss_and_return_once(installed: None) -> None:
    answer = [b"21.5\n"]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readline() == b"READ\n"
        writer.write(answer[0])
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    options = {"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1]}
    connection = OtherConnection("s", Text("传感器", "Sensor"), "line-sensor", options)
    async with running(connection, point(1), point(2), point(3, "another")) as found:
        await found.until(lambda: found.last(1) == found.last(2) == (21.5, Quality.GOOD))
        answer[0] = b"NaN\n"
        await found.until(lambda: found.last(1) == (21.5, Quality.COMM_LOST))
        await asyncio.sleep(0.4)
        assert found.qualities(1).count(Quality.COMM_LOST) == 1
        assert found.state("connection:s") is HealthState.DOWN
        answer[0] = b"22\n"
        await found.until(lambda: found.last(1) == (22, Quality.GOOD))
        assert found.state("connection:s") is HealthState.OK
        assert not found.seen[3]
    server.close()


async def test_a_driver_that_is_not_installed_says_so_and_harms_nobody() -> None:
    connection = OtherConnection("s", Text("传感器", "Sensor"), "nowhere", {})
    async with running(connection, point(1)) as found:
        await found.until(lambda: found.state("connection:s") is HealthState.DOWN)
        problem = found.line("connection:s").problem
        assert problem is not None
        assert (problem.code, problem.params) == ("driver.not_installed", {"driver": "nowhere"})
        assert registry.make(connection, (), found, RealClock()).plan() == ()
