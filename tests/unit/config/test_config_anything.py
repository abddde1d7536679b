"""Whatever is in the file, the loader answers with an estate or with mistakes, never with an exception, and soon."""

from __future__ import annotations

import time

import msgspec
import pytest
import yaml
from config_builders import site
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import durations, tree
from config.demo.site import site_text
from config.loader import load_text
from console.domain.estate import Estate
from console.texts import LANGUAGES, sentence

LIFT = "{id: L1, type: monarch_nice3000, name: {zh: 梯, en: Lift}, location: T1, connection: gw, unit: 1, poll: {fault_code: 2 s}}"
WHOLE = site(LIFT, "{id: W1, type: mqtt_water_meter, name: 表, location: T1, connection: mq, with: {topic: m/1}}") + (
    "response: {p3: {respond: 90 min}, warn_percent: [50, 80]}\nplans:\n  - {equipment: L1, key: k, title: 题, every: 3 months}\n"
)
calm = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answers(text: str) -> None:
    loaded = load_text(text, "x.yaml")
    assert (loaded.estate is None) == bool(loaded.mistakes)
    for mistake in (*loaded.mistakes, *loaded.warnings):
        assert mistake.line >= 1
        for language in LANGUAGES:
            assert sentence(mistake.problem, language) != mistake.problem.code


@calm
@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    answers(text)


@calm
@given(
    st.integers(0, len(WHOLE)),
    st.integers(0, 12),
    st.sampled_from(["", "x", "{", "}", "[", "]", ":", ",", "-", "\n", "\t", "0", "*a", "&a ", "!!x ", "${n}", "null", "~", '"']),
)
def test_a_right_file_with_a_slip_of_the_pen_gets_an_answer(at: int, cut: int, typed: str) -> None:
    answers(WHOLE[:at] + typed + WHOLE[at + cut :])


leaves = st.one_of(st.none(), st.booleans(), st.integers(-5, 300), st.floats(allow_nan=True), st.text(max_size=8))
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=8
)


@calm
@given(st.sampled_from(["site", "locations", "connections", "types", "equipment", "response", "plans"]), trees)
def test_a_section_of_any_shape_gets_an_answer(section: str, tree: object) -> None:
    answers("site: {id: s, name: 项目}\n" + f"{section}: {msgspec.json.encode(tree).decode()}\n")


@calm
@given(st.sampled_from(["with", "poll", "names", "points", "alarms", "plans", "facts", "unit", "connection", "name"]), trees)
def test_an_equipment_key_of_any_shape_gets_an_answer(key: str, tree: object) -> None:
    line = {"id": "P1", "type": "grundfos_cim500", "name": "泵", "location": "T1", "connection": "gw", "unit": 1, key: tree}
    answers(site(msgspec.json.encode(line).decode()))


@given(st.text(max_size=20))
def test_any_duration_gets_an_answer(text: str) -> None:
    durations.nanoseconds(text)
    durations.interval(text)


@given(st.integers(1, 10_000), st.sampled_from(["s", "min", "h", "d"]))
def test_a_duration_reads_back_what_it_shows(amount: int, unit: str) -> None:
    length = durations.nanoseconds(f"{amount} {unit}")
    assert length is not None
    assert durations.nanoseconds(durations.words(length)) == length


def test_an_estate_travels_unchanged() -> None:
    estate = load_text(WHOLE, "x").estate
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(estate), type=Estate) == estate


def test_the_demo_estate_loads_quickly_and_without_mistakes() -> None:
    text = site_text(15000, 18830, "提示", "Hint")
    loaded = load_text(text, "demo.yaml")
    assert loaded.mistakes == ()
    assert loaded.estate is not None
    assert len(loaded.estate.points) >= 2300
    best = min(_seconds(text) for _ in range(3))
    assert best < 1.0  # measured 0.1 s; ten times that means that something got out of hand


def test_the_slow_parser_of_a_machine_without_libyaml_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load_text(WHOLE, "x")
    slipped = [WHOLE.replace("name: 表", "name: 表}"), WHOLE.replace("name: 1号楼}", "name: 1号楼"), "site:\n  id: s\n name: t\n"]
    lines = [[(mistake.line, mistake.problem.code) for mistake in load_text(text, "x").mistakes] for text in slipped]
    monkeypatch.setattr(tree, "_Loader", yaml.SafeLoader)
    assert load_text(WHOLE, "x") == fast
    for text, expected in zip(slipped, lines, strict=True):
        slow = [(mistake.line, mistake.problem.code) for mistake in load_text(text, "x").mistakes]
        assert [code for _, code in slow][:1] == [code for _, code in expected][:1]


def _seconds(text: str) -> float:
    began = time.perf_counter()
    load_text(text, "demo.yaml")
    return time.perf_counter() - began
