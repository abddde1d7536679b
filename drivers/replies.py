"""What can come back from the wire: every outcome has its own name and its own counter."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from console.domain.problems import Params, Problem


class Outcome(enum.StrEnum):
    """How one request ended. The value is the counter's name."""

    OK = "answers"
    EXCEPTION = "exceptions"  # the device refused; counted again as exception_<code>
    TIMEOUT = "timeouts"
    SHORT = "short"  # fewer data than asked for, or half a frame
    LONG = "long"  # more data than asked for
    WRONG_COUNT = "wrong_count"  # the byte count denies the frame's own length
    WRONG_FUNCTION = "wrong_function"
    WRONG_UNIT = "wrong_unit"
    WRONG_CRC = "wrong_crc"  # RTU: the bytes were changed on their way
    GARBAGE = "garbage"  # not a frame of this protocol at all: the stream is lost
    RESET = "resets"  # the connection broke before the answer


ANSWERED_BADLY: Final = frozenset({Outcome.SHORT, Outcome.LONG, Outcome.WRONG_COUNT, Outcome.WRONG_FUNCTION, Outcome.WRONG_CRC})
"""The right device answered, but not what was asked: it lives, its data do not."""

REFUSALS: Final = frozenset({1, 2, 3})
"""Exceptions that asking again cannot cure: function, address, value (Modbus application protocol V1.1b3, chapter 7)."""

GATEWAY_SILENCE: Final = frozenset({10, 11})
"""Exceptions by which a gateway says that the device behind it is not there."""

EXCEPTIONS: Final = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 10, 11})


@dataclass(frozen=True, slots=True)
class Reply:
    """One request's end. ``payload`` is what follows the byte count, only with OK; ``exception`` only with EXCEPTION."""

    outcome: Outcome
    payload: bytes = b""
    exception: int = 0

    @property
    def silent(self) -> bool:
        """True if the device itself did not answer (or somebody else did)."""
        if self.outcome is Outcome.EXCEPTION:
            return self.exception in GATEWAY_SILENCE
        return self.outcome is not Outcome.OK and self.outcome not in ANSWERED_BADLY

    @property
    def refused(self) -> bool:
        """True if the device lives but will never answer this request."""
        return self.outcome is Outcome.EXCEPTION and self.exception in REFUSALS

    def problem(self, where: Params) -> Problem:
        """The sentence for a failed reply; ``where`` names unit, function, first and last address."""
        if self.outcome is Outcome.EXCEPTION:
            if self.exception in EXCEPTIONS:
                return Problem(f"driver.exception_{self.exception}", where)
            return Problem("driver.exception_other", {**where, "code": self.exception})
        return Problem(f"driver.{self.outcome.value}", where)
