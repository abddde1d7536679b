"""Drill mode (演练): simulated faults with live clocks, marked everywhere, told to the drill's own list and to nobody else.

R-SLA-04 (equipment fault drills), R-EM-02 (fire, earthquake, power cut, elevator failure at least once a year, with a review) and
acceptance check 8: nothing of a drill enters a figure, opens a real order or leaves the house. The mark is part of the texts
themselves, so that it stands on every screen, notice, export and paper without any of them knowing of drills; ``drill`` on alarm,
fault and order keeps them out of figures and apart from what is real.
"""

from __future__ import annotations

import msgspec

from console.domain.asking import CommandBase
from console.domain.faults import Clock
from console.domain.maintenance.records import Record
from console.domain.rules import Category
from console.domain.stamps import Stamp
from console.domain.text import EMPTY, Text
from console.domain.times import HOUR, MINUTE

SCENARIOS = ("fire", "trapped", "power_cut", "leak", "equipment", "earthquake", "other")  # R-EM-02, R-EM-04, R-SLA-04
SHORTEST, DEFAULT, LONGEST = 5 * MINUTE, HOUR, 8 * HOUR  # a drill is over when its people go home
MOST_FAULTS = 20
MARK_ZH, MARK_EN = "【演练】", "[DRILL] "


class Simulated(msgspec.Struct, frozen=True, omit_defaults=True):
    """One simulated alarm: that of a ``rule`` of the site file, or with a ``text``, ``priority`` and ``category`` of its own.

    ``after`` ns from the beginning. ``alarm`` is its number once it was raised.
    """

    equipment: str
    rule: str = ""
    text: Text = EMPTY
    priority: int = 3
    category: Category = Category.EQUIPMENT
    after: int = 0
    alarm: int = 0


class DrillStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done when. ``what`` names it (``drill.step.<what>``), ``about`` a fault, order or alarm by its id."""

    at: int
    what: str
    by: str = ""
    station: str = ""
    about: str = ""
    note: str = ""


class DrillClock(msgspec.Struct, frozen=True, omit_defaults=True):
    """One clock of a simulated fault at the end: how long it took (ns), against which limit. ``done`` False: nobody stopped it."""

    fault: int
    clock: Clock
    limit: int
    took: int
    done: bool

    @property
    def kept(self) -> bool:
        """The promise was kept."""
        return self.done and self.took < self.limit


class DrillRun(Record, frozen=True, omit_defaults=True, kw_only=True, tag="drillrun"):
    """One drill under way, and what is left of it. ``event`` is one of :data:`SCENARIOS`; ``informed`` are accounts or contacts.

    ``until`` UTC ns: it ends by itself then. ``ended.by`` empty: it did.
    """

    title: str
    event: str
    began: Stamp
    until: int
    scenario: str = ""
    simulated: tuple[Simulated, ...] = ()
    informed: tuple[str, ...] = ()
    faults: tuple[int, ...] = ()
    steps: tuple[DrillStep, ...] = ()
    clocks: tuple[DrillClock, ...] = ()
    ended: Stamp | None = None

    @property
    def name(self) -> str:
        """As it is spoken of."""
        return run_name(self.number)


class StartDrill(CommandBase, frozen=True):
    """Begin a drill of ``duration`` ns."""

    title: str
    event: str
    simulated: tuple[Simulated, ...]
    scenario: str = ""
    informed: tuple[str, ...] = ()
    duration: int = DEFAULT


class EndDrill(CommandBase, frozen=True):
    """End it before its time; everything simulated ends with it."""

    drill: int
    note: str = ""


class NoteDrill(CommandBase, frozen=True):
    """A step that no clock knows (``119 called``, ``floor 3 is empty``), now."""

    drill: int
    note: str


class ReturnSimulated(CommandBase, frozen=True):
    """The simulated condition of an alarm is over, so that its fault can be closed as in earnest."""

    alarm: int


def run_name(number: int) -> str:
    """``DR-000012``."""
    return f"DR-{number:06d}"


def marked(text: Text) -> Text:
    """The text with the mark of a drill before it, once."""
    if text.zh.startswith(MARK_ZH):
        return text
    zh, en = text.zh or text.en, text.en or text.zh
    return Text(MARK_ZH + zh, MARK_EN + en)


def due(run: DrillRun, now: int) -> list[int]:
    """The places of the simulated alarms that are to be raised now."""
    return [place for place, each in enumerate(run.simulated) if not each.alarm and run.at + each.after <= now]


def next_at(run: DrillRun) -> int:
    """When something happens by itself: the next alarm, or the end."""
    return min([run.until, *(run.at + each.after for each in run.simulated if not each.alarm)])


def measures(run: DrillRun) -> list[tuple[int, Clock, int, int]]:
    """For a drill's record: (fault, clock, took, limit) of every promise that somebody stopped, ns."""
    return [(each.fault, each.clock, each.took, each.limit) for each in run.clocks if each.done]
