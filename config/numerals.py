"""Whole numbers as files spell them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation, Overflow
from math import isfinite, prod

_NUMBER = r"(?:0x[0-9a-fA-F]+|\d+)"
_TERM = rf"{_NUMBER}(?:\s*\*\s*{_NUMBER})*"
_SUM = re.compile(rf"\s*([+-]?{_TERM})((?:\s*[+-]\s*{_TERM})*)\s*", re.ASCII)
_TERMS = re.compile(rf"([+-]?)\s*({_TERM})", re.ASCII)
_LONGEST = 100  # characters; no number in a site file comes near


def whole(text: str) -> int | None:
    """The integer that ``text`` spells: one number, or a sum of numbers and products (``2 * 256 + 41``)."""
    if len(text) > _LONGEST or _SUM.fullmatch(text) is None:
        return None
    total = 0
    for sign, term in _TERMS.findall(text):
        amount = prod(int(factor, 0) if "x" in factor else int(factor) for factor in (part.strip() for part in term.split("*")))
        total += -amount if sign == "-" else amount
    return total


def product(text: str) -> float | None:
    """The number that factors spell (``40 * 0.01``), exact in decimals; ``None`` if ``text`` is no product of plain numbers."""
    if len(text) > _LONGEST or "_" in text:
        return None
    try:
        value = float(prod((Decimal(factor.strip()) for factor in text.split("*")), start=Decimal(1)))
    except (InvalidOperation, Overflow):
        return None
    return value if isfinite(value) else None
