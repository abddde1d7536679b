"""A small estate as a console sees it: two elevators, a pump set, a fire panel and two meters, with builders for messages.

Every text of the estate has both languages and every person a Latin name, so that in English no Chinese character may be left.
The time stands still (rate 0) unless a test says otherwise.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from console.domain.accounts import Account, Role
from console.domain.alarms import Alarm
from console.domain.commands import Command
from console.domain.estate import Band, CommSource, Equipment, Estate, Location, ManualSource, Point, Site, ValueKind
from console.domain.faults import Fault, ResponsePolicy
from console.domain.orders import STAGES, CheckItem, Hold, Order, OrderKind, OrderState
from console.domain.plans import MaintenancePlan, PlanState
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.rules import AlarmRule, Category, RuleKind
from console.domain.stamps import Stamp
from console.domain.text import EMPTY, Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.link.messages import Answer, Delta, Denied, Done, Live, Query, Session, Snapshot

# Monday 2026-11-23, 08:00 in Shanghai
NOW = 1_795_392_000 * SECOND
NODES = 20
Value = float | int | str

MODES = {7: Text("自动", "Automatic"), 9: Text("待梯", "Parked"), 1: Text("检修", "Inspection")}
LOCATIONS = (
    Location("T1", Text("1号楼", "Tower 1")),
    Location("T1-MR", Text("电梯机房", "Machine room"), "T1", "room"),
    Location("B1", Text("地下一层", "Basement 1"), "T1", "floor"),
)


def _machine(id: str, name: Text, page: str, system: str, location: str, **more: Any) -> Equipment:
    return Equipment(id, name, more.pop("kind", page), f"{page}_type", location, system, page=page, **more)


EQUIPMENT = (
    _machine("T1-L1", Text("1-1# 客梯", "Lift 1-1"), "elevator", "elevator", "T1-MR", rated={"floors": "33"},
             facts={"maintenance_company": "Lift Care Ltd"}),
    _machine("T1-L2", Text("1-2# 客梯", "Lift 1-2"), "elevator", "elevator", "T1-MR", rated={"floors": "33"}),
    _machine("PS1", Text("生活泵组", "Domestic pumps"), "pump_set", "water", "B1"),
    _machine("PS1-P1", Text("1#生活泵", "Domestic pump 1"), "pump", "water", "B1", parent="PS1"),
    _machine("PS1-P2", Text("2#生活泵", "Domestic pump 2"), "pump", "water", "B1", parent="PS1"),
    _machine("FP1", Text("消防主机", "Fire panel"), "fire_panel", "fire", "T1"),
    _machine("EM1", Text("总电表", "Main meter"), "meter", "power", "B1", rated={"load": "incoming"}),
    _machine("WM1", Text("总水表", "Water meter"), "meter", "metering", "B1"),
)  # fmt: skip

# equipment, key, Chinese, English, kind, more
_POINTS: list[tuple[str, str, str, str, ValueKind, dict[str, Any]]] = [
    *((lift, key, zh, en, kind, more) for lift in ("T1-L1", "T1-L2") for key, zh, en, kind, more in (
        ("service_mode", "服务模式", "Service mode", ValueKind.STATE, {"states": MODES}),
        ("current_floor", "当前楼层", "Current floor", ValueKind.ANALOG, {"main": True}),
        ("direction", "运行方向", "Direction", ValueKind.STATE, {}),
        ("door_open", "开门到位", "Door open", ValueKind.STATE, {}),
        ("trapped", "困人", "Passengers trapped", ValueKind.STATE, {}),
    )),
    ("PS1", "discharge_pressure", "出口压力", "Discharge pressure", ValueKind.ANALOG,
     {"unit": "MPa", "decimals": 2, "normal": Band(0.4, 0.6), "main": True}),
    ("PS1", "tank_level", "水箱液位", "Tank level", ValueKind.ANALOG, {"unit": "m", "decimals": 1, "normal": Band(1.0, 3.0)}),
    *((pump, key, zh, en, ValueKind.STATE, {}) for pump in ("PS1-P1", "PS1-P2") for key, zh, en in (
        ("run_state", "运行状态", "Run state"), ("alarm_code", "故障代码", "Alarm code"))),
    *(("FP1", f"node_{n:03d}", f"探测器{n}", f"Detector {n}", ValueKind.STATE, {}) for n in range(1, NODES + 1)),
    ("EM1", "active_power", "有功功率", "Active power", ValueKind.ANALOG, {"unit": "kW", "decimals": 1}),
    ("EM1", "reactive_power", "无功功率", "Reactive power", ValueKind.ANALOG, {"unit": "kvar", "decimals": 1}),
    ("EM1", "energy", "正向有功电能", "Energy", ValueKind.COUNTER, {"unit": "Wh"}),
    ("WM1", "flow", "瞬时流量", "Flow", ValueKind.ANALOG, {"unit": "m³/h", "decimals": 1}),
    ("WM1", "serial", "表号", "Serial number", ValueKind.TEXT, {}),
]  # fmt: skip


def _points() -> tuple[Point, ...]:
    made = [
        Point(f"{machine}.{key}", machine, key, Text(zh, en), kind, ManualSource(), **more)
        for machine, key, zh, en, kind, more in _POINTS
    ]
    made += [
        Point(f"{each.id}.comm_state", each.id, "comm_state", Text("通信状态", "Communication"), ValueKind.STATE, CommSource("gw"))
        for each in EQUIPMENT
    ]
    return tuple(replace(point, number=number) for number, point in enumerate(made, 1))


POINTS = _points()
NUMBERS = {point.id: point.number for point in POINTS}


def _rule(point: str, key: str, priority: int, category: Category, text: Text, **more: Any) -> AlarmRule:
    machine = point.rpartition(".")[0]
    kind = more.pop("kind", RuleKind.STATE)
    return AlarmRule(f"{point}#{key}", machine, point, kind, priority, text, category=category, **more)


RULES = (
    _rule("FP1.node_001", "fire", 1, Category.FIRE, Text("火警", "Fire"), values=(1,)),
    _rule("T1-L1.trapped", "trapped", 1, Category.TRAPPED, Text("轿厢困人", "Passengers trapped"), values=(1,)),
    _rule("PS1.discharge_pressure", "low", 2, Category.EQUIPMENT, Text("出口压力低", "Discharge pressure low"),
          kind=RuleKind.LOW, limit=0.3),
    _rule("PS1-P1.alarm_code", "tripped", 3, Category.EQUIPMENT, Text("水泵跳闸", "Pump tripped"), values=(1,)),
    _rule("FP1.node_002", "isolated", 4, Category.ISOLATED, Text("探测器屏蔽", "Detector isolated"), values=(7,)),
    _rule("FP1.node_003", "supervisory", 4, Category.SUPERVISORY, Text("监管", "Supervisory"), values=(6,)),
    _rule("EM1.active_power", "high", 4, Category.EQUIPMENT, Text("功率偏高", "Power high"), kind=RuleKind.HIGH, limit=500.0),
    *(_rule(f"{each.id}.comm_state", "comms", 3, Category.COMMS, Text("通信中断", "Communication lost"), values=(1,))
      for each in EQUIPMENT),
)  # fmt: skip

PLANS = (
    MaintenancePlan("T1-L1/half_month", "T1-L1", Text("半月维保", "Half-monthly service"), every_days=15,
                    checklist=(Text("机房温度", "Machine room temperature"), Text("层门锁", "Landing door locks"))),
    MaintenancePlan("PS1/monthly", "PS1", Text("泵组月检", "Monthly pump check"), every_months=1),
    MaintenancePlan("EM1/yearly", "EM1", Text("电表校验", "Meter check"), every_days=365),
)  # fmt: skip
PLAN_STATES = (
    PlanState("T1-L1/half_month", NOW - 20 * DAY, next_due=NOW - 2 * DAY),
    PlanState("PS1/monthly", NOW - 20 * DAY, next_due=NOW + 1 * DAY),
    PlanState("EM1/yearly", NOW - 20 * DAY, next_due=NOW + 30 * DAY),
)

ESTATE = Estate(
    Site("jinyun", Text("锦云府", "Jinyun Estate"), hint=Text("值班电话 8000", "Duty phone 8000")),
    LOCATIONS, EQUIPMENT, POINTS, (), RULES, PLANS,
)  # fmt: skip

# everybody who may be at the desk; the key is the role
PEOPLE: dict[Role, Account] = {
    Role.OPERATOR: Account("wang", "Wang Jianguo", (Role.OPERATOR,)),
    Role.SUPERVISOR: Account("li", "Li Min", (Role.SUPERVISOR,)),
    Role.TECHNICIAN: Account("zhao", "Zhao Lei", (Role.TECHNICIAN,)),
    Role.ADMINISTRATOR: Account("admin", "Chen Admin", (Role.ADMINISTRATOR,)),
    Role.AUDITOR: Account("qian", "Qian Audit", (Role.AUDITOR,)),
}
OTHER_TECHNICIAN = Account("sun", "Sun Qiang", (Role.TECHNICIAN,))
ACCOUNTS = (*PEOPLE.values(), OTHER_TECHNICIAN)

NORMAL: dict[str, Value] = {
    **{f"{each.id}.comm_state": 0 for each in EQUIPMENT},
    **{f"T1-L{n}.{key}": value for n in (1, 2) for key, value in (
        ("service_mode", 7), ("current_floor", 5 * n), ("direction", n), ("door_open", 0), ("trapped", 0))},
    "PS1.discharge_pressure": 0.5, "PS1.tank_level": 2.0,
    "PS1-P1.run_state": 1, "PS1-P1.alarm_code": 0, "PS1-P2.run_state": 0, "PS1-P2.alarm_code": 0,
    **{f"FP1.node_{n:03d}": 0 for n in range(1, NODES + 1)},
    "EM1.active_power": 300.0, "EM1.reactive_power": 400.0, "EM1.energy": 2**60 + 1, "WM1.flow": 12.5, "WM1.serial": "SN-0815",
}  # fmt: skip


def live(values: Mapping[str, Value], quality: Mapping[str, Quality] | None = None, at: int = NOW) -> Live:
    """Values by point id as they travel; ``quality`` for those that are not good."""
    exact: dict[int, str | int] = {}
    packed = array("d")
    for name, value in values.items():
        if isinstance(value, str) or abs(value) > 2**53:
            exact[NUMBERS[name]] = value  # type: ignore[assignment] # no float is that large here
        packed.append(0.0 if isinstance(value, str) else value)
    grades = bytes((quality or {}).get(name, Quality.GOOD) for name in values)
    numbers = array("i", [NUMBERS[name] for name in values])
    return Live(numbers.tobytes(), packed.tobytes(), grades, array("q", [at] * len(values)).tobytes(), exact)


def snapshot(**changes: Any) -> Snapshot:
    """The estate at rest, everything running normally, nobody signed on."""
    base = Snapshot(
        revision=1, now=NOW, rate=0.0, configuration=1, estate=ESTATE, live=live(NORMAL), alarms=(), faults=(), orders=(),
        plans=PLAN_STATES, accounts=ACCOUNTS, health=(), sessions=(Session("desk"),), me="",
    )  # fmt: skip
    return replace(base, **changes)


def delta(revision: int = 2, **changes: Any) -> Delta:
    """A change."""
    return Delta(revision, **changes)


def alarm(number: int, rule: AlarmRule | str = RULES[3], **more: Any) -> Alarm:
    """An occurrence of a rule (or of the rule of that id), unacknowledged and active unless told otherwise."""
    if isinstance(rule, str):
        rule = next(each for each in RULES if each.id == rule)
    limit = rule.limit if rule.kind in (RuleKind.HIGH, RuleKind.LOW) else None
    base = Alarm(
        number, rule.id, rule.equipment, rule.point, rule.priority, rule.category, rule.text, NOW - MINUTE, 1.0, limit=limit
    )
    return replace(base, **more)


def many_alarms(count: int = 30) -> tuple[Alarm, ...]:
    """Alarms of all rules in turn; every third is acknowledged, every fifth of the others returned."""
    return tuple(
        alarm(
            number,
            RULES[number % len(RULES)],
            raised_at=NOW - number * MINUTE,
            acknowledged=number % 3 == 0,
            active=number % 3 == 0 or number % 5 != 0,
        )
        for number in range(1, count + 1)
    )


def stamp(at: int = NOW, by: str = "wang", **more: Any) -> Stamp:
    """Somebody did something."""
    return Stamp(at, by, more.pop("entered_at", at), more.pop("entered_by", by), **more)


def fault(number: int = 1, priority: int = 2, age: int = 10 * MINUTE, **more: Any) -> Fault:
    """A fault of the pump set, detected ``age`` ago, nobody has taken it."""
    limits = ResponsePolicy().limits(priority)
    return Fault(
        number, more.pop("equipment", "PS1"), priority, more.pop("text", RULES[2].text), NOW - age, limits, **more
    )  # fmt: skip


def order(number: int = 1, state: OrderState = OrderState.ACCEPTED, **more: Any) -> Order:
    """An order of the pump set that went the whole way to ``state``, one minute a stage; given to Zhao from 派工 on."""
    reached = () if state is OrderState.CANCELLED else STAGES[: STAGES.index(state) + 1]
    own = {OrderState.ASSIGNED, OrderState.ON_SITE, OrderState.IN_PROGRESS, OrderState.SELF_CHECK}
    stamps = {stage: stamp(NOW - (20 - place) * MINUTE, "zhao" if stage in own else "wang") for place, stage in enumerate(reached)}
    base = Order(
        number, OrderKind.CORRECTIVE, RULES[2].text, "PS1", 2, NOW - 20 * MINUTE, state, stamps,
        assignee="zhao" if OrderState.DISPATCHED in reached else "",
        cancelled=stamp(reason="doubled") if state is OrderState.CANCELLED else None,
    )  # fmt: skip
    return replace(base, **more)


def held(number: int, state: OrderState = OrderState.DISPATCHED, **more: Any) -> Order:
    """An order that waits for parts."""
    return order(number, state, holds=(Hold("waiting_parts", stamp()),), **more)


CHECKLIST = (
    CheckItem(Text("机房温度", "Machine room temperature"), "pass", "23 °C"),
    CheckItem(Text("层门锁", "Landing door locks")),
)


def busy(me: Role | None = None) -> Snapshot:
    """A bad morning: thirty alarms, a fault with an order for every stage, one held, one with a checklist, one of a contractor."""
    orders = [order(number, state, fault=number) for number, state in enumerate(OrderState, 1)]
    orders += [
        held(11, fault=11),
        order(12, OrderState.IN_PROGRESS, kind=OrderKind.PREVENTIVE, checklist=CHECKLIST, plan="T1-L1/half_month",
              equipment="T1-L1", title=Text("半月维保", "Half-monthly service"), due_at=NOW - HOUR, priority=4),
        order(13, OrderState.DISPATCHED, assignee="Lift Care Ltd", contractor=True, caller="Mrs Ho", place="Lobby",
              symptom="Noise", notes=(stamp(note="Called back"),)),
    ]  # fmt: skip
    faults = [
        fault(each.fault, 1 + each.number % 3, each.number * 9 * MINUTE, order=each.number,
              taken=stamp(station="desk") if each.number % 2 else None,
              closed_at=0 if each.open else NOW, closed_by="" if each.open else "wang")
        for each in orders if each.fault
    ]  # fmt: skip
    readings: dict[str, Value] = {**NORMAL, "T1-L1.trapped": 1, "FP1.node_001": 1, "FP1.node_002": 7, "PS1.discharge_pressure": 0.2}
    return snapshot(
        live=live(readings, {"T1-L2.current_floor": Quality.COMM_LOST}),
        alarms=many_alarms(),
        faults=tuple(faults),
        orders=tuple(orders),
        me=PEOPLE[me].name if me else "",
    )


def empty() -> Snapshot:
    """A collector that was given no site file yet."""
    return snapshot(estate=Estate(Site("", EMPTY)), live=Live(), plans=(), accounts=())


Replied = Callable[[object], None]


@dataclass
class RecordingLine:
    """A line whose other end is the test: keeps what was sent, and answers when told to."""

    asked: list[Command] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    _waiting: list[Replied] = field(default_factory=list)

    def ask(self, command: Command, command_id: str, seen: int, replied: Replied) -> None:
        self.asked.append(command)
        self.ids.append(command_id)
        self.seen.append(seen)
        self._waiting.append(replied)

    def query(self, make: Callable[[int], Query], replied: Replied) -> None:
        self.queries.append(make(len(self.queries) + 1))
        self._waiting.append(replied)

    def done(self, number: int = 0) -> None:
        """Answer the oldest open question: it is on disk."""
        self._waiting.pop(0)(Done("", number))

    def deny(self, code: str, **params: str | int) -> None:
        """Answer the oldest open question: refused."""
        self._waiting.pop(0)(Denied(Problem(code, dict(params))))

    def answer(self, answer: Answer) -> None:
        """Answer the oldest open query."""
        self._waiting.pop(0)(answer)

    @property
    def last(self) -> Command:
        """What was asked last."""
        return self.asked[-1]


def signed_on(base: Snapshot, person: Account | Iterable[Account]) -> Snapshot:
    """The same with somebody at this desk."""
    people = (person,) if isinstance(person, Account) else tuple(person)
    known = {account.name: account for account in (*base.accounts, *people)}
    return replace(base, me=people[0].name, accounts=tuple(known.values()))
