"""How far a value can be trusted."""

from __future__ import annotations

import enum


class Quality(enum.IntEnum):
    """Quality of a sample, stored as one byte. Names follow the glossary (数据质量)."""

    GOOD = 0
    MANUAL = 1  # typed by a person (手动置数)
    STALE = 2  # older than the point's ``stale_after``, or a retained MQTT message (陈旧)
    NOT_AVAILABLE = 3  # the device says so: a sentinel such as 0xFFFF, NaN (不可用)
    BAD = 4  # an answer that cannot be this point's value: out of plausible limits, not JSON (无效)
    COMM_LOST = 5  # no answer (通信中断)

    @property
    def usable(self) -> bool:
        """True where alarms, counters and screens may rely on the number."""
        return self <= Quality.MANUAL
