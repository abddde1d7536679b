"""巡检: what is due now, the routes, what was walked, and the runner that takes the whole screen."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from console.domain.maintenance.files import Attachment
from console.domain.maintenance.rounds import Round, Route, lateness
from console.papers import safety
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.registers.past import PastPage
from console.ui.registers.pastdetail import PastDetail
from console.ui.registers.tabs import Tabs
from console.ui.rounds import presenter
from console.ui.rounds.due import due_page
from console.ui.rounds.editor import RouteEditor
from console.ui.rounds.routes import routes_page
from console.ui.rounds.runner import Runner
from console.ui.widgets.tables import Column


class Navigator(Protocol):
    """Where a round leads."""

    def open_equipment(self, equipment: str) -> None: ...


class RoundsScreen(QWidget):
    """See the module."""

    name = "rounds"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self.due = due_page(picture, desk, self.walk)
        self.routes = routes_page(picture, desk, self.edit_route)
        past: PastPage[Round] = PastPage(picture, desk, "rounds_past", Round, columns=_past_columns(picture), foot=_past_foot)
        self.past = PastDetail(
            picture, desk, past, title=presenter.title, facts=lambda each: presenter.round_facts(picture, each),
            paper=safety.round_paper, files=_photos,
        )  # fmt: skip
        self.tabs = Tabs("rounds", {"due": self.due, "routes": self.routes, "past": self.past})
        self.runner, self.editor = Runner(picture, desk), RouteEditor(picture, desk)
        self._stack = QStackedWidget()
        for page in (self.tabs, self.runner, self.editor):
            self._stack.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.runner.left.connect(self.show_list)
        self.editor.left.connect(self.show_list)
        picture.ticked.connect(self._tick)

    def walk(self, name: str) -> None:
        """Open the runner."""
        self._stack.setCurrentWidget(self.runner)
        self.runner.run(name)

    def edit_route(self, route: Route | None) -> None:
        """Open the editor."""
        self._stack.setCurrentWidget(self.editor)
        self.editor.edit(route)

    def show_list(self) -> None:
        """Back to the lists."""
        self._stack.setCurrentWidget(self.tabs)
        self.due.refresh()
        self.due.table.setFocus()

    def show_round(self, name: str) -> None:
        """An open round, or a route, in its list."""
        self.show_list()
        route = name.partition("/")[0]  # what an order says of where it comes from names the route and its check
        if route in self._picture.records(Route):
            self.tabs.open("routes")
            self.routes.select(route)
            return
        self.tabs.open("due")
        self.due.select(name)

    def retranslate(self) -> None:
        """All words."""
        self.tabs.retranslate()
        self.runner.retranslate()
        self.editor.retranslate()

    def _tick(self) -> None:
        if self.due.isVisible():
            self.due.table.rows.refresh()


def _photos(round_: Round) -> tuple[Attachment, ...]:
    return tuple(photo for answer in round_.answers for photo in answer.photos)


def _past_columns(picture: Picture) -> list[Column[Round]]:
    def made(round_: Round) -> int:
        return round_.finished.at if round_.finished is not None else 0

    def who(round_: Round) -> str:
        return "" if round_.finished is None else presenter.person(picture, round_.finished.by) or tr("rounds.program")

    def findings(round_: Round) -> str:
        found = [
            f"{check.text.get(language())} → {answer.raised}" if answer.raised else check.text.get(language())
            for check, answer in zip(round_.checks, round_.answers, strict=True)
            if answer.result == "fail"
        ]
        return "；".join(found)

    zone = picture.estate.site
    return [
        Column("due", "rounds.field.due", 140, lambda each: full_text(each.at, zone.timezone), sort=lambda each: each.at),
        Column("name", "rounds.field.number", 100, lambda each: each.name, sort=lambda each: each.number, colour=lambda _e: "dim"),
        Column("title", "rounds.field.title", 260, lambda each: each.title.get(language())),
        Column(
            "state", "rounds.field.state", 170, lambda each: presenter.state_text(picture, each),
            colour=lambda each: "p2_text" if each.missed else "text",
        ),
        Column("made", "rounds.field.finished", 140, lambda each: full_text(made(each), zone.timezone), sort=made),
        Column("who", "rounds.field.who", 110, who),
        Column(
            "progress", "rounds.field.progress", 110, presenter.progress, colour=lambda each: "p2_text" if each.failed else "text"
        ),
        Column("findings", "rounds.field.findings", 0, findings, tooltip=findings),
    ]  # fmt: skip


def _past_foot(rows: tuple[Round, ...]) -> str:
    """How many were made in time (R-IN-10)."""
    done = [each for each in rows if each.finished is not None]
    missed = sum(1 + each.further for each in rows if each.missed)
    late = sum(lateness(each) > 0 for each in done)
    return tr("rounds_past.foot", done=len(done), late=late, missed=missed) if rows else ""
