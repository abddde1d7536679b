"""Whole numbers as files spell them."""

from __future__ import annotations

import re

_SUM = re.compile(r"\s*([+-]?(?:0x[0-9a-fA-F]+|\d+))((?:\s*[+-]\s*(?:0x[0-9a-fA-F]+|\d+))*)\s*", re.ASCII)
_TERM = re.compile(r"([+-])\s*(0x[0-9a-fA-F]+|\d+)", re.ASCII)
_LONGEST = 100  # characters; no number in a site file comes near


def whole(text: str) -> int | None:
    """The integer (or sum of integers) that ``text`` spells."""
    if len(text) > _LONGEST:
        return None
    match = _SUM.fullmatch(text)
    if match is None:
        return None
    total = int(match[1], 0) if "x" in match[1] else int(match[1])
    for sign, term in _TERM.findall(match[2]):
        amount = int(term, 0) if "x" in term else int(term)
        total += amount if sign == "+" else -amount
    return total
