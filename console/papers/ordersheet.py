"""The printed order: to be taken along, filled in by hand and signed; its number is in the QR code and in the header of every page.

What is known already is printed, what is not has a box or a line. With ``whole`` it is the archive's copy: every stage, hold, hour,
note and file of the order, and no empty lines to write on.
"""

from __future__ import annotations

from collections.abc import Iterable

from console.domain.attachments import Attachment
from console.domain.documents import Block, Cell, Code, Column, Document, Facts, Heading, Kind, Paragraph, Table
from console.domain.orders import CheckItem, Order, OrderKind
from console.papers.setting import Setting

WRITING_LINES = 5  # of the work done
SPARE_PARTS_LINES = 3
_TITLES = {OrderKind.CORRECTIVE: ""}  # others have their own


def ordersheet(order: Order, setting: Setting, *, plan: str = "", whole: bool = False) -> Document:
    """The sheet of ``order``. ``plan`` is the title of its maintenance plan."""
    suffix = _TITLES.get(order.kind, f".{order.kind.value}")
    return setting.paper(
        setting.tr(f"papers.order.title{suffix}"),
        tuple(_Maker(order, setting, whole).blocks(plan)),
        number=order.id,
        subtitle=order.title.get(setting.language),
    )


class _Maker:
    def __init__(self, order: Order, setting: Setting, whole: bool) -> None:
        self._order, self._setting, self._whole = order, setting, whole

    def _tr(self, key: str, **params: object) -> str:
        return self._setting.tr(f"papers.order.{key}", **params)

    def blocks(self, plan: str) -> Iterable[Block]:
        order, setting = self._order, self._setting
        yield Code(order.id)
        yield self._facts(plan)
        if order.symptom:
            yield Heading(self._tr("symptom"), 2)
            yield Paragraph(order.symptom)
        if order.cautions:
            yield Paragraph(self._tr("cautions", what=order.cautions), "warning")
        if order.safety:
            yield self._safety()
        if order.checklist:
            yield self._checklist()
        yield self._parts()
        if self._whole:
            yield from self._story()
        else:
            yield Facts(tuple((self._tr(key), self._tr("blank")) for key in ("arrival", "finish", "down")), 3)
            yield Heading(self._tr("work_done"), 2)
            yield Facts((("", " \n "),) * WRITING_LINES, 1)
        names = (setting.person(order.assignee), "", setting.person(order.verifier))
        yield setting.signatures("papers.sign.worker", "papers.sign.site", "papers.sign.verifier", names=names)

    def _facts(self, plan: str) -> Facts:
        order, setting = self._order, self._setting
        company = next((visit.company for visit in reversed(order.visits)), "")
        certificates = ", ".join(setting.word("people.certificate", each) for each in order.certificates)
        pairs = (
            ("number", order.id),
            ("kind", setting.tr(f"domain.order_kind.{order.kind.value}")),
            ("priority", f"P{order.priority} {setting.tr(f'domain.priority.{order.priority}')}"),
            ("state", setting.tr(f"domain.order.{order.state.value}")),
            ("equipment", setting.machine(order.equipment)),
            ("place", order.place or self._place()),
            ("raised", setting.moment(order.created_at)),
            ("due", setting.moment(order.due_at)),
            ("assignee", setting.person(order.assignee)),
            ("company", company),
            ("fault", f"F-{order.fault:06d}" if order.fault else ""),
            ("plan", plan),
            ("origin", "" if order.plan else order.origin),
            ("caller", order.caller),
            ("contact", order.contact),
            ("wished", setting.moment(order.wished_at)),
            ("agreed", setting.moment(order.agreed_at)),
            ("certificates", certificates),
        )
        always = {"number", "kind", "priority", "equipment", "place", "raised", "assignee"}
        return Facts(tuple((self._tr(key), value) for key, value in pairs if value or key in always))

    def _place(self) -> str:
        machine = self._setting.machines.get(self._order.equipment)
        return machine.place.get(self._setting.language) if machine is not None else ""

    def _safety(self) -> Table:
        setting = self._setting
        rows = []
        for number, step in enumerate(self._order.safety, 1):
            text = step.text.get(setting.language) or setting.word("domain.safety", step.kind)
            done = f"{setting.person(step.done.by)} {setting.moment(step.done.at)}" if step.done is not None else ""
            rows.append((number, text, step.reference, "✓" if step.done is not None else self._tr("box"), done))
        columns = (
            Column("", Kind.INTEGER, width=0.35),
            Column(self._tr("step"), width=3.2),
            Column(self._tr("reference"), width=1.8),
            Column(self._tr("done"), width=0.7),
            Column(self._tr("confirmed"), width=2.2),
        )
        return Table(self._tr("safety"), columns, tuple(rows))

    def _checklist(self) -> Table:
        rows = tuple((number, *self._line(item)) for number, item in enumerate(self._order.checklist, 1))
        columns = (
            Column("", Kind.INTEGER, width=0.35),
            Column(self._tr("item"), width=3.4),
            Column(self._tr("limit"), width=1.2),
            Column(self._tr("reading"), width=1.2),
            Column(self._tr("result"), width=2.6 if any(not item.result for item in self._order.checklist) else 1.0),
            Column(self._tr("note"), width=1.8),
        )
        return Table(self._tr("checklist"), columns, rows)

    def _line(self, item: CheckItem) -> tuple[Cell, ...]:
        text = item.text.get(self._setting.language) + (self._tr("photo") if item.photo else "")
        reading = f"{item.reading} {item.unit}".strip() if item.reading else "____ " + item.unit if item.measured else ""
        result = self._tr(f"result.{item.result}") if item.result else self._tr("boxes")
        follow = item.finding or (f"WO-{item.follow:06d}" if item.follow else "")
        return text, limit(item), reading, result, " ".join(filter(None, (item.note, follow)))

    def _parts(self) -> Table:
        rows: list[tuple[Cell, ...]] = [
            (each.part, each.name, each.quantity, each.unit, each.price or None, each.quantity * each.price or None)
            for each in self._order.parts
        ]
        if not self._whole:
            rows += [(" ", " ", None, "", None, None)] * SPARE_PARTS_LINES
        columns = (
            Column(self._tr("part"), width=1.4),
            Column(self._tr("part_name"), width=3.2),
            Column(self._tr("quantity"), Kind.NUMBER, width=1.0, digits=2),
            Column(self._tr("unit"), width=0.8),
            Column(self._tr("price"), Kind.NUMBER, width=1.1, digits=2),
            Column(self._tr("amount"), Kind.NUMBER, width=1.1, digits=2),
        )
        return Table(self._tr("parts"), columns, tuple(rows))

    def _story(self) -> Iterable[Block]:
        order, setting = self._order, self._setting
        stages = tuple(
            (setting.tr(f"domain.order.{stage.value}"), stamp.at, setting.person(stamp.by), f"{stamp.note} {stamp.reason}".strip())
            for stage, stamp in order.stamps.items()
        )
        yield self._table("stages", (("stage", Kind.TEXT), ("at", Kind.MOMENT), ("by", Kind.TEXT), ("note", Kind.TEXT)), stages)
        holds = tuple(
            (setting.tr(f"domain.hold_reason.{hold.reason}"), hold.since.at, hold.until, hold.since.note) for hold in order.holds
        )
        if holds:
            kinds = (("reason", Kind.TEXT), ("since", Kind.MOMENT), ("until", Kind.MOMENT), ("note", Kind.TEXT))
            yield self._table("holds", kinds, holds)
        if order.labour:
            worked = tuple((setting.person(each.person), each.hours, each.rate, each.hours * each.rate) for each in order.labour)
            wanted = (("person", Kind.TEXT), ("hours", Kind.NUMBER), ("rate", Kind.NUMBER), ("amount", Kind.NUMBER))
            yield self._table("labour", wanted, worked)
        if order.visits:
            visits = tuple(
                (visit.company, visit.person, visit.called.at, visit.arrived.at if visit.arrived is not None else None,
                 visit.left.at if visit.left is not None else None)
                for visit in order.visits
            )  # fmt: skip
            moments = tuple((key, Kind.MOMENT) for key in ("called", "arrived", "left"))
            yield self._table("visits", (("company", Kind.TEXT), ("person", Kind.TEXT), *moments), visits)
        if order.notes:
            notes = tuple((stamp.at, setting.person(stamp.by), stamp.note) for stamp in order.notes)
            yield self._table("notes", (("at", Kind.MOMENT), ("by", Kind.TEXT), ("note", Kind.TEXT)), notes)
        files = tuple((each.name, each.size, each.sha) for each in files_of(order))
        if files:
            yield self._table("files", (("file", Kind.TEXT), ("size", Kind.INTEGER), ("sha", Kind.TEXT)), files)
        down = " – ".join(filter(None, (setting.moment(order.down_from), setting.moment(order.down_until))))
        yield Facts(((self._tr("total"), f"{setting.currency} {order.cost:,.2f}"), (self._tr("down"), down)))

    def _table(self, title: str, columns: tuple[tuple[str, Kind], ...], rows: tuple[tuple[Cell, ...], ...]) -> Table:
        return Table(self._tr(title), tuple(Column(self._tr(key), kind) for key, kind in columns), rows)


def limit(item: CheckItem) -> str:
    """``0.2 – 0.6 MPa``, ``≥ 0.2 MPa`` or nothing."""
    if item.low is not None and item.high is not None:
        told = f"{item.low:g} – {item.high:g}"
    elif item.low is not None or item.high is not None:
        told = f"≥ {item.low:g}" if item.low is not None else f"≤ {item.high:g}"
    else:
        return ""
    return f"{told} {item.unit}".rstrip()


def files_of(order: Order) -> tuple[Attachment, ...]:
    """Every kept file that an order names, each once."""
    found = [*order.files, *(each for item in order.checklist for each in item.files)]
    found += [visit.sheet for visit in order.visits if visit.sheet is not None]
    found += [invoice.file for invoice in order.invoices if invoice.file is not None]
    return tuple({each.sha: each for each in found}.values())
