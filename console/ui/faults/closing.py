"""The form that closes a fault: code, cause, remedy, and why it cannot be closed yet."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.commands import CloseFault
from console.domain.faults import CloseCode, Fault
from console.texts import tr
from console.ui.desk import Desk
from console.ui.faults import presenter
from console.ui.picture import Picture
from console.ui.widgets.cards import label


class Draft(NamedTuple):
    """What was typed and not sent yet."""

    code: CloseCode = CloseCode.REAL
    cause: str = ""
    remedy: str = ""


class ClosingForm(QWidget):
    """See the module. What was typed for a fault stays with it when another one is looked at in between."""

    denied = Signal(object)  # Problem

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._fault: Fault | None = None
        self._drafts: dict[int, Draft] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 8, 0)
        outer.setSpacing(6)
        self._heading = label(role="dim")
        outer.addWidget(self._heading)
        self.code, self.cause, self.remedy, self.button = QComboBox(), QLineEdit(), QLineEdit(), QPushButton()
        for piece, name in (
            (self.code, "close_code"),
            (self.cause, "cause"),
            (self.remedy, "remedy"),
            (self.button, "close_fault"),
        ):
            piece.setObjectName(name)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.code.setFixedWidth(128)
        row.addWidget(self.code)
        row.addWidget(self.cause, 1)
        outer.addLayout(row)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.remedy, 1)
        row.addWidget(self.button)
        outer.addLayout(row)
        self.why = label(role="faint", wrap=True)
        self.why.setObjectName("close_why")
        outer.addWidget(self.why)
        self.code.currentIndexChanged.connect(self._typed)
        self.cause.textChanged.connect(self._typed)
        self.remedy.textChanged.connect(self._typed)
        self.cause.returnPressed.connect(self.remedy.setFocus)
        self.remedy.returnPressed.connect(self.do_close)
        self.button.clicked.connect(self.do_close)
        self.retranslate()

    # --- showing

    def show_fault(self, fault: Fault | None) -> None:
        """The form of this fault with what was typed for it; hidden for one that is closed."""
        other = (fault.number if fault is not None else 0) != (self._fault.number if self._fault is not None else 0)
        self._fault = fault
        self.setVisible(fault is not None and fault.open)
        if fault is not None and not fault.open:
            self._drafts.pop(fault.number, None)
        if other and fault is not None:
            self._fill(self._drafts.get(fault.number, Draft()))
        self.refresh()

    def retranslate(self) -> None:
        """All words; what was typed stays."""
        self._heading.setText(tr("faults.close.heading"))
        self.cause.setPlaceholderText(tr("faults.close.cause"))
        self.remedy.setPlaceholderText(tr("faults.close.remedy"))
        self.button.setText(tr("faults.close.button"))
        chosen = self._code()
        self.code.blockSignals(True)
        self.code.clear()
        for code in CloseCode:
            self.code.addItem(tr(f"domain.close_code.{code}"), code.value)
        self.code.setCurrentIndex(self.code.findData(chosen.value))
        self.code.blockSignals(False)
        self.refresh()

    def refresh(self) -> None:
        """May it be closed now?"""
        fault = self._fault
        if fault is None or not fault.open:
            return
        code = self._code()
        act = presenter.close(self._picture, fault, code, self.cause.text(), self.remedy.text())
        waiting = self._desk.pending("fault", fault.number)
        self.button.setEnabled(act.able and not waiting)
        self.button.setToolTip(act.why)
        self.why.setText(tr("faults.pending") if waiting else act.why or presenter.consequence(self._picture, fault, code))
        self.why.setVisible(bool(self.why.text()))

    # --- acting

    def do_close(self) -> None:
        """Close the fault with what stands there."""
        fault = self._fault
        if fault is None or not self.button.isEnabled():
            return
        command = CloseFault(fault.number, self._code(), self.cause.text().strip(), self.remedy.text().strip())
        self._desk.ask(command, lambda _number: self._closed(fault.number), self.denied.emit)
        self.refresh()

    def _closed(self, number: int) -> None:
        self._drafts.pop(number, None)
        if self._fault is not None and self._fault.number == number:
            self._fill(Draft())

    def _code(self) -> CloseCode:
        return CloseCode(self.code.currentData() or CloseCode.REAL)

    def _fill(self, draft: Draft) -> None:
        for piece in (self.code, self.cause, self.remedy):
            piece.blockSignals(True)
        self.code.setCurrentIndex(self.code.findData(draft.code.value))
        self.cause.setText(draft.cause)
        self.remedy.setText(draft.remedy)
        for piece in (self.code, self.cause, self.remedy):
            piece.blockSignals(False)

    def _typed(self, _what: object = None) -> None:
        if self._fault is not None:
            self._drafts[self._fault.number] = Draft(self._code(), self.cause.text(), self.remedy.text())
        self.refresh()
