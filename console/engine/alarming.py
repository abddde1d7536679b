"""Samples to alarms: each changed value is judged by the rules of its point; what begins or ends is decided and shown at once."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from console.domain import evaluation
from console.domain.alarms import Alarm
from console.domain.estate import Estate
from console.domain.evaluation import RuleState, Transition
from console.domain.events import AlarmRaised, AlarmReturned, Event
from console.domain.quality import Quality
from console.domain.rules import AlarmRule
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.live import Changed, LiveTable
from console.engine.system import PREFIX

_QUALITIES = tuple(Quality)


class Alarming:
    """The rules at work. One state a rule; delays lie in the deadline heap."""

    def __init__(self, decisions: Decisions, deadlines: Deadlines, clock: EngineClock, live: LiveTable) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._clock = clock
        self._live = live
        self._rules: dict[str, AlarmRule] = {}
        self._of_point: dict[int, tuple[AlarmRule, ...]] = {}
        self._watched = np.zeros(0, np.bool_)
        self._states: dict[str, RuleState] = {}
        self._active: dict[str, int] = {}  # rule -> number of its active alarm
        self._unacknowledged: dict[tuple[str, int], int] = {}  # (rule, code) -> alarm that has returned, not yet acknowledged

    def restore(self, alarms: Iterable[Alarm]) -> None:
        """Take up the alarms of the stored image: what is still so is not raised again, what ended meanwhile returns."""
        for alarm in alarms:
            if alarm.rule.startswith(PREFIX):
                continue  # the console's own: no rule watches them
            if alarm.active:
                self._active[alarm.rule] = alarm.number
                self._states[alarm.rule] = evaluation.resume(alarm)
            else:
                self._unacknowledged[alarm.rule, alarm.code] = alarm.number

    def configure(self, estate: Estate) -> None:
        """Other rules: the states of those that stay are kept; alarms of those that are gone or disabled return."""
        number_of = {point.id: point.number for point in estate.points}
        rules = {rule.id: rule for rule in estate.rules if rule.point in number_of}
        of_point: dict[int, list[AlarmRule]] = {}
        for rule in rules.values():
            of_point.setdefault(number_of[rule.point], []).append(rule)
        watched = np.zeros(max(number_of.values(), default=0) + 1, np.bool_)
        watched[list(of_point)] = True
        before, self._rules = self._rules, rules
        self._of_point = {number: tuple(group) for number, group in of_point.items()}
        self._watched = watched
        self._end_removed()
        if before:
            changed = {rule.point for rule in rules.values() if before.get(rule.id) not in (None, rule)}
            self._judge_again([number_of[point] for point in changed] + self._new_rules(before, number_of))

    def _new_rules(self, before: dict[str, AlarmRule], number_of: dict[str, int]) -> list[int]:
        return [number_of[rule.point] for rule in self._rules.values() if rule.id not in before]

    def _end_removed(self) -> None:
        now = self._clock.now()
        events: list[Event] = []
        for rule_id in [rule_id for rule_id in self._active if rule_id not in self._rules]:
            alarm = self._decisions.world.alarms[self._active.pop(rule_id)]
            events.append(AlarmReturned(msgspec.structs.replace(alarm, active=False, returned_at=now)))
        for rule_id in [rule_id for rule_id in self._states if rule_id not in self._rules]:
            del self._states[rule_id]
            self._deadlines.cancel(("rule", rule_id))
        if events:
            self._decisions.decide(events, at_once=True)

    def _judge_again(self, numbers: list[int]) -> None:
        """A changed rule looks at the present value at once instead of waiting for the next change."""
        for number in sorted(set(numbers)):
            quality = self._live.quality(number)
            value = self._live.value(number)
            if value is not None:
                self.judge(
                    Changed(np.array([number], np.int32), np.array([value]), np.array([quality], np.uint8), self._live.time(number))
                )
            else:  # a rule that was disabled returns whatever the quality
                now = self._clock.now()
                events: list[Event] = []
                for rule in self._of_point.get(number, ()):
                    self._carry(rule, evaluation.due(rule, self._states.get(rule.id, RuleState()), now), now, 0, events)
                if events:
                    self._decisions.decide(events, at_once=True)

    def judge(self, changed: Changed) -> None:
        """Judge values that changed. Decides everything that they begin or end as one commit."""
        numbers, values, quality, source_time = changed
        watched = self._watched[numbers]
        if not watched.any():
            return
        now = self._clock.now()
        events: list[Event] = []
        for index in np.flatnonzero(watched).tolist():
            number = int(numbers[index])
            time = source_time if isinstance(source_time, int) else int(source_time[index])
            value = self._live.exact(number, float(values[index]))
            kind = _QUALITIES[quality[index]]
            for rule in self._of_point[number]:
                state = self._states.get(rule.id, _REST)
                outcome = evaluation.step(rule, state, value, kind, now)
                if outcome[0] is not state:
                    self._carry(rule, outcome, now, time, events)
        if events:
            self._decisions.decide(events, at_once=True)

    def _carry(self, rule: AlarmRule, outcome: evaluation.Outcome, now: int, time: int, events: list[Event]) -> None:
        state, transitions = outcome
        self._states[rule.id] = state
        for transition in transitions:
            event = self._event(rule, transition, now, time, len(events))
            if event is not None:
                events.append(event)
        wake = evaluation.wake_at(rule, state)
        if wake is None:
            self._deadlines.cancel(("rule", rule.id))
        else:
            self._deadlines.set(("rule", rule.id), wake, lambda: self._woken(rule.id))

    def _woken(self, rule_id: str) -> None:
        """A delay has ended."""
        rule = self._rules.get(rule_id)
        if rule is None:
            return
        now = self._clock.now()
        events: list[Event] = []
        self._carry(rule, evaluation.due(rule, self._states.get(rule_id, _REST), now), now, 0, events)
        if events:
            self._decisions.decide(events, at_once=True)

    def _event(self, rule: AlarmRule, transition: Transition, now: int, time: int, position: int) -> Event | None:
        world = self._decisions.world
        if not transition.raised:
            alarm = world.alarms.get(self._active.pop(rule.id, 0))
            if alarm is None:
                return None
            if not alarm.acknowledged:
                self._unacknowledged[rule.id, alarm.code] = alarm.number
            return AlarmReturned(msgspec.structs.replace(alarm, active=False, returned_at=now))
        earlier = world.alarms.get(self._unacknowledged.pop((rule.id, transition.code), 0))
        if earlier is not None and not earlier.acknowledged:
            # still the same occurrence: it has not yet been both returned and acknowledged (ISA-18.2: RTNUN -> UNACK)
            fault = next((fault for fault in world.faults.values() if fault.id == earlier.fault), None)
            self._active[rule.id] = earlier.number
            return AlarmRaised(
                msgspec.structs.replace(
                    earlier,
                    active=True,
                    returned_at=0,
                    value=transition.value,
                    fault=earlier.fault if fault is not None and fault.open else "",
                )
            )
        number = self._decisions.sequence + 1 + position
        self._active[rule.id] = number
        return AlarmRaised(evaluation.raised(rule, transition, number, now, time or now))


_REST = RuleState()
