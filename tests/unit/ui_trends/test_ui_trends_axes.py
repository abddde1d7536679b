"""Round local times at every zoom, over a change of summer time too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication

from console.ui.trends.axes import TimeAxis


def labels(qapp: QApplication, since: str, seconds: float, zone: str = "Asia/Shanghai") -> list[str]:
    """What a 1,000 pixel axis says."""
    axis = TimeAxis()
    axis.zone_name = zone
    low = datetime.fromisoformat(since).replace(tzinfo=UTC).timestamp()
    ((spacing, values),) = axis.tickValues(low, low + seconds, 1000)
    return axis.tickStrings(values, 1.0, spacing)


@pytest.mark.parametrize(
    ("since", "seconds", "said"),
    [
        ("2026-11-20T23:59:00", 60, ["07:59:00", "07:59:10", "07:59:20", "07:59:30", "07:59:40", "07:59:50", "08:00:00"]),
        ("2026-11-21T00:00:00", 3600, ["08:00", "08:10", "08:20", "08:30", "08:40", "08:50", "09:00"]),
        ("2026-11-20T14:00:00", 8 * 3600, ["22:00", "23:00", "11-21", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00"]),
        ("2026-11-01T00:00:00", 4 * 86400, ["12:00", "11-02", "12:00", "11-03", "12:00", "11-04", "12:00", "11-05"]),
    ],
)
def test_ticks_stand_at_round_local_times(qapp: QApplication, since: str, seconds: float, said: list[str]) -> None:
    assert labels(qapp, since, seconds) == said


def test_a_year_has_months_and_five_years_have_years(qapp: QApplication) -> None:
    assert labels(qapp, "2026-01-15T00:00:00", 365 * 86400) == ["2026-04", "2026-07", "2026-10", "2027-01"]
    assert labels(qapp, "2021-11-21T00:00:00", 5 * 365 * 86400) == [
        f"{year}-{month}" for year in range(2022, 2027) for month in ("01", "07")
    ]
    assert labels(qapp, "2010-11-21T00:00:00", 10 * 365 * 86400) == [str(year) for year in range(2011, 2021)]


def test_days_begin_at_midnight_after_the_clocks_were_changed_too(qapp: QApplication) -> None:
    said = labels(qapp, "2026-03-20T12:00:00", 16 * 86400, "Europe/Berlin")
    assert len(said) == 8
    assert all(len(text) == 5 and text[2] == "-" for text in said)  # a date each, no hours beside it
