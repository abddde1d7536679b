"""Samples to alarms: each changed value is judged by the rules that read its point; what begins or ends is shown at once.

A late sample (its source time lies before one that was judged already) ends nothing and changes nothing that is active; if more
of such times follow, the device's clock was set back, and the newest of them counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import msgspec
import numpy as np

from console.domain import evaluation, handling
from console.domain.alarms import Alarm
from console.domain.estate import Estate
from console.domain.evaluation import RuleState, Transition
from console.domain.events import AlarmRaised, AlarmReturned, Event
from console.domain.quality import Quality
from console.domain.rules import AlarmRule, RuleKind
from console.domain.seasons import next_change, on_duty
from console.domain.times import SECOND, seconds
from console.engine.calm import Calm, calm_range
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.live import Changed, LiveTable
from console.engine.silencing import Silencing
from console.engine.system import PREFIX

_QUALITIES = tuple(Quality)
_REST = RuleState()
PATIENCE = 5 * SECOND  # so long a device may take to show that its clock was set back
LISTENS = 10  # a silent point is listened to so often within its window


class Alarming:
    """The rules at work. One state a rule; delays lie in the deadline heap."""

    def __init__(
        self, decisions: Decisions, deadlines: Deadlines, clock: EngineClock, live: LiveTable, silencing: Silencing
    ) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._clock = clock
        self._live = live
        self._silencing = silencing
        self._rules: dict[str, AlarmRule] = {}
        self._number_of: dict[str, int] = {}
        self._of_point: dict[int, tuple[AlarmRule, ...]] = {}
        self._watched = np.zeros(0, np.bool_)
        self._newest = np.zeros(0, np.int64)  # source time of the newest sample that was judged
        self._calm = Calm()
        self._states: dict[str, RuleState] = {}
        self._off_duty: set[str] = set()
        self._timezone = "Asia/Shanghai"
        self._active: dict[str, int] = {}  # rule -> number of its active alarm
        self._resting: dict[tuple[str, int], int] = {}  # (rule, code) -> alarm that has returned and is not over

    def restore(self, alarms: Iterable[Alarm]) -> None:
        """Take up the alarms of the stored image: what is still so is not raised again, what ended meanwhile returns."""
        for alarm in alarms:
            if alarm.rule.startswith(PREFIX):
                continue  # the console's own: no rule watches them
            if alarm.active:
                self._active[alarm.rule] = alarm.number
                self._states[alarm.rule] = evaluation.resume(alarm)
            else:
                self._resting[alarm.rule, alarm.code] = alarm.number

    def configure(self, estate: Estate) -> None:
        """Other rules: the states of those that stay are kept; alarms of those that are gone or disabled return."""
        number_of = self._number_of = {point.id: point.number for point in estate.points}
        rules = {rule.id: rule for rule in estate.rules if rule.point in number_of}
        of_point: dict[int, dict[str, AlarmRule]] = {}
        for rule in rules.values():
            for point in (rule.point, rule.other, *rule.inputs.values()):
                if point in number_of:
                    of_point.setdefault(number_of[point], {})[rule.id] = rule
        size = max(number_of.values(), default=0) + 1
        watched = np.zeros(size, np.bool_)
        watched[list(of_point)] = True
        newest = np.zeros(max(size, len(self._newest)), np.int64)
        newest[: len(self._newest)] = self._newest
        before, self._rules = self._rules, rules
        self._of_point = {number: tuple(group.values()) for number, group in of_point.items()}
        self._watched, self._newest, self._timezone = watched, newest, estate.site.timezone
        self._end_removed()
        self._calm.configure(self._of_point, size)
        for rule_id, state in self._states.items():
            if state is not _REST:
                self._settle(rules[rule_id])
        for rule in rules.values():
            self._arm_season(rule)
            self._listen(rule)
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
            self._silencing.ended(alarm)
            events.append(AlarmReturned(msgspec.structs.replace(alarm, active=False, returned_at=now)))
        for rule_id in [rule_id for rule_id in self._states if rule_id not in self._rules]:
            del self._states[rule_id]
            for kind in ("rule", "season", "heard"):
                self._deadlines.cancel((kind, rule_id))
        self._decide(events)

    def _judge_again(self, numbers: list[int]) -> None:
        """A changed rule looks at the present value at once instead of waiting for the next change."""
        events: list[Event] = []
        for number in sorted(set(numbers)):
            for rule in self._of_point.get(number, ()):
                self._look(rule, events)
        self._decide(events)

    def judge(self, changed: Changed) -> None:
        """Judge values that changed. Decides everything that they begin or end as one commit."""
        numbers, values, quality, times = changed
        wanted = self._watched[numbers]
        if not wanted.any():
            return
        late = times < self._newest[numbers]
        wanted &= self._calm.disturbed(numbers, values, quality) | late
        self._newest[numbers] = np.maximum(self._newest[numbers], times)
        now = self._clock.now()
        events: list[Event] = []
        for index in np.flatnonzero(wanted).tolist():
            number = int(numbers[index])
            time = times if isinstance(times, int) else int(times[index])
            value = self._live.exact(number, float(values[index]))
            kind = _QUALITIES[quality[index]]
            behind = bool(late[index])
            if behind:
                self._deadlines.set(("late", number), now + PATIENCE, partial(self._set_back, number, time))
            for rule in self._of_point[number]:
                state = self._states.get(rule.id, _REST)
                if behind and state.active:
                    continue
                if self._number_of[rule.point] == number:
                    outcome = self._step(rule, state, value, kind, now)
                    if outcome[0] is not state:
                        self._carry(rule, outcome, now, time, events)
                else:
                    self._look(rule, events, time)
        self._decide(events)

    def _step(self, rule: AlarmRule, state: RuleState, value: float, quality: Quality, now: int) -> evaluation.Outcome:
        return evaluation.step(rule, state, value, quality, now, self._read, on_duty=rule.id not in self._off_duty)

    def _read(self, point: str) -> float | None:
        number = self._number_of.get(point)
        return None if number is None else self._live.value(number)

    def _look(self, rule: AlarmRule, events: list[Event], time: int = 0) -> None:
        """Judge the present value of the rule's own point."""
        number = self._number_of[rule.point]
        now = self._clock.now()
        state = self._states.get(rule.id, _REST)
        value = self._live.value(number)
        if value is not None:
            outcome = self._step(rule, state, self._live.exact(number, value), Quality.GOOD, now)
        else:  # a rule that was disabled returns whatever the quality
            outcome = evaluation.due(rule, state, now, self._read, on_duty=rule.id not in self._off_duty)
        if outcome[0] is not state:
            self._carry(rule, outcome, now, time or self._live.time(number), events)

    def _carry(self, rule: AlarmRule, outcome: evaluation.Outcome, now: int, time: int, events: list[Event]) -> None:
        state, transitions = outcome
        self._states[rule.id] = state
        self._settle(rule)
        for transition in transitions:
            event = self._event(rule, transition, now, time, len(events))
            if event is not None:
                events.append(event)
        wake = evaluation.wake_at(rule, state, now)
        if wake is None:
            self._deadlines.cancel(("rule", rule.id))
        else:
            self._deadlines.set(("rule", rule.id), wake, lambda: self._woken(rule.id))

    def _settle(self, rule: AlarmRule) -> None:
        """The rule's state is another one: other values of its point leave everything as it is."""
        number = self._number_of[rule.point]
        states = self._states
        self._calm.settle(number, [calm_range(each, states.get(each.id, _REST)) for each in self._of_point[number]])

    def _decide(self, events: list[Event]) -> None:
        if events:
            self._decisions.decide(events, at_once=True)
            self._silencing.decided(events)

    # --- moments

    def _woken(self, rule_id: str) -> None:
        """A delay has ended, or time alone may have changed something."""
        rule = self._rules.get(rule_id)
        if rule is None:
            return
        now = self._clock.now()
        events: list[Event] = []
        state = self._states.get(rule_id, _REST)
        outcome = evaluation.due(rule, state, now, self._read, on_duty=rule_id not in self._off_duty)
        self._carry(rule, outcome, now, 0, events)
        self._decide(events)

    def _set_back(self, number: int, time: int) -> None:
        """A late sample came. What came after it counts: in order again, or by a clock that was set back."""
        present = self._live.time(number)
        if present == time:  # nothing came after it
            self._deadlines.set(("late", number), self._clock.now() + PATIENCE, partial(self._set_back, number, time))
            return
        self._newest[number] = present
        self._judge_again([number])

    def _arm_season(self, rule: AlarmRule) -> None:
        now = self._clock.now()
        if on_duty(rule.season, now, self._timezone):
            self._off_duty.discard(rule.id)
        else:
            self._off_duty.add(rule.id)
        moment = next_change(rule.season, now, self._timezone)
        if moment is None:
            self._deadlines.cancel(("season", rule.id))
        else:
            self._deadlines.set(("season", rule.id), moment, lambda: self._season_changed(rule.id))

    def _season_changed(self, rule_id: str) -> None:
        rule = self._rules.get(rule_id)
        if rule is None:
            return
        self._arm_season(rule)
        events: list[Event] = []
        self._look(rule, events)
        self._decide(events)

    def _listen(self, rule: AlarmRule) -> None:
        """Wait for the moment at which a point has said nothing for a whole window (an unchanged value is news, too)."""
        if rule.kind is not RuleKind.NO_DATA:
            return
        window = seconds(rule.window_s)
        moment = max(self._live.time(self._number_of[rule.point]), self._clock.now() - window) + window
        self._deadlines.set(("heard", rule.id), moment, lambda: self._silence_ends(rule.id))

    def _silence_ends(self, rule_id: str) -> None:
        rule = self._rules.get(rule_id)
        if rule is None:
            return
        now, number = self._clock.now(), self._number_of[rule.point]
        window, heard = seconds(rule.window_s), self._live.time(self._number_of[rule.point])
        state = self._states.get(rule_id, _REST)
        events: list[Event] = []
        if self._live.value(number) is not None and now - heard < window:
            if state.active or state.since is not None:
                self._look(rule, events)
            moment = heard + window
        else:
            self._carry(rule, evaluation.silent(rule, state, max(heard, 1), now), now, heard, events)
            moment = now + max(SECOND, window // LISTENS)
        self._decide(events)
        self._deadlines.set(("heard", rule_id), moment, lambda: self._silence_ends(rule_id))

    # --- transitions

    def _event(self, rule: AlarmRule, transition: Transition, now: int, time: int, position: int) -> Event | None:
        world = self._decisions.world
        if not transition.raised:
            alarm = world.alarms.get(self._active.pop(rule.id, 0))
            if alarm is None:
                return None
            ended = msgspec.structs.replace(alarm, active=False, returned_at=now)
            if not ended.over:
                self._resting[rule.id, alarm.code] = alarm.number
            self._silencing.ended(alarm)
            return AlarmReturned(ended)
        earlier = world.alarms.get(self._resting.pop((rule.id, transition.code), 0))
        if earlier is not None and not earlier.active:
            # still the same occurrence: it was not over yet (ISA-18.2: RTNUN -> UNACK); one that was only latched asks again
            self._active[rule.id] = earlier.number
            again = handling.raised_again(world, earlier, transition.value).alarm
            return AlarmRaised(self._silencing.dressed(msgspec.structs.replace(again, acknowledged=False)))
        number = self._decisions.sequence + 1 + position
        self._active[rule.id] = number
        return AlarmRaised(self._silencing.dressed(evaluation.raised(rule, transition, number, now, time or now)))
