"""Clocks, badges and times as people read them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from console.domain.faults import Clock
from console.domain.promises import ClockView
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.texts import CHINESE, ENGLISH, set_language
from console.ui import theme
from console.ui.moments import age_text, clock_text, from_local, full_text, local, parse_typed, short_text
from console.ui.widgets.badges import Badge, paint_badge
from console.ui.widgets.clocks import Urgency, clock_colour, paint_bar, promise_text, remaining_text, span_text, urgency
from tests.helpers.reading_screens import colours_in, share_of
from tests.helpers.snapshots import NOW

SHANGHAI = "Asia/Shanghai"


def view(percent: float, *, stopped: bool = False, limit: int = 2 * HOUR, clock: Clock = Clock.RESPOND) -> ClockView:
    elapsed = round(limit * percent / 100)
    return ClockView(
        clock, limit, NOW + limit - elapsed, NOW if stopped else None, limit - elapsed, percent, elapsed >= limit, paused=0
    )  # fmt: skip


@pytest.mark.parametrize(
    ("percent", "loud"),
    [
        (0, Urgency.CALM), (49, Urgency.CALM), (49.999, Urgency.CALM), (50, Urgency.WARNED), (79.9, Urgency.WARNED),
        (80, Urgency.PRESSING), (99.9, Urgency.PRESSING), (100, Urgency.BROKEN), (250, Urgency.BROKEN),
    ],
)  # fmt: skip
def test_a_running_clock_is_as_loud_as_its_used_part(percent: float, loud: Urgency) -> None:
    assert urgency(view(percent)) is loud


@pytest.mark.parametrize(("percent", "loud"), [(10, Urgency.STOPPED), (99, Urgency.STOPPED), (100, Urgency.BROKEN)])
def test_a_stopped_clock_is_quiet_unless_it_was_broken(percent: float, loud: Urgency) -> None:
    assert urgency(view(percent, stopped=True)) is loud


@pytest.mark.parametrize(
    ("span", "chinese", "english"),
    [
        (0, "00:00:00", "00:00:00"),
        (84 * MINUTE + 10 * SECOND, "01:24:10", "01:24:10"),
        (999_999_999, "00:00:00", "00:00:00"),
        (-3 * MINUTE - 5 * SECOND, "00:03:05", "00:03:05"),
        (48 * HOUR - SECOND, "47:59:59", "47:59:59"),
        (48 * HOUR, "2 天 00:00", "2 d 00:00"),
        (2 * DAY + 3 * HOUR + 10 * MINUTE, "2 天 03:10", "2 d 03:10"),
    ],
)
def test_a_span_is_a_clock_and_from_two_days_on_days(span: int, chinese: str, english: str) -> None:
    assert span_text(span) == chinese
    set_language(ENGLISH)
    assert span_text(span) == english


def test_a_broken_promise_says_by_how_much() -> None:
    assert remaining_text(view(50)) == "01:00:00"
    assert remaining_text(view(150)) == "+01:00:00"
    assert promise_text(view(50)) == "响应 01:00:00"
    assert promise_text(view(150)) == "响应超时 01:00:00"
    set_language(ENGLISH)
    assert promise_text(view(50)) == "Respond 01:00:00"
    assert promise_text(view(150)) == "Respond overdue 01:00:00"


def test_a_clock_takes_its_prioritys_colour_from_half_on() -> None:
    assert clock_colour(view(49), 2) == theme.colour("text")
    assert clock_colour(view(50), 2) == theme.colour("p2_text")
    assert clock_colour(view(150), 1) == theme.colour("p1_text")
    assert clock_colour(view(60, stopped=True), 2) == theme.colour("dim")


def drawn(size: QSize, paint: object) -> QImage:
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(theme.colour("window"))
    with QPainter(image) as painter:
        paint(painter)  # type: ignore[operator]
    return image


def test_the_bar_is_as_long_as_the_used_part_and_notched_when_broken() -> None:
    size, rect = QSize(200, 6), QRectF(0, 0, 200, 6)
    half = drawn(size, lambda painter: paint_bar(painter, rect, view(50), 2))
    assert share_of(half, theme.colour("p2")) == pytest.approx(0.5, abs=0.02)
    calm = drawn(size, lambda painter: paint_bar(painter, rect, view(25), 2))
    assert share_of(calm, theme.colour("p2")) == 0
    assert share_of(calm, theme.colour("faint")) == pytest.approx(0.25, abs=0.02)
    broken = drawn(size, lambda painter: paint_bar(painter, rect, view(200), 2))
    assert 0.1 < share_of(broken, theme.colour("panel")) < 0.4  # another shape, not only another colour
    assert share_of(broken, theme.colour("band")) == 0


@pytest.mark.parametrize("name", list(theme.TOKENS))
def test_the_four_badges_differ_in_shape_not_only_in_colour(name: str, qapp: object) -> None:
    masks = set()
    theme_was = theme.current()
    theme.apply(qapp, name)  # type: ignore[arg-type]
    for priority in (1, 2, 3, 4):
        image = drawn(QSize(40, 40), lambda painter, p=priority: paint_badge(painter, QRectF(0, 0, 40, 40), p))
        ground = theme.colour("window").rgb()
        corners = tuple(image.pixel(x, y) != ground for x, y in ((3, 3), (20, 3), (36, 3), (3, 36), (6, 20), (10, 10)))
        masks.add(corners)
        assert theme.priority_colour(priority).name() in colours_in(image)
    theme.apply(qapp, theme_was)  # type: ignore[arg-type]
    assert len(masks) == 4


def test_a_badge_without_a_priority_is_empty(qtbot: object) -> None:
    badge = Badge(2)
    qtbot.addWidget(badge)  # type: ignore[attr-defined]
    badge.show()
    assert share_of(badge.grab().toImage().convertToFormat(QImage.Format.Format_RGB32), theme.colour("p2")) > 0.1
    badge.set_priority(0)
    assert len(colours_in(badge.grab().toImage().convertToFormat(QImage.Format.Format_RGB32))) == 1


def test_an_unacknowledged_badge_dims() -> None:
    bright = drawn(QSize(20, 20), lambda painter: paint_badge(painter, QRectF(0, 0, 20, 20), 1))
    dark = drawn(QSize(20, 20), lambda painter: paint_badge(painter, QRectF(0, 0, 20, 20), 1, brightness=0.45))
    assert QColor(dark.pixel(4, 10)).red() < QColor(bright.pixel(4, 10)).red()


# --- moments. NOW is 2026-11-23 08:00:00 in Shanghai, 00:00:00 UTC


@pytest.mark.parametrize(
    ("typed", "zone", "meant"),
    [
        ("", SHANGHAI, 0),
        ("   ", SHANGHAI, 0),
        ("08:00", SHANGHAI, NOW),
        ("8:00", SHANGHAI, NOW),
        (" 07:05 ", SHANGHAI, NOW - 55 * MINUTE),
        ("07:05:30", SHANGHAI, NOW - 55 * MINUTE + 30 * SECOND),
        ("07：05", SHANGHAI, NOW - 55 * MINUTE),
        ("23:59", SHANGHAI, NOW + 16 * HOUR - MINUTE),
        ("11-22 08:00", SHANGHAI, NOW - DAY),
        ("2026-11-22 08:00", SHANGHAI, NOW - DAY),
        ("2026-11-22 08:00:01", SHANGHAI, NOW - DAY + SECOND),
        ("2026-11-22 08：00", SHANGHAI, NOW - DAY),
        ("00:00", "UTC", NOW),
        ("2026-11-22 00:00", "UTC", NOW - DAY),
        ("05:45", "Asia/Kathmandu", NOW),
        ("2026-07-01 00:00", "Asia/Tokyo", NOW - (145 * 24 + 9) * HOUR),
        ("00:00", "no/such/zone", NOW),
    ],
)
def test_a_typed_time_is_the_sites_local_time(typed: str, zone: str, meant: int) -> None:
    assert parse_typed(typed, NOW, zone) == meant


@pytest.mark.parametrize("typed", ["25:00", "14.05", "noon", "2026-13-01 10:00", "02-30 10:00", "2026-11-22", "14:05 x", "14:5:99"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=typed[:2]):
        parse_typed(typed, NOW, SHANGHAI)


def test_today_is_the_sites_today_not_utcs() -> None:
    evening = NOW + 20 * HOUR  # 04:00 of the 24th in Shanghai, still the 23rd in UTC
    assert full_text(parse_typed("03:00", evening, SHANGHAI), SHANGHAI) == "2026-11-24 03:00"


def test_times_are_shown_in_the_sites_zone() -> None:
    assert clock_text(NOW + 5 * SECOND, SHANGHAI) == "08:00:05"
    assert full_text(NOW, SHANGHAI) == "2026-11-23 08:00"
    assert full_text(0, SHANGHAI) == ""
    assert short_text(NOW - HOUR, NOW, SHANGHAI) == "07:00:00"
    assert short_text(NOW - 9 * HOUR, NOW, SHANGHAI) == "11-22 23:00"
    assert short_text(0, NOW, SHANGHAI) == ""
    assert from_local(local(NOW + 1_000, SHANGHAI)) == NOW + 1_000


@pytest.mark.parametrize(
    ("age", "chinese", "english"),
    [
        (-SECOND, "0.0 秒", "0.0 s"), (800_000_000, "0.8 秒", "0.8 s"), (12 * SECOND, "12 秒", "12 s"),
        (60 * SECOND, "1 分", "1 min"), (59 * MINUTE, "59 分", "59 min"), (3 * HOUR, "3 小时", "3 h"),
        (47 * HOUR, "47 小时", "47 h"), (2 * DAY, "2 天", "2 d"),
    ],
)  # fmt: skip
def test_an_age_has_the_unit_that_fits(age: int, chinese: str, english: str) -> None:
    set_language(CHINESE)
    assert age_text(age) == chinese
    set_language(ENGLISH)
    assert age_text(age) == english
