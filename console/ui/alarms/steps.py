"""The steps of an alarm's procedure: what to do by when, and who did it. Digits 1-9 tick them off."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from console.domain.alarms import Alarm
from console.domain.rules import AlarmStep
from console.domain.times import MINUTE, seconds
from console.texts import language, tr
from console.ui.moments import short_text
from console.ui.picture import Picture
from console.ui.widgets.cards import label


class StepList(QWidget):
    """Made anew for another alarm; texts and marks are only written."""

    def __init__(self, picture: Picture, tick_off: Callable[[int], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._tick_off = picture, tick_off
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._steps: tuple[AlarmStep, ...] = ()
        self.buttons: list[QPushButton] = []
        self._texts: list[tuple[QWidget, QWidget]] = []

    def show_alarm(self, alarm: Alarm | None) -> None:
        """The steps of this alarm's rule."""
        rule = self._picture.rules.get(alarm.rule) if alarm is not None else None
        steps = rule.steps if rule is not None else ()
        if steps != self._steps:
            self._make(steps)
        self.setVisible(bool(steps))
        if alarm is None:
            return
        zone, now = self._picture.estate.site.timezone, self._picture.now()
        for place, step in enumerate(steps):
            done = alarm.checks.get(place)
            button = self.buttons[place]
            button.setText("✓" if done is not None else str(place + 1))
            button.setEnabled(done is None)
            words, mark = self._texts[place]
            words.setText(step.text.get(language()))  # type: ignore[attr-defined]
            due = alarm.raised_at + seconds(step.within_s)
            late = bool(step.within_s) and (done.at if done is not None else now) > due
            if done is not None:
                account = self._picture.accounts.get(done.by)
                said = tr("alarms.step.done", at=short_text(done.at, now, zone), who=account.display if account else done.by)
            elif not step.within_s:
                said = ""
            elif late:
                said = tr("alarms.step.late", minutes=(now - due) // MINUTE)
            else:
                said = tr("alarms.step.left", minutes=-(-(due - now) // MINUTE))
            mark.setText(said)  # type: ignore[attr-defined]
            mark.setProperty("role", "error" if late else "dim")
            mark.style().polish(mark)

    def tick_off(self, place: int) -> None:
        """This step was done."""
        if place < len(self.buttons) and self.buttons[place].isEnabled():
            self._tick_off(place)

    def _make(self, steps: tuple[AlarmStep, ...]) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._steps, self.buttons, self._texts = steps, [], []
        for place in range(len(steps)):
            button = QPushButton()
            button.setObjectName(f"step_{place + 1}")
            button.setFixedWidth(40)
            button.clicked.connect(lambda _checked=False, place=place: self._tick_off(place))
            words, mark = label(wrap=True), label(role="dim")
            self._grid.addWidget(button, place, 0)
            self._grid.addWidget(words, place, 1)
            self._grid.addWidget(mark, place, 2)
            self.buttons.append(button)
            self._texts.append((words, mark))
