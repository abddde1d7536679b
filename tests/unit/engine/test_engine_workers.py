"""The worker processes: ended with work waiting, too slow, killed."""

from __future__ import annotations

import asyncio
import operator
import os
import time

import pytest

from console.domain.problems import Refused
from console.engine import workers as module
from console.engine.workers import Workers


async def test_ending_the_pool_with_work_waiting_kills_no_thread() -> None:
    workers = Workers()
    tasks = [asyncio.create_task(workers.run(time.sleep, 30)) for _ in range(8)]  # more than the pool takes at once
    await asyncio.sleep(1.0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    workers.close()
    await asyncio.sleep(0.5)  # a thread that dies fails the test (PytestUnhandledThreadExceptionWarning)
    assert all(task.cancelled() for task in tasks)


async def test_a_slow_query_is_refused_and_those_that_its_end_hurts_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 3.0)
    workers = Workers()
    try:
        slow = asyncio.create_task(workers.run(time.sleep, 30))
        await asyncio.sleep(2.7)
        hurt = [asyncio.create_task(workers.run(_after_a_while, number)) for number in range(2)]
        with pytest.raises(Refused, match=r"engine\.query_slow"):
            await slow
        assert await asyncio.gather(*hurt) == [0, 1]
    finally:
        workers.close()


async def test_a_query_whose_process_dies_is_refused_in_words_and_the_next_one_is_answered() -> None:
    workers = Workers()
    try:
        with pytest.raises(Refused, match=r"engine\.query_broken"):
            await workers.run(os._exit, 3)
        assert await workers.run(operator.add, 1, 2) == 3
    finally:
        workers.close()


def _after_a_while(number: int) -> int:
    time.sleep(0.6)
    return number
