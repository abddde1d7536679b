"""No word of the ledger, its import and an equipment's card is cut, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from ui_ledger_cards import CARDS, Been

from console.texts import LANGUAGES, set_language
from console.ui.desk import Desk
from console.ui.equipment.cardpage import CardPage
from console.ui.ledger.screen import LedgerScreen
from console.ui.picture import Picture
from tests.helpers.snapshots import RecordingLine


def cut(window: QWidget) -> list[str]:
    """Buttons and one-line labels that have less room than their words need."""
    QApplication.processEvents()
    return [
        child.text()
        for child in window.findChildren(QWidget)
        if isinstance(child, QLabel | QPushButton) and child.isVisible() and child.text()
        and not (isinstance(child, QLabel) and child.wordWrap()) and child.sizeHint().width() > child.width()
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_the_grid_and_the_import_is_cut(screen: LedgerScreen, language: str, tmp_path: Path) -> None:
    set_language(language)
    screen.retranslate()
    screen.model.finish()
    screen.model.type([("C-000001", "model", "SG18"), ("C-000002", "installed", "31.12.25")])
    screen.grid.selectAll()
    assert not cut(screen)
    screen.do_import()
    assert not cut(screen)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_a_card_is_cut(qtbot: QtBot, picture: Picture, line: RecordingLine, been: Been, language: str) -> None:
    set_language(language)
    page = CardPage(picture, Desk(picture, line))
    qtbot.addWidget(page)
    page.resize(1500, 700)
    page.show()
    page.retranslate()
    page.show_card(CARDS[1].id)
    assert not cut(page)
    assert page.fields["code"].text() == CARDS[1].code
