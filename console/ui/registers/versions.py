"""The versions of a record: who changed what, when and why; asked for when somebody wants to see them."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from console.domain.events import Entry, RecordSaved
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.records import Record, kind_of
from console.domain.problems import Problem
from console.link.messages import Answer, LogAnswer, LogQuery
from console.texts import catalogue, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.widgets.cards import label

MOST = 50
KEPT_APART = ("revision", "id", "number", "at")  # what every version has, or none changes


class Versions(QWidget):
    """A button, and below it the versions, the newest first."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._record: Record | None = None
        self._asked = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        self.button = QPushButton()
        self.button.setObjectName("versions")
        self.button.setProperty("flat", True)
        self.button.clicked.connect(self._ask)
        layout.addWidget(self.button)
        self.text = label(role="dim", wrap=True, selectable=True)
        self.text.setObjectName("versions_text")
        self.text.hide()
        layout.addWidget(self.text)
        self.retranslate()

    def retranslate(self) -> None:
        """All words."""
        self.button.setText(tr("registers.versions"))

    def show_for(self, record: Record | None) -> None:
        """Of which record; one that changed meanwhile is asked about again."""
        before, self._record = self._record, record
        self.button.setVisible(record is not None and record.revision > 0)
        if record is None or before is None or record.id != before.id:
            self._asked += 1
            self.text.hide()
        elif record.revision != before.revision and self.text.isVisible():
            self._ask()

    def _ask(self) -> None:
        record = self._record
        if record is None:
            return
        self._asked += 1
        asked = self._asked
        self.text.setText(tr("registers.loading"))
        self.text.show()

        def came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, LogAnswer):
                self.text.setText("\n".join(self._lines(answer.entries)))

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self.text.setText(sentence(problem))

        self._desk.query(lambda id: LogQuery(id, f"{kind_of(record)}:{record.id}", limit=MOST), came, failed)

    def _lines(self, entries: tuple[Entry, ...]) -> list[str]:
        zone = self._picture.estate.site.timezone
        versions = [entry for entry in entries if isinstance(entry.event, RecordSaved)]
        lines = []
        for place, entry in enumerate(versions):
            event = entry.event
            assert isinstance(event, RecordSaved)
            account = self._picture.accounts.get(entry.actor)
            who = account.display if account is not None else entry.actor or tr("registers.program")
            before = versions[place + 1].event if place + 1 < len(versions) else None
            changed = differences(before.record if isinstance(before, RecordSaved) else None, event.record)
            head = f"{event.record.revision}  {full_text(entry.at, zone)}  {who}"
            lines.append("  ".join(part for part in (head, event.reason) if part))
            lines += [f"      {field_name(field)}：{old} → {new}" for field, old, new in changed]
        return lines


def differences(before: AnyRecord | None, after: AnyRecord) -> list[tuple[str, str, str]]:
    """(field, before, after) of what changed between two versions; nothing for the first one."""
    if before is None:
        return []
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    fields = [field for field in {**old, **new} if field not in KEPT_APART and old.get(field) != new.get(field)]
    return [(field, _short(old.get(field)), _short(new.get(field))) for field in fields]


def field_name(field: str) -> str:
    """A record's field in the reader's words; as it is where it has none."""
    key = f"registers.field.{field}"
    return tr(key) if key in catalogue() else field


def _short(value: object) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
    return text if len(text) <= 80 else text[:79] + "…"
