"""Samples to alarms: each changed value is judged by the rules that read its point; what begins or ends is shown at once.

A late sample (its source time lies before one that was judged already) ends nothing and changes nothing that is active; if more
of such times follow, the device's clock was set back, and the newest of them counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from console.engine.recalling import Remembered
from console.engine.silencing import Silencing
from console.engine.system import PREFIX

_QUALITIES = tuple(Quality)
_REST = RuleState()
PATIENCE = 5 * SECOND  # so long a device may take to show that its clock was set back
LISTENS = 10  # a silent point is listened to so often within its window


class _Watch:
    """One rule at work. ``number`` is its point's, ``alarm`` its active alarm's (0: none), ``calm`` what leaves it as it is."""

    __slots__ = ("alarm", "calm", "number", "off_duty", "rule", "state")

    def __init__(self, rule: AlarmRule, number: int, state: RuleState = _REST, alarm: int = 0) -> None:
        self.rule, self.number, self.state, self.alarm = rule, number, state, alarm
        self.calm = calm_range(rule, state)
        self.off_duty = False


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
        self._watches: dict[str, _Watch] = {}  # by rule
        self._number_of: dict[str, int] = {}
        self._of_point: list[tuple[_Watch, ...]] = []  # by the number of a point that they read
        self._watched = np.zeros(0, np.bool_)
        self._newest = np.zeros(0, np.int64)  # source time of the newest sample that was judged
        self._calm = Calm()
        self._bridged = False  # what points said before a short restart still counts
        self._timezone = "Asia/Shanghai"
        self._stored: dict[str, Alarm] = {}  # rule -> its active alarm of the run before, until the rules are known
        self._resting: dict[tuple[str, int], int] = {}  # (rule, code) -> alarm that has returned and is not over

    def restore(self, alarms: Iterable[Alarm]) -> None:
        """Take up the alarms of the stored image: what is still so is not raised again, what ended meanwhile returns."""
        for alarm in alarms:
            if alarm.drill or alarm.rule.startswith(PREFIX):
                continue  # the console's own: no rule watches them
            if alarm.active:
                self._stored[alarm.rule] = alarm
            else:
                self._resting[alarm.rule, alarm.code] = alarm.number

    def configure(self, estate: Estate) -> None:
        """Other rules: the states of those that stay are kept; alarms of those that are gone or disabled return."""
        number_of = self._number_of = {point.id: point.number for point in estate.points}
        before, self._watches = self._watches, {}
        for rule in estate.rules:
            if rule.point in number_of:
                self._watches[rule.id] = self._watch(rule, number_of[rule.point], before.get(rule.id))
        size = max(number_of.values(), default=0) + 1
        of_point: list[dict[str, _Watch]] = [{} for _ in range(size)]
        for watch in self._watches.values():
            for point in _points(watch.rule):
                if point in number_of:
                    of_point[number_of[point]][watch.rule.id] = watch
        self._of_point = [tuple(group.values()) for group in of_point]
        self._watched = np.array([bool(group) for group in of_point], np.bool_)
        newest = np.zeros(max(size, len(self._newest)), np.int64)
        newest[: len(self._newest)] = self._newest
        self._newest, self._timezone = newest, estate.site.timezone
        self._end_removed(before)
        self._calm.configure(size)
        for number, group in enumerate(self._of_point):
            if group:
                self._calm.settle(number, [watch.calm for watch in group])
        for watch in self._watches.values():
            self._arm_season(watch)
            self._listen(watch)
        if before:
            changed = [watch for rule, watch in self._watches.items() if rule not in before or before[rule].rule != watch.rule]
            self._judge_again([watch.number for watch in changed])

    def remembered(self) -> list[Remembered]:
        """Every rule with the state that its stored alarm gives it: before the first sample of this run."""
        alarms = self._decisions.world.alarms
        found = []
        for watch in self._watches.values():
            alarm = alarms.get(watch.alarm)
            raised_at, value = (alarm.raised_at, alarm.value) if alarm is not None else (0, 0.0)
            found.append(Remembered(watch.rule, watch.state, raised_at, not watch.off_duty, value))
        return found

    def take_back(self, states: Mapping[str, RuleState], bridged: bool = False) -> None:
        """What the rules remembered before the restart; what is older than the last recorded sample of its point is late.

        ``bridged``: the restart was so short that a point's last value counts until the point speaks.
        """
        self._bridged = bridged
        now = self._clock.now()
        for number in self._number_of.values():
            self._newest[number] = max(self._newest[number], self._live.time(number))
        for rule, state in states.items():
            if rule in self._watches:
                self._carry(self._watches[rule], (state, ()), now, 0, [])

    def _watch(self, rule: AlarmRule, number: int, before: _Watch | None) -> _Watch:
        if before is not None:
            return _Watch(rule, number, before.state, before.alarm)
        stored = self._stored.pop(rule.id, None)
        return _Watch(rule, number) if stored is None else _Watch(rule, number, evaluation.resume(stored), stored.number)

    def _end_removed(self, before: dict[str, _Watch]) -> None:
        now = self._clock.now()
        gone = [watch for rule, watch in before.items() if rule not in self._watches]
        numbers = [watch.alarm for watch in gone if watch.alarm] + [alarm.number for alarm in self._stored.values()]
        self._stored.clear()
        events: list[Event] = []
        for number in numbers:
            alarm = self._decisions.world.alarms[number]
            self._silencing.ended(alarm)
            events.append(AlarmReturned(msgspec.structs.replace(alarm, active=False, returned_at=now)))
        for watch in gone:
            for kind in ("rule", "season", "heard"):
                self._deadlines.cancel((kind, watch.rule.id))
        self._decide(events)

    def _judge_again(self, numbers: list[int]) -> None:
        """A changed rule looks at the present value at once instead of waiting for the next change."""
        events: list[Event] = []
        for number in sorted(set(numbers)):
            for watch in self._of_point[number]:
                self._look(watch, events)
        self._decide(events)

    def judge(self, changed: Changed) -> None:
        """Judge values that changed. Decides everything that they begin or end as one commit."""
        numbers, values, quality, times = changed
        newest = self._newest[numbers]
        late = times < newest
        lagging = bool(late.any())
        self._newest[numbers] = np.maximum(newest, times) if lagging else times
        wanted = self._calm.disturbed(numbers, values, quality)
        if lagging:
            wanted |= late
        wanted &= self._watched[numbers]
        if not wanted.any():
            return
        now = self._clock.now()
        events: list[Event] = []
        for index in wanted.nonzero()[0].tolist():
            number = int(numbers[index])
            time = times if isinstance(times, int) else int(times[index])
            value = self._live.exact(number, float(values[index]))
            kind = _QUALITIES[quality[index]]
            usable = kind.usable
            behind = lagging and bool(late[index])
            if behind:
                self._deadlines.set(("late", number), now + PATIENCE, partial(self._set_back, number, time))
            for watch in self._of_point[number]:
                if behind and watch.state.active:
                    continue
                if watch.number == number:
                    if usable and watch.calm[0] <= value <= watch.calm[1]:
                        continue
                    outcome = self._step(watch, value, kind, now)
                    if outcome[0] is not watch.state:
                        self._carry(watch, outcome, now, time, events)
                else:
                    self._look(watch, events, time)
        self._decide(events)

    def _step(self, watch: _Watch, value: float, quality: Quality, now: int) -> evaluation.Outcome:
        return evaluation.step(watch.rule, watch.state, value, quality, now, self._read, on_duty=not watch.off_duty)

    def _read(self, point: str) -> float | None:
        number = self._number_of.get(point)
        return None if number is None else self._value(number)

    def _value(self, number: int) -> float | None:
        return self._live.last(number) if self._bridged else self._live.value(number)

    def _look(self, watch: _Watch, events: list[Event], time: int = 0) -> None:
        """Judge the present value of the rule's own point."""
        number = watch.number
        now = self._clock.now()
        value = self._value(number)
        if value is not None:
            outcome = self._step(watch, self._live.exact(number, value), Quality.GOOD, now)
        else:  # a rule that was disabled returns whatever the quality
            outcome = evaluation.due(watch.rule, watch.state, now, self._read, on_duty=not watch.off_duty)
        if outcome[0] is not watch.state:
            self._carry(watch, outcome, now, time or self._live.time(number), events)

    def _carry(self, watch: _Watch, outcome: evaluation.Outcome, now: int, time: int, events: list[Event]) -> None:
        state, transitions = outcome
        rule = watch.rule
        watch.state, watch.calm = state, calm_range(rule, state)
        self._calm.settle(watch.number, [each.calm for each in self._of_point[watch.number]])
        for transition in transitions:
            event = self._event(watch, transition, now, time, len(events))
            if event is not None:
                events.append(event)
        wake = evaluation.wake_at(rule, state, now)
        if wake is None:
            self._deadlines.cancel(("rule", rule.id))
        else:
            self._deadlines.set(("rule", rule.id), wake, lambda: self._woken(rule.id))

    def _decide(self, events: list[Event]) -> None:
        if events:
            self._decisions.decide(events, at_once=True)
            self._silencing.decided(events)

    # --- moments

    def _woken(self, rule_id: str) -> None:
        """A delay has ended, or time alone may have changed something."""
        watch = self._watches.get(rule_id)
        if watch is None:
            return
        now = self._clock.now()
        events: list[Event] = []
        outcome = evaluation.due(watch.rule, watch.state, now, self._read, on_duty=not watch.off_duty)
        self._carry(watch, outcome, now, 0, events)
        self._decide(events)

    def _set_back(self, number: int, time: int) -> None:
        """A late sample came. What came after it counts: in order again, or by a clock that was set back."""
        present = self._live.time(number)
        if present == time:  # nothing came after it
            self._deadlines.set(("late", number), self._clock.now() + PATIENCE, partial(self._set_back, number, time))
            return
        self._newest[number] = present
        self._judge_again([number])

    def _arm_season(self, watch: _Watch) -> None:
        rule, now = watch.rule, self._clock.now()
        watch.off_duty = not on_duty(rule.season, now, self._timezone)
        moment = next_change(rule.season, now, self._timezone)
        if moment is None:
            self._deadlines.cancel(("season", rule.id))
        else:
            self._deadlines.set(("season", rule.id), moment, lambda: self._season_changed(rule.id))

    def _season_changed(self, rule_id: str) -> None:
        watch = self._watches.get(rule_id)
        if watch is None:
            return
        self._arm_season(watch)
        events: list[Event] = []
        self._look(watch, events)
        self._decide(events)

    def _listen(self, watch: _Watch) -> None:
        """Wait for the moment at which a point has said nothing for a whole window (an unchanged value is news, too)."""
        rule = watch.rule
        if rule.kind is not RuleKind.NO_DATA:
            return
        window = seconds(rule.window_s)
        moment = max(self._live.time(watch.number), self._clock.now() - window) + window
        self._deadlines.set(("heard", rule.id), moment, lambda: self._silence_ends(rule.id))

    def _silence_ends(self, rule_id: str) -> None:
        watch = self._watches.get(rule_id)
        if watch is None:
            return
        now, number = self._clock.now(), watch.number
        window, heard = seconds(watch.rule.window_s), self._live.time(number)
        events: list[Event] = []
        if self._value(number) is not None and now - heard < window:
            if watch.state.active or watch.state.since is not None:
                self._look(watch, events)
            moment = heard + window
        else:
            self._carry(watch, evaluation.silent(watch.rule, watch.state, max(heard, 1), now), now, heard, events)
            moment = now + max(SECOND, window // LISTENS)
        self._decide(events)
        self._deadlines.set(("heard", rule_id), moment, lambda: self._silence_ends(rule_id))

    # --- transitions

    def _event(self, watch: _Watch, transition: Transition, now: int, time: int, position: int) -> Event | None:
        world, rule = self._decisions.world, watch.rule
        if not transition.raised:
            alarm = world.alarms.get(watch.alarm)
            watch.alarm = 0
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
            watch.alarm = earlier.number
            again = handling.raised_again(world, earlier, transition.value).alarm
            return AlarmRaised(self._silencing.dressed(msgspec.structs.replace(again, acknowledged=False)))
        number = self._decisions.sequence + 1 + position
        watch.alarm = number
        return AlarmRaised(self._silencing.dressed(evaluation.raised(rule, transition, number, now, time or now)))


def _points(rule: AlarmRule) -> tuple[str, ...]:
    """The points that the rule reads."""
    return (rule.point, rule.other, *rule.inputs.values())
