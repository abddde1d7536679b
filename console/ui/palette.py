"""Ctrl+K: finds any equipment, point, order, fault or screen by what is typed, in both languages and by code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from console.texts import language, tr
from console.ui.nav import SCREENS
from console.ui.picture import Picture

MOST = 12


class Goal(Protocol):
    """Where the palette leads; the shell's navigator."""

    def open_screen(self, name: str) -> None: ...

    def open_equipment(self, equipment: str) -> None: ...

    def open_fault(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that can be opened."""

    title: str
    about: str
    words: str
    go: Callable[[], None]


def everything(picture: Picture, goal: Goal) -> Iterator[Found]:
    """All that can be found, the likeliest kinds first."""
    for name in SCREENS:
        yield Found(tr(f"shell.screen.{name}"), tr("shell.palette.screen"), name, lambda name=name: goal.open_screen(name))  # type: ignore[misc]
    for machine in picture.equipment.values():
        place = picture.locations.get(machine.location)
        about = place.name.get(language()) if place is not None else ""
        words = f"{machine.id} {machine.name.zh} {machine.name.en}"
        yield Found(machine.name.get(language()), about, words, lambda id=machine.id: goal.open_equipment(id))  # type: ignore[misc]
    for fault in picture.faults.values():
        yield Found(f"{fault.id} {fault.text.get(language())}", fault.equipment, "", lambda n=fault.number: goal.open_fault(n))  # type: ignore[misc]
    for order in picture.orders.values():
        yield Found(f"{order.id} {order.title.get(language())}", order.equipment, "", lambda n=order.number: goal.open_order(n))  # type: ignore[misc]
    for point in picture.points.values():
        machine_name = picture.equipment[point.equipment].name.get(language()) if point.equipment in picture.equipment else ""
        words = f"{point.id} {point.name.zh} {point.name.en}"
        yield Found(point.name.get(language()), machine_name, words, lambda id=point.equipment: goal.open_equipment(id))  # type: ignore[misc]


def find(picture: Picture, goal: Goal, typed: str, most: int = MOST) -> list[Found]:
    """The first ``most`` things in which every typed word occurs."""
    words = typed.casefold().split()
    found: list[Found] = []
    for each in everything(picture, goal):
        text = f"{each.title} {each.about} {each.words}".casefold()
        if all(word in text for word in words):
            found.append(each)
            if len(found) == most:
                break
    return found


class Palette(QFrame):
    """The panel: a line to type into and what was found below it."""

    closed = Signal()

    def __init__(self, picture: Picture, goal: Goal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._goal = picture, goal
        self._found: list[Found] = []
        self.setProperty("card", True)
        self.setFixedWidth(640)
        layout = QVBoxLayout(self)
        self.typed = QLineEdit()
        self.typed.setObjectName("palette")
        self.list = QListWidget()
        self.list.setFixedHeight(MOST * 32)
        layout.addWidget(self.typed)
        layout.addWidget(self.list)
        self.typed.textChanged.connect(self._search)
        self.typed.installEventFilter(self)
        self.list.itemActivated.connect(self._activated)
        self.list.itemClicked.connect(self._activated)

    def showEvent(self, event: QShowEvent) -> None:
        """Empty and ready to type."""
        super().showEvent(event)
        self.typed.clear()
        self.retranslate()
        self.typed.setFocus()

    def retranslate(self) -> None:
        """All words; what was typed stays."""
        self.typed.setPlaceholderText(tr("shell.palette.hint"))
        self._search(self.typed.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up, down, Enter and Escape while the line has the focus."""
        if watched is self.typed and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = 1 if key == Qt.Key.Key_Down else -1
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._go(self.list.currentRow())
                return True
            if key == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)

    def _search(self, typed: str) -> None:
        self._found = find(self._picture, self._goal, typed)
        self.list.clear()
        for each in self._found:
            self.list.addItem(QListWidgetItem(f"{each.title}    {each.about}"))
        if not self._found:
            self.list.addItem(QListWidgetItem(tr("shell.palette.nothing")))
        self.list.setCurrentRow(0)

    def _activated(self, item: QListWidgetItem) -> None:
        self._go(self.list.row(item))

    def _go(self, row: int) -> None:
        if 0 <= row < len(self._found):
            self.closed.emit()
            self._found[row].go()
