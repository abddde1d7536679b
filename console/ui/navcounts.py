"""How much waits on each screen, and how urgent it is: the numbers on the left bar.

(how many, priority): with priority 1 to 3 the badge has that alarm colour, 0 is grey. Only what somebody has to see to is coloured.
"""

from __future__ import annotations

from collections.abc import Callable

from console.domain.isolations import wants_attention as isolation_wants_attention
from console.domain.maintenance import drills, hazards, rounds, shifts, standing
from console.domain.maintenance.cards import Card, count_expiring
from console.domain.maintenance.drills import DrillPlan
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.parts import Part
from console.domain.maintenance.people import Person
from console.domain.maintenance.people import running_out as certificates_running_out
from console.domain.maintenance.rounds import Round, RoundState
from console.ui.moments import local
from console.ui.picture import Picture, overdue_of

Count = tuple[int, int]


def _alarms(picture: Picture) -> Count:
    tally = picture.tally
    return tally.asking_really, tally.gravest if tally.asking_really else 0


def _faults(picture: Picture) -> Count:
    faults = [fault for fault in picture.faults.values() if fault.open and not fault.drill]
    return len(faults), min((fault.priority for fault in faults if fault.taken is None), default=0)


def _orders(picture: Picture) -> Count:
    return sum(order.open and not order.drill for order in picture.orders.values()), 0


def _my_day(picture: Picture) -> Count:
    """Open orders of the person who is signed on."""
    mine = [order for order in picture.orders.values() if order.open and picture.me and order.assignee == picture.me]
    return len(mine), min((order.priority for order in mine if order.fault), default=0)


def _readings(picture: Picture) -> Count:
    return sum(overdue_of(picture, point) > 0 for point in picture.awaited), 0


def _isolations(picture: Picture) -> Count:
    there = [isolation for isolation in picture.isolations.values() if isolation.open]
    return len(there), 3 if any(isolation_wants_attention(each, picture.now()) for each in there) else 0


def _connections(picture: Picture) -> Count:
    down = sum(line.state in ("down", "degraded") for line in picture.health.values() if line.kind != "device")
    return down, 2 if down else 0


def _shift(picture: Picture) -> Count:
    zone, now = picture.estate.site.timezone, picture.now()
    watch = standing.list_of(picture)
    late = len(shifts.overdue(watch, standing.book_of(picture), now, zone)) if watch is not None else 0
    return late, 3 if late else 0


def _rounds(picture: Picture) -> Count:
    states = [rounds.state_of(each, picture.now()) for each in picture.records(Round).values()]
    late = sum(state in (RoundState.LATE, RoundState.MISSED) for state in states)
    return len(states), 3 if late else 0


def _hazards(picture: Picture) -> Count:
    there = picture.records(Hazard).values()
    return len(there), 3 if any(hazards.wants_attention(each, picture.now()) for each in there) else 0


def _drills(picture: Picture) -> Count:
    zone, now = picture.estate.site.timezone, picture.now()
    states = [drills.state_of(plan, now, zone) for plan in picture.records(DrillPlan).values()]
    late = states.count(drills.OVERDUE)
    return late + states.count(drills.SOON), 3 if late else 0


def _stock(picture: Picture) -> Count:
    return sum(part.short for part in picture.records(Part).values()), 0


def _people(picture: Picture) -> Count:
    now = picture.now()
    late = [each for person in picture.records(Person).values() for each in certificates_running_out(person, now)]
    return len(late), 3 if any(each.until <= now for each in late) else 0


def _ledger(picture: Picture) -> Count:
    """Cards of which something has run out, or will within a month: advisory."""
    today = local(picture.now(), picture.estate.site.timezone).date()
    near, over = count_expiring(picture.records(Card).values(), today)
    return near, 3 if over else 0


COUNTS: dict[str, Callable[[Picture], Count]] = {
    "alarms": _alarms, "faults": _faults, "orders": _orders, "myday": _my_day, "readings": _readings,
    "isolations": _isolations, "connections": _connections, "shift": _shift, "rounds": _rounds, "hazards": _hazards,
    "drills": _drills, "stock": _stock, "people": _people, "ledger": _ledger,
}  # fmt: skip
RECORDS = frozenset({"shift", "rounds", "hazards", "drills", "stock", "people", "ledger"})
"""Those that change with the registers and with time alone: not counted anew with every alarm of a flood."""
