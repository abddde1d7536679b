"""From a model's unit to the unit that a point was configured with."""

from __future__ import annotations

from drivers.simulator.physics.pump import METRES_PER_BAR

# Each unit as a multiple of its dimension's base; only units of one dimension convert.
_DIMENSIONS: tuple[dict[str, float], ...] = (
    {"W": 1.0, "kW": 1e3, "MW": 1e6},
    {"VA": 1.0, "kVA": 1e3, "MVA": 1e6},
    {"var": 1.0, "kvar": 1e3, "Mvar": 1e6},
    {"W·h": 1e-3, "kW·h": 1.0, "MW·h": 1e3, "MJ": 1 / 3.6, "GJ": 1000 / 3.6},
    {"var·h": 1e-3, "kvar·h": 1.0},
    {"V": 1.0, "kV": 1e3, "mV": 1e-3},
    {"A": 1.0, "mA": 1e-3, "kA": 1e3},
    {"bar": 1.0, "MPa": 10.0, "kPa": 0.01, "Pa": 1e-5, "mbar": 1e-3, "hPa": 1e-3, "mH₂O": 1 / METRES_PER_BAR},
    {"m": 1.0, "cm": 0.01, "mm": 1e-3},
    {"m³/h": 1.0, "L/s": 3.6, "L/min": 0.06, "L/h": 1e-3, "m³/s": 3600.0, "m³/min": 60.0},
    {"m³": 1.0, "L": 1e-3, "mL": 1e-6},
    {"h": 1.0, "min": 1 / 60, "s": 1 / 3600, "d": 24.0},
    {"rpm": 1.0, "r/min": 1.0},
    {"Hz": 1.0, "kHz": 1e3},
    {"m/s": 1.0, "mm/s": 1e-3},
    {"W·h/m³": 1.0, "kW·h/m³": 1e3},
)
_KELVIN = 273.15


def conversion(have: str, want: str) -> tuple[float, float]:
    """Factor and offset that turn a number in ``have`` into ``want``; (1, 0) where the units do not convert."""
    if have == "℃" and want == "K":
        return 1.0, _KELVIN
    for dimension in _DIMENSIONS:
        if have in dimension and want in dimension:
            return dimension[have] / dimension[want], 0.0
    return 1.0, 0.0
