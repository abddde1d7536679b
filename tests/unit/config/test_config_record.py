"""How a point says that it is recorded only when it changes."""

from __future__ import annotations

from config_builders import codes, generic

from config.loader import load_text
from console.domain.estate import Recording

POINT = "points:\n  - {key: a, name: 甲, address: 1%s}"


def recording_of(more: str) -> Recording | None:
    estate = load_text(generic(POINT % more), "site.yaml").estate
    assert estate is not None
    return next(point.record for point in estate.points if point.key == "a")


def test_a_point_without_a_declaration_is_recorded_at_every_poll() -> None:
    assert recording_of("") is None


def test_dead_band_percent_and_heartbeat_are_read() -> None:
    assert recording_of(", record: {dead_band: 0.5, heartbeat: 5 min}") == Recording(0.5, 0.0, 300.0)
    assert recording_of(", record: {percent: 2}") == Recording(0.0, 2.0, 600.0)
    assert recording_of(", record: {}") == Recording()


def test_a_negative_dead_band_is_a_mistake() -> None:
    assert [code for _, code in codes(generic(POINT % ", record: {dead_band: -1}"))] == ["out_of_range"]
