"""What no store can keep: a number that is none, or one beyond 64 bits. Checked once, at the door, for every command.

The log is JSON, which has no word for NaN and infinity: they would be written as ``null``, and a record with ``null`` where a
number belongs cannot be read again. SQLite's integers have 64 bits with a sign.
"""

from __future__ import annotations

import math

import msgspec

from console.domain.problems import Refused

_BITS = 2**63


def refuse_unsound(command: object) -> None:
    """Refuse a command that has such a number anywhere in it; bytes are passed over."""
    waiting: list[object] = [msgspec.to_builtins(command, builtin_types=(bytes,))]
    while waiting:
        each = waiting.pop()
        match each:
            case dict():
                waiting.extend(each.values())
            case list() | tuple():
                waiting.extend(each)
            case float() if not math.isfinite(each):
                raise Refused("refused.number", number=str(each))
            case int() if not -_BITS <= each < _BITS:
                raise Refused("refused.number", number=str(each))
            case _:
                pass
