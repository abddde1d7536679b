"""Rounds, hazards, emergency plans and drills in the real window, by keys, on a real collector and device, through a kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from console.domain.maintenance.drills import Drill, DrillPlan
from console.domain.maintenance.emergencies import EmergencyPlan, EmergencyRun
from console.domain.maintenance.hazards import Hazard, HazardState
from console.domain.maintenance.rounds import Round, Route
from console.texts import ENGLISH, tr
from console.ui.drills.screen import DrillsScreen
from console.ui.hazards.screen import HazardsScreen
from console.ui.rounds.screen import RoundsScreen
from tests.helpers.people import write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.windows import Window
from tests.integration.collectors import device, site


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[CollectorProcess]:
    with device() as server:
        file = tmp_path / "site.yaml"
        file.write_text(site(server.port), encoding="utf-8")
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


def keys(window: Window, *pressed: Qt.Key | str) -> None:
    """Keys and words to whatever has the focus, as a keyboard sends them."""
    for each in pressed:
        focused = QApplication.focusWidget()
        assert isinstance(focused, QWidget), "nothing has the focus"
        if isinstance(each, str):
            QTest.keyClicks(focused, each) if each.isascii() else focused.insert(each)  # type: ignore[attr-defined]
        else:
            QTest.keyClick(focused, each)
        window.wait(0.02)


def make_route(window: Window) -> Route:
    """A route from the pump room's template for P1, made in the editor: two checks more, everything else taken away."""
    window.press("rounds_routes")
    window.press("routes_new")
    window.type("route_zh", "水泵巡检")
    window.choose("route_every", "day")
    window.press("route_check_add")
    window.type("check_zh", "出口压力")
    window.choose("check_kind", "value")
    window.find(QLineEdit, "check_low").setFocus()
    window.type("check_low", "10")
    window.find(QLineEdit, "check_high").setFocus()
    window.type("check_high", "90")
    window.find(QLineEdit, "check_point").setFocus()
    window.type("check_point", "P1.pressure")
    window.press("route_check_add")
    window.type("check_zh", "消防车道畅通")
    window.choose("check_on_fail", "hazard")
    window.find(QWidget, "check_on_fail").setFocus()
    window.choose("check_hazard", "fire_lane")
    window.press("route_check_add")
    window.type("check_zh", "其他情况")
    window.choose("check_kind", "text")
    window.find(QWidget, "route_zh").setFocus()
    window.press("route_save")
    return window.until(lambda: next(iter(window.picture.records(Route).values()), None))  # type: ignore[return-value]


def test_a_route_is_made_walked_by_keyboard_and_what_fails_becomes_a_hazard_that_two_persons_close(
    window: Window, collector: CollectorProcess
) -> None:
    """R-IN-01, R-IN-03, R-IN-06, R-IN-10, R-EQ-13; acceptance check 4."""
    window.sign_on("li")
    QTest.keyClick(window.shell, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    rounds = window.shell.made_screen("rounds")
    assert isinstance(rounds, RoundsScreen)
    assert "没有待办巡检" in " ".join(window.words())
    route = make_route(window)
    assert [check.kind.value for check in route.checks] == ["value", "yes_no", "text"]
    assert (route.checks[0].low, route.checks[0].high, route.checks[0].point) == (10.0, 90.0, "P1.pressure")

    window.press("rounds_due")
    window.press("rounds_begin")
    window.press("rounds_begin_form")
    round_ = window.until(lambda: next(iter(window.picture.records(Round).values()), None))
    assert round_ is not None
    window.until(lambda: rounds.due.present() is not None)
    rounds.due.table.setFocus()
    window.shell.activateWindow()
    keys(window, Qt.Key.Key_W)
    window.until(lambda: window.text("round_text") == "出口压力")
    window.until(lambda: window.button("round_take").isEnabled())
    keys(window, Qt.Key.Key_L)  # the live value
    window.until(lambda: window.text("round_text") == "消防车道畅通")
    keys(window, Qt.Key.Key_N)  # no: it asks for a word, and takes it
    window.until(lambda: "不合格" in window.text("round_error"))
    keys(window, "北门停了两辆车", Qt.Key.Key_Return)
    window.until(lambda: window.text("round_text") == "其他情况")

    collector.kill()  # an answer that was accepted is on disk
    window.until(lambda: not window.picture.live)
    collector.start()
    window.until(lambda: window.picture.live)
    window.sign_on("li")
    answers = window.picture.records(Round)[round_.id].answers
    assert (answers[0].value, answers[0].auto, answers[1].note) == ("50", True, "北门停了两辆车")

    rounds.walk(round_.id)
    keys(window, Qt.Key.Key_Return)
    assert window.text("round_error") == tr("rounds.run.type_words")
    keys(window, "正常", Qt.Key.Key_Return)
    window.until(lambda: "可以完成" in window.text("round_summary"))
    keys(window, Qt.Key.Key_Return)
    hazard = window.until(lambda: next(iter(window.picture.records(Hazard).values()), None))
    assert hazard is not None and hazard.origin == f"round:{route.id}/{route.checks[1].key}" and hazard.kind == "fire_lane"
    window.until(lambda: not window.picture.records(Round))

    QTest.keyClick(window.shell, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    hazards = window.shell.made_screen("hazards")
    assert isinstance(hazards, HazardsScreen)
    column = window.find(QListWidget, "hazards_column_found")
    assert column.count() == 1
    column.setFocus()
    column.setCurrentRow(0)
    keys(window, Qt.Key.Key_A)
    window.choose("hazards_person", "li")
    window.type("hazards_deadline", "2030-01-31")
    window.press("hazards_analyse_form")
    window.until(lambda: "整改标准" in window.text("order_error"))
    window.type("hazards_standard", "净宽不小于 4 m")
    window.press("hazards_analyse_form")
    window.until(lambda: window.picture.records(Hazard)[hazard.id].state is HazardState.RECTIFYING)
    window.press("hazards_rectify")
    window.type("hazards_rectified", "已清车并加装地锁")
    window.press("hazards_rectify_form")
    window.until(lambda: window.picture.records(Hazard)[hazard.id].state is HazardState.RECHECK)
    window.until(lambda: not window.button("hazards_recheck").isEnabled())
    assert "第二人" in window.text("hazards_why"), "the rectifier is told who may close it"

    window.sign_on("wang")
    window.until(lambda: window.button("hazards_recheck").isEnabled())
    window.press("hazards_recheck")
    window.type("hazards_recheck_note", "现场已畅通")
    window.press("hazards_recheck_form")
    window.until(lambda: not window.picture.records(Hazard))
    window.press("hazards_past")
    window.until(lambda: len(hazards.past.table.shown()) == 1)
    assert hazards.past.table.shown()[0].state is HazardState.CLOSED


def test_an_emergency_plan_is_followed_step_by_step_and_its_times_go_into_the_drills_record(window: Window) -> None:
    """R-EM-01, R-EM-02, R-EM-06, R-EM-07, R-SLA-04."""
    window.sign_on("li")
    QTest.keyClick(window.shell, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    screen = window.shell.made_screen("drills")
    assert isinstance(screen, DrillsScreen)
    window.press("drills_library")
    window.press("emergencies_new")
    window.choose("plan_template", "trapped")
    window.find(QWidget, "plan_template").setFocus()
    screen.editor._template.activated.emit(screen.editor._template.currentIndex())
    steps = window.find(QPlainTextEdit, "plan_steps")
    steps.setPlainText("60 | 接通对讲 | Talk to the car | 监控中心 | Control room\nsoon | 派人 | Send somebody")
    window.press("plan_save")
    window.until(lambda: "秒数" in window.text("plan_error"))
    steps.setPlainText(
        "60 | 接通对讲 | Talk to the car | 监控中心 | Control room\n1800 | 到场 | On site\n0 | 停梯 | Out of service"
    )
    window.press("plan_save")
    plan = window.until(lambda: next(iter(window.picture.records(EmergencyPlan).values()), None))
    assert plan is not None and [step.within_s for step in plan.steps] == [60, 1800, 0] and plan.materials

    window.until(lambda: screen.library.present() is not None)
    window.press("emergencies_begin")
    window.choose("emergencies_drill", "1")
    window.press("emergencies_begin_form")
    run = window.until(lambda: next(iter(window.picture.records(EmergencyRun).values()), None))
    assert run is not None and run.drill
    window.until(screen.running.isVisible)
    screen.running.table.setFocus()
    keys(window, Qt.Key.Key_Space)
    window.until(lambda: window.picture.records(EmergencyRun)[run.id].steps[0].done)
    window.until(lambda: (screen.running.table.current() or (0, None))[0] == 1)
    keys(window, Qt.Key.Key_Return)
    window.until(lambda: (screen.running.table.current() or (0, None))[0] == 2)
    assert window.picture.records(EmergencyRun)[run.id].steps[1].done
    keys(window, Qt.Key.Key_S)
    window.until(lambda: "注明原因" in window.text("emergency_error"))
    window.type("emergency_note", "演练不停梯")
    window.press("emergency_skip")
    window.until(lambda: window.picture.records(EmergencyRun)[run.id].steps[2].skipped)
    window.type("emergency_note", "2 分钟内完成")
    window.press("emergency_end")
    window.until(lambda: not window.picture.records(EmergencyRun))
    assert "当前没有正在处置的事件" in window.words()

    window.press("drills_due")
    window.press("drills_new")
    window.choose("drills_template", "elevator_half_yearly")
    box = window.find(QWidget, "drills_template")
    box.activated.emit(box.currentIndex())  # type: ignore[attr-defined]
    window.press("drills_new_form")
    window.until(lambda: window.picture.records(DrillPlan))
    window.until(lambda: screen.runs.run("EM-000001") is not None)
    window.until(lambda: screen.due.present() is not None)
    window.press("drills_hold")
    window.choose("drills_run", "EM-000001")
    box = window.find(QWidget, "drills_run")
    box.activated.emit(box.currentIndex())  # type: ignore[attr-defined]
    window.type("drills_people", "wang, zhao")
    window.press("drills_hold_form")
    drill = window.until(lambda: next(iter(window.picture.records(Drill).values()), None))
    assert drill is not None and drill.count == 2 and [measure.kept for measure in drill.measures] == [True, True]
    assert window.until(lambda: next(iter(window.picture.records(DrillPlan).values())).last)

    window.press("drills_open")
    window.until(lambda: screen.open_drills.present() is not None)
    window.press("drills_open_review")
    window.type("drills_review", "到场及时，缺一副三角钥匙")
    window.type("drills_action_1", "补配三角钥匙")
    window.press("drills_review_form")
    window.until(lambda: not window.picture.records(Drill))
    order = window.until(lambda: next(iter(window.picture.orders.values()), None))
    assert order is not None and order.origin == f"drill:{drill.id}"
    window.press("drills_past")
    window.until(lambda: len(screen.past.table.shown()) == 1)


def test_an_operator_reads_plans_and_routes_and_may_not_change_them_and_english_has_no_chinese_of_ours(window: Window) -> None:
    window.sign_on("wang")
    QTest.keyClick(window.shell, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    window.press("rounds_routes")
    assert not window.button("routes_new").isEnabled()
    QTest.keyClick(window.shell, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    window.press("drills_library")
    assert not window.button("emergencies_new").isEnabled()
    window.shell.change_language(ENGLISH)
    for name in ("rounds", "hazards", "drills"):
        window.shell.open_screen(name)
        screen = window.shell.made_screen(name)
        assert screen is not None
        for tab in screen.tabs.pages:  # type: ignore[attr-defined]
            screen.tabs.open(tab)  # type: ignore[attr-defined]
            window.wait(0.05)
            ours = [text for text in window.words() if any("一" <= letter <= "鿿" for letter in text)]
            assert all(any(name in text for name in ("王值班", "试验场", "A台")) for text in ours), ours
