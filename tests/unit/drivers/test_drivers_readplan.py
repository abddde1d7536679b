"""The read plan: fewest requests, within every limit; and what is learned from refusals."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.estate import ModbusDevice, Point
from drivers.decode import modbus
from drivers.learning import PATIENCE, Diagnosis
from drivers.readplan import NOTHING_LEARNED, Block, Learned, build, width
from tests.helpers.estates import register


def device(**more: object) -> ModbusDevice:
    return ModbusDevice(1, "E1", **more)  # type: ignore[arg-type]


def reads(points: list[Point], limits: ModbusDevice, learned: dict[int, Learned] | None = None) -> list[tuple[int, int, int]]:
    return [(block.function, block.address, block.count) for block in build(points, limits, learned).blocks]


def at(*addresses: int, kind: str = "u16", **more: object) -> list[Point]:
    return [register(address + 1, address, kind, **more) for address in addresses]


def test_neighbours_are_one_request() -> None:
    assert reads(at(*range(40)), device()) == [(3, 0, 40)]


def test_points_of_two_registers_are_read_whole() -> None:
    assert reads(at(0, 2, 4, kind="f32"), device()) == [(3, 0, 6)]


def test_a_gap_is_read_across_only_if_it_is_allowed() -> None:
    assert reads(at(0, 1, 4), device()) == [(3, 0, 2), (3, 4, 1)]
    assert reads(at(0, 1, 4), device(max_gap=2)) == [(3, 0, 5)]
    assert reads(at(0, 1, 5), device(max_gap=2)) == [(3, 0, 2), (3, 5, 1)]


def test_a_request_is_never_longer_than_the_device_or_the_protocol_allows() -> None:
    assert reads(at(*range(200)), device(max_regs=1000)) == [(3, 0, 125), (3, 125, 75)]
    assert reads(at(*range(30)), device(max_regs=14)) == [(3, 0, 14), (3, 14, 14), (3, 28, 2)]


def test_a_value_is_never_cut_in_two() -> None:
    assert reads(at(0, 2, 4, 6, kind="u32"), device(max_regs=5)) == [(3, 0, 4), (3, 4, 4)]


def test_bits_have_their_own_limit() -> None:
    points = at(*range(3000), kind="bool", function=1)
    assert reads(points, device()) == [(1, 0, 2000), (1, 2000, 1000)]
    assert reads(points[:20], device(max_bits=16)) == [(1, 0, 16), (1, 16, 4)]


def test_functions_and_intervals_are_apart() -> None:
    points = [*at(0, 1), *at(2, 3, function=4), *at(4, poll_ms=5000)]
    assert reads(points, device()) == [(3, 0, 2), (3, 4, 1), (4, 2, 2)]
    assert [block.poll_ms for block in build(points, device()).blocks] == [100, 5000, 100]


def test_several_points_of_one_register_cost_one_register() -> None:
    assert reads([register(bit, 7, bit=bit) for bit in range(16)], device()) == [(3, 7, 1)]


def test_a_wide_point_over_narrow_ones_does_not_shorten_the_request() -> None:
    assert reads([register(1, 0, "u64"), register(2, 1)], device()) == [(3, 0, 4)]


def test_a_forbidden_range_is_neither_read_nor_read_across() -> None:
    plan = build(at(0, 1, 5, 6), device(max_gap=10, forbidden=((3, 3),)))
    assert [(block.address, block.count) for block in plan.blocks] == [(0, 2), (5, 2)]
    plan = build(at(0, 1, 2), device(max_gap=10, forbidden=((1, 1),)))
    assert [(block.address, block.count) for block in plan.blocks] == [(0, 1), (2, 1)]
    assert [point.number for point in plan.unreadable] == [2]


def test_a_point_that_is_longer_than_a_request_is_unreadable() -> None:
    plan = build([register(1, 0, "u64"), register(2, 4)], device(max_regs=2))
    assert [point.number for point in plan.unreadable] == [1]
    assert [(block.address, block.count) for block in plan.blocks] == [(4, 1)]


def test_a_priority_device_has_priority_blocks() -> None:
    assert build(at(0), device(priority=True)).blocks[0].priority


def test_a_bad_address_stands_alone_and_is_not_read_across() -> None:
    points = [*at(0, 1, 2, 3), register(99, 1, bit=4)]
    known = {3: Learned(bad=frozenset({1}))}
    assert reads(points, device(max_gap=10), known) == [(3, 0, 1), (3, 2, 2), (3, 1, 1)]
    assert reads(at(0, 2), device(max_gap=10), known) == [(3, 0, 1), (3, 2, 1)]


def test_a_hole_is_not_read_across_and_a_cap_is_kept() -> None:
    known = {3: Learned(holes=frozenset({(2, 4)}), cap=3)}
    assert reads(at(0, 1, 5, 6), device(max_gap=10), known) == [(3, 0, 2), (3, 5, 2)]
    assert reads(at(*range(6)), device(), known) == [(3, 0, 3), (3, 3, 3)]
    assert reads(at(*range(6)), device(max_regs=2), known) == [(3, 0, 2), (3, 2, 2), (3, 4, 2)]


def test_blocks_that_are_the_same_request_have_the_same_key() -> None:
    first, second = build(at(0, 1), device()).blocks[0], build(at(0, 1), device()).blocks[0]
    assert first.key == second.key
    assert first.key != build(at(0), device()).blocks[0].key
    assert first.last == 1


@given(
    st.sets(st.integers(0, 300), min_size=1, max_size=60),
    st.integers(1, 40),
    st.integers(0, 12),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3)), max_size=3),
)
def test_every_plan_keeps_every_limit_and_has_the_fewest_requests(
    addresses: set[int], most: int, gap: int, forbidden: list[tuple[int, int]]
) -> None:
    ranges = tuple((first, first + more) for first, more in forbidden)
    limits = device(max_regs=most, max_gap=gap, forbidden=ranges)
    plan = build(at(*addresses), limits)
    hidden = {address for first, last in ranges for address in range(first, last + 1)}
    assert {point.number - 1 for point in plan.unreadable} == addresses & hidden
    planned = [point.number - 1 for block in plan.blocks for point in block.points]
    assert sorted(planned) == sorted(addresses - hidden)
    for block in plan.blocks:
        asked = set(range(block.address, block.last + 1))
        assert block.count <= most
        assert not asked & hidden
        inside = sorted(asked & addresses)
        assert all(b - a - 1 <= gap for a, b in itertools.pairwise(inside))
    assert len(plan.blocks) == fewest(sorted(addresses - hidden), most, gap, hidden)


def fewest(addresses: list[int], most: int, gap: int, hidden: set[int]) -> int:
    """The fewest requests, by trying every cut (dynamic programming over all of them)."""
    best = [0]
    for end in range(len(addresses)):
        options = []
        for start in range(end, -1, -1):
            run = addresses[start : end + 1]
            whole = run[-1] - run[0] + 1 <= most and not hidden & set(range(run[0], run[-1]))
            if whole and all(b - a - 1 <= gap for a, b in itertools.pairwise(run)):
                options.append(best[start] + 1)
        best.append(min(options))
    return best[-1]


# -- refusals ----------------------------------------------------------------------------------------------------


def examine(
    block: Block, bad: set[int], longest: int, limits: ModbusDevice, before: Learned = NOTHING_LEARNED
) -> tuple[Learned, int]:
    """Run a diagnosis against a device with bad addresses and a longest request; (what is learned, questions)."""
    diagnosis, questions = Diagnosis(block, limits), 0
    while not diagnosis.done:
        piece = diagnosis.next()
        questions += 1
        if piece.count > longest or bad & set(range(piece.address, piece.last + 1)):
            diagnosis.refused()
        else:
            diagnosis.answered()
    return diagnosis.learned(before), questions


def settle(points: list[Point], bad: set[int], longest: int, limits: ModbusDevice) -> tuple[list[Block], Learned, int]:
    """Plan, ask, learn until nothing that can be answered is refused."""
    learned, questions = NOTHING_LEARNED, 0
    for _ in range(200):
        blocks = build(points, limits, {3: learned}).blocks
        for block in blocks:
            if not (block.count > longest or bad & set(range(block.address, block.last + 1))):
                continue
            news, more = examine(block, bad, longest, limits, learned)
            questions += more
            if news != learned:
                learned = news
                break
        else:
            return list(blocks), learned, questions
    raise AssertionError("it never settles")


def test_a_bad_address_in_the_middle_costs_only_itself() -> None:
    blocks, learned, questions = settle(at(*range(40)), {17}, 125, device())
    assert learned.bad == {17}
    assert learned.holes == frozenset()
    assert learned.cap == 0
    assert [(block.address, block.count) for block in blocks] == [(0, 17), (18, 22), (17, 1)]
    assert questions <= 12


def test_a_refused_gap_becomes_a_hole_and_the_plan_stays_the_shortest() -> None:
    blocks, learned, questions = settle(at(*range(10), *range(20, 30)), set(range(10, 20)), 125, device(max_gap=20))
    assert learned == Learned(holes=frozenset({(10, 19)}))
    assert [(block.address, block.count) for block in blocks] == [(0, 10), (20, 10)]
    assert questions == 2


def test_a_bad_address_is_not_mistaken_for_a_hole() -> None:
    blocks, learned, _ = settle(at(*range(10), *range(12, 20)), {5}, 125, device(max_gap=5))
    assert learned == Learned(bad=frozenset({5}))
    assert [(block.address, block.count) for block in blocks] == [(0, 5), (6, 14), (5, 1)]


def test_a_device_with_a_short_limit_is_learned_by_halving() -> None:
    blocks, learned, _ = settle(at(*range(100)), set(), 30, device())
    assert learned == Learned(cap=25)
    assert [block.count for block in blocks] == [25, 25, 25, 25]


def test_a_cap_is_only_ever_lowered() -> None:
    block = build(at(*range(8)), device()).blocks[0]
    assert examine(block, set(), 4, device(), Learned(cap=2))[0].cap == 2


def test_nothing_is_learned_from_a_device_that_refuses_everything() -> None:
    block = build(at(*range(100)), device()).blocks[0]
    learned, questions = examine(block, set(range(100)), 125, device())
    assert learned is NOTHING_LEARNED
    assert questions <= PATIENCE


def test_a_single_address_cannot_be_taken_apart() -> None:
    block = build([register(1, 0, "u64"), register(2, 1), register(3, 3)], device()).blocks[0]
    assert Diagnosis(block, device()).done
    assert Diagnosis(block, device()).learned(NOTHING_LEARNED) is NOTHING_LEARNED


@settings(max_examples=60)
@given(
    st.sets(st.integers(0, 80), min_size=2, max_size=50),
    st.sets(st.integers(0, 80), max_size=5),
    st.integers(1, 60),
    st.integers(0, 8),
)
def test_learning_always_ends_with_every_good_point_read_and_every_bad_one_alone(
    addresses: set[int], bad: set[int], longest: int, gap: int
) -> None:
    if addresses <= bad:
        return
    blocks, _, _ = settle(at(*addresses), bad, longest, device(max_gap=gap))
    answered = {
        modbus(point).address
        for block in blocks
        if block.count <= longest and not bad & set(range(block.address, block.last + 1))
        for point in block.points
    }
    assert answered == addresses - bad


def test_a_point_is_as_wide_as_its_type() -> None:
    assert [width(modbus(register(1, 0, kind))) for kind in ("u8hi", "u16", "f32", "bcd32", "f64")] == [1, 1, 2, 2, 4]
    assert width(modbus(register(1, 0, "u64", function=1))) == 1


def test_a_unit_whose_points_are_all_forbidden_has_no_requests() -> None:
    plan = build(at(1, 2), device(forbidden=((0, 9),)))
    assert plan.blocks == ()
    assert len(plan.unreadable) == 2
