"""What differs between two versions of an order, field by field, in words; and who changed it when, from the log."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from console.domain.events import Entry, OrderAdvanced
from console.domain.orders import CheckItem, Order
from console.texts import language, tr
from console.ui.moments import full_text
from console.ui.orders.presenter import display
from console.ui.picture import Picture

SHOWN = 200  # characters of a long text; the order itself shows all of it


@dataclass(frozen=True, slots=True)
class Difference:
    """``field`` is its title; ``who`` and ``at`` (UTC ns) are empty until the log has said it."""

    field: str
    before: str
    after: str
    who: str = ""
    at: int = 0


def differences(picture: Picture, before: Order, after: Order, who: str = "", at: int = 0) -> list[Difference]:
    """Every field that differs."""
    pairs = zip(_fields(picture, before), _fields(picture, after), strict=True)
    found = [Difference(title, _short(old), _short(new), who, at) for (title, old), (_, new) in pairs if old != new]
    title = tr("orders.checklist_line")
    for place, (one, two) in enumerate(zip(before.checklist, after.checklist, strict=False), 1):
        if one != two:
            found.append(Difference(f"{title} {place}", _check(one), _check(two), who, at))
    fresh = after.notes[len(before.notes) :]
    found += [Difference(tr("orders.act.note"), "", _short(each.note or each.reason), each.by or who, each.at) for each in fresh]
    return found


def told(picture: Picture, base: Order, entries: tuple[Entry, ...]) -> list[Difference]:
    """The same step by step, with who and when: from the log entries about the order, newest first as the log gives them."""
    steps = [
        entry
        for entry in reversed(entries)
        if isinstance(entry.event, OrderAdvanced) and entry.event.order.revision > base.revision
    ]
    versions = [base, *(entry.event.order for entry in steps if isinstance(entry.event, OrderAdvanced))]
    found: list[Difference] = []
    for (before, after), entry in zip(pairwise(versions), steps, strict=True):
        found += differences(picture, before, after, entry.actor, entry.at)
    return found


def sentence_of(picture: Picture, each: Difference) -> str:
    """One difference as a line."""
    text = tr("orders.differs", field=each.field, before=each.before or "—", after=each.after or "—")
    if not each.at:
        return text
    who = display(picture, each.who) if each.who else tr("orders.by_system")
    return f"{text}  （{who} {full_text(each.at, picture.estate.site.timezone)}）"


def _fields(picture: Picture, order: Order) -> list[tuple[str, str]]:
    zone = picture.estate.site.timezone
    still = f"{full_text(order.down_from, zone)} … {full_text(order.down_until, zone)}" if order.down_from else ""
    return [
        (tr("orders.field.state"), tr(f"domain.order.{order.state}") + (f" · {tr('orders.on_hold')}" if order.held else "")),
        (tr("orders.field.assignee"), display(picture, order.assignee)),
        (tr("orders.field.title"), order.title.get(language())),
        (tr("orders.field.priority"), f"P{order.priority}"),
        (tr("orders.field.equipment"), order.equipment),
        (tr("orders.field.place"), order.place),
        (tr("orders.field.symptom"), order.symptom),
        (tr("orders.field.caller"), order.caller),
        (tr("orders.field.contact"), order.contact),
        (tr("orders.field.due_at"), full_text(order.due_at, zone)),
        (tr("orders.field.agreed"), full_text(order.agreed_at, zone)),
        (tr("orders.field.due"), full_text(order.wished_at, zone)),
        (tr("orders.field.cautions"), order.cautions),
        (tr("orders.field.zone"), tr(f"domain.zone.{order.zone}") if order.zone else ""),
        (tr("orders.tab.safety"), _of(sum(step.done is not None for step in order.safety), len(order.safety))),
        (tr("orders.field.hours"), f"{order.hours:g}"),
        (tr("orders.parts"), f"{sum(each.quantity for each in order.parts):g}"),
        (tr("orders.tab.outside"), f"{len(order.visits)} / {len(order.invoices)}"),
        (tr("orders.tab.files"), f"{len(order.files)}"),
        (tr("orders.downtime"), still),
        (tr("orders.field.rating"), str(order.rating or "")),
    ]


def _of(done: int, count: int) -> str:
    return f"{done} / {count}" if count else ""


def _check(item: CheckItem) -> str:
    parts = [tr(f"domain.check.{item.result}") if item.result else "", item.reading, item.note]
    return _short(" ".join(part for part in parts if part))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
