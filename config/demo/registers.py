"""What the demo estate's registers hold on its first day, so that no page is empty: invented people, vendors and parts, and rounds,
emergency plans and drills from the shipped templates."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.commands import Command
from console.domain.estate import Estate
from console.domain.maintenance import AnyRecord
from console.domain.maintenance import safety_templates as templates
from console.domain.maintenance.hazards import RecordHazard
from console.domain.maintenance.parts import MoveKind, MoveStock, Part
from console.domain.maintenance.people import Certificate, Person
from console.domain.maintenance.shifts import LIST_ID, WatchItem, WatchList
from console.domain.maintenance.vendors import Contract, Vendor
from console.domain.text import Text
from console.domain.times import DAY

_PHONE = "000-0000-{:04d}"  # no such number exists


_WALKS = ("daily_patrol", "fire_daily", "elevator_daily_control", "elevator_weekly_screening", "materials")
_ROUNDS = (("pump_room", "T1-DW"), ("pump_room", "T2-DW"), ("elevator_remote", "T1-L1"), ("elevator_remote", "T2-L1"))
_PLANS = ("fire", "trapped", "power_cut", "leak", "equipment")
_DRILLS = ("full_yearly", "fire_half_yearly", "elevator_half_yearly")
_WATCHED = ("T1-DW.discharge_pressure", "T1-DW.tank_level", "T2-DW.discharge_pressure", "P-EM01.active_power")


def records(estate: Estate, now: int) -> tuple[AnyRecord, ...]:
    """Everything that is saved plainly; dates are reckoned from ``now`` (UTC ns), so that something always runs out soon."""
    return (*_vendors(now), *_people(now), *_parts(), *_safety(estate), _watch_list(estate))


def _safety(estate: Estate) -> tuple[AnyRecord, ...]:
    points = {point.id for point in estate.points}
    routes = templates.routes()
    return (
        *(templates.route_for(routes[name], "", points) for name in _WALKS),
        *(
            replace(route, title=Text(f"{route.title.zh}（{machine}）", f"{route.title.en} ({machine})"))
            for name, machine in _ROUNDS
            for route in (templates.route_for(routes[name], machine, points),)
        ),
        *(templates.emergency_plans()[name] for name in _PLANS),
        *(templates.drill_plans()[name] for name in _DRILLS),
    )


def _watch_list(estate: Estate) -> WatchList:
    known = {point.id: point for point in estate.points}
    machines = {machine.id: machine.name for machine in estate.equipment}
    items = [
        WatchItem(
            Text(f"{machines[point.equipment].zh} {point.name.zh}", f"{machines[point.equipment].en} {point.name.en}"),
            point.id, point.unit,
        )
        for name in _WATCHED if (point := known.get(name)) is not None
    ]  # fmt: skip
    typed = WatchItem(Text("值班室室温", "Control room temperature"), unit="℃")
    return WatchList(id=LIST_ID, items=(*items, typed))


def acts() -> tuple[Command, ...]:
    """What has happened already: parts were delivered, a hazard was found."""
    found = RecordHazard("一层强电井内堆放杂物", "electric", place="1号楼 1层强电井")
    return (*_stock(), found)


def _stock() -> tuple[MoveStock, ...]:
    """The parts' first delivery. One of them is already short."""
    first = (
        ("BR-6308", 6, 86.0), ("SEAL-35", 3, 120.0), ("DET-YG", 12, 95.0), ("ROLLER-80", 8, 45.0), ("FUSE-6A", 40, 2.5),
        ("BELT-DOOR", 1, 210.0),
    )  # fmt: skip
    return tuple(MoveStock(part, MoveKind.IN, count, price=price, slip="RK-0001") for part, count, price in first)


def _vendors(now: int) -> tuple[Vendor, ...]:
    def contract(number: str, what: str, ends: int, yearly: float) -> Contract:
        return Contract(number, what, now - 300 * DAY, now + ends * DAY, yearly)

    return (
        Vendor(
            id="V-LIFT", name="示例电梯维保有限公司（虚构）", contact="钱经理", phone=_PHONE.format(11),
            emergency_phone=_PHONE.format(12), licence="TS-0000000", licence_until=now + 400 * DAY, equipment_kinds=("elevator",),
            contracts=(contract("HT-LIFT-01", "电梯维保", 65, 96_000),),
        ),
        Vendor(
            id="V-FIRE", name="示例消防技术服务有限公司（虚构）", contact="吴工", phone=_PHONE.format(21),
            emergency_phone=_PHONE.format(22), equipment_kinds=("fire",),
            contracts=(contract("HT-FIRE-01", "消防设施维保检测", 210, 58_000),),
        ),
        Vendor(
            id="V-WATER", name="示例水务设备有限公司（虚构）", contact="郑工", phone=_PHONE.format(31), equipment_kinds=("water",),
            contracts=(contract("HT-WATER-01", "二次供水设备保养、水箱清洗", 120, 24_000),),
        ),
    )  # fmt: skip


def _people(now: int) -> tuple[Person, ...]:
    def held(kind: str, number: str, days: int) -> Certificate:
        return Certificate(kind, number, since=now - 900 * DAY, until=now + days * DAY)

    return (
        Person(
            id="wang", name="王建国", team="甲班", skills=("值班",), level="post",
            certificates=(held("fire", "XF-0001", 500),),
        ),
        Person(
            id="zhou", name="周敏", team="工程部", skills=("管理",), level="project",
            certificates=(held("safety", "AQ-0001", 300),),
        ),
        Person(
            id="li", name="李强", team="维修一组", skills=("pump", "electrical"), level="post", rate=45.0,
            certificates=(held("electrician", "DG-0001", 40), held("high_voltage", "GY-0001", 260)),
        ),
        Person(
            id="zhao", name="赵敏", team="维修二组", skills=("pump", "fire"), level="post", rate=42.0,
            certificates=(held("electrician", "DG-0002", 700), held("fire", "XF-0002", 180)),
        ),
        Person(
            id="P-01", name="钱师傅", vendor="V-LIFT", skills=("elevator",), level="post", rate=80.0,
            certificates=(held("elevator", "T-0001", 320),),
        ),
    )  # fmt: skip


def _parts() -> tuple[Part, ...]:
    return (
        Part(id="BR-6308", name="深沟球轴承 6308", unit="个", least=4, place="A-1", vendor="V-WATER", machines=("domestic_pump",)),
        Part(id="SEAL-35", name="机械密封 Φ35", unit="套", least=2, place="A-1", vendor="V-WATER", machines=("domestic_pump",)),
        Part(id="DET-YG", name="点型光电感烟探测器", unit="只", least=10, place="B-2", vendor="V-FIRE", machines=("fire_panel",)),
        Part(id="ROLLER-80", name="层门挂轮 Φ80", unit="个", least=8, place="C-1", vendor="V-LIFT", machines=("elevator",)),
        Part(id="BELT-DOOR", name="门机同步带", unit="条", least=2, place="C-1", vendor="V-LIFT", machines=("elevator",)),
        Part(id="FUSE-6A", name="熔断器 6 A", unit="只", least=20, place="D-3"),
    )
