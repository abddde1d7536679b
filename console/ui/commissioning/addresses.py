"""A register's address as an engineer types it: 100 (from 0), 40001, 400001, 0x64, 64H, and #40001 for a plain number that looks
like a reference number. No widgets.

The reference numbers 0xxxx, 1xxxx, 3xxxx, 4xxxx count from 1 and say the function themselves: coils, discrete inputs, input and
holding registers (Modbus application protocol, data model).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LAST = 65535  # the highest PDU address
_HEX = re.compile(r"(?:0x|&h|\$)([0-9a-f]{1,4})|([0-9a-f]{1,4})h")
_FUNCTIONS = {"0": 1, "1": 2, "3": 4, "4": 3}  # first digit of a reference number -> function
_DIGITS = {1: "0", 2: "1", 3: "4", 4: "3"}
LONG = 9999  # reference numbers beyond it have six digits


@dataclass(frozen=True, slots=True)
class Typed:
    """The PDU ``address`` from 0; ``function`` 0 where what was typed does not say it."""

    address: int
    function: int = 0


def parse(text: str) -> Typed | None:
    """What was typed, or ``None`` if it is no address."""
    word = unicodedata.normalize("NFKC", text).strip().lower().replace(" ", "")
    match = _HEX.fullmatch(word)
    if match:
        return Typed(int(match[1] or match[2], 16))
    plain = word.startswith("#")
    word = word.removeprefix("#")
    if not re.fullmatch(r"[0-9]{1,6}", word):
        return None
    if not plain and len(word) in (5, 6) and word[0] in _FUNCTIONS:
        number = int(word[1:])
        if 1 <= number <= (LONG if len(word) == 5 else LAST + 1):
            return Typed(number - 1, _FUNCTIONS[word[0]])
    return Typed(int(word)) if int(word) <= LAST else None


def reference(function: int, address: int) -> str:
    """The reference number of a PDU address: function 3, address 0 is ``40001``."""
    number = address + 1
    return f"{_DIGITS[function]}{number:0{4 if number <= LONG else 5}d}"
