"""The whole alarm work by keys alone, with a Chinese input method that composes whatever it can get hold of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.domain.commands import AcknowledgeAlarms, ShelveAlarms, TakeFault
from console.domain.times import MINUTE
from console.texts import CHINESE, set_language
from console.ui import theme
from console.ui.alarms.screen import AlarmsScreen
from console.ui.desk import Desk
from console.ui.horn import Silent
from console.ui.picture import Picture
from console.ui.shell import Shell
from console.ui.widgets.tables import TableView
from tests.helpers.snapshots import RecordingLine, busy

PLAIN = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


class Hands:
    """Ten fingers and an input method: a letter that lands where text is taken is composed, every other key is a key."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.composed = ""

    @property
    def focus(self) -> QWidget:
        if not self.shell.isActiveWindow():  # the offscreen platform lets go of it when the window asks for attention
            self.shell.activateWindow()
            QTest.qWaitForWindowActive(self.shell, 500)
        found = QApplication.focusWidget()
        assert found is not None, "a key would go nowhere"
        return found

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        QTest.keyClick(self.focus, key, modifier)

    def letters(self, typed: str, chosen: str = "") -> None:
        """Type; the input method takes the letters where it may, and at the end ``chosen`` is what it wrote."""
        for letter in typed:
            if self.focus.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
                self.composed += letter
                QApplication.sendEvent(self.focus, QInputMethodEvent("'".join(self.composed), []))
            else:
                QTest.keyClick(self.focus, Qt.Key(ord(letter.upper())))
        if chosen:
            event = QInputMethodEvent("", [])
            event.setCommitString(chosen)
            QApplication.sendEvent(self.focus, event)
            self.composed = ""


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def hands(qtbot: QtBot, qapp: QApplication, line: RecordingLine, tmp_path: Path) -> Iterator[Hands]:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    set_language(CHINESE)
    if theme.current() != theme.CONTROL or not qapp.styleSheet():
        theme.apply(qapp, theme.CONTROL)
    picture = Picture("A台")
    shell = Shell(picture, Desk(picture, line), Silent(), remember_window=False)
    qtbot.addWidget(shell)
    shell.resize(1600, 900)
    shell.show()
    shell.activateWindow()
    QTest.qWaitForWindowActive(shell)
    morning = busy()
    fault = next(each for each in morning.faults if each.open)
    faults = tuple(replace(each, taken=None) if each is fault else each for each in morning.faults)
    alarms = tuple(replace(each, fault=fault.id) if each.number == 1 else each for each in morning.alarms)
    picture.take_snapshot(replace(morning, me="wang", alarms=alarms, faults=faults))
    yield Hands(shell)
    shell.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def alarms_of(hands: Hands) -> AlarmsScreen:
    found = hands.shell.made_screen("alarms")
    assert isinstance(found, AlarmsScreen)
    return found


def test_from_anywhere_to_an_acknowledged_and_taken_alarm_without_a_mouse(hands: Hands, line: RecordingLine) -> None:
    hands.key(Qt.Key.Key_F2)
    screen = alarms_of(hands)
    assert hands.focus is screen.table  # the next key means something at once
    first = screen.table.current()
    assert first is not None
    hands.key(Qt.Key.Key_Return)
    assert line.asked == [AcknowledgeAlarms((first.number,))]
    line.done()
    hands.letters("t")  # with the input method on: the list takes no text, so it is the key T
    assert isinstance(line.asked[-1], TakeFault)


def test_the_filter_is_reached_composes_and_leads_back_to_the_list(hands: Hands) -> None:
    hands.key(Qt.Key.Key_F2)
    screen = alarms_of(hands)
    everything = len(screen.table.shown())
    hands.key(Qt.Key.Key_Slash)
    assert hands.focus.objectName() == "alarm_filter"
    name = screen.table.model().index(0, 2).data()
    hands.letters("kt")  # 客梯
    assert 0 < len(screen.table.shown()) <= everything  # composed, and searched already
    assert hands.composed == "kt"
    hands.letters("", chosen=name)
    assert screen._typed.text() == name
    assert {screen.table.model().index(row, 2).data() for row in range(len(screen.table.shown()))} == {name}
    hands.key(Qt.Key.Key_Down)
    assert hands.focus is screen.table
    hands.key(Qt.Key.Key_Slash)
    hands.key(Qt.Key.Key_Escape)
    assert len(screen.table.shown()) == everything
    hands.key(Qt.Key.Key_Escape)
    assert hands.focus is screen.table


def test_shelving_with_a_chinese_reason_needs_no_mouse(qtbot: QtBot, hands: Hands, line: RecordingLine) -> None:
    hands.key(Qt.Key.Key_F2)
    screen = alarms_of(hands)
    number = next(alarm.number for alarm in screen.table.shown() if not alarm.undeniable and alarm.equipment)
    screen.table.select(number)
    hands.letters("s")
    qtbot.waitUntil(lambda: hands.focus.objectName() == "shelf_reason", timeout=2000)
    hands.letters("cgqygh", chosen="传感器要更换")
    hands.key(Qt.Key.Key_Return)
    assert line.asked[-1] == ShelveAlarms((number,), "传感器要更换", 15 * MINUTE)


def test_the_lists_are_turned_by_keys(hands: Hands) -> None:
    hands.key(Qt.Key.Key_F2)
    screen = alarms_of(hands)
    for expected in ("shelf", "history", "active"):
        hands.key(Qt.Key.Key_PageDown, CONTROL)
        assert screen._mode == expected
    hands.key(Qt.Key.Key_PageUp, CONTROL)
    assert screen._mode == "history"


def test_ctrl_k_finds_by_composed_initials_and_enter_goes_there(hands: Hands) -> None:
    hands.key(Qt.Key.Key_K, CONTROL)
    assert hands.focus.objectName() == "palette"
    hands.letters("shbz")  # 生活泵组
    assert "生活泵组" in hands.shell.palette_panel.list.item(0).text()
    hands.letters("", chosen="生活泵组")
    hands.key(Qt.Key.Key_Return)
    assert hands.shell._here == "equipment"


def test_no_list_of_any_opened_screen_lets_an_input_method_take_its_keys(hands: Hands) -> None:
    for name in ("alarms", "faults", "orders", "quality", "connections", "isolations"):
        hands.shell.open_screen(name)
    tables = hands.shell.findChildren(TableView)
    assert len(tables) > 6
    assert not [table.objectName() for table in tables if table.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)]
