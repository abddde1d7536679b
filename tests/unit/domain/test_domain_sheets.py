"""Recording that a point was compared with its device."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.domain.accounts import Account, Role
from console.domain.commands import RecordPointTest
from console.domain.commissioning import PointTest, Result, newest
from console.domain.estate import ModbusSource, Point, ValueKind
from console.domain.events import Entry, PointTested
from console.domain.handling import decide
from console.domain.problems import Refused
from console.domain.quality import Quality
from console.domain.text import Text
from console.domain.times import SECOND
from console.domain.world import World
from console.store.records import subjects

NOW = 1_700_000_000 * SECOND
POINT = Point("M1.u", "M1", "u", Text("电压", "Voltage"), ValueKind.ANALOG, ModbusSource("gw", 1, 3, 0), unit="V")
GOOD = RecordPointTest("M1.u", Result.PASS, " 230.2 V ", "Fluke", value=230.1, value_at=NOW - SECOND)


def recorded(command: RecordPointTest, role: Role = Role.TECHNICIAN) -> PointTest:
    events = decide(World(points={"M1.u": POINT}), command, Account("zhao", "赵师傅", (role,)), "desk 2", NOW)
    (event,) = events
    assert isinstance(event, PointTested)
    return event.test


def refused(command: RecordPointTest, role: Role = Role.TECHNICIAN) -> str:
    with pytest.raises(Refused) as caught:
        recorded(command, role)
    return caught.value.problem.code


def test_a_pass_holds_both_values_and_who_when_and_where() -> None:
    assert recorded(GOOD) == PointTest(
        "M1.u", "M1", NOW, "zhao", Result.PASS, 230.1, 0, NOW - SECOND, "V", "230.2 V", "Fluke", "", "desk 2"
    )


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_those_who_commission_may_record(role: Role) -> None:
    assert recorded(GOOD, role).by == "zhao"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_the_desk_and_the_auditor_may_not(role: Role) -> None:
    assert refused(GOOD, role) == "refused.right_commission"


def test_a_pass_needs_a_value_on_both_sides() -> None:
    assert refused(replace(GOOD, device_value="  ")) == "refused.test_value"
    assert refused(replace(GOOD, value=None)) == "refused.test_no_value"
    assert refused(replace(GOOD, quality=Quality.STALE)) == "refused.test_no_value"


@pytest.mark.parametrize("result", [Result.FAIL, Result.NOTE])
def test_anything_else_needs_words(result: Result) -> None:
    assert refused(replace(GOOD, result=result)) == "refused.test_note"
    assert recorded(replace(GOOD, result=result, value=None, quality=Quality.COMM_LOST, note=" 无应答 ")).note == "无应答"


def test_an_unknown_point_is_refused() -> None:
    assert refused(replace(GOOD, point="M1.x")) == "refused.point_unknown"


def test_the_log_finds_a_test_under_its_equipment_its_sheet_and_its_point() -> None:
    entry = Entry(1, NOW, PointTested(recorded(GOOD)), "zhao")
    assert subjects(entry) == {"equipment:M1", "sheet:M1", "point:M1.u", "account:zhao"}


def test_the_newest_test_of_a_point_counts_in_whatever_order_they_come() -> None:
    first, second = recorded(GOOD), replace(recorded(GOOD), at=NOW + 1, result=Result.FAIL)
    assert newest([first, second]) == newest([second, first]) == {"M1.u": second}
