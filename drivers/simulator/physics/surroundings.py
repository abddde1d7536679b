"""What all machines of one estate share: local time, the weather and the mains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.domain.times import DAY, HOUR, SECOND
from drivers.simulator.physics.noise import seed_of, smooth

_CHINA_OFFSET_S = 8 * 3600


def utc_offset_s(timezone: str, now: int) -> int:
    """Seconds that local time is ahead of UTC; China's where the system has no zone data (Windows without tzdata)."""
    try:
        offset = datetime.fromtimestamp(now // SECOND, UTC).astimezone(ZoneInfo(timezone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        return _CHINA_OFFSET_S
    return _CHINA_OFFSET_S if offset is None else int(offset.total_seconds())


@dataclass(slots=True)
class Surroundings:
    """Shared state. ``mains`` False is a power cut of the whole estate."""

    seed: int
    offset_s: int = _CHINA_OFFSET_S
    mains: bool = True

    def hour(self, now: int) -> float:
        """Local hour of the day, 0 <= hour < 24."""
        return ((now + self.offset_s * SECOND) % DAY) / HOUR

    def weekend(self, now: int) -> bool:
        """Saturday or Sunday, local (1 January 1970 was a Thursday)."""
        return ((now + self.offset_s * SECOND) // DAY + 3) % 7 >= 5

    def outdoor(self, now: int) -> float:
        """Outdoor temperature, °C: a year between about 3 and 31, a day of ±4 with its low at 4 o'clock, weather of ±3."""
        year = (now / DAY) % 365.25
        season = 17.0 - 14.0 * math.cos((year - 20.0) / 365.25 * 2 * math.pi)
        day = -4.0 * math.cos((self.hour(now) - 4.0) / 24.0 * 2 * math.pi)
        return season + day + 3.0 * smooth(seed_of(self.seed, "weather"), now, 18 * 3600)

    def indoor(self, now: int) -> float:
        """Temperature of a plant room, °C: a quarter of the outdoor swing around 22."""
        return 22.0 + (self.outdoor(now) - 17.0) * 0.25
