"""The levels of a plan: one at a time, each with what makes it due and what is done."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.maintenance.planning import Level
from console.domain.text import Text
from console.texts import language, tr
from console.ui.orders.forms import Words
from console.ui.plans import grammar

LINES = {"key": "", "title_zh": "", "title_en": "", "every": "15 d · 3 months", "hours": "2", "lead": "3", "grace": "0"}
TEXTS = {"meters": (2, "run_hours 2000"), "conditions": (2, "bearing_temp > 80 30 min"), "checklist": (8, "")}


class LevelEditor(QWidget):
    """See the module."""

    def __init__(self, levels: tuple[Level, ...]) -> None:
        super().__init__()
        self._levels = list(levels) or [Level(key="service", title=Text(""))]
        self._at = 0
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        self._which = QComboBox()
        self._which.setObjectName("plans_level")
        bar.addWidget(self._which, 1)
        for name, act in (("add", self._add), ("remove", self._remove)):
            button = QPushButton(tr(f"plans.level_{name}"))
            button.setObjectName(f"plans_level_{name}")
            button.clicked.connect(act)
            bar.addWidget(button)
        outer.addLayout(bar)
        rows = QFormLayout()
        self._lines: dict[str, QLineEdit] = {}
        for name, hint in LINES.items():
            field = self._lines[name] = QLineEdit()
            field.setObjectName(f"plans_level_{name}")
            field.setPlaceholderText(hint)
            rows.addRow(tr(f"plans.level.{name}"), field)
        self._texts: dict[str, Words] = {}
        for name, (high, hint) in TEXTS.items():
            words = self._texts[name] = Words(f"plans_level_{name}", lines=high)
            words.setPlaceholderText(hint or tr("plans.level.checklist_hint"))
            rows.addRow(tr(f"plans.level.{name}"), words)
        outer.addLayout(rows)
        self._fill_which()
        self._show()
        self._which.activated.connect(self._go)

    def levels(self) -> tuple[Level, ...]:
        """All of them. Raises ``ValueError`` with the sentence to show."""
        self._keep()
        return tuple(self._levels)

    def _keep(self) -> None:
        """What was typed becomes the level."""
        lines = {name: field.text().strip() for name, field in self._lines.items()}
        texts = {name: words.toPlainText() for name, words in self._texts.items()}
        days, months = grammar.interval(lines["every"])
        before = self._levels[self._at]
        self._levels[self._at] = replace(
            before,
            key=lines["key"],
            title=Text(lines["title_zh"], lines["title_en"]),
            every_days=days,
            every_months=months,
            meters=grammar.meters(texts["meters"]),
            conditions=grammar.conditions(texts["conditions"]),
            checklist=grammar.checklist(texts["checklist"], before.checklist),
            hours=_figure(lines["hours"]),
            lead_days=_whole(lines["lead"]),
            grace_days=_whole(lines["grace"]),
        )

    def _show(self) -> None:
        level = self._levels[self._at]
        shown = {
            "key": level.key, "title_zh": level.title.zh, "title_en": level.title.en,
            "every": grammar.interval_typed(level.every_days, level.every_months),
            "hours": f"{level.hours:g}" if level.hours else "",
            "lead": str(level.lead_days or ""), "grace": str(level.grace_days or ""),
        }  # fmt: skip
        for name, text in shown.items():
            self._lines[name].setText(text)
        self._texts["meters"].setPlainText(grammar.meters_typed(level.meters))
        self._texts["conditions"].setPlainText(grammar.conditions_typed(level.conditions))
        self._texts["checklist"].setPlainText(grammar.checklist_typed(level.checklist))

    def _fill_which(self) -> None:
        self._which.blockSignals(True)
        self._which.clear()
        for place, level in enumerate(self._levels, 1):
            self._which.addItem(tr("plans.level_of", place=place, count=len(self._levels), title=level.title.get(language())))
        self._which.setCurrentIndex(self._at)
        self._which.blockSignals(False)

    def _go(self, place: int) -> None:
        self._leave(lambda: place)

    def _add(self) -> None:
        def add() -> int:
            self._levels.append(Level(key=f"level_{len(self._levels) + 1}", title=Text("")))
            return len(self._levels) - 1

        self._leave(add)

    def _remove(self) -> None:
        if len(self._levels) > 1:
            del self._levels[self._at]
            self._at = min(self._at, len(self._levels) - 1)
            self._fill_which()
            self._show()

    def _leave(self, where: Callable[[], int]) -> None:
        """To another level, unless what was typed is wrong: then it stays, and the field says so."""
        try:
            self._keep()
        except ValueError as wrong:
            self._which.setCurrentIndex(self._at)
            self.said(str(wrong))
            return
        self.said("")
        self._at = where()
        self._fill_which()
        self._show()

    said: Callable[[str], None] = staticmethod(lambda _text: None)  # where a mistake is shown


def _figure(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        raise ValueError(tr("registers.no_figure", text=text)) from None


def _whole(text: str) -> int:
    if text and not text.isdigit():
        raise ValueError(tr("registers.no_figure", text=text))
    return int(text or 0)
