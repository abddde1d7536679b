"""Ctrl+K: finds any equipment, point, order, fault, plan, hazard, round or screen: in both languages, by code, by pinyin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from console.texts import CHINESE, language, tr
from console.ui.drills.finding import hits
from console.ui.finding import names_of
from console.ui.nav import SCREENS
from console.ui.picture import Picture
from console.ui.pinyin import findable, matches, near, nearly, words_of
from console.ui.widgets.searchline import SearchLine

MOST = 12


class Goal(Protocol):
    """Where the palette leads; the shell's navigator."""

    def open_screen(self, name: str) -> None: ...

    def open_equipment(self, equipment: str) -> None: ...

    def open_fault(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...

    def open_emergency(self, name: str) -> None: ...

    def open_hazard(self, name: str) -> None: ...

    def open_round(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that can be opened."""

    title: str
    about: str
    go: Callable[[], None]


def find(picture: Picture, goal: Goal, typed: str, most: int = MOST) -> list[Found]:
    """The first ``most`` things in which every typed word occurs, the likeliest kinds first; if none, those that nearly fit."""
    words = words_of(typed)
    names_of(picture).settle()
    found = list(islice(_found(picture, goal, words, most, about=False), most))
    return found or list(islice(_found(picture, goal, words, most, about=True), most))


def _found(picture: Picture, goal: Goal, words: Sequence[str], most: int, *, about: bool) -> Iterator[Found]:
    patterns = near(words) if about else []
    if about and not patterns:
        return

    def fits(*texts: str) -> bool:
        return nearly(patterns, findable(*texts)) if about else matches(words, findable(*texts))

    for name in SCREENS:
        if fits(name, tr(f"shell.screen.{name}"), tr(f"shell.screen.{name}", CHINESE)):
            yield Found(tr(f"shell.screen.{name}"), tr("shell.palette.screen"), partial(goal.open_screen, name))
    for title, what, go in hits(picture, goal, fits):
        yield Found(title, what, go)
    names = names_of(picture)
    for id in names.equipment(words, most, about=about):
        machine = picture.equipment.get(id)
        if machine is not None:
            place = picture.locations.get(machine.location)
            where = place.name.get(language()) if place is not None else ""
            yield Found(machine.name.get(language()), where, partial(goal.open_equipment, id))
    for fault in picture.faults.values():
        if fits(fault.id, fault.text.zh, fault.text.en, fault.equipment):
            yield Found(f"{fault.id} {fault.text.get(language())}", fault.equipment, partial(goal.open_fault, fault.number))
    for order in picture.orders.values():
        if fits(order.id, order.title.zh, order.title.en, order.equipment):
            yield Found(f"{order.id} {order.title.get(language())}", order.equipment, partial(goal.open_order, order.number))
    for id in names.points(words, most, about=about):
        point = picture.points.get(id)
        if point is not None:
            whose = picture.equipment.get(point.equipment)
            name = whose.name.get(language()) if whose is not None else ""
            yield Found(point.name.get(language()), name, partial(goal.open_equipment, point.equipment))


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
        self.typed = SearchLine("palette")
        self.list = QListWidget()
        self.list.setFixedHeight(MOST * 32)
        layout.addWidget(self.typed)
        layout.addWidget(self.list)
        self.typed.searched.connect(self._search)
        names_of(picture).ready.connect(self._search_again)
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
        self._search_again()

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

    def _search_again(self) -> None:
        if self.isVisible():
            self._search(self.typed.wanted)

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
