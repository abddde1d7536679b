"""The ``comm_state`` points: 0 while a piece of equipment answers, 1 while it does not.

For a polled device its driver says so. Equipment that speaks by itself (MQTT) is heard or not: a usable, unusable or even
garbled message is a sign of life, a COMM_LOST sample (last will, broker gone) or a silence longer than its longest
``stale_after_s`` is not; a retained message says nothing about the present.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from console.domain.estate import CommSource, Estate, Modbus, Point
from console.domain.quality import Quality
from console.domain.samples import Batch
from console.domain.times import seconds
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.live import LiveTable

SILENT, ANSWERS = 1, 0


def lost(live: LiveTable, comm_point: Point | None) -> bool:
    """Whether a comm_state point says that its device does not answer; right after a start what it said last still counts."""
    return comm_point is not None and live.last(comm_point.number) == SILENT


@dataclass
class _Speaker:
    """Equipment that speaks by itself. ``heard`` UTC ns."""

    equipment: str
    connection: str
    number: int  # of its comm_state point
    patience: int
    heard: int


class Comms:
    """Writes comm_state samples into the data's route."""

    def __init__(self, take: Callable[[Batch], None], deadlines: Deadlines, clock: EngineClock) -> None:
        self._take = take
        self._deadlines = deadlines
        self._clock = clock
        self._polled: dict[tuple[str, int], list[int]] = {}
        self._speakers: dict[str, _Speaker] = {}
        self._speaker_of: dict[int, _Speaker] = {}
        self._speaking = np.zeros(0, np.bool_)
        self._states: dict[int, int] = {}

    def configure(self, estate: Estate) -> None:
        """Another configuration; equipment that stays keeps its state."""
        polled_connections = {connection.id for connection in estate.connections if isinstance(connection, Modbus)}
        self._polled = {}
        before, self._speakers = self._speakers, {}
        now = self._clock.now()
        for point in estate.points:
            source = point.source
            if not isinstance(source, CommSource):
                continue
            if source.connection in polled_connections:
                self._polled.setdefault((source.connection, source.unit), []).append(point.number)
            else:
                old = before.get(point.equipment)
                heard = now if old is None else old.heard
                self._speakers[point.equipment] = _Speaker(point.equipment, source.connection, point.number, 0, heard)
        self._speaker_of = {}
        for point in estate.points:
            speaker = self._speakers.get(point.equipment)
            if speaker is not None and point.number != speaker.number:
                speaker.patience = max(speaker.patience, seconds(point.stale_after_s))
                self._speaker_of[point.number] = speaker
        self._speaking = np.zeros(max(self._speaker_of, default=0) + 1, np.bool_)
        self._speaking[list(self._speaker_of)] = bool(self._speaker_of)
        for name in before.keys() - self._speakers.keys():
            self._deadlines.cancel(("comm", name))
        for speaker in self._speakers.values():
            self._arm(speaker)

    def answering(self, connection: str, unit: int, answers: bool) -> None:
        """A driver says that a device (or, for those that listen, the whole connection) answers or does not."""
        state = ANSWERS if answers else SILENT
        numbers = self._polled.get((connection, unit), [])
        if not numbers and not answers:  # a broker that is gone takes all of its equipment along
            numbers = [speaker.number for speaker in self._speakers.values() if speaker.connection == connection]
        self._write([(number, state) for number in numbers])

    def heard(self, batch: Batch) -> None:
        """Look for signs of life in samples; costs nothing for polled devices."""
        inside = batch.points[batch.points < len(self._speaking)]
        if not len(inside) or not self._speaking[inside].any():
            return
        now = self._clock.now()
        states: dict[int, int] = {}
        for number, quality in zip(batch.points.tolist(), batch.quality.tolist(), strict=True):
            speaker = self._speaker_of.get(number)
            if speaker is None or quality == Quality.STALE:
                continue
            if quality == Quality.COMM_LOST:
                states[speaker.number] = SILENT
                continue
            states[speaker.number] = ANSWERS
            speaker.heard = now
            self._arm(speaker)
        self._write(list(states.items()))

    def _arm(self, speaker: _Speaker) -> None:
        if speaker.patience:
            self._deadlines.set(("comm", speaker.equipment), speaker.heard + speaker.patience, lambda: self._check(speaker))

    def _check(self, speaker: _Speaker) -> None:
        self._write([(speaker.number, SILENT)])

    def _write(self, states: list[tuple[int, int]]) -> None:
        new = [(number, state) for number, state in states if self._states.get(number) != state]
        if not new:
            return
        self._states.update(new)
        now = self._clock.now()
        self._take(
            Batch(
                np.array([number for number, _ in new], np.int32),
                np.array([state for _, state in new], np.int64),
                np.zeros(len(new), np.uint8),
                now,
                now,
            )
        )
