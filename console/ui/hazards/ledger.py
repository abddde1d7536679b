"""The hazard rectification ledger (隐患整改台账) as columns, with the fields of R-IN-04 and R-IN-08."""

from __future__ import annotations

from console.domain.maintenance.hazards import Hazard
from console.texts import tr
from console.ui.hazards import presenter
from console.ui.moments import date_text, full_text
from console.ui.picture import Picture
from console.ui.widgets.tables import Column


def ledger_columns(picture: Picture) -> list[Column[Hazard]]:
    """Every hazard of the year, open or closed; what is shown is what is exported."""
    zone = picture.estate.site

    def rectification(hazard: Hazard) -> str:
        return "；".join(stamp.note for stamp in hazard.rectified)

    def rechecked(hazard: Hazard) -> str:
        return presenter.stamp(picture, hazard.rechecks[-1].stamp) if hazard.rechecks else ""

    def deadline(hazard: Hazard) -> str:
        return date_text(hazard.deadline, zone.timezone)

    return [
        Column("found", "hazards.ledger.time", 124, lambda each: full_text(each.at, zone.timezone), sort=lambda each: each.at),
        Column("id", "hazards.field.id", 92, lambda each: each.id, sort=lambda each: each.number, colour=lambda _e: "dim"),
        Column("what", "hazards.ledger.content", 0, lambda each: each.what, tooltip=lambda each: each.what),
        Column("place", "hazards.field.place", 120, lambda each: presenter.place(picture, each)),
        Column("kind", "hazards.field.kind", 70, lambda each: tr(f"hazards.kind.{each.kind}")),
        Column("grade", "hazards.field.grade", 46, lambda each: tr(f"hazards.grade.{each.grade.value}")),
        Column("person", "hazards.ledger.person", 64, lambda each: presenter.person(picture, each.person)),
        Column("deadline", "hazards.ledger.deadline", 90, deadline, sort=lambda each: each.deadline),
        Column("standard", "hazards.ledger.standard", 88, lambda each: each.standard, tooltip=lambda each: each.standard),
        Column("rectified", "hazards.ledger.rectification", 92, rectification, tooltip=rectification),
        Column("recheck", "hazards.ledger.recheck", 86, rechecked, tooltip=rechecked),
        Column("state", "hazards.field.state", 64, lambda each: tr(f"hazards.state.{each.state.value}")),
    ]
