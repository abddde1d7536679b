"""Papers of the ledger: the table that an import takes back, the maintenance ledger (设备维护台账, R-EQ-02), and labels.

Runs in a worker process: everything is read from the store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from console.domain.documents import Column, Kind, Table
from console.domain.estate import Estate
from console.domain.maintenance.cards import Card, Use, card_of
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.problems import Refused
from console.papers import ledgercolumns as columns
from console.papers.cardtexts import CardTexts
from console.papers.places import Places
from console.texts import language, set_language, tr

FORMS = {"ledger": ("xlsx", "csv"), "maintenance": ("xlsx", "csv", "pdf"), "labels": ("pdf",)}
_MOST_ORDERS = 1_000_000
_REPAIRS = 5  # that a line of the maintenance ledger names; the rest are counted


class Wanted(msgspec.Struct, frozen=True):
    """What is made. ``states`` is what the collector knows of the equipment now: id -> alarm, fault, offline or running."""

    folder: Path
    paper: str
    form: str
    language: str
    cards: tuple[str, ...]
    label: str
    skip: int
    estate: Estate
    states: dict[str, str]
    at: int
    by: str


def make(wanted: Wanted) -> tuple[str, bytes]:
    """The file's name and its bytes."""
    from console.store import ledgers  # noqa: PLC0415 - the collector names this module and never makes a paper

    if wanted.form not in FORMS.get(wanted.paper, ()):
        raise Refused("engine.export_form", form=wanted.form, forms=", ".join(FORMS.get(wanted.paper, ())))
    before = language()
    set_language(wanted.language)
    try:
        cards = chosen(ledgers.in_use(wanted.folder, Card), wanted.estate, wanted.cards)
        name = f"{tr(f'ledger.paper.{wanted.paper}')}.{wanted.form}"
        if wanted.paper == "labels":
            from console.papers import labels  # noqa: PLC0415 - see above

            places = Places(wanted.estate)
            rows = [labels.Label(card.code, card.title.get(language()), _place(card, places)) for card in cards]
            return name, labels.render(rows, wanted.label, wanted.skip)
        if wanted.paper == "ledger":
            table = ledger(cards, wanted.estate)
        else:
            table = maintenance(cards, wanted, ledgers.orders(wanted.folder, limit=_MOST_ORDERS))
        return name, _encoded(table, wanted)
    finally:
        set_language(before)


def chosen(stored: Iterable[Card], estate: Estate, wanted: tuple[str, ...]) -> list[Card]:
    """The cards of these ids (all, if none is given), those of the site file's equipment that nobody edited among them."""
    found = {card.id: card for card in stored}
    found |= {machine.id: card_of(machine) for machine in estate.equipment if machine.id not in found}
    if wanted:
        return [found[identity] for identity in wanted if identity in found]
    return sorted(found.values(), key=lambda card: card.code)


def ledger(cards: list[Card], estate: Estate) -> Table:
    """What an import takes: every field, in the words of the language."""
    places = Places(estate)
    codes = {card.id: card.code for card in cards} | {machine.id: machine.id for machine in estate.equipment}
    headings = tuple(Column(columns.title(field), key=field) for field in columns.FIELDS)
    texts = CardTexts(places, lambda identity: codes.get(identity, identity), str)
    rows = tuple(tuple(texts.shown(card, field) for field in columns.FIELDS) for card in cards)
    return Table(tr("ledger.paper.ledger"), headings, rows)


def maintenance(cards: list[Card], wanted: Wanted, orders: Iterable[Order]) -> Table:
    """The maintenance ledger with exactly its fields (R-EQ-02): running state, maintenance time, repair record."""
    of: dict[str, list[Order]] = defaultdict(list)
    for order in orders:  # newest first
        of[order.equipment].append(order)
    places = Places(wanted.estate)
    text = Kind.TEXT
    headings = (
        Column(columns.title("code"), text, 12),
        Column(columns.title("name"), text, 16),
        Column(columns.title("location"), text, 16),
        Column(tr("ledger.paper.state"), text, 8),
        Column(tr("ledger.paper.maintained"), Kind.DATE, 10),
        Column(tr("ledger.paper.repairs"), text, 30),
    )
    rows = []
    for card in cards:
        mine = of.get(card.id, [])
        rows.append((
            card.code, card.title.get(language()), _place(card, places), state_of(card, wanted.states),
            _maintained(mine), _repairs(mine, wanted.estate.site.timezone),
        ))  # fmt: skip
    return Table(tr("ledger.paper.maintenance"), headings, tuple(rows), empty=tr("ledger.empty"))


def state_of(card: Card, states: Mapping[str, str]) -> str:
    """Its running state in words: what the ledger says where it is out of use, else what the collector knows."""
    if card.state is not Use.IN_USE:
        return columns.word("state", str(card.state))
    known = states.get(card.id, "")
    return tr(f"ledger.running.{known}") if known else columns.word("state", str(card.state))


def _maintained(orders: list[Order]) -> int:
    """When it was maintained last (UTC ns, 0 never): the newest planned order that was carried out."""
    done = [_finished(order) for order in orders if order.kind is OrderKind.PREVENTIVE]
    return max(done, default=0)


def _finished(order: Order) -> int:
    for stage in (OrderState.ACCEPTANCE, OrderState.SELF_CHECK, OrderState.ARCHIVED):
        stamp = order.stamps.get(stage)
        if stamp is not None:
            return stamp.at
    return 0


def _repairs(orders: list[Order], timezone: str) -> str:
    """``2026-11-21 WO-000012 轿厢门不关（已归档）``, the newest first."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - see :func:`make`

    from console.papers import cells  # noqa: PLC0415

    zone = ZoneInfo(timezone)
    repairs = [order for order in orders if order.kind is OrderKind.CORRECTIVE]
    lines = [
        tr(
            "ledger.paper.repair", day=f"{cells.local(order.created_at, zone):%Y-%m-%d}", order=order.id,
            what=order.title.get(language()), state=tr(f"domain.order.{order.state}"),
        )
        for order in repairs[:_REPAIRS]
    ]  # fmt: skip
    if len(repairs) > _REPAIRS:
        lines.append(tr("ledger.paper.more", count=len(repairs) - _REPAIRS))
    return "\n".join(lines)


def _place(card: Card, places: Places) -> str:
    parts = (places.path(card.location, language()) if card.location else "", card.place)
    return " ".join(part for part in parts if part)


def _encoded(table: Table, wanted: Wanted) -> bytes:
    from console.papers import csv, pdf, sheet  # noqa: PLC0415 - see :func:`make`

    zone = wanted.estate.site.timezone
    if wanted.form == "csv":
        return csv.encode(table, zone)
    if wanted.form == "xlsx":
        return sheet.encode(table, zone)
    return pdf.encode(table, wanted.estate.site.name.get(language()), zone, language(), at=wanted.at, by=wanted.by)
