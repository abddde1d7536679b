"""Chinese names are found by what a Latin keyboard types, also while an input method still composes it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.finding import Index
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


def names(count: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Points as an estate has them: an id, a name in both languages, and that of the machine."""
    pumps = (("生活泵", "Domestic pump"), ("消防泵", "Fire pump"), ("客梯", "Lift"), ("排污泵", "Sewage pump"))
    points = (("出口压力", "Outlet pressure"), ("运行状态", "Running"), ("累计运行时间", "Run hours"), ("重故障", "Fault"))
    for number in range(count):
        (pump, english), (point, what) = pumps[number % 4], points[number // 4 % 4]
        house = number // 16
        yield (
            f"T{house}-P{number % 4}.x{number}",
            (f"T{house}-P{number % 4}", point, what, f"{house}号楼 {pump}", f"Tower {house} {english}"),
        )


def test_an_index_finds_what_a_table_finds_and_in_the_same_order() -> None:
    """Latin and Chinese words, alone and mixed; the index and the plain search agree on two thousand names."""
    rows = list(names(2000))
    index = Index(rows)
    for typed in ("shb", "7号楼", "7hl 重", "ckyl fire", "chukouyali 生活", "zgz", "x12", "nothing", "7HL zhong"):
        words = words_of(typed)
        plain = [id for id, texts in rows if matches(words, findable(*texts))]
        assert index.find(words, 5000) == plain, typed
        assert index.find(words, 3) == plain[:3]
    for typed in ("szbf", "cxyl", "xfbb"):
        words = words_of(typed)
        plain = [id for id, texts in rows if nearly(near(words), findable(*texts))]
        assert index.nearly(words, 5000) == plain, typed
    assert index.find([], 4) == [id for id, _ in rows[:4]]


@pytest.mark.parametrize("typed", ["shb", "99hl ckyl", "7号楼 重", "qqqqqq"])
def test_fifty_thousand_names_are_searched_within_a_tenth_of_a_second(everything: Index, typed: str) -> None:
    """The bar, in processor time, with what is nearly right where nothing fits; measured: 0.02 s at most."""
    words, best = words_of(typed), 9.0
    for _ in range(3):
        began = time.process_time()
        if not everything.find(words, 400):
            everything.nearly(words, 400)
        best = min(best, time.process_time() - began)
    assert best < 0.1


@pytest.fixture(scope="module")
def everything() -> Index:
    return Index(names(50_000))


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


def test_a_long_list_is_spelled_beside_the_gui_thread_and_then_filtered(qtbot: QtBot) -> None:
    """The first letter typed above 3,000 rows costs the screen nothing; the answer follows, by what is typed then."""
    columns: list[Column[int]] = [Column("name", "", 0, lambda number: f"{number}号楼生活泵房{number % 7}")]
    model: RowModel[int] = RowModel(columns, lambda number: number)
    model.set_rows(range(3000))
    table: TableView[int] = TableView(model, "names")
    qtbot.addWidget(table)
    began = time.process_time()
    table.filter_text("1")
    assert time.process_time() - began < 0.1
    with qtbot.waitSignal(table.filtered, timeout=20_000):
        table.filter_text("2999hl shbf")
    assert table.shown() == [2999]
    table.filter_text("2998hl")  # now all is spelled, and the answer is there at once
    assert table.shown() == [2998]
    table.filter_text("")
    assert len(table.shown()) == 3000
