"""What the screens say of hazards; no widget."""

from __future__ import annotations

from console.domain.maintenance.hazards import Hazard, HazardState, overdue, unanalysed
from console.domain.stamps import Stamp
from console.domain.times import DAY
from console.texts import tr
from console.ui.moments import age_text, full_text
from console.ui.picture import Picture
from console.ui.registers.naming import machine_name

COLUMNS = (HazardState.FOUND, HazardState.RECTIFYING, HazardState.RECHECK)
STEPS = ("found", "analysed", "rectified", "rechecked")


def title(hazard: Hazard) -> str:
    """``HZ-000003  重大``."""
    return f"{hazard.id}  {tr(f'hazards.grade.{hazard.grade.value}')}"


def place(picture: Picture, hazard: Hazard) -> str:
    """Where: the machine, the words, or both."""
    machine = machine_name(picture, hazard.equipment)
    return " · ".join(part for part in (machine, hazard.place) if part)


def person(picture: Picture, name: str) -> str:
    """A person's name as shown; an outsider's is its own."""
    account = picture.accounts.get(name)
    return account.display if account is not None else name


def deadline(picture: Picture, hazard: Hazard) -> str:
    """The deadline, and by how much it is past."""
    if not hazard.deadline:
        return ""
    shown = full_text(hazard.deadline, picture.estate.site.timezone)
    if overdue(hazard, picture.now()):
        return tr("hazards.overdue_by", at=shown, late=age_text(picture.now() - hazard.deadline))
    return shown


def colour(picture: Picture, hazard: Hazard) -> str:
    """A token for its deadline: late, soon, or plain."""
    now = picture.now()
    if overdue(hazard, now) or unanalysed(hazard, now):
        return "p2_text"
    near = hazard.deadline and hazard.state is HazardState.RECTIFYING and hazard.deadline - now <= DAY
    return "p3_text" if near else "text"


def urgency(picture: Picture, hazard: Hazard) -> tuple[bool, bool, int, int]:
    """The order of attention: overdue, major, by deadline, the oldest first."""
    return (not overdue(hazard, picture.now()), not hazard.major, hazard.deadline or hazard.at + 10**18, hazard.at)


def stamp(picture: Picture, made: Stamp | None) -> str:
    """Who, when, and what they said."""
    if made is None:
        return ""
    who = person(picture, made.by) if made.by else tr("rounds.program")
    proxy = f"（{tr('hazards.entered_by', who=person(picture, made.entered_by))}）" if made.proxy and made.entered_by else ""
    return "  ".join(part for part in (full_text(made.at, picture.estate.site.timezone), who + proxy, made.note) if part)


def steps(picture: Picture, hazard: Hazard) -> list[tuple[str, str, bool]]:
    """The four steps of R-IN-03 as (name, who and when, reached)."""
    last = hazard.rechecks[-1].stamp if hazard.rechecks and hazard.state is HazardState.CLOSED else None
    done = (
        hazard.found,
        hazard.analysed,
        hazard.rectified[-1] if hazard.rectified and hazard.state in (HazardState.RECHECK, HazardState.CLOSED) else None,
        last,
    )
    zone = picture.estate.site.timezone
    said = [
        f"{full_text(made.at, zone)[5:]}\n{person(picture, made.by) or tr('rounds.program')}" if made is not None else ""
        for made in done
    ]
    return [(tr(f"hazards.step.{name}"), text, bool(text)) for name, text in zip(STEPS, said, strict=True)]


def origin(hazard: Hazard) -> str:
    """Where it comes from, in words."""
    kind, _, what = hazard.origin.partition(":")
    return tr(f"hazards.origin.{kind}", what=what) if kind else tr("hazards.origin.hand")


def facts(picture: Picture, hazard: Hazard) -> list[tuple[str, str]]:
    """Everything that is written down, in the order in which one asks."""
    rows = [
        ("what", hazard.what),
        ("kind", tr(f"hazards.kind.{hazard.kind}")),
        ("place", place(picture, hazard)),
        ("found", stamp(picture, hazard.found)),
        ("origin", origin(hazard)),
        ("person", person(picture, hazard.person)),
        ("deadline", deadline(picture, hazard)),
        ("standard", hazard.standard),
    ]
    if hazard.major or hazard.measure:
        rows.append(("measure", hazard.measure))
    if hazard.major:
        rows.append(("reported", full_text(hazard.reported, picture.estate.site.timezone)))
    if hazard.repeats:
        rows += [("repeats", "、".join(hazard.repeats)), ("root_cause", hazard.root_cause), ("long_term", hazard.long_term)]
    rows.append(("cause", hazard.cause))
    if hazard.orders:
        rows.append(("orders", "、".join(order_text(picture, number) for number in hazard.orders)))
    rows += [("rectified", stamp(picture, each)) for each in hazard.rectified]
    rows += [
        ("recheck_passed" if each.passed else "recheck_failed", stamp(picture, each.stamp)) for each in hazard.rechecks
    ]  # fmt: skip
    if hazard.cost:
        rows.append(("cost", f"{hazard.cost:g}"))
    if hazard.state is HazardState.VOID:
        rows.append(("void", stamp(picture, hazard.closed)))
    if hazard.photos or hazard.after:
        rows.append(("photos", tr("hazards.photo_counts", before=len(hazard.photos), after=len(hazard.after))))
    return [(tr(f"hazards.field.{name}"), text or "–") for name, text in rows]


def order_text(picture: Picture, number: int) -> str:
    """An order with its state."""
    order = picture.orders.get(number)
    name = f"WO-{number:06d}"
    return f"{name}（{tr(f'domain.order.{order.state}')}）" if order is not None else name
