"""Working days: a year at a glance. A click on a day makes it off, worked or as its weekday says; nothing counts until it is
saved."""

from __future__ import annotations

import calendar
from datetime import date

from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QToolTip, QWidget

from console.domain.accounts import Right
from console.domain.commands import SaveRecords
from console.domain.maintenance.calendars import SHIPPED, CalendarYear, Day
from console.domain.maintenance.records import kind_of
from console.domain.problems import Problem
from console.domain.text import Text
from console.texts import language, sentence, tr
from console.ui import theme
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.plans.outlook import Outlook
from console.ui.registers.versions import Versions
from console.ui.widgets.cards import GAP, Card, label

COLUMNS, ROWS = 4, 3  # of months
NAME, WEEKDAYS = 24.0, 18.0


class YearView(QWidget):
    """Twelve months. ``clicked`` with a day."""

    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plans_year")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.year, self.days, self.at = 2026, dict[int, Day](), 0

    def show_year(self, year: int, days: dict[int, Day]) -> None:
        """This one; ``days`` are those that are not as their weekday says."""
        if date.fromordinal(self.at or 1).year != year:
            self.at = date(year, 1, 1).toordinal()
        self.year, self.days = year, days
        self.update()

    def sizeHint(self) -> QSize:
        """Large."""
        return QSize(900, 640)

    def _box(self, month: int) -> QRectF:
        wide, high = self.width() / COLUMNS, self.height() / ROWS
        return QRectF((month - 1) % COLUMNS * wide, (month - 1) // COLUMNS * high, wide, high).adjusted(8, 4, -8, -4)

    def _rect_of(self, day: date) -> QRectF:
        box = self._box(day.month)
        place = day.day - 1 + day.replace(day=1).weekday()
        wide, high = box.width() / 7, (box.height() - NAME - WEEKDAYS) / 6
        return QRectF(box.left() + place % 7 * wide, box.top() + NAME + WEEKDAYS + place // 7 * high, wide, high)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Months of days."""
        with QPainter(self) as painter:
            for month in range(1, 13):
                box = self._box(month)
                painter.setFont(theme.font(14, bold=True))
                painter.setPen(theme.colour("text"))
                name = tr("plans.month_span", year=self.year, month=month)
                painter.drawText(QRectF(box.left(), box.top(), box.width(), NAME), Qt.AlignmentFlag.AlignVCenter, name)
                painter.setFont(theme.font(12))
                painter.setPen(theme.colour("faint"))
                for column in range(7):
                    head = QRectF(box.left() + column * box.width() / 7, box.top() + NAME, box.width() / 7, WEEKDAYS)
                    painter.drawText(head, Qt.AlignmentFlag.AlignCenter, tr(f"plans.day.{column + 1}"))
                for number in range(1, calendar.monthrange(self.year, month)[1] + 1):
                    self._paint_day(painter, date(self.year, month, number))

    def _paint_day(self, painter: QPainter, day: date) -> None:
        rect, entry = self._rect_of(day).adjusted(1, 1, -1, -1), self.days.get(day.toordinal())
        weekend = day.weekday() >= 5
        off = entry.off if entry is not None else weekend
        painter.fillRect(rect, theme.colour("band" if off else "raised"))
        if entry is not None:
            painter.fillRect(QRectF(rect.left(), rect.bottom() - 3, rect.width(), 3), theme.colour("pen3" if entry.off else "pen2"))
        if self.at == day.toordinal() and self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRect(rect)
        painter.setPen(theme.colour("dim" if off else "text"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(day.day))

    def hit(self, point: QPointF) -> int:
        """The day at a point, 0 for none."""
        for month in range(1, 13):
            if self._box(month).contains(point):
                for number in range(1, calendar.monthrange(self.year, month)[1] + 1):
                    day = date(self.year, month, number)
                    if self._rect_of(day).contains(point):
                        return day.toordinal()
        return 0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Another meaning of a day."""
        day = self.hit(event.position())
        if day:
            self.at = day
            self.clicked.emit(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go, Space changes."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}
        key = Qt.Key(event.key())
        if key in steps and date.fromordinal(self.at + steps[key]).year == self.year:
            self.at += steps[key]
            self.update()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
            self.clicked.emit(self.at)
        else:
            super().keyPressEvent(event)

    def event(self, event: object) -> bool:
        """A holiday's name."""
        if isinstance(event, QHelpEvent):
            entry = self.days.get(self.hit(QPointF(event.pos())))
            QToolTip.showText(event.globalPos(), f"{entry.day} {entry.name.get(language())}" if entry is not None else "", self)
            return True
        return super().event(event)  # type: ignore[arg-type] # Qt hands over its own


class DaysPage(QWidget):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, outlook: Outlook) -> None:
        super().__init__()
        self._picture, self._desk, self._outlook = picture, desk, outlook
        self._year = 0
        self._days: dict[int, Day] = {}  # as they are on the screen
        self._base: CalendarYear | None = None
        self.view = YearView()
        self._lay_out()
        self.view.clicked.connect(self._turn)
        picture.records_changed.connect(self._records)
        for signal in (picture.replaced, picture.people_changed, outlook.changed):
            signal.connect(self._known)
        self.retranslate()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        left = Card()
        left.heading.hide()
        left.remark.hide()
        bar = QHBoxLayout()
        self._back, self._title, self._forward = QPushButton("‹"), label(role="subject"), QPushButton("›")
        for button, name, step in ((self._back, "year_back", -1), (self._forward, "year_forward", 1)):
            button.setObjectName(f"plans_{name}")
            button.setFixedWidth(36)
            button.clicked.connect(self._goer(step))
        self._mark = label(role="dim")
        for widget in (self._back, self._title, self._forward, self._mark):
            bar.addWidget(widget)
        bar.addStretch(1)
        left.body.addLayout(bar)
        left.body.addWidget(self.view, 1)
        self._legend = label(role="dim", wrap=True)
        left.body.addWidget(self._legend)
        outer.addWidget(left, 1)
        self._side = Card()
        self._side.setFixedWidth(420)
        self._source_title, self._name_title, self._reason_title = label(role="dim"), label(role="dim"), label(role="dim")
        self._source, self._name, self._reason = QLineEdit(), QLineEdit(), QLineEdit()
        self._source.setObjectName("plans_year_source")
        self._name.setObjectName("plans_day_name")
        self._reason.setObjectName("plans_year_reason")
        self._checked = QCheckBox()
        self._checked.setObjectName("plans_year_checked")
        for title, field in (
            (self._source_title, self._source), (self._name_title, self._name), (self._reason_title, self._reason),
        ):  # fmt: skip
            self._side.body.addWidget(title)
            self._side.body.addWidget(field)
        self._side.body.addWidget(self._checked)
        self._error = label(role="error", wrap=True)
        self._side.body.addWidget(self._error)
        row = QHBoxLayout()
        self._save, self._leave = QPushButton(), QPushButton()
        self._save.setProperty("primary", True)
        self._save.setObjectName("plans_year_save")
        self._leave.setObjectName("plans_year_leave")
        self._save.clicked.connect(self.save)
        self._leave.clicked.connect(self._take)
        row.addWidget(self._save)
        row.addStretch(1)
        row.addWidget(self._leave)
        self._side.body.addLayout(row)
        self._versions = Versions(self._picture, self._desk)
        self._side.body.addWidget(self._versions)
        self._side.body.addStretch(1)
        outer.addWidget(self._side)
        for signal in (self._source.textEdited, self._checked.clicked):
            signal.connect(self._touched)

    # --- what is shown

    def retranslate(self) -> None:
        """All words."""
        self._source_title.setText(tr("plans.field.source"))
        self._name_title.setText(tr("plans.field.day_name"))
        self._reason_title.setText(tr("plans.field.reason"))
        self._checked.setText(tr("plans.days.checked"))
        self._save.setText(tr("registers.save"))
        self._leave.setText(tr("plans.days.discard"))
        self._legend.setText(tr("plans.days.legend"))
        self._name.setPlaceholderText(tr("plans.days.name_hint"))
        self._versions.retranslate()
        if self._base is not None and self._source.text() in (self._base.source.zh, self._base.source.en):
            self._say_source(self._base.source.get(language()))
        self._show()

    def _say_source(self, text: str) -> None:
        self._source.setText(text)
        self._source.setCursorPosition(0)
        self._source.setToolTip(text)

    def show_year(self, year: int) -> None:
        """Another year; what was not saved is given up."""
        self._year = year
        self._take()

    def _known(self) -> None:
        if not self._year and self._outlook.today:
            self.show_year(date.fromordinal(self._outlook.today).year)
        self._show()

    def _records(self, kinds: set[str]) -> None:
        if kind_of(CalendarYear) not in kinds or not self._year:
            return
        if self._dirty():
            self._error.setText(tr("plans.days.other"))
        else:
            self._take()

    def _present(self) -> CalendarYear:
        name = str(self._year)
        return self._picture.records(CalendarYear).get(name) or SHIPPED.get(name) or CalendarYear(id=name)

    def _take(self) -> None:
        self._base = self._present()
        self._days = {date.fromisoformat(each.day).toordinal(): each for each in self._base.days}
        self._say_source(self._base.source.get(language()))
        self._checked.setChecked(self._base.checked)
        self._reason.clear()
        self._error.clear()
        self._versions.show_for(self._base if self._base.revision else None)
        self._show()

    def _dirty(self) -> bool:
        return self._base is not None and self._made() != self._base

    def _made(self) -> CalendarYear:
        assert self._base is not None
        source = self._base.source
        if self._source.text() not in (source.zh, source.en):
            source = Text(self._source.text())
        days = tuple(sorted(self._days.values(), key=lambda each: each.day))
        return replace(self._base, days=days, source=source, checked=self._checked.isChecked())

    def _show(self) -> None:
        if not self._year:
            return
        self._title.setText(str(self._year))
        self.view.show_year(self._year, self._days)
        known = bool(self._base and (self._base.days or self._base.revision))
        key = "unknown" if not known else "is_checked" if self._base and self._base.checked else "to_check"
        self._mark.setText(tr(f"plans.days.{key}"))
        may = self._picture.may(Right.PLAN_MAINTENANCE)
        self._save.setEnabled(may and self._dirty())
        self._leave.setEnabled(self._dirty())
        self._side.set_heading(tr("plans.days.heading"), "" if may else tr("plans.why_right"))

    def _touched(self) -> None:
        self._show()

    # --- acts

    def _turn(self, day: int) -> None:
        """As the weekday says, then the opposite with its name, and back."""
        if not self._picture.may(Right.PLAN_MAINTENANCE):
            return
        if day in self._days:
            del self._days[day]
        else:
            weekend = date.fromordinal(day).weekday() >= 5
            self._days[day] = Day(date.fromordinal(day).isoformat(), off=not weekend, name=Text(self._name.text().strip()))
        self._show()

    def _goer(self, step: int) -> object:
        return lambda: self.show_year(self._year + step)

    def save(self) -> None:
        """As it is on the screen, with the reason."""
        if self._base is None:
            return
        if not self._reason.text().strip():
            self._error.setText(tr("refused.reason_missing"))
            self._reason.setFocus()
            return
        self._save.setEnabled(False)
        command = SaveRecords((self._made(),), (self._base.revision,), self._reason.text())
        self._desk.ask(command, self._saved, self._denied)

    def _saved(self, _number: int) -> None:
        self._take()

    def _denied(self, problem: Problem) -> None:
        self._error.setText(sentence(problem))
        self._save.setEnabled(True)
