"""The routes: what is to be looked at, how often, by whom."""

from __future__ import annotations

from collections.abc import Callable

from console.domain.accounts import Right
from console.domain.maintenance.rounds import Route
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import end_form
from console.ui.registers.naming import machine_name
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.rounds import presenter
from console.ui.widgets.tables import RIGHT, Column

PART = "routes"


def routes_page(picture: Picture, desk: Desk, edit: Callable[[Route | None], None]) -> RegisterPage[Route]:
    """The register of routes; ``edit`` opens the editor."""

    def may() -> bool:
        return picture.may(Right.MANAGE_SAFETY)

    def end(route: Route | None) -> Form:
        assert route is not None
        return end_form(picture, desk, PART, route)

    return RegisterPage(
        picture,
        desk,
        PART,
        columns=_columns(picture),
        rows=lambda: picture.records(Route).values(),
        facts=lambda route: presenter.route_facts(picture, route),
        acts=[
            RegisterAct("new", "N", None, may, fresh=True, run=lambda _route: edit(None)),
            RegisterAct("edit", "E", None, may, run=edit),
            RegisterAct("end", "Del", end, may),
        ],
        sort="number",
        foot=lambda: tr("routes.foot"),
        kinds=(Route,),
        title=lambda route: f"{route.id}  {route.title.get(language())}",
    )


def _columns(picture: Picture) -> list[Column[Route]]:
    return [
        Column("number", "rounds.field.number", 100, lambda each: each.id, sort=lambda each: each.number, colour=lambda _e: "dim"),
        Column("title", "rounds.field.title", 0, lambda each: each.title.get(language())),
        Column("category", "rounds.field.category", 100, lambda each: tr(f"rounds.category.{each.category}")),
        Column(
            "equipment", "rounds.field.equipment", 150,
            lambda each: machine_name(picture, each.equipment),
        ),
        Column("rhythm", "rounds.field.rhythm", 230, lambda each: presenter.rhythm_text(each.rhythm)),
        Column("checks", "rounds.field.checks", 70, lambda each: str(len(each.checks)), RIGHT, sort=lambda each: len(each.checks)),
        Column("automatic", "rounds.field.automatic", 70, lambda each: tr("rounds.answer.yes") if each.automatic else ""),
        Column("assignee", "rounds.field.assignee", 110, lambda each: presenter.person(picture, each.assignee)),
    ]  # fmt: skip
