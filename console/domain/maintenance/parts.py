"""Spare parts: what is in stock, what it costs, and every piece that came or went (R-WO-05: purchase and use are traceable)."""

from __future__ import annotations

import enum

import msgspec

from console.domain.asking import CommandBase
from console.domain.maintenance.records import Record


class Part(Record, frozen=True, omit_defaults=True, kw_only=True, tag="part"):
    """``id`` is the part's code. ``stock`` changes by moves alone; below ``least`` it is to be ordered.

    ``price`` is the present cost of one ``unit`` in the estate's currency: the moving average of what came in.
    ``machines`` are equipment types or ids that it fits; empty: not said.
    """

    name: str
    unit: str = ""
    stock: float = 0.0
    least: float = 0.0
    price: float = 0.0
    place: str = ""
    vendor: str = ""
    maker_code: str = ""
    machines: tuple[str, ...] = ()
    note: str = ""

    @property
    def short(self) -> bool:
        """Less than the least stock is there; with 0 nothing is demanded."""
        return self.stock < self.least


class MoveKind(enum.StrEnum):
    """Why a stock changes."""

    IN = "in"  # 入库
    OUT = "out"  # 出库, for an order or for something said
    BACK = "back"  # 退库: what an order did not need
    COUNT = "count"  # 盘点: what was really there


class StockMove(Record, frozen=True, omit_defaults=True, kw_only=True, tag="stock_move"):
    """One movement: ended from its beginning, for it never changes. ``id`` is ``SM-000123``.

    ``quantity`` is what came (positive) or went (negative), of a count the difference; ``stock`` what was there afterwards;
    ``price`` of one unit, at which it is booked.
    """

    part: str
    kind: MoveKind
    quantity: float
    stock: float
    price: float = 0.0
    order: int = 0
    by: str = ""
    vendor: str = ""
    slip: str = ""  # number of the delivery note or invoice
    note: str = ""


class MoveStock(CommandBase, frozen=True):
    """Book parts in, out, back, or as counted. ``quantity`` is positive, of a count what is there. ``order`` 0: for none.

    ``price`` of one unit for what comes in, 0: as before. Going out for no order needs a ``note``; so does a count that differs.
    """

    part: str
    kind: MoveKind
    quantity: float
    order: int = 0
    price: float = 0.0
    vendor: str = ""
    slip: str = ""
    note: str = ""


class Used(msgspec.Struct, frozen=True):
    """What an order took of a part, all moves together; ``cost`` in the estate's currency."""

    part: str
    quantity: float
    cost: float


def used(moves: tuple[StockMove, ...]) -> tuple[Used, ...]:
    """What the moves of one order come to, by part; parts that went back entirely are left out."""
    found: dict[str, Used] = {}
    for move in moves:
        if move.kind in (MoveKind.OUT, MoveKind.BACK):
            before = found.get(move.part, Used(move.part, 0.0, 0.0))
            quantity = before.quantity - move.quantity
            found[move.part] = Used(move.part, quantity, before.cost - move.quantity * move.price)
    return tuple(each for each in found.values() if abs(each.quantity) > 1e-9)


def average_price(part: Part, quantity: float, price: float) -> float:
    """The moving average after ``quantity`` came in at ``price`` a unit."""
    if not price:
        return part.price
    there = max(part.stock, 0.0)
    return (there * part.price + quantity * price) / (there + quantity)
