"""The shelf: everything that is kept quiet, why, by whom and until when; and the button that brings it back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.alarms import Alarm, Suppression
from console.domain.commands import EndSilence
from console.domain.problems import Problem
from console.domain.silences import Silence, SilenceKind
from console.domain.times import MINUTE
from console.texts import language, sentence, tr
from console.ui.alarms.forms import length_text
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.strip import equipment_name
from console.ui.widgets.cards import Blank, label
from console.ui.widgets.tables import Column, RowModel, TableView


@dataclass(frozen=True, slots=True)
class Shelved:
    """One row: an entry that people made, or an alarm that its cause keeps quiet."""

    silence: Silence | None = None
    alarm: Alarm | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Unique among the rows."""
        if self.silence is not None:
            return ("silence", self.silence.number)
        return ("alarm", self.alarm.number if self.alarm is not None else 0)


def shelf_of(picture: Picture) -> list[Shelved]:
    """All rows: entries by their number, then what is quiet by design."""
    entries = [Shelved(silence) for _, silence in sorted(picture.silences.items())]
    quiet = [Shelved(None, alarm) for alarm in picture.alarms.values() if alarm.suppression is Suppression.BY_DESIGN]
    return entries + quiet


def shelf_size(picture: Picture) -> int:
    """How many rows :func:`shelf_of` has."""
    return len(picture.silences) + picture.tally.by_design


class Shelf(QWidget):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._model: RowModel[Shelved] = RowModel(self._columns(), lambda row: row.key, self)
        self.table: TableView[Shelved] = TableView(self._model, "shelf", row_height=40)
        self._blank = Blank()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        self._error = label(role="error", wrap=True)
        self._error.hide()
        self.end = QPushButton()
        self.end.setObjectName("shelf_end")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack, 1)
        row = QHBoxLayout()
        row.addWidget(self.end)
        row.addWidget(self._error, 1)
        row.addStretch(1)
        layout.addLayout(row)
        self.end.clicked.connect(self.do_end)
        self.table.opened.connect(lambda _row: self.do_end())
        self.table.chosen.connect(self._chosen)
        QShortcut(QKeySequence("R"), self.table, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(self.do_end)
        self.retranslate()

    def _columns(self) -> list[Column[Shelved]]:
        return [
            Column("kind", "alarms.shelf.kind", 120, self._kind),
            Column("equipment", "alarms.column.equipment", 180, self._equipment),
            Column("what", "alarms.column.content", 0, self._what, tooltip=self._what),
            Column("reason", "alarms.field.reason", 200, self._reason, tooltip=self._reason),
            Column("who", "alarms.shelf.who", 130, self._who),
            Column("until", "alarms.shelf.until", 200, self._until, sort=self._end_of),
        ]

    def fill(self) -> None:
        """All rows anew."""
        rows = shelf_of(self._picture)
        if rows == self._model.items():
            self._model.refresh()  # the time that is left
            return
        self._model.set_rows(rows)
        if rows:
            self._stack.setCurrentWidget(self.table)
        else:
            self._blank.say(tr("alarms.shelf.empty"), tr("alarms.shelf.empty.advice"))
            self._stack.setCurrentWidget(self._blank)
        self._chosen()

    def retranslate(self) -> None:
        """All words."""
        self._model.set_rows([])
        self.fill()

    def do_end(self) -> None:
        """Bring the chosen entries back now."""
        self._say("")
        for row in self.table.selected():
            if row.silence is not None:
                self._desk.ask(EndSilence(row.silence.number), None, self._denied)

    def _denied(self, problem: Problem) -> None:
        self._say(sentence(problem))

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))

    def _chosen(self) -> None:
        self.end.setText(tr("alarms.shelf.end"))
        self.end.setEnabled(any(row.silence is not None for row in self.table.selected()))

    # --- the cells

    def _kind(self, row: Shelved) -> str:
        return tr(f"domain.silence.{row.silence.kind}") if row.silence is not None else tr("domain.alarm_state.suppressed")

    def _equipment(self, row: Shelved) -> str:
        about = row.silence or row.alarm
        return equipment_name(self._picture, about.equipment) if about is not None else ""

    def _what(self, row: Shelved) -> str:
        if row.alarm is not None:
            return row.alarm.text.get(language())
        silence = row.silence
        if silence is None or silence.kind is not SilenceKind.SHELF:
            return silence.points and f"{silence.points}*" if silence is not None else ""
        rule = self._picture.rules.get(silence.rule)
        standing = sum((alarm.rule, alarm.code) == (silence.rule, silence.code) for alarm in self._picture.alarms.values())
        text = rule.text.get(language()) if rule is not None else silence.rule
        return tr("alarms.shelf.standing", text=text) if standing else text

    def _reason(self, row: Shelved) -> str:
        if row.silence is not None:
            return row.silence.reason
        cause = self._picture.alarms.get(row.alarm.caused_by) if row.alarm is not None else None
        if cause is None:
            return ""
        return tr("alarms.caused_by", cause=f"{equipment_name(self._picture, cause.equipment)} {cause.text.get(language())}")

    def _who(self, row: Shelved) -> str:
        if row.silence is None:
            return ""
        account = self._picture.accounts.get(row.silence.began.by)
        who = account.display if account is not None else row.silence.began.by
        return f"{who} · {row.silence.witness}" if row.silence.witness else who

    def _end_of(self, row: Shelved) -> int:
        return row.silence.until or 2**62 if row.silence is not None else 2**62

    def _until(self, row: Shelved) -> str:
        silence = row.silence
        if silence is None:
            return tr("alarms.shelf.with_cause")
        if not silence.until:
            order = self._picture.orders.get(silence.order)
            return tr("alarms.shelf.with_order", order=order.id if order is not None else silence.order)
        left = max(MINUTE, -(-(silence.until - self._picture.now()) // MINUTE) * MINUTE)
        return f"{full_text(silence.until, self._picture.estate.site.timezone)}（{length_text(left)}）"
