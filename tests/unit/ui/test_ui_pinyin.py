"""Chinese names are found by what a Latin keyboard types, also while an input method still composes it."""

from __future__ import annotations

import random
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.pinyin import findable, matches, near, nearly, readings, words_of
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import Column, RowModel, TableView

FOUND = [
    ("生活泵房", "shbf"),
    ("生活泵房", "SHBF"),
    ("生活泵房", "ｓｈｂｆ"),  # an input method in full width
    ("生活泵房", "shenghuo"),
    ("生活泵房", "bengfang"),
    ("生活泵房", "泵房"),
    ("1号楼 2# 客梯", "1hl"),
    ("1号楼 2# 客梯", "kt 1hl"),
    ("重故障", "zgz"),  # 重 has two readings: zhong …
    ("重复报警", "cfbj"),  # … and chong
    ("长驻报警", "czbj"),
    ("增长", "zz"),
    ("T1-P1 水泵", "t1-p1"),
    ("绿化泵", "lhb"),
    ("绿化泵", "lvhua"),
]
NOT_FOUND = [("生活泵房", "xfb"), ("消防泵", "shb"), ("T1-P1", "shbf"), ("客梯", "kt kt2")]


@pytest.mark.parametrize(("name", "typed"), FOUND)
def test_a_name_is_found_by_its_characters_initials_or_whole_pinyin(name: str, typed: str) -> None:
    assert matches(words_of(typed), findable(name))


@pytest.mark.parametrize(("name", "typed"), NOT_FOUND)
def test_another_name_is_not_found(name: str, typed: str) -> None:
    assert not matches(words_of(typed), findable(name))


def test_initials_with_one_wrong_letter_are_near_and_with_two_are_not() -> None:
    """``szbf`` for 生活泵房, whose initials are shbf."""
    assert nearly(near(["szbf"]), findable("生活泵房"))
    assert not nearly(near(["szbx"]), findable("生活泵房"))
    assert near(["szb"]) == []  # three letters with one wrong would be like everything
    assert near(["泵房泵房"]) == []


def test_the_table_has_a_reading_for_every_character_of_the_shipped_texts() -> None:
    from importlib.resources import files  # noqa: PLC0415 - of this test alone

    texts = "".join(each.read_text(encoding="utf-8") for each in files("resources").joinpath("texts").iterdir())
    chinese = {character for character in texts if "\u4e00" <= character <= "\u9fff"}
    assert len(chinese) > 800
    assert not chinese - readings().keys()


def test_fifty_thousand_prepared_names_are_searched_within_a_tenth_of_a_second() -> None:
    """The bar, with room for a slow machine; measured: 0.03 s."""
    parts = [chr(0x4E00 + place) for place in random.Random(5).sample(range(5000), 60)]
    names = [f"{n}#{parts[n % 60]}{parts[n // 60 % 60]}{parts[n // 3600]}{parts[n % 7]}" for n in range(50_000)]
    prepared = [findable(name) for name in names]
    words, best = words_of("12345#"), 9.0
    for _ in range(3):
        began = time.perf_counter()
        count = sum(1 for text in prepared if matches(words, text))
        best = min(best, time.perf_counter() - began)
    assert count == 1
    assert best < 0.1


def compose(line: SearchLine, text: str, committed: str = "") -> None:
    event = QInputMethodEvent(text, [])
    if committed:
        event.setCommitString(committed)
    QApplication.sendEvent(line, event)


def test_letters_that_are_being_composed_search_already(qtbot: QtBot) -> None:
    """With Pinyin on, the line holds ``s'h'b'f`` in composition and no text: the table is filtered all the same."""
    columns: list[Column[str]] = [Column("name", "", 0, lambda name: name)]
    model: RowModel[str] = RowModel(columns, lambda name: name)
    model.set_rows(["生活泵房", "消防泵房", "1# 客梯"])
    table: TableView[str] = TableView(model, "names")
    line = SearchLine("line")
    line.searched.connect(table.filter_text)
    qtbot.addWidget(table)
    qtbot.addWidget(line)
    compose(line, "s'h'b'f")
    assert line.text() == ""
    assert table.shown() == ["生活泵房"]
    compose(line, "", "消防")
    assert table.shown() == ["消防泵房"]
    line.clear()
    assert len(table.shown()) == 3
    compose(line, "kt")
    compose(line, "")  # given up
    assert len(table.shown()) == 3


def test_a_table_falls_back_on_what_is_near_only_where_nothing_fits(qtbot: QtBot) -> None:
    columns: list[Column[str]] = [Column("name", "", 0, lambda name: name)]
    model: RowModel[str] = RowModel(columns, lambda name: name)
    model.set_rows(["生活泵房", "水站泵房"])
    table: TableView[str] = TableView(model, "names")
    qtbot.addWidget(table)
    table.filter_text("szbf")
    assert table.shown() == ["水站泵房"]
    model.remove_rows(["水站泵房"])
    table.filter_text("szbf")
    assert table.shown() == ["生活泵房"]
    assert table.model().headerData(0, Qt.Orientation.Horizontal) == ""
