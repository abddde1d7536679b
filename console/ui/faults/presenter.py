"""What the faults screen says and offers, in plain values; no widgets. The collector checks everything again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from console.domain.accounts import Right
from console.domain.alarms import Alarm
from console.domain.events import (
    AlarmAcknowledged,
    AlarmAdvanced,
    AlarmAssigned,
    AlarmRaised,
    AlarmReturned,
    Entry,
    FaultAdvanced,
    FaultClockWarned,
    FaultClosed,
    NoticeCancelled,
    NoticeFailed,
    NoticePlanned,
    NoticeSending,
    NoticeSent,
    OrderAdvanced,
    OrderRaised,
)
from console.domain.faults import Clock, CloseCode, Fault
from console.domain.orders import Order, OrderState
from console.domain.promises import BREACH, ClockView, clocks
from console.domain.stamps import Stamp
from console.texts import language, tr
from console.ui.alarms.presenter import Act
from console.ui.alarms.presenter import take as take_of_alarm
from console.ui.moments import local
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.widgets.clocks import Urgency, remaining_text, span_text, urgency

NEVER = 2**62
CLOSABLE = (OrderState.ACCEPTANCE, OrderState.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. ``sure`` is False while the order that stopped the clocks is not known (an old fault)."""

    fault: Fault
    order: Order | None
    views: dict[Clock, ClockView]
    alarms: int
    sure: bool = True

    @property
    def overdue(self) -> bool:
        """A clock runs past its limit."""
        return any(view.running and view.breached for view in self.views.values())


def rows(picture: Picture, faults: Iterable[Fault], orders: dict[int, Order] | None = None) -> list[Row]:
    """The lines of these faults; ``orders`` are those of the past."""
    now = picture.now()
    made: list[Row] = []
    for fault in faults:
        order = picture.orders.get(fault.order) or (orders or {}).get(fault.order)
        views = {view.clock: view for view in clocks(fault, order, now)}
        made.append(Row(fault, order, views, len(fault.alarms), fault.open or order is not None or not fault.order))
    return made


def sort_key(row: Row) -> tuple[bool, int, int]:
    """The open fault whose promise ends next comes first; closed ones last, the newest first."""
    if not row.fault.open:
        return True, -row.fault.opened_at, row.fault.number
    ends = min((view.deadline for view in row.views.values() if view.running), default=NEVER)
    return False, ends, row.fault.number


# --- one clock


def cell(row: Row, clock: Clock, now: int, zone: str) -> str:
    """``01:24:10`` left, ``✓ 14:05`` kept, ``▲ +00:03:05`` overdue, ``✗ 14:05`` kept too late, ``–`` never promised."""
    view = row.views.get(clock)
    if view is None:
        return "–"
    if not row.sure and clock is not Clock.ACKNOWLEDGE:
        return "?"
    if view.stopped_at is None:
        mark = "▲ " if view.breached else "‖ " if view.held else ""
        return f"{mark}{remaining_text(view)}"
    then, today = local(view.stopped_at, zone), local(now, zone)
    form = "%H:%M" if then.date() == today.date() else "%m-%d %H:%M"
    return f"{'✗' if view.breached else '✓'} {then.strftime(form)}"


def cell_ink(row: Row, clock: Clock) -> str:
    """The token of its colour: only what runs and presses is loud."""
    view = row.views.get(clock)
    if view is None or not view.running:
        return "dim"
    return f"p{row.fault.priority}_text" if urgency(view) >= Urgency.WARNED else ""


def cell_loud(row: Row, clock: Clock) -> bool:
    """It presses, or it is broken and still runs."""
    view = row.views.get(clock)
    return view is not None and view.running and urgency(view) >= Urgency.PRESSING


def verdict(view: ClockView) -> str:
    """The same in words, for the tool tip and the detail."""
    if view.stopped_at is None:
        if view.breached:
            return tr("faults.clock.overdue", span=span_text(view.remaining))
        return tr("faults.clock.held" if view.held else "faults.clock.left", span=span_text(view.remaining))
    key = "faults.clock.late" if view.breached else "faults.clock.kept"
    return tr(key, span=span_text(view.remaining))


def limit_text(limit: int) -> str:
    """``10 分``, ``24 小时``."""
    minutes = limit // 60_000_000_000
    if minutes < 120 and minutes % 60:
        return tr("widgets.age_min", figure=minutes)
    return tr("widgets.age_h", figure=f"{minutes / 60:g}")


def stop_stamp(fault: Fault, order: Order | None, clock: Clock) -> Stamp | None:
    """Who stopped this clock (:mod:`console.domain.promises`); ``None`` if it runs or the closing stopped it."""
    if clock is Clock.ACKNOWLEDGE:
        return fault.taken
    if order is None or (order.state is OrderState.CANCELLED and fault.open):
        return None
    if clock is Clock.RESTORED:
        return order.restored
    stage = {Clock.RESPOND: OrderState.ASSIGNED, Clock.ON_SITE: OrderState.ON_SITE, Clock.REPAIRED: OrderState.SELF_CHECK}[clock]
    return order.stamps.get(stage)


# --- what can be done


def take(picture: Picture, fault: Fault | None) -> Act:
    """May this fault be taken?"""
    if fault is None:
        return Act(tr("faults.choose"))
    if not fault.open:
        return Act(tr("refused.fault_closed", fault=fault.id, who=display(picture, fault.closed_by)))
    return take_of_alarm(picture, fault)


def open_order(fault: Fault | None) -> Act:
    """Is there an order to go to?"""
    if fault is None:
        return Act(tr("faults.choose"))
    return Act() if fault.order else Act(tr("faults.no_order"))


def close(picture: Picture, fault: Fault, code: CloseCode, cause: str, remedy: str) -> Act:  # noqa: PLR0911 - one line a reason
    """May this fault be closed like this?"""
    me = picture.accounts.get(picture.me)
    if me is None:
        return Act(tr("refused.not_signed_on"))
    if not me.may(Right.CLOSE_FAULT):
        return Act(tr("refused.right_close_fault", who=me.display))
    if not fault.open:
        return Act(tr("refused.fault_closed", fault=fault.id, who=display(picture, fault.closed_by)))
    if code is CloseCode.REAL:
        order = picture.order_of(fault)
        if order is None or order.state not in CLOSABLE:
            return Act(tr("refused.close_unverified", fault=fault.id))
        active = [alarm for alarm in alarms_of(picture, fault) if alarm.active]
        if active:
            return Act(tr("refused.close_active", fault=fault.id, alarm=active[0].id, count=len(active)))
    if not cause.strip():
        return Act(tr("refused.close_cause", fault=fault.id))
    if code is CloseCode.REAL and not remedy.strip():
        return Act(tr("refused.close_remedy", fault=fault.id))
    return Act()


def consequence(picture: Picture, fault: Fault, code: CloseCode) -> str:
    """What closing with this code brings with it; empty: nothing else."""
    order = picture.order_of(fault)
    if code is CloseCode.REAL or order is None or not order.open or order.state is OrderState.ACCEPTANCE:
        return ""
    return tr("faults.close.cancels", order=order.id)


def alarms_of(picture: Picture, fault: Fault) -> list[Alarm]:
    """Those of its alarms that are not over, active ones first, then the gravest."""
    found = (picture.alarms[number] for number in fault.alarms if number in picture.alarms)
    return sorted(found, key=lambda alarm: (not alarm.active, alarm.priority, alarm.number))


# --- the story


def tells_of_order(entries: Iterable[Entry]) -> bool:
    """Some entry is about an order."""
    return any(isinstance(entry.event, OrderRaised | OrderAdvanced) for entry in entries)


def worth_telling(entry: Entry) -> bool:
    """Of a notice only what became of it."""
    return not isinstance(entry.event, NoticePlanned | NoticeSending)


def what(picture: Picture, entry: Entry) -> str:  # noqa: PLR0911 - one line a kind of event
    """What happened, in words: the event, and what it was about."""
    event = entry.event
    name = tr(f"domain.event.{type(event).__name__}")
    match event:
        case AlarmRaised() | AlarmReturned() | AlarmAcknowledged() | AlarmAssigned():
            return tr("faults.story", what=name, about=event.alarm.text.get(language()))
        case FaultClockWarned():
            clock = tr(f"domain.clock.{event.clock}")
            if event.percent >= BREACH:
                return tr("faults.story", what=name, about=tr("faults.story.breach", clock=clock))
            return tr("faults.story", what=name, about=f"{clock} {event.percent} %")
        case FaultClosed():
            code = tr(f"domain.close_code.{event.fault.close_code}") if event.fault.close_code is not None else ""
            about = " · ".join(word for word in (code, event.fault.cause, event.fault.remedy) if word)
            return tr("faults.story", what=name, about=about)
        case FaultAdvanced():
            about = tr(f"faults.story.{event.what}", fault=event.fault.id, other=f"F-{event.other:06d}", reason=event.reason)
            return tr("faults.story", what=name, about=about)
        case AlarmAdvanced():
            about = f"{event.alarm.text.get(language())} {tr(f'faults.story.alarm.{event.what}')}"
            return tr("faults.story", what=name, about=about)
        case OrderRaised():
            return tr("faults.story", what=name, about=event.order.id)
        case NoticeSent() | NoticeFailed() | NoticeCancelled():
            notice = event.notice
            to = display(picture, notice.person) if notice.person else tr("notify.log.group")
            clock = f" {tr(f'domain.clock.{notice.clock}')} {notice.percent} %" if notice.clock is not None else ""
            about = tr("notify.story", who=to, channel=notice.channel, kind=tr(f"notify.kind.{notice.kind}") + clock)
            return tr("faults.story", what=name, about=about)
        case OrderAdvanced():
            return _advanced(picture, event)
        case _:
            return name


def _advanced(picture: Picture, event: OrderAdvanced) -> str:
    order, name = event.order, tr(f"domain.order_what.{event.what}")
    match event.what:
        case "stage":
            stamp = order.stamps.get(order.state)
            about = tr(f"domain.order.{order.state}")
            if stamp is not None and stamp.proxy:
                about = tr("faults.story.for", stage=about, who=display(picture, stamp.by))
        case "dispatch":
            about = display(picture, order.assignee)
        case "owner":
            about = display(picture, order.first_owner)
        case "note":
            about = order.notes[-1].note if order.notes else ""
        case "cancel":
            about = order.cancelled.reason if order.cancelled is not None else ""
        case "hold":
            about = tr(f"domain.hold_reason.{order.holds[-1].reason}") if order.holds else ""
        case _:
            about = ""
    return tr("faults.story", what=name, about=about) if about else name


def who(picture: Picture, entry: Entry) -> str:
    """``王建国 A台``; the program itself where nobody acted."""
    if not entry.actor:
        return tr("faults.by_system")
    return f"{display(picture, entry.actor)} {entry.station}".rstrip()
