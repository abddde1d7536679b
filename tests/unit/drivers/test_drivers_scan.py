"""Walking over a unit's addresses: every address ends up in its right kind, and nothing is asked for that must not be."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.bench import RawRead, RawReply
from drivers.scan import Range, Walk


class Device:
    """The rules of one unit: which addresses it has, how many it gives at once, whether it wants them in pairs."""

    def __init__(self, has: set[int], longest: int = 125, *, silent: bool = False, pairs: bool = False) -> None:
        self.has, self.longest, self.silent, self.pairs = has, longest, silent, pairs
        self.asked: list[RawRead] = []

    def answer(self, ask: RawRead) -> RawReply:
        self.asked.append(ask)
        touched = range(ask.address, ask.address + ask.count)
        if self.silent:
            return RawReply("timeouts")
        if ask.count > self.longest or (self.pairs and (ask.count % 2 or ask.address % 2)):
            return RawReply("exceptions", exception=3)
        if not self.has.issuperset(touched):
            return RawReply("exceptions", exception=2)
        return RawReply("answers", b"".join(address.to_bytes(2, "big") for address in touched))


def walk(device: Device, first: int, last: int, limit: int = 0, forbidden: tuple[tuple[int, int], ...] = ()) -> list[Range]:
    walking = Walk(1, 3, first, last, limit, forbidden)
    while (ask := walking.next()) is not None:
        assert len(device.asked) < 5000
        walking.told(device.answer(ask))
    if not walking.dead:
        assert walking.done == last - first + 1
    return walking.ranges


def kinds(ranges: list[Range]) -> list[tuple[int, int, str]]:
    return [(found.first, found.last, found.state) for found in ranges]


def test_a_dense_map_is_read_in_ever_longer_reads() -> None:
    device = Device(set(range(1000)))
    assert kinds(walk(device, 0, 499)) == [(0, 499, "answers")]
    assert [ask.count for ask in device.asked] == [16, 32, 64, 125, 125, 125, 13]


def test_a_hole_costs_only_its_own_addresses() -> None:
    device = Device(set(range(200)) - {77})
    assert kinds(walk(device, 0, 149)) == [(0, 76, "answers"), (77, 77, "refused"), (78, 149, "answers")]
    assert len(device.asked) < 25


def test_the_longest_read_that_a_unit_takes_is_learned() -> None:
    device = Device(set(range(1000)), longest=20)
    assert kinds(walk(device, 0, 299)) == [(0, 299, "answers")]
    assert sum(ask.count > 20 for ask in device.asked) == 1


def test_registers_that_only_come_in_pairs_are_found_behind_a_gap() -> None:
    assert kinds(walk(Device(set(range(10, 20)), pairs=True), 0, 21)) == [
        (0, 9, "refused"), (10, 19, "answers"), (20, 21, "refused"),
    ]  # fmt: skip


def test_the_values_lie_beside_their_addresses() -> None:
    (_, found, _) = walk(Device({5, 6, 7}), 4, 8)
    assert (found.first, bytes(found.data)) == (5, b"\0\5\0\6\0\7")


def test_a_silent_unit_is_given_up_after_a_few_questions() -> None:
    device = Device(set(), silent=True)
    walking = Walk(1, 3, 0, 999)
    while (ask := walking.next()) is not None:
        walking.told(device.answer(ask))
    assert walking.dead
    assert len(device.asked) < 12


@pytest.mark.parametrize("function", [1, 3])
def test_the_last_address_is_the_end(function: int) -> None:
    walking = Walk(1, function, 65530, 70000)
    ask = walking.next()
    assert ask is not None
    assert ask.address + ask.count - 1 == 65535


@settings(max_examples=150)
@given(
    has=st.sets(st.integers(0, 120), max_size=121),
    longest=st.integers(1, 125),
    limit=st.integers(1, 125),
    forbidden=st.lists(
        st.tuples(st.integers(0, 120), st.integers(0, 10)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=3
    ),
)
def test_whatever_a_unit_has_is_found_and_no_limit_is_broken(
    has: set[int], longest: int, limit: int, forbidden: list[tuple[int, int]]
) -> None:
    device = Device(has, longest)
    ranges = walk(device, 0, 120, limit, tuple(forbidden))
    state = {address: found.state for found in ranges for address in range(found.first, found.last + 1)}
    barred = {address for low, high in forbidden for address in range(low, high + 1)}
    assert set(state) == set(range(121))
    for address in range(121):
        assert state[address] == ("forbidden" if address in barred else "answers" if address in has else "refused")
    for ask in device.asked:
        assert ask.count <= limit
        assert not barred & set(range(ask.address, ask.address + ask.count))
