"""The words themselves: state names, texts, samples, and that every command and event survives its journey."""

from __future__ import annotations

from typing import get_args

import msgspec
import numpy as np
import pytest
from domain_builders import CHEN, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain import accounts, alarms, events, faults, orders, quality, rules
from console.domain.accounts import Right
from console.domain.alarms import Alarm, AlarmState, Suppression
from console.domain.commands import (
    AcknowledgeAlarms,
    AdvanceOrder,
    CloseFault,
    Command,
    DispatchOrder,
    HoldOrder,
    ResumeOrder,
    SaveAccount,
    TakeFault,
    VerifyOrder,
)  # fmt: skip
from console.domain.configuring import Change, Mistake
from console.domain.estate import Equipment
from console.domain.events import Entry, Event
from console.domain.faults import CloseCode
from console.domain.health import HealthLine, HealthState
from console.domain.ordering import HOLD_REASONS
from console.domain.orders import OrderState
from console.domain.problems import Problem
from console.domain.rules import Category
from console.domain.samples import Batch
from console.domain.text import Text
from console.texts import catalogue

ALARM = Alarm(7, "r", "e", "p", 2, Category.FIRE, Text("火警"), 5, 1.0)


@pytest.mark.parametrize(
    ("active", "acknowledged", "name"),
    [
        (True, False, AlarmState.ACTIVE_UNACKNOWLEDGED),
        (True, True, AlarmState.ACTIVE_ACKNOWLEDGED),
        (False, False, AlarmState.RETURNED_UNACKNOWLEDGED),
        (False, True, AlarmState.NORMAL),
    ],
)
def test_an_alarms_state_follows_from_condition_and_acknowledgement(active: bool, acknowledged: bool, name: AlarmState) -> None:
    alarm = replace(ALARM, active=active, acknowledged=acknowledged)
    assert (alarm.state, alarm.over, alarm.id) == (name, name is AlarmState.NORMAL, "A-000007")


@pytest.mark.parametrize(
    ("suppression", "name"),
    [
        (Suppression.SHELVED, AlarmState.SHELVED),
        (Suppression.BY_DESIGN, AlarmState.SUPPRESSED),
        (Suppression.OUT_OF_SERVICE, AlarmState.OUT_OF_SERVICE),
    ],
)
def test_a_suppressed_alarm_is_called_by_its_suppression_and_is_not_over(suppression: Suppression, name: AlarmState) -> None:
    alarm = replace(ALARM, suppression=suppression)
    assert (alarm.state, alarm.over) == (name, False)


def test_a_text_stands_in_for_its_missing_language() -> None:
    both, chinese, english = Text("泵", "Pump"), Text("泵"), Text("", "Pump")
    assert [text.get("zh_CN") for text in (both, chinese, english)] == ["泵", "泵", "Pump"]
    assert [text.get("en") for text in (both, chinese, english)] == ["Pump", "泵", "Pump"]


def test_a_batch_is_as_long_as_its_points() -> None:
    assert len(Batch(np.array([1, 2], np.int32), np.zeros(2), np.zeros(2, np.uint8), 5, 6)) == 2


def test_every_event_of_a_whole_story_survives_the_log_in_json_and_msgpack() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.alarm(3)
    desk.do(AcknowledgeAlarms((1001,), "看到"))
    desk.do(TakeFault(1))
    desk.do(DispatchOrder(1, "zhao"))
    desk.do(HoldOrder(1, "waiting_parts"))
    desk.later().do(ResumeOrder(1))
    for stage in (OrderState.ASSIGNED, OrderState.ON_SITE, OrderState.SELF_CHECK):
        desk.do(AdvanceOrder(1, stage), ZHAO)
    desk.do(VerifyOrder(1, ""), CHEN)
    desk.returns(1001)
    desk.returns(1002)
    desk.do(CloseFault(1, CloseCode.REAL, "原因", "措施"))
    desk.apply(events.FaultClockWarned(desk.fault, faults.Clock.RESPOND, 50), events.AccountSaved(WANG), events.WatchStopped())
    for entry in desk.log:
        assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(entry), type=Entry) == entry


@pytest.mark.parametrize("union", [Command, Event], ids=["commands", "events"])
def test_every_word_of_the_link_has_its_own_tag(union: object) -> None:
    tags = [word.__struct_config__.tag for word in get_args(union)]
    assert len(set(tags)) == len(tags) > 15


def test_a_command_with_its_defaults_left_out_arrives_whole() -> None:
    command = SaveAccount("sun", "孙", (accounts.Role.TECHNICIAN,))
    sent = msgspec.msgpack.encode(command)
    assert msgspec.msgpack.decode(sent, type=Command) == command
    assert b"secret" not in sent


@pytest.mark.parametrize(
    "word",
    [
        HealthLine("device:gw/3", "device", HealthState.DOWN, 5, problem=Problem("link.lost", {"n": 1}), counters={"timeouts": 3}),
        Change("added", "equipment", "T1-L1"),
        Mistake("site.yaml", 3, Problem("config.unknown_key", {"key": "x"})),
        Equipment("T1-L1", Text("客梯"), "elevator", "t", "T1", facts={"rescue_code": "110"}),
    ],
    ids=lambda word: type(word).__name__,
)
def test_a_record_survives_the_link(word: msgspec.Struct) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(word), type=type(word)) == word


def test_only_good_and_manual_values_may_be_relied_upon() -> None:
    assert [q.name for q in quality.Quality if q.usable] == ["GOOD", "MANUAL"]


def test_every_name_that_a_person_sees_has_its_words_in_both_languages() -> None:
    named = {
        "order": [state.value for state in OrderState],
        "clock": [clock.value for clock in faults.Clock],
        "priority": ["1", "2", "3", "4"],
        "category": [category.value for category in rules.Category],
        "role": [role.value for role in accounts.Role],
        "right": [right.value for right in Right],
        "alarm_state": [state.value for state in alarms.AlarmState],
        "quality": [q.name.lower() for q in quality.Quality],
        "close_code": [code.value for code in CloseCode],
        "hold_reason": list(HOLD_REASONS),
        "order_kind": [kind.value for kind in orders.OrderKind],
        "health": [state.value for state in HealthState],
        "event": [word.__name__ for word in get_args(Event)],
    }
    missing = [
        f"domain.{group}.{name}" for group, names in named.items() for name in names if f"domain.{group}.{name}" not in catalogue()
    ]
    assert missing == []
