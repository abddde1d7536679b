"""One person's act: who asks, from which station, when, and the checks that every command shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.domain.accounts import Account, Right
from console.domain.faults import Fault
from console.domain.orders import Order
from console.domain.problems import Refused
from console.domain.stamps import Stamp
from console.domain.world import World

LONGEST_TEXT = 10_000  # characters of anything typed: a pasted report is kept whole, and a delta stays small
MOST_AMOUNT = 1e12  # of money or of pieces; ours: beyond any estate's, and sums of it stay exact to the cent


def require(actor: Account, right: Right) -> None:
    """Refuse unless ``actor`` has ``right``; the sentence names the roles that have it."""
    if not actor.may(right):
        raise Refused(f"refused.right_{right.value}", who=actor.display)


def words(typed: str) -> str:
    """What a person typed, without blanks around it; too much is refused, never cut."""
    text = typed.strip()
    if len(text) > LONGEST_TEXT:
        raise Refused("refused.too_long", count=len(text), most=LONGEST_TEXT)
    return text


def demanded(typed: str, code: str, **params: str | int) -> str:
    """The same, refused with ``code`` if empty."""
    text = words(typed)
    if not text:
        raise Refused(code, **params)
    return text


def reckoned(amount: float) -> bool:
    """Whether an amount of money or of pieces can be reckoned with: not negative, no slip of the keyboard, and a number at all."""
    return 0 <= amount <= MOST_AMOUNT


@dataclass(frozen=True, slots=True)
class Act:
    """``now`` is the moment of the decision, UTC ns."""

    world: World
    actor: Account
    station: str
    now: int
    given: dict[str, int] = field(default_factory=dict)  # numbers that this act gave to records, the last of each kind

    def number(self, kind: str) -> int:
        """A new record's number, another one each time."""
        self.given[kind] = number = max(self.given.get(kind, 0) + 1, self.world.next_number(kind))
        return number

    def require(self, right: Right) -> None:
        """Refuse unless the person has ``right``."""
        require(self.actor, right)

    def stamp(self, at: int = 0, by: str = "", reason: str = "", note: str = "") -> Stamp:
        """The person's stamp, now and for himself unless told otherwise."""
        return Stamp(
            at=at or self.now,
            by=by or self.actor.name,
            entered_at=self.now,
            entered_by=self.actor.name,
            station=self.station,
            reason=reason,
            note=note,
        )

    def open_fault(self, number: int) -> Fault:
        """The open fault of that number."""
        fault = self.world.faults.get(number)
        if fault is None:
            raise Refused("refused.fault_unknown", number=number)
        if not fault.open:
            raise Refused("refused.fault_closed", fault=fault.id, who=self.world.display(fault.closed_by))
        return fault

    def order(self, number: int) -> Order:
        """The order of that number, ended or not."""
        order = self.world.orders.get(number)
        if order is None:
            raise Refused("refused.order_unknown", number=number)
        return order

    def open_order(self, number: int) -> Order:
        """The order of that number, neither archived nor cancelled."""
        order = self.order(number)
        if not order.open:
            raise Refused("refused.order_ended", order=order.id)
        return order
