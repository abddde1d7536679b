"""Words to bytes and back."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.commands import AcknowledgeAlarms, Command, SignOn
from console.link.codec import Garbled, encode, from_collector, from_console
from console.link.messages import Ask, Delta, FromCollector, FromConsole, Hello, Live


def test_every_message_and_command_has_its_own_tag() -> None:
    for union in (FromConsole, FromCollector, Command):
        kinds = get_args(union)
        tags = {kind.__struct_config__.tag for kind in kinds}
        assert len(tags) == len(kinds)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_are_refused(data: bytes) -> None:
    for decode in (from_console, from_collector):
        try:
            assert type(decode(data)).__module__ == "console.link.messages"
        except Garbled as garbled:
            assert garbled.problem.code == "link.garbled"


@given(st.lists(st.integers(0, 2**31 - 1), max_size=20).map(tuple), st.text(max_size=50), st.integers(0, 2**62))
def test_a_command_arrives_as_it_was_sent(numbers: tuple[int, ...], comment: str, seen: int) -> None:
    ask = Ask("id", seen, AcknowledgeAlarms(numbers, comment))
    assert from_console(encode(ask)) == ask


def test_integers_beyond_a_float_and_texts_arrive_exactly() -> None:
    delta = Delta(1, Live(exact={5: 2**64 - 1, 6: "故障"}))
    assert from_collector(encode(delta)) == delta


def test_numbers_of_the_wrong_type_are_refused() -> None:
    with pytest.raises(Garbled):
        from_console(encode({"type": "Hello", "protocol": "1", "program": "p", "station": "s"}))
    with pytest.raises(Garbled):
        from_console(encode({"type": "Denied"}))  # the collector's word, not a console's


def test_defaults_are_left_out_and_come_back() -> None:
    hello = Hello(1, "p", "s")
    assert from_console(encode(hello)) == hello
    assert b"secret" not in encode(hello)
    assert from_console(encode(Ask("a", 0, SignOn("w", "s")))).command == SignOn("w", "s")
