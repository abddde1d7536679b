"""Filters with a name: read from and set on lines, boxes and buttons, kept for each list apart."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from console.ui.widgets import saved
from console.ui.widgets.saved import SavedFilters, saved_filters
from console.ui.widgets.searchline import SearchLine


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    memory: dict[str, str] = {}
    monkeypatch.setattr(saved, "remember", memory.__setitem__)
    monkeypatch.setattr(saved, "remembered", memory.get)
    return memory


def fields() -> tuple[SearchLine, QComboBox, QPushButton]:
    box, button = QComboBox(), QPushButton()
    for value in ("", "water", "fire"):
        box.addItem(value or "all", value)
    button.setCheckable(True)
    return SearchLine("typed"), box, button


def test_a_filter_of_three_kinds_of_field_is_kept_set_again_and_taken_away(qtbot: QtBot, kept: dict[str, str]) -> None:
    line, box, button = fields()
    made = SavedFilters("orders", {"typed": line, "system": box, "mine": button})
    qtbot.addWidget(made)
    searched: list[str] = []
    line.searched.connect(searched.append)
    line.setText("水泵")
    box.setCurrentIndex(2)
    button.setChecked(True)
    made.names.setEditText("夜班")
    made.save.click()
    assert saved_filters("orders") == {"夜班": {"typed": "水泵", "system": "fire", "mine": "1"}}
    assert saved_filters("faults") == {}  # every list has its own
    made.use({})
    assert (line.text(), box.currentData(), button.isChecked()) == ("", "", False)
    made.names.setCurrentIndex(made.names.findText("夜班"))
    made.names.activated.emit(made.names.currentIndex())
    assert (line.text(), box.currentData(), button.isChecked()) == ("水泵", "fire", True)
    assert searched[-1] == "水泵"  # the list was filtered as if somebody had typed it
    made.use({})
    made.names.setEditText("夜班")
    made.save.click()
    assert saved_filters("orders") == {}


@pytest.mark.parametrize("rubbish", ["", "[]", "{", '{"a": 1}', "null"])
def test_what_cannot_be_read_is_no_filter(kept: dict[str, str], rubbish: str) -> None:
    kept["orders/filters"] = rubbish
    assert saved_filters("orders") == {}


def test_a_value_that_is_gone_clears_its_field(qtbot: QtBot, kept: dict[str, str]) -> None:
    line, box, button = fields()
    made = SavedFilters("orders", {"typed": line, "system": box, "mine": button})
    qtbot.addWidget(made)
    box.setCurrentIndex(1)
    made.use({"system": "sold", "typed": "x"})
    assert (box.currentData(), line.text()) == ("", "x")
