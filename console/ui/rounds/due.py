"""The rounds that are open: due, begun, late, missed."""

from __future__ import annotations

from collections.abc import Callable

from console.domain.accounts import Right
from console.domain.maintenance.rounds import BeginRound, ExplainRounds, Round, RoundState, Route, state_of
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import RegisterForm
from console.ui.registers.naming import machine_name
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.rounds import presenter
from console.ui.widgets.tables import Column

PART = "rounds"


def due_page(picture: Picture, desk: Desk, walk: Callable[[str], None]) -> RegisterPage[Round]:
    """The list; ``walk`` opens the runner."""

    def may() -> bool:
        return picture.may(Right.DO_SAFETY)

    def walk_chosen(round_: Round | None) -> None:
        if round_ is not None:
            walk(round_.id)

    def explain(round_: Round | None) -> Form:
        assert round_ is not None
        form = RegisterForm(picture, desk, PART, "explain")
        reason = form.text("reason")
        form.make = lambda: ExplainRounds((round_.id,), reason.text())
        return form

    def begin(_round: Round | None) -> Form:
        form = RegisterForm(picture, desk, PART, "begin")
        routes = sorted(picture.records(Route).values(), key=lambda route: route.number)
        chosen = form.options("route", [(route.title.get(language()), route.id) for route in routes])
        form.make = lambda: BeginRound(str(chosen.currentData() or ""))
        return form

    return RegisterPage(
        picture,
        desk,
        PART,
        columns=_columns(picture),
        rows=lambda: picture.records(Round).values(),
        facts=lambda round_: presenter.round_facts(picture, round_),
        acts=[
            RegisterAct("begin", "N", begin, may, fresh=True),
            RegisterAct("walk", "W", None, may, run=walk_chosen, fits=lambda round_: not round_.missed),
            RegisterAct("explain", "X", explain, lambda: picture.may(Right.MANAGE_SAFETY), fits=lambda round_: round_.missed),
        ],
        sort="state",
        foot=lambda: _foot(picture),
        kinds=(Round, Route),
        title=presenter.title,
    )


def _columns(picture: Picture) -> list[Column[Round]]:
    zone = picture.estate.site

    def state(round_: Round) -> RoundState:
        return state_of(round_, picture.now())

    def late(round_: Round) -> str:
        return full_text(round_.late_at, zone.timezone)

    def machine(round_: Round) -> str:
        return machine_name(picture, round_.equipment)

    return [
        Column(
            "state", "rounds.field.state", 200, lambda each: presenter.state_text(picture, each),
            sort=lambda each: (presenter.URGENCY[state(each)], each.at), colour=lambda each: presenter.STATE_COLOURS[state(each)],
        ),
        Column("name", "rounds.field.number", 100, lambda each: each.name, sort=lambda each: each.number, colour=lambda _e: "dim"),
        Column("title", "rounds.field.title", 0, lambda each: each.title.get(language())),
        Column("equipment", "rounds.field.equipment", 150, machine),
        Column("due", "rounds.field.due", 140, lambda each: full_text(each.at, zone.timezone), sort=lambda each: each.at),
        Column("late", "rounds.field.late_at", 140, late, sort=lambda each: each.late_at),
        Column("progress", "rounds.field.progress", 110, presenter.progress, sort=lambda each: each.done),
        Column("assignee", "rounds.field.assignee", 110, lambda each: presenter.person(picture, each.assignee)),
    ]  # fmt: skip


def _foot(picture: Picture) -> str:
    rounds = list(picture.records(Round).values())
    states = [state_of(each, picture.now()) for each in rounds]
    missed = sum(1 + each.further for each, state in zip(rounds, states, strict=True) if state is RoundState.MISSED)
    late = states.count(RoundState.LATE)
    return tr("rounds.foot", count=len(rounds) - states.count(RoundState.MISSED), late=late, missed=missed) if rounds else ""
