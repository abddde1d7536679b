"""Keeping the ledger: who may, and what a card has to say."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

from msgspec.structs import fields, replace

from console.domain.accounts import Right
from console.domain.acts import Act
from console.domain.maintenance.cards import Card, Rated, Use
from console.domain.maintenance.cards_batches import LedgerBatch
from console.domain.problems import Refused
from console.domain.world import World

MOST_AT_ONCE = 2_000  # cards of one saving: what the collector decides in a tenth of a second; more is an import
LONGEST = 500  # characters of a field
LONGEST_NOTE = 20_000
MOST_RATED, MOST_FILES = 80, 200
CRITICALITIES = ("", "A", "B", "C")
DATES = (
    "made", "installed", "commissioned", "warranty", "contract_from", "contract_until", "certificate_until", "state_at",
)  # fmt: skip
_TEXTS = tuple(field.name for field in fields(Card) if field.type is str and field.name not in ("id", "batch", "equipment"))


def judge_card(act: Act, card: Card, present: Card | None) -> Card:
    """A card as it is to be kept. Codes and parents are judged for all cards of a saving together: :func:`check_cards`."""
    act.require(Right.KEEP_LEDGER)
    refuse_while_importing(act.world)
    if card.ended_at:
        return _ended(act, card)
    known = card.id in act.world.equipment
    if present is None and card.id and not known:
        raise Refused("refused.record_unknown", id=card.id)
    number = card.number
    if present is not None:
        number = present.number
    elif not known:
        number = act.number("card")
    identity = card.id or f"C-{number:06d}"
    return replace(
        checked(card),
        id=identity,
        number=number,
        equipment=identity,
        at=present.at if present is not None else act.now,
        batch="",
    )


def checked(card: Card) -> Card:
    """The card with its texts trimmed; raises :class:`Refused` for the first field that cannot be kept."""
    trimmed: dict[str, str] = {}
    for name in _TEXTS:
        text = getattr(card, name)
        if not text:
            continue
        kept = text.strip()
        if kept != text:
            trimmed[name] = kept
        most = LONGEST_NOTE if name == "note" else LONGEST
        if len(kept) > most:
            raise Refused("ledger.refused.long", field=name, count=len(kept), most=most, card=card.code[:40])
    if trimmed:
        card = replace(card, **trimmed)
    _check(card)
    if not card.rated:
        return card
    rated = tuple(Rated(each.name.strip(), each.value.strip(), each.unit.strip()) for each in card.rated if each.name.strip())
    return replace(card, rated=rated)


def _check(card: Card) -> None:
    """The rules of single fields, and of those that belong together."""
    if not card.code:
        raise Refused("ledger.refused.code")
    if not card.name:
        raise Refused("ledger.refused.name", card=card.code)
    for name in DATES:
        check_date(card.code, name, getattr(card, name))
    if card.contract_from and card.contract_until and card.contract_until < card.contract_from:
        raise Refused("ledger.refused.contract", card=card.code)
    if not (math.isfinite(card.price) and card.price >= 0):
        raise Refused("ledger.refused.price", card=card.code)
    if not 0 <= card.life_years <= 200:
        raise Refused("ledger.refused.life", card=card.code)
    if card.criticality not in CRITICALITIES:
        raise Refused("ledger.refused.criticality", card=card.code, found=card.criticality)
    if card.state is Use.SCRAPPED and not (card.state_at and card.state_reason):
        raise Refused("ledger.refused.scrapped", card=card.code)
    if card.state is Use.IDLE and not card.state_reason:
        raise Refused("ledger.refused.idle", card=card.code)
    if len(card.rated) > MOST_RATED or len(card.attachments) > MOST_FILES:
        raise Refused("ledger.refused.many", card=card.code, rated=MOST_RATED, files=MOST_FILES)


def check_date(code: str, field: str, text: str) -> None:
    """Refuse what is no date of the calendar."""
    if not text:
        return
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise Refused("ledger.refused.date", card=code, field=field, found=text[:40]) from None
    if not 1900 <= day.year <= 2200 or len(text) != 10:
        raise Refused("ledger.refused.date", card=code, field=field, found=text[:40])


def check_cards(act: Act, cards: Sequence[Card]) -> None:
    """What only shows when the cards of one saving are seen together with the ledger: codes that are there twice, a part that
    would stand above itself, an import that is still going on."""
    if len(cards) > MOST_AT_ONCE:
        raise Refused("ledger.refused.at_once", count=len(cards), most=MOST_AT_ONCE)
    codes = codes_of(act.world)
    ours = {card.id for card in cards if card.id}
    taken = {code: identity for code, identity in codes.items() if identity not in ours}
    parents = parents_of(act.world)
    for card in cards:
        if card.ended_at:
            continue
        code = card.code.strip()
        if taken.get(code, card.id or None) != (card.id or None):
            raise Refused("ledger.refused.twice", card=code)
        taken[code] = card.id or f"new {code}"
        if card.id:
            parents[card.id] = card.parent
    for card in cards:
        if card.parent and not act.world.knows(card.parent):
            raise Refused("ledger.refused.parent", card=card.code, parent=card.parent)
        if card.id and circular(parents, card.id):
            raise Refused("ledger.refused.circle", card=card.code)


def refuse_while_importing(world: World) -> None:
    """Nothing else is changed while an import is being written, slice by slice."""
    for batch in world.records(LedgerBatch).values():
        if batch.busy:
            raise Refused("ledger.refused.importing", file=batch.file)


def codes_of(world: World) -> dict[str, str]:
    """Code -> id of every card, those that the site file's equipment has by itself among them."""
    cards = world.records(Card)
    found = {identity: identity for identity in world.equipment if identity not in cards}
    found.update((card.code, card.id) for card in cards.values())
    return found


def parents_of(world: World) -> dict[str, str]:
    """Id -> the id above."""
    found = {machine.id: machine.parent for machine in world.equipment.values()}
    found.update((card.id, card.parent) for card in world.records(Card).values())
    return found


def circular(parents: Mapping[str, str], identity: str) -> bool:
    """Whether a walk upward from ``identity`` comes back to it."""
    seen = set()
    above = identity
    while above and above not in seen:
        seen.add(above)
        above = parents.get(above, "")
    return bool(above)


def _ended(act: Act, card: Card) -> Card:
    """Taken off the ledger: only what nothing hangs on. What was in use and is no more is *scrapped*, and stays."""
    if card.id in act.world.equipment:
        raise Refused("ledger.refused.end_site", card=card.code)
    hanging = hangs_on(act.world, card.id)
    if hanging:
        raise Refused("ledger.refused.end_used", card=card.code, what=hanging)
    return card


def hangs_on(world: World, identity: str) -> str:
    """The number or id of something open that is about this card, or stands below it; empty if nothing is."""
    for order in world.orders.values():
        if order.equipment == identity:
            return order.id
    for fault in world.faults.values():
        if fault.equipment == identity:
            return fault.id
    for kind, drawer in world.kept.items():
        for record in drawer.values():
            if kind == "card":
                if isinstance(record, Card) and record.parent == identity:
                    return record.code
            elif record.equipment == identity:
                return record.id
    return ""
