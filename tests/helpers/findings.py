"""A sink that keeps what a driver hands over."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from console.domain.health import HealthLine, HealthState
from console.domain.quality import Quality
from console.domain.samples import Batch


@dataclass
class Findings:
    """Everything in the order of arrival; per point number the list of (value, quality, source time)."""

    batches: list[Batch] = field(default_factory=list)
    lines: list[HealthLine] = field(default_factory=list)
    answers: list[tuple[str, int, bool]] = field(default_factory=list)
    taught: list[tuple[str, int, object]] = field(default_factory=list)
    seen: defaultdict[int, list[tuple[float | int | str, Quality, int]]] = field(default_factory=lambda: defaultdict(list))

    def samples(self, batch: Batch) -> None:
        self.batches.append(batch)
        assert len(batch.points) == len(batch.values) == len(batch.quality) > 0
        values = batch.values if isinstance(batch.values, list) else batch.values.tolist()
        times = [batch.source_time] * len(batch) if isinstance(batch.source_time, int) else batch.source_time.tolist()
        for number, value, quality, time in zip(batch.points.tolist(), values, batch.quality.tolist(), times, strict=True):
            self.seen[number].append((value, Quality(quality), time))

    def health(self, line: HealthLine) -> None:
        self.lines.append(line)

    def learned(self, connection: str, unit: int, learned: object) -> None:
        self.taught.append((connection, unit, learned))

    def answering(self, connection: str, unit: int, answering: bool) -> None:
        self.answers.append((connection, unit, answering))

    def last(self, number: int) -> tuple[float | int | str, Quality] | None:
        """The last value and quality of a point."""
        return self.seen[number][-1][:2] if self.seen[number] else None

    def values(self, number: int) -> list[float | int | str]:
        return [value for value, _, _ in self.seen[number]]

    def qualities(self, number: int) -> list[Quality]:
        return [quality for _, quality, _ in self.seen[number]]

    def line(self, ident: str) -> HealthLine:
        """The last health line of ``ident``."""
        return [line for line in self.lines if line.id == ident][-1]

    def state(self, ident: str) -> HealthState | None:
        """The last state of ``ident``; None before its first line."""
        return next((line.state for line in reversed(self.lines) if line.id == ident), None)

    def counter(self, ident: str, name: str) -> int:
        found = [line for line in self.lines if line.id == ident]
        return found[-1].counters.get(name, 0) if found else 0

    async def until(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait for a condition, or fail."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - any condition, not an event of ours
                await asyncio.sleep(0.01)
