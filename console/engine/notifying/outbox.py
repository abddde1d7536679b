"""The outbox: what is planned goes out when it is due, again when it failed, once where it can be known to be once.

The notices themselves are rows of the log, planned in the same transaction as what they tell of (``Decisions.consequences``), so
there is nothing to be lost here: after a start the open ones are read back and go on. An address (person and channel) is a lane:
one message at a time; several that are due together, or that waited for the end of a flood's pause, go as one.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from console.domain import escalation
from console.domain.escalation import Exempt
from console.domain.events import (
    ChannelSecretKept,
    Entry,
    Event,
    NoticeFailed,
    NoticePlanned,
    NoticeSending,
    NoticeSent,
    NotifySaved,
    RosterSaved,
)
from console.domain.faults import Fault
from console.domain.health import HealthState
from console.domain.notices import GIVE_UP, Notice, NoticeKind, NoticeState, retry_after
from console.domain.problems import Problem, Refused
from console.domain.text import Text
from console.domain.times import DAY
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import By, Decisions
from console.engine.health import HealthBoard
from console.engine.notifying import courier, wording
from console.engine.notifying.vault import Vault
from console.engine.workers import Workers
from console.link.notify import NotifyAnswer
from console.store import ledgers

AT_ONCE = 2  # worker processes: one server that hangs leaves the other
PATIENCE = 60.0  # seconds of real time for one delivery; apprise itself gives up a connection after 15
MOST_RESTORED = 100_000  # entries
SAID_ANEW = 365 * DAY  # an older roster is said again: what is removed of the log is five years old at least
RESTORED = DAY  # of ended notices that are read back at least, for the daily one

Lane = tuple[str, str]  # channel, person


class Outbox:
    """See the module. Event loop only."""

    def __init__(
        self,
        decisions: Decisions,
        deadlines: Deadlines,
        clock: EngineClock,
        board: HealthBoard,
        vault: Vault,
        *,
        site: Callable[[], Text],
        trusted: Callable[[], bool],
    ) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._clock = clock
        self._board = board
        self._vault = vault
        self._site = site
        self._trusted = trusted
        self._workers = Workers(AT_ONCE)
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._busy: dict[Lane, asyncio.Task[None]] = {}
        self._said: dict[Lane, deque[int]] = {}  # when messages left, newest last
        self._outcomes: dict[int, asyncio.Future[Notice]] = {}  # of tests that somebody waits for
        self._counts: Counter[str] = Counter()
        self._wrong: dict[str, Problem] = {}  # by channel: why its last message failed
        self._running = False
        self._old: list[RosterSaved | NotifySaved] = []
        self.exempt: Exempt = lambda fault: escalation.rehearsed(decisions.world, fault)
        decisions.consequences = self._follow
        decisions.after_commit.append(self._committed)

    # --- life

    async def restore(self, folder: Path, alive: int) -> None:
        """Roster, settings and the notices that may still matter, out of the log; ``alive`` is when the last run ended."""
        world = self._decisions.world
        since = min([alive - RESTORED, *(fault.opened_at for fault in world.faults.values() if fault.open)])
        for entry in await asyncio.to_thread(_read_back, folder, max(0, since)):
            world.apply(entry.event)
            if isinstance(entry.event, RosterSaved | NotifySaved) and self._clock.now() - entry.at > SAID_ANEW:
                self._old.append(entry.event)

    def start(self) -> None:
        """Go on with what was open. What was being sent may have arrived: it goes once more and says so."""
        self._running = True
        if self._old:
            self._decisions.decide(self._old)
        world = self._decisions.world
        doubtful = [each for each in world.notices.values() if each.state is NoticeState.SENDING]
        again = [replace(each, state=NoticeState.PLANNED, doubtful=True, due_at=self._clock.now()) for each in doubtful]
        if again:
            self._decisions.decide([NoticeFailed(replace(each, problem=Problem("notify.interrupted"))) for each in again])
        for lane in list(world.waiting):
            self._look(lane)
        self.trusted()
        self._report()

    def trusted(self) -> None:
        """The time may be believed (again), or the settings changed: count anew."""
        for fault in self._decisions.world.faults.values():
            self._arm_repeat(fault)
        self._arm_daily()

    async def close(self) -> None:
        """Let go; what is under way stays in doubt and goes again after the next start."""
        self._running = False
        for task in self._busy.values():
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)
        self._workers.close()

    async def test(self, channel: str, person: str, by: By) -> None:
        """Send a test message now; refused with the true reason where it does not go."""
        world = self._decisions.world
        known = world.notify.channel(channel)
        if known is None:
            raise Refused("notify.no_channel", name=channel)
        if known.personal and not world.notify.contact(person).addresses.get(channel):
            raise Refused("notify.no_address", person=world.display(person), name=known.name.zh or channel)
        now = self._clock.now()
        number = self._decisions.sequence + 1
        to = person if known.personal else ""
        self._outcomes[number] = outcome = asyncio.get_running_loop().create_future()
        try:
            await self._decisions.decide([NoticePlanned(Notice(number, NoticeKind.TEST, channel, now, now, to))], by)
            notice = await outcome
        finally:
            del self._outcomes[number]
        if notice.state is not NoticeState.SENT:
            problem = notice.problem or Problem("notify.undelivered", {"detail": "?"})
            raise Refused(problem.code, **problem.params)

    async def keep_secret(self, channel: str, secret: str, by: By) -> None:
        """Put a channel's secret where secrets are; the log says that it was changed."""
        if self._decisions.world.notify.channel(channel) is None:
            raise Refused("notify.no_channel", name=channel)
        await asyncio.to_thread(self._vault.put, channel, secret.strip())
        await self._decisions.decide([ChannelSecretKept(channel)], by)

    async def answer(self, query: int) -> NotifyAnswer:
        """Roster, settings, and which channels have a secret."""
        world = self._decisions.world
        names = [channel.id for channel in world.notify.channels if channel.wants_secret]
        kept = tuple([name for name in names if await asyncio.to_thread(self._vault.get, name)])
        return NotifyAnswer(query, world.roster, world.notify, kept)

    # --- what follows

    def _follow(self, event: Event, number: int) -> tuple[Event, ...]:
        return escalation.follow(self._decisions.world, event, self._clock.now(), number, self.exempt)

    def _committed(self, entries: tuple[Entry, ...]) -> None:
        lanes: set[Lane] = set()
        if self._running and any(isinstance(entry.event, NotifySaved | RosterSaved) for entry in entries):
            self.trusted()
            self._report()
        faults: set[int] = set()
        for entry in entries:
            match entry.event:
                case NoticePlanned() | NoticeFailed() as event:
                    lanes.add((event.notice.channel, event.notice.person))
                    faults.add(event.notice.fault)
                case _:
                    fault = getattr(entry.event, "fault", None)
                    if isinstance(fault, Fault):
                        faults.add(fault.number)
        if not self._running:
            return
        for lane in lanes:
            self._look(lane)
        for number in faults:
            present = self._decisions.world.faults.get(number)
            if present is not None:
                self._arm_repeat(present)

    def _arm_repeat(self, fault: Fault) -> None:
        due = escalation.repeat_at(self._decisions.world, fault) if self._trusted() else None
        if due is None:
            self._deadlines.cancel(("notice-repeat", fault.number))
        else:
            self._deadlines.set(("notice-repeat", fault.number), due, lambda: self._repeat(fault.number))

    def _repeat(self, number: int) -> None:
        world = self._decisions.world
        fault = world.faults.get(number)
        if fault is None or not self._trusted():
            return
        events = escalation.repeat(world, fault, self._clock.now(), self._decisions.sequence + 1, self.exempt)
        if events:
            self._decisions.decide(events)

    def _arm_daily(self) -> None:
        due = escalation.daily_at(self._decisions.world, self._clock.now())
        if due is None:
            self._deadlines.cancel("notice-daily")
        else:
            self._deadlines.set("notice-daily", due, self._daily)

    def _daily(self) -> None:
        if not self._trusted():
            return  # armed again when the time is confirmed
        now = self._clock.now()
        events = escalation.daily(self._decisions.world, now, self._decisions.sequence + 1)
        if events:
            self._decisions.decide(events)
            self._arm_daily()
        else:  # nobody wants it today
            self._deadlines.set("notice-daily", now + DAY, self._daily)

    # --- sending

    def _look(self, lane: Lane) -> None:
        """Send what is due in a lane, or wake up when something is."""
        if lane in self._busy or not self._running:
            return
        now = self._clock.now()
        waiting = self._planned(lane)
        due = [each for each in waiting if each.due_at <= now]
        at = min((each.due_at for each in waiting), default=None)
        if due and not any(each.priority == 1 or each.kind is NoticeKind.TEST for each in due):
            pause = self._pause(lane, now)
            if pause:
                due, at = [], pause
        if due:
            task = asyncio.create_task(self._send(lane, due), name=f"notice-{lane[0]}")
            self._busy[lane] = task
            task.add_done_callback(lambda done: self._done(lane, done))
        elif at is None:
            self._deadlines.cancel(("notice", lane))
        else:
            self._deadlines.set(("notice", lane), at, lambda: self._look(lane))

    def _planned(self, lane: Lane) -> list[Notice]:
        waiting = self._decisions.world.waiting.get(lane, {})
        return [each for each in waiting.values() if each.state is NoticeState.PLANNED]

    def _pause(self, lane: Lane, now: int) -> int:
        """When the next message may leave (UTC ns); 0: now."""
        policy, said = self._decisions.world.notify.policy, self._said.get(lane, deque())
        while said and said[0] <= now - policy.rate_window:
            said.popleft()
        return said[-policy.rate] + policy.rate_window if len(said) >= policy.rate else 0

    def _done(self, lane: Lane, task: asyncio.Task[None]) -> None:
        del self._busy[lane]
        if task.cancelled() or isinstance(task.exception(), Refused):
            return  # the end is near, or nothing is recorded any more: the notice stays as it is, for the next start
        task.result()  # a bug of ours is not to be kept quiet
        self._look(lane)

    async def _send(self, lane: Lane, due: list[Notice]) -> None:
        first = due[0].number
        self._said.setdefault(lane, deque()).append(self._clock.now())
        due = [replace(each, state=NoticeState.SENDING, message=first if len(due) > 1 else 0) for each in due]
        await self._decisions.decide([NoticeSending(each) for each in due])
        problem, doubtful = await self._deliver(lane, due)
        now = self._clock.now()
        self._counts["sent" if problem is None else "failed"] += 1
        if problem is None:
            self._wrong.pop(lane[0], None)
            ended = [replace(each, state=NoticeState.SENT, ended_at=now, problem=None) for each in due]
            await self._decisions.decide([NoticeSent(each) for each in ended])
        else:
            self._wrong[lane[0]] = problem
            ended = [_failed(each, problem, doubtful, now) for each in due]
            await self._decisions.decide([NoticeFailed(each) for each in ended])
        self._report()
        for each in ended:
            waits = self._outcomes.get(each.number)
            if waits is not None and not waits.done():
                waits.set_result(each)

    async def deliver(self, channel: str, person: str, title: str, body: str, attach: Path) -> Problem | None:
        """Send a file to a person now; why it did not go."""
        found = await self._way(channel, person)
        if isinstance(found, Problem):
            return found
        url, address, secret = found
        try:
            async with self._gate:
                reason = await self._workers.run_once(PATIENCE, courier.send, url, address, secret, title, body, attach=str(attach))
        except Refused as refused:
            return refused.problem
        return Problem("notify.undelivered", {"detail": reason}) if reason else None

    async def _deliver(self, lane: Lane, due: list[Notice]) -> tuple[Problem | None, bool]:
        """Why it did not go (``None``: it went), and whether it may have arrived all the same."""
        found = await self._way(*lane)
        if isinstance(found, Problem):
            return found, False
        world = self._decisions.world
        channel = world.notify.channel(lane[0])
        assert channel is not None
        said = wording.languages(channel, world.notify.contact(lane[1]))
        title, body = wording.compose(world, self._site(), due, said, self._clock.now())
        url, address, secret = found
        try:
            async with self._gate:
                reason = await self._workers.run_once(PATIENCE, courier.send, url, address, secret, title, body)
        except Refused as refused:
            return refused.problem, True
        return (Problem("notify.undelivered", {"detail": reason}), False) if reason else (None, False)

    async def _way(self, name: str, person: str) -> tuple[str, str, str] | Problem:
        """Url, address and secret of a channel for a person; or what is missing."""
        world = self._decisions.world
        channel = world.notify.channel(name)
        address = world.notify.contact(person).addresses.get(name, "")
        if channel is None or not channel.enabled:
            return Problem("notify.no_channel", {"name": name})
        if channel.personal and not address:
            return Problem("notify.no_address", {"person": world.display(person), "name": channel.name.zh or channel.id})
        try:
            secret = await asyncio.to_thread(self._vault.get, channel.id) if channel.wants_secret else ""
        except Refused as refused:
            return refused.problem
        if channel.wants_secret and not secret:
            return Problem("notify.no_secret", {"name": channel.name.zh or channel.id})
        return channel.url, address, secret

    def _report(self) -> None:
        wrong = next(iter(self._wrong.values()), None)
        waiting = sum(len(lane) for lane in self._decisions.world.waiting.values())
        if self._decisions.world.notify.channels or self._counts:
            state = HealthState.OK if wrong is None else HealthState.DEGRADED
            self._board.say("notify", state, wrong, counters=dict(self._counts), figures={"waiting": float(waiting)})


def _read_back(folder: Path, since: int) -> list[Entry]:
    """Oldest first. Each entry about a roster or settings holds the whole of it: the newest is enough."""
    entries = [*ledgers.log(folder, "roster:all", limit=1), *ledgers.log(folder, "notify:all", limit=1)]
    return [*entries, *reversed(ledgers.log(folder, "notice:all", since, limit=MOST_RESTORED))]


def _failed(notice: Notice, problem: Problem, doubtful: bool, now: int) -> Notice:
    """The notice after a failed attempt: planned again, or given up. A test is tried once."""
    notice = replace(notice, attempts=notice.attempts + 1, problem=problem, doubtful=notice.doubtful or doubtful)
    if notice.kind is NoticeKind.TEST or now - notice.planned_at >= GIVE_UP:
        return replace(notice, state=NoticeState.FAILED, ended_at=now)
    return replace(notice, state=NoticeState.PLANNED, due_at=now + retry_after(notice.attempts), message=0)
