"""A month report over five years of data: a store with 200,000 orders and 60,000 faults, read, reckoned and drawn by the worker.

``python -m tests.benchmarks.maintenance.month_report [--orders 200000] [--faults 60000]`` prints one JSON line. ``month_report_s``
is from the question to the PDF's last byte, ``year_report_s`` the same for a year; nothing is kept between them.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from console.domain.accounts import Account, Role
from console.domain.faults import P2_DEFAULT, P3_DEFAULT, CloseCode, Fault
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.cards import Card
from console.domain.maintenance.drills import Drill, DrillPlan, DrillResult, Training
from console.domain.maintenance.hazards import Grade, Hazard, HazardState, Recheck
from console.domain.maintenance.parts import MoveKind, Part, StockMove
from console.domain.maintenance.people import Certificate, Person
from console.domain.maintenance.records import kind_of
from console.domain.maintenance.reports import Machine
from console.domain.maintenance.rounds import Answer, Check, CheckKind, Round
from console.domain.orders import CheckItem, Labour, Order, OrderKind, OrderState, PartUse
from console.domain.rules import Category
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.engine import reporting_work
from console.engine.reporting_work import Wanted
from console.papers.setting import Setting
from console.store import open_store
from console.store.months import MAIN

END = round(datetime(2026, 11, 22, 2, tzinfo=UTC).timestamp()) * SECOND
YEARS = 5
PEOPLE = {"wang": "王建国", "li": "李红梅", "zhao": "赵强", "chen": "陈志远"}
FAULTS = (
    (Text("电梯困人", "Passenger trapped"), "elevator", Category.TRAPPED, 2),
    (Text("门机故障", "Door drive fault"), "elevator", Category.EQUIPMENT, 2),
    (Text("变频器故障", "Inverter fault"), "water", Category.EQUIPMENT, 3),
    (Text("水箱液位低", "Tank level low"), "water", Category.EQUIPMENT, 3),
    (Text("回路断线", "Loop open"), "fire", Category.SUPERVISORY, 3),
    (Text("电压偏低", "Voltage low"), "power", Category.EQUIPMENT, 3),
)
SYSTEMS = {
    "elevator": ("L", "电梯", "Elevator"),
    "water": ("P", "生活水泵", "Domestic pump"),
    "fire": ("F", "消防主机", "Fire panel"),
    "power": ("T", "变压器", "Transformer"),
}


def machines(count: int) -> dict[str, Machine]:
    """Names of a plausible estate."""
    found = {}
    for number in range(count):
        system = tuple(SYSTEMS)[number % 4 if number % 3 else 0]
        letter, zh, en = SYSTEMS[system]
        building = number // 8 + 1
        found[f"T{building}-{letter}{number % 8 + 1}"] = Machine(
            Text(f"{building}号楼{number % 8 + 1}号{zh}", f"{en} {number % 8 + 1}, building {building}"),
            system,
            Text(f"{building}号楼", f"Building {building}"),
            watched=number % 25 > 0,
        )
    return found


def order_of(number: int, at: int, equipment: str, rng: random.Random, *, end: int = END, fault: Fault | None = None) -> Order:
    """One order with a plausible life; what would lie after ``end`` has not happened."""
    kind = OrderKind.CORRECTIVE if fault is not None else rng.choices(tuple(OrderKind), (6, 1, 2, 0.3))[0]
    who, other = rng.sample(sorted(PEOPLE), 2)
    pace = rng.choice((0.3, 0.6, 1.0, 3.0))
    stamps: dict[OrderState, Stamp] = {}
    moment = at
    for stage in tuple(OrderState)[:9]:
        if moment >= end:
            break
        note = "更换门机皮带，试运行正常" if stage is OrderState.SELF_CHECK and kind is OrderKind.CORRECTIVE else ""
        stamps[stage] = Stamp(moment, other if stage is OrderState.ACCEPTANCE else who, moment, who, "desk-1", note=note)
        moment += round(rng.uniform(4, 60) * pace * MINUTE)
    state = tuple(stamps)[-1]
    preventive = kind is OrderKind.PREVENTIVE
    done = OrderState.SELF_CHECK in stamps
    due = at + 2 * HOUR if rng.random() < 0.06 else at + 3 * DAY
    worked = rng.uniform(0.5, 4)
    return Order(
        number=number,
        kind=kind,
        title=fault.text
        if fault is not None
        else Text("半月维护保养" if preventive else "现场检查", "Half-month visit" if preventive else "Check"),
        equipment=equipment,
        priority=4 if fault is None else fault.priority,
        created_at=at,
        state=state,
        stamps=stamps,
        restored=stamps.get(OrderState.SELF_CHECK) if fault is not None else None,
        fault=fault.number if fault is not None else 0,
        plan=f"{equipment}/half_month" if preventive else "",
        due_at=due if kind is not OrderKind.CORRECTIVE else 0,
        assignee=who,
        verifier=other if OrderState.ACCEPTANCE in stamps else "",
        checklist=tuple(
            CheckItem(
                Text(f"检查项目 {line}", f"Check {line}"),
                "pass" if done else "",
                low=0.2,
                high=0.6,
                unit="MPa",
                reading="0.41" if done else "",
            )
            for line in range(1, 6 if preventive else 1)
        ),
        labour=(Labour(who, round(worked, 1), 80.0, Stamp(at, who, at, who)),) if done else (),
        parts=(PartUse("MP-01", "门机皮带", 1, "条", 268.0),) if done and rng.random() < 0.2 else (),
        rework_count=int(rng.random() < 0.04),
        down_from=at if kind is OrderKind.PREVENTIVE and done and rng.random() < 0.3 else 0,
        down_until=at + HOUR if done else 0,
        rating=rng.choice((0, 0, 4, 5, 5, 3)) if OrderState.ACCEPTANCE in stamps else 0,
    )


def fault_of(number: int, at: int, equipment: str, system: str, rng: random.Random) -> Fault:
    """One fault, opened at ``at``."""
    text, _, category, priority = rng.choice([each for each in FAULTS if each[1] == system])
    limits = P2_DEFAULT if priority == 2 else P3_DEFAULT
    return Fault(number, equipment, priority, text, at, limits, category=category)


def registers(rng: random.Random, names: list[str], end: int = END, years: int = YEARS) -> list[AnyRecord]:
    """Everything beside orders and faults."""
    found: list[AnyRecord] = []
    begin = end - round(years * 365.25 * DAY)
    for number, at in enumerate(range(begin, end, DAY), 1):
        stamp = Stamp(at + HOUR, "zhao", at + HOUR, "zhao", "desk-1")
        checks = (
            Check("a", Text("灭火器压力", "Extinguisher pressure"), CheckKind.YES_NO, on_fail="hazard"),
            Check("b", Text("疏散通道", "Escape route")),
        )
        bad = rng.random() < 0.1
        answers = (
            Answer("fail" if bad else "pass", "no" if bad else "yes", by="zhao", raised="HZ-000001" if bad else ""),
            Answer("pass", "yes"),
        )
        missed = rng.random() < 0.01
        found.append(
            Round(
                id=f"fire@{number}",
                number=number,
                revision=1,
                at=at,
                ended_at=stamp.at,
                route="fire",
                title=Text("消防日巡查", "Daily fire round"),
                category="fire",
                checks=checks,
                answers=answers,
                late_at=at + 2 * HOUR,
                finished=None if missed else stamp,
                missed=missed,
                explained=stamp if missed else None,
            )
        )
    for number, at in enumerate(range(begin, end, 9 * DAY), 1):
        stamp = Stamp(at, "li", at, "li", "desk-1")
        done = Stamp(at + 4 * DAY, "zhao", at + 4 * DAY, "zhao", note="清理杂物，划线标识")
        closed = Stamp(at + 5 * DAY, "wang", at + 5 * DAY, "wang", note="复查合格") if at + 5 * DAY < end else None
        major = rng.random() < 0.1
        found.append(
            Hazard(
                id=f"HZ-{number:06d}",
                number=number,
                revision=3,
                at=at,
                ended_at=closed.at if closed else 0,
                what="消防通道堆放杂物" if number % 2 else "配电箱门未锁",
                kind="fire_lane" if number % 2 else "electric",
                grade=Grade.MAJOR if major else Grade.GENERAL,
                place="地下一层东侧",
                found=stamp,
                state=HazardState.CLOSED if closed else HazardState.RECTIFYING,
                person="zhao",
                deadline=at + rng.choice((3, 7)) * DAY,
                standard="通道净宽不小于 4 m，无堆放",
                measure="派人看守并设警示牌" if major else "",
                rectified=(done,) if closed else (),
                rechecks=(Recheck(closed, passed=True),) if closed else (),
                closed=closed,
                cost=120.0,
            )
        )
    for number, at in enumerate(range(begin, end, 180 * DAY), 1):
        stamp = Stamp(at, "wang", at, "wang")
        found.append(
            Drill(
                id=f"YL-{number:06d}",
                number=number,
                revision=2,
                at=at,
                ended_at=at + DAY,
                event="fire",
                title=Text("消防演练", "Fire drill"),
                result=DrillResult.PASSED,
                entered=stamp,
                reviewed=stamp,
                count=18,
            )
        )
        found.append(Training(id=f"PX-{number}", revision=1, at=at, ended_at=at, what="安全培训", count=30))
    found.append(
        DrillPlan(id="full", revision=1, at=begin, title=Text("综合演练", "Full drill"), event="full", months=12, last="2026-03-01")
    )
    for number in range(1, 31):
        found.append(
            Part(
                id=f"MP-{number:02d}", revision=1, name=f"备件 {number}", unit="件", stock=float(number % 5), least=2.0, price=88.0
            )
        )
    for number, at in enumerate(range(begin, end, 2 * DAY), 1):
        kind = MoveKind.IN if number % 4 == 0 else MoveKind.OUT
        quantity = 4.0 if kind is MoveKind.IN else -1.0
        found.append(
            StockMove(
                id=f"SM-{number:06d}",
                number=number,
                revision=1,
                at=at,
                ended_at=at,
                part=f"MP-{number % 30 + 1:02d}",
                kind=kind,
                quantity=quantity,
                stock=5,
                price=88.0,
            )
        )
    for place, (name, said) in enumerate(PEOPLE.items()):
        until = end + (400 - 130 * place) * DAY
        found.append(
            Person(
                id=name,
                revision=1,
                name=said,
                certificates=(
                    Certificate("elevator", f"T-{place}", until=until),
                    Certificate("electrician", f"E-{place}", until=end + 900 * DAY),
                ),
            )
        )
    for name in names[:20]:
        found.append(
            Card(
                id=name,
                revision=1,
                code=name,
                name=name,
                system="elevator",
                archive=f"SB-{name}",
                archive_place="工程部档案柜 3-2",
                certificate="检验 2026",
                certificate_until="2026-12-10",
            )
        )
    return found


def fill(
    folder: Path, orders: int, faults: int, count: int, *, end: int = END, years: int = YEARS, seed: int = 6
) -> dict[str, Machine]:
    """A store of so many years. Written straight into the tables: this measures reading."""
    rng = random.Random(seed)
    open_store(folder, end).close()
    known = machines(count)
    names = list(known)
    begin = end - round(years * 365.25 * DAY)
    connection = sqlite3.connect(folder / MAIN, isolation_level=None)
    connection.execute("BEGIN")
    by_number: dict[int, Fault] = {}
    for number in range(1, faults + 1):
        at = begin + (end - begin) * number // (faults + 1)
        equipment = rng.choice(names)
        by_number[number] = fault_of(number, at, equipment, known[equipment].system, rng)
    pairs = {round(number * orders / max(1, faults)) or 1: number for number in by_number}
    for number in range(1, orders + 1):
        fault = by_number.get(pairs.get(number, 0))
        at = fault.opened_at if fault is not None else begin + (end - begin) * number // (orders + 1)
        order = order_of(number, at, fault.equipment if fault is not None else rng.choice(names), rng, end=end, fault=fault)
        over = order.stamps[OrderState.ARCHIVED].at if order.state is OrderState.ARCHIVED else 0
        _put(connection, "work_order", at, over, order)
        if fault is not None:
            code = rng.choices((CloseCode.REAL, CloseCode.FALSE_ALARM, CloseCode.TEST), (20, 3, 1))[0] if over else None
            taken = Stamp(at + 2 * MINUTE, "li", at + 2 * MINUTE, "li", "desk-1")
            closed = msgspec.structs.replace(
                fault,
                order=number,
                taken=taken,
                closed_at=over,
                closed_by="li" if over else "",
                close_code=code,
                cause="皮带磨损" if over else "",
                remedy="更换皮带" if over else "",
            )
            _put(connection, "fault", at, over, closed)
    for record in registers(rng, names, end, years):
        connection.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                kind_of(record),
                record.id,
                record.number,
                int(record.open),
                record.at,
                record.ended_at,
                record.equipment,
                msgspec.json.encode(record).decode(),
            ),
        )
    for name, display in PEOPLE.items():
        account = Account(name, display, (Role.SUPERVISOR,))
        connection.execute("INSERT INTO account VALUES (?, ?)", (name, msgspec.json.encode(account).decode()))
    connection.execute("COMMIT")
    connection.close()
    return known


def _put(connection: sqlite3.Connection, table: str, at: int, over: int, record: Order | Fault) -> None:
    row = (record.number, int(not over), at, over, record.equipment, msgspec.json.encode(record).decode())
    connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", row)


def wanted(
    known: dict[str, Machine],
    what: str,
    months: int,
    *,
    form: str = "pdf",
    language: str = "zh_CN",
    year: int = 2026,
    month: int = 11,
) -> Wanted:
    """The last month's, or its year's."""
    setting = Setting(language, "Asia/Shanghai", Text("滨江花园", "Riverside Garden"), END, "王建国", {}, known)
    return Wanted(what, form, setting, year, month, months)


def run(orders: int = 200_000, faults: int = 60_000, count: int = 400) -> dict[str, float]:
    """Fill a store of five years and measure the report of its last month and of its year."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch) / "store"
        known = fill(folder, orders, faults, count)
        seconds = {}
        for months, name in ((1, "month_report_s"), (12, "year_report_s")):
            began = time.perf_counter()
            reporting_work.file(folder, wanted(known, "report", months), Path(scratch) / f"{name}.pdf")
            seconds[name] = round(time.perf_counter() - began, 2)
        return seconds


def main() -> None:
    """One JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--faults", type=int, default=60_000)
    parser.add_argument("--machines", type=int, default=400)
    given = parser.parse_args()
    print(json.dumps(run(given.orders, given.faults, given.machines)))


if __name__ == "__main__":
    main()
