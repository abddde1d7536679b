"""A list of 200,000 archived orders filtered and sorted as one types: the worker's search, measured keystroke by keystroke.

``python -m tests.benchmarks.maintenance.orders_filter [--orders 200000]`` prints one JSON line. The orders go through the real
ledger of a store; what is measured is what the search worker does for one keystroke: find, sort, read and decode the first page.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from pathlib import Path

from console.domain.events import Entry, OrderRaised
from console.domain.orders import Labour, Order, OrderKind, OrderState, PartUse
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE
from console.engine import ordersearch
from console.link.orders import OrderSearchQuery
from console.store import open_store
from console.store.image import Commit
from console.store.ledger import Ledger
from console.store.months import MAIN

START = 1_600_000_000 * 1_000_000_000
PEOPLE = ["zhao", "qian", "sun", "li", "zhou", "wu", "zheng", "wang"]
SYMPTOMS = [
    "轿厢不关门，反复开门",
    "水泵异响",
    "压力偏低",
    "回路故障",
    "照明不亮",
    "地下室积水",
    "平层不准",
    "通信中断",
    "半月保养",
    "季度巡检",
]
TYPED = ("水泵", "WO-1999", "3号楼电梯", "平层不准", "zhao 半月", "不存在的词", "2 单元 积水", "1-17")
SORTS = ("number", "created", "due", "equipment", "assignee", "cost", "title")


def order_of(number: int, rng: random.Random) -> Order:
    """An archived order of a plausible size."""
    building, lift = rng.randrange(1, 31), rng.randrange(1, 5)
    at, who = START + number * 10 * MINUTE, rng.choice(PEOPLE)
    stamps = {
        stage: Stamp(at + place * HOUR, who, at + place * HOUR, who, "desk-1") for place, stage in enumerate(tuple(OrderState)[:9])
    }
    symptom = rng.choice(SYMPTOMS)
    return Order(
        number=number,
        kind=rng.choice(tuple(OrderKind)),
        title=Text(f"{building}号楼{lift}单元 {symptom}", f"Building {building}"),
        equipment=f"T{building}-L{lift}",
        priority=rng.randrange(1, 5),
        created_at=at,
        state=OrderState.ARCHIVED,
        stamps=stamps,
        due_at=at + rng.randrange(1, 15) * DAY,
        assignee=who,
        caller="业主",
        place=f"{building}号楼{lift}单元 {rng.randrange(1, 33)} 层",
        symptom=f"{symptom}，{rng.randrange(10_000)}",
        labour=(Labour(who, rng.randrange(1, 9) / 2, 80.0, stamps[OrderState.SELF_CHECK]),),
        parts=(PartUse("BR-6204", "轴承", 2, "个", 30.0),) if number % 4 == 0 else (),
    )


def fill(folder: Path, count: int) -> None:
    """A store with that many archived orders."""
    rng = random.Random(6)
    open_store(folder, START).close()
    ledger = Ledger(folder / MAIN)
    try:
        for first in range(1, count + 1, 5_000):
            numbers = range(first, min(first + 5_000, count + 1))
            orders = [order_of(number, rng) for number in numbers]
            ledger.write([Commit(tuple(Entry(each.number, each.created_at, OrderRaised(each)) for each in orders))])
    finally:
        ledger.close()


def measure(folder: Path) -> dict[str, float]:
    """Milliseconds of every keystroke of every text and of every change of the sorting."""
    began = time.perf_counter()
    ordersearch.search(folder, OrderSearchQuery(1))
    loading = time.perf_counter() - began
    keystrokes: list[float] = []
    for text in TYPED:
        for length in range(1, len(text) + 1):
            keystrokes.append(_timed(folder, OrderSearchQuery(1, text[:length])))
    sorts = [_timed(folder, OrderSearchQuery(1, "号楼", sort=key, descending=down)) for key in SORTS for down in (True, False)]
    ordered = sorted(keystrokes + sorts)
    return {
        "orders_filter_ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "orders_filter_worst_ms": round(ordered[-1], 1),
        "orders_filter_median_ms": round(statistics.median(ordered), 1),
        "orders_load_s": round(loading, 2),
    }


def _timed(folder: Path, query: OrderSearchQuery) -> float:
    began = time.perf_counter()
    ordersearch.search(folder, query)
    return (time.perf_counter() - began) * 1000


def run(count: int = 200_000) -> dict[str, float]:
    """Fill a store of ``count`` orders and measure."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        fill(folder, count)
        return measure(folder)


def main() -> None:
    """One JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=200_000)
    print(json.dumps(run(parser.parse_args().orders)))


if __name__ == "__main__":
    main()
