"""A supervisor's month in the real window: plan, orders, certificate, checklist, parts, acceptance, a fault in between, the report.

The collector is the real process on a steered clock; the month takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLineEdit, QTableWidget, QTabWidget
from pytestqt.qtbot import QtBot

from console.domain.maintenance.parts import Part
from console.domain.maintenance.people import Person
from console.domain.maintenance.planning import Plan
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.times import DAY, HOUR, SECOND
from console.ui.orders.filesection import FileSection
from console.ui.people.screen import PeopleScreen
from console.ui.plans.screen import PlansScreen
from console.ui.reports.screen import ReportsScreen
from console.ui.stock.screen import StockScreen
from tests.helpers.people import SECRETS, write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import Registers, block, on_pymodbustcp
from tests.helpers.steering import Steering
from tests.helpers.testclock import TestClock
from tests.helpers.windows import Window

DECEMBER = 1_796_083_200 * SECOND  # 2026-12-01 08:00 in Shanghai
SITE = """\
site: {{id: yard, name: {{zh: 小区, en: Yard}}, timezone: Asia/Shanghai}}
locations: [{{id: T1, name: {{zh: 1号楼, en: Tower 1}}}}]
connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 300}}]
equipment:
  - id: E1
    type: generic_modbus
    kind: elevator
    system: elevator
    name: {{zh: 1# 客梯, en: Lift 1}}
    location: T1
    connection: gw
    unit: 1
    points: [{{key: door_time, name: {{zh: 关门时间, en: Door time}}, address: 0, unit: s, poll_ms: 200, main: true}}]
    alarms: [{{key: slow, point: door_time, kind: high, limit: 20, priority: 3, text: {{zh: 关门慢, en: Door slow}}}}]
"""


class Month:
    """Everything that the story needs."""

    def __init__(self, qtbot: QtBot, folder: Path, port: int, steering: Steering) -> None:
        file = folder / "site.yaml"
        file.write_text(SITE.format(port=port), encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_people(folder)), "--clock", f"steered:{steering.port}")
        self.process = CollectorProcess(folder / "store", *words)
        self.clock = TestClock(steering)
        self.clock.start(self.process)
        self.window = Window(qtbot, self.process.folder)
        self.picture = self.window.picture
        self.window.until(lambda: self.picture.reading("E1.door_time").value == 5)

    def later(self, hours: float) -> None:
        """Hours pass; the window follows."""
        self.clock.advance(hours)
        self.window.until(lambda: abs(self.picture.now() - self.clock.now()) < 2 * SECOND)

    def until(self, moment: int) -> None:
        """The same, to a moment."""
        self.later((moment - self.clock.now()) / HOUR)

    def alt(self, key: Qt.Key) -> None:
        """A screen of the maintenance half."""
        QTest.keyClick(self.window.shell, key, Qt.KeyboardModifier.AltModifier)

    def order(self, number: int) -> Order:
        """As it is now."""
        return self.picture.orders[number]

    def reached(self, number: int, state: OrderState) -> None:
        """Wait for a stage."""
        self.window.until(lambda: self.order(number).state is state)


@pytest.fixture
def month(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Month, Registers]]:
    registers = block(1, 3, 0, 5)
    with on_pymodbustcp(registers) as port, Steering(DECEMBER) as steering:
        made = Month(qtbot, tmp_path, port, steering)
        try:
            yield made, registers
        finally:
            made.window.close()
            made.process.stop()
        assert "Traceback" not in made.process.log()


def make_the_plan(here: Month) -> None:
    """The elevator's nested visits, from the shipped template."""
    window = here.window
    here.alt(Qt.Key.Key_2)
    plans = window.shell.made_screen("plans")
    assert isinstance(plans, PlansScreen)
    window.until(plans.isVisible)
    window.press("plans_list")
    window.choose("plans_template", "elevator")
    window.press("plans_new")
    table = window.find(QTableWidget, "plans_machines")
    table.item(0, 0).setCheckState(Qt.CheckState.Checked)  # type: ignore[union-attr]
    table.item(0, 1).setText("2026-12-02")  # type: ignore[union-attr]
    window.press("plans_preview")
    window.press("plans_new_form")
    window.until(lambda: here.picture.records(Plan))


def put_a_roller_on_the_shelf(here: Month) -> None:
    """A part, and eight of it."""
    window = here.window
    here.alt(Qt.Key.Key_7)
    stock = window.shell.made_screen("stock")
    assert isinstance(stock, StockScreen)
    window.press("parts_new")
    for field, text in (("parts_id", "ROLLER-80"), ("parts_name", "层门挂轮"), ("parts_unit", "个"), ("parts_least", "2")):
        window.type(field, text)
    window.press("parts_new_form")
    window.until(lambda: stock.parts.present() is not None)
    window.press("parts_in")
    window.type("parts_quantity", "8")
    window.type("parts_price", "45")
    window.press("parts_in_form")
    window.until(lambda: here.picture.records(Part)["ROLLER-80"].stock == 8)


def certify_zhao(here: Month) -> None:
    """He may work on elevators from now on."""
    window = here.window
    here.alt(Qt.Key.Key_8)
    people = window.shell.made_screen("people")
    assert isinstance(people, PeopleScreen)
    people.show_person("zhao")
    window.press("people_certify")
    window.choose("people_certificate_kind", "elevator")
    window.type("people_certificate_number", "T-0815")
    window.type("people_until", "2028-06-30")
    window.press("people_certify_form")
    window.until(lambda: here.picture.records(Person).get("zhao"))


def enter(here: Month, number: int, stage: OrderState) -> None:
    """The next stage by its button and its form."""
    here.window.press(f"do_{stage}")
    here.window.press("advance")
    here.reached(number, stage)


def fill_the_checklist(here: Month, number: int, photo: Path) -> None:
    """Every line passes; readings within their limits, photos where they are demanded."""
    window = here.window
    window.find(QTabWidget, "order_tabs").setCurrentIndex(1)
    for place, line in enumerate(here.order(number).checklist):
        if line.photo:
            files = window.shell.findChild(FileSection)
            assert files is not None
            files.send(place, str(photo))
            window.until(lambda place=place: here.order(number).checklist[place].files)  # type: ignore[misc] # called at once
        if line.measured:
            window.type(f"reading_{place}", f"{((line.low or 0) + (line.high or 100)) / 2:g}")
            QTest.keyClick(window.find(QLineEdit, f"reading_{place}"), Qt.Key.Key_Return)
        if not here.order(number).checklist[place].result:
            window.choose(f"result_{place}", "pass")
        window.until(lambda place=place: here.order(number).checklist[place].result == "pass")  # type: ignore[misc]


def walk(here: Month, number: int, photo: Path, parts: int) -> None:
    """From the technician's acceptance to the archive."""
    window = here.window
    window.sign_on("zhao")
    window.shell.open_order(number)
    enter(here, number, OrderState.ASSIGNED)
    here.later(1)
    enter(here, number, OrderState.ON_SITE)
    assert not window.button(f"do_{OrderState.IN_PROGRESS}").isEnabled(), "the safety steps come first"
    window.press("do_safety")
    for tick in window.shell.findChildren(QCheckBox):
        if tick.isVisible() and tick.objectName().startswith("confirm_"):
            tick.setChecked(True)
    window.press("safety_confirm")
    window.until(lambda: all(step.done for step in here.order(number).safety))
    enter(here, number, OrderState.IN_PROGRESS)
    fill_the_checklist(here, number, photo)
    if parts:
        window.find(QTabWidget, "order_tabs").setCurrentIndex(3)
        window.press("use_part")
        window.choose("part", "ROLLER-80")
        window.type("part_quantity", str(parts))
        form = window.shell.findChild(QFrame, "form_part")
        assert form is not None
        window.press("part")
        window.until(lambda: here.order(number).parts)
    here.later(2)
    enter(here, number, OrderState.SELF_CHECK)
    assert not window.button("do_verify").isEnabled(), "nobody accepts his own work (R-WO-02)"
    window.sign_on("li")
    window.shell.open_order(number)
    window.press("do_verify")
    window.type("pin", SECRETS["li"])
    window.press("verify")
    here.reached(number, OrderState.ACCEPTANCE)
    enter(here, number, OrderState.ARCHIVED)


def due_order(here: Month, after: int) -> int:
    """The number of the order that the plan raised after ``after``."""
    return here.window.until(lambda: next((n for n in sorted(here.picture.orders, reverse=True) if n > after), 0))


@pytest.mark.timeout(400)
def test_a_month_of_maintenance_is_run_from_the_window(month: tuple[Month, Registers], tmp_path: Path) -> None:
    """R-PM-01, R-PM-04, R-WO-01, R-WO-02, R-WO-05: from the plan to the report."""
    here, registers = month
    window, picture = here.window, here.picture
    photo = tmp_path / "report.png"
    assert QImage(60, 40, QImage.Format.Format_RGB32).save(str(photo))
    window.sign_on("li")
    make_the_plan(here)
    put_a_roller_on_the_shelf(here)
    here.later(20)
    yearly = due_order(here, 0)
    order = here.order(yearly)
    assert (order.kind, order.equipment, order.certificates) == (OrderKind.PREVENTIVE, "E1", ("elevator",))
    assert order.plan == "E1/year", "the highest level that is due swallows the others"

    # who holds no certificate is not sent
    window.shell.open_order(yearly)
    window.press("do_dispatch")
    box = window.find(QComboBox, "assignee")
    entry = box.model().index(box.findData("zhao"), 0)
    assert box.model().flags(entry) == Qt.ItemFlag.NoItemFlags and "电梯作业" in box.itemText(entry.row())
    certify_zhao(here)
    window.shell.open_order(yearly)
    window.press("do_dispatch")
    window.choose("assignee", "zhao")
    window.press("dispatch")
    here.reached(yearly, OrderState.DISPATCHED)
    walk(here, yearly, photo, parts=2)
    assert picture.records(Part)["ROLLER-80"].stock == 6

    # ten days later the door closes slowly: taken, mended by its own order, closed with its code
    here.until(DECEMBER + 10 * DAY)
    registers.update(block(1, 3, 0, 30))
    fault = window.until(lambda: next(iter(picture.faults.values()), None))
    assert fault is not None
    window.sign_on("wang")
    window.shell.open_fault(fault.number)
    window.press("fault_take")
    window.until(lambda: picture.faults[fault.number].taken)
    window.sign_on("li")
    window.shell.open_order(fault.order)
    window.press("do_dispatch")
    window.choose("assignee", "zhao")
    window.press("dispatch")
    here.reached(fault.order, OrderState.DISPATCHED)
    registers.update(block(1, 3, 0, 5))
    window.until(lambda: not any(alarm.active for alarm in picture.alarms.values()))
    walk(here, fault.order, photo, parts=0)
    window.shell.open_fault(fault.number)
    window.type("cause", "门机皮带松")
    window.type("remedy", "调整皮带")
    window.press("close_fault")
    window.until(lambda: not picture.faults[fault.number].open)

    # half a month after the first visit the lowest level falls due alone
    here.until(DECEMBER + 15 * DAY + 12 * HOUR)
    half = due_order(here, fault.order)
    assert here.order(half).plan == "E1/half_month"
    window.shell.open_order(half)
    window.press("do_dispatch")
    window.choose("assignee", "zhao")
    window.press("dispatch")
    here.reached(half, OrderState.DISPATCHED)
    walk(here, half, photo, parts=1)

    # January: the month's report, on the screen and as a paper
    here.until(DECEMBER + 31 * DAY)
    here.alt(Qt.Key.Key_9)
    reports = window.shell.made_screen("reports")
    assert isinstance(reports, ReportsScreen)
    window.until(lambda: reports.view.tables)
    assert reports.of.name == "2026-12"
    assert any("3" in " ".join(table._cells(row)) for table in reports.view.tables for row in table.shown())
    file = tmp_path / "month.pdf"
    reports.papers.save(file, "report", form="pdf", **reports._wanted())
    window.until(file.exists)
    lines = "".join(page.extract_text() for page in PdfReader(file).pages).splitlines()
    figures = {line.split()[0]: line.split()[1:] for line in reversed(lines) if len(line.split()) > 1}  # the first of each
    assert figures["新建工单"][0] == figures["完成工单"][0] == "3"
    assert figures["故障数"][0] == "1"
    for rate in ("完成率", "维修及时率", "一次合格率", "故障解决率", "按承诺响应率", "维护计划完成率"):
        assert figures[rate][0] == "100.0", (rate, figures[rate])
    assert figures["维修维护费用"][:2] == ["¥", "135.00"], "three rollers at 45 each"
