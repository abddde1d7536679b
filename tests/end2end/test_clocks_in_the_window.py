"""The promise of two hours, seen in the window: warned at 1:00 and 1:36, broken at 2:00, in seconds of real time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.domain import commands as cmd
from console.domain.faults import Clock
from console.domain.orders import OrderState
from console.domain.times import HOUR, MINUTE, SECOND
from console.link.calls import Call
from console.texts import ENGLISH
from console.ui import theme
from tests.helpers.people import SECRETS, write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import Registers, block, on_pymodbustcp
from tests.helpers.steering import Steering
from tests.helpers.testclock import TestClock
from tests.helpers.windows import Window

NOON = 1_795_000_000 * SECOND
SITE = """\
site: {{id: yard, name: {{zh: 小区, en: Yard}}, timezone: Asia/Shanghai}}
locations: [{{id: B1, name: {{zh: 泵房, en: Pump room}}}}]
connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 300}}]
equipment:
  - id: P1
    type: generic_modbus
    kind: pump
    system: water
    name: {{zh: 1# 水泵, en: Pump 1}}
    location: B1
    connection: gw
    unit: 1
    points: [{{key: flow, name: {{zh: 流量, en: Flow}}, address: 0, unit: m³/h, poll_ms: 200, main: true}}]
    alarms: [{{key: low, point: flow, kind: low, limit: 20, dead_band: 2, priority: 3, text: {{zh: 出水流量低, en: Low flow}}}}]
"""


@pytest.fixture
def watched(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Window, TestClock, Registers, CollectorProcess]]:
    """A pump, its collector, and a window on it; one clock for all."""
    registers = block(1, 3, 0, 50)
    with on_pymodbustcp(registers) as port, Steering(NOON) as steering:
        file = tmp_path / "site.yaml"
        file.write_text(SITE.format(port=port), encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_people(tmp_path)), "--clock", f"steered:{steering.port}")
        process = CollectorProcess(tmp_path / "store", *words)
        clock = TestClock(steering)
        clock.start(process)
        window = Window(qtbot, process.folder)
        try:
            window.until(lambda: window.picture.reading("P1.flow").value == 50)
            yield window, clock, registers, process
        finally:
            window.close()
            process.stop()
        assert "Traceback" not in process.log()


def test_an_untaken_fault_warns_at_half_and_four_fifths_and_is_broken_at_two_hours(
    watched: tuple[Window, TestClock, Registers, CollectorProcess],
) -> None:
    window, clock, registers, _ = watched
    picture, strip = window.picture, window.shell.strip
    assert not window.shows(strip, "出水流量低")
    registers.update(block(1, 3, 0, 10))
    fault = window.until(lambda: next(iter(picture.faults.values()), None))
    window.until(lambda: window.shows(strip, "出水流量低"))
    assert window.shows(strip, "待接手")  # nobody has taken it
    clock.run(0)
    window.click("strip", QPoint(strip.width() - 150, 50))  # the promise leads to its fault
    loud, calm = theme.priority_text(3).name(), theme.colour("text").name()

    def marks() -> set[int]:
        return {percent for each, percent in picture.faults[fault.number].marks if each is Clock.RESPOND}

    def at(hours: float, says: str, in_list: str) -> None:
        """At this age of the fault the respond clock says this, in the fault's own panel and in the list."""
        clock.until(fault.opened_at + round(hours * HOUR))
        window.until(lambda: says in window.text("clock_respond"), 5)
        window.until(lambda: window.shows(window.shell.made_screen("faults"), in_list), 5)

    def ink() -> str:
        return window.find(QLabel, "clock_respond").styleSheet()

    at(0.25, "剩余 01:45:00", "01:45:00")
    window.until(lambda: window.shows(strip, "确认 00:15:00"))  # the strip shows the promise that ends next

    at(1.0 - 1 / 3600, "剩余 01:00:01", "01:00:01")
    assert marks() == set()
    assert calm in ink()
    assert window.shows(strip, "确认超时 00:29:59")  # that one is broken by now, and stays in view

    at(1.0, "剩余 01:00:00", "01:00:00")  # 50 %
    window.until(lambda: marks() == {50})
    assert (loud in ink(), "bold" in ink()) == (True, False)

    at(1.6 - 1 / 3600, "剩余 00:24:01", "00:24:01")
    assert marks() == {50}
    at(1.6, "剩余 00:24:00", "00:24:00")  # 80 %
    window.until(lambda: marks() == {50, 80})
    assert (loud in ink(), "bold" in ink()) == (True, True)
    assert not window.text("clock_respond").startswith("▲")

    at(2.0, "▲ 超时 00:00:00", "▲ +00:00:00")  # 100 %: broken
    window.until(lambda: marks() == {50, 80, 100})
    assert window.shows(strip, "已超时的承诺")
    at(2.05, "▲ 超时 00:03:00", "▲ +00:03:00")
    window.until(lambda: "超时" in window.text("faults_foot"))

    window.shell.change_language(ENGLISH)
    assert "Overdue by 00:03:00" in window.text("clock_respond")
    assert window.shows(strip, "Low flow")


def test_an_accepted_order_stops_the_clock_in_the_window_and_nothing_warns(
    watched: tuple[Window, TestClock, Registers, CollectorProcess],
) -> None:
    window, clock, registers, process = watched
    registers.update(block(1, 3, 0, 10))
    fault = window.until(lambda: next(iter(window.picture.faults.values()), None))
    clock.run(0)
    clock.until(fault.opened_at + 10 * MINUTE)
    for who, command in (
        ("wang", cmd.TakeFault(fault.number)),
        ("wang", cmd.DispatchOrder(fault.order, "zhao")),
        ("zhao", cmd.AdvanceOrder(fault.order, OrderState.ASSIGNED)),
    ):
        with Call(process.folder, account=who, secret=SECRETS[who], station="手机") as call:
            call.ask(command)
    window.shell.open_fault(fault.number)
    window.until(lambda: window.text("clock_respond").startswith("✓"))
    assert "余 01:50:00" in window.text("clock_respond")
    assert "赵师傅" in window.text("clock_respond_by")
    clock.until(fault.opened_at + 3 * HOUR)
    window.until(lambda: abs(window.picture.now() - clock.now()) < SECOND)
    window.until(lambda: window.shows(window.shell.strip, "21:00:00"))  # the promise that ends next
    assert window.shows(window.shell.strip, "1# 水泵 · 到场")
    assert window.picture.faults[fault.number].marks == ()
    assert "余 01:50:00" in window.text("clock_respond")
