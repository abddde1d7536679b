"""Small makers for the domain's tests: people, one estate, a world, and a hand that decides and applies."""

from __future__ import annotations

from typing import Any

from console.domain import handling
from console.domain.accounts import Account, Role
from console.domain.alarms import Alarm
from console.domain.commands import Command
from console.domain.estate import Equipment, Estate, ManualSource, Point, Site, ValueKind
from console.domain.events import AlarmRaised, Entry, Event
from console.domain.faults import Fault
from console.domain.orders import Order
from console.domain.problems import Refused
from console.domain.rules import AlarmRule, Category, RuleKind
from console.domain.text import Text
from console.domain.times import HOUR, SECOND
from console.domain.world import World

START = 1_764_550_800 * SECOND  # 2025-12-01 09:00 in Shanghai

WANG = Account("wang", "王强", (Role.OPERATOR,))
LI = Account("li", "李敏", (Role.OPERATOR,))
CHEN = Account("chen", "陈主管", (Role.SUPERVISOR,))
ZHAO = Account("zhao", "赵师傅", (Role.TECHNICIAN,))
SUN = Account("sun", "孙师傅", (Role.TECHNICIAN,))
ADMIN = Account("admin", "管理员", (Role.ADMINISTRATOR,))
AUDITOR = Account("audit", "审计", (Role.AUDITOR,))
GONE = Account("gone", "离职", (Role.TECHNICIAN,), enabled=False)
PEOPLE = (WANG, LI, CHEN, ZHAO, SUN, ADMIN, AUDITOR, GONE)

LIFT = Equipment("T1-L1", Text("1-1# 客梯", "Lift 1-1"), "elevator", "monarch_nice3000", "T1")
PUMP = Equipment("T1-P1", Text("1# 水泵", "Pump 1"), "domestic_pump", "cim500", "T1")
RULE = AlarmRule("T1-L1.trapped#on", "T1-L1", "T1-L1.trapped", RuleKind.STATE, 1, Text("困人", "Trapped"), values=(1,))
POINT = Point("T1-P1.run_hours", "T1-P1", "run_hours", Text("累计运行时间"), ValueKind.COUNTER, ManualSource())


def estate(**changes: Any) -> Estate:
    parts: dict[str, Any] = {"site": Site("jinyun", Text("锦云府")), "equipment": (LIFT, PUMP), "rules": (RULE,)}
    return Estate(**{**parts, "points": (POINT,), **changes})


class Desk:
    """A world, and the people who act on it; every event is applied and kept in the log."""

    def __init__(self, **changes: Any) -> None:
        self.world = World.load(estate(**changes), accounts=PEOPLE)
        self.log: list[Entry] = []
        self.now = START
        self.alarms = 0

    def apply(self, *events: Event) -> tuple[Event, ...]:
        for event in events:
            self.log.append(Entry(len(self.log) + 1, self.now, event))
            self.world.apply(event)
        return events

    def do(self, command: Command, actor: Account = WANG, station: str = "desk-1") -> tuple[Event, ...]:
        return self.apply(*handling.decide(self.world, command, actor, station, self.now))

    def refusal(self, command: Command, actor: Account = WANG) -> str:
        """The code with which ``command`` is refused; empty if it is not."""
        try:
            handling.decide(self.world, command, actor, "desk-2", self.now)
        except Refused as refused:
            return refused.problem.code
        return ""

    def alarm(
        self, priority: int = 3, equipment: str = "T1-P1", fault: bool = True, category: Category = Category.EQUIPMENT
    ) -> Alarm:
        """Raise an alarm, and with it what it leads to."""
        self.alarms += 1
        raised = Alarm(
            number=1000 + self.alarms, rule=f"{equipment}.x#high", equipment=equipment, point=f"{equipment}.x", priority=priority,
            category=category, text=Text(f"报警{self.alarms}"), raised_at=self.now, value=7.0,
        )  # fmt: skip
        self.apply(AlarmRaised(raised))
        if fault:
            self.apply(*handling.fault_for(self.world, raised, self.now))
        return self.world.alarms[raised.number]

    def returns(self, number: int) -> None:
        self.apply(*handling.returned(self.world, number, self.now))

    def later(self, duration: int = HOUR) -> Desk:
        self.now += duration
        return self

    @property
    def fault(self) -> Fault:
        return self.world.faults[max(self.world.faults)]

    @property
    def order(self) -> Order:
        return self.world.orders[max(self.world.orders)]
