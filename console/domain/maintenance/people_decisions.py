"""Keeping people: who may, and what a person's record has to say."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, demanded, reckoned, words
from console.domain.maintenance.people import LEVELS, Person
from console.domain.problems import Refused


def judge_person(act: Act, person: Person, present: Person | None) -> Person:
    """A person's record as it is to be kept."""
    act.require(Right.MANAGE_PEOPLE)
    name = demanded(person.name, "people.refused.name")
    if present is None and not person.id.strip():
        raise Refused("people.refused.code", name=name)
    if person.level and person.level not in LEVELS:
        raise Refused("people.refused.level", level=person.level)
    if not reckoned(person.rate):
        raise Refused("people.refused.rate", name=name)
    for each in person.certificates:
        kind = demanded(each.kind, "people.refused.certificate_kind", name=name)
        if each.since and each.until and each.until <= each.since:
            raise Refused("people.refused.certificate_dates", name=name, kind=kind)
    return replace(
        person,
        id=person.id.strip(),
        name=name,
        team=words(person.team),
        phone=words(person.phone),
        company=words(person.company),
        note=words(person.note),
        skills=tuple(dict.fromkeys(skill for each in person.skills if (skill := words(each)))),
        at=present.at if present is not None else act.now,
    )
