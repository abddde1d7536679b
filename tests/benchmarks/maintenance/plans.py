"""Plans of a large estate: 5,000 machines with 4 levels each. ``python -m tests.benchmarks.maintenance.plans`` prints one JSON
line.

``forecast_s``: every visit of 24 months and the workload by week. ``due_run_s``: the run at 08:00, all plans looked at and what is
due raised (events made and applied; the worst of ten mornings). ``first_run_s``: the same for plans that nobody has seen yet.
``forecast_screen_s``: the forecast as the console makes it, in pieces; ``piece_ms`` the longest of them.
"""

from __future__ import annotations

import json
import time
from datetime import date, timedelta

from msgspec.structs import replace

from console.domain import schedule
from console.domain.estate import Equipment, Estate, Site
from console.domain.events import OrderAdvanced, OrderRaised
from console.domain.maintenance.forecast import HORIZON, Known, foresee, foresee_sliced, workload
from console.domain.maintenance.planning import Machine, Plan
from console.domain.maintenance.planning_templates import templates
from console.domain.orders import OrderState
from console.domain.times import DAY, SECOND
from console.domain.world import World

MACHINES = 5_000
MORNING = 1_795_392_000 * SECOND  # 2026-11-23 08:00 in Shanghai
MORNINGS = 10
PIECE = 0.008  # of the console


def estate(machines: int = MACHINES) -> Estate:
    """Elevators with the four levels of the template, begun on different days."""
    return Estate(Site("large", templates()[0].plan.title), equipment=equipment(machines))


def equipment(machines: int) -> tuple[Equipment, ...]:
    """That many machines."""
    name = templates()[0].plan.title
    return tuple(Equipment(f"E{number:05d}", name, "elevator", "generic_elevator", "") for number in range(machines))


def plan(machines: int = MACHINES) -> Plan:
    """One plan for all of them."""
    first = date(2026, 11, 24)
    days = [(first + timedelta(days=number % 15)).isoformat() for number in range(machines)]
    made = tuple(Machine(f"E{number:05d}", day) for number, day in enumerate(days))
    return replace(templates()[0].plan, id="plan-1", number=1, revision=1, machines=made, team="电梯班")


def world(machines: int = MACHINES) -> World:
    """The estate with its plan."""
    return World.load(estate(machines), records=(plan(machines),), numbers={"plan": 1})


def measure() -> dict[str, float]:
    """The figures."""
    large = world()
    began = time.process_time()
    for event in schedule.due(large, MORNING, {}):
        large.apply(event)
    first = time.process_time() - began
    worst = 0.0
    for morning in range(1, MORNINGS + 1):
        now = MORNING + morning * DAY
        began = time.process_time()
        events = schedule.due(large, now, {})
        for event in events:
            large.apply(event)
        worst = max(worst, time.process_time() - began)
        _finish(large, [event.order.number for event in events if isinstance(event, OrderRaised)], now)
    today = schedule.local_day(now, large.timezone)
    known = Known(large.plans, large.orders, schedule.book(large), large.timezone, today, {}, {})
    began = time.process_time()
    found = foresee(large.chains, known, today + HORIZON)
    workload(large.chains, found)
    whole = time.process_time() - began
    began, longest = time.process_time(), 0.0
    pieces = foresee_sliced(large.chains, known, today + HORIZON)
    done = False
    while not done:
        piece = time.process_time()
        while not done and time.process_time() - piece < PIECE:
            done = next(pieces, None) is None
        longest = max(longest, time.process_time() - piece)
    return {
        "forecast_s": round(whole, 3),
        "due_run_s": round(worst, 3),
        "first_run_s": round(first, 3),
        "forecast_screen_s": round(time.process_time() - began, 3),
        "piece_ms": round(1000 * longest, 1),
        "visits": len(found),
    }


def _finish(large: World, numbers: list[int], now: int) -> None:
    """What was raised is done."""
    for number in numbers:
        done = replace(large.orders[number], state=OrderState.ACCEPTANCE)
        large.apply(OrderAdvanced(done, "stage"))
        for event in schedule.finished(large, done, now):
            large.apply(event)


def main() -> None:
    """See the module."""
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()
