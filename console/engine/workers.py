"""A small pool of worker processes for everything that takes long: history, ledgers, checking a site file.

Made when first needed, ended after a minute without work (their memory is worth more elsewhere). A query that takes longer
than its limit is refused and its process killed; one that was hurt by that is tried once more.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from console.domain.problems import Refused
from console.store.refusals import StoreRefused

PROCESSES = 2
IDLE = 60.0  # seconds of real time
LIMIT = 20.0  # seconds of real time for one query

P = ParamSpec("P")
R = TypeVar("R")


class Workers:
    """Runs module-level functions in other processes. Event loop only."""

    def __init__(self, processes: int = PROCESSES) -> None:
        self._processes = processes
        self._pool: concurrent.futures.ProcessPoolExecutor | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._busy = 0

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The function's result; :class:`Refused` where it takes too long or its process died."""
        return await self.run_within(LIMIT, function, *args, **kwargs)

    async def run_within(self, seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As :meth:`run`, with another limit in seconds of real time."""
        for last in (False, True):
            pool = self._ready()
            try:
                return await self._run(pool, seconds, function, *args, **kwargs)
            except (BrokenProcessPool, concurrent.futures.CancelledError) as error:
                if self._pool is pool:  # else another query that it hurt, too, has made a new one already
                    self._drop()
                if last:
                    raise Refused("engine.query_broken") from error
        raise AssertionError("unreachable")

    async def run_once(self, seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As :meth:`run_within`, for what must not be done twice: refused where nobody knows how far it came."""
        pool = self._ready()
        try:
            return await self._run(pool, seconds, function, *args, **kwargs)
        except (BrokenProcessPool, concurrent.futures.CancelledError) as error:
            if self._pool is pool:
                self._drop()
            raise Refused("engine.query_broken") from error

    def close(self) -> None:
        """End the processes."""
        self._drop()

    async def _run(
        self,
        pool: concurrent.futures.ProcessPoolExecutor,
        seconds: float,
        function: Callable[P, R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        self._busy += 1
        try:
            return await asyncio.wait_for(_outcome(pool.submit(function, *args, **kwargs)), seconds)
        except TimeoutError:
            if self._pool is pool:
                self._drop()
            raise Refused("engine.query_slow", seconds=seconds) from None
        except StoreRefused as refused:
            raise Refused(refused.problem.code, **refused.problem.params) from refused
        finally:
            self._busy -= 1
            self._rest()

    def _ready(self) -> concurrent.futures.ProcessPoolExecutor:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if self._pool is None:
            self._pool = concurrent.futures.ProcessPoolExecutor(
                self._processes, multiprocessing.get_context("spawn"), initializer=begin
            )
        return self._pool

    def _rest(self) -> None:
        if self._busy == 0 and self._pool is not None:
            if self._idle is not None:
                self._idle.cancel()
            self._idle = asyncio.get_running_loop().call_later(IDLE, self._drop)

    def _drop(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        pool, self._pool = self._pool, None
        if pool is None:
            return
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            with contextlib.suppress(OSError, ValueError):
                process.kill()


async def _outcome(future: concurrent.futures.Future[R]) -> R:
    """As ``asyncio.wrap_future``, but nobody who gives up waiting cancels the future: a pool whose processes are killed while a
    cancelled piece of work lies in it trips over that (InvalidStateError in CPython 3.11) and its thread dies with a traceback."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def ring(_future: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(done.set)

    future.add_done_callback(ring)
    await done.wait()
    return future.result()


def begin() -> None:
    """In a new worker: Ctrl-C is the collector's business, and no worker outlives a collector that was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lower = getattr(os, "nice", None)  # not on Windows
    if lower is not None:
        lower(10)  # ten consoles that ask as fast as they can must not make a poll late
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), name="parent-watch", daemon=True).start()


def _follow(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
