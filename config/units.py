"""Units of measure that a point may have: one spelling each, and the spellings that people also type."""

from __future__ import annotations

from difflib import get_close_matches

# Spelling as shown on screens (GB 3100-3102 usage: kW·h, m³, MPa, ℃).
UNITS: tuple[str, ...] = (
    "", "%", "‰",
    "V", "mV", "kV", "A", "mA", "kA", "Ω", "kΩ", "MΩ", "Hz", "kHz",
    "W", "kW", "MW", "VA", "kVA", "MVA", "var", "kvar", "Mvar",
    "W·h", "kW·h", "MW·h", "var·h", "kvar·h", "VA·h", "kVA·h", "J", "kJ", "MJ", "GJ",
    "℃", "K", "%RH", "g/m³",
    "Pa", "hPa", "kPa", "MPa", "mbar", "bar", "psi", "mH₂O", "mmH₂O",
    "mm", "cm", "m", "km", "m²", "m³", "L", "mL",
    "m/s", "mm/s", "m/s²", "m³/h", "m³/min", "m³/s", "L/h", "L/min", "L/s",
    "rpm", "r/min", "°", "rad", "N", "kN", "N·m", "g", "kg", "t", "kg/h", "t/h",
    "ms", "s", "min", "h", "d",
    "W·h/m³", "kW·h/m³", "W/m²", "lx", "dB", "dBm", "ppm", "ppb", "mg/L", "μg/m³", "mg/m³", "NTU", "pH", "mV/pH", "μS/cm", "mS/cm",
    "次", "人", "台", "bit/s", "kbit/s", "Mbit/s", "kB", "MB", "GB",
)  # fmt: skip

ALIASES: dict[str, str] = {
    "degC": "℃", "°C": "℃", "C": "℃", "deg": "°",
    "Wh": "W·h", "kWh": "kW·h", "MWh": "MW·h", "varh": "var·h", "kvarh": "kvar·h", "VAh": "VA·h", "kVAh": "kVA·h",
    "m2": "m²", "m3": "m³", "m3/h": "m³/h", "m3/min": "m³/min", "m3/s": "m³/s", "m/s2": "m/s²",
    "Wh/m3": "W·h/m³", "Wh/m³": "W·h/m³", "kWh/m3": "kW·h/m³", "kWh/m³": "kW·h/m³",
    "mH2O": "mH₂O", "mmH2O": "mmH₂O", "ug/m3": "μg/m³", "mg/m3": "mg/m³", "g/m3": "g/m³", "uS/cm": "μS/cm", "µS/cm": "μS/cm",
    "l": "L", "l/h": "L/h", "l/min": "L/min", "l/s": "L/s", "ohm": "Ω", "Nm": "N·m", "pct": "%", "percent": "%",
    "times": "次", "people": "人",
}  # fmt: skip

_KNOWN = frozenset(UNITS)
_LOWER = {spelling.lower(): spelling for spelling in (*UNITS, *ALIASES)}


def canonical(unit: str) -> str | None:
    """The one spelling of ``unit``, or ``None`` if it is not a known unit."""
    if unit in _KNOWN:
        return unit
    return ALIASES.get(unit)


def nearest(unit: str) -> str:
    """The known spelling that ``unit`` was probably meant to be; empty if nothing is near."""
    if unit.lower() in _LOWER:
        return _LOWER[unit.lower()]
    near = get_close_matches(unit, [*UNITS, *ALIASES], 1, 0.5)
    return near[0] if near else ""
