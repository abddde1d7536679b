"""Axes of the charts: the site's local time from seconds to years, and values with a scale that can be dragged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt

from console.domain.times import SECOND
from console.ui import theme
from console.ui.moments import from_local, local, zone

SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
DAYS = (1, 2, 7, 14)
MONTHS = (1, 3, 6, 12, 24)
DAY_S = 86400
LONGEST_NAME = 9  # letters of a state beside its axis
WIDTH, WIDE = 60, 84  # pixels of an axis of figures, of states


class TimeAxis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph ships no types
    """Seconds since 1970 as the site's local time, at round local moments."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.zone_name = "UTC"
        self.enableAutoSIPrefix(False)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Round local times, 90 pixels apart at least."""
        wanted = (high - low) / max(1.0, size / 90)
        step = next((step for step in SECONDS if step >= wanted), 0)
        if step:
            return [(float(step), self._seconds(low, high, step))]
        days = next((days for days in DAYS if days * DAY_S >= wanted), 0)
        if days:
            return [(float(days * DAY_S), self._days(low, high, days))]
        months = next((months for months in MONTHS if months * 30 * DAY_S >= wanted), MONTHS[-1])
        return [(months * 30.0 * DAY_S, self._months(low, high, months))]

    def _local(self, at: float) -> datetime:
        return local(round(at) * SECOND, self.zone_name)

    def _seconds(self, low: float, high: float, step: int) -> list[float]:
        offset = self._local(low).utcoffset() or timedelta()
        shift = int(offset.total_seconds())
        first = -(-(int(low) + shift) // step) * step - shift
        return [float(at) for at in range(first, int(high) + 1, step)]

    def _days(self, low: float, high: float, days: int) -> list[float]:
        day = self._local(low).date()
        day -= timedelta(days=day.toordinal() % days)
        found = []
        while (at := self._midnight(datetime(day.year, day.month, day.day))) <= high:  # noqa: DTZ001 - the zone is added there
            if at >= low:
                found.append(at)
            day += timedelta(days=days)
        return found

    def _months(self, low: float, high: float, months: int) -> list[float]:
        start = self._local(low)
        month = (start.year * 12 + start.month - 1) // months * months
        found = []
        while (at := self._midnight(datetime(month // 12, month % 12 + 1, 1))) <= high:  # noqa: DTZ001 - the zone is added there
            if at >= low:
                found.append(at)
            month += months
        return found

    def _midnight(self, day: datetime) -> float:
        return from_local(day.replace(tzinfo=zone(self.zone_name))) / SECOND

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """``14:05:30``, ``14:05``, ``11-21``, ``2026-11`` or ``2026``, as the spacing asks; the date where a day begins."""
        return [self._text(self._local(value), spacing) for value in values]

    def _text(self, moment: datetime, spacing: float) -> str:
        if spacing >= 360 * DAY_S:
            return moment.strftime("%Y")
        if spacing >= 28 * DAY_S:
            return moment.strftime("%Y-%m")
        if spacing >= DAY_S or moment.hour == moment.minute == moment.second == 0:
            return moment.strftime("%Y-%m-%d" if moment.timetuple().tm_yday == 1 else "%m-%d")
        return moment.strftime("%H:%M" if spacing >= 60 else "%H:%M:%S")


class ValueAxis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph ships no types
    """One scale. The wheel stretches it, dragging moves it, a double click fits it to what is shown."""

    def __init__(self, moved: Callable[[float, float], None], fitted: Callable[[], None]) -> None:
        super().__init__("left")
        self._moved, self._fitted = moved, fitted
        self.states: dict[int, str] = {}
        self.ends = (0.0, 1.0)
        self.enableAutoSIPrefix(False)
        self.setAcceptHoverEvents(True)

    def show_scale(self, low: float, high: float, token: str, unit: str, states: dict[int, str]) -> None:
        """From ``low`` to ``high``, in the colour of its pen if it has only one."""
        self.ends, self.states = (low, high), states
        self.setPen(theme.colour("line"))
        self.setTextPen(theme.colour(token))
        self.setStyle(tickFont=theme.font(12), tickLength=-4)
        self.setWidth(WIDE if states else WIDTH)
        self.setLabel(unit or None)
        self.label.setDefaultTextColor(theme.colour(token))
        self.label.setFont(theme.font(12))
        self.setRange(low, high)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Whole numbers for states."""
        if self.states:
            return [(1.0, [float(code) for code in self.states if low <= code <= high])]
        found: list[tuple[float, list[float]]] = super().tickValues(low, high, size)
        return found[:1]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Their names for states."""
        if self.states:
            names = [self.states.get(round(value), "") for value in values]
            return [name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" for name in names]
        found: list[str] = super().tickStrings(values, scale, spacing)
        return found

    def wheelEvent(self, event: Any) -> None:
        """Stretch or squeeze about the cursor."""
        low, high = self.ends
        height = max(1.0, self.boundingRect().height())
        at = high - (high - low) * event.pos().y() / height
        factor = 1.0015 ** -event.delta()
        self._moved(at - (at - low) * factor, at + (high - at) * factor)
        event.accept()

    def mouseDragEvent(self, event: Any) -> None:
        """Move."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        low, high = self.ends
        by = (event.pos().y() - event.lastPos().y()) / max(1.0, self.boundingRect().height()) * (high - low)
        self._moved(low + by, high + by)

    def mouseClickEvent(self, event: Any) -> None:
        """A double click fits."""
        if event.double():
            self._fitted()
            event.accept()
        else:
            event.ignore()
