"""Keeping parts: a stock never goes below nothing, and changes by moves alone."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain import ordering
from console.domain.accounts import Right
from console.domain.acts import MOST_AMOUNT, Act, demanded, reckoned, words
from console.domain.events import Event, RecordSaved
from console.domain.maintenance.parts import MoveKind, MoveStock, Part, StockMove, average_price
from console.domain.orders import PartUse
from console.domain.problems import Refused


def judge_part(act: Act, part: Part, present: Part | None) -> Part:
    """A part as it is to be kept. A new one begins with an empty stock; one with a stock stays in use."""
    act.require(Right.MANAGE_STOCK)
    code = demanded(part.id, "parts.refused.code")
    name = demanded(part.name, "parts.refused.name", part=code)
    if not (reckoned(part.least) and reckoned(part.price)):
        raise Refused("parts.refused.negative", part=code)
    stock = present.stock if present is not None else 0.0
    if part.ended_at and stock > 0:
        raise Refused("parts.refused.in_stock", part=code, stock=stock)
    return replace(
        part,
        id=code,
        name=name,
        unit=words(part.unit),
        place=words(part.place),
        maker_code=words(part.maker_code),
        note=words(part.note),
        machines=tuple(dict.fromkeys(machine for each in part.machines if (machine := words(each)))),
        stock=stock,
        at=present.at if present is not None else act.now,
    )


def move(act: Act, command: MoveStock) -> tuple[Event, ...]:
    """A move and the part's new stock, in one transaction."""
    act.require(Right.MOVE_STOCK if command.kind in (MoveKind.OUT, MoveKind.BACK) else Right.MANAGE_STOCK)
    part = act.world.records(Part).get(command.part)
    if part is None:
        raise Refused("parts.refused.unknown", part=command.part)
    if not reckoned(command.quantity) or (not command.quantity and command.kind is not MoveKind.COUNT):
        raise Refused("parts.refused.quantity", part=part.id)
    if not reckoned(command.price):
        raise Refused("parts.refused.negative", part=part.id)
    note = words(command.note)
    order = act.open_order(command.order) if command.order else None
    if command.kind is MoveKind.BACK and order is None:
        raise Refused("parts.refused.back_order", part=part.id)
    if command.kind is MoveKind.BACK and order is not None:
        taken = next((use.quantity for use in order.parts if use.part == part.id), 0.0)
        if command.quantity > taken:
            raise Refused("parts.refused.back_more", part=part.id, order=order.id, taken=taken, wanted=command.quantity)
    if command.kind is MoveKind.OUT and order is None and not note:
        raise Refused("parts.refused.out_note", part=part.id)
    change = {
        MoveKind.IN: command.quantity,
        MoveKind.BACK: command.quantity,
        MoveKind.OUT: -command.quantity,
        MoveKind.COUNT: command.quantity - part.stock,
    }[command.kind]
    if command.kind is MoveKind.COUNT and change and not note:
        raise Refused("parts.refused.count_note", part=part.id, stock=part.stock)
    stock = round(part.stock + change, 6)  # tenths and hundredths of metres add up
    if stock > MOST_AMOUNT:
        raise Refused("parts.refused.quantity", part=part.id)
    if stock < 0:
        raise Refused("parts.refused.too_few", part=part.id, stock=part.stock, wanted=command.quantity)
    price = average_price(part, command.quantity, command.price) if command.kind is MoveKind.IN else part.price
    number = act.number("stock_move")
    moved = StockMove(
        id=f"SM-{number:06d}",
        number=number,
        revision=1,
        at=act.now,
        ended_at=act.now,
        equipment=order.equipment if order is not None else "",
        part=part.id,
        kind=command.kind,
        quantity=change,
        stock=stock,
        price=command.price if command.kind is MoveKind.IN and command.price else part.price,
        order=command.order,
        by=act.actor.name,
        vendor=words(command.vendor),
        slip=words(command.slip),
        note=note,
    )
    after = replace(part, stock=stock, price=price, revision=part.revision + 1)
    booked: tuple[Event, ...] = ()
    if order is not None and change and command.kind in (MoveKind.OUT, MoveKind.BACK):
        use = PartUse(part.id, part.name, -change, part.unit, moved.price, moved.id)
        booked = (ordering.parts_booked(order, use),)
    return RecordSaved(moved, "created", note), RecordSaved(after, "moved"), *booked
