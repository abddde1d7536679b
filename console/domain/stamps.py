"""A stamp: somebody did something at a time. One kind of stamp serves faults and orders."""

from __future__ import annotations

import msgspec


class Stamp(msgspec.Struct, frozen=True, omit_defaults=True):
    """``at`` is when it happened, ``entered_at`` when it was typed; both UTC ns and both kept.

    ``by`` is the person it is about (an account or a contractor's name), ``entered_by`` the account that typed it:
    they differ for an entry by proxy ("phoned 14:05"). Back-dating (``at`` < ``entered_at``) needs a ``reason``.
    """

    at: int
    by: str
    entered_at: int
    entered_by: str
    station: str = ""
    reason: str = ""
    note: str = ""

    @property
    def proxy(self) -> bool:
        """True if somebody else typed it."""
        return self.by != self.entered_by

    @property
    def backdated(self) -> bool:
        """True if it was typed for an earlier time."""
        return self.at < self.entered_at
