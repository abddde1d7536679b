"""The calendar of the next 24 months: month or week, what a chosen day holds, and moving or skipping a turn with its reason."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.maintenance.planning import Chain
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.pinyin import findable, matches, words_of
from console.ui.plans import presenter
from console.ui.plans.monthview import MonthView
from console.ui.plans.outlook import Outlook
from console.ui.plans.presenter import Item
from console.ui.plans.turnforms import move_form, restore_form, skip_form
from console.ui.strip import equipment_name
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

ACTS = {"move": "M", "skip": "S", "restore": "R", "order": "O", "equipment": "E"}


class Navigator(Protocol):
    """Where the calendar leads."""

    def open_equipment(self, equipment: str) -> None: ...
    def open_order(self, number: int) -> None: ...


class AgendaPage(QWidget):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, outlook: Outlook, navigator: Navigator) -> None:
        super().__init__()
        self._picture, self._desk, self._outlook, self._navigator = picture, desk, outlook, navigator
        self._week = False
        self._first = 0  # a day of the span that is shown
        self._kept: set[int] | None = None
        self._form: Form | None = None
        self.month = MonthView()
        self._model: RowModel[Item] = RowModel(self._columns(), lambda item: item.key, self)
        self.table: TableView[Item] = TableView(self._model, "plans_day", row_height=30)
        self._blank = Blank()
        self._lay_out()
        self.month.chosen.connect(self._chosen)
        self.month.dropped.connect(self._dropped)
        self.month.paged.connect(self._page)
        self.table.chosen.connect(self._fill)
        self.table.opened.connect(lambda _item: self._first_act())
        outlook.changed.connect(self._reckoned)
        picture.people_changed.connect(self._fill)
        self.retranslate()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        left = Card()
        left.heading.hide()
        left.remark.hide()
        left.body.addLayout(self._tool_bar())
        self._stack = QStackedWidget()
        self._stack.addWidget(self.month)
        self._stack.addWidget(self._blank)
        left.body.addWidget(self._stack, 1)
        self._foot = label(role="dim", wrap=True)
        left.body.addWidget(self._foot)
        outer.addWidget(left, 1)
        self.detail = Card()
        self.detail.setFixedWidth(460)
        self.detail.body.addWidget(self.table, 1)
        self._facts = FactGrid()
        self.detail.body.addWidget(self._facts)
        acts = QHBoxLayout()
        self._buttons: dict[str, QPushButton] = {}
        for act, key in ACTS.items():
            button = self._buttons[act] = QPushButton()
            button.setObjectName(f"agenda_{act}")
            button.clicked.connect(getattr(self, f"do_{act}"))
            acts.addWidget(button)
            for widget in (self.table, self.month):
                QShortcut(QKeySequence(key), widget, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(button.click)
        acts.addStretch(1)
        self.detail.body.addLayout(acts)
        self._why = label(role="dim", wrap=True)
        self._why.setObjectName("agenda_why")
        self.detail.body.addWidget(self._why)
        self._place = QVBoxLayout()
        self.detail.body.addLayout(self._place)
        outer.addWidget(self.detail)

    def _tool_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        self._kinds: dict[str, QPushButton] = {}
        for name in ("month", "week"):
            button = self._kinds[name] = QPushButton()
            button.setObjectName(f"plans_by_{name}")
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setChecked(name == "month")
            button.clicked.connect(self.show_month if name == "month" else self.show_week)
            bar.addWidget(button)
        bar.addSpacing(8)
        self._back, self._span, self._forward, self._now = QPushButton("‹"), label(role="subject"), QPushButton("›"), QPushButton()
        self._back.clicked.connect(lambda: self._page(-1))
        self._forward.clicked.connect(lambda: self._page(1))
        self._now.clicked.connect(self.show_today)
        self._span.setObjectName("plans_span")
        for button, name in ((self._back, "back"), (self._forward, "forward"), (self._now, "today")):
            button.setObjectName(f"plans_{name}")
        self._back.setFixedWidth(36)
        self._forward.setFixedWidth(36)
        for widget in (self._back, self._span, self._forward, self._now):
            bar.addWidget(widget)
        bar.addSpacing(8)
        self._team = QComboBox()
        self._team.setObjectName("plans_team")
        self._team.currentIndexChanged.connect(self._filter)
        self._typed = SearchLine("agenda_filter")
        self._typed.searched.connect(self._filter)
        self._saved = SavedFilters("plans", {"team": self._team, "typed": self._typed})
        bar.addWidget(self._team)
        bar.addWidget(self._typed, 1)
        bar.addWidget(self._saved)
        return bar

    def _columns(self) -> list[Column[Item]]:
        picture = self._picture
        return [
            Column("equipment", "plans.field.equipment", 150, lambda item: equipment_name(picture, item.equipment)),
            Column("title", "plans.field.title", 0, lambda item: item.title, tooltip=lambda item: item.title),
            Column("hours", "plans.field.hours", 54, lambda item: f"{item.hours:g}", RIGHT, sort=lambda item: item.hours),
            Column(
                "mood", "plans.field.mood", 76, lambda item: tr(f"plans.mood.{item.mood}"),
                colour=lambda item: "p3_text" if item.mood == "late" else "dim",
            ),
        ]  # fmt: skip

    # --- what the screen asks

    def opened(self) -> None:
        """It came forward."""
        if not self._first:
            self.show_today()

    def show_today(self) -> None:
        """The present month or week."""
        self.show_day(self._outlook.today or self._first)

    def show_day(self, day: int) -> None:
        """The span with this day, and the day chosen."""
        if day:
            self._first = day
            self._refresh()
            self.month.select(day)

    def show_month(self) -> None:
        """Month by month."""
        self._week = False
        self._refresh()

    def show_week(self) -> None:
        """Week by week."""
        self._week = True
        self._first = self.month.selected[0] or self._first
        self._refresh()

    def retranslate(self) -> None:
        """All words."""
        for name, button in self._kinds.items():
            button.setText(tr(f"plans.by_{name}"))
        self._now.setText(tr("plans.today"))
        self._typed.setPlaceholderText(tr("plans.filter"))
        self._saved.retranslate()
        for act, button in self._buttons.items():
            button.setText(tr(f"plans.act.{act}"))
            button.setToolTip(ACTS[act])
        self._fill_teams()
        self._model.refresh()
        self._close_form()
        self._filter()

    # --- what is shown

    def _reckoned(self) -> None:
        if not self._first:
            self._first = self._outlook.today
        self._fill_teams()
        self._filter()
        if not self.month.selected[0]:
            self.month.select(self._outlook.today)

    def _fill_teams(self) -> None:
        chosen = self._team.currentData()
        self._team.blockSignals(True)
        self._team.clear()
        self._team.addItem(tr("plans.all_teams"), "")
        for team in presenter.teams(self._outlook.chains):
            self._team.addItem(team, team)
        self._team.setCurrentIndex(max(0, self._team.findData(chosen)))
        self._team.setVisible(self._team.count() > 1)
        self._team.blockSignals(False)

    def _filter(self) -> None:
        words, team = words_of(self._typed.wanted), self._team.currentData()
        self._kept = None
        if words or team:
            self._kept = {
                place
                for place, chain in enumerate(self._outlook.chains)
                if (not team or any(plan.team == team for plan in chain)) and matches(words, self._text(chain))
            }
        self._refresh()

    def _text(self, chain: Chain) -> str:
        names = (name for plan in chain for name in (plan.title.zh, plan.title.en))
        return findable(*names, chain[0].equipment, equipment_name(self._picture, chain[0].equipment))

    def _refresh(self) -> None:
        outlook = self._outlook
        if not outlook.ready or not outlook.chains:
            self._blank.say(*(
                (tr("plans.empty"), tr("plans.empty.advice")) if outlook.ready else (tr("plans.reckoning"), "")
            ))  # fmt: skip
            self._stack.setCurrentWidget(self._blank)
            self.detail.setVisible(False)
            return
        self.detail.setVisible(True)
        day = self._first or outlook.today
        if self._week:
            monday = day - (day + 6) % 7
            shown = presenter.cells(outlook, self._picture, range(monday, monday + 7), 0, self._kept)
            first, last = date.fromordinal(monday), date.fromordinal(monday + 6)
            self._span.setText(tr("plans.week_span", first=f"{first:%Y-%m-%d}", last=f"{last:%m-%d}"))
        else:
            month = date.fromordinal(day)
            start = presenter.month_start(day)
            days = range(start, start + 7 * presenter.WEEKS)
            shown = presenter.cells(outlook, self._picture, days, month.month, self._kept)
            self._span.setText(tr("plans.month_span", year=month.year, month=month.month))
        self.month.show_cells(shown, outlook.today)
        self._stack.setCurrentWidget(self.month)
        inside = [cell for cell in shown if not cell.faint]
        count = sum(line.count for cell in inside for line in cell.lines)
        unknown = {date.fromordinal(cell.day).year for cell in inside} - {int(year) for year in outlook.working.known}
        foot = tr("plans.foot", count=count, hours=f"{sum(cell.hours for cell in inside):g}")
        if unknown:
            foot += " " + tr("plans.foot_year", year=min(unknown))
        self._foot.setText(foot)
        self._show_day_items()

    def _show_day_items(self) -> None:
        day, key = self.month.selected
        found = presenter.items(self._outlook, self._picture, day, self._kept) if day else []
        self._model.set_rows([item for item in found if not key or item.line == key])
        heading = f"{date.fromordinal(day):%Y-%m-%d}" if day else ""
        self.detail.set_heading(heading, tr("plans.count", count=self._model.rowCount()) if day else "")
        self._fill()

    def _chosen(self, _day: int, _key: str) -> None:
        self._close_form()
        self.table.clearSelection()
        self._show_day_items()

    def _fill(self) -> None:
        chosen = self._targets()
        one = chosen[0] if len(chosen) == 1 else None
        may = self._picture.may(Right.PLAN_MAINTENANCE)
        movable = [item for item in chosen if item.movable]
        self._buttons["move"].setEnabled(bool(movable) and may)
        self._buttons["skip"].setEnabled(bool(movable) and may)
        self._buttons["restore"].setEnabled(may and any(item.change is not None for item in chosen))
        self._buttons["order"].setEnabled(one is not None and bool(one.order))
        self._buttons["equipment"].setEnabled(one is not None)
        key = ""
        if chosen and not may:
            key = "plans.why_right" if self._picture.me else "isolations.sign_on"
        elif chosen and not movable:
            key = "plans.why_order" if any(item.order for item in chosen) else "plans.why_fixed"
        if not self._model.rowCount() and self.month.selected[0]:
            key = "plans.day_empty"
        self._why.setText(tr(key) if key else "")
        self._facts.setVisible(one is not None)
        if one is not None:
            self._facts.write(self._facts_of(one))

    def _facts_of(self, item: Item) -> list[tuple[str, str]]:
        facts = [
            (tr("plans.field.equipment"), equipment_name(self._picture, item.equipment)),
            (tr("plans.field.title"), item.title),
        ]
        visit = item.visit
        if visit is not None:
            plan = item.chain[visit.levels[-1]]
            if len(visit.levels) > 1:
                lower = tr("plans.and").join(presenter.title_of(item.chain[level]) for level in visit.levels[:-1])
                facts.append((tr("plans.field.includes"), lower))
            if visit.day != visit.turn:
                facts.append((tr("plans.field.turn"), date.fromordinal(visit.turn).isoformat()))
            facts.append((tr("plans.field.team"), plan.team))
            facts.append((tr("plans.field.source"), plan.source.get(language())))
        if item.change is not None:
            facts.append((tr("plans.field.reason"), f"{item.change.reason}（{item.change.by}）"))
        return [(name, text) for name, text in facts if text]

    # --- acts

    def _targets(self) -> list[Item]:
        return self.table.selected() or (self._model.items() if self.month.selected[1] or self._model.rowCount() == 1 else [])

    def do_move(self) -> None:
        """To another day."""
        self._open_move(0)

    def do_skip(self) -> None:
        """Not this time."""
        chosen = [item for item in self._targets() if item.movable]
        if chosen:
            self._open_form(skip_form(self._picture, self._desk, chosen))

    def do_restore(self) -> None:
        """As the plan has it."""
        changes = [item.change for item in self._targets() if item.change is not None]
        if changes:
            self._open_form(restore_form(self._picture, self._desk, changes))

    def do_order(self) -> None:
        """Its order."""
        chosen = self._targets()
        if chosen and chosen[0].order:
            self._navigator.open_order(chosen[0].order)

    def do_equipment(self) -> None:
        """Its machine."""
        chosen = self._targets()
        if chosen:
            self._navigator.open_equipment(chosen[0].equipment)

    def _dropped(self, day: int, key: str, to: int) -> None:
        self.month.select(day, key)
        self._open_move(to)

    def _open_move(self, to: int) -> None:
        chosen = [item for item in self._targets() if item.movable]
        if not chosen or not self._picture.may(Right.PLAN_MAINTENANCE):
            return
        self._open_form(move_form(self._picture, self._desk, chosen, to))

    def _open_form(self, form: Form) -> None:
        self._close_form()
        self._form = form
        form.closed.connect(self._close_form)
        self._place.addWidget(form)
        form.show()

    def _close_form(self) -> None:
        if self._form is not None:
            self._form.hide()
            self._place.removeWidget(self._form)
            self._form.deleteLater()
            self._form = None

    def _first_act(self) -> None:
        button = self._buttons["order" if self._buttons["order"].isEnabled() else "equipment"]
        button.click()

    def _page(self, step: int) -> None:
        day = self._first or self._outlook.today
        self._first = day + 7 * step if self._week else presenter.moved_month(day, step)
        self._refresh()
