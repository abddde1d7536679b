"""The alarm machine: one rule, one stream of samples, and the moments at which its condition begins and ends.

Pure: ``step(rule, state, sample, now) -> (state, transitions)``. A delay is data (:func:`wake_at`), never a timer: the caller
calls :func:`due` when that moment has come. Acknowledgement is not known here; an alarm is an occurrence between two
transitions, and what becomes of it is its own record's business (ISA-18.2: condition and acknowledgement are independent).

Decisions:

* A sample that is not usable (:attr:`Quality.usable`), or not a finite number, neither raises nor clears, and **freezes** a
  running delay: the time until the next usable sample does not count as held. If that sample shows the same condition, the
  delay goes on from where it stopped; if not, it is dropped.
* The caller passes samples in the order of their source time and each only once. A repeated sample changes nothing twice.
* A fault code that changes while it is active is one return of the old code and one raise of the new one, both after the
  *on* delay of the new code; until then the old code stays.
* A rule that is disabled returns at the next :func:`step` or :func:`due`, whatever the sample's quality, without a delay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from console.domain.alarms import Alarm
from console.domain.quality import Quality
from console.domain.rules import AlarmRule, RuleKind
from console.domain.times import seconds


@dataclass(frozen=True, slots=True)
class RuleState:
    """What a rule remembers. ``code`` is the code of the active occurrence (kind CODE, else 0).

    ``since`` is when a change began that its delay still holds back (``None``: no change is pending), ``next_code`` the code
    it leads to, ``value`` the last usable number of that change. ``frozen_at`` is when the quality was lost meanwhile.
    """

    active: bool = False
    code: int = 0
    since: int | None = None
    next_code: int = 0
    value: float = 0.0
    frozen_at: int | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """The condition began (``raised``) or ended, with the number that decided it and the code that it is about."""

    raised: bool
    value: float
    code: int = 0


Outcome = tuple[RuleState, tuple[Transition, ...]]

_NOTHING: tuple[Transition, ...] = ()


def step(rule: AlarmRule, state: RuleState, value: float, quality: Quality, now: int) -> Outcome:
    """Judge one sample. ``now`` UTC ns, never earlier than at the call before. Pass integers as ``int``: bits stay exact."""
    if not rule.enabled:
        return _disabled(state)
    if not quality.usable or not math.isfinite(value):
        if state.since is not None and state.frozen_at is None:
            state = replace(state, frozen_at=now)
        return state, _NOTHING
    met, code = _condition(rule, state, value)
    if met == state.active and code == state.code:
        if state.since is None:
            return state, _NOTHING
        return RuleState(state.active, state.code), _NOTHING
    since = now
    if state.since is not None and state.next_code == code:
        since = state.since + (0 if state.frozen_at is None else now - state.frozen_at)
    return due(rule, RuleState(state.active, state.code, since, code, value), now)


def due(rule: AlarmRule, state: RuleState, now: int) -> Outcome:
    """Carry out a pending change if its delay has ended at ``now``; otherwise nothing changes."""
    if not rule.enabled:
        return _disabled(state)
    moment = wake_at(rule, state)
    if moment is None or now < moment:
        return state, _NOTHING
    value = state.value
    if not state.active:
        return RuleState(True, state.next_code), (Transition(True, value, state.next_code),)
    returned = Transition(False, value, state.code)
    if state.next_code:
        return RuleState(True, state.next_code), (returned, Transition(True, value, state.next_code))
    return RuleState(), (returned,)


def wake_at(rule: AlarmRule, state: RuleState) -> int | None:
    """When :func:`due` is to be called next (UTC ns); ``None``: not before another sample."""
    if state.since is None or state.frozen_at is not None:
        return None
    raising = not state.active or state.next_code != 0
    return state.since + seconds(rule.on_delay_s if raising else rule.off_delay_s)


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
        limit=rule.limit if rule.kind in (RuleKind.HIGH, RuleKind.LOW) else None,
        code=transition.code,
    )


def _disabled(state: RuleState) -> Outcome:
    if state.active:
        return RuleState(), (Transition(False, state.value, state.code),)
    return RuleState(), _NOTHING


def _condition(rule: AlarmRule, state: RuleState, value: float) -> tuple[bool, int]:
    """Whether the rule's condition is met by ``value``, and its code (0 for all kinds but CODE)."""
    band = rule.dead_band if state.active else 0.0
    match rule.kind:
        case RuleKind.HIGH:
            return value > rule.limit - band, 0
        case RuleKind.LOW:
            return value < rule.limit + band, 0
        case RuleKind.STATE:
            return value in rule.values, 0
        case RuleKind.BITS:
            return int(value) & rule.mask != 0, 0
        case RuleKind.CODE:  # pragma: no branch - mypy knows that there is no other
            return int(value) != 0, int(value)
