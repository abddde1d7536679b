"""Answers to the consoles' questions: history and ledgers from worker processes, the rest from what the collector knows."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from console.domain.accounts import Account, Right
from console.domain.acts import require
from console.domain.health import HealthLine
from console.domain.keeping import Keeping, StoreStatus
from console.domain.orders import Order
from console.domain.problems import Refused
from console.engine import checking, ordersearch, reading
from console.engine.bench import BenchDesk
from console.engine.clocks import EngineClock
from console.engine.configuring import Configuring
from console.engine.exporting import Exports
from console.engine.figures import Figures
from console.engine.ledger.desk import LedgerDesk
from console.engine.reporting import Reporting
from console.engine.workers import Workers
from console.link import messages as m
from console.link.exports import ExportPartQuery, ExportQuery
from console.link.keeping import StoreAnswer, StoreQuery
from console.link.ledger import KeptFileQuery, LedgerDraftPartQuery, LedgerDraftQuery, LedgerPaperQuery
from console.link.notify import NotifyAnswer, NotifyQuery
from console.link.orders import OrderAnswer, OrderQuery, OrderSearchAnswer, OrderSearchQuery
from console.link.quality import KpiQuery, QualityQuery, QualityRowsQuery
from console.link.records import RecordsAnswer, RecordsQuery
from console.link.registers import (
    IsolationHistoryAnswer,
    IsolationHistoryQuery,
    PhotoAnswer,
    PhotoQuery,
    ReadingHistoryAnswer,
    ReadingHistoryQuery,
)
from console.link.reports import PaperPartQuery, PaperQuery
from console.link.server import Console

R = TypeVar("R")

MOST_POINTS = 200  # of one history query
LIST_SECONDS = 90.0  # for reading a point list of 50,000 rows; 12 s on the machine where it was measured
MOST_ROWS = 5_000  # of a ledger
MOST_EDGES = 5_000  # of a consumption query: a year of priced hours
MOST_SAMPLES = 2_000_000  # raw samples, all points together


class Queries:
    """One function a kind of question. Every answer is limited: a question never hurts the watch."""

    def __init__(
        self,
        folder: Path,
        workers: Workers,
        configuring: Configuring,
        *,
        clock: EngineClock,
        account: Callable[[str], Account | None],
        health: Callable[[], tuple[HealthLine, ...]],
        blocks: Callable[[], tuple[m.ReadBlock, ...]],
        photo: Callable[[str], bytes],
        ledger: LedgerDesk,
        bench: BenchDesk,
        store: Callable[[], tuple[StoreStatus, Keeping]],
        exports: Exports,
        notify: Callable[[int], Awaitable[NotifyAnswer]],
        figures: Figures,
        reporting: Reporting,
    ) -> None:
        self._folder = folder
        self._workers = workers
        self._configuring = configuring
        self._clock = clock
        self._account = account
        self._health = health
        self._blocks = blocks
        self._photo = photo
        self._ledger_desk = ledger
        self._bench = bench
        self._notify = notify
        self._store = store
        self._exports = exports
        self._figures = figures
        self._reporting = reporting
        self._searching = Workers(1)  # one process keeps the lines that are searched

    def close(self) -> None:
        """End the process that searches."""
        self._searching.close()

    async def order(self, number: int) -> Order | None:
        """An order however old; None: there is none of that number."""
        return await self._workers.run(ordersearch.one, self._folder, number)

    async def answer(self, console: Console, query: m.Query) -> m.Answer:  # noqa: PLR0911, PLR0912 - one line a question
        """The answer; raises :class:`Refused`."""
        match query:
            case m.HistoryQuery():
                return m.HistoryAnswer(query.id, await self._history(query))
            case m.ConsumptionQuery():
                return m.ConsumptionAnswer(query.id, await self._consumption(query))
            case ExportQuery():
                return await self._exports.start(console, query)
            case ExportPartQuery():
                return await self._exports.part(console, query)
            case m.AlarmHistoryQuery():
                return m.AlarmHistoryAnswer(query.id, await self._ledger(reading.alarms, query))
            case m.FaultHistoryQuery():
                return m.FaultHistoryAnswer(query.id, await self._ledger(reading.faults, query))
            case m.OrderHistoryQuery():
                return m.OrderHistoryAnswer(query.id, await self._ledger(reading.orders, query))
            case OrderSearchQuery():
                total, orders = await self._searching.run(ordersearch.search, self._folder, query)
                return OrderSearchAnswer(query.id, total, query.offset, orders)
            case OrderQuery():
                return OrderAnswer(query.id, await self.order(query.number))
            case IsolationHistoryQuery():
                return IsolationHistoryAnswer(query.id, await self._ledger(reading.isolations, query))
            case ReadingHistoryQuery():
                until, limit = query.until or self._clock.now() + 1, min(query.limit, MOST_ROWS)
                return ReadingHistoryAnswer(
                    query.id, await self._workers.run(reading.readings, self._folder, query.point, query.since, until, limit)
                )
            case PhotoQuery():
                return PhotoAnswer(query.id, await asyncio.to_thread(self._photo, query.photo))
            case KeptFileQuery() | LedgerDraftQuery() | LedgerDraftPartQuery() | LedgerPaperQuery():
                return await self._ledger_desk.answer(console, query)
            case RecordsQuery():
                until, limit = query.until or self._clock.now() + 1, min(query.limit, MOST_ROWS)
                return RecordsAnswer(
                    query.id,
                    await self._workers.run(reading.records, self._folder, query.kind, query.since, until, query.equipment, limit),
                )
            case QualityQuery() | QualityRowsQuery() | KpiQuery():
                return await self._figures.answer(query)
            case NotifyQuery():
                return await self._notify(query.id)
            case m.LogQuery():
                self._may_read(console, query.subject)
                until = query.until or self._clock.now() + 1
                limit = min(query.limit, MOST_ROWS)
                return m.LogAnswer(
                    query.id, await self._workers.run(reading.log, self._folder, query.subject, query.since, until, limit)
                )
            case m.ConfigurationQuery():
                return m.ConfigurationAnswer(query.id, self._configuring.text, self._configuring.revision)
            case m.ImportPreviewQuery():
                base = self._configuring.revision
                changes, mistakes = await self._configuring.preview(query.text)
                return m.ImportPreviewAnswer(query.id, base, changes, mistakes)
            case m.PointListQuery():
                present = self._configuring.text
                return m.PointListAnswer(
                    query.id,
                    await self._workers.run_within(LIST_SECONDS, checking.draft, query.data, query.file, present, query.choices),
                )
            case PaperQuery() | PaperPartQuery():
                return await self._reporting.answer(console, query)
            case StoreQuery():
                return StoreAnswer(query.id, *self._store())
            case m.DiagnosticsQuery():
                return m.DiagnosticsAnswer(query.id, self._health(), self._blocks())
            case _:
                return await self._bench.answer(console, query)

    def left(self, console: Console) -> None:
        """A desk is gone: nothing more is made for it."""
        self._exports.left(console)
        self._reporting.left(console)

    async def _history(self, query: m.HistoryQuery) -> tuple[m.Series, ...]:
        if len(query.points) > MOST_POINTS:
            raise Refused("engine.too_many_points", count=len(query.points), most=MOST_POINTS)
        if query.until <= query.since:
            raise Refused("engine.empty_range")
        if query.buckets:
            return await self._workers.run(
                reading.buckets, self._folder, query.points, query.since, query.until, min(query.buckets, 20_000)
            )
        limit = min(query.limit, MOST_SAMPLES // max(1, len(query.points)))
        return await self._workers.run(reading.raw, self._folder, query.points, query.since, query.until, limit)

    async def _consumption(self, query: m.ConsumptionQuery) -> tuple[m.Consumed, ...]:
        edges = array("q", query.edges)
        if len(query.points) > MOST_POINTS:
            raise Refused("engine.too_many_points", count=len(query.points), most=MOST_POINTS)
        if not 2 <= len(edges) <= MOST_EDGES or any(last <= first for first, last in pairwise(edges)):
            raise Refused("engine.empty_range")
        wanted = set(query.points)
        points = tuple(point for point in self._configuring.estate.points if point.number in wanted)
        return await self._workers.run(reading.consumption, self._folder, points, query.edges)

    async def _ledger(
        self,
        read: Callable[[Path, int, int, str, int], tuple[R, ...]],
        query: m.AlarmHistoryQuery | m.FaultHistoryQuery | m.OrderHistoryQuery | IsolationHistoryQuery,
    ) -> tuple[R, ...]:
        until = query.until or self._clock.now() + 1
        return await self._workers.run(read, self._folder, query.since, until, query.equipment, min(query.limit, MOST_ROWS))

    def _may_read(self, console: Console, subject: str) -> None:
        """A record's own story is everybody's at the desk; the whole log and the accounts' are audit."""
        if subject and not subject.startswith("account:"):
            return
        if subject == f"account:{console.account}" and console.account:
            return
        account = self._account(console.account)
        if account is None:
            raise Refused("refused.not_signed_on")
        require(account, Right.READ_AUDIT)
