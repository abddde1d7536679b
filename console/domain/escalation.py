"""Who is told what at which moment: a committed-to-be event becomes notices, or takes planned ones back. Pure, told the time.

:func:`follow` is called with every event right after it was applied and its result belongs into the same transaction:

============================ =====================================================================================
``FaultOpened``              the first step's level on duty and the subscribers are told after the priority's delay
``FaultClockWarned``         a clock reached 50 %, 80 %, 100 %: the level of that step is told at once
``FaultTaken``               what was not sent yet is cancelled; whoever was told hears who deals with it
any event of its order       what tells of a clock whose stage was reached meanwhile is cancelled
``FaultClosed``              whatever waits is cancelled
a hazard is ``reported``     the supervisor and the manager on duty and the subscribers of P1 are told at once
============================ =====================================================================================

A mark is announced only while its clock runs (``console.domain.promises``) and never while the wall clock is not trusted, so the
same holds here. A level at which nobody is on duty hands the matter to the next one above. A drill's fault is told to the drill's
own list and to nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from console.domain import events as ev
from console.domain import promises
from console.domain.events import Event
from console.domain.faults import ClockLimits, Fault
from console.domain.maintenance.drilling import DrillRun, run_name
from console.domain.maintenance.hazards import Hazard
from console.domain.notices import Channel, Notice, NoticeKind, NoticeState, Subscription
from console.domain.rosters import Level, on_duty, reachable
from console.domain.text import Text
from console.domain.times import SECOND
from console.domain.world import World

Exempt = Callable[[Fault], bool]
LOWEST = 3  # faults have priorities 1 to 3

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _To:
    """One recipient: a person by a channel, or a channel's group."""

    channel: str
    person: str = ""
    level: Level | None = None


def nobody_exempt(_fault: Fault) -> bool:
    """Every fault is told."""
    return False


def rehearsed(world: World, fault: Fault) -> bool:
    """Nothing but alarms raised in a test (测试) stands behind it: it stays visible and is told to nobody."""
    alarms = world.alarms_of(fault)
    return bool(alarms) and all(alarm.test for alarm in alarms)


def follow(world: World, event: Event, now: int, first: int, exempt: Exempt = nobody_exempt) -> tuple[Event, ...]:
    """What ``event``, which was just applied, means for the notices. ``first`` is the number of the first new one."""
    match event:
        case ev.FaultOpened():
            fault = event.fault
            due = now + (0 if fault.drill else world.notify.policy.delay[fault.priority - 1])
            made = _about(fault, NoticeKind.OPENED, _first_told(world, fault, now), now, due)
        case ev.FaultClockWarned():
            told = _told_at(world, event, now)
            plain = _about(event.fault, NoticeKind.MARK, told, now, now)
            made = tuple(replace(notice, clock=event.clock, percent=event.percent) for notice in plain)
        case ev.FaultTaken():
            told = _followed_up(world, event.fault)
            made = _about(event.fault, NoticeKind.TAKEN, told, now, now)
        case ev.RecordSaved(record=Hazard() as hazard, what="reported"):
            made = _major(world, hazard, now)
        case _:
            made = ()
    taken_back = tuple(_overtaken(world, event, now))
    fault_of = getattr(event, "fault", None)
    if not made or (isinstance(fault_of, Fault) and exempt(fault_of)):
        return taken_back
    planned = tuple(ev.NoticePlanned(replace(notice, number=first + len(taken_back) + n)) for n, notice in enumerate(made))
    return (*taken_back, *planned)


def repeat_at(world: World, fault: Fault) -> int | None:
    """When the fault is told once more because nobody has taken it (UTC ns, may be past); ``None``: not any more."""
    every = world.notify.policy.repeat[fault.priority - 1]
    if not every or not fault.open or fault.taken is not None:
        return None
    said = [each for each in notices_of(world, fault) if each.kind in (NoticeKind.OPENED, NoticeKind.REPEAT)]
    rounds = {each.planned_at for each in said}
    if not said or len(rounds) > world.notify.policy.repeat_most:
        return None
    delay = world.notify.policy.delay[fault.priority - 1] if len(rounds) == 1 else 0
    return max(rounds) + delay + every


def repeat(world: World, fault: Fault, now: int, first: int, exempt: Exempt = nobody_exempt) -> tuple[Event, ...]:
    """Tell it once more, to those who are on duty now."""
    if exempt(fault):
        return ()
    made = _about(fault, NoticeKind.REPEAT, _first_told(world, fault, now), now, now)
    return tuple(ev.NoticePlanned(replace(notice, number=first + n)) for n, notice in enumerate(made))


def daily_at(world: World, now: int) -> int | None:
    """When the next "the watch is running" is due: after the last one, so that a restart says it neither twice nor never."""
    policy = world.notify.policy
    if policy.daily < 0 or not world.notify.channels:
        return None
    zone, after = ZoneInfo(world.timezone), world.last_daily or now
    day = (_EPOCH + timedelta(microseconds=after // 1000)).astimezone(zone).date()
    while True:
        there = datetime(day.year, day.month, day.day, policy.daily // 60, policy.daily % 60, tzinfo=zone)
        moment = round((there - _EPOCH).total_seconds()) * SECOND
        if moment > after:
            return moment
        day += timedelta(days=1)


def daily(world: World, now: int, first: int) -> tuple[Event, ...]:
    """The daily message to the level that wants it."""
    people, level = reachable(world.roster, world.notify.policy.daily_level, now, world.timezone)
    told = [to for person in people for to in _ways(world, person, level)]
    return tuple(
        ev.NoticePlanned(Notice(first + n, NoticeKind.DAILY, to.channel, now, now, to.person, to.level))
        for n, to in enumerate(told)
    )


def notices_of(world: World, fault: Fault) -> list[Notice]:
    """The notices of an open fault, in the order in which they were planned."""
    return list(world.notices_of.get(fault.number, {}).values())


def _about(fault: Fault, kind: NoticeKind, told: list[_To], now: int, due: int) -> tuple[Notice, ...]:
    """A notice for everybody, each address once (as whoever came first)."""
    first = {(to.channel, to.person): to for to in reversed(told)}
    return tuple(
        Notice(0, kind, to.channel, now, due, to.person, to.level, fault.number, fault.priority, fault.equipment)
        for to in reversed(first.values())
    )


def _major(world: World, hazard: Hazard, now: int) -> tuple[Notice, ...]:
    """A major hazard is reported at once (R-IN-05): to supervisor and manager on duty and to whoever subscribed to P1 there."""
    matter = Fault(0, hazard.equipment, 1, Text(hazard.what), now, ClockLimits())  # told like a fault, without its clocks
    told = [*_levels(world, [Level.SUPERVISOR, Level.MANAGER], now), *_subscribed(world, matter, now, marks=False)]
    return tuple(replace(notice, hazard=hazard.id) for notice in _about(matter, NoticeKind.HAZARD, told, now, now))


def _drilled(world: World, fault: Fault) -> list[_To]:
    """Those whom a drill informs, person by person; a group would take in others."""
    run = world.records(DrillRun).get(run_name(fault.drill))
    return [to for person in (run.informed if run is not None else ()) for to in _ways(world, person)]


def _first_told(world: World, fault: Fault, now: int) -> list[_To]:
    if fault.drill:
        return _drilled(world, fault)
    steps = [step for step in world.notify.policy.steps if step.percent == 0]
    return [*_levels(world, [step.level for step in steps], now), *_subscribed(world, fault, now, marks=False)]


def _told_at(world: World, event: ev.FaultClockWarned, now: int) -> list[_To]:
    """Steps between the mark before this one and this one: a step at 60 % is told at the 80 % mark if there is no nearer."""
    before = max((mark for mark in world.policy.warn_percent if mark < event.percent), default=0)
    levels = [step.level for step in world.notify.policy.steps if before < step.percent <= event.percent]
    if event.fault.drill:  # a mark climbs as in earnest, among those who were asked to take part
        informed = {(to.channel, to.person) for to in _drilled(world, event.fault)}
        return [to for to in _levels(world, levels, now) if (to.channel, to.person) in informed]
    return [*_levels(world, levels, now), *_subscribed(world, event.fault, now, marks=True)]


def _levels(world: World, levels: list[Level], now: int) -> Iterator[_To]:
    for asked in levels:
        people, level = reachable(world.roster, asked, now, world.timezone)
        for person in people:
            yield from _ways(world, person, level)


def _ways(world: World, person: str, level: Level | None = None, only: str = "") -> Iterator[_To]:
    """Every enabled channel in which the person has an address."""
    addresses = world.notify.contact(person).addresses
    for channel in world.notify.channels:
        if channel.enabled and channel.personal and addresses.get(channel.id) and only in ("", channel.id):
            yield _To(channel.id, person, level)


def _subscribed(world: World, fault: Fault, now: int, *, marks: bool) -> Iterator[_To]:
    for each in world.notify.subscriptions:
        if fault.priority not in each.priorities or (marks and not each.marks) or not _concerns(world, each, fault):
            continue
        channel: Channel | None = world.notify.channel(each.channel)
        if channel is not None and not channel.personal:
            if channel.enabled:
                yield _To(channel.id)
            continue
        for person in _people(world, each, now):
            yield from _ways(world, person, each.level, each.channel)


def _people(world: World, subscription: Subscription, now: int) -> list[str]:
    found = [subscription.person] if subscription.person else []
    if subscription.role is not None:
        found += [account.name for account in world.accounts.values() if account.enabled and subscription.role in account.roles]
    if subscription.level is not None:
        found += on_duty(world.roster, subscription.level, now, world.timezone)
    return found


def _concerns(world: World, subscription: Subscription, fault: Fault) -> bool:
    if not (subscription.equipment or subscription.systems or subscription.places):
        return True
    equipment = world.equipment.get(fault.equipment)
    if equipment is not None and equipment.system in subscription.systems:
        return True
    if equipment is not None and _lies_in(world, equipment.location, subscription.places):
        return True
    name, seen = fault.equipment, set[str]()
    while name and name not in seen:
        if name in subscription.equipment:
            return True
        seen.add(name)
        above = world.equipment.get(name)
        name = above.parent if above is not None else ""
    return False


def _lies_in(world: World, place: str, wanted: tuple[str, ...]) -> bool:
    """The place is one of these, or lies within one."""
    seen: set[str] = set()
    while place and place not in seen:
        if place in wanted:
            return True
        seen.add(place)
        above = world.locations.get(place)
        place = above.parent if above is not None else ""
    return False


def _followed_up(world: World, fault: Fault) -> list[_To]:
    """Everybody who heard of it, save the one who took it."""
    taker = fault.taken.by if fault.taken is not None else ""
    heard = [each for each in notices_of(world, fault) if each.state in (NoticeState.SENT, NoticeState.SENDING) or each.doubtful]
    return [_To(each.channel, each.person, each.level) for each in heard if not taker or each.person != taker]


def _overtaken(world: World, event: Event, now: int) -> Iterator[Event]:
    """Planned notices whose reason is gone. One that is just being sent is left alone: nobody can call it back."""
    fault = world.faults.get(event.order.fault) if isinstance(event, ev.OrderAdvanced) else getattr(event, "fault", None)
    if not isinstance(fault, Fault) or isinstance(event, ev.FaultOpened):
        return
    if not world.notices_of.get(fault.number):
        return
    running = {view.clock for view in promises.clocks(fault, world.order_of(fault), now) if view.running}
    for notice in notices_of(world, fault):
        if notice.state is not NoticeState.PLANNED or notice.kind is NoticeKind.TAKEN:
            continue
        asks = notice.kind in (NoticeKind.OPENED, NoticeKind.REPEAT)
        if not fault.open or (asks and fault.taken is not None) or (notice.clock is not None and notice.clock not in running):
            yield ev.NoticeCancelled(replace(notice, state=NoticeState.CANCELLED, ended_at=now))
