"""The second step of an import: what each column of a sheet is, with the values that stand there."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from console.domain.maintenance.cards_drafts import LedgerDraft
from console.domain.pointlists import Choices, SheetView
from console.papers import ledgercolumns as columns
from console.texts import tr
from console.ui.widgets.cards import label

_SHOWN = 3  # sample values a column


class LedgerMapping(QWidget):
    """``changed`` when the person decided something: the page then reads the table again."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._views: tuple[SheetView, ...] = ()
        self._choices = Choices()
        self._boxes: list[QComboBox] = []
        self.sheet, self.header = QComboBox(), QSpinBox()
        self.sheet.setObjectName("ledger_sheet")
        self.sheet.currentIndexChanged.connect(self._show)
        self.header.setObjectName("ledger_header_row")
        self.header.setRange(1, 40)
        self.header.editingFinished.connect(self._moved)
        self._captions = [label(role="dim") for _ in range(2)]
        row = QHBoxLayout()
        row.addWidget(self._captions[0])
        row.addWidget(self.sheet, 1)
        row.addWidget(self._captions[1])
        row.addWidget(self.header)
        row.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self._area, 1)

    def begin(self) -> None:
        """Another file: nothing is decided yet."""
        self._choices = Choices()

    def choices(self) -> Choices:
        """What was decided."""
        return self._choices

    def remember(self, mappings: dict[str, tuple[str, ...]]) -> None:
        """What was decided for such headings before."""
        self._choices = msgspec.structs.replace(self._choices, mappings=self._choices.mappings | mappings)

    def show_draft(self, draft: LedgerDraft) -> None:
        """The sheets as they were understood."""
        at = self.sheet.currentText()
        self._views = draft.sheets
        self.sheet.blockSignals(True)
        self.sheet.clear()
        self.sheet.addItems([view.name for view in self._views])
        used = next((place for place, view in enumerate(self._views) if view.used), 0)
        known = self.sheet.findText(at)
        self.sheet.setCurrentIndex(known if known >= 0 else used)
        self.sheet.blockSignals(False)
        self._show()

    def retranslate(self) -> None:
        """All words."""
        self._captions[0].setText(tr("ledger.map.sheet"))
        self._captions[1].setText(tr("ledger.map.header"))
        self._show()

    def _view(self) -> SheetView | None:
        place = self.sheet.currentIndex()
        return self._views[place] if 0 <= place < len(self._views) else None

    def _show(self, _index: int = 0) -> None:
        view = self._view()
        if view is None:
            return
        self.header.blockSignals(True)
        self.header.setValue(max(1, view.header_row))
        self.header.blockSignals(False)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setHorizontalSpacing(18)
        grid.setColumnStretch(2, 1)
        self._boxes = []
        for place, heading in enumerate(view.headers):
            box = QComboBox()
            box.setObjectName(f"ledger_column_{place}")
            box.addItem(tr("ledger.map.unused"), "")
            for field in (*columns.FIELDS, columns.PLATE):
                box.addItem(columns.title(field), field)
            box.setCurrentIndex(max(0, box.findData(view.fields[place])))
            box.activated.connect(self._decided)
            self._boxes.append(box)
            samples = [line[place] for line in view.samples if line[place]][:_SHOWN]
            grid.addWidget(label(heading or tr("ledger.map.column", number=place + 1)), place, 0)
            grid.addWidget(box, place, 1)
            grid.addWidget(label("　·　".join(sample[:40] for sample in samples), "dim"), place, 2)
        grid.setRowStretch(len(view.headers), 1)
        self._area.setWidget(holder)

    def _decided(self, _index: int = 0) -> None:
        view = self._view()
        if view is not None:
            fields = tuple(str(box.currentData()) for box in self._boxes)
            self.remember({view.signature: fields})
            self.changed.emit()

    def _moved(self) -> None:
        view = self._view()
        if view is not None and self.header.value() != view.header_row:
            rows = self._choices.header_rows | {view.name: self.header.value()}
            self._choices = msgspec.structs.replace(self._choices, header_rows=rows)
            self.changed.emit()
