"""Keeping mailings: who may, and what one has to say."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, words
from console.domain.maintenance.reports import PAPERS, SPANS
from console.domain.maintenance.reports_mailing import Mailing
from console.domain.problems import Refused

FORMS = ("pdf", "xlsx", "csv")


def judge_mailing(act: Act, mailing: Mailing, present: Mailing | None) -> Mailing:
    """A mailing as it is to be kept; a change forgets what went wrong, not what was sent."""
    act.require(Right.CONFIGURE)
    if mailing.what not in PAPERS or mailing.months not in SPANS or mailing.form not in FORMS:
        raise Refused("reports.refused.paper")
    if not 1 <= mailing.day <= 28 or not 0 <= mailing.minute < 1440:
        raise Refused("reports.refused.time")
    channel = act.world.notify.channel(mailing.channel)
    if channel is None:
        raise Refused("reports.refused.channel")
    people = tuple(dict.fromkeys(person for each in mailing.people if (person := words(each))))
    if channel.personal and not people:
        raise Refused("reports.refused.people")
    for person in people:
        if channel.personal and not act.world.notify.contact(person).addresses.get(channel.id):
            raise Refused("notify.no_address", person=act.world.display(person), name=channel.name.zh or channel.id)
    number = present.number if present is not None else act.world.next_number("mailing")
    return replace(
        mailing,
        id=present.id if present is not None else f"ML-{number:04d}",
        number=number,
        at=present.at if present is not None else act.now,
        people=people,
        last=present.last if present is not None else "",
        tries=0,
        problem=None,
    )
