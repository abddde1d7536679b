"""Are the alarms worth an operator's attention? The figures of EEMUA 191 and ISA-18.2-2016 clause 16 (docs/alarm-quality.md).

An **annunciation** is an alarm that is raised, or begins again, and asks for somebody: not silenced, not in a test, not in a drill.
Everything but *standing* is counted from annunciations, so an alarm that comes and goes twenty times counts twenty times. The same
function that counts a figure names the alarms behind it (:func:`behind`): a figure and its rows cannot disagree.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from console.domain.floods import WINDOW, FloodWatch
from console.domain.rosters import Level, Roster, watches
from console.domain.text import EMPTY, Text
from console.domain.times import DAY, MINUTE, SECOND

RATE_ACCEPTABLE = 1.0  # EEMUA 191, ISA-18.2-2016 cl. 16: annunciations per operator per 10 min, long-term average
RATE_MANAGEABLE = 2.0  # the most that can be managed
PEAK_MOST = 10  # in any 10 min (EEMUA 191; more is a flood)
FLOOD_SHARE_MOST = 0.01  # of the time (ISA-18.2-2016 cl. 16)
TOP = 10
TOP_SHARE_MOST = 0.05  # of all annunciations: the ten most frequent alarms together (ISA-18.2-2016 cl. 16: 1 to 5 %)
STANDING_AFTER = DAY  # ISA-18.2-2016 cl. 16: stale
STANDING_MOST = 4  # fewer than 5 on any day
CHATTER_TIMES = 3  # within CHATTER_WITHIN: chattering (ISA-18.2-2016 cl. 16, as commonly measured); the target is none
CHATTER_WITHIN = MINUTE
SPLIT = {(1, 2): 0.05, (3,): 0.15, (4,): 0.80}  # EEMUA 191, ISA-18.2-2016 cl. 16: high, medium, low


class Annunciation(NamedTuple):
    """An alarm asked for somebody at ``at`` (UTC ns)."""

    at: int
    number: int
    rule: str
    code: int
    equipment: str
    priority: int


class Stood(NamedTuple):
    """An alarm that was active from ``since`` to ``until`` (UTC ns; the present, where it still is)."""

    number: int
    rule: str
    code: int
    equipment: str
    priority: int
    since: int
    until: int


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """One alarm of one machine, over all its occurrences. ``number`` is its newest one, ``text`` that one's."""

    rule: str
    code: int
    equipment: str
    priority: int
    number: int
    count: int
    text: Text = EMPTY


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """An occurrence that stood for over a day; ``until`` is the present where it still stands."""

    number: int
    equipment: str
    priority: int
    since: int
    until: int
    text: Text = EMPTY


class Flood(msgspec.Struct, frozen=True):
    """From the annunciation that was too many until fewer than five were left in ten minutes; UTC ns.

    ``count``: annunciations from the beginning of the ten minutes that made it one. ``peak``: the most in ten minutes.
    """

    since: int
    until: int
    count: int
    peak: int


class Bar(msgspec.Struct, frozen=True):
    """Annunciations in [since, until)."""

    since: int
    until: int
    count: int


class AlarmQuality(msgspec.Struct, frozen=True, omit_defaults=True):
    """The figures of one period. ``watched`` ns of it the collector watched; ``operators`` were on duty in the mean.

    ``standing`` the longest first, ``standing_most`` at one time; ``chattering`` counts minutes-with-chatter's annunciations;
    ``equipment`` counts annunciations per machine.
    """

    since: int
    until: int
    watched: int = 0
    operators: float = 1.0
    count: int = 0
    peak: int = 0
    priorities: dict[int, int] = {}
    top: tuple[Source, ...] = ()
    standing: tuple[Standing, ...] = ()
    standing_most: int = 0
    chattering: tuple[Source, ...] = ()
    floods: tuple[Flood, ...] = ()
    bars: tuple[Bar, ...] = ()
    equipment: dict[str, int] = {}

    @property
    def rate(self) -> float | None:
        """count / (watched / 10 min) / operators; ``None`` where nobody watched. Less than 10 minutes count as 10."""
        return self.count / max(1.0, self.watched / WINDOW) / self.operators if self.watched else None

    @property
    def top_share(self) -> float | None:
        """What the ten most frequent alarms make of all."""
        return sum(source.count for source in self.top) / self.count if self.count else None

    @property
    def flood_share(self) -> float | None:
        """The share of the watched time that was flood."""
        lasted = sum(flood.until - max(flood.since, self.since) for flood in self.floods)
        return min(1.0, lasted / self.watched) if self.watched else None

    def share(self, priorities: Iterable[int]) -> float | None:
        """The share of these priorities in all annunciations."""
        return sum(self.priorities.get(priority, 0) for priority in priorities) / self.count if self.count else None


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which figure's alarms are asked for: all | priority | source | standing | chattering | flood | bar.

    ``key``: the priorities (``1,2``), the source (``rule|code``; with *chattering* also empty = all of them), the beginning of the
    flood, or both ends of the bar (``since,until``; UTC ns).
    """

    kind: str
    key: str = ""


def measure(
    heard: Sequence[Annunciation],
    stood: Iterable[Stood],
    since: int,
    until: int,
    *,
    edges: Sequence[int] = (),
    watched: int = 0,
    operators: float = 1.0,
) -> AlarmQuality:
    """The figures of [since, until). ``heard`` in the order of time; what lies before ``since`` only leads into a flood.

    ``edges``: ascending ends of the chart's bars, from ``since``.
    """
    inside = _inside(heard, since, until)
    times = [each.at for each in inside]
    waves = _floods([each.at for each in heard], since, until)
    long = _long(stood, since, until)
    return AlarmQuality(
        since=since,
        until=until,
        watched=watched,
        operators=max(operators, 1.0),
        count=len(inside),
        peak=_peak(times),
        priorities=dict(sorted(Counter(each.priority for each in inside).items())),
        top=tuple(_sources(inside)[:TOP]),
        standing=tuple(
            Standing(each.number, each.equipment, each.priority, each.since, each.until)
            for each in sorted(long, key=lambda each: each.since - each.until)
        ),
        standing_most=_most_at_once([(max(each.since + STANDING_AFTER, since), min(each.until, until)) for each in long]),
        chattering=tuple(_sources(_chatter(inside))),
        floods=waves,
        bars=tuple(Bar(first, last, bisect_left(times, last) - bisect_left(times, first)) for first, last in pairwise(edges)),
        equipment=dict(Counter(each.equipment for each in inside)),
    )


def behind(figure: Figure, heard: Sequence[Annunciation], stood: Iterable[Stood], since: int, until: int) -> tuple[int, ...]:
    """The numbers of the alarms that a figure counts, each once."""
    inside = _inside(heard, since, until)
    match figure.kind:
        case "priority":
            wanted = {int(word) for word in figure.key.split(",")}
            inside = [each for each in inside if each.priority in wanted]
        case "source":
            inside = [each for each in inside if _key(each) == figure.key]
        case "chattering":
            inside = [each for each in _chatter(inside) if figure.key in ("", _key(each))]
        case "flood":
            found = [flood for flood in _floods([each.at for each in heard], since, until) if flood.since == int(figure.key)]
            inside = [each for each in heard if any(flood.since - WINDOW < each.at <= flood.until for flood in found)]
        case "bar":
            first, last = (int(word) for word in figure.key.split(","))
            inside = [each for each in inside if first <= each.at < last]
        case "standing":
            return tuple(dict.fromkeys(each.number for each in _long(stood, since, until)))
        case _:
            pass
    return tuple(dict.fromkeys(each.number for each in inside))


def operators_of(roster: Roster, since: int, until: int, timezone: str) -> float:
    """How many operators were on duty in the mean of [since, until); 1 where the roster knows of none."""
    zone = ZoneInfo(timezone)
    first, last = (datetime.fromtimestamp(at // SECOND, zone).date() for at in (since, until))
    there = 0
    for place in range((last - first).days + 2):
        for watch in watches(roster, first + timedelta(days=place - 1), timezone):
            people = sum(member.level is Level.OPERATOR for member in watch.members)
            there += people * max(0, min(watch.until, until) - max(watch.since, since))
    return max(1.0, there / max(until - since, 1))


def source_key(rule: str, code: int) -> str:
    """How a :class:`Figure` names a source."""
    return f"{rule}|{code}"


def _key(each: Annunciation) -> str:
    return source_key(each.rule, each.code)


def _inside(heard: Sequence[Annunciation], since: int, until: int) -> list[Annunciation]:
    times = [each.at for each in heard]
    return list(heard[bisect_left(times, since) : bisect_left(times, until)])


def _sources(heard: Sequence[Annunciation]) -> list[Source]:
    """The most frequent first; of equals the one that was heard last."""
    counts = Counter((each.rule, each.code) for each in heard)
    newest = {(each.rule, each.code): each for each in heard}
    made = [Source(last.rule, last.code, last.equipment, last.priority, last.number, counts[key]) for key, last in newest.items()]
    return sorted(made, key=lambda source: (-source.count, -source.number))


def _chatter(heard: Sequence[Annunciation]) -> list[Annunciation]:
    """Those that belong to at least CHATTER_TIMES of the same alarm within CHATTER_WITHIN."""
    of: dict[tuple[str, int], list[Annunciation]] = {}
    for each in heard:
        of.setdefault((each.rule, each.code), []).append(each)
    found: list[Annunciation] = []
    for group in of.values():
        part = [False] * len(group)
        for last in range(CHATTER_TIMES - 1, len(group)):
            first = last - CHATTER_TIMES + 1
            if group[last].at - group[first].at <= CHATTER_WITHIN:
                part[first : last + 1] = [True] * CHATTER_TIMES
        found += [each for each, chatters in zip(group, part, strict=True) if chatters]
    return sorted(found)


def _long(stood: Iterable[Stood], since: int, until: int) -> list[Stood]:
    """Those that had stood for over a day at a moment of the period."""
    return [each for each in stood if max(each.since + STANDING_AFTER, since) < min(each.until, until)]


def _most_at_once(spans: Iterable[tuple[int, int]]) -> int:
    steps = sorted([(first, 1) for first, _ in spans] + [(last, -1) for _, last in spans])
    most = present = 0
    for _, step in steps:
        present += step
        most = max(most, present)
    return most


def _peak(times: Sequence[int]) -> int:
    """The most within (t - 10 min, t]."""
    return max((place + 1 - bisect_right(times, at - WINDOW) for place, at in enumerate(times)), default=0)


def _floods(times: Sequence[int], since: int, until: int) -> tuple[Flood, ...]:
    """The floods that touch [since, until), by the rule with which they are declared (:class:`FloodWatch`)."""
    watch, began, found = FloodWatch(), 0, list[tuple[int, int]]()
    for at in times:
        if at >= until:
            break
        end = watch.next_look()
        if end is not None and end <= at:
            watch.look(end)
            found.append((began, end))
        before = watch.flood
        watch.raised(at)
        if watch.flood and not before:
            began = at
    end = watch.next_look()
    if end is not None:
        found.append((began, min(end, until)))
    made = []
    for first, last in found:
        if last > since:
            place = bisect_right(times, first - WINDOW)
            heard = times[place : bisect_right(times, last)]
            made.append(Flood(first, last, len(heard), _peak(heard)))
    return tuple(made)
