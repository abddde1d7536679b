"""The states of an alarm as ISA-18.2 names them: every combination of the facts in one table, and the acts between them."""

from __future__ import annotations

import pytest
from domain_builders import START, Desk
from msgspec.structs import replace

from console.domain.alarms import Alarm, AlarmState, Suppression
from console.domain.events import AlarmRaised, OrderRaised, SilenceBegun
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.rules import Category
from console.domain.shelving import over
from console.domain.silences import Silence, SilenceKind, covers
from console.domain.stamps import Stamp
from console.domain.suppression import hushes, settled
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE

ALARM = Alarm(1, "T1-P1.p#k", "T1-P1", "T1-P1.p", 3, Category.EQUIPMENT, Text("高", "High"), START, 1.0)


@pytest.mark.parametrize(
    # condition  acknowledged  latched  suppression     state                      asks   over
    ("active", "acknowledged", "latched", "suppression", "state", "asks", "over_"),
    [
        (True,     False,        False,   "none",           "active_unacknowledged",   True,  False),
        (True,     True,         False,   "none",           "active_acknowledged",     False, False),
        (False,    False,        False,   "none",           "returned_unacknowledged", True,  False),
        (False,    True,         False,   "none",           "normal",                  False, True),
        (True,     False,        True,    "none",           "active_unacknowledged",   True,  False),
        (True,     True,         True,    "none",           "active_acknowledged",     False, False),
        (False,    False,        True,    "none",           "latched_unacknowledged",  True,  False),
        (False,    True,         True,    "none",           "latched_acknowledged",    False, False),
        (True,     False,        False,   "shelved",        "shelved",                 False, False),
        (False,    False,        False,   "shelved",        "shelved",                 False, False),
        (True,     False,        False,   "by_design",      "suppressed",              False, False),
        (False,    False,        True,    "by_design",      "suppressed",              False, False),
        (True,     True,         False,   "out_of_service", "out_of_service",          False, False),
        (False,    True,         False,   "shelved",        "shelved",                 False, True),
    ],
)  # fmt: skip
def test_the_facts_give_this_state(  # noqa: PLR0917 - a row of the table
    active: bool, acknowledged: bool, latched: bool, suppression: str, state: str, asks: bool, over_: bool
) -> None:
    alarm = replace(ALARM, active=active, acknowledged=acknowledged, latched=latched, suppression=Suppression(suppression))
    assert (alarm.state, alarm.asks, alarm.over) == (AlarmState(state), asks, over_)


@pytest.mark.parametrize(
    # the consequence's priority and category, the cause's priority: may it be silenced?
    ("priority", "category", "cause", "silenced"),
    [
        (3, Category.EQUIPMENT, 3, True),
        (3, Category.EQUIPMENT, 2, True),
        (2, Category.EQUIPMENT, 3, False),
        (1, Category.EQUIPMENT, 1, False),
        (2, Category.FIRE, 1, False),
        (2, Category.TRAPPED, 1, False),
        (4, Category.COMMS, 1, True),
    ],
)
def test_a_cause_silences_only_what_is_not_graver(priority: int, category: Category, cause: int, silenced: bool) -> None:
    assert hushes(replace(ALARM, priority=cause), replace(ALARM, number=2, priority=priority, category=category)) is silenced


def stamp(at: int = START) -> Stamp:
    return Stamp(at=at, by="wang", entered_at=at, entered_by="wang")


@pytest.mark.parametrize(
    ("kind", "more", "category", "suppression", "test"),
    [
        (SilenceKind.SHELF, {"rule": ALARM.rule}, Category.EQUIPMENT, "shelved", False),
        (SilenceKind.SHELF, {"rule": "other"}, Category.EQUIPMENT, "none", False),
        (SilenceKind.SHELF, {"rule": ALARM.rule, "code": 7}, Category.EQUIPMENT, "none", False),
        (SilenceKind.SERVICE, {"order": 1}, Category.EQUIPMENT, "out_of_service", False),
        (SilenceKind.SERVICE, {"order": 1}, Category.FIRE, "none", False),
        (SilenceKind.TEST, {}, Category.EQUIPMENT, "none", True),
        (SilenceKind.TEST, {}, Category.FIRE, "none", True),
        (SilenceKind.TEST, {"points": "q"}, Category.FIRE, "none", False),
    ],
)
def test_an_entry_does_this_to_an_alarm(
    kind: SilenceKind, more: dict[str, object], category: Category, suppression: str, test: bool
) -> None:
    desk = Desk()
    silence = Silence(1, kind, "T1-P1", "r", stamp(), START + HOUR, **more)  # type: ignore[arg-type]
    desk.apply(SilenceBegun(silence), AlarmRaised(replace(ALARM, category=category)))
    found = settled(desk.world, desk.world.alarms[1], None)
    assert (found.suppression.value, found.test) == (suppression, test)
    assert not covers(replace(silence, ended=stamp()), ALARM, desk.world.equipment)


def test_an_entry_ends_by_its_time_or_with_its_order() -> None:
    desk = Desk()
    timed = Silence(1, SilenceKind.SHELF, "T1-P1", "r", stamp(), START + MINUTE, rule=ALARM.rule)
    held = Silence(2, SilenceKind.SERVICE, "T1-P1", "r", stamp(), order=1)
    order = Order(1, OrderKind.PREVENTIVE, Text("x"), "T1-P1", 4, START)
    desk.apply(OrderRaised(order), SilenceBegun(timed), SilenceBegun(held))
    assert over(desk.world, START + MINUTE - 1) == ()
    assert [each.silence.number for each in over(desk.world, START + MINUTE)] == [1]
    desk.apply(OrderRaised(replace(order, state=OrderState.ARCHIVED)))
    assert [each.silence.number for each in over(desk.world, START)] == [2]
