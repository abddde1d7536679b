"""值班日报: what happened at the desk in a day or a shift, as a paper and as a message to paste into a chat.

Faults are those that were detected in the period, with what each clock took against its promise: net of pauses, and the raw time
beside it where a pause made them differ (requirements §11). Drills stand apart and are in no count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from console.domain.alarms import Alarm
from console.domain.documents import Block, Column, Document, Facts, Kind, Paragraph, Table
from console.domain.faults import Clock, CloseCode, Fault
from console.domain.maintenance.drilling import DrillRun
from console.domain.maintenance.shifts import Handover, Line, ShiftCheck, WatchRecord
from console.domain.orders import Order, OrderState
from console.domain.promises import ClockView, clocks
from console.domain.text import Text
from console.papers.cells import hours
from console.papers.setting import Setting

MOST_LINES = 12  # of one part of a message: a chat is no report
NOT_COUNTED = (CloseCode.TEST, CloseCode.DUPLICATE)


@dataclass(frozen=True)
class Books:
    """What a report is made of. ``since``, ``until`` and ``now`` UTC ns; ``shift`` its name, empty: a whole day.

    ``standing`` is what stands now (:func:`console.domain.maintenance.standing.content`); ``due`` what falls due in the next
    shift; ``places`` the name of an equipment as the screens say it.
    """

    since: int
    until: int
    now: int
    shift: str = ""
    duty: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    orders: Mapping[int, Order] = field(default_factory=dict)
    alarms: tuple[Alarm, ...] = ()
    standing: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    due: tuple[Line, ...] = ()
    records: tuple[WatchRecord, ...] = ()
    missing: tuple[int, ...] = ()
    checks: tuple[ShiftCheck, ...] = ()
    handovers: tuple[Handover, ...] = ()
    drills: tuple[DrillRun, ...] = ()
    places: Mapping[str, Text] = field(default_factory=dict)

    @property
    def real(self) -> list[Fault]:
        """The faults of the period, the gravest first; what a drill simulated is none."""
        return sorted((fault for fault in self.faults if not fault.drill), key=lambda fault: (fault.priority, fault.opened_at))

    @property
    def counted(self) -> list[Fault]:
        """Those that count: tests and duplicates do not."""
        return [fault for fault in self.real if fault.close_code not in NOT_COUNTED]

    @property
    def done(self) -> list[Order]:
        """Orders whose work was finished in the period."""
        found = []
        for order in self.orders.values():
            stamp = order.stamps.get(OrderState.SELF_CHECK) or order.stamps.get(OrderState.ARCHIVED)
            if stamp is not None and self.since <= stamp.at < self.until and not order.drill:
                found.append(order)
        return sorted(found, key=lambda order: order.number)

    def views(self, fault: Fault) -> tuple[ClockView, ...]:
        """Its clocks as they stand now."""
        return clocks(fault, self.orders.get(fault.order), self.now)

    def promises(self, clock: Clock) -> tuple[int, int]:
        """Of the counted faults: how many kept this promise, and how many are decided."""
        views = [view for fault in self.counted for view in self.views(fault) if view.clock is clock]
        decided = [view for view in views if view.breached or not view.running]
        return sum(not view.breached for view in decided), len(decided)


def title(books: Books, setting: Setting) -> str:
    """``值班日报 2026-11-22 白班``."""
    return setting.tr("shift.report.title", day=setting.day(books.since), shift=books.shift).rstrip()


def paper(books: Books, setting: Setting) -> Document:
    """The report as pages."""
    blocks: list[Block] = [Facts(tuple(_facts(books, setting)), 3)]
    blocks.append(_faults(books, setting))
    blocks += _standing(books, setting)
    blocks.append(_records(books, setting))
    blocks.append(_orders(books, setting))
    blocks.append(_desk(books, setting))
    if books.drills:
        blocks.append(_drills(books, setting))
    blocks.append(_lines(setting, books, "notes", books.standing.get("notes", ())))
    blocks.append(_lines(setting, books, "due", books.due))
    blocks.append(Paragraph(setting.tr("shift.report.foot"), "note"))
    subtitle = setting.tr("shift.report.period", since=setting.moment(books.since), until=setting.moment(books.until))
    blocks.append(setting.signatures("shift.report.sign_out", "shift.report.sign_in", names=_signers(books, setting)))
    return setting.paper(title(books, setting), tuple(blocks), subtitle=subtitle, wide=True)


def message(books: Books, setting: Setting) -> str:
    """The report as plain lines."""
    said = setting.tr
    lines = [f"【{title(books, setting)}】{setting.estate.get(setting.language)}"]
    if books.duty:
        lines.append(said("shift.report.on_duty", who="、".join(books.duty)))
    lines += [
        f"{name}：{value}" if setting.language.startswith("zh") else f"{name}: {value}" for name, value in _facts(books, setting)
    ]
    lines += _part(said("shift.report.faults"), [_fault_line(books, fault, setting) for fault in books.real])
    for section in ("alarms", "isolations", "silences"):
        texts = [_line_text(books, line, setting) for line in books.standing.get(section, ())]
        lines += _part(said(f"shift.section.{section}"), texts)
    outside = [
        f"{setting.moment(record.at)} {line.label.get(setting.language)} {_value(line.value)} {line.unit}".rstrip()
        for record in books.records
        for line in record.lines
        if line.outside
    ]
    lines += _part(said("shift.report.outside"), outside)
    lines += _part(said("shift.section.records"), [setting.moment(slot) for slot in books.missing])
    lines += _part(said("shift.report.orders"), [f"{order.id} {order.title.get(setting.language)}" for order in books.done])
    lines += _part(said("shift.report.drills"), [f"{run.name} {run.title}" for run in books.drills])
    lines += _part(said("shift.section.notes"), [line.text.get(setting.language) for line in books.standing.get("notes", ())])
    lines += _part(said("shift.report.due"), [_line_text(books, line, setting) for line in books.due])
    return "\n".join(lines)


def _part(heading: str, texts: list[str]) -> list[str]:
    if not texts:
        return []
    more = [f"… +{len(texts) - MOST_LINES}"] if len(texts) > MOST_LINES else []
    return ["", f"■ {heading} {len(texts)}", *(f"· {text}" for text in texts[:MOST_LINES]), *more]


def _facts(books: Books, setting: Setting) -> Iterable[tuple[str, str]]:
    said = setting.tr
    counted = books.counted
    by_priority = Counter(fault.priority for fault in counted)
    yield said("shift.report.faults"), _counts(len(counted), {f"P{p}": by_priority[p] for p in (1, 2, 3)})
    still = sum(fault.open for fault in counted)
    yield said("shift.report.open"), said("shift.report.open_of", open=still, all=len(books.standing.get("faults", ())))
    for clock in (Clock.RESPOND, Clock.REPAIRED):
        kept, decided = books.promises(clock)
        name = said("shift.report.in_time", clock=said(f"domain.clock.{clock}"))
        yield name, f"{kept} / {decided}" if decided else "—"
    alarms = [alarm for alarm in books.alarms if not alarm.drill and not alarm.test]
    levels = Counter(alarm.priority for alarm in alarms)
    yield said("shift.report.alarms"), _counts(len(alarms), {f"P{p}": levels[p] for p in (1, 2, 3, 4)})
    yield said("shift.section.alarms"), str(len(books.standing.get("alarms", ())))
    yield said("shift.section.isolations"), str(len(books.standing.get("isolations", ())))
    yield said("shift.section.silences"), str(len(books.standing.get("silences", ())))
    late = sum(record.late for record in books.records)
    yield (
        said("shift.report.records"),
        said("shift.report.records_of", made=len(books.records), late=late, missing=len(books.missing)),
    )
    yield said("shift.report.orders"), str(len(books.done))
    yield said("shift.section.readings"), str(len(books.standing.get("readings", ())))


def _counts(total: int, parts: Mapping[str, int]) -> str:
    detail = " · ".join(f"{name} {count}" for name, count in parts.items() if count)
    return f"{total} ({detail})" if detail else str(total)


def _faults(books: Books, setting: Setting) -> Table:
    said = setting.tr
    columns = (
        Column("", width=0.4), Column(said("faults.column.id")), Column(said("faults.column.equipment")),
        Column(said("faults.column.text")), Column(said("faults.column.opened"), Kind.MOMENT),
        *(Column(said(f"domain.clock.{clock}")) for clock in Clock),
        Column(said("faults.column.taken")), Column(said("shift.report.state")),
    )  # fmt: skip
    rows: list[tuple[str | int | float | None, ...]] = []
    for fault in books.real:
        views = {view.clock: view for view in books.views(fault)}
        rows.append((
            f"P{fault.priority}", fault.id, _place(books, fault.equipment, setting),
            fault.text.get(setting.language), fault.opened_at,
            *(_clock(views.get(clock)) for clock in Clock),
            setting.person(fault.taken.by) if fault.taken is not None else "", _state(books, fault, setting),
        ))  # fmt: skip
    return Table(
        said("shift.report.faults"), columns, tuple(rows), (said("shift.report.clock_note"),) if rows else (),
        tuple(f"fault:{fault.number}" for fault in books.real), empty=said("shift.report.no_faults"),
    )  # fmt: skip


def _clock(view: ClockView | None) -> str:
    """``0:12 / 0:30 ✓``; running ``0:12 / 0:30``; broken ``0:41 / 0:30 ×``; with a pause the raw time in brackets."""
    if view is None:
        return "–"
    net = view.limit - view.remaining
    mark = " ×" if view.breached else "" if view.running else " ✓"
    raw = f" ({hours(net + view.paused)})" if view.paused else ""
    return f"{hours(net)}{raw} / {hours(view.limit)}{mark}"


def _state(books: Books, fault: Fault, setting: Setting) -> str:
    if not fault.open:
        return setting.word("domain.close_code", fault.close_code or "")
    order = books.orders.get(fault.order)
    if order is None:
        return setting.tr("shift.report.still_open")
    return setting.tr("domain.order.on_hold") if order.held else setting.word("domain.order", order.state)


def _fault_line(books: Books, fault: Fault, setting: Setting) -> str:
    late = [setting.tr(f"domain.clock.{view.clock}") for view in books.views(fault) if view.breached]
    broken = setting.tr("shift.report.broken", clocks="、".join(late)) if late else ""
    parts = [f"P{fault.priority}", fault.id, _place(books, fault.equipment, setting), fault.text.get(setting.language)]
    parts += [_state(books, fault, setting), broken]
    return " ".join(part for part in parts if part)


def _standing(books: Books, setting: Setting) -> Iterable[Block]:
    for section in ("alarms", "isolations", "silences", "readings"):
        yield _lines(setting, books, section, books.standing.get(section, ()))


def _lines(setting: Setting, books: Books, section: str, lines: tuple[Line, ...]) -> Table:
    said = setting.tr
    heading = said("shift.report.due") if section == "due" else said(f"shift.section.{section}")
    columns = (
        Column(said("shift.line.id"), width=0.8), Column(said("shift.line.equipment")), Column(said("shift.line.text"), width=2.0),
        Column(said("shift.line.at"), Kind.MOMENT), Column(said("shift.line.until"), Kind.MOMENT), Column(said("shift.line.who")),
        Column(said("shift.line.state")),
    )  # fmt: skip
    rows = tuple(
        (
            line.id, _place(books, line.equipment, setting), line.text.get(setting.language), line.at, line.until,
            setting.person(line.who),
            said(line.state) if line.state else "",
        )
        for line in lines
    )  # fmt: skip
    return Table(heading, columns, rows, empty=said("shift.report.none"))


def _line_text(books: Books, line: Line, setting: Setting) -> str:
    priority = f"P{line.priority}" if line.priority else ""
    until = setting.tr("shift.report.until", at=setting.moment(line.until)) if line.until else ""
    parts = (priority, line.id, _place(books, line.equipment, setting), line.text.get(setting.language), until)
    return " ".join(part for part in parts if part)


def _records(books: Books, setting: Setting) -> Table:
    said = setting.tr
    columns = (
        Column(said("shift.line.at"), Kind.MOMENT), Column(said("shift.line.who")),
        Column(said("shift.report.entered"), Kind.MOMENT),
        Column(said("shift.report.outside"), width=2.0), Column(said("shift.report.remark"), width=1.5),
    )  # fmt: skip
    rows: list[tuple[str | int | float | None, ...]] = []
    for record in sorted(books.records, key=lambda each: each.at):
        outside = [
            f"{line.label.get(setting.language)} {_value(line.value)} {line.unit}".rstrip() for line in record.lines if line.outside
        ]
        remark = " · ".join(part for part in (record.remark, record.entered.reason) if part)
        rows.append((record.at, setting.person(record.entered.by), record.entered.at, "、".join(outside), remark))
    rows += [(slot, said("shift.report.not_made"), None, "", "") for slot in books.missing]
    rows.sort(key=lambda row: row[0] or 0)
    return Table(said("shift.report.records"), columns, tuple(rows), empty=said("shift.report.no_records"))


def _orders(books: Books, setting: Setting) -> Table:
    said = setting.tr
    columns = (
        Column(said("shift.line.id"), width=0.8), Column(said("shift.line.equipment")), Column(said("shift.line.text"), width=2.0),
        Column(said("shift.line.who")), Column(said("shift.report.finished"), Kind.MOMENT),
    )  # fmt: skip
    rows = []
    for order in books.done:
        stamp = order.stamps.get(OrderState.SELF_CHECK) or order.stamps[OrderState.ARCHIVED]
        title = order.title.get(setting.language)
        rows.append((order.id, _place(books, order.equipment, setting), title, setting.person(order.assignee), stamp.at))
    links = tuple(f"order:{order.number}" for order in books.done)
    return Table(said("shift.report.orders"), columns, tuple(rows), links=links, empty=said("shift.report.none"))


def _desk(books: Books, setting: Setting) -> Table:
    """Start checks and handovers."""
    said = setting.tr
    columns = (
        Column(said("shift.line.at"), Kind.MOMENT),
        Column(said("shift.line.text"), width=2.0),
        Column(said("shift.line.who")),
    )
    rows = [
        (
            check.at,
            said(
                "shift.report.check",
                horn=said(f"shift.heard.{check.horn}"),
                notice=said(f"shift.heard.{check.notice}"),
                note=check.note,
            ),
            setting.person(check.by),
        )
        for check in books.checks
    ]
    rows += [
        (
            handover.at,
            said("shift.report.handed", name=handover.name, missing=len(handover.missing)),
            f"{setting.person(handover.outgoing.by)} → {setting.person(handover.incoming.by)}",
        )
        for handover in books.handovers
    ]
    return Table(said("shift.report.desk"), columns, tuple(sorted(rows)), empty=said("shift.report.no_desk"))


def _drills(books: Books, setting: Setting) -> Table:
    said = setting.tr
    columns = (
        Column(said("shift.line.id"), width=0.8), Column(said("shift.line.text"), width=2.0),
        Column(said("shift.line.at"), Kind.MOMENT), Column(said("shift.line.until"), Kind.MOMENT),
        Column(said("shift.report.kept")), Column(said("shift.line.who")),
    )  # fmt: skip
    rows = tuple(
        (
            run.name, run.title, run.at, run.ended_at, f"{sum(each.kept for each in run.clocks)} / {len(run.clocks)}",
            setting.person(run.began.by),
        )
        for run in books.drills
    )  # fmt: skip
    return Table(said("shift.report.drills"), columns, rows, (said("shift.report.drill_note"),))


def _signers(books: Books, setting: Setting) -> tuple[str, ...]:
    if not books.handovers:
        return ()
    last = max(books.handovers, key=lambda each: each.at)
    return setting.person(last.outgoing.by), setting.person(last.incoming.by)


def _place(books: Books, equipment: str, setting: Setting) -> str:
    named = books.places.get(equipment)
    return named.get(setting.language) if named is not None else equipment


def _value(value: float | int | str | None) -> str:
    return "—" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
