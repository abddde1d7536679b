"""Suppression by design, and what of all suppression an alarm carries: one function decides, everybody else asks it.

A **cause** is an alarm that explains others while it stands: a device that does not answer explains everything of that device; a
connection of which no device answers is one cause, its first alarm; a rule with ``explains`` (a power cut) explains what it names.
A consequence keeps its cause's number and is folded under it. It is silenced only if it is not graver than its cause, and never if
it is priority 1, a fire or a trapped passenger: those are grouped at most by a person's eye.

In order: out of service, then shelved, then by design. A test silences nothing: it marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from console.domain.alarms import Alarm, Suppression
from console.domain.estate import CommSource, Estate
from console.domain.silences import SilenceKind, belongs, covers
from console.domain.times import SECOND
from console.domain.world import World

# After a cause has ended its consequences get so long to end by themselves before they sound: an off-delay of a minute, which is
# the longest of the equipment types, a poll of ten seconds, and some more.
SETTLE = 90 * SECOND
BEFORE = 60 * SECOND  # a consequence may be noticed that much earlier than its cause, which has a delay of its own
EVERYTHING = "*"
CONNECTION = "connection:"


class Causes:
    """The alarms that explain others at this moment. Look-ups only; the same alarms in any order give the same answers."""

    def __init__(self) -> None:
        self._comms: dict[str, tuple[str, str]] = {}  # rule -> equipment, connection
        self._lines: dict[str, dict[str, str]] = {}  # connection -> equipment -> its comm_state point
        self._explained: dict[str, frozenset[str] | None] = {}  # rule -> equipment; None: all
        self._standing: dict[int, Alarm] = {}

    def configure(self, estate: Estate) -> None:
        """Other rules; what stands stays."""
        equipment = {machine.id: machine for machine in estate.equipment}
        places = {place.id: place.parent for place in estate.locations}
        points = {point.id: point for point in estate.points}
        self._comms, self._lines, self._explained = {}, {}, {}
        for point in estate.points:
            if isinstance(point.source, CommSource):
                self._lines.setdefault(point.source.connection, {})[point.equipment] = point.id
        for rule in estate.rules:
            watched = points.get(rule.point)
            if watched is not None and isinstance(watched.source, CommSource):
                self._comms[rule.id] = (rule.equipment, watched.source.connection)
            if EVERYTHING in rule.explains:
                self._explained[rule.id] = None
            elif rule.explains:
                self._explained[rule.id] = frozenset(
                    machine.id
                    for machine in estate.equipment
                    if any(
                        belongs(machine.id, name, equipment)
                        or name == f"{CONNECTION}{machine.connection}"
                        or _lies_in(machine.location, name, places)
                        for name in rule.explains
                    )
                )

    def is_cause(self, alarm: Alarm) -> bool:
        """Whether such an alarm explains others at all."""
        return alarm.rule in self._comms or alarm.rule in self._explained

    def note(self, alarm: Alarm) -> None:
        """The alarm stands."""
        if self.is_cause(alarm):
            self._standing[alarm.number] = alarm

    def drop(self, number: int) -> None:
        """It explains nothing any more."""
        self._standing.pop(number, None)

    def concerned(self, cause: Alarm, alarms: Iterable[Alarm]) -> list[Alarm]:
        """Those of ``alarms`` that ``cause`` may explain."""
        if cause.rule in self._explained:
            places = self._explained[cause.rule]
            return [alarm for alarm in alarms if places is None or alarm.equipment in places]
        return [alarm for alarm in alarms if alarm.equipment == cause.equipment]

    def of(self, alarm: Alarm, silent: Callable[[str], bool]) -> Alarm | None:
        """The cause of ``alarm``: the gravest, of these the oldest. ``silent``: whether a comm_state point says so now."""
        if alarm.undeniable:
            return None
        found = [
            cause for cause in self._standing.values() if cause.number != alarm.number and self._explains(cause, alarm, silent)
        ]
        return min(found, key=lambda cause: (cause.priority, cause.number), default=None)

    def _explains(self, cause: Alarm, alarm: Alarm, silent: Callable[[str], bool]) -> bool:
        if cause.rule in self._explained:
            places = self._explained[cause.rule]
            if alarm.rule in self._explained or alarm.raised_at < cause.raised_at - BEFORE:
                return False
            return places is None or alarm.equipment in places
        equipment, connection = self._comms[cause.rule]
        if alarm.rule not in self._comms:
            return alarm.equipment == equipment
        if self._comms[alarm.rule][1] != connection or cause.number > alarm.number:
            return False
        if alarm.caused_by == cause.number:
            return True  # it stays so until one of them returns: after a restart nobody has said yet who answers
        line = self._lines.get(connection, {})
        return len(line) > 1 and all(silent(point) for point in line.values())


def _lies_in(place: str, whole: str, places: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    while place and place not in seen:
        if place == whole:
            return True
        seen.add(place)
        place = places.get(place, "")
    return False


def hushes(cause: Alarm, alarm: Alarm) -> bool:
    """Whether a consequence may be silenced, and not only folded."""
    return alarm.priority > 1 and alarm.priority >= cause.priority and not alarm.undeniable


def settled(world: World, alarm: Alarm, cause: Alarm | None) -> Alarm:
    """``alarm`` with the suppression, the test mark and the cause that it has now."""
    about = [silence for silence in world.silences.values() if covers(silence, alarm, world.equipment)]
    kinds = {silence.kind for silence in about}
    suppression = Suppression.NONE
    if not alarm.undeniable:
        if SilenceKind.SERVICE in kinds:
            suppression = Suppression.OUT_OF_SERVICE
        elif SilenceKind.SHELF in kinds:
            suppression = Suppression.SHELVED
        elif cause is not None and hushes(cause, alarm):
            suppression = Suppression.BY_DESIGN
    number = cause.number if cause is not None else 0
    if suppression is Suppression.NONE and alarm.suppression is Suppression.BY_DESIGN and not alarm.active:
        suppression, number = alarm.suppression, alarm.caused_by  # it came and went with its cause: it does not begin to sound now
    test = SilenceKind.TEST in kinds
    if (suppression, test, number) == (alarm.suppression, alarm.test, alarm.caused_by):
        return alarm
    return replace(alarm, suppression=suppression, test=test, caused_by=number)
