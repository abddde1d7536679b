"""The connections screen: worst first on the left; one line with its counters and its read plan on the right."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.domain.health import HealthLine, HealthState
from console.domain.problems import Problem
from console.link.messages import Answer, DiagnosticsAnswer, DiagnosticsQuery, ReadBlock
from console.texts import sentence, tr
from console.ui.connections import presenter
from console.ui.desk import Desk
from console.ui.moments import age_text, full_text
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, Card, label
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

AGAIN_TICKS = 30  # seconds after which the plans are asked for again


class Navigator(Protocol):
    """Where a device leads."""

    def open_equipment(self, equipment: str) -> None: ...


class ConnectionsScreen(QWidget):
    """See the module. Follows the health lines (at most one change a second each); the selection stays."""

    name = "connections"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._blocks: list[ReadBlock] = []
        self._ticks = 0
        self._model: RowModel[HealthLine] = RowModel(self._columns(), lambda line: line.id, self)
        self.table: TableView[HealthLine] = TableView(self._model, "connections")
        self._plan_model: RowModel[ReadBlock] = RowModel(
            self._plan_columns(), lambda block: (block.connection, block.unit, block.function, block.address, block.poll_ms), self
        )
        self._lay_out()
        self.table.sort_by("state")
        self.table.chosen.connect(self._show_line)
        self.table.opened.connect(self._open)
        picture.health_changed.connect(self._refresh)
        picture.replaced.connect(self._replaced)
        picture.ticked.connect(self._tick)
        self.retranslate()
        self._replaced()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        self._card = Card()
        bar = QHBoxLayout()
        self._wrong, self._typed = QPushButton(), SearchLine("connections_filter")
        self._wrong.setObjectName("connections_wrong")
        self._wrong.setCheckable(True)
        self._wrong.toggled.connect(self._filter)
        self._typed.target = self.table
        self._saved = SavedFilters("connections", {"wrong": self._wrong, "typed": self._typed})
        self._typed.searched.connect(self.table.filter_text)
        bar.addWidget(self._wrong)
        bar.addWidget(self._typed, 1)
        bar.addWidget(self._saved)
        self._card.body.addLayout(bar)
        self._card.body.addWidget(self.table, 1)
        outer.addWidget(self._card, 1)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        self._detail, self._plan = Card(), Card()
        self._title, self._why = label(role="subject", wrap=True), label(role="error", wrap=True, selectable=True)
        self._machine = QPushButton()
        self._machine.setObjectName("connections_equipment")
        self._machine.clicked.connect(self._go)
        self._facts = FactGrid(right=True)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._facts)
        for piece in (self._title, self._why, self._machine):
            self._detail.body.addWidget(piece)
        self._detail.body.addWidget(scroll, 1)
        self._plan_says = label(role="dim", wrap=True)
        self._plan_table: TableView[ReadBlock] = TableView(self._plan_model, "read_plan")
        self._plan.body.addWidget(self._plan_says, 0, Qt.AlignmentFlag.AlignTop)
        self._plan.body.addWidget(self._plan_table, 1)
        for card in (self._detail, self._plan):
            card.setFixedWidth(520)
            right.addWidget(card, 1)
        outer.addLayout(right)

    def _columns(self) -> list[Column[HealthLine]]:
        picture = self._picture

        def age(line: HealthLine) -> str:
            return age_text(picture.now() - line.last_answer) if line.last_answer else ""

        def since(line: HealthLine) -> str:
            return full_text(line.since, picture.estate.site.timezone)

        def count(line: HealthLine) -> str:
            found = presenter.errors(line)
            return f"{found:,}".replace(",", " ") if found else ""

        token = presenter.state_token
        return [
            Column("state", "connections.column.state", 120, presenter.state_text, sort=presenter.rank, colour=token),
            Column("name", "connections.column.name", 230, lambda line: presenter.name(picture, line)),
            Column("id", "connections.column.id", 190, lambda line: line.id.partition(":")[2] or line.id, colour=_dim),
            Column("since", "connections.column.since", 150, since, colour=_dim, sort=lambda line: line.since),
            Column("age", "connections.column.age", 90, age, align=RIGHT, sort=lambda line: -line.last_answer),
            Column("cycle", "connections.column.cycle", 90, lambda line: presenter.figure(line, "cycle_ms"), align=RIGHT),
            Column(
                "worst", "connections.column.worst", 110, lambda line: presenter.figure(line, "worst_detection_ms"), align=RIGHT
            ),
            Column("errors", "connections.column.errors", 80, count, align=RIGHT, sort=presenter.errors),
            Column("problem", "connections.column.problem", 0, presenter.problem, colour=token, tooltip=presenter.problem),
        ]

    def _plan_columns(self) -> list[Column[ReadBlock]]:
        return [
            Column("unit", "connections.plan.unit", 50, lambda block: str(block.unit), align=RIGHT, sort=lambda block: block.unit),
            Column("fc", "connections.plan.fc", 50, lambda block: str(block.function), align=RIGHT),
            Column("address", "connections.plan.address", 0, _addresses, sort=lambda block: (block.unit, block.address)),
            Column("points", "connections.plan.points", 60, lambda block: str(block.points), align=RIGHT),
            Column("bytes", "connections.plan.bytes", 60, lambda block: str(block.bytes), align=RIGHT),
            Column("time", "connections.plan.time", 70, lambda block: f"{block.duration_ms:.0f}", align=RIGHT),
            Column(
                "every",
                "connections.plan.every",
                90,
                lambda block: str(block.poll_ms),
                align=RIGHT,
                sort=lambda block: block.poll_ms,
            ),
        ]

    def retranslate(self) -> None:
        """All words."""
        self._wrong.setText(tr("connections.wrong"))
        self._typed.setPlaceholderText(tr("connections.filter"))
        self._saved.retranslate()
        self._machine.setText(tr("connections.equipment"))
        self._plan.set_heading(tr("connections.plan"))
        self._model.refresh()
        self._plan_model.refresh()
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Plans change as limits are learned: what is shown is the present one."""
        super().showEvent(event)
        self._ask()

    def _replaced(self) -> None:
        self._refresh()
        self._ask()

    def _ask(self) -> None:
        if self._picture.live:
            self._desk.query(DiagnosticsQuery, self._diagnosed, self._failed)

    def _refresh(self) -> None:
        lines = self._picture.health.values()
        self._model.set_rows(lines)
        wrong = sum(line.state in (HealthState.DOWN, HealthState.DEGRADED) for line in lines)
        remark = tr("connections.remark", count=len(lines), wrong=wrong) if lines else tr("connections.empty")
        self._card.set_heading(tr("connections.heading"), remark)
        self._show_line()

    def _tick(self) -> None:
        if self.isVisible():
            self._model.refresh()
            self._ticks = (self._ticks + 1) % AGAIN_TICKS
            if not self._ticks:
                self._ask()

    def _filter(self, only_wrong: bool) -> None:
        self.table.filter_rows(_is_wrong if only_wrong else None)

    def _show_line(self) -> None:
        chosen = self.table.selected()
        line = self._picture.health.get(chosen[0].id) if chosen else None
        self._detail.set_heading(tr("connections.detail"), line.id if line is not None else "")
        self._machine.setVisible(line is not None and line.equipment in self._picture.equipment)
        self._facts.write(presenter.facts(line) if line is not None else [])
        if line is None:
            self._title.setText(tr("connections.choose"))
            self._why.hide()
            self._show_plan(None)
            return
        self._title.setText(f"{presenter.name(self._picture, line)}  {presenter.state_text(line)}")
        self._why.setText(presenter.problem(line))
        self._why.setVisible(bool(self._why.text()))
        self._show_plan(line)

    def _show_plan(self, line: HealthLine | None) -> None:
        mine = [block for block in self._blocks if line is not None and _belongs(block, line)]
        self._plan_model.set_rows(mine)
        self._plan_says.setText(presenter.plan_says(mine))
        self._plan_table.setVisible(bool(mine))

    def _diagnosed(self, answer: Answer) -> None:
        if isinstance(answer, DiagnosticsAnswer):
            self._blocks = list(answer.blocks)
            self._show_line()

    def _failed(self, problem: Problem) -> None:
        self._plan_says.setText(sentence(problem))

    def _open(self, line: object) -> None:
        if isinstance(line, HealthLine) and line.equipment in self._picture.equipment:
            self._navigator.open_equipment(line.equipment)

    def _go(self) -> None:
        chosen = self.table.selected()
        if chosen:
            self._open(chosen[0])


def _dim(_line: HealthLine) -> str:
    return "dim"


def _is_wrong(line: HealthLine) -> bool:
    return line.state in (HealthState.DOWN, HealthState.DEGRADED)


def _addresses(block: ReadBlock) -> str:
    return f"{block.address} – {block.address + block.count - 1}  ({block.count})"


def _belongs(block: ReadBlock, line: HealthLine) -> bool:
    kind, _, where = line.id.partition(":")
    connection, _, unit = where.partition("/")
    return block.connection == connection and (kind == "connection" or unit == str(block.unit))
