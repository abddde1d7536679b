"""Who is on duty, and who is told what when: tables that a shift leader can read."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from console.domain import escalation, notices, rosters
from console.domain import events as ev
from console.domain.accounts import Account, Role
from console.domain.estate import Equipment, Location
from console.domain.faults import P1_DEFAULT, P2_DEFAULT, Clock, Fault
from console.domain.notices import Channel, Contact, Notice, NoticeKind, NoticeState, NotifyPolicy, NotifySettings, Subscription
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.rosters import Change, Level, Member, Roster, Shift, Team
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE, SECOND
from console.domain.world import World

ZONE = "Asia/Shanghai"
ROSTER = Roster(
    shifts=(Shift("day", Text("早班", "day"), 480, 1200), Shift("night", Text("夜班", "night"), 1200, 480)),
    teams=(
        Team("A", Text("甲班"), (Member("wang"), Member("chen", Level.SHIFT_LEADER))),
        Team("B", Text("乙班"), (Member("sun"), Member("qian", Level.SHIFT_LEADER))),
    ),
    cycle=({"day": "A", "night": "B"}, {"day": "B", "night": "A"}),
    since="2026-11-01",
    standing=(Member("li", Level.SUPERVISOR), Member("boss", Level.MANAGER)),
)
SETTINGS = NotifySettings(
    channels=(Channel("mail", Text("邮件"), "mailto://smtp.example?to={to}"), Channel("robot", Text("群"), "wecombot://{secret}")),
    contacts=tuple(Contact(name, {"mail": f"{name}@example.org"}) for name in ("wang", "chen", "sun", "qian", "li", "boss")),
)


def at(text: str, zone: str = ZONE) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("moment", "operator"),
    [
        ("2026-11-01T07:59", ()),  # the cycle has not begun
        ("2026-11-01T08:00", ("wang",)),
        ("2026-11-01T19:59", ("wang",)),
        ("2026-11-01T20:00", ("sun",)),
        ("2026-11-02T03:00", ("sun",)),  # the night of the 1st
        ("2026-11-02T08:00", ("sun",)),
        ("2026-11-02T23:00", ("wang",)),
        ("2026-11-03T12:00", ("wang",)),  # the cycle again
    ],
)
def test_the_cycle_says_who_is_on_duty(moment: str, operator: tuple[str, ...]) -> None:
    assert rosters.on_duty(ROSTER, Level.OPERATOR, at(moment), ZONE) == operator


def test_a_stand_in_has_the_level_of_whom_they_stand_in_for() -> None:
    roster = replace(ROSTER, changes=(Change("2026-11-01", "day", person="guest", instead="chen"),))
    noon = at("2026-11-01T12:00")
    assert rosters.on_duty(roster, Level.SHIFT_LEADER, noon, ZONE) == ("guest",)
    assert rosters.on_duty(roster, Level.OPERATOR, noon, ZONE) == ("wang",)
    assert rosters.on_duty(roster, Level.SHIFT_LEADER, at("2026-11-03T12:00"), ZONE) == ("chen",)


def test_another_team_takes_a_shift_of_one_day() -> None:
    roster = replace(ROSTER, changes=(Change("2026-11-01", "night", team="A"),))
    assert rosters.on_duty(roster, Level.OPERATOR, at("2026-11-02T01:00"), ZONE) == ("wang",)


def test_an_empty_chair_hands_the_matter_to_the_next_level() -> None:
    roster = replace(ROSTER, cycle=({"day": "A"},))
    assert rosters.reachable(roster, Level.OPERATOR, at("2026-11-05T23:00"), ZONE) == (("li",), Level.SUPERVISOR)
    assert rosters.reachable(Roster(), Level.OPERATOR, at("2026-11-05T23:00"), ZONE) == ((), Level.OPERATOR)


def test_the_night_in_which_the_clocks_go_back_is_an_hour_longer() -> None:
    (night,) = [w for w in rosters.watches(ROSTER, date(2026, 10, 24), "Europe/Berlin") if w.shift.id == "night"]
    assert night.until - night.since == 13 * HOUR


def test_a_roster_with_mistakes_names_each() -> None:
    wrong = replace(ROSTER, cycle=({"noon": "A", "day": "C"},), since="soon", changes=(Change("2026-13-01", "day"),))
    codes = [problem.code.rpartition(".")[2] for problem in rosters.problems(wrong)]
    assert codes == ["since", "unknown_shift", "unknown_team", "day", "exception_empty"]
    assert rosters.problems(ROSTER) == ()


class Play:
    """A world in which events happen and the notices follow them, as the collector does it."""

    def __init__(self, settings: NotifySettings = SETTINGS, roster: Roster = ROSTER) -> None:
        self.world = World(roster=roster, notify=settings, timezone=ZONE)
        self.world.equipment = {
            "T1": Equipment("T1", Text("1号楼"), "building", "", "", "other"),
            "T1-L1": Equipment("T1-L1", Text("1号梯"), "elevator", "", "T1-F3", "elevator", parent="T1"),
        }
        self.world.locations = {each.id: each for each in (Location("T1", Text("1号楼")), Location("T1-F3", Text("三层"), "T1"))}
        self.sequence = 100
        self.now = at("2026-11-01T12:00")
        self.exempt = escalation.nobody_exempt

    def happens(self, event: ev.Event) -> list[Notice]:
        self.sequence += 1
        self.world.apply(event)
        follow = escalation.follow(self.world, event, self.now, self.sequence + 1, self.exempt)
        for each in follow:
            self.sequence += 1
            assert not isinstance(each, ev.NoticePlanned) or each.notice.number == self.sequence
            self.world.apply(each)
        return [each.notice for each in follow]  # type: ignore[union-attr]

    def opens(self, priority: int = 2, number: int = 1) -> list[Notice]:
        limits = P1_DEFAULT if priority == 1 else P2_DEFAULT
        detected = Stamp(self.now, "", self.now, "")
        stamps = {OrderState.ACCEPTED: detected}
        order = Order(number, OrderKind.CORRECTIVE, Text("困人"), "T1-L1", priority, self.now, stamps=stamps, fault=number)
        made = self.happens(ev.FaultOpened(Fault(number, "T1-L1", priority, Text("困人"), self.now, limits, order=number)))
        self.happens(ev.OrderRaised(order))
        return made

    def sent(self, notices_: list[Notice]) -> None:
        for notice in notices_:
            self.happens(ev.NoticeSent(replace(notice, state=NoticeState.SENT, ended_at=self.now)))

    def mark(self, clock: Clock, percent: int) -> list[Notice]:
        return self.happens(ev.FaultClockWarned(self.world.faults[1], clock, percent))

    def taken(self, by: str = "wang") -> list[Notice]:
        fault = replace(self.world.faults[1], taken=Stamp(self.now, by, self.now, by, "console-1"))
        return self.happens(ev.FaultTaken(fault))


def people(notices_: list[Notice]) -> list[str]:
    return [notice.person or notice.channel for notice in notices_]


def test_each_mark_climbs_one_level() -> None:
    play = Play()
    assert people(play.opens()) == ["wang"]
    assert people(play.mark(Clock.RESPOND, 50)) == ["chen"]
    assert people(play.mark(Clock.RESPOND, 80)) == ["li"]
    assert people(play.mark(Clock.RESPOND, 100)) == ["boss"]


def test_the_delay_is_the_priority_s() -> None:
    assert [n.due_at - n.planned_at for n in Play().opens(1)] == [0]
    assert [n.due_at - n.planned_at for n in Play().opens(2)] == [2 * MINUTE]


def test_a_fault_that_is_taken_in_time_is_told_to_nobody() -> None:
    play = Play()
    play.opens()
    play.now += MINUTE
    (cancelled,) = play.taken()
    assert cancelled.state is NoticeState.CANCELLED
    assert not [n for n in play.world.notices.values() if n.open]


def test_whoever_was_told_hears_who_took_it_but_not_the_taker() -> None:
    play = Play()
    play.sent(play.opens())
    play.sent(play.mark(Clock.ACKNOWLEDGE, 50))
    told = play.taken("chen")
    assert [(n.person, n.kind) for n in told] == [("wang", NoticeKind.TAKEN)]


def test_a_mark_that_waits_is_taken_back_when_its_stage_is_reached() -> None:
    play = Play()
    play.opens()
    play.mark(Clock.RESPOND, 50)
    stamp = Stamp(play.now, "zhao", play.now, "zhao")
    order = play.world.orders[1]
    accepted = replace(order, state=OrderState.ASSIGNED, stamps={**order.stamps, OrderState.ASSIGNED: stamp})
    assert [(n.person, n.state) for n in play.happens(ev.OrderAdvanced(accepted, "stage"))] == [("chen", NoticeState.CANCELLED)]


def test_closing_takes_back_what_waits_and_forgets_the_rest() -> None:
    play = Play()
    play.sent(play.opens())
    play.mark(Clock.RESPOND, 50)
    (back,) = play.happens(ev.FaultClosed(replace(play.world.faults[1], closed_at=play.now)))
    assert back.state is NoticeState.CANCELLED
    assert play.world.notices == {}


def test_a_drill_tells_nobody() -> None:
    play = Play()
    play.exempt = lambda fault: True
    assert play.opens() == []
    assert play.mark(Clock.RESPOND, 100) == []


def test_a_step_between_two_marks_is_told_at_the_next_mark() -> None:
    steps = (notices.Step(60, Level.MANAGER),)
    play = Play(replace(SETTINGS, policy=NotifyPolicy(steps=steps)))
    play.opens()
    assert play.mark(Clock.RESPOND, 50) == []
    assert people(play.mark(Clock.RESPOND, 80)) == ["boss"]


@pytest.mark.parametrize(
    ("subscription", "told"),
    [
        (Subscription(channel="robot"), ["wang", "robot"]),
        (Subscription(channel="robot", priorities=(1,)), ["wang"]),
        (Subscription(person="boss", equipment=("T1",)), ["wang", "boss"]),  # whatever is in building 1
        (Subscription(person="boss", equipment=("T2",)), ["wang"]),
        (Subscription(person="boss", places=("T1",)), ["wang", "boss"]),  # a building, with every floor of it
        (Subscription(person="boss", places=("T1-ROOF", "T2")), ["wang"]),
        (Subscription(person="boss", places=("T2",), systems=("elevator",)), ["wang", "boss"]),  # either is enough
        (Subscription(person="boss", systems=("elevator",)), ["wang", "boss"]),
        (Subscription(role=Role.SUPERVISOR), ["wang", "li"]),
        (Subscription(level=Level.SHIFT_LEADER), ["wang", "chen"]),
        (Subscription(person="wang"), ["wang"]),  # nobody hears it twice
        (Subscription(person="nowhere"), ["wang"]),
    ],
)
def test_subscribers_hear_what_they_asked_for(subscription: Subscription, told: list[str]) -> None:
    play = Play(replace(SETTINGS, subscriptions=(subscription,)))
    play.world.accounts = {"li": Account("li", "李主管", (Role.SUPERVISOR,))}
    assert people(play.opens()) == told


def test_a_p1_is_repeated_until_somebody_takes_it() -> None:
    play = Play()
    play.sent(play.opens(1))
    fault = play.world.faults[1]
    for _ in range(SETTINGS.policy.repeat_most):
        due = escalation.repeat_at(play.world, fault)
        assert due == play.now + 5 * MINUTE
        play.now = due
        again = escalation.repeat(play.world, fault, play.now, play.sequence + 1)
        for each in again:
            play.sequence += 1
            play.world.apply(each)
    assert escalation.repeat_at(play.world, fault) is None, "not for ever"
    play.taken()
    assert escalation.repeat_at(play.world, play.world.faults[1]) is None


def test_the_daily_message_comes_once_a_day_whatever_is_restarted() -> None:
    play = Play()
    first = at("2026-11-02T08:30")
    assert escalation.daily_at(play.world, play.now) == first
    (planned,) = escalation.daily(play.world, first, 500)
    play.world.apply(planned)
    assert escalation.daily_at(play.world, first + MINUTE) == at("2026-11-03T08:30")
    assert escalation.daily_at(play.world, at("2026-11-05T10:00")) == at("2026-11-03T08:30"), "missed while off: due at once"
    play.world.notify = NotifySettings()
    assert escalation.daily_at(play.world, first) is None


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mailto://smtp.example?to={to}", ""),
        ("mailtos://duty:{secret}@smtp.example?to={to}", ""),
        ("mailtos://duty:hunter2@smtp.example?to={to}", "secret_in_url"),
        ("wecombot://1234abcd", "secret_in_url"),
        ("wecombot://{secret}", ""),
        ("smtp.example", "url"),
    ],
)
def test_a_secret_never_stands_in_an_address(url: str, code: str) -> None:
    found = notices.problems(NotifySettings(channels=(Channel("x", Text("x"), url),)))
    assert [problem.code for problem in found] == ([f"notify.settings.{code}"] if code else [])


def test_retries_wait_longer_and_longer_up_to_ten_minutes() -> None:
    assert [notices.retry_after(n) // SECOND for n in (1, 2, 3, 5, 6, 50)] == [30, 60, 120, 480, 600, 600]
