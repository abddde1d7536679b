"""The isolation register (屏蔽登记): what is switched out of the watch, since when, by whom, why, until when, and who walks round.

An entry is opened by the panel itself (a node's state turns 屏蔽: ``detected``, "no reason yet") or by a person (a closed valve, a
pump whose automatic start is off). A detected entry is closed by the panel alone, with the time at which it reported the node back;
the console never switches anything. Isolation hides nothing: a fire alarm of an isolated node is raised like any other.

Fields after R-IN-01 (patrol of fire facilities, with a record), R-IN-08 and R-IN-09 (time, content, rectification), and the P3
example "single detector isolated" of the response times. The compensating patrol's interval is the site's own rule.
"""

from __future__ import annotations

import msgspec

from console.domain.stamps import Stamp
from console.domain.times import DAY, MINUTE

SHORTEST_PATROL = 5 * MINUTE
LONGEST_PATROL = 7 * DAY


class Isolation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry. ``point`` is the node's point where there is one; ``what`` says it in words where there is none.

    ``since`` is when it was switched out, ``until`` when it is planned to be back (0: not said), ``patrol_every`` ns between
    compensating patrols (0: none). ``patrol_from`` is when the patrol was ordered: the first one is due an interval after it.
    """

    number: int
    equipment: str
    since: int
    opened: Stamp  # by "" = found by the collector in the panel's states
    point: str = ""
    what: str = ""
    reason: str = ""
    isolated_by: str = ""
    until: int = 0
    patrol_every: int = 0
    patrol_by: str = ""
    patrol_from: int = 0
    patrolled: Stamp | None = None  # the last patrol; all of them are in the event log
    patrols: int = 0
    lifted_at: int = 0
    lifted: Stamp | None = None  # by "" = reported back by the panel
    revision: int = 0

    @property
    def id(self) -> str:
        """As it is spoken of."""
        return f"I-{self.number:06d}"

    @property
    def open(self) -> bool:
        """Still out of the watch."""
        return self.lifted is None

    @property
    def detected(self) -> bool:
        """Opened from the panel's own state."""
        return not self.opened.by

    @property
    def complete(self) -> bool:
        """Reason and person are known."""
        return bool(self.reason and self.isolated_by)


def patrol_due(isolation: Isolation) -> int:
    """When the next compensating patrol is due, UTC ns; 0: none is."""
    if not isolation.open or not isolation.patrol_every:
        return 0
    last = isolation.patrolled.at if isolation.patrolled is not None else 0
    return max(last, isolation.patrol_from) + isolation.patrol_every


def patrol_late(isolation: Isolation, now: int) -> bool:
    """A patrol that is due was not made."""
    return 0 < patrol_due(isolation) <= now


def outstayed(isolation: Isolation, now: int) -> bool:
    """It should be back by now."""
    return isolation.open and 0 < isolation.until <= now


def wants_attention(isolation: Isolation, now: int) -> bool:
    """Something is missing: reason or person, a patrol, or the part itself."""
    return isolation.open and (not isolation.complete or patrol_late(isolation, now) or outstayed(isolation, now))


def by_point(isolations: dict[int, Isolation]) -> dict[str, Isolation]:
    """The open entry of every node that has one."""
    return {each.point: each for each in isolations.values() if each.open and each.point}
