"""The roster: a week as a grid, who is on duty now, changes of single shifts, and the pattern behind them."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from console.domain import rosters
from console.domain.problems import Problem, Refused
from console.domain.rosters import Change, Level, Roster, Watch
from console.texts import language, sentence, tr
from console.ui.moments import local
from console.ui.system import rostertext as typed
from console.ui.system.dutybook import DutyBook
from console.ui.widgets.cards import GAP, label

DAYS = 7


class RosterPage(QWidget):
    """See the module."""

    def __init__(self, book: DutyBook) -> None:
        super().__init__()
        self._book, self._picture = book, book.picture
        self._weeks = 0  # from this one
        self._watches: dict[tuple[int, int], Watch] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        self.now = label(role="subject", wrap=True)
        self.now.setObjectName("roster_now")
        bar.addWidget(self.now, 1)
        self.week = label(role="dim")
        self.back, self.today, self.ahead, self.pattern_button = (QPushButton() for _ in range(4))
        self.back.setText("‹")
        self.ahead.setText("›")
        for button, name in ((self.back, "back"), (self.today, "today"), (self.ahead, "ahead"), (self.pattern_button, "pattern")):
            button.setObjectName(f"roster_{name}")
            bar.addWidget(button)
        bar.insertWidget(1, self.week)
        layout.addLayout(bar)
        self._stack = QStackedWidget()
        layout.addWidget(self._stack, 1)
        self.grid = QTableWidget(0, DAYS)
        self.grid.setObjectName("roster_grid")
        self.grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.grid.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.grid.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.grid.setWordWrap(True)
        self.change, self.pattern = ChangeForm(book), PatternForm(book)
        week = QWidget()
        side = QHBoxLayout(week)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(GAP)
        side.addWidget(self.grid, 1)
        self.change.setFixedWidth(300)
        side.addWidget(self.change)
        self._stack.addWidget(week)
        self._stack.addWidget(self.pattern)
        self.back.clicked.connect(self._earlier)
        self.ahead.clicked.connect(self._later)
        self.today.clicked.connect(self._this_week)
        self.pattern_button.clicked.connect(self._turn)
        self.grid.currentCellChanged.connect(self._chosen)
        book.changed.connect(self.refresh)
        self._picture.people_changed.connect(self.refresh)
        self.retranslate()

    def load(self) -> None:
        """Shown: ask for what counts now."""
        self._book.load()

    def retranslate(self) -> None:
        """All words."""
        self.today.setText(tr("notify.roster.this_week"))
        self.change.retranslate()
        self.pattern.retranslate()
        self.refresh()

    def refresh(self) -> None:
        """Look at the roster again."""
        zone, now = self._picture.estate.site.timezone, self._picture.now()
        roster = self._book.roster
        here = local(now, zone).date()
        first = here - timedelta(days=here.weekday()) + timedelta(weeks=self._weeks)
        self.now.setText(self._on_duty(roster, now, zone))
        showing = self._stack.currentWidget() is self.pattern
        self.pattern_button.setText(tr("notify.roster.to_week" if showing else "notify.roster.to_pattern"))
        self.week.setText(f"{first.isoformat()} – {(first + timedelta(days=DAYS - 1)).isoformat()}")
        days = [first + timedelta(days=place) for place in range(DAYS)]
        self.grid.setHorizontalHeaderLabels([f"{day:%m-%d} {tr(f'notify.weekday.{day.weekday()}')}" for day in days])
        self.grid.setRowCount(len(roster.shifts))
        self.grid.setVerticalHeaderLabels([shift.name.get(language()) for shift in roster.shifts])
        self._watches.clear()
        for column, day in enumerate(days):
            for row, watch in enumerate(rosters.watches(roster, day, zone)):
                self._watches[row, column] = watch
                item = QTableWidgetItem(self._cell(roster, watch))
                if watch.since <= now < watch.until:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                    item.setText("● " + item.text())
                self.grid.setItem(row, column, item)
        self._chosen()

    def _cell(self, roster: Roster, watch: Watch) -> str:
        team = next((team.name.get(language()) for team in roster.teams if team.id == watch.team), tr("notify.roster.nobody"))
        names = [
            self._book.display(member.person)
            + ("" if member.level is Level.OPERATOR else f" ({tr(f'notify.level.{member.level}')})")
            for member in watch.members
        ]
        changed = any(each.day == watch.day.isoformat() and each.shift == watch.shift.id for each in roster.changes)
        return "\n".join([team + (" *" if changed else ""), *names])

    def _on_duty(self, roster: Roster, now: int, zone: str) -> str:
        parts = []
        for level in Level:
            people = rosters.on_duty(roster, level, now, zone)
            if people:
                parts.append(f"{tr(f'notify.level.{level}')} {'、'.join(self._book.display(each) for each in people)}")
        return tr("notify.roster.now", who=" · ".join(parts)) if parts else tr("notify.roster.nobody_now")

    def _chosen(self, *_cells: int) -> None:
        self.change.show_watch(self._watches.get((self.grid.currentRow(), self.grid.currentColumn())))

    def _earlier(self) -> None:
        self._weeks -= 1
        self.refresh()

    def _later(self) -> None:
        self._weeks += 1
        self.refresh()

    def _this_week(self) -> None:
        self._weeks = 0
        self.refresh()

    def _turn(self) -> None:
        there = self._stack.currentIndex()
        self._stack.setCurrentIndex(1 - there)
        self.pattern.refresh()
        self.refresh()


class ChangeForm(QWidget):
    """Another team, or a stand-in, for one shift of one day."""

    def __init__(self, book: DutyBook) -> None:
        super().__init__()
        self._book = book
        self._watch: Watch | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._title = label(role="subject", wrap=True)
        layout.addWidget(self._title)
        self._rows = QFormLayout()
        layout.addLayout(self._rows)
        self.team, self.person, self.instead = QComboBox(), QComboBox(), QComboBox()
        self.person.setEditable(True)
        self._names = {name: label(role="dim") for name in ("team", "person", "instead")}
        for name, field in (("team", self.team), ("person", self.person), ("instead", self.instead)):
            field.setObjectName(f"change_{name}")
            self._rows.addRow(self._names[name], field)
        self.save, self.undo = QPushButton(), QPushButton()
        self.save.setObjectName("change_save")
        self.undo.setObjectName("change_undo")
        self.save.setProperty("primary", True)
        for button in (self.save, self.undo):
            layout.addWidget(button)
        self.error = label(role="error", wrap=True)
        layout.addWidget(self.error)
        layout.addStretch(1)
        self.save.clicked.connect(self._save)
        self.undo.clicked.connect(self._undo)

    def show_watch(self, watch: Watch | None) -> None:
        """The shift that was chosen, or none."""
        self._watch = watch
        self.error.clear()
        allowed = watch is not None and self._book.may_change()
        self._title.setText(f"{watch.day.isoformat()} {watch.shift.name.get(language())}" if watch else tr("notify.roster.choose"))
        for box in (self.team, self.person, self.instead):
            box.clear()
            box.setEnabled(allowed)
        self.team.addItem(tr("notify.roster.as_planned"), "")
        for team in self._book.roster.teams:
            self.team.addItem(team.name.get(language()), team.id)
        self.person.addItem("", "")
        for person in self._book.people():
            self.person.addItem(self._book.display(person), person)
        self.instead.addItem(tr("notify.roster.in_addition"), "")
        for member in watch.members if watch else ():
            self.instead.addItem(self._book.display(member.person), member.person)
        self.save.setEnabled(allowed)
        self.undo.setEnabled(allowed and bool(self._own()))
        self.save.setToolTip("" if self._book.may_change() else tr("notify.denied"))

    def retranslate(self) -> None:
        """All words."""
        for name, title in self._names.items():
            title.setText(tr(f"notify.roster.change_{name}"))
        self.save.setText(tr("notify.save"))
        self.undo.setText(tr("notify.roster.undo"))

    def _own(self) -> list[Change]:
        watch = self._watch
        changes = self._book.roster.changes
        return [] if watch is None else [c for c in changes if (c.day, c.shift) == (watch.day.isoformat(), watch.shift.id)]

    def _save(self) -> None:
        if self._watch is None:
            return
        index = self.person.findText(self.person.currentText())
        person = self.person.itemData(index) if index >= 0 else self.person.currentText().strip()
        instead = self.instead.currentData() or ""
        change = Change(self._watch.day.isoformat(), self._watch.shift.id, self.team.currentData(), person, instead)
        self._book.save_roster(replace(self._book.roster, changes=(*self._book.roster.changes, change)), self._denied)

    def _undo(self) -> None:
        kept = tuple(change for change in self._book.roster.changes if change not in self._own())
        self._book.save_roster(replace(self._book.roster, changes=kept), self._denied)

    def _denied(self, problem: Problem) -> None:
        self.error.setText(sentence(problem))


class PatternForm(QWidget):
    """Shifts, teams, cycle and the standing ones, a line each."""

    def __init__(self, book: DutyBook) -> None:
        super().__init__()
        self._book = book
        layout = QFormLayout(self)
        self.shifts, self.teams, self.cycle = QPlainTextEdit(), QPlainTextEdit(), QPlainTextEdit()
        self.since, self.standing = QLineEdit(), QLineEdit()
        self._names = {}
        for name in ("shifts", "teams", "cycle", "since", "standing"):
            field: QWidget = getattr(self, name)
            field.setObjectName(f"pattern_{name}")
            self._names[name] = label(role="dim", wrap=True)
            layout.addRow(self._names[name], field)
        self.save = QPushButton()
        self.save.setObjectName("pattern_save")
        self.save.setProperty("primary", True)
        self.error = label(role="error", wrap=True)
        layout.addRow("", self.save)
        layout.addRow("", self.error)
        self._base = book.roster  # what the form showed when somebody began to type
        self._filled: list[str] = []
        self.save.clicked.connect(self._save)
        book.changed.connect(self._changed)

    def hideEvent(self, event: QHideEvent) -> None:
        """Left: what was typed and not saved is dropped when the page is opened again."""
        super().hideEvent(event)
        self._filled = self._values()

    def _changed(self) -> None:
        """Somebody saved, here or elsewhere. What is being typed stays, and says that it was made of something older."""
        if self._filled != self._values() and self._base != self._book.roster:
            self.error.setText(tr("notify.changed_meanwhile"))
        else:
            self.refresh()

    def _values(self) -> list[str]:
        """All that stands in the form."""
        texts = [field.toPlainText() for field in (self.shifts, self.teams, self.cycle)]
        return [*texts, self.since.text(), self.standing.text()]

    def refresh(self) -> None:
        """What counts now; whatever was typed and not saved is dropped."""
        roster = self._base = self._book.roster
        self.shifts.setPlainText(typed.shifts_text(roster))
        self.teams.setPlainText(typed.teams_text(roster))
        self.cycle.setPlainText(typed.cycle_text(roster))
        self.since.setText(roster.since)
        self.standing.setText(typed.members_text(roster.standing))
        self.error.clear()
        self.save.setEnabled(self._book.may_change())
        self.save.setToolTip("" if self._book.may_change() else tr("notify.denied"))
        self._filled = self._values()

    def retranslate(self) -> None:
        """All words."""
        for name, title in self._names.items():
            title.setText(tr(f"notify.pattern.{name}"))
        self.save.setText(tr("notify.save"))
        for field, example in ((self.shifts, "shifts"), (self.teams, "teams"), (self.cycle, "cycle")):
            field.setPlaceholderText(tr(f"notify.pattern.{example}_example"))

    def _save(self) -> None:
        try:
            roster = replace(
                self._base,
                shifts=typed.read_shifts(self.shifts.toPlainText()),
                teams=typed.read_teams(self.teams.toPlainText()),
                cycle=typed.read_cycle(self.cycle.toPlainText()),
                since=self.since.text().strip(),
                standing=typed.read_members(self.standing.text()),
            )
        except Refused as refused:
            self._denied(refused.problem)
            return
        self.error.clear()
        self._filled = self._values()  # saved: what comes back may be shown
        self._book.save_roster(roster, self._denied, self._base)

    def _denied(self, problem: Problem) -> None:
        self._filled = []  # not saved: it is still being typed
        self.error.setText(sentence(problem))
