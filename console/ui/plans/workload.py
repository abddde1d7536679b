"""The work that the plans bring: hours by week as a chart, stacked by team, and by month as a table. Both lead to the calendar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStackedWidget, QToolTip, QVBoxLayout, QWidget

from console.domain.maintenance.forecast import week_of
from console.texts import tr
from console.ui import theme
from console.ui.plans.outlook import Outlook
from console.ui.widgets.cards import GAP, Blank, Card
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

LEFT, SIDE, TOP, BOTTOM = 56.0, 12.0, 34.0, 26.0
PENS = 6  # of the theme; further teams share the last one


@dataclass(frozen=True)
class Week:
    """One week's amounts, by team in the chart's order."""

    monday: int
    amounts: tuple[float, ...]


@dataclass(frozen=True)
class Month:
    """One month of the table."""

    first: int
    visits: int
    hours: float
    busiest: float  # hours of its busiest week


class WeekChart(QWidget):
    """Bars. ``opened`` with the Monday of the bar that was clicked."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plans_weeks")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(200)
        self.weeks: list[Week] = []
        self._teams: list[str] = []
        self._unit = ""

    def show_weeks(self, weeks: list[Week], teams: list[str], unit: str) -> None:
        """These."""
        self.weeks, self._teams, self._unit = weeks, teams, unit
        self.update()

    def sizeHint(self) -> QSize:
        """Wide."""
        return QSize(900, 320)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, bars, mean."""
        if not self.weeks:
            return
        area = self._area()
        sums = [sum(week.amounts) for week in self.weeks]
        top = _round_up(max(sums) or 1.0)
        with QPainter(self) as painter:
            painter.setFont(theme.font(12))
            for step in range(5):
                value = top * step / 4
                y = area.bottom() - area.height() * step / 4
                painter.setPen(theme.colour("line"))
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
                painter.setPen(theme.colour("dim"))
                box = QRectF(0, y - 9, LEFT - 8, 18)
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:g}")
            self._paint_bars(painter, area, top)
            mean = sum(sums) / len(sums)
            y = area.bottom() - area.height() * mean / top
            painter.setPen(QPen(theme.colour("text"), 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            self._paint_legend(painter, mean)

    def _paint_bars(self, painter: QPainter, area: QRectF, top: float) -> None:
        wide, month = area.width() / len(self.weeks), 0
        for place, week in enumerate(self.weeks):
            x, y = area.left() + wide * place, area.bottom()
            for team, amount in enumerate(week.amounts):
                high = area.height() * amount / top
                painter.fillRect(QRectF(x + 1, y - high, max(1.0, wide - 2), high), theme.colour(_pen(team)))
                y -= high
            first = date.fromordinal(week.monday)
            if first.month != month and (first.month - 1) % 3 == 0:
                painter.setPen(theme.colour("dim"))
                painter.drawText(QRectF(x, area.bottom() + 4, 90, 20), Qt.AlignmentFlag.AlignLeft, f"{first:%Y-%m}")
            month = first.month

    def _paint_legend(self, painter: QPainter, mean: float) -> None:
        x = LEFT
        painter.setPen(theme.colour("dim"))
        painter.drawText(QRectF(0, 0, LEFT - 8, TOP - 10), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._unit)
        for place, team in enumerate(self._teams[:PENS]):
            painter.fillRect(QRectF(x, 6, 12, 12), theme.colour(_pen(place)))
            text = team or tr("plans.no_team")
            painter.setPen(theme.colour("dim"))
            wide = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QRectF(x + 18, 0, wide + 4, 24), Qt.AlignmentFlag.AlignVCenter, text)
            x += wide + 40
        painter.drawText(QRectF(x, 0, 400, 24), Qt.AlignmentFlag.AlignVCenter, tr("plans.mean", figure=f"{mean:.1f}"))

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT, TOP, -SIDE, -BOTTOM)

    def _at(self, x: float) -> Week | None:
        area = self._area()
        place = int((x - area.left()) / area.width() * len(self.weeks)) if self.weeks and area.width() else -1
        return self.weeks[place] if 0 <= place < len(self.weeks) and x >= area.left() else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """To the week."""
        week = self._at(event.position().x())
        if week is not None:
            self.opened.emit(week.monday)

    def event(self, event: QEvent) -> bool:
        """What a bar is made of."""
        if isinstance(event, QHelpEvent):
            week = self._at(event.pos().x())
            if week is not None:
                lines = [tr("plans.week_of", day=f"{date.fromordinal(week.monday):%Y-%m-%d}")]
                lines += [
                    f"{team or tr('plans.no_team')} {amount:g} {self._unit}"
                    for team, amount in zip(self._teams, week.amounts, strict=True)
                    if amount
                ]
                QToolTip.showText(event.globalPos(), "\n".join(lines), self)
            return True
        return super().event(event)


class WorkloadPage(QWidget):
    """See the module. ``opened`` with a day to be shown in the calendar."""

    opened_day = Signal(int)

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self._outlook = outlook
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        self._card = Card()
        self._by = QPushButton()
        self._by.setObjectName("plans_by_hours")
        self._by.setCheckable(True)
        self._by.toggled.connect(self._refresh)
        self._card.head.addWidget(self._by)
        self._stack, self.chart, self._blank = QStackedWidget(), WeekChart(), Blank()
        self._stack.addWidget(self.chart)
        self._stack.addWidget(self._blank)
        self._card.body.addWidget(self._stack, 1)
        outer.addWidget(self._card, 3)
        self._months = Card()
        self._model: RowModel[Month] = RowModel(self._columns(), lambda month: month.first, self)
        self.table: TableView[Month] = TableView(self._model, "plans_months", row_height=28)
        self._months.body.addWidget(self.table)
        outer.addWidget(self._months, 2)
        self.chart.opened.connect(self.opened_day)
        self.table.opened.connect(lambda month: self.opened_day.emit(month.first))
        outlook.changed.connect(self._refresh)
        self.retranslate()

    @staticmethod
    def _columns() -> list[Column[Month]]:
        return [
            Column("month", "plans.field.month", 120, lambda each: f"{date.fromordinal(each.first):%Y-%m}", sort=lambda e: e.first),
            Column("visits", "plans.field.visits", 120, lambda each: str(each.visits), RIGHT, sort=lambda each: each.visits),
            Column("hours", "plans.field.hours", 120, lambda each: f"{each.hours:g}", RIGHT, sort=lambda each: each.hours),
            Column("busiest", "plans.field.busiest", 0, lambda each: f"{each.busiest:g}", sort=lambda each: each.busiest),
        ]

    def retranslate(self) -> None:
        """All words."""
        self._card.set_heading(tr("plans.workload"))
        self._months.set_heading(tr("plans.months"))
        self._by.setText(tr("plans.by_visits"))
        self._model.refresh()
        self._refresh()

    def _refresh(self) -> None:
        work, today = self._outlook.work, self._outlook.today
        if not work:
            key = "plans.empty" if self._outlook.ready else "plans.reckoning"
            self._blank.say(tr(key), tr("plans.empty.advice") if self._outlook.ready else "")
            self._stack.setCurrentWidget(self._blank)
            self._model.set_rows([])
            return
        self._stack.setCurrentWidget(self.chart)
        visits = self._by.isChecked()
        totals: dict[str, float] = {}
        by_week: dict[int, float] = {}
        for (monday, team), (hours, _) in work.items():
            totals[team] = totals.get(team, 0.0) + hours
            by_week[monday] = by_week.get(monday, 0.0) + hours
        teams = sorted(totals, key=lambda team: -totals[team])
        shown, rest = teams[: PENS - 1], teams[PENS - 1 :]
        weeks = []
        for monday in range(week_of(today), max(by_week) + 1, 7):
            amounts = [float(work.get((monday, team), (0.0, 0))[visits]) for team in shown]
            if rest:
                amounts.append(float(sum(work.get((monday, team), (0.0, 0))[visits] for team in rest)))
            weeks.append(Week(monday, tuple(amounts)))
        names = [*shown, *([tr("plans.other_teams")] if len(rest) > 1 else rest)]
        self.chart.show_weeks(weeks, names, "" if visits else "h")
        self._model.set_rows(_months(work, by_week, today))


def _months(work: dict[tuple[int, str], tuple[float, int]], by_week: dict[int, float], today: int) -> list[Month]:
    """Weeks by the month in which they begin; the first one begins today."""
    sums: dict[int, tuple[float, int, float]] = {}
    for (monday, _team), (hours, visits) in work.items():
        first = date.fromordinal(max(monday, today)).replace(day=1).toordinal()
        before = sums.get(first, (0.0, 0, 0.0))
        sums[first] = (before[0] + hours, before[1] + visits, max(before[2], by_week[monday]))
    return [Month(first, visits, round(hours, 1), round(busiest, 1)) for first, (hours, visits, busiest) in sorted(sums.items())]


def _pen(place: int) -> str:
    return f"pen{min(place, PENS - 1) + 1}"


def _round_up(value: float) -> float:
    """1, 2, 4 or 8 times a power of ten, not below ``value``."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)
