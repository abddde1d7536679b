"""A card's fields as texts in the language of the process, and texts as fields: for the grid, the card's form and the export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from console.domain.maintenance.cards import Card, Level, Rated, Use
from console.domain.problems import Problem, Refused
from console.papers import ledgercolumns as columns
from console.papers.places import Places
from console.texts import language

_EMPTY: dict[str, Any] = {
    "price": 0.0, "life_years": 0, "rated": (), "level": Level.EQUIPMENT, "state": Use.IN_USE, "system": "other",
}  # fmt: skip


class CardTexts:
    """``codes`` gives the code of an id, ``identities`` the id of a code: what is above a card is written by its code."""

    def __init__(self, places: Places, codes: Callable[[str], str], identities: Callable[[str], str]) -> None:
        self._places = places
        self._codes = codes
        self._identities = identities

    def shown(self, card: Card, field: str) -> str:  # noqa: PLR0911 - one line a kind
        """The field as it is read, and as an export writes it."""
        value = getattr(card, field)
        match field:
            case "level" | "system" | "kind" | "state":
                return columns.word(field, str(value), language())
            case "location":
                return self._places.path(card.location, language()) if card.location else ""
            case "parent":
                return self._codes(card.parent) if card.parent else ""
            case "rated":
                return plate_text(card.rated)
            case "price":
                return f"{value:.2f}".rstrip("0").rstrip(".") if value else ""
            case "life_years":
                return str(value) if value else ""
            case _:
                return str(value)

    def read(self, field: str, text: str) -> tuple[Any, Problem | None]:  # noqa: PLR0911, PLR0912 - one line a kind
        """What a typed text means, and a remark where something was assumed; raises :class:`Refused` with what is wrong."""
        text = text.strip()
        if not text:
            return _EMPTY.get(field, ""), None
        match field:
            case "price":
                return columns.price(text), None
            case "life_years":
                return columns.years(text), None
            case "rated":
                return tuple(columns.plate(text)), None
            case "level":
                return Level(columns.one_of(field, text)), None
            case "state":
                return Use(columns.one_of(field, text)), None
            case "system" | "kind" | "criticality":
                return columns.one_of(field, text), None
            case "location":
                found = self._places.find(text)
                if not found:
                    raise Refused("ledger.cell.place", found=text[:60])
                return found, None
            case "parent":
                found = self._identities(text)
                if not found:
                    raise Refused("ledger.cell.parent_here", found=text[:60])
                return found, None
            case _ if field in columns.DAYS:
                return columns.day(text)
            case _:
                return columns.phrase(field, text), None


def plate_text(rated: tuple[Rated, ...]) -> str:
    """``额定功率 (kW)=15; 转速=1450``."""
    return "; ".join(f"{each.name}{f' ({each.unit})' if each.unit else ''}={each.value}" for each in rated)


def differing(card: Card, present: Card, fields: tuple[str, ...] = columns.FIELDS) -> Mapping[str, tuple[Any, Any]]:
    """Field -> (present, new) where they differ."""
    return {name: (getattr(present, name), getattr(card, name)) for name in fields if getattr(present, name) != getattr(card, name)}
