"""People who work on the estate: teams, skills, and certificates that run out. An outside worker needs no account."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from console.domain.maintenance.files import Attachment
from console.domain.maintenance.records import Record
from console.domain.maintenance.rhythms import local_day
from console.domain.problems import Problem
from console.domain.times import DAY

KINDS = ("elevator", "electrician", "high_voltage", "fire", "welding", "height", "refrigeration", "boiler", "lifeguard", "safety")
"""Certificates that the work on an estate commonly asks for; any other may be typed."""
LEVELS = ("company", "project", "post")  # 企业级、项目级、岗位级: the three levels of safety organisation (R-IN-11)
SOON = 60 * DAY  # our choice: a certificate's renewal course takes weeks to book


class Certificate(msgspec.Struct, frozen=True, omit_defaults=True):
    """``kind`` is what an order asks for (``elevator``, ``electrician``, ``fire``…). ``until`` UTC ns, 0: does not run out."""

    kind: str
    number: str = ""
    issued_by: str = ""
    since: int = 0
    until: int = 0
    attachments: tuple[Attachment, ...] = ()


class Person(Record, frozen=True, omit_defaults=True, kw_only=True, tag="person"):
    """``id`` is the account's name, or a code of one's own for somebody who never signs on.

    ``level`` is one of :data:`LEVELS`. ``rate`` is the cost of an hour of work, in the estate's currency.
    """

    name: str
    team: str = ""
    phone: str = ""
    company: str = ""  # of a contractor
    vendor: str = ""
    skills: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    level: str = ""
    rate: float = 0.0
    note: str = ""


def unfit(
    person: Person | None, skills: Collection[str], certificates: Collection[str], moment: int, timezone: str
) -> Problem | None:
    """Why ``person`` may not do work that asks for these skills and kinds of certificates at ``moment``; None: they may."""
    if person is None:
        missing = [*sorted(skills), *(_spoken(kind) for kind in sorted(certificates))]
        return Problem("people.unfit.unknown", {"what": ", ".join(missing)}) if missing else None
    for kind in sorted(certificates):
        held = [each for each in person.certificates if each.kind == kind]
        if not held:
            return Problem("people.unfit.no_certificate", {"who": person.name, "kind": _spoken(kind)})
        if not any(not each.until or each.until > moment for each in held):
            last = max(each.until for each in held)
            return Problem(
                "people.unfit.expired", {"who": person.name, "kind": _spoken(kind), "until": local_day(last, timezone).isoformat()}
            )
    lacking = sorted(set(skills) - set(person.skills))
    if lacking:
        return Problem("people.unfit.no_skill", {"who": person.name, "what": ", ".join(lacking)})
    return None


def _spoken(kind: str) -> str:
    """A kind that has a text of ours, by its key."""
    return f"@people.certificate.{kind}" if kind in KINDS else kind


def running_out(person: Person, moment: int, within: int = SOON) -> tuple[Certificate, ...]:
    """Certificates that have run out or will within ``within`` ns, the most urgent first; a newer one replaces an old."""
    newest: dict[str, Certificate] = {}
    for each in person.certificates:
        known = newest.get(each.kind)
        if known is None or (known.until and (not each.until or each.until > known.until)):
            newest[each.kind] = each
    late = [each for each in newest.values() if each.until and each.until <= moment + within]
    return tuple(sorted(late, key=lambda each: each.until))
