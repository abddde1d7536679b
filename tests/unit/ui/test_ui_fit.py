"""No word is cut: at 1920 x 1080, in both languages, with everything busy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from console.domain.accounts import Role
from console.link.messages import Snapshot
from console.texts import LANGUAGES
from console.ui.nav import SCREENS
from console.ui.orders.screen import OrdersScreen
from console.ui.picture import Picture
from console.ui.shell import Shell
from tests.helpers.snapshots import busy

Show = Callable[[Snapshot], Picture]
OURS = tuple(name for name in SCREENS if name in ("overview", "orders"))


def cut(window: QWidget) -> list[str]:
    """Buttons and one-line labels that have less room than their words need; wrapped labels that lack height."""
    QApplication.processEvents()
    found = []
    for child in window.findChildren(QWidget):
        if not isinstance(child, QLabel | QPushButton) or not child.isVisible() or not child.text():
            continue
        if isinstance(child, QLabel) and child.wordWrap():
            if child.heightForWidth(child.width()) > child.height():
                found.append(f"{child.text()!r}: {child.height()} high, needs {child.heightForWidth(child.width())}")
        elif child.sizeHint().width() > child.width():
            found.append(f"{child.text()!r}: {child.width()} wide, needs {child.sizeHint().width()}")
    return found


def test_the_finder_sees_a_label_without_room(qtbot: object) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)  # type: ignore[attr-defined]
    label = QLabel("a long text that has no room", holder)
    label.setFixedWidth(30)
    holder.show()
    assert cut(holder)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", OURS)
def test_no_word_of_a_screen_is_cut(shell: Shell, show: Show, name: str, language: str) -> None:
    show(busy(Role.SUPERVISOR))
    shell.change_language(language)
    shell.open_screen(name)
    assert not cut(shell)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(1, 14))
def test_no_word_of_an_order_is_cut(shell: Shell, show: Show, number: int, language: str) -> None:
    show(busy(Role.SUPERVISOR))
    shell.change_language(language)
    shell.open_order(number)
    assert not cut(shell)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("number", "act"), [(1, "dispatch"), (3, "assigned"), (7, "verify"), (2, "cancel"), (0, "new")])
def test_no_word_of_a_form_is_cut(shell: Shell, show: Show, number: int, act: str, language: str) -> None:
    show(busy(Role.SUPERVISOR))
    shell.change_language(language)
    shell.open_screen("orders")
    screen = shell.made_screen("orders")
    assert isinstance(screen, OrdersScreen)
    if number:
        screen.show_order(number)
        button = screen.findChild(QPushButton, f"do_{act}")
        assert button is not None
        button.click()
    else:
        screen.detail.open_new()
    assert screen.detail.form is not None
    assert not cut(shell)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", ["open_signon", "do_stop", "do_search"])
def test_no_word_of_a_panel_is_cut(shell: Shell, show: Show, panel: str, language: str) -> None:
    show(busy())
    shell.change_language(language)
    getattr(shell, panel)()
    assert shell.veil.panel is not None
    assert not cut(shell.veil.panel)
