"""What happened to an equipment as lines of its life story, in plain values; no widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console.domain.alarms import Alarm
from console.domain.events import Entry, NoteWritten, PointTested, ReadingEntered, RecordSaved
from console.domain.faults import Fault
from console.domain.maintenance.cards import Card
from console.domain.orders import Order, OrderState
from console.domain.times import HOUR, MINUTE
from console.papers import ledgercolumns as columns
from console.papers.cardtexts import CardTexts, differing
from console.papers.places import Places
from console.texts import language, tr
from console.ui.alarms.presenter import content
from console.ui.orders.presenter import display
from console.ui.picture import Picture


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. ``number`` is of the alarm, fault or order that it leads to, 0: to none."""

    key: str
    kind: str
    at: int
    what: str
    state: str = ""
    who: str = ""
    lasted: int = 0
    cost: float = 0.0
    number: int = 0
    detail: str = ""


def alarm_line(picture: Picture, alarm: Alarm) -> Line:
    """An alarm, as long as its condition lasted."""
    state = tr("alarms.is_active" if alarm.active else "alarms.is_returned")
    lasted = (alarm.returned_at or picture.now()) - alarm.raised_at if alarm.raised_at else 0
    who = display(picture, alarm.acknowledged_by) if alarm.acknowledged_by else ""
    return Line(f"alarm:{alarm.number}", "alarms", alarm.raised_at, content(picture, alarm), state, who, lasted, 0.0, alarm.number)


def fault_line(picture: Picture, fault: Fault, orders: Sequence[Order]) -> Line:
    """A fault, as long as the equipment was out for it."""
    state = tr("ledger.story.open") if fault.open else tr(f"domain.close_code.{fault.close_code}")
    who = display(picture, fault.taken.by) if fault.taken is not None else ""
    what = f"{fault.id} {fault.text.get(language())}"
    detail = "\n".join(part for part in (fault.cause, fault.remedy) if part)
    return Line(
        f"fault:{fault.number}",
        "faults",
        fault.opened_at,
        what,
        state,
        who,
        down(picture, fault, orders),
        0.0,
        fault.number,
        detail,
    )


def order_line(picture: Picture, order: Order) -> Line:
    """An order, until its work was done; its notes are the detail."""
    what = f"{order.id} {order.title.get(language())}"
    who = display(picture, order.assignee) if order.assignee else ""
    ended = finished(order)
    lasted = ended - order.created_at if ended else 0
    state = tr(f"domain.order.{order.state}")
    notes = "\n".join(stamp.note for stamp in order.notes if stamp.note)
    return Line(f"order:{order.number}", "orders", order.created_at, what, state, who, lasted, order.cost, order.number, notes)


def entry_line(picture: Picture, entry: Entry) -> Line | None:
    """A note, a reading or a test of the log."""
    event = entry.event
    who = display(picture, entry.actor) if entry.actor else ""
    match event:
        case NoteWritten():
            return Line(f"log:{entry.sequence}", "notes", event.at, event.text, "", who, detail=event.text)
        case ReadingEntered():
            point = picture.points.get(event.reading.point)
            name = point.name.get(language()) if point is not None else event.reading.point
            unit = point.unit if point is not None else ""
            decimals = point.decimals if point is not None else 2
            what = f"{name} {event.reading.value:,.{decimals}f} {unit}".strip()
            return Line(f"log:{entry.sequence}", "readings", event.reading.at, what, "", who, detail=event.reading.note)
        case PointTested():
            return Line(
                f"log:{entry.sequence}",
                "notes",
                event.test.at,
                f"{event.test.point} {event.test.result}",
                "",
                who,
                detail=event.test.note,
            )
        case _:
            return None


def version_lines(picture: Picture, versions: Iterable[Entry]) -> Iterable[Line]:
    """Who changed what of the card, each version against the one before it."""
    texts = CardTexts(Places(picture.estate), str, str)
    entries = sorted((each for each in versions if isinstance(each.event, RecordSaved)), key=lambda each: each.sequence)
    before: Card | None = None
    for entry in entries:
        event = entry.event
        assert isinstance(event, RecordSaved)
        if not isinstance(event.record, Card):
            continue
        card = event.record
        changed = differing(card, before) if before is not None else {}
        details = [
            tr(
                "ledger.story.was", field=columns.title(name), before=texts.shown(before, name) or "—",
                after=texts.shown(card, name) or "—",
            )
            for name in changed if before is not None
        ]  # fmt: skip
        if before is not None and card.attachments != before.attachments:
            details.append(f"{columns.title('attachments')}: {len(before.attachments)} → {len(card.attachments)}")
        names = "、".join(columns.title(name) for name in changed)
        what = {
            "created": tr("ledger.story.created"), "imported": tr("ledger.story.imported", batch=event.reason),
            "undone": tr("ledger.story.undone", batch=event.reason), "ended": tr("ledger.story.ended"),
        }.get(event.what, tr("ledger.story.fields", fields=names or columns.title("attachments")))  # fmt: skip
        if event.what == "changed" and event.reason:
            what = f"{what} · {event.reason}"
        who = display(picture, entry.actor) if entry.actor else ""
        words = tr("ledger.story.version", revision=card.revision, what=what)
        yield Line(f"version:{entry.sequence}", "versions", entry.at, words, "", who, detail="\n".join(details))
        before = card


def down(picture: Picture, fault: Fault, orders: Sequence[Order], since: int = 0) -> int:
    """How long the equipment was out for a fault: what its order says, else from the fault until service was restored."""
    order = next((each for each in orders if each.number == fault.order), None) or picture.orders.get(fault.order)
    if order is not None and order.down_from:
        return max(0, (order.down_until or picture.now()) - max(since, order.down_from))
    end = order.restored.at if order is not None and order.restored is not None else fault.closed_at or picture.now()
    return max(0, end - max(since, fault.opened_at))


def finished(order: Order) -> int:
    """When the work was done: at its acceptance, else its self-check, else its filing; 0 while it is not (UTC ns)."""
    stages = (OrderState.ACCEPTANCE, OrderState.SELF_CHECK, OrderState.ARCHIVED)
    return next((order.stamps[stage].at for stage in stages if stage in order.stamps), 0)


def duration(ns: int) -> str:
    """``26:05`` hours and minutes; empty for none."""
    minutes = max(0, ns) // MINUTE
    return f"{minutes // (HOUR // MINUTE)}:{minutes % (HOUR // MINUTE):02d}" if minutes else ""


def money(amount: float) -> str:
    """Two decimals; empty for none."""
    return f"{amount:,.2f}" if amount else ""
