"""The recorded pump rig at the operator's desk: everything by clicks and keys in the real window, through a kill -9."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel
from pytestqt.qtbot import QtBot

from console.domain.faults import Clock, CloseCode
from console.domain.orders import OrderState
from console.domain.promises import clocks
from console.domain.quality import Quality
from console.domain.times import HOUR, MILLISECOND, MINUTE, SECOND
from console.ui.moments import clock_text
from tests.helpers import pump_rig
from tests.helpers.looking import look, raw_history
from tests.helpers.people import SECRETS, write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.pump_rig import EVERY, ON_DELAY_MS, POLL_MS, RULE
from tests.helpers.replay import FLOW, Replay
from tests.helpers.steering import Steering
from tests.helpers.testclock import TestClock
from tests.helpers.windows import Window

MORNING = 1_795_050_000 * SECOND  # 2026-11-19 09:00 in Shanghai: no midnight within the hours of the story
SLACK = 250 * MILLISECOND  # two busy processor cores, and the clock's own line


class Story:
    """Rig, collector, window and clock."""

    def __init__(self, qtbot: QtBot, tmp_path: Path, replay: Replay, clock: TestClock, crossing: int) -> None:
        file = tmp_path / "site.yaml"
        file.write_text(pump_rig.site(replay.port), encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_people(tmp_path)), "--clock", f"steered:{clock.steering.port}")
        self.process = CollectorProcess(tmp_path / "store", *words)
        self.replay, self.clock, self.crossing = replay, clock, crossing
        clock.start(self.process)
        self.window = Window(qtbot, self.process.folder)

    def later(self, minutes: float) -> None:
        """Minutes pass; the window follows."""
        self.clock.advance(minutes / 60)
        self.window.until(lambda: abs(self.window.picture.now() - self.clock.now()) < SECOND)


@pytest.fixture
def story(qtbot: QtBot, tmp_path: Path) -> Iterator[Story]:
    """The rig runs normally, and the window shows it."""
    rows, crossing = pump_rig.rows()
    with Steering(MORNING) as steering:
        clock = TestClock(steering)
        with Replay(rows, EVERY, clock.now) as replay:
            made = Story(qtbot, tmp_path, replay, clock, crossing)
            try:
                made.window.until(lambda: made.window.picture.reading("RIG.flow").value == rows[0][FLOW])
                replay.start()
                yield made
            finally:
                made.window.close()
                made.process.stop()
            assert "Traceback" not in made.process.log()


def test_from_the_falling_flow_to_the_closed_fault_at_the_operators_desk(story: Story) -> None:
    window, picture, replay, clock = story.window, story.window.picture, story.replay, story.clock
    zone = "Asia/Shanghai"

    # the alarm comes within one poll and the delay of the row where the recording crosses the limit, and is in view
    alarm = window.until(lambda: next(iter(picture.alarms.values()), None))
    seen_at = clock.now()
    late = alarm.raised_at - replay.served[story.crossing] - ON_DELAY_MS * MILLISECOND
    assert -SLACK // 4 <= late <= POLL_MS * MILLISECOND + SLACK, f"{late / 1e6:.0f} ms"
    assert seen_at - alarm.raised_at < SECOND
    window.until(lambda: window.shows(window.shell.strip, "出水流量低"))
    fault = window.until(lambda: next(iter(picture.faults.values()), None))
    number = fault.order
    window.until(lambda: number in picture.orders)

    # taken: nobody at the desk may, the operator may
    window.click("nav_faults")
    window.shell.open_fault(fault.number)
    assert not window.button("fault_take").isEnabled()
    window.sign_on("wang")
    story.later(5)
    assert window.text("clock_acknowledge").startswith("剩余 00:2")
    window.press("fault_take")
    window.until(lambda: window.text("clock_acknowledge").startswith("✓"))
    assert picture.alarms[alarm.number].acknowledged_by == "wang"

    # dispatched, and accepted by phone ten minutes ago: entered by proxy, back-dated, with a reason
    window.press("fault_open_order")
    window.press("do_dispatch")
    window.choose("assignee", "zhao")
    window.press("dispatch")
    window.until(lambda: picture.orders[number].state is OrderState.DISPATCHED)
    story.later(15)
    phoned = clock_text(clock.now() - 10 * MINUTE, zone)[:5]
    window.press("do_assigned")
    assert "赵师傅" in window.text("stage_by")
    window.type("stage_time", phoned)
    window.press("advance")
    window.until(lambda: window.text("order_error"))  # an earlier time needs a reason
    assert picture.orders[number].state is OrderState.DISPATCHED
    window.type("stage_reason", "14:05 来电接单")
    window.press("advance")
    window.until(lambda: picture.orders[number].state is OrderState.ASSIGNED)
    stamp = picture.orders[number].stamps[OrderState.ASSIGNED]
    assert (stamp.by, stamp.entered_by, stamp.station, stamp.reason) == ("zhao", "wang", "A台", "14:05 来电接单")
    assert clock_text(stamp.at, zone) == f"{phoned}:00"
    assert 9 * MINUTE < stamp.entered_at - stamp.at < 12 * MINUTE  # both times are kept

    # the power goes in the middle
    window.wait(1.2)
    before = look(story.process.folder)
    since, until = replay.served[0] - SECOND, clock.now() - SECOND
    history = raw_history(story.process.folder, "RIG.flow", since, until)
    assert len(history) > story.crossing // 2
    clock.stand()
    story.process.kill()
    window.until(lambda: not picture.live)
    window.until(lambda: "与采集器的连接已断开" in window.text("notice"))
    clock.start(story.process)

    # the window is there again by itself, and so is everything else, exactly
    window.until(lambda: picture.live, 20)
    window.until(lambda: not any(label.isVisible() for label in window.shell.findChildren(QLabel, "notice")))
    after = look(story.process.folder)
    assert after.alarms[RULE] == before.alarms[RULE] == picture.alarms[alarm.number]
    assert after.faults == before.faults == picture.faults
    assert after.orders == before.orders == picture.orders
    assert raw_history(story.process.folder, "RIG.flow", since, until) == history
    window.until(lambda: picture.reading("RIG.flow").quality is Quality.GOOD)
    assert list(picture.alarms) == [alarm.number]

    # arrival, repair and self-check, as the technician phones them in
    assert picture.me == ""  # who was signed on does not survive a crash
    window.sign_on("wang")
    window.shell.open_order(number)
    for stage, minutes in ((OrderState.ON_SITE, 30), (OrderState.IN_PROGRESS, 5), (OrderState.SELF_CHECK, 40)):
        story.later(minutes)
        if stage is OrderState.SELF_CHECK:
            replay.stop_rows()
            replay.show(replay.rows[0])  # the valve is open again
            window.until(lambda: alarm.number not in picture.alarms)
        if stage is OrderState.IN_PROGRESS:  # what a pump's class proposed at the dispatch blocks the work until it is confirmed
            assert not window.button(f"do_{stage}").isEnabled()
            window.press("do_safety")
            for place in range(len(picture.orders[number].safety)):
                window.find(QCheckBox, f"confirm_{place}").click()
            window.press("safety_confirm")
            window.until(lambda: all(step.done for step in picture.orders[number].safety))
        window.press(f"do_{stage}")
        if stage is OrderState.IN_PROGRESS:
            window.type("stage_note", "阀门重新打开")
        window.press("advance")
        window.until(lambda stage=stage: picture.orders[number].state is stage)

    # verification by a second person, with the PIN; the operator may not
    assert not window.button("do_verify").isEnabled()
    window.sign_on("li")
    window.press("do_verify")
    window.type("pin", "000000")
    window.press("verify")
    window.until(lambda: window.text("order_error"))
    assert picture.orders[number].state is OrderState.SELF_CHECK
    window.type("pin", SECRETS["li"])
    window.press("verify")
    window.until(lambda: picture.orders[number].state is OrderState.ACCEPTANCE)
    assert picture.orders[number].verifier == "li"

    # closed, with cause and remedy
    window.press("order_fault_page")
    window.choose("close_code", CloseCode.REAL.value)
    window.type("cause", "阀门被关闭")
    assert not window.button("close_fault").isEnabled()
    window.type("remedy", "重新打开并挂牌")
    window.press("close_fault")
    window.until(lambda: not picture.faults[fault.number].open)
    window.until(lambda: "阀门被关闭" in window.text("fault_ending"))
    ended, order = picture.faults[fault.number], picture.orders[number]
    assert (ended.close_code, ended.closed_by, ended.cause) == (CloseCode.REAL, "li", "阀门被关闭")
    views = {view.clock: view for view in clocks(ended, order, clock.now())}
    assert {name for name, view in views.items() if view.breached} == set()
    assert not any(view.running for view in views.values())
    assert views[Clock.RESPOND].stopped_at == stamp.at
    assert views[Clock.REPAIRED].remaining < 48 * HOUR - 90 * MINUTE
    assert look(story.process.folder).faults == picture.faults  # what the window shows is what is on disk
