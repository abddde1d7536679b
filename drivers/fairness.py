"""Whose turn it is on a line: round-robin over the units, with a priority lane for fire panels and elevators."""

from __future__ import annotations

from collections import deque
from typing import Generic, Protocol, TypeVar


class Turn(Protocol):
    """What waits for its turn."""

    @property
    def lane(self) -> bool:
        """True for the priority lane."""

    @property
    def who(self) -> int:
        """The unit: units take turns, however many requests each has waiting."""


T = TypeVar("T", bound=Turn)

STREAK = 4
"""After so many priority requests in a row one ordinary request is served, so that a panel with 5,000 registers cannot
starve the meters on its line."""


class FairQueue(Generic[T]):
    """Requests that are due. Pop gives the next one in fairness."""

    def __init__(self) -> None:
        self._lanes: tuple[dict[int, deque[T]], dict[int, deque[T]]] = ({}, {})
        self._streak = 0

    def __len__(self) -> int:
        return sum(len(turns) for lane in self._lanes for turns in lane.values())

    def push(self, turn: T) -> None:
        """Behind the others of its unit."""
        self._lanes[turn.lane].setdefault(turn.who, deque()).append(turn)

    def pop(self) -> T | None:
        """The next one, or None if nothing waits."""
        ordinary, urgent = self._lanes
        if urgent and (self._streak < STREAK or not ordinary):
            self._streak += 1
            return _take(urgent)
        self._streak = 0
        return _take(ordinary) if ordinary else None

    def drop(self, who: int) -> list[T]:
        """Forget what waits for one unit; what it was."""
        return [turn for lane in self._lanes for turn in lane.pop(who, ())]


def _take(lane: dict[int, deque[T]]) -> T:
    who = next(iter(lane))
    turns = lane.pop(who)
    turn = turns.popleft()
    if turns:
        lane[who] = turns  # behind the others
    return turn
