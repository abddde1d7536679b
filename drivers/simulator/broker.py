"""The demo estate's MQTT broker: mosquitto where it is installed, else amqtt inside this process. Loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from console.domain.problems import Problem

_READY_WITHIN_S = 5.0


class BrokerMissing(Exception):  # noqa: N818 - the world's fault, told to the user
    """No broker can be started; ``problem`` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class Broker(Protocol):
    """A broker on 127.0.0.1. ``kind`` is mosquitto or amqtt."""

    kind: str

    async def start(self) -> None:
        """Listen; may be called again after :meth:`stop` or :meth:`kill`."""

    async def stop(self) -> None:
        """End in order: clients are told."""

    async def kill(self) -> None:
        """End at once, as a crash does."""


def find_mosquitto() -> Path | None:
    """The mosquitto program: in PATH, where Debian and Homebrew put it, or below Windows' program folders."""
    found = shutil.which("mosquitto")
    if found:
        return Path(found)
    places = [Path("/usr/sbin/mosquitto"), Path("/usr/local/sbin/mosquitto"), Path("/opt/homebrew/sbin/mosquitto")]
    for name in ("ProgramFiles", "ProgramFiles(x86)", "ProgramW6432"):
        folder = os.environ.get(name)
        if folder:
            places.append(Path(folder) / "mosquitto" / "mosquitto.exe")
    return next((place for place in places if place.is_file()), None)


def make_broker(port: int, prefer_embedded: bool = False) -> Broker:
    """The best broker that this machine has. Raises :class:`BrokerMissing` where there is none."""
    program = None if prefer_embedded else find_mosquitto()
    if program is not None:
        return Mosquitto(program, port)
    if find_spec("amqtt") is not None:
        return Embedded(port)
    raise BrokerMissing(Problem("demo.no_broker"))


class Mosquitto:
    """mosquitto as a child process on a leash (`leash.py`): it ends with us, whatever ends us."""

    kind = "mosquitto"

    def __init__(self, program: Path, port: int) -> None:
        self._program = program
        self._port = port
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """See :class:`Broker`. Raises :class:`BrokerMissing` when it does not come up (the port is taken)."""
        if self._process is not None:
            return
        await _refuse_if_taken(self._port)
        leash = Path(__file__).with_name("leash.py")
        nowhere = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, str(leash), str(self._program), str(self._port),
            stdin=asyncio.subprocess.PIPE, stdout=nowhere, stderr=nowhere,
        )  # fmt: skip
        if not await _listens(self._port, self._process):
            await self.kill()
            raise BrokerMissing(Problem("demo.broker_refuses", {"port": self._port}))

    async def stop(self) -> None:
        """See :class:`Broker`."""
        await self._end(b"")

    async def kill(self) -> None:
        """See :class:`Broker`."""
        await self._end(b"kill\n")

    async def _end(self, word: bytes) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(word)
            await process.stdin.drain()
        process.stdin.close()
        try:
            async with asyncio.timeout(3.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _refuse_if_taken(port: int) -> None:
    """Raise :class:`BrokerMissing` if somebody else listens on ``port``: a broker would only say so in its log."""
    try:
        probe = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port)
    except OSError as error:
        raise BrokerMissing(Problem("demo.broker_refuses", {"port": port})) from error
    probe.close()
    await probe.wait_closed()


async def _listens(port: int, process: asyncio.subprocess.Process) -> bool:
    """True once ``port`` takes a connection while ``process`` lives."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _READY_WITHIN_S
    while loop.time() < until and process.returncode is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        await writer.wait_closed()
        return process.returncode is None
    return False


class Embedded:
    """amqtt in this event loop."""

    kind = "amqtt"

    def __init__(self, port: int) -> None:
        self._port = port
        self._broker: Any = None

    async def start(self) -> None:
        """See :class:`Broker`."""
        await _refuse_if_taken(self._port)
        from amqtt.broker import Broker as Amqtt  # noqa: PLC0415 - an optional package

        config = {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self._port}", "max_connections": 500}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
        self._broker = Amqtt(config)
        await self._broker.start()

    async def stop(self) -> None:
        """See :class:`Broker`."""
        if self._broker is not None:
            await self._broker.shutdown()
            self._broker = None

    async def kill(self) -> None:
        """It lives in our own process: the nearest thing to a crash is to shut it down."""
        await self.stop()
