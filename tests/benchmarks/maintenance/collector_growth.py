"""What all of maintenance costs the collector's memory: the same real collector process with and without it.

With: 5,000 machines with 4 plans each in the console and, of those, 1,000 more with 4 plans in the site file, each machine's
card, 200 people, 2,000 parts, 200,000 archived orders. Without: the 5,000 machines. The resident set is read when it has settled.
``python -m tests.benchmarks.maintenance.collector_growth [--machines 5000] [--orders 200000]`` prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psutil
from msgspec.structs import replace

from console.domain.estate import Estate, Site
from console.domain.events import ConfigurationApplied, Entry, Event, RecordSaved
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.cards import Card
from console.domain.maintenance.parts import Part
from console.domain.maintenance.people import Certificate, Person
from console.domain.plans import MaintenancePlan
from console.domain.text import Text
from console.domain.times import DAY
from console.store import open_store
from console.store.image import Commit
from console.store.ledger import Ledger
from console.store.months import MAIN
from tests.benchmarks.maintenance import orders_filter, plans
from tests.helpers.processes import CollectorProcess

SETTLE = 30.0  # seconds: five until it tidies up, the rest to be sure
PATIENCE = 180.0  # seconds until it answers
SITE_PLANNED = 1_000  # machines whose plans are in the site file


def fill(folder: Path, machines: int, orders: int) -> None:
    """A store; with ``orders`` 0 one without maintenance."""
    if orders:
        orders_filter.fill(folder, orders)
    else:
        open_store(folder, orders_filter.START).close()
    estate = Estate(Site("large", Text("大园区")), equipment=plans.equipment(machines))
    if orders:
        estate = replace(estate, plans=tuple(_site_plans(min(machines, SITE_PLANNED))))
    ledger = Ledger(folder / MAIN)
    try:
        begin = orders + 1
        at = orders_filter.START + 2_000 * DAY
        entry = Entry(begin, at, ConfigurationApplied(1, {}))
        ledger.write([Commit((entry,), estate=estate, site_text="site: {id: large, name: x}")])
        events: list[Event] = [RecordSaved(record, "created") for record in _records(machines)] if orders else []
        for first in range(0, len(events), 1_000):
            part = events[first : first + 1_000]
            ledger.write([Commit(tuple(Entry(begin + 1 + first + n, at, event) for n, event in enumerate(part)))])
        ledger.mark_alive(at + DAY, running=False)  # the archived orders are long over
    finally:
        ledger.close()


def _site_plans(machines: int) -> Iterable[MaintenancePlan]:
    """Other plans of some of the machines, as equipment types bring them."""
    for number in range(machines):
        for key, months in (("clean", 1), ("test", 3), ("check", 6), ("inspect", 12)):
            lines = tuple(Text(f"检查项目 {line}", f"Check {line}") for line in range(8))
            yield MaintenancePlan(
                f"E{number:05d}/{key}", f"E{number:05d}", Text("类型自带计划", "Of the type"), every_months=months,
                first_due="2026-12-01", lead_days=3, checklist=lines, source=Text("手册", "Manual"),
            )  # fmt: skip


def _records(machines: int) -> Iterable[AnyRecord]:
    yield plans.plan(machines)
    for number in range(machines):
        name = f"E{number:05d}"
        yield Card(
            id=name, equipment=name, revision=1, code=f"TZ-{number:06d}", name=f"{number} 号客梯", system="elevator",
            make="某电梯厂", model="TKJ1000", serial=f"SN{number:08d}", installed="2015-06-01", commissioned="2015-08-01",
            maintainer="某电梯维保公司", certificate=f"检验 {number}", certificate_until="2027-05-01",
            place="1 号楼机房",
        )  # fmt: skip
    for number in range(200):
        held = (Certificate("elevator", f"T{number}", until=orders_filter.START + 3_000 * DAY),)
        yield Person(id=f"p{number}", revision=1, name=f"员工 {number}", team="电梯班", skills=("elevator",), certificates=held)
    for number in range(2_000):
        yield Part(id=f"BJ-{number:05d}", revision=1, name=f"备件 {number}", unit="个", least=2, stock=5, price=12.5)


def resident(folder: Path) -> float:
    """MB of a collector on this store."""
    collector = CollectorProcess(folder)
    collector.start(wait=False)
    try:
        collector.wait_until_it_answers(PATIENCE)
        assert collector.process is not None
        process = psutil.Process(collector.process.pid)
        time.sleep(SETTLE)
        return process.memory_info().rss / 2**20
    finally:
        collector.stop()


def measure(folder: Path, machines: int = plans.MACHINES, orders: int = 200_000) -> dict[str, float]:
    """The figures."""
    for name, count in (("with", orders), ("without", 0)):
        (folder / name).mkdir()
        fill(folder / name, machines, count)
    after, before = resident(folder / "with"), resident(folder / "without")
    return {
        "collector_growth_mb": round(after - before, 1),
        "collector_with_mb": round(after, 1),
        "collector_without_mb": round(before, 1),
    }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machines", type=int, default=plans.MACHINES)
    parser.add_argument("--orders", type=int, default=200_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        print(json.dumps(measure(Path(folder), given.machines, given.orders)))


if __name__ == "__main__":
    main()
