"""Whose turn it is on a line."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.fairness import STREAK, FairQueue


@dataclass(frozen=True)
class Ask:
    who: int
    what: int = 0
    lane: bool = False


def drain(queue: FairQueue[Ask]) -> list[Ask]:
    taken = []
    while (turn := queue.pop()) is not None:
        taken.append(turn)
    return taken


def queue_of(*turns: Ask) -> FairQueue[Ask]:
    queue: FairQueue[Ask] = FairQueue()
    for turn in turns:
        queue.push(turn)
    return queue


def test_units_take_turns_however_much_each_has_waiting() -> None:
    queue = queue_of(*(Ask(1, n) for n in range(3)), Ask(2), Ask(3))
    assert len(queue) == 5
    assert [turn.who for turn in drain(queue)] == [1, 2, 3, 1, 1]


def test_the_requests_of_one_unit_keep_their_order() -> None:
    assert [turn.what for turn in drain(queue_of(*(Ask(1, n) for n in range(5))))] == [0, 1, 2, 3, 4]


def test_the_priority_lane_goes_first_but_starves_nobody() -> None:
    queue = queue_of(Ask(1), Ask(2), *(Ask(9, n, lane=True) for n in range(2 * STREAK)))
    assert [turn.who for turn in drain(queue)] == [9] * STREAK + [1] + [9] * STREAK + [2]


def test_priority_requests_alone_never_wait() -> None:
    assert len(drain(queue_of(*(Ask(9, n, lane=True) for n in range(3 * STREAK))))) == 3 * STREAK


def test_a_unit_that_is_given_up_leaves_the_queue() -> None:
    queue = queue_of(Ask(1), Ask(2), Ask(1, lane=True))
    queue.drop(1)
    queue.drop(7)
    assert drain(queue) == [Ask(2)]
