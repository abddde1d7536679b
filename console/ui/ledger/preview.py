"""What an import would do, row by row, with what is wrong in which cell: a list of any length that is made as it is looked at."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from console.domain.maintenance.cards_drafts import DraftRow, LedgerDraft, Verdict
from console.domain.pointlists import Remark
from console.papers import ledgercolumns as columns
from console.texts import sentence, tr
from console.ui import theme

Index = QModelIndex | QPersistentModelIndex
Line = Remark | DraftRow
TITLES = ("what", "where", "card", "detail")
_COLOURS = {Verdict.WRONG: "p1_text", Verdict.SAME: "faint"}


class PreviewModel(QAbstractTableModel):
    """Mistakes first, then remarks, then the rows; rows without a change only where ``all_rows`` asks for them."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._draft: LedgerDraft | None = None
        self._lines: list[Line] = []

    def show(self, draft: LedgerDraft | None, which: str) -> None:
        """Another preview, or another choice: ``all``, ``wrong``, ``new``, ``changed`` or ``same``."""
        self.beginResetModel()
        self._draft = draft
        self._lines = []
        if draft is not None:
            if which in ("all", "wrong"):
                self._lines += draft.remarks
            if which != "wrong":
                self._lines += [
                    row for row in draft.rows
                    if which == str(row.verdict) or (which == "all" and row.verdict is not Verdict.WRONG)
                ]  # fmt: skip
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Lines."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """What, where, which card, and in words."""
        return 0 if parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' titles."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return tr(f"ledger.preview.{TITLES[section]}")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One line's words, made when it is looked at."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, index.column())
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 3:
            return self._text(line, 3)
        if role == Qt.ItemDataRole.ForegroundRole:
            token = _colour(line)
            return QColor(theme.colour(token)) if token else None
        return None

    def _text(self, line: Line, column: int) -> str:
        if isinstance(line, Remark):
            what = tr("ledger.preview.mistake" if line.grave else "ledger.preview.note")
            return (what, f"{line.sheet}!{line.cell}" if line.cell else line.sheet, "", sentence(line.problem))[column]
        sheet = self._draft.sheets[line.sheet].name if self._draft is not None else ""
        fields = "、".join(columns.title(field) for field in line.fields)
        detail = tr("ledger.preview.fields", fields=fields) if fields else ""
        return (tr(f"ledger.verdict.{line.verdict}"), f"{sheet}!{line.row}", f"{line.code} {line.name}", detail)[column]


def _colour(line: Line) -> str:
    if isinstance(line, Remark):
        return "p1_text" if line.grave else "p3_text"
    return _COLOURS.get(line.verdict, "")


class PreviewTable(QTableView):
    """The list."""

    def __init__(self, model: PreviewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ledger_preview")
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for place, width in enumerate((90, 160, 320)):
            self.setColumnWidth(place, width)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
