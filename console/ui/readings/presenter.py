"""What the sheet shows and what was typed into it, without a widget: rows, months, drafts with undo, pasted columns."""

from __future__ import annotations

import hashlib
import html
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from console.domain.estate import ManualSource, Point
from console.domain.problems import Problem
from console.domain.readings import EnteredReading, How, Readings, Remark, TypedReading, consumption, plain, remarks
from console.domain.text import EMPTY
from console.texts import language, sentence, tr
from console.ui.moments import from_local, full_text, local, parse_typed, zone
from console.ui.picture import Picture, overdue_of

MONTHS = 3  # that can be chosen: as far back as readings are at hand
MOST_UNDONE = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed for one point and not yet sent. ``photo`` holds the file's bytes."""

    text: str = ""
    when: str = ""  # as typed; empty = now
    at: int = 0  # a correction: the exact time of the reading that ``when`` shows to the minute
    reason: str = ""
    note: str = ""
    photo: bytes = b""
    how: How = How.PLAIN
    final: str = ""
    first: str = ""
    confirmed: bool = False

    @property
    def photo_name(self) -> str:
        """SHA-256 of the photo."""
        return hashlib.sha256(self.photo).hexdigest() if self.photo else ""


@dataclass
class Drafts:
    """All unsent entries. They stay until they are sent or taken back, whatever becomes of the line."""

    entries: dict[str, Draft] = field(default_factory=dict)
    _before: list[dict[str, Draft]] = field(default_factory=list)

    def put(self, changed: dict[str, Draft]) -> None:
        """One step that can be undone: an empty draft is none."""
        self._before.append(dict(self.entries))
        del self._before[:-MOST_UNDONE]
        for point, draft in changed.items():
            if draft == Draft():
                self.entries.pop(point, None)
            else:
                self.entries[point] = draft

    def undo(self) -> bool:
        """Take the last step back; False if there is none."""
        if not self._before:
            return False
        self.entries = self._before.pop()
        return True

    def sent(self, sent: dict[str, Draft]) -> None:
        """These are in the collector's log: they are drafts no longer, and cannot be undone."""
        self.entries = {point: draft for point, draft in self.entries.items() if sent.get(point) != draft}
        self._before.clear()


@dataclass(frozen=True, slots=True)
class Row:
    """One manual point in the month that is shown."""

    point: Point
    place: str
    name: str
    latest: TypedReading | None
    previous: TypedReading | None
    used: float | None
    overdue: int
    draft: Draft
    remarks: tuple[Remark, ...]
    grown: float | None

    @property
    def ready(self) -> bool:
        """It can be sent as it is."""
        return bool(self.draft.text.strip()) and all(remark.ask and self.draft.confirmed for remark in self.remarks)


def manual_points(picture: Picture) -> list[Point]:
    """In the order of a round: by place as the site file lists the places, then as it lists the points."""
    places = {place.id: index for index, place in enumerate(picture.estate.locations)}
    found = [point for point in picture.estate.points if isinstance(point.source, ManualSource)]
    machines = picture.equipment

    def key(point: Point) -> int:
        machine = machines.get(point.equipment)
        return places.get(machine.location, len(places)) if machine is not None else len(places)

    return sorted(found, key=key)


def months(picture: Picture) -> list[tuple[str, int, int]]:
    """(``2026-11``, first moment, first moment after it) of the months that can be shown, the present one first."""
    name = picture.estate.site.timezone
    today = local(picture.now(), name)
    starts = []
    for back in range(-1, MONTHS):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        starts.append(datetime(year, month + 1, 1, tzinfo=zone(name)))
    return [(begin.strftime("%Y-%m"), from_local(begin), from_local(end)) for end, begin in pairwise(starts)]


def rows(picture: Picture, drafts: Drafts, since: int, until: int) -> Iterator[Row]:
    """The sheet of the month [since, until)."""
    for point in manual_points(picture):
        yield row(picture, point, drafts.entries.get(point.id, Draft()), since, until)


def row(picture: Picture, point: Point, draft: Draft, since: int, until: int) -> Row:
    """One line of it."""
    readings = picture.readings.get(point.id, ())
    upto = [reading for reading in readings if reading.at < until]
    within = [reading for reading in upto if reading.at >= since]
    earlier = [reading for reading in upto if reading.at < since]
    latest = within[-1] if within else None
    previous = earlier[-1] if earlier else (within[0] if len(within) > 1 else None)
    used = used_between(point, readings, previous, latest) if point.kind == "counter" else None
    machine = picture.equipment.get(point.equipment)
    place = picture.locations.get(machine.location) if machine is not None else None
    said, grown = judged(picture, point, draft)
    return Row(
        point=point,
        place=(place.name if place is not None else EMPTY).get(language()),
        name=f"{point.name.get(language())} · {machine.name.get(language()) if machine is not None else point.equipment}",
        latest=latest,
        previous=previous,
        used=used,
        overdue=overdue_of(picture, point.id),
        draft=draft,
        remarks=said,
        grown=grown,
    )


def used_between(point: Point, readings: Readings, first: TypedReading | None, last: TypedReading | None) -> float | None:
    """What a counter counted from one reading to another, exchanges between them included."""
    if first is None or last is None:
        return None
    between = [reading for reading in readings if first.at <= reading.at <= last.at]
    return sum(consumption(point, one, two) for one, two in pairwise(between))


def judged(picture: Picture, point: Point, draft: Draft) -> tuple[tuple[Remark, ...], float | None]:
    """What the collector will say about a draft, and the growth that it means."""
    if not draft.text.strip():
        return (), None
    try:
        entry = entered(picture, point, draft)
    except ValueError as wrong:
        return (Remark(Problem("readings.unreadable", {"text": str(wrong)})),), None
    readings = picture.readings.get(point.id, ())
    now = picture.now()
    said = remarks(point, readings, entry, now)
    earlier = next((reading for reading in reversed(readings) if reading.at < (entry.at or now)), None)
    refused = any(not remark.ask for remark in said)
    grown = None if refused or earlier is None or point.kind != "counter" else consumption(point, earlier, entry)
    return said, grown


def entered(picture: Picture, point: Point, draft: Draft) -> EnteredReading:
    """What is sent; raises :class:`ValueError` with the text that cannot be read."""
    return EnteredReading(
        point=point.id,
        value=number(draft.text, point),
        at=_moment(picture, draft),
        reason=draft.reason,
        note=draft.note,
        photo=draft.photo_name,
        how=draft.how,
        final=number(draft.final or "0"),
        first=number(draft.first or "0"),
        confirmed=draft.confirmed,
    )


def _moment(picture: Picture, draft: Draft) -> int:
    name = picture.estate.site.timezone
    if draft.at and full_text(draft.at, name) == draft.when:
        return draft.at
    return parse_typed(draft.when, picture.now(), name)


def number(text: str, point: Point | None = None) -> float:
    """A number as people type it: full-width digits, thousands, a state's name. Raises :class:`ValueError` with the text."""
    word = unicodedata.normalize("NFKC", text).strip().replace("。", ".").replace(" ", "")
    if point is not None:
        for code, name in point.states.items():
            if word.casefold() in (name.zh.casefold(), name.en.casefold()):
                return float(code)
    try:
        return float(word.replace(",", ""))
    except ValueError:
        raise ValueError(text) from None


def shown(value: float | None, point: Point) -> str:
    """A value with its decimals, or a state's name."""
    if value is None:
        return ""
    if point.states and int(value) in point.states:
        return point.states[int(value)].get(language())
    return plain(value, point)


def pasted(text: str, targets: Sequence[Point], drafts: Drafts) -> dict[str, Draft]:
    """A column from a spreadsheet, laid onto the rows from the chosen one down: its first cell of each line, blanks left out."""
    found: dict[str, Draft] = {}
    for line, point in zip(text.rstrip("\r\n").splitlines(), targets, strict=False):
        cell = line.split("\t")[0].strip()
        if cell:
            found[point.id] = replace(drafts.entries.get(point.id, Draft()), text=cell, confirmed=False)
    return found


def state_text(row: Row) -> str:
    """The row in a word."""
    if row.remarks:
        if row.ready:
            return tr("readings.state.confirmed")
        return tr("readings.state.ask") if row.remarks[0].ask else tr("readings.state.wrong")
    if row.draft.text.strip():
        return tr("readings.state.ready")
    if row.overdue:
        return tr("readings.state.overdue")
    return tr("readings.state.never") if row.latest is None and row.previous is None else ""


def state_colour(row: Row) -> str:
    """Grey until somebody has to look."""
    if row.remarks and not row.ready:
        return "p2" if row.remarks[0].ask else "p1_text"
    return "p3" if row.overdue and not row.draft.text.strip() else "dim"


def said_about(row: Row) -> str:
    """Every remark as a sentence."""
    return "\n".join(sentence(remark.problem) for remark in row.remarks)


def page(title: str, titles: Iterable[str], lines: Iterable[Sequence[str]]) -> str:
    """The sheet as HTML, to be printed."""
    head = "".join(f"<th align='left'>{html.escape(each)}</th>" for each in titles)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    return (
        f"<h3>{html.escape(title)}</h3><table border='1' cellspacing='0' cellpadding='4' width='100%'><tr>{head}</tr>{body}</table>"
    )
