"""Who may keep what quiet, reset it and tick off its steps: every refusal, and what the acts do."""

from __future__ import annotations

import pytest
from domain_builders import ADMIN, CHEN, LIFT, PUMP, START, WANG, Desk, estate
from msgspec.structs import replace

from console.domain import commands as cmd
from console.domain.accounts import Account
from console.domain.alarms import Alarm
from console.domain.estate import Equipment, Estate, Location
from console.domain.events import AlarmRaised, OrderAdvanced
from console.domain.orders import OrderState
from console.domain.rules import AlarmRule, AlarmStep, Category, RuleKind
from console.domain.silences import belongs
from console.domain.suppression import Causes
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE, SECOND

STEPPED = AlarmRule("T1-P1.x#high", "T1-P1", "T1-P1.x", RuleKind.HIGH, 3, Text("高"), steps=(AlarmStep(Text("看", "Look"), 60.0),))


def desk() -> Desk:
    """A pump's alarm 1001 with its fault and order 1, and a lift's trapped passengers 1002."""
    made = Desk(rules=(STEPPED,))
    made.alarm(3)
    made.alarm(1, "T1-L1", category=Category.TRAPPED)
    return made


@pytest.mark.parametrize(
    ("command", "actor", "code"),
    [
        (cmd.ShelveAlarms((1001,), "r"), ADMIN, "refused.right_shelve"),
        (cmd.ShelveAlarms((1001,), " "), WANG, "refused.shelf_reason"),
        (cmd.ShelveAlarms((), "r"), WANG, "refused.no_alarm"),
        (cmd.ShelveAlarms((9,), "r"), WANG, "refused.alarm_over"),
        (cmd.ShelveAlarms((1001, 1002), "r"), CHEN, "refused.shelf_undeniable"),
        (cmd.ShelveAlarms((1001,), "r", 9 * HOUR), WANG, "refused.right_shelve_long"),
        (cmd.ShelveAlarms((1001,), "r", 9 * HOUR), CHEN, ""),
        (cmd.TakeOutOfService("X", 1, "r"), WANG, "refused.no_equipment"),
        (cmd.TakeOutOfService("T1-P1", 99, "r"), WANG, "refused.order_unknown"),
        (cmd.TakeOutOfService("T1-L1", 1, "r"), WANG, "refused.service_order"),
        (cmd.TakeOutOfService("T1-P1", 1, ""), WANG, "refused.service_reason"),
        (cmd.TakeOutOfService("T1-P1", 1, "r"), WANG, ""),
        (cmd.BeginTest("X", "r", "李敏"), WANG, "refused.no_equipment"),
        (cmd.BeginTest("T1-P1", "", "李敏"), WANG, "refused.test_reason"),
        (cmd.BeginTest("T1-P1", "r", ""), WANG, "refused.test_witness"),
        (cmd.BeginTest("T1-P1", "r", "王强"), WANG, "refused.test_same"),
        (cmd.BeginTest("T1-P1", "r", "wang"), WANG, "refused.test_same"),
        (cmd.BeginTest("T1-P1", "r", "李敏", SECOND), WANG, "refused.test_length"),
        (cmd.BeginTest("T1-P1", "r", "李敏", 9 * HOUR), WANG, "refused.test_length"),
        (cmd.BeginTest("T1-P1", "r", "李敏", HOUR, "node_9_*"), WANG, "refused.test_points"),
        (cmd.BeginTest("T1-P1", "r", "李敏", HOUR, "run_*"), WANG, ""),
        (cmd.EndSilence(4), WANG, "refused.silence_unknown"),
        (cmd.ResetAlarms(()), WANG, "refused.no_alarm"),
        (cmd.ResetAlarms((1001,)), WANG, ""),
        (cmd.CheckAlarmStep(1001, 1), WANG, "refused.step_unknown"),
        (cmd.CheckAlarmStep(1002, 0), WANG, "refused.step_unknown"),
        (cmd.CheckAlarmStep(1001, 0), WANG, ""),
        (cmd.CheckAlarmStep(1001, 0), ADMIN, "refused.right_acknowledge"),
    ],
)
def test_who_may_do_what(command: cmd.Command, actor: Account, code: str) -> None:
    assert desk().refusal(command, actor) == code


def test_the_consoles_own_alarms_are_not_shelved() -> None:
    made = desk()
    made.apply(AlarmRaised(Alarm(5, "system#clock", "", "", 4, Category.SYSTEM, Text("x"), START, 0.0)))
    assert made.refusal(cmd.ShelveAlarms((5,), "r")) == "refused.shelf_own"


def test_what_is_silenced_twice_is_one_entry_or_refused() -> None:
    made = desk()
    made.do(cmd.ShelveAlarms((1001, 1001), "first"))
    made.later(MINUTE).do(cmd.ShelveAlarms((1001,), "second", HOUR))
    (shelf,) = made.world.silences.values()
    assert (shelf.reason, shelf.until, shelf.revision, shelf.id) == ("second", START + MINUTE + HOUR, 1, "S-000001")
    made.do(cmd.TakeOutOfService("T1-P1", 1, "r"))
    made.do(cmd.BeginTest("T1-P1", "r", "李敏"))
    assert made.refusal(cmd.TakeOutOfService("T1-P1", 1, "r")) == "refused.service_already"
    assert made.refusal(cmd.BeginTest("T1-P1", "r", "李敏")) == "refused.test_already"
    for number in (1, 2, 3):
        made.do(cmd.EndSilence(number, "done"))
    assert (made.world.silences, made.world.next_silence) == ({}, 4)


def test_a_closed_order_takes_no_equipment_out_of_service() -> None:
    made = desk()
    made.apply(OrderAdvanced(replace(made.world.orders[1], state=OrderState.ARCHIVED), "stage"))
    assert made.refusal(cmd.TakeOutOfService("T1-P1", 1, "r")) == "refused.order_ended"


def test_a_latched_alarm_is_reset_only_when_it_is_over_otherwise() -> None:
    made = desk()
    alarm = replace(made.world.alarms[1001], latched=True)
    made.apply(AlarmRaised(alarm))
    assert made.refusal(cmd.ResetAlarms((1001,))) == "refused.reset_active"
    made.returns(1001)
    assert made.refusal(cmd.ResetAlarms((1001,))) == "refused.reset_unacknowledged"
    made.do(cmd.AcknowledgeAlarms((1001,)))
    assert 1001 in made.world.alarms
    made.do(cmd.ResetAlarms((1001,)))
    assert 1001 not in made.world.alarms


def test_a_latched_p1_alarm_is_reset_only_when_its_steps_are_done() -> None:
    made = desk()
    made.apply(AlarmRaised(replace(made.world.alarms[1001], latched=True, priority=1)))
    made.returns(1001)
    made.do(cmd.AcknowledgeAlarms((1001,)))
    assert made.refusal(cmd.ResetAlarms((1001,))) == "refused.reset_steps"
    made.do(cmd.CheckAlarmStep(1001, 0))
    made.do(cmd.ResetAlarms((1001,)))
    assert 1001 not in made.world.alarms


def test_a_step_is_signed_once_with_its_note() -> None:
    made = desk()
    made.do(cmd.CheckAlarmStep(1001, 0, "电话确认"))
    assert made.do(cmd.CheckAlarmStep(1001, 0)) == ()
    stamp = made.world.alarms[1001].checks[0]
    assert (stamp.by, stamp.note, stamp.at) == ("wang", "电话确认", START)


def test_what_belongs_to_what_even_where_the_parts_go_in_a_circle() -> None:
    circle = (
        Equipment("A", Text("A"), "x", "t", "T1", parent="B"),
        Equipment("B", Text("B"), "x", "t", "T1", parent="A"),
    )
    parts = {each.id: each for each in (LIFT, PUMP, *circle)}
    assert belongs("A", "B", parts)
    assert not belongs("A", "T1-P1", parts)
    assert not belongs("gone", "A", parts)


@pytest.mark.parametrize(
    ("explains", "explained"),
    [
        (("*",), True),
        (("T1-P1",), True),
        (("site",), True),
        (("T1",), True),
        (("connection:gw",), True),
        (("T1-L1", "T9", "connection:other"), False),
    ],
)
def test_a_cause_explains_the_places_that_it_names(explains: tuple[str, ...], explained: bool) -> None:
    cut = AlarmRule("PWR.cut#k", "PWR", "PWR.cut", RuleKind.STATE, 2, Text("停电"), explains=explains)
    places = (Location("site", Text("园区")), Location("T1", Text("1号楼"), "site"))
    made: Estate = estate(locations=places, equipment=(LIFT, replace(PUMP, connection="gw")), rules=(cut,))
    causes = Causes()
    causes.configure(made)
    cause = Alarm(1, cut.id, "PWR", cut.point, 2, Category.EQUIPMENT, Text("停电"), START, 1.0)
    pump = Alarm(2, "T1-P1.x#k", "T1-P1", "T1-P1.x", 3, Category.EQUIPMENT, Text("停"), START, 1.0)
    causes.note(cause)
    causes.note(pump)

    def silent(_point: str) -> bool:
        return False

    assert (causes.of(pump, silent) == cause) is explained
    assert causes.concerned(cause, [pump]) == ([pump] if explained else [])
    assert causes.of(replace(pump, raised_at=START - HOUR), silent) is None, "what stood long before is no consequence"
    assert causes.of(replace(pump, category=Category.FIRE), silent) is None
    causes.drop(1)
    assert causes.of(pump, silent) is None
