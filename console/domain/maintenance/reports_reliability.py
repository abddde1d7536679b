"""MTBF, MTTR, availability and repeats (R-EQ-15), by machine and by class. The formulas are told in docs/reports.md.

A failure is a fault that counts and did not turn out to be a false alarm. A machine was down while an order says so
(``down_from`` to ``down_until``); where no order says anything, a P1 or P2 failure counts from its detection until basic service
was back, else until the repair, else until it was closed. Overlapping times count once. Down for a preventive order is planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from console.domain.faults import Clock, CloseCode, Fault
from console.domain.kpis import FaultFacts
from console.domain.maintenance.reports import Books, Period, done_at, within
from console.domain.orders import Order, OrderKind
from console.domain.rules import Category
from console.domain.times import DAY

REPEAT_WITHIN = 30 * DAY  # ours: the handbooks rank repeat faults (R-EQ-08) and name no time; a month is the report's own rhythm
_STOPS = (1, 2)  # priorities whose fault stops the service (requirements §11)

Interval = tuple[int, int]


class Reliability(msgspec.Struct, frozen=True):
    """Of one machine, or of ``machines`` together. Times in ns; ``span`` is the machines' whole time of the period so far."""

    machines: int
    span: int
    failures: int = 0
    repeats: int = 0
    unplanned: int = 0
    planned: int = 0
    repaired: int = 0  # failures whose repair ended in the period
    repair: int = 0  # the sum of their times from detection

    @property
    def mtbf(self) -> int | None:
        """(span - unplanned) / failures, ns; ``None`` without a failure: longer than was watched."""
        return (self.span - self.unplanned) // self.failures if self.failures else None

    @property
    def mttr(self) -> int | None:
        """Mean time from detection to repair, ns."""
        return self.repair // self.repaired if self.repaired else None

    @property
    def availability(self) -> float | None:
        """1 - unplanned / span."""
        return 1.0 - self.unplanned / self.span if self.span else None


def is_failure(fault: Fault, fact: FaultFacts) -> bool:
    """See the module."""
    return (
        fact.counts
        and fact.close_code is not CloseCode.FALSE_ALARM
        and not fault.merged_into
        and fault.category not in (Category.COMMS, Category.SYSTEM, Category.ISOLATED)
    )


def failures(books: Books, known: Mapping[int, FaultFacts]) -> list[Fault]:
    """Every failure in the books, the oldest first."""
    return sorted(
        (fault for fault in books.faults if is_failure(fault, known[fault.number])), key=lambda each: (each.opened_at, each.number)
    )


@dataclass(frozen=True)
class History:
    """Each machine's failures (the oldest first), how long each repair took (ns, -1: not yet), and when it stood still."""

    failures: dict[str, list[Fault]]
    repairs: dict[int, int]
    unplanned: dict[str, list[Interval]]
    planned: dict[str, list[Interval]]


def history(books: Books, known: Mapping[int, FaultFacts]) -> History:
    """Of all books: found once, whatever periods are asked for."""
    failed: dict[str, list[Fault]] = {}
    repairs: dict[int, int] = {}
    for fault in failures(books, known):
        failed.setdefault(fault.equipment, []).append(fault)
        clock = known[fault.number].clocks.get(Clock.REPAIRED)
        repairs[fault.number] = clock.raw if clock is not None else -1
    return History(failed, repairs, *_downtimes(books, failed))


def by_machine(books: Books, past: History, of: Period) -> dict[str, Reliability]:
    """Every machine that counts for itself, also those without any failure."""
    end = min(books.now, of.until)
    span = max(0, end - of.since)
    found = {}
    for name, machine in books.machines.items():
        if not machine.counted:
            continue
        mine = past.failures.get(name, [])
        took = [past.repairs[fault.number] for fault in mine]
        ended = [each for fault, each in zip(mine, took, strict=True) if each >= 0 and within(of, fault.opened_at + each)]
        unplanned, planned = past.unplanned.get(name, []), past.planned.get(name, [])
        stopped = length(unplanned, of.since, end)
        found[name] = Reliability(
            machines=1,
            span=span,
            failures=sum(within(of, fault.opened_at) for fault in mine),
            repeats=len(repeated(mine, of)),
            unplanned=stopped,
            planned=length([*planned, *unplanned], of.since, end) - stopped,
            repaired=len(ended),
            repair=sum(ended),
        )
    return found


def together(parts: Iterable[Reliability]) -> Reliability:
    """Several machines as one class."""
    every = list(parts)
    names = ("machines", "span", "failures", "repeats", "unplanned", "planned", "repaired", "repair")
    return Reliability(**{name: sum(getattr(part, name) for part in every) for name in names})


def repeated(faults: Sequence[Fault], of: Period) -> list[Fault]:
    """Of one machine's failures (oldest first) those of the period that followed another of the same text within
    :data:`REPEAT_WITHIN`."""
    last: dict[str, int] = {}
    found = []
    for fault in faults:
        before = last.get(fault.text.zh)
        if before is not None and fault.opened_at - before <= REPEAT_WITHIN and within(of, fault.opened_at):
            found.append(fault)
        last[fault.text.zh] = fault.opened_at
    return found


def length(intervals: Iterable[Interval], since: int, until: int) -> int:
    """How much of [since, until) the intervals cover together, ns."""
    covered, reached = 0, since
    for begin, end in sorted(intervals):
        start, stop = max(begin, reached), min(end, until)
        if stop > start:
            covered += stop - start
            reached = stop
    return covered


def _downtimes(books: Books, failed: Mapping[str, Sequence[Fault]]) -> tuple[dict[str, list[Interval]], dict[str, list[Interval]]]:
    """(unplanned, planned) by machine; what lasts yet lasts until now."""
    unplanned: dict[str, list[Interval]] = {}
    planned: dict[str, list[Interval]] = {}
    said: set[int] = set()  # faults whose order says when it stood still
    orders = {order.number: order for order in books.orders}
    for order in books.real_orders:
        if order.down_from:
            said.add(order.fault)
            kept = planned if order.kind is OrderKind.PREVENTIVE else unplanned
            kept.setdefault(order.equipment, []).append((order.down_from, order.down_until or books.now))
    for name, faults in failed.items():
        for fault in faults:
            if fault.priority in _STOPS and fault.number not in said:
                until = _service_back(fault, orders.get(fault.order)) or books.now
                unplanned.setdefault(name, []).append((fault.opened_at, until))
    return unplanned, planned


def _service_back(fault: Fault, order: Order | None) -> int:
    if order is not None and order.restored is not None:
        return order.restored.at
    return (done_at(order) if order is not None else 0) or fault.closed_at
