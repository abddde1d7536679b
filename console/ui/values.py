"""A point's present value as people read it."""

from __future__ import annotations

from console.domain.estate import Point, ValueKind
from console.texts import language, tr
from console.ui.picture import Picture, Reading


def value_text(point: Point, reading: Reading, live: bool = True) -> str:
    """``0.81``, ``上行``, ``E41 …``; a dash where there is no value that can be trusted: never a number that looks alive."""
    if not live or not reading.quality.usable or not reading.time:
        return "—"
    return raw_text(point, reading.value)


def raw_text(point: Point, value: float | int | str) -> str:
    """A value of this point in words or figures, whatever its quality."""
    if isinstance(value, str):
        return value
    if point.kind is ValueKind.BITS:
        bits = [
            point.states[bit].get(language()) if bit in point.states else f"b{bit}" for bit in range(64) if int(value) >> bit & 1
        ]
        return "、".join(bits) if bits else tr("widgets.no_bits")
    if point.kind is ValueKind.CODE:
        if not int(value):
            return tr("widgets.no_code")
        return point.states[int(value)].get(language()) if int(value) in point.states else str(int(value))
    if point.kind is ValueKind.STATE and int(value) in point.states:
        return point.states[int(value)].get(language())
    return f"{value:.{point.decimals}f}"


def with_unit(point: Point, text: str) -> str:
    """The value with its unit behind it."""
    return f"{text} {point.unit}".rstrip() if text != "—" else text


def why_bad(picture: Picture, reading: Reading) -> str:
    """One sentence about a value that cannot be trusted; empty for a good one."""
    if not picture.live:
        return tr("widgets.why.link")
    if not reading.time:
        return tr("widgets.why.never")
    if reading.quality.usable:
        return ""
    return tr(f"widgets.why.{reading.quality.name.lower()}")
