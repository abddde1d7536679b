"""The top bar: estate, lamps, collection figures, F8, who is signed on, and the collector's time."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from console.domain import rosters
from console.domain.maintenance import shifts, standing
from console.domain.maintenance.drilling import DrillRun
from console.domain.rosters import Level
from console.domain.times import SECOND
from console.texts import language, tr
from console.ui import theme
from console.ui.lamps import LAMPS, Lamp
from console.ui.moments import clock_text
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.widgets.cards import label

HEIGHT = 52
LONGEST_CHIP = 190  # pixels of one of the shift's words
ROOMY = 1500  # pixels: narrower than that the lamps of an English window fill the bar


class LampButton(QWidget):
    """One lamp: ``火警 0 / 0``; lit in its priority's colour while something is unhandled."""

    clicked = Signal(str)

    def __init__(self, lamp: Lamp, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lamp = lamp
        self.setObjectName(f"lamp_{lamp.key}")
        self._unhandled, self._total = 0, 0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_counts(self, unhandled: int, total: int) -> None:
        """Show these counts."""
        if (unhandled, total) != (self._unhandled, self._total):
            self._unhandled, self._total = unhandled, total
            self.updateGeometry()
            self.update()

    @property
    def text(self) -> str:
        """What it says."""
        return f"{tr(f'shell.lamp.{self.lamp.key}')} {self._unhandled} / {self._total}"

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        name = QFontMetrics(theme.font(13)).horizontalAdvance(tr(f"shell.lamp.{self.lamp.key}"))
        figures = QFontMetrics(theme.font(14, bold=True)).horizontalAdvance(f"{self._unhandled} / {self._total}")
        return QSize(max(84, name + figures + 34), 34)

    def retranslate(self) -> None:
        """Another language is wider or narrower."""
        self.updateGeometry()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A lamp leads to its alarms."""
        self.clicked.emit(self.lamp.key)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Grey, outlined in its colour, or lit."""
        lit = self._unhandled > 0
        priority = self.lamp.priority
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setPen(theme.colour("line") if not self._total else theme.priority_colour(priority))
            outlined = priority == 4
            painter.setBrush(theme.priority_colour(priority) if lit and not outlined else theme.colour("raised"))
            painter.drawRoundedRect(box, 4, 4)
            name, figures = tr(f"shell.lamp.{self.lamp.key}"), f"{self._unhandled} / {self._total}"
            ink = theme.colour(f"on_p{priority}") if lit else theme.colour("text" if self._total else "dim")
            painter.setPen(ink)
            painter.setFont(theme.font(13))
            painter.drawText(box.adjusted(12, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            painter.setFont(theme.font(14, bold=True))
            painter.drawText(box.adjusted(0, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, figures)


class TopBar(QFrame):
    """See the module."""

    lamp_clicked = Signal(str)
    silence_clicked = Signal()
    person_clicked = Signal()
    shift_clicked = Signal(str)  # a page of the shift screen

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", True)
        self.setFixedHeight(HEIGHT)
        self._picture = picture
        self._screen = ""
        self._rate_base: tuple[int, int] = (0, 0)
        self._taken = 0
        self._figure = 0
        self._silenced = False
        self._mute = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(10)
        self._site = label(role="subject")
        self._where = label(role="dim")
        self._lamps = {lamp.key: LampButton(lamp) for lamp in LAMPS}
        self._figures = label(role="dim")
        self.silence = QPushButton()
        self.silence.setObjectName("silence")
        self.person = QPushButton()
        self.person.setObjectName("person")
        self.person.setProperty("flat", True)
        self._clock = label(role="key")
        self.drill, self.late, self.duty = QPushButton(), QPushButton(), QPushButton()
        for button, page in ((self.drill, "drill"), (self.late, "records"), (self.duty, "duty")):
            button.setObjectName(f"bar_{page}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(self._to_shift, page))
        self.duty.setProperty("flat", True)
        self.drill.setProperty("primary", True)
        for piece in (self._site, self._where):
            layout.addWidget(piece)
        layout.addSpacing(8)
        for lamp in self._lamps.values():
            lamp.clicked.connect(self.lamp_clicked)
            layout.addWidget(lamp)
        layout.addStretch(1)
        for widget in (self._figures, self.drill, self.late, self.duty, self.silence, self.person, self._clock):
            layout.addWidget(widget)
        self.silence.clicked.connect(self.silence_clicked)
        self.person.clicked.connect(self.person_clicked)
        picture.replaced.connect(self.retranslate)
        picture.alarms_changed.connect(self._count)
        picture.values_changed.connect(self._values)
        picture.people_changed.connect(self.retranslate)
        picture.link_changed.connect(self._show_figures)
        picture.ticked.connect(self._tick)
        for signal in (picture.duty_changed, picture.records_changed):
            signal.connect(self._show_shift)
        self.retranslate()

    def set_screen(self, name: str) -> None:
        """The open screen's name stands beside the estate's."""
        self._screen = name
        self.retranslate()

    def set_mute(self) -> None:
        """This machine has no sound device: the button says so for good."""
        self._mute = True
        self.set_silenced(self._silenced)

    def set_silenced(self, silenced: bool) -> None:
        """The horn was silenced: say so on the button."""
        self._silenced = silenced
        key = "shell.no_sound" if self._mute else "shell.silenced" if silenced else "shell.silence"
        self.silence.setText(tr(key))
        self.silence.setToolTip(tr("shell.no_sound.advice") if self._mute else "")

    def retranslate(self) -> None:
        """All words."""
        self._site.setText(self._picture.estate.site.name.get(language()) or tr("shell.program"))
        self._where.setText(tr(f"shell.screen.{self._screen}") if self._screen else "")
        self.set_silenced(self._silenced)
        account = self._picture.accounts.get(self._picture.me)
        if account is None:
            self.person.setText(tr("shell.sign_on"))
        elif self.width() < ROOMY:
            self.person.setText(account.display)
        else:
            role = tr(f"domain.role.{account.roles[0]}") if account.roles else ""
            self.person.setText(" · ".join(part for part in (account.display, role, self._picture.station) if part))
        for lamp in self._lamps.values():
            lamp.retranslate()
        self._count()
        self._show_figures()
        self._show_shift()
        self._tick()

    def _to_shift(self, page: str, _checked: bool = False) -> None:
        self.shift_clicked.emit(page)

    def _show_shift(self, _changed: object = None) -> None:
        """Who is on duty, a drill that runs, 2-hourly records that nobody made."""
        picture = self._picture
        runs = sorted(picture.records(DrillRun).values(), key=lambda run: run.number)
        self.drill.setVisible(bool(runs))
        if runs:
            text = tr("shift.bar.drill", title=runs[0].title if len(runs) == 1 else str(len(runs)))
            room = LONGEST_CHIP if self.width() >= ROOMY else 0  # a small window says only that there is one
            short = QFontMetrics(self.drill.font()).elidedText(text, Qt.TextElideMode.ElideRight, room)
            self.drill.setText(short if room else tr("shift.bar.drill", title="").rstrip())
            self.drill.setToolTip(text)
        watch, late = standing.list_of(picture), []
        if watch is not None:
            late = shifts.overdue(watch, standing.book_of(picture), picture.now(), picture.estate.site.timezone)
        self.late.setVisible(bool(late))
        self.late.setText(tr("shift.bar.late", count=len(late)))
        zone = picture.estate.site.timezone
        people = [display(picture, who) for who in rosters.on_duty(picture.roster, Level.OPERATOR, picture.now(), zone)]
        roster = picture.roster
        empty = tr("shift.bar.nobody" if roster.shifts or roster.standing else "shift.bar.no_roster")
        text = tr("shift.bar.duty", who="、".join(people)) if people else empty
        self.duty.setText(QFontMetrics(self.duty.font()).elidedText(text, Qt.TextElideMode.ElideRight, LONGEST_CHIP))
        self.duty.setToolTip(f"{text}\n{tr('shift.bar.tip')}")
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a small window the lamps need the room; what the navigation says as well gives way."""
        super().resizeEvent(event)
        if (event.oldSize().width() < ROOMY) != (self.width() < ROOMY):
            self.retranslate()
        self._make_room()

    def _make_room(self) -> None:
        roomy = self.width() >= ROOMY
        chips = self.drill.isVisibleTo(self) or self.late.isVisibleTo(self)  # they matter more than what the navigation says
        self._where.setVisible(roomy and not chips)
        self._figures.setVisible((roomy and not chips) or not self._picture.live)
        self.duty.setVisible(roomy)

    def _count(self, _changed: object = None) -> None:
        for key, (unhandled, total) in self._picture.tally.lamps().items():
            self._lamps[key].set_counts(unhandled, total)

    def _values(self, numbers: set[int]) -> None:
        self._taken += len(numbers)

    def _show_figures(self, _state: str = "") -> None:
        self._make_room()
        if not self._picture.live:
            self._figures.setText(tr("shell.no_values"))
            return
        self._figures.setText(tr("shell.figures", points=f"{len(self._picture.points):,}".replace(",", " "), rate=self._figure))

    def _tick(self) -> None:
        now = self._picture.now()
        since, taken = self._rate_base
        if now - since >= 5 * SECOND:
            self._figure = round((self._taken - taken) * SECOND / (now - since)) if since else 0
            self._rate_base = (now, self._taken)
            self._show_figures()
            self._show_shift()
        self._clock.setText(clock_text(now, self._picture.estate.site.timezone) if self._picture.revision else "--:--:--")
