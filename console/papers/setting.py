"""For whom and of what a paper is made: language, estate, names. What every paper's maker is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from console.domain.documents import Block, Document, Signatures
from console.domain.maintenance.reports import Machine
from console.domain.text import Text
from console.papers.cells import hours, local
from console.texts import catalogue, tr

MOST_ROWS = 300  # of a list behind a figure in a report; its ledger has them all
PAPER_HINT = "papers.keep_paper"  # R-AR-02: a paper archive is kept for three years at least


@dataclass(frozen=True)
class Setting:
    """``at`` is now (UTC ns), ``by`` the person's name; ``people``: account -> display name."""

    language: str
    timezone: str
    estate: Text
    at: int
    by: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    machines: Mapping[str, Machine] = field(default_factory=dict)
    currency: str = "¥"

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's."""
        return ZoneInfo(self.timezone)

    def tr(self, key: str, /, **params: object) -> str:
        """A sentence in the paper's language."""
        return tr(key, self.language, **params)

    def word(self, prefix: str, code: str) -> str:
        """A code's name; a code that has none (a system of the estate's own) stands for itself."""
        key = f"{prefix}.{code}"
        return tr(key, self.language) if key in catalogue() else code

    def machine(self, name: str) -> str:
        """An equipment's name with its id, as the lists show it."""
        known = self.machines.get(name)
        return f"{known.name.get(self.language)} ({name})" if known is not None and known.name != Text("") else name

    def person(self, name: str) -> str:
        """An account's display name, or the name as it was typed."""
        return self.people.get(name, name)

    def moment(self, at: int) -> str:
        """Date and time on the site's clock."""
        return f"{local(at, self.zone):%Y-%m-%d %H:%M}" if at else ""

    def day(self, at: int) -> str:
        """The site's date."""
        return f"{local(at, self.zone):%Y-%m-%d}" if at else ""

    def date(self, text: str) -> str:
        """A calendar date as the papers write it; what is none stays as it is."""
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return text

    def took(self, ns: int | None) -> str:
        """A duration, or a dash."""
        return "—" if ns is None else hours(ns)

    def share(self, value: float | None, digits: int = 1) -> str:
        """A percentage, or a dash."""
        return "—" if value is None else f"{100 * value:.{digits}f} %"

    def paper(self, title: str, blocks: tuple[Block, ...], *, number: str = "", subtitle: str = "", wide: bool = False) -> Document:
        """A document of this estate."""
        return Document(
            title, self.estate.get(self.language), self.timezone, self.language, self.at, blocks,
            by=self.by, number=number, subtitle=subtitle, footer=self.tr(PAPER_HINT), landscape=wide,
        )  # fmt: skip

    def signatures(self, *keys: str, names: tuple[str, ...] = ()) -> Signatures:
        """Lines to sign on."""
        return Signatures(tuple(self.tr(key) for key in keys), self.tr("papers.sign.date"), names)


def cut(setting: Setting, count: int) -> tuple[str, ...]:
    """The note below a list that does not show everything."""
    return (setting.tr("reports.cut", shown=MOST_ROWS, count=count),) if count > MOST_ROWS else ()
