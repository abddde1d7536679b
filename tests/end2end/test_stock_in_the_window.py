"""People, parts and vendors in the real window, by keys and clicks, at two stations, through a kill of the collector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from console.domain.maintenance.parts import Part
from console.domain.maintenance.people import Person
from console.domain.maintenance.vendors import Vendor
from console.ui.moments import full_text
from console.ui.people.screen import PeopleScreen
from console.ui.stock.screen import StockScreen
from tests.helpers.people import write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.windows import Window

SITE = """\
site: {id: yard, name: {zh: 试验场, en: Yard}}
locations: [{id: B1, name: {zh: 地下一层, en: Basement}}]
"""


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[CollectorProcess]:
    file = tmp_path / "site.yaml"
    file.write_text(SITE, encoding="utf-8")
    process = CollectorProcess(tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_people(tmp_path)))
    process.start()
    yield process
    process.stop()
    assert "Traceback" not in process.log()


@pytest.fixture
def window(qtbot: QtBot, collector: CollectorProcess) -> Iterator[Window]:
    made = Window(qtbot, collector.folder)
    yield made
    made.close()


def test_a_part_is_entered_bought_taken_and_counted_and_its_versions_tell_it(window: Window, collector: CollectorProcess) -> None:
    window.sign_on("li")
    QTest.keyClick(window.shell, Qt.Key.Key_7, Qt.KeyboardModifier.AltModifier)
    stock = window.shell.made_screen("stock")
    assert isinstance(stock, StockScreen)
    window.until(stock.isVisible)
    window.press("parts_new")
    for field, text in (("parts_id", "BR-6204"), ("parts_name", "轴承 6204"), ("parts_unit", "个"), ("parts_least", "4")):
        window.type(field, text)
    window.press("parts_new_form")
    part = window.until(lambda: window.picture.records(Part).get("BR-6204"))
    assert part is not None and part.short

    window.until(lambda: stock.parts.present() is not None)
    QTest.keyClick(stock.parts.table, Qt.Key.Key_I)
    window.type("parts_quantity", "10")
    window.type("parts_price", "32.5")
    window.press("parts_in_form")
    window.until(lambda: window.picture.records(Part)["BR-6204"].stock == 10)

    QTest.keyClick(stock.parts.table, Qt.Key.Key_O)
    window.type("parts_quantity", "11")
    window.type("parts_note", "换泵轴承")
    window.press("parts_out_form")
    window.until(lambda: "不够出库" in window.text("order_error"))
    window.type("parts_quantity", "8")
    window.press("parts_out_form")
    window.until(lambda: window.picture.records(Part)["BR-6204"].short)

    window.press("versions")
    window.until(lambda: "李主管" in window.text("versions_text"))
    assert "库存：10.0 → 2.0" in window.text("versions_text")

    collector.kill()
    window.until(lambda: not window.picture.live)
    collector.start()
    window.until(lambda: window.picture.live)
    assert window.picture.records(Part)["BR-6204"].stock == 2
    window.press("stock_moves")
    window.until(lambda: len(stock.moves.table.shown()) == 2)
    assert [move.quantity for move in stock.moves.table.shown()] == [-8, 10]


def test_a_certificate_that_ran_out_is_seen_and_two_stations_agree(
    window: Window, qtbot: QtBot, collector: CollectorProcess
) -> None:
    window.sign_on("li")
    QTest.keyClick(window.shell, Qt.Key.Key_8, Qt.KeyboardModifier.AltModifier)
    people = window.shell.made_screen("people")
    assert isinstance(people, PeopleScreen)
    window.until(people.isVisible)
    people.show_person("zhao")
    window.press("people_certify")
    window.choose("people_certificate_kind", "electrician")
    window.type("people_certificate_number", "T3101")
    window.type("people_until", "2025-02-30")
    window.press("people_certify_form")
    window.until(lambda: "不是日期" in window.text("order_error"))
    window.type("people_until", "2025-02-28")
    window.press("people_certify_form")
    window.until(lambda: window.picture.records(Person).get("zhao"))
    assert "已过期 1 张" in " ".join(window.words())

    other = Window(qtbot, collector.folder, "B台")
    try:
        other.until(lambda: other.picture.records(Person).get("zhao"))
        other.sign_on("li")
        QTest.keyClick(other.shell, Qt.Key.Key_8, Qt.KeyboardModifier.AltModifier)
        theirs = other.shell.made_screen("people")
        assert isinstance(theirs, PeopleScreen)
        theirs.show_person("zhao")
        other.press("people_edit")  # both have the same version open
        window.press("people_edit")
        window.type("people_team", "机电一班")
        window.press("people_edit_form")
        window.until(lambda: window.picture.records(Person)["zhao"].team)
        other.until(lambda: other.picture.records(Person)["zhao"].team)
        other.type("people_team", "机电二班")
        other.press("people_edit_form")
        other.until(lambda: "已被他人修改" in other.text("order_error"))
    finally:
        other.close()
    assert window.picture.records(Person)["zhao"].team == "机电一班"


def test_an_operator_sees_the_registers_and_cannot_change_them(window: Window) -> None:
    window.sign_on("wang")
    QTest.keyClick(window.shell, Qt.Key.Key_7, Qt.KeyboardModifier.AltModifier)
    assert not window.button("parts_new").isEnabled()
    assert "还没有备件" in " ".join(window.words())
    window.press("stock_vendors")
    assert not window.button("vendors_new").isEnabled()


def test_a_visit_that_came_late_is_in_the_vendors_record(window: Window) -> None:
    window.sign_on("li")
    QTest.keyClick(window.shell, Qt.Key.Key_7, Qt.KeyboardModifier.AltModifier)
    window.press("stock_vendors")
    window.press("vendors_new")
    for field, text in (("vendors_id", "V1"), ("vendors_name", "申菱电梯"), ("vendors_equipment_kinds", "elevator")):
        window.type(field, text)
    window.press("vendors_new_form")
    window.until(lambda: window.picture.records(Vendor).get("V1"))
    window.press("vendors_visit")
    assert window.find(QComboBox, "vendors_order").count() == 1
    now = window.picture.now()

    for field, minutes in (("vendors_called_at", 90), ("vendors_promised_at", 60), ("vendors_arrived_at", 30)):
        window.type(field, full_text(now - minutes * 60_000_000_000, "Asia/Shanghai"))
    window.press("vendors_visit_form")
    window.press("stock_visits")
    window.until(lambda: "准时 0 次" in " ".join(window.words()))
