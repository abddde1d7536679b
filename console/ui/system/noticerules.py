"""Addresses, subscriptions and the policy: who is told, when, how often."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QPlainTextEdit, QPushButton, QSpinBox, QWidget

from console.domain.notices import NotifyPolicy, Step
from console.domain.problems import Problem, Refused
from console.domain.rosters import Level
from console.domain.times import MINUTE
from console.texts import sentence, tr
from console.ui.system import contacts as typed
from console.ui.system.dutybook import DutyBook
from console.ui.widgets.cards import label

NEVER = -1
TEXTS = ("contacts", "subscriptions")
STEPS = tuple(f"step_{level}" for level in Level)
PATIENCE = tuple(f"{what}_p{priority}" for what in ("delay", "repeat") for priority in (1, 2, 3))
NUMBERS = (*STEPS, *PATIENCE, "repeat_most", "rate", "window")


class RulesPage(QWidget):
    """One form; saved as a whole."""

    def __init__(self, book: DutyBook) -> None:
        super().__init__()
        self._book = book
        rows = QFormLayout(self)
        self._names = {name: label(role="dim", wrap=True) for name in (*TEXTS, *NUMBERS, "daily", "daily_level")}
        self.texts = {name: QPlainTextEdit() for name in TEXTS}
        self.numbers = {name: QSpinBox() for name in NUMBERS}
        self.daily, self.daily_level = QLineEdit(), QComboBox()
        fields: dict[str, QWidget] = {**self.texts, **self.numbers, "daily": self.daily, "daily_level": self.daily_level}
        for name, field in fields.items():
            field.setObjectName(f"rule_{name}")
            rows.addRow(self._names[name], field)
        for name in STEPS:
            self.numbers[name].setRange(NEVER, 100)
        for name in (*PATIENCE, "repeat_most"):
            self.numbers[name].setRange(0, 1440)
        self.numbers["rate"].setRange(1, 1000)
        self.numbers["window"].setRange(1, 1440)
        self.save = QPushButton()
        self.save.setObjectName("rule_save")
        self.save.setProperty("primary", True)
        self.error = label(role="error", wrap=True)
        self.error.setObjectName("rule_error")
        rows.addRow("", self.save)
        rows.addRow("", self.error)
        self._base = book.settings  # what the form showed when somebody began to type
        self._filled: list[object] = []
        self.save.clicked.connect(self._save)
        book.changed.connect(self._changed)
        self.retranslate()

    def hideEvent(self, event: QHideEvent) -> None:
        """Left: what was typed and not saved is dropped when the page is opened again."""
        super().hideEvent(event)
        self._filled = self._values()

    def _changed(self) -> None:
        """Somebody saved, here or elsewhere. What is being typed stays, and says that it was made of something older."""
        if self._filled != self._values() and self._base != self._book.settings:
            self.error.setText(tr("notify.changed_meanwhile"))
        else:
            self.refresh()

    def _values(self) -> list[object]:
        """All that stands in the form."""
        texts: list[object] = [field.toPlainText() for field in self.texts.values()]
        return [*texts, *(box.value() for box in self.numbers.values()), self.daily.text(), self.daily_level.currentIndex()]

    def refresh(self) -> None:
        """What counts now; whatever was typed and not saved is dropped."""
        settings = self._base = self._book.settings
        policy = settings.policy
        self.texts["contacts"].setPlainText(typed.contacts_text(settings.contacts))
        self.texts["subscriptions"].setPlainText(typed.subscriptions_text(settings.subscriptions))
        first = {step.level: step.percent for step in reversed(policy.steps)}
        values = {f"step_{level}": first.get(level, NEVER) for level in Level}
        for what, times in (("delay", policy.delay), ("repeat", policy.repeat)):
            values |= {f"{what}_p{priority}": time // MINUTE for priority, time in enumerate(times, 1)}
        values |= {"repeat_most": policy.repeat_most, "rate": policy.rate, "window": policy.rate_window // MINUTE}
        for name, value in values.items():
            self.numbers[name].setValue(value)
        self.daily.setText("" if policy.daily < 0 else f"{policy.daily // 60:02d}:{policy.daily % 60:02d}")
        self.daily_level.setCurrentIndex(max(0, self.daily_level.findData(policy.daily_level)))
        self.save.setEnabled(self._book.may_change())
        self.save.setToolTip("" if self._book.may_change() else tr("notify.denied"))
        self.error.clear()
        self._filled = self._values()

    def retranslate(self) -> None:
        """All words."""
        for name, title in self._names.items():
            if name in STEPS:
                title.setText(tr("notify.rule.step", level=tr(f"notify.level.{name.removeprefix('step_')}")))
            elif name in PATIENCE:
                what, _, priority = name.partition("_")
                title.setText(tr(f"notify.rule.{what}", priority=priority.upper()))
            else:
                title.setText(tr(f"notify.rule.{name}"))
        for name in STEPS:
            self.numbers[name].setSpecialValueText(tr("notify.rule.never"))
        for name, field in self.texts.items():
            field.setPlaceholderText(tr(f"notify.rule.{name}_example"))
        self.daily.setPlaceholderText(tr("notify.rule.daily_off"))
        self.daily_level.clear()
        for level in Level:
            self.daily_level.addItem(tr(f"notify.level.{level}"), level)
        self.save.setText(tr("notify.save"))
        self.refresh()

    def _save(self) -> None:
        try:
            settings = replace(
                self._base,
                contacts=typed.read_contacts(self.texts["contacts"].toPlainText()),
                subscriptions=typed.read_subscriptions(self.texts["subscriptions"].toPlainText()),
                policy=self._policy(),
            )
        except Refused as refused:
            self._denied(refused.problem)
            return
        self.error.clear()
        self._filled = self._values()  # saved: what comes back may be shown
        self._book.save_settings(settings, self._denied, self._base)

    def _policy(self) -> NotifyPolicy:
        numbers = {name: box.value() for name, box in self.numbers.items()}
        delay, repeat = ([numbers[f"{what}_p{priority}"] * MINUTE for priority in (1, 2, 3)] for what in ("delay", "repeat"))
        return NotifyPolicy(
            steps=tuple(Step(numbers[f"step_{level}"], level) for level in Level if numbers[f"step_{level}"] != NEVER),
            delay=(delay[0], delay[1], delay[2]),
            repeat=(repeat[0], repeat[1], repeat[2]),
            repeat_most=numbers["repeat_most"],
            rate=numbers["rate"],
            rate_window=numbers["window"] * MINUTE,
            daily=_minutes(self.daily.text()),
            daily_level=self.daily_level.currentData(),
        )

    def _denied(self, problem: Problem) -> None:
        self._filled = []  # not saved: it is still being typed
        self.error.setText(sentence(problem))


def _minutes(text: str) -> int:
    """``08:30`` as minutes after midnight; -1 for nothing."""
    word = text.strip().replace("：", ":")
    if not word:
        return -1
    hours, colon, minutes = word.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):
        raise Refused("notify.typed.daily", line=text)
    return 60 * int(hours) + int(minutes)
