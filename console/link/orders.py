"""The messages about orders of all time: search, and one order that ended long ago. Part of :mod:`console.link.messages`."""

from __future__ import annotations

import msgspec

from console.domain.orders import Order

SORTS = ("number", "created", "ended", "due", "priority", "state", "kind", "equipment", "assignee", "title", "cost")


class OrderSearchQuery(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Orders in which every word of ``text`` occurs, sorted by one of :data:`SORTS`, ``limit`` of them from ``offset`` on.

    ``kinds``, ``states`` and ``assignee`` empty = all; ``equipment`` one id; ``since``, ``until`` (UTC ns) the time of creation.
    """

    id: int
    text: str = ""
    kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    equipment: str = ""
    assignee: str = ""
    since: int = 0
    until: int = 0
    sort: str = "number"
    descending: bool = True
    offset: int = 0
    limit: int = 100


class OrderSearchAnswer(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """``total`` that were found; ``orders`` are those from ``offset`` on."""

    id: int
    total: int
    offset: int
    orders: tuple[Order, ...]


class OrderQuery(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """One order by its number, however old."""

    id: int
    number: int


class OrderAnswer(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """``order`` None: there is none of that number."""

    id: int
    order: Order | None = None


OrderQueries = OrderSearchQuery | OrderQuery
OrderAnswers = OrderSearchAnswer | OrderAnswer
