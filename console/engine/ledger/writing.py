"""Writing an import into the ledger, and taking it back: whole, however often the collector is killed meanwhile.

One transaction of 50,000 cards would hold up every alarm behind it, and many small ones may end half-way. So the cards lie in a
file of the store before the first is written; the batch's own record, which says how many are, changes in the same transaction
as each slice of them; and nothing else may change a card until the batch is through. A collector that starts again goes on where
the last transaction was: what began ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from msgspec.structs import replace

from console.domain.accounts import Account, Right
from console.domain.acts import demanded, require
from console.domain.events import Event, RecordSaved
from console.domain.maintenance.cards import Card, Thrift
from console.domain.maintenance.cards_batches import BatchState, ImportLedger, LedgerBatch, UndoLedgerImport
from console.domain.maintenance.cards_decisions import codes_of, refuse_while_importing
from console.domain.maintenance.cards_drafts import LedgerDraft
from console.domain.problems import Refused
from console.domain.world import World
from console.engine.clocks import EngineClock
from console.engine.decisions import COLLECTOR, By, Decisions
from console.engine.ledger.work import (
    Change,
    Prepared,
    batch_file,
    frames,
    prepare,
    read_prepared,
    read_written,
    used_in_store,
    written,
)
from console.engine.workers import Workers

PREPARE_SECONDS = 90.0  # for making the file of a batch: 2 s for 50,000 cards on the machine where it was measured
_PAUSE = 0.002  # seconds of real time between two slices: polls and alarms go first


class Ledgering:
    """Event loop only."""

    def __init__(self, folder: Path, decisions: Decisions, workers: Workers, clock: EngineClock) -> None:
        self._folder = folder
        self._decisions = decisions
        self._workers = workers
        self._clock = clock
        self._resumed: asyncio.Task[None] | None = None
        self._busy = asyncio.Lock()
        self._thrift = Thrift()

    def start(self) -> None:
        """Go on with what a collector before us began."""
        if any(batch.busy for batch in self._world.records(LedgerBatch).values()):
            self._resumed = asyncio.create_task(self._resume(), name="ledger-import")

    async def close(self) -> None:
        """Stop between two slices; the next start goes on."""
        if self._resumed is not None:
            self._resumed.cancel()
            with contextlib.suppress(asyncio.CancelledError, Refused):
                await self._resumed

    @property
    def _world(self) -> World:
        return self._decisions.world

    # --- importing

    async def write(self, actor: Account, command: ImportLedger, by: By, *, file: str, draft: LedgerDraft, scratch: Path) -> int:
        """Write what a preview showed; the batch's number. Refused whole where the ledger has changed since."""
        require(actor, Right.KEEP_LEDGER)
        reason = demanded(command.reason, "ledger.refused.import_reason")
        if draft.mistakes and not command.leave_out:
            raise Refused("ledger.refused.mistakes", count=draft.mistakes)
        if not draft.new + draft.changed:
            raise Refused("ledger.refused.nothing")
        async with self._busy:
            refuse_while_importing(self._world)
            number = self._world.next_number("ledger_batch")
            identity = f"LB-{number:06d}"
            first = self._world.next_number("card")
            made = await self._workers.run_within(PREPARE_SECONDS, prepare, scratch, self._folder, first, identity)
            # From here to the decision nothing else runs: what is checked is what is decided upon.
            refuse_while_importing(self._world)
            self._refuse_stale(made, first)
            batch = LedgerBatch(
                id=identity, number=number, revision=1, at=self._clock.now(), file=file, sha=made.sha,
                count=made.count, new=made.new, first=first, by=actor.name, reason=reason,
            )  # fmt: skip
            await self._decisions.decide([RecordSaved(batch, "created", reason)], by)
            await self._go_on(batch, by)
        return number

    def _refuse_stale(self, made: Prepared, first: int) -> None:
        cards = self._world.records(Card)
        ours = read_prepared(made.cards)
        changed = sum((cards[identity].revision if identity in cards else 0) != base for identity, _code, base in ours)
        if changed or self._world.next_number("card") != first:
            raise Refused("ledger.refused.stale", count=max(changed, 1))
        codes = codes_of(self._world)
        identities = {identity for identity, _code, _base in ours}
        for identity, code, _base in ours:
            if codes.get(code, identity) != identity and codes[code] not in identities:
                raise Refused("ledger.refused.twice", card=code)

    # --- taking back

    async def undo(self, actor: Account, command: UndoLedgerImport, by: By) -> int:
        """Every card as it was before the batch, or none of them."""
        require(actor, Right.KEEP_LEDGER)
        reason = demanded(command.reason, "ledger.refused.undo_reason")
        async with self._busy:
            refuse_while_importing(self._world)
            batch = self._world.records(LedgerBatch).get(command.batch)
            if batch is None or batch.state is not BatchState.WRITTEN:
                raise Refused("ledger.refused.no_batch", batch=command.batch)
            cards = read_written(await self._workers.run(written, batch_file(self._folder, batch.sha)))
            fresh = frozenset(identity for identity, _base, new in cards if new and identity not in self._world.equipment)
            used = await self._workers.run(used_in_store, self._folder, fresh) if fresh else ""
            refuse_while_importing(self._world)
            self._refuse_newer(batch, cards, fresh, used)
            undoing = replace(batch, revision=batch.revision + 1, state=BatchState.UNDOING, done=0, reason=reason)
            await self._decisions.decide([RecordSaved(undoing, "undoing", reason)], by)
            await self._go_on(undoing, by)
        return batch.number

    def _refuse_newer(self, batch: LedgerBatch, cards: list[tuple[str, int, bool]], fresh: frozenset[str], used: str) -> None:
        present = self._world.records(Card)
        ours = {identity for identity, _base, _new in cards}
        for identity, base, _new in cards:
            card = present.get(identity)
            if card is None or card.revision != base + 1 or card.batch != batch.id:
                raise Refused("ledger.refused.newer", card=card.code if card is not None else identity)
        for card in present.values():
            if card.parent in fresh and card.id not in ours:
                raise Refused("ledger.refused.hangs", card=present[card.parent].code, what=card.code)
        used = used or next((each for each in _named(self._world) if each in fresh), "")
        if used:
            raise Refused("ledger.refused.hangs", card=present[used].code, what=self._what(used))

    def _what(self, identity: str) -> str:
        """What the world has about a card; the store may have more."""
        found = [order.id for order in self._world.orders.values() if order.equipment == identity]
        found += [fault.id for fault in self._world.faults.values() if fault.equipment == identity]
        return next(iter(found), identity)

    # --- slice by slice

    async def _resume(self) -> None:
        async with self._busy:
            for batch in [each for each in self._world.records(LedgerBatch).values() if each.busy]:
                await self._go_on(batch, COLLECTOR)

    async def _go_on(self, batch: LedgerBatch, by: By) -> None:
        """Until the batch is through. Each slice is one transaction with the batch's own new version."""
        path = batch_file(self._folder, batch.sha)
        undoing = batch.state is BatchState.UNDOING
        slices = frames(path)
        skipped = 0
        while skipped < batch.done:
            skipped += len(await asyncio.to_thread(next, slices))
        while batch.done < batch.count:
            changes = list(await asyncio.to_thread(next, slices))
            events = [self._taken_back(each, batch) if undoing else self._written(each, batch) for each in changes]
            batch = self._advanced(batch, len(changes))
            events.append(RecordSaved(batch, str(batch.state)))
            await self._decisions.decide(events, by)
            await asyncio.sleep(_PAUSE)

    def _advanced(self, batch: LedgerBatch, count: int) -> LedgerBatch:
        done = batch.done + count
        over = done >= batch.count
        undone = over and batch.state is BatchState.UNDOING
        after = {BatchState.WRITING: BatchState.WRITTEN, BatchState.UNDOING: BatchState.UNDONE}
        return replace(
            batch,
            revision=batch.revision + 1,
            done=done,
            state=after[batch.state] if over else batch.state,
            ended_at=self._clock.now() if undone else 0,
        )

    def _written(self, change: Change, batch: LedgerBatch) -> Event:
        present = self._world.records(Card).get(change.card.id)
        at = present.at if present is not None else batch.at
        card = self._thrift(replace(change.card, revision=change.base + 1, at=at))
        return RecordSaved(card, "imported", batch.id)

    def _taken_back(self, change: Change, batch: LedgerBatch) -> Event:
        revision = change.base + 2
        if change.before is not None:
            return RecordSaved(self._thrift(replace(change.before, revision=revision)), "undone", batch.id)
        return RecordSaved(replace(change.card, revision=revision, at=batch.at, ended_at=self._clock.now()), "ended", batch.id)


def _named(world: World) -> set[str]:
    """Every equipment that something open is about, cards aside."""
    found = {order.equipment for order in world.orders.values()}
    found |= {fault.equipment for fault in world.faults.values()}
    found |= {isolation.equipment for isolation in world.isolations.values()}
    for kind, drawer in world.kept.items():
        if kind != "card":
            found |= {record.equipment for record in drawer.values()}
    return found
