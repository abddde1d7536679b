"""Daily shapes: 24 numbers a day, one for each local hour, joined by straight lines."""

from __future__ import annotations

Shape = tuple[float, ...]

# Shapes are relative (1.0 = the day's peak). They follow the well-known course of a residential day (peaks at 7-8 and
# 18-21) and of a mall (10-22); the figures are plausible examples, not measurements.
WATER_HOME: Shape = (
    0.12, 0.07, 0.05, 0.05, 0.08, 0.25, 0.70, 1.00, 0.80, 0.55, 0.48, 0.55,
    0.62, 0.45, 0.38, 0.38, 0.45, 0.65, 0.90, 0.98, 0.95, 0.80, 0.50, 0.25,
)  # fmt: skip
WATER_SHOP: Shape = (
    0.04, 0.03, 0.03, 0.03, 0.03, 0.05, 0.10, 0.20, 0.35, 0.55, 0.75, 0.95,
    1.00, 0.90, 0.75, 0.70, 0.75, 0.90, 1.00, 0.95, 0.80, 0.55, 0.20, 0.08,
)  # fmt: skip
POWER_HOME: Shape = (
    0.32, 0.27, 0.25, 0.24, 0.25, 0.30, 0.45, 0.55, 0.48, 0.42, 0.42, 0.50,
    0.55, 0.48, 0.44, 0.45, 0.52, 0.70, 0.92, 1.00, 0.98, 0.88, 0.65, 0.45,
)  # fmt: skip
POWER_SHOP: Shape = (
    0.14, 0.13, 0.12, 0.12, 0.12, 0.14, 0.20, 0.30, 0.50, 0.78, 0.95, 1.00,
    1.00, 0.97, 0.95, 0.95, 0.97, 1.00, 1.00, 0.98, 0.92, 0.75, 0.35, 0.18,
)  # fmt: skip
LIGHTING: Shape = (
    0.85, 0.80, 0.80, 0.80, 0.80, 0.80, 0.55, 0.30, 0.22, 0.20, 0.20, 0.20,
    0.20, 0.20, 0.20, 0.22, 0.30, 0.60, 0.95, 1.00, 1.00, 1.00, 0.95, 0.90,
)  # fmt: skip
CHARGING: Shape = (
    0.90, 0.85, 0.70, 0.50, 0.35, 0.25, 0.15, 0.10, 0.12, 0.18, 0.20, 0.22,
    0.25, 0.22, 0.20, 0.20, 0.22, 0.30, 0.45, 0.55, 0.60, 0.70, 0.95, 1.00,
)  # fmt: skip
CONSTANT: Shape = (1.0,) * 24


def at(shape: Shape, hour: float) -> float:
    """The shape's value at ``hour`` (0 <= hour < 24)."""
    low = int(hour)
    part = hour - low
    return shape[low % 24] * (1.0 - part) + shape[(low + 1) % 24] * part
