"""The window: going somewhere and back, finding, what never is covered, language and theme."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import AcknowledgeAlarms, CancelOrder, RaiseOrder, SignOff, TakeFault
from console.domain.orders import OrderKind
from console.domain.problems import Problem
from console.link.messages import Heartbeat, OrderHistoryAnswer, OrderHistoryQuery, Snapshot
from console.texts import CHINESE, ENGLISH, catalogue, language
from console.ui import theme
from console.ui.desk import Desk, subjects
from console.ui.horn import Silent
from console.ui.nav import KEYS, SCREENS
from console.ui.palette import find
from console.ui.picture import Picture
from console.ui.settings import remembered
from console.ui.shell import Shell, Veil
from tests.helpers.reading_screens import CHINESE_CHARACTER, colours_in, hidden_words, painted_words, picture_of, says
from tests.helpers.snapshots import ESTATE, NOW, RecordingLine, alarm, busy, delta, empty, snapshot

Show = Callable[[Snapshot], Picture]
MADE = tuple(name for name in SCREENS if find_spec(f"console.ui.{name}") and find_spec(f"console.ui.{name}.screen"))


def open_name(shell: Shell) -> str:
    return shell._stack.currentWidget().name  # type: ignore[attr-defined, no-any-return] # every screen has it


def press(shell: Shell, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    shell.activateWindow()
    QTest.qWaitForWindowActive(shell)
    QTest.keyClick(shell, key, modifier)


def below(shell: Shell, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(shell, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("name", MADE)
def test_every_screen_has_its_key(shell: Shell, show: Show, name: str) -> None:
    show(busy())
    shell.open_screen("orders" if name == "overview" else "overview")
    held, _, key = KEYS[name].rpartition("+")
    modifiers = {"Ctrl": Qt.KeyboardModifier.ControlModifier, "Alt": Qt.KeyboardModifier.AltModifier}
    press(shell, getattr(Qt.Key, f"Key_{key}"), modifiers.get(held, Qt.KeyboardModifier.NoModifier))
    assert open_name(shell) == name
    assert says(shell.topbar, catalogue()[f"shell.screen.{name}"][0])


def test_alt_left_goes_back_the_whole_way(shell: Shell, show: Show) -> None:
    show(busy())
    shell.open_screen("orders")
    shell.open_order(3)
    shell.open_order(5)
    for expected in (3, 0):
        press(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert open_name(shell) == "orders"
        if expected:
            assert says(shell, f"WO-{expected:06d}  出口压力低")
    shell.back()
    assert open_name(shell) == "overview"
    shell.back()  # nowhere left to go
    assert open_name(shell) == "overview"


def test_opening_the_same_place_twice_is_one_step_back(shell: Shell) -> None:
    shell.open_screen("orders")
    shell.open_screen("orders")
    shell.back()
    assert open_name(shell) == "overview"


def test_an_unknown_screen_changes_nothing(shell: Shell) -> None:
    shell.open_screen("no_such_screen")
    assert open_name(shell) == "overview"
    shell.open_screen("orders")
    shell.back()
    assert open_name(shell) == "overview"


def test_f8_silences_and_the_button_says_so(shell: Shell, picture: Picture) -> None:
    picture.take_delta(delta(alarms=(alarm(1),)))
    assert shell.topbar.silence.text() == "F8 静音"
    press(shell, Qt.Key.Key_F8)
    assert shell.horn.sounding == 0
    assert shell.topbar.silence.text() == "已静音"
    picture.take_delta(delta(3, me="wang"))  # something else changes: it stays silenced, and the button says so
    assert shell.topbar.silence.text() == "已静音"
    picture.take_delta(delta(4, alarms=(alarm(2),)))
    assert shell.topbar.silence.text() == "F8 静音"


class Goal:
    """Where the palette led."""

    def __init__(self) -> None:
        self.went: list[tuple[str, object]] = []

    def open_screen(self, name: str) -> None:
        self.went.append(("screen", name))

    def open_equipment(self, equipment: str) -> None:
        self.went.append(("equipment", equipment))

    def open_fault(self, number: int) -> None:
        self.went.append(("fault", number))

    def open_order(self, number: int) -> None:
        self.went.append(("order", number))


@pytest.mark.parametrize(
    ("typed", "goal"),
    [
        ("lift 1-2", ("equipment", "T1-L2")), ("1-2# 客梯", ("equipment", "T1-L2")), ("t1-l2", ("equipment", "T1-L2")),
        ("F-000003", ("fault", 3)), ("wo-000012", ("order", 12)), ("工单", ("screen", "orders")), ("orders", ("screen", "orders")),
        ("水箱液位", ("equipment", "PS1")), ("tank level", ("equipment", "PS1")), ("PS1.tank_level", ("equipment", "PS1")),
    ],
)  # fmt: skip
def test_the_palette_finds_by_either_name_and_by_code(show: Show, typed: str, goal: tuple[str, object]) -> None:
    picture, went = show(busy()), Goal()
    find(picture, went, typed)[0].go()
    assert went.went == [goal]


def test_ctrl_k_types_enters_and_is_gone(shell: Shell, show: Show, qtbot: QtBot) -> None:
    show(busy())
    press(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    panel = shell.palette_panel
    assert shell.veil.panel is panel
    qtbot.keyClicks(panel.typed, "WO-0000")
    assert panel.list.count() == 12  # as many as fit
    qtbot.keyClick(panel.typed, Qt.Key.Key_Down)
    qtbot.keyClick(panel.typed, Qt.Key.Key_Return)
    assert shell.veil.panel is None
    assert open_name(shell) == "orders"
    assert says(shell, "WO-000002  出口压力低")


def test_the_palette_says_that_it_found_nothing(shell: Shell, qtbot: QtBot) -> None:
    shell.do_search()
    qtbot.keyClicks(shell.palette_panel.typed, "xyzzy")
    assert says(shell.palette_panel, "没有找到")
    qtbot.keyClick(shell.palette_panel.typed, Qt.Key.Key_Return)
    assert shell.veil.panel is shell.palette_panel
    qtbot.keyClick(shell.palette_panel.typed, Qt.Key.Key_Escape)
    assert shell.veil.panel is None


def test_the_veil_never_covers_the_strip_or_the_top_bar(shell: Shell) -> None:
    for open_panel in (shell.do_search, shell.open_signon, shell.do_stop):
        open_panel()
        for size in ((1920, 1080), (1024, 640)):
            shell.resize(*size)
            QApplication.processEvents()
            veil = below(shell, shell.veil)
            assert not veil.intersects(below(shell, shell.strip))
            assert not veil.intersects(below(shell, shell.topbar))
            assert isinstance(shell.veil, Veil)
            assert veil.contains(below(shell, shell.veil.panel or shell.veil))


def test_a_lost_line_is_said_in_place_until_it_is_back(shell: Shell, picture: Picture, show: Show) -> None:
    notice = shell._link_notice
    assert not notice.isVisible()
    picture.take_link("lost", Problem("link.lost"))
    assert notice.isVisible()
    assert notice.text.text().startswith("与采集器的连接已断开，画面上的值不是实时值。")
    assert not notice.button.isVisible()  # nobody clicks it away
    assert says(shell.topbar, "没有实时值")
    picture.take_link("connecting", None)
    assert notice.isVisible()
    show(snapshot())
    assert not notice.isVisible()


def test_before_the_first_snapshot_the_window_says_that_it_connects(qtbot: QtBot, line: RecordingLine) -> None:
    new = Picture("desk")
    window = Shell(new, Desk(new, line), Silent(), remember_window=False)
    qtbot.addWidget(window)
    window.resize(1600, 900)
    window.show()
    assert says(window, "正在连接采集器…")
    assert says(window, "正在等待采集器发来项目数据。")
    assert says(window.topbar, "--:--:--")


def test_a_collector_without_a_site_file_says_what_to_do(shell: Shell, show: Show) -> None:
    show(empty())
    assert says(shell, "这里还没有设备")
    assert says(shell, "写一个项目文件 site.yaml")


def test_a_refusal_that_nobody_shows_stands_in_a_bar_and_goes(shell: Shell, desk: Desk, line: RecordingLine) -> None:
    desk.ask(SignOff())
    line.deny("refused.not_signed_on")
    assert shell._refusal.isVisible()
    assert says(shell, "此工位无人登录：请先登录，再操作。")
    timer = shell._refusal_timer
    assert timer.isActive()
    timer.setInterval(1)
    QTest.qWait(20)
    assert not shell._refusal.isVisible()


def test_the_top_bar_shows_the_collectors_time_and_points(shell: Shell, picture: Picture) -> None:
    picture.take_heartbeat(Heartbeat(NOW + 3_661_000_000_000, 0.0, 1))
    assert says(shell.topbar, "09:01:01")
    assert says(shell.topbar, "采集 49 点")
    assert shell.windowTitle() == "锦云府 楼宇设备监控台"


@pytest.mark.parametrize("name", MADE)
def test_in_english_no_chinese_is_left_on_any_screen(shell: Shell, show: Show, name: str) -> None:
    show(busy(Role.SUPERVISOR))
    shell.open_screen(name)
    if name in ("orders", "equipment"):
        (shell.open_order if name == "orders" else shell.open_equipment)(7 if name == "orders" else "PS1")  # type: ignore[operator]
    painted_words(shell)
    shell.change_language(ENGLISH)
    words = [*painted_words(shell), *hidden_words(shell)]
    chinese = {text for text in words if CHINESE_CHARACTER.search(text)} - {"中文 Ctrl+L"}  # the way back is in its own language
    if name == "ledger":  # it has a column for the name in each language
        chinese -= {machine.name.zh for machine in ESTATE.equipment}
    assert not chinese
    assert not [text for text in words if text.partition(".")[0] in ("shell", "domain", *SCREENS)]  # keys without a text
    shell.change_language(CHINESE)
    assert any(CHINESE_CHARACTER.search(text) for text in painted_words(shell.topbar))


@pytest.mark.parametrize("panel", ["do_search", "open_signon", "do_stop"])
def test_an_open_panel_changes_its_language_too(shell: Shell, panel: str) -> None:
    getattr(shell, panel)()
    shell.change_language(ENGLISH)
    assert shell.veil.panel is not None
    words = [*painted_words(shell.veil.panel), *hidden_words(shell.veil.panel)]
    assert not {text for text in words if CHINESE_CHARACTER.search(text)}


def test_the_language_changes_by_key_and_is_remembered_only_if_wanted(shell: Shell) -> None:
    press(shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert language() == ENGLISH
    assert shell.windowTitle() == "Jinyun Estate Building Console"
    press(shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert language() == CHINESE


def test_the_theme_changes_live_everywhere(shell: Shell, show: Show) -> None:
    show(busy())
    before = colours_in(picture_of(shell))
    assert theme.TOKENS[theme.CONTROL]["panel"] in before
    press(shell, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    try:
        assert theme.current() == theme.OFFICE
        after = colours_in(picture_of(shell))
        assert theme.TOKENS[theme.OFFICE]["panel"] in after
        for token in ("window", "panel", "raised"):
            assert theme.TOKENS[theme.CONTROL][token] not in after
    finally:
        shell.change_theme(theme.CONTROL)


def test_the_windows_place_and_language_are_remembered(qtbot: QtBot, picture: Picture, desk: Desk) -> None:
    first = Shell(picture, desk, Silent())
    qtbot.addWidget(first)
    first.resize(1100, 700)  # the screen without a display is 800 high: larger would be made to fit
    first.show()
    first.change_language(ENGLISH)
    first.close()
    second = Shell(picture, desk, Silent())
    qtbot.addWidget(second)
    assert second.height() == 700  # not what a new window has
    assert remembered("language", "") == ENGLISH


# --- the desk


def test_a_command_says_which_revision_the_person_saw_and_is_pending_until_answered(
    desk: Desk, picture: Picture, line: RecordingLine
) -> None:
    picture.take_delta(delta(41))
    made: list[int] = []
    name = desk.ask(CancelOrder(5, "x"), made.append)
    assert line.seen == [41]
    assert line.ids == [name]
    assert desk.pending("order", 5)
    assert not desk.pending("order", 6)
    line.done(77)
    assert made == [77]
    assert not desk.pending("order", 5)


def test_every_command_has_an_id_of_its_own(desk: Desk, line: RecordingLine) -> None:
    desk.ask(SignOff())
    desk.ask(SignOff())
    assert len(set(line.ids)) == 2


def test_a_command_is_about_the_records_it_names() -> None:
    assert subjects(AcknowledgeAlarms((1, 2))) == {("alarm", 1), ("alarm", 2)}
    assert subjects(TakeFault(3)) == {("fault", 3)}
    assert subjects(RaiseOrder(OrderKind.CORRECTIVE, "x", fault=4)) == {("fault", 4)}
    assert subjects(SignOff()) == frozenset()


def test_a_refusal_goes_to_whoever_listens_for_it(desk: Desk, line: RecordingLine) -> None:
    heard: list[Problem] = []
    everywhere: list[Problem] = []
    desk.refused.connect(everywhere.append)
    desk.ask(SignOff(), denied=heard.append)
    line.deny("link.lost")
    assert [problem.code for problem in heard] == ["link.lost"]
    assert not everywhere


def test_a_query_is_answered_or_its_failure_told(desk: Desk, line: RecordingLine) -> None:
    answers: list[object] = []
    failures: list[Problem] = []
    first = desk.query(OrderHistoryQuery, answers.append, failures.append)
    second = desk.query(OrderHistoryQuery, answers.append, failures.append)
    assert first != second
    answer = OrderHistoryAnswer(1, ())
    line.answer(answer)
    line.deny("link.lost")
    assert answers == [answer]
    assert [problem.code for problem in failures] == ["link.lost"]


def test_the_window_has_no_fast_timers(shell: Shell) -> None:
    """A console runs for months: whatever ticks without need costs a core's time and, before Python 3.12, references."""
    running = [timer for timer in shell.findChildren(QTimer) if timer.isActive() and not timer.isSingleShot()]
    assert all(timer.interval() >= 250 for timer in running)


def test_labels_show_names_as_they_are_never_as_markup(shell: Shell) -> None:
    for name in MADE:
        shell.open_screen(name)
    rich = [child.objectName() for child in shell.findChildren(QLabel) if child.textFormat() is not Qt.TextFormat.PlainText]
    assert not rich
    assert shell.findChildren(QPushButton)
