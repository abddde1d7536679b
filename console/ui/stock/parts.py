"""Spare parts: what is there, what is short, and the forms that move them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.maintenance.parts import MoveKind, MoveStock, Part, StockMove
from console.domain.maintenance.vendors import Vendor
from console.texts import tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import RegisterForm, end_form, saving, words_of
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.registers.past import PastPage
from console.ui.widgets.tables import RIGHT, Column

PART = "parts"


def parts_page(picture: Picture, desk: Desk) -> RegisterPage[Part]:
    """The register of parts."""
    forms = _Forms(picture, desk)
    return RegisterPage(
        picture,
        desk,
        PART,
        columns=_columns(picture),
        rows=lambda: picture.records(Part).values(),
        facts=lambda part: _facts(picture, part),
        acts=[
            RegisterAct("new", "N", forms.new, forms.may_keep, fresh=True),
            RegisterAct("out", "O", forms.mover(MoveKind.OUT), forms.may_move),
            RegisterAct("in", "I", forms.mover(MoveKind.IN), forms.may_keep),
            RegisterAct("back", "B", forms.mover(MoveKind.BACK), forms.may_move),
            RegisterAct("count", "C", forms.mover(MoveKind.COUNT), forms.may_keep),
            RegisterAct("edit", "E", forms.edit, forms.may_keep),
            RegisterAct("end", "Del", forms.end, forms.may_keep),
        ],
        sort="state",
        foot=lambda: _foot(picture),
        kinds=(Part, Vendor),
    )


def moves_page(picture: Picture, desk: Desk) -> PastPage[StockMove]:
    """What came and went."""

    def name(move: StockMove) -> str:
        part = picture.records(Part).get(move.part)
        return part.name if part is not None else ""

    def who(move: StockMove) -> str:
        account = picture.accounts.get(move.by)
        return account.display if account is not None else move.by

    columns: list[Column[StockMove]] = [
        Column(
            "at", "parts.field.at", 140, lambda each: full_text(each.at, picture.estate.site.timezone), sort=lambda each: each.at
        ),
        Column("kind", "parts.field.kind", 70, lambda each: tr(f"parts.kind.{each.kind}")),
        Column("part", "parts.field.id", 120, lambda each: each.part),
        Column("name", "parts.field.name", 180, name),
        Column("quantity", "parts.field.quantity", 80, lambda each: f"{each.quantity:+g}", RIGHT, sort=lambda each: each.quantity),
        Column("stock", "parts.field.stock_after", 90, lambda each: f"{each.stock:g}", RIGHT, sort=lambda each: each.stock),
        Column("price", "parts.field.price", 80, lambda each: f"{each.price:.2f}" if each.price else "", RIGHT),
        Column("order", "parts.field.order", 110, lambda each: f"WO-{each.order:06d}" if each.order else ""),
        Column(
            "equipment", "parts.field.equipment", 150, lambda each: picture.title_of(each.equipment).zh if each.equipment else ""
        ),
        Column("by", "parts.field.by", 90, who),
        Column("slip", "parts.field.slip", 110, lambda each: each.slip),
        Column("note", "parts.field.note", 0, lambda each: each.note, tooltip=lambda each: each.note),
    ]
    return PastPage(picture, desk, "moves", StockMove, columns=columns)


def _columns(picture: Picture) -> list[Column[Part]]:
    def vendor(part: Part) -> str:
        known = picture.records(Vendor).get(part.vendor)
        return known.name if known is not None else part.vendor

    def state(part: Part) -> str:
        return tr("parts.short") if part.short else tr("parts.enough")

    return [
        Column("state", "parts.field.state", 80, state, sort=lambda each: (not each.short, each.name),
               colour=lambda each: "p3" if each.short else "dim"),
        Column("id", "parts.field.id", 120, lambda each: each.id, colour=lambda _e: "dim"),
        Column("name", "parts.field.name", 0, lambda each: each.name),
        Column("stock", "parts.field.stock", 90, lambda each: f"{each.stock:g} {each.unit}", RIGHT, sort=lambda each: each.stock),
        Column("least", "parts.field.least", 80, lambda each: f"{each.least:g}" if each.least else "", RIGHT),
        Column("price", "parts.field.price", 80, lambda each: f"{each.price:.2f}" if each.price else "", RIGHT),
        Column("worth", "parts.field.worth", 100, lambda each: f"{each.stock * each.price:,.2f}" if each.price else "", RIGHT,
               sort=lambda each: each.stock * each.price),
        Column("place", "parts.field.place", 110, lambda each: each.place),
        Column("vendor", "parts.field.vendor", 150, vendor),
        Column("machines", "parts.field.machines", 150, lambda each: "、".join(each.machines)),
    ]  # fmt: skip


def _facts(picture: Picture, part: Part) -> list[tuple[str, str]]:
    vendor = picture.records(Vendor).get(part.vendor)
    rows = [
        ("name", part.name),
        ("stock", f"{part.stock:g} {part.unit}"),
        ("least", f"{part.least:g}" if part.least else ""),
        ("price", f"{part.price:.2f}" if part.price else ""),
        ("place", part.place),
        ("vendor", vendor.name if vendor is not None else part.vendor),
        ("maker_code", part.maker_code),
        ("machines", "、".join(part.machines)),
        ("note", part.note),
    ]
    return [(tr(f"parts.field.{name}"), text or "–") for name, text in rows]


def _foot(picture: Picture) -> str:
    parts = picture.records(Part).values()
    worth = sum(part.stock * part.price for part in parts)
    return tr("parts.foot", count=len(parts), short=sum(part.short for part in parts), worth=f"{worth:,.2f}") if parts else ""


class _Forms:
    def __init__(self, picture: Picture, desk: Desk) -> None:
        self._picture, self._desk = picture, desk

    def may_keep(self) -> bool:
        return self._picture.may(Right.MANAGE_STOCK)

    def may_move(self) -> bool:
        return self._picture.may(Right.MOVE_STOCK)

    def new(self, _part: Part | None) -> Form:
        return self._part_form("new", Part(id="", name=""))

    def edit(self, part: Part | None) -> Form:
        assert part is not None
        return self._part_form("edit", part)

    def end(self, part: Part | None) -> Form:
        assert part is not None
        return end_form(self._picture, self._desk, PART, part)

    def _part_form(self, act: str, part: Part) -> Form:
        form = RegisterForm(self._picture, self._desk, PART, act)
        code = form.text("id") if act == "new" else None
        name, unit = form.text("name", part.name), form.text("unit", part.unit)
        least, price = form.figure("least", part.least), form.figure("price", part.price)
        place, maker = form.text("place", part.place), form.text("maker_code", part.maker_code)
        vendors = [("", ""), *((each.name, each.id) for each in self._picture.records(Vendor).values())]
        vendor = form.options("vendor", vendors, part.vendor, free=True)
        machines, note = form.text("machines", "、".join(part.machines)), form.text("note", part.note)

        def make() -> Part:
            return replace(
                part,
                id=code.text() if code is not None else part.id,
                name=name.text(),
                unit=unit.text(),
                least=form.figure_of(least),
                price=form.figure_of(price),
                place=place.text(),
                maker_code=maker.text(),
                vendor=form.picked(vendor),
                machines=words_of(machines.text()),
                note=note.text(),
            )

        form.make = saving(make, part.revision)
        return form

    def mover(self, kind: MoveKind) -> Callable[[Part | None], Form]:
        """The form that books parts in, out, back or as counted."""

        def made(part: Part | None) -> Form:
            assert part is not None
            form = RegisterForm(self._picture, self._desk, PART, kind.value)
            quantity = form.text("counted" if kind is MoveKind.COUNT else "quantity")
            orders = [("", "0")]
            if kind in (MoveKind.OUT, MoveKind.BACK):
                orders += [
                    (f"{order.id} {order.title.zh}", str(order.number)) for order in self._picture.orders.values() if order.open
                ]
            order = form.options("order", orders) if len(orders) > 1 or kind is MoveKind.BACK else None
            coming = kind is MoveKind.IN
            price, slip = (form.figure("price"), form.text("slip")) if coming else (None, None)
            note = form.text("note")

            def make() -> MoveStock:
                return MoveStock(
                    part.id,
                    kind,
                    form.figure_of(quantity),
                    order=int(form.picked(order) or 0) if order is not None else 0,
                    price=form.figure_of(price) if price is not None else 0.0,
                    vendor=part.vendor if coming else "",
                    slip=slip.text() if slip is not None else "",
                    note=note.text(),
                )

            form.make = make
            return form

        return made
