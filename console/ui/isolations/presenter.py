"""What the register says of an entry: its part, its state in a word, its facts; no widget."""

from __future__ import annotations

import re

from console.domain.isolations import Isolation, outstayed, patrol_due, patrol_late
from console.domain.stamps import Stamp
from console.domain.times import DAY, HOUR, MINUTE
from console.texts import language, tr
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.strip import equipment_name

_UNITS = {"m": MINUTE, "min": MINUTE, "分": MINUTE, "分钟": MINUTE, "h": HOUR, "时": HOUR, "小时": HOUR, "d": DAY, "天": DAY}


def part(picture: Picture, isolation: Isolation) -> str:
    """The node's name, or what was written."""
    point = picture.points.get(isolation.point)
    named = point.name.get(language()) if point is not None else isolation.point
    return "：".join(text for text in (named, isolation.what) if text)


def person(picture: Picture, name: str) -> str:
    """A person's name as shown; somebody without an account is called as written."""
    account = picture.accounts.get(name)
    return account.display if account is not None else name


def by(picture: Picture, stamp: Stamp | None) -> str:
    """Whose stamp it is; the panel's own has no person."""
    if stamp is None:
        return ""
    return person(picture, stamp.by) if stamp.by else tr("isolations.panel")


def state(isolation: Isolation, now: int) -> str:
    """The gravest thing about it, as a code of a text."""
    if not isolation.open:
        return "lifted"
    if patrol_late(isolation, now):
        return "patrol_late"
    if not isolation.complete:
        return "incomplete"
    return "outstayed" if outstayed(isolation, now) else "kept"


COLOURS = {"lifted": "dim", "patrol_late": "p2", "incomplete": "p3", "outstayed": "p3", "kept": "text"}
URGENCY = {code: place for place, code in enumerate(("patrol_late", "incomplete", "outstayed", "kept", "lifted"))}


def patrol(picture: Picture, isolation: Isolation) -> str:
    """When the next patrol is due; a dash where none was ordered."""
    due = patrol_due(isolation)
    return full_text(due, picture.estate.site.timezone) if due else "–"


def length(ns: int) -> str:
    """``30 min``, ``2 h``, ``1 d``: as it is typed again."""
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if ns and not ns % unit:
            return f"{ns // unit} {name}"
    return f"{ns // MINUTE} min" if ns else ""


def parse_length(text: str) -> int:
    """``30 min``, ``2 h``, ``2小时`` as ns; a plain number counts minutes; empty is 0. Raises :class:`ValueError` with the text."""
    word = text.strip().casefold()
    if not word:
        return 0
    match = re.fullmatch(r"(\d{1,4})\s*(\w*)", word)
    unit = _UNITS.get(match[2] or "min") if match is not None else None
    if match is None or unit is None:
        raise ValueError(text)
    return int(match[1]) * unit


def facts(picture: Picture, isolation: Isolation) -> list[tuple[str, str]]:
    """Everything that is written down, in the order in which one asks."""
    zone = picture.estate.site.timezone
    patrolled = isolation.patrolled
    last = ""
    if patrolled is not None:
        last = f"{full_text(patrolled.at, zone)} {by(picture, patrolled)} {patrolled.note}"
    walks = ""
    if isolation.patrol_every:
        walks = tr("isolations.patrol_rule", every=length(isolation.patrol_every), who=person(picture, isolation.patrol_by))
    rows = [
        ("equipment", equipment_name(picture, isolation.equipment)),
        ("part", part(picture, isolation)),
        ("since", full_text(isolation.since, zone)),
        ("opened", by(picture, isolation.opened)),
        ("reason", isolation.reason or tr("isolations.missing")),
        ("isolated_by", person(picture, isolation.isolated_by) or tr("isolations.missing")),
        ("until", full_text(isolation.until, zone) or tr("isolations.not_said")),
        ("patrol", walks or tr("isolations.no_patrol")),
        ("patrolled", last or "–"),
        ("patrols", str(isolation.patrols)),
    ]
    if isolation.patrol_every and isolation.open:
        rows.append(("patrol_due", patrol(picture, isolation)))
    if isolation.lifted is not None:
        note = isolation.lifted.note
        rows.append(("lifted", f"{full_text(isolation.lifted_at, zone)} {by(picture, isolation.lifted)} {note}".strip()))
    return [(tr(f"isolations.field.{key}"), text) for key, text in rows]
