"""The alarm machine: one rule, one stream of samples, and the moments at which its condition begins and ends.

Pure: ``step(rule, state, sample, now) -> (state, transitions)``. A delay is data (:func:`wake_at`), never a timer: the caller
calls :func:`due` when that moment has come. Acknowledgement is not known here; an alarm is an occurrence between two
transitions, and what becomes of it is its own record's business (ISA-18.2: condition and acknowledgement are independent).

Decisions:

* A sample that is not usable (:attr:`Quality.usable`), or not a finite number, neither raises nor clears, and **freezes** a
  running delay: the time until the next usable sample does not count as held. If that sample shows the same condition, the
  delay goes on from where it stopped; if not, it is dropped. Another point that the rule needs and that is not known freezes
  it alike. What a rate or a stuck value remembers is dropped: nobody knows what happened meanwhile. Only NO_DATA lives of it.
* The caller passes samples in the order of their source time and each only once. A repeated sample changes nothing twice.
* A fault code that changes while it is active is one return of the old code and one raise of the new one, both after the
  *on* delay of the new code; until then the old code stays.
* A rule that is disabled, off its season or whose ``when`` is false returns at the next :func:`step` or :func:`due`, whatever the
  sample's quality, without a delay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from console.domain.alarms import Alarm
from console.domain.expressions import Read, compiled
from console.domain.quality import Quality
from console.domain.rules import LIMITED, AlarmRule, RuleKind
from console.domain.times import seconds
from console.domain.watching import REMEMBERING, Memory, look_again, met, pruned, remember


@dataclass(frozen=True, slots=True)
class RuleState:
    """What a rule remembers. ``code`` is the code of the active occurrence (kind CODE, else 0).

    ``since`` is when a change began that its delay still holds back (``None``: no change is pending), ``next_code`` the code
    it leads to, ``value`` the last usable number of that change. ``frozen_at`` is when the quality was lost meanwhile.
    ``memory``: see :mod:`console.domain.watching`.
    """

    active: bool = False
    code: int = 0
    since: int | None = None
    next_code: int = 0
    value: float = 0.0
    frozen_at: int | None = None
    memory: Memory = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """The condition began (``raised``) or ended, with the number that decided it and the code that it is about."""

    raised: bool
    value: float
    code: int = 0


Outcome = tuple[RuleState, tuple[Transition, ...]]

_NOTHING: tuple[Transition, ...] = ()
_REST = RuleState()


def nobody(_point: str) -> None:
    """No other point is known."""


def step(  # noqa: PLR0917 - a sample has three parts, and a rule may need more than its own point
    rule: AlarmRule, state: RuleState, value: float, quality: Quality, now: int, read: Read = nobody, *, on_duty: bool = True
) -> Outcome:
    """Judge one sample. ``now`` UTC ns, never earlier than at the call before. Pass integers as ``int``: bits stay exact.

    ``read`` gives the present number of another point by its id; ``on_duty`` is whether ``now`` lies in the rule's season.
    """
    wanted = rule.enabled and on_duty and (not rule.when or _when(rule, read))
    if wanted is False:
        return _disabled(state)
    usable = quality.usable and math.isfinite(value)
    if rule.kind is RuleKind.NO_DATA:
        return _change(rule, state, not usable, value if usable else 0.0, now)
    if not usable:
        return _frozen(rule, state, now, forget=True), _NOTHING
    if rule.kind in REMEMBERING:
        memory = remember(rule, state.memory, value, now)
        if memory is not state.memory:
            state = replace(state, memory=memory)
    return _judged(rule, state, value, wanted, now=now, read=read)


def due(rule: AlarmRule, state: RuleState, now: int, read: Read = nobody, *, on_duty: bool = True) -> Outcome:
    """Carry out a pending change if its delay has ended at ``now``; look again where time alone decides. Else nothing changes."""
    wanted = rule.enabled and on_duty and (not rule.when or _when(rule, read))
    if wanted is False:
        return _disabled(state)
    if rule.kind in REMEMBERING and state.memory:
        state = replace(state, memory=pruned(rule, state.memory, now))
        return _judged(rule, state, _latest(rule, state), wanted, now=now, read=read)
    return _carried_out(rule, state, now)


def silent(rule: AlarmRule, state: RuleState, heard: int, now: int) -> Outcome:
    """Kind NO_DATA: nothing has come since ``heard`` (UTC ns), and a device that says nothing does not say so."""
    if state.active:
        return state, _NOTHING
    since = heard if state.since is None or state.frozen_at is not None else min(heard, state.since)
    return _carried_out(rule, RuleState(since=since), now)


def _judged(rule: AlarmRule, state: RuleState, value: float, wanted: bool | None, *, now: int, read: Read) -> Outcome:
    held = met(rule, state.memory, value, state.active, now, read)
    if held is None or wanted is None:
        return _frozen(rule, state, now, forget=False), _NOTHING
    if held and rule.kind is RuleKind.STUCK:
        value = state.memory[0][1]  # where it stands, not how it trembles there: a restart goes on from this number
    return _change(rule, state, held, value, now)


def _change(rule: AlarmRule, state: RuleState, held: bool, value: float, now: int) -> Outcome:
    """The condition is ``held``, or is not: begin, go on with or drop a delay."""
    code = int(value) if held and rule.kind is RuleKind.CODE else 0
    if held == state.active and code == state.code:
        if state.since is None:
            return state, _NOTHING
        return RuleState(state.active, state.code, memory=state.memory), _NOTHING
    since = now
    if state.since is not None and state.next_code == code:
        since = state.since + (0 if state.frozen_at is None else now - state.frozen_at)
    return _carried_out(rule, RuleState(state.active, state.code, since, code, value, memory=state.memory), now)


def _carried_out(rule: AlarmRule, state: RuleState, now: int) -> Outcome:
    moment = _delay_ends(rule, state)
    if moment is None or now < moment:
        return state, _NOTHING
    value, memory = state.value, state.memory
    if not state.active:
        return RuleState(True, state.next_code, memory=memory), (Transition(True, value, state.next_code),)
    returned = Transition(False, value, state.code)
    if state.next_code:
        return RuleState(True, state.next_code, memory=memory), (returned, Transition(True, value, state.next_code))
    return RuleState(memory=memory), (returned,)


def wake_at(rule: AlarmRule, state: RuleState, now: int = 0) -> int | None:
    """When :func:`due` is to be called next (UTC ns); ``None``: not before another sample. ``now``: the last call's."""
    delay = _delay_ends(rule, state)
    if not state.memory:
        return delay
    again = look_again(rule, state.memory, max(now, state.memory[-1][0]))
    return again if delay is None else delay if again is None else min(delay, again)


def _delay_ends(rule: AlarmRule, state: RuleState) -> int | None:
    if state.since is None or state.frozen_at is not None:
        return None
    raising = not state.active or state.next_code != 0
    if not raising:
        return state.since + seconds(rule.off_delay_s)
    window = rule.window_s if rule.kind in (RuleKind.RUNNING, RuleKind.NO_DATA) else 0.0
    return state.since + seconds(rule.on_delay_s + window)


def _when(rule: AlarmRule, read: Read) -> bool | None:
    return compiled(rule.when).truth(lambda name: read(rule.inputs.get(name, "")))


def _frozen(rule: AlarmRule, state: RuleState, now: int, *, forget: bool) -> RuleState:
    """A running delay stands still; ``forget``: what lay between the samples is not known."""
    if forget and rule.kind in (RuleKind.RATE, RuleKind.STUCK) and state.memory:
        state = replace(state, memory=())
    if state.since is not None and state.frozen_at is None:
        state = replace(state, frozen_at=now)
    return state


def _latest(rule: AlarmRule, state: RuleState) -> float:
    """The newest value that the memory holds."""
    return state.memory[0][1] if rule.kind in (RuleKind.STARTS, RuleKind.STUCK) else state.memory[-1][1]


def resume(alarm: Alarm | None) -> RuleState:
    """The state after a restart: ``alarm`` is the rule's still active alarm in the last stored image."""
    return RuleState() if alarm is None or not alarm.active else RuleState(True, alarm.code)


def raised(rule: AlarmRule, transition: Transition, number: int, now: int, source_time: int = 0) -> Alarm:
    """The record of a new occurrence; text and priority come from the code's own where the rule names it."""
    named = rule.codes.get(transition.code) if rule.kind is RuleKind.CODE else None
    return Alarm(
        number=number,
        rule=rule.id,
        equipment=rule.equipment,
        point=rule.point,
        priority=(named.priority if named else 0) or rule.priority,
        category=rule.category,
        text=named.text if named else rule.text,
        raised_at=now,
        value=transition.value,
        source_time=source_time,
        limit=rule.limit if rule.kind in LIMITED else None,
        code=transition.code,
        latched=rule.latched,
    )


def _disabled(state: RuleState) -> Outcome:
    if state.active:
        return RuleState(), (Transition(False, state.value, state.code),)
    return (state if state == _REST else _REST), _NOTHING
