"""People come and go at the window, the watch stays: first start, wrong PINs, signing off, the horn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.link.tokens import read_link_file
from console.texts import sentence
from tests.helpers.looking import look
from tests.helpers.people import SECRETS, write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import Registers, block, on_pymodbustcp
from tests.helpers.windows import Window

SITE = """\
site: {{id: yard, name: {{zh: 小区, en: Yard}}, timezone: Asia/Shanghai}}
locations: [{{id: B1, name: {{zh: 泵房, en: Pump room}}}}]
connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 300}}]
equipment:
  - id: P1
    type: generic_modbus
    kind: pump
    name: {{zh: 1# 水泵, en: Pump 1}}
    location: B1
    connection: gw
    unit: 1
    points:
      - {{key: flow, name: {{zh: 流量, en: Flow}}, address: 0, unit: m³/h, poll_ms: 100}}
      - {{key: level, name: {{zh: 水位, en: Level}}, address: 1, unit: m, poll_ms: 100}}
    alarms:
      - {{key: low, point: flow, kind: low, limit: 20, priority: 3, text: {{zh: 出水流量低, en: Low flow}}}}
      - {{key: high, point: level, kind: high, limit: 5, priority: 2, text: {{zh: 水位过高, en: High level}}}}
"""


class Recorder:
    """A speaker that remembers what it was told."""

    works: bool | None = None

    def __init__(self) -> None:
        self.sounding = 0

    def play(self, priority: int) -> None:
        self.sounding = priority

    def quiet(self) -> None:
        self.sounding = 0


Start = Callable[..., tuple[CollectorProcess, Window, Registers, Recorder]]


@pytest.fixture
def start(qtbot: QtBot, tmp_path: Path) -> Iterator[Start]:
    """Starts a collector and a window on it; ``people`` False: on a store without accounts."""
    ended: list[Callable[[], None]] = []
    registers = block(1, 3, 0, 50, 1)
    with on_pymodbustcp(registers) as port:

        def go(*, people: bool = True) -> tuple[CollectorProcess, Window, Registers, Recorder]:
            file = tmp_path / "site.yaml"
            file.write_text(SITE.format(port=port), encoding="utf-8")
            seeds = ("--seed-accounts", str(write_people(tmp_path))) if people else ()
            process = CollectorProcess(tmp_path / "store", "--config", str(file), *seeds)
            process.start()
            ended.append(process.stop)
            speaker = Recorder()
            window = Window(qtbot, process.folder, speaker=speaker)
            ended.append(window.close)
            window.until(lambda: window.picture.reading("P1.flow").value == 50)
            return process, window, registers, speaker

        yield go
        for end in reversed(ended):
            end()


def test_the_first_start_makes_the_administrator_and_there_is_no_password_before(start: Start) -> None:
    process, window, _, _ = start(people=False)
    window.until(window.shell.signon.isVisible)  # by itself
    window.type("signon_account", "chen")
    window.type("signon_display", "陈工")
    window.type("signon_secret", "short")
    window.type("signon_again", "short")
    window.press("signon_accept")
    assert "6" in window.text("signon_error")
    window.type("signon_secret", "long enough")
    window.type("signon_again", "long enougg")
    window.press("signon_accept")
    assert window.text("signon_error")
    assert look(process.folder).snapshot.accounts == ()
    window.type("signon_again", "long enough")
    window.press("signon_accept")
    window.until(lambda: window.picture.me == "chen")
    (account,) = look(process.folder).snapshot.accounts
    assert (account.name, account.display, account.roles) == ("chen", "陈工", (Role.ADMINISTRATOR,))
    window.sign_off()
    window.sign_on("chen", "long enough")


def test_a_wrong_pin_is_told_in_place_and_five_of_them_lock_the_account(start: Start) -> None:
    _, window, _, _ = start()
    window.press("person")
    for attempt in range(5):
        window.type("signon_account", "wang")
        window.type("signon_secret", "000000")
        window.press("signon_accept")
        window.until(lambda: window.find(QLineEdit, "signon_secret").text() == "" and window.button("signon_accept").isEnabled())
        said = window.text("signon_error")
        assert said.endswith("。"), said
        assert ("锁定" in said) == (attempt == 4), said
        assert "Traceback" not in said
    assert window.picture.me == ""
    window.type("signon_secret", SECRETS["wang"])
    window.press("signon_accept")
    window.until(lambda: "锁定" in window.text("signon_error"))
    window.find(QLineEdit, "signon_account").clear()
    window.type("signon_account", "li")
    window.type("signon_secret", SECRETS["li"])
    window.press("signon_accept")
    window.until(lambda: window.picture.me == "li")


def test_signing_off_stops_neither_the_view_nor_the_horn_and_takes_every_right_away(start: Start) -> None:
    process, window, registers, speaker = start()
    window.sign_on("wang")
    window.sign_off()
    registers.update(block(1, 3, 0, 10))
    window.until(lambda: window.shows(window.shell.strip, "出水流量低"))
    window.until(lambda: speaker.sounding == 3)
    fault = window.until(lambda: next(iter(window.picture.faults.values()), None))
    window.shell.open_fault(fault.number)
    take = window.button("fault_take")
    assert not take.isEnabled()
    assert "登录" in take.toolTip()  # it says why, and what to do
    window.shell.open_order(fault.order)
    assert not window.button("do_dispatch").isEnabled()
    window.key(Qt.Key.Key_F8)  # silence needs no person
    window.until(lambda: speaker.sounding == 0)
    assert look(process.folder).faults[fault.number].taken is None

    registers.update(block(1, 3, 1, 9))  # a graver one sounds again
    window.until(lambda: speaker.sounding == 2)
    window.sign_on("wang")
    for number in [fault.number, *(each for each in list(window.picture.faults) if each != fault.number)]:
        window.shell.open_fault(number)
        window.press("fault_take")
        window.until(lambda number=number: window.picture.faults[number].taken)
    window.until(lambda: speaker.sounding == 0)
    assert {alarm.acknowledged_by for alarm in window.picture.alarms.values()} == {"wang"}


def test_monitoring_ends_only_after_the_estates_name_was_typed_and_the_window_says_so(start: Start) -> None:
    process, window, _, _ = start(people=False)
    window.until(window.shell.signon.isVisible)
    for name, text in (("account", "chen"), ("display", "陈工"), ("secret", "long enough"), ("again", "long enough")):
        window.type(f"signon_{name}", text)
    window.press("signon_accept")
    window.until(lambda: window.picture.me == "chen")
    window.press("do_stop")
    window.type("stop_confirm", "garden")
    window.press("stop_accept")
    window.until(lambda: window.text("stop_error"))
    assert process.process is not None
    assert process.process.poll() is None
    window.type("stop_confirm", "yard")
    window.press("stop_accept")
    assert process.process.wait(15) == 0
    assert read_link_file(process.folder) is None
    window.until(lambda: not window.picture.live)
    window.until(lambda: window.text("notice"))
    assert window.picture.link_problem is None or sentence(window.picture.link_problem) in window.text("notice")
