"""The injector's control port: JSON lines over TCP on the loopback interface. The words are documented in docs/demo.md.

Request  ``{"id": 1, "do": "cause", "fault": "trapped", "target": "T1-L2", "for_s": 60}``; ``do``: cause, clear, clear_all, list.
Answer   ``{"id": 1, "ok": true, ...}`` or ``{"id": 1, "ok": false, "problem": {"code": ..., "params": {...}}}``.
Pushed   ``{"event": "caused", "fault": ..., "target": ..., "by": "person" | "script", "at": <UTC ns>}``
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from console.domain.problems import Problem, Refused
from console.domain.times import seconds
from drivers.driver import ClockPort
from drivers.simulator.broker import BrokerMissing
from drivers.simulator.faults import Injector

_LONGEST_LINE = 10_000


class ControlPort:
    """Serves the injector on 127.0.0.1; ``port`` 0 takes a free one."""

    def __init__(self, clock: ClockPort, port: int = 0) -> None:
        self.port = port
        self._clock = clock
        self._injector: Injector | None = None
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self, injector: Injector) -> None:
        """Listen. Raises ``OSError`` where the port is taken."""
        self._injector = injector
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, limit=_LONGEST_LINE)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and end every conversation."""
        if self._server is not None:
            self._server.close()
        for task in list(self._talks):
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def told(self, what: str, fault: str, target: str, by: str) -> None:
        """Tell every connection what was caused or cleared."""
        event = {"event": what, "fault": fault, "target": target, "by": by, "at": self._clock.now()}
        for writer in self._writers:
            writer.write(_line(event))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(_line(await self._answer(line)))
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # gone, or a line without end
        except asyncio.CancelledError:
            pass  # stop() ends us; nothing above waits for the cancellation
        finally:
            self._talks.discard(task)
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
        except ValueError:
            return _refusal(None, Problem("demo.refused.not_json"))
        if not isinstance(request, dict):
            return _refusal(None, Problem("demo.refused.not_json"))
        number = request.get("id")
        try:
            return {"id": number, "ok": True, **await self._do(request)}
        except (Refused, BrokerMissing) as refused:
            return _refusal(number, refused.problem)

    async def _do(self, request: dict[str, Any]) -> dict[str, Any]:
        injector = self._injector
        assert injector is not None
        fault, target = str(request.get("fault", "")), str(request.get("target", ""))
        match request.get("do"):
            case "cause":
                lasts = request.get("for_s", 0)
                known = isinstance(lasts, int | float) and not isinstance(lasts, bool) and 0 <= lasts <= 86_400
                if not known:
                    raise Refused("demo.refused.bad_duration")
                until = self._clock.now() + seconds(lasts) if lasts else 0
                return {"target": await injector.cause(fault, target, until=until)}
            case "clear":
                return {"ended": await injector.clear(fault, target)}
            case "clear_all":
                return {"ended": await injector.clear_all()}
            case "list":
                return {
                    "faults": [
                        {"fault": name, "targets": [{"id": id_, "zh": text.zh, "en": text.en} for id_, text in targets.items()]}
                        for name, targets in injector.kinds().items()
                    ],
                    "active": [{"fault": name, "target": each} for name, each in injector.active],
                }
            case other:
                raise Refused("demo.refused.unknown_word", word=str(other))


def _refusal(number: object, problem: Problem) -> dict[str, Any]:
    return {"id": number, "ok": False, "problem": {"code": problem.code, "params": problem.params}}


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"
