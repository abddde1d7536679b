"""What a notice says: title and body from the templates of ``resources/texts/notify.json``, in the language of who reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from console.domain import promises
from console.domain.faults import Fault
from console.domain.maintenance.hazards import Hazard
from console.domain.notices import Channel, Contact, Notice
from console.domain.text import Text
from console.domain.world import World
from console.texts import CHINESE, ENGLISH, tr

MOST_LINES = 30  # of a summary; a text message is no report, and the console shows the rest
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def languages(channel: Channel, contact: Contact) -> tuple[str, ...]:
    """The languages of a message, the first one first."""
    said = contact.language or channel.language
    if said == "both":
        return CHINESE, ENGLISH
    return (ENGLISH,) if said.startswith("en") else (CHINESE,)


def compose(world: World, site: Text, notices: list[Notice], said: tuple[str, ...], now: int) -> tuple[str, str]:
    """Title and body of one message about ``notices`` (all to the same address)."""
    one = _one if len(notices) == 1 else _many
    parts = [one(world, site, notices, language, now) for language in said]
    return parts[0][0], "\n\n".join(body for _, body in parts)


def _one(world: World, site: Text, notices: list[Notice], language: str, now: int) -> tuple[str, str]:
    notice = notices[0]
    values = _values(world, site, notice, language, now)
    title = tr(f"notify.title.{notice.kind}", language, **values)
    lines = [tr(f"notify.body.{notice.kind}", language, **values)]
    if notice.doubtful:
        lines.append(tr("notify.body.doubtful", language))
    lines.append(tr("notify.body.foot", language, **values))
    return title, "\n".join(lines)


def _many(world: World, site: Text, notices: list[Notice], language: str, now: int) -> tuple[str, str]:
    """A summary: the most severe first, then the newest."""
    order = sorted(notices, key=lambda notice: (notice.priority or 9, -notice.number))
    title = tr("notify.title.summary", language, site=site.get(language), count=len(order))
    lines = [tr("notify.body.summary", language, count=len(order))]
    for notice in order[:MOST_LINES]:
        lines.append("· " + tr(f"notify.title.{notice.kind}", language, **_values(world, site, notice, language, now)))
    if len(order) > MOST_LINES:
        lines.append(tr("notify.body.more", language, count=len(order) - MOST_LINES))
    if any(notice.doubtful for notice in order):
        lines.append(tr("notify.body.doubtful", language))
    return title, "\n".join(lines)


def _values(world: World, site: Text, notice: Notice, language: str, now: int) -> dict[str, str | int]:
    fault = world.faults.get(notice.fault)
    unknown = ("fault", "what", "opened", "who", "station", "deadline", "next", "clock", "measure")
    values: dict[str, str | int] = dict.fromkeys(unknown, "-")
    values |= {
        "equipment": notice.equipment,
        "site": site.get(language),
        "notice": notice.id,
        "time": _time(world, notice.planned_at),
        "open": sum(each.open and not each.drill for each in world.faults.values()),
        "priority": f"P{notice.priority}",
        "percent": notice.percent,
    }
    hazard = world.records(Hazard).get(notice.hazard) if notice.hazard else None
    if hazard is not None:
        values |= {
            "fault": hazard.id, "what": hazard.what, "opened": _time(world, hazard.at), "measure": hazard.measure or "-",
            "equipment": world.title_of(hazard.equipment).get(language) if hazard.equipment else hazard.place,
        }  # fmt: skip
    if fault is not None:
        values |= _about(world, fault, language, now)
    if notice.clock is not None:
        key = "notify.clock_broken" if notice.percent >= promises.BREACH else "notify.clock_reached"
        values["clock"] = tr(key, language, clock=tr(f"domain.clock.{notice.clock}", language), percent=notice.percent)
    return values


def _about(world: World, fault: Fault, language: str, now: int) -> dict[str, str | int]:
    equipment = world.equipment.get(fault.equipment)
    nearest = promises.nearest(fault, world.order_of(fault), now)
    taken = fault.taken
    return {
        "fault": fault.id,
        "what": fault.text.get(language),
        "equipment": equipment.name.get(language) if equipment is not None else fault.equipment,
        "opened": _time(world, fault.opened_at),
        "who": world.display(taken.by) if taken is not None else "",
        "station": taken.station if taken is not None else "",
        "deadline": _time(world, nearest.deadline) if nearest is not None else "-",
        "next": tr(f"domain.clock.{nearest.clock}", language) if nearest is not None else "-",
    }


def _time(world: World, moment: int) -> str:
    there = (_EPOCH + timedelta(microseconds=moment // 1000)).astimezone(ZoneInfo(world.timezone))
    return there.strftime("%m-%d %H:%M")
