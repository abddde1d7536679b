"""Texts and device clocks: fixed frames, every byte order, and round trips by Hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.domain.estate import ValueKind
from console.domain.quality import Quality
from drivers.decode import BlockDecoder
from tests.helpers.estates import register

GOOD, BAD, NONE = Quality.GOOD, Quality.BAD, Quality.NOT_AVAILABLE


def read(payload: bytes, kind: str = "text", **more: Any) -> tuple[str, Quality]:
    """One point's text and quality out of a block that begins three registers before it."""
    length = {"length": len(payload) // 2} if kind == "text" else {}
    point = register(1, 103, kind, value=ValueKind.TEXT, **length, **more)
    (part,) = BlockDecoder(3, 100, [point]).decode(b"\xaa" * 6 + payload + b"\xbb\xbb")
    assert isinstance(part.values, list)
    return part.values[0], Quality(int(part.quality[0]))


def swapped(raw: bytes) -> bytes:
    """The two bytes of every register in the other order."""
    return b"".join(raw[place : place + 2][::-1] for place in range(0, len(raw), 2))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"SDM630\0\0", ("SDM630", GOOD)),
        (b"SDM630  ", ("SDM630", GOOD)),
        (b"\0\0\0\0", ("", GOOD)),
        (b"V1\0\xff\xfe\x01", ("V1", GOOD)),
        (b"V1\xff\xff", ("V1", GOOD)),
        ("1号水泵".encode("gbk") + b"\0", ("1号水泵", GOOD)),
        ("联通".encode("gbk"), ("联通", GOOD)),  # these bytes are UTF-8 as well, of other characters
        ("水泵房".encode("gbk")[:5] + b"\0", ("水泵", GOOD)),
        (b"\xff\xff\xff\xff", ("", NONE)),
        (b"\x01\x02AB", ("", BAD)),
        (b"\x80\x80AB", ("", BAD)),
        (b"A\xff\xffB", ("", BAD)),
    ],
)
def test_a_text_is_what_stands_before_its_first_zero(raw: bytes, expected: tuple[str, Quality]) -> None:
    assert read(raw) == expected
    assert read(swapped(raw), order="BADC") == expected


@pytest.mark.parametrize(
    ("kind", "frame", "expected"),
    [
        ("time3", "1a0b150e0509", "2026-11-21 14:05:09"),
        ("time3bcd", "261121140509", "2026-11-21 14:05:09"),
        ("time6", "07ea000b0015000e00050009", "2026-11-21 14:05:09"),
        ("time6", "001a000b0015000e00050009", "2026-11-21 14:05:09"),
        ("time4", "001a0bd50e052366", "2026-11-21 14:05:09"),  # with its weekday, 9062 ms
        ("time4", "001a0b158e052366", "2026-11-21 14:05:09"),  # summer time: what the clock shows counts
        ("time2", "499602d2", "2009-02-13 23:31:30Z"),
    ],
)
def test_a_device_clock_reads_as_it_shows(kind: str, frame: str, expected: str) -> None:
    raw = bytes.fromhex(frame)
    assert read(raw, kind) == (expected, GOOD)
    assert read(swapped(raw), kind, order="BADC") == (expected, GOOD)


@pytest.mark.parametrize(
    ("kind", "frame", "quality"),
    [
        ("time3", "000000000000", NONE),
        ("time3", "ffffffffffff", NONE),
        ("time3bcd", "000000000000", NONE),
        ("time6", "ff" * 12, NONE),
        ("time2", "00000000", NONE),
        ("time2", "ffffffff", NONE),
        ("time4", "001a0b150e852366", NONE),  # the device says itself that it does not know
        ("time3", "1a0d150e0509", BAD),
        ("time3", "1a021e0e0509", BAD),
        ("time3", "1a0b150e053c", BAD),
        ("time3bcd", "26112114050a", BAD),
        ("time6", "4e20000b0015000e00050009", BAD),
        ("time6", "07ea0b0b0015000e00050009", BAD),
        ("time4", "001a0b150e05ea60", BAD),
    ],
)
def test_what_no_calendar_has_is_no_time(kind: str, frame: str, quality: Quality) -> None:
    assert read(bytes.fromhex(frame), kind) == ("", quality)


@given(st.datetimes(datetime.fromisoformat("2001-01-01"), datetime.fromisoformat("2099-12-31")))
def test_every_moment_of_the_century_comes_back_in_every_form(moment: datetime) -> None:
    parts = moment.timetuple()[:6]
    short = (parts[0] - 2000, *parts[1:])
    expected = (f"{moment:%Y-%m-%d %H:%M:%S}", GOOD)
    milliseconds = parts[5] * 1000 + moment.microsecond // 1000
    iec = bytes((0, short[0], parts[1], parts[2] | moment.isoweekday() << 5, parts[3], parts[4])) + milliseconds.to_bytes(2, "big")
    assert read(bytes(short), "time3") == expected
    assert read(bytes(int(str(part), 16) for part in short), "time3bcd") == expected
    assert read(b"".join(part.to_bytes(2, "big") for part in parts), "time6") == expected
    assert read(iec, "time4") == expected


@given(st.integers(1, 2**32 - 2))
def test_unix_seconds_come_back_in_all_four_orders(seconds: int) -> None:
    raw = seconds.to_bytes(4, "big")
    expected = (datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ"), GOOD)
    assert read(raw, "time2") == expected
    assert read(raw[2:] + raw[:2], "time2", order="CDAB") == expected
    assert read(swapped(raw), "time2", order="BADC") == expected
    assert read(raw[::-1], "time2", order="DCBA") == expected


@given(st.binary(min_size=12, max_size=12), st.sampled_from(["text", "time2", "time3", "time3bcd", "time4", "time6"]))
@example(b"\xff\x39\x31\x30" + bytes(8), "text")
def test_no_bytes_whatsoever_make_a_text_that_cannot_be_shown(raw: bytes, kind: str) -> None:
    size = {"time2": 4, "time3": 6, "time3bcd": 6, "time4": 8}.get(kind, 12)
    text, quality = read(raw[:size], kind)
    assert text.isprintable()
    assert quality is GOOD or text == ""


def test_texts_and_numbers_of_one_block_come_apart_and_are_lost_together() -> None:
    points = [
        register(1, 0),
        register(2, 1, "text", length=2, value=ValueKind.TEXT),
        register(3, 3, scale=0.1),
        register(4, 4, "time3", value=ValueKind.TEXT),
    ]
    decoder = BlockDecoder(3, 0, points)
    parts = decoder.decode(b"\0\x07AB12\0\x0f\x1a\x0b\x15\x0e\x05\x09")
    assert [(part.points.tolist(), list(part.values)) for part in parts] == [
        ([1], [7]),
        ([3], [1.5]),
        ([2, 4], ["AB12", "2026-11-21 14:05:09"]),
    ]
    lost = decoder.lost(Quality.COMM_LOST)
    assert lost[2].values == ["AB12", "2026-11-21 14:05:09"]
    assert {int(quality) for part in lost for quality in part.quality} == {Quality.COMM_LOST}
    assert BlockDecoder(3, 0, points[1:2]).lost(Quality.BAD)[0].values == [""]
