"""Who is at the desk: set-up, sign-on, sign-off, another PIN; and stopping the watch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import ChangeSecret, SetUpAdministrator, SignOff, SignOn, StopMonitoring
from console.link.messages import Snapshot
from console.texts import ENGLISH, set_language
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.shell import Shell
from console.ui.signon import SignOnPanel
from tests.helpers.reading_screens import says
from tests.helpers.snapshots import PEOPLE, RecordingLine, delta, signed_on, snapshot

Show = Callable[[Snapshot], Picture]


@pytest.fixture
def panel(qtbot: QtBot, picture: Picture, desk: Desk) -> SignOnPanel:
    made = SignOnPanel(picture, desk)
    qtbot.addWidget(made)
    made.show()
    return made


def error(panel: SignOnPanel) -> str:
    label = panel.findChild(QLabel, "signon_error")
    assert label is not None
    return label.text() if label.isVisible() else ""


def test_the_estates_hint_stands_below_the_sign_on(panel: SignOnPanel) -> None:
    assert panel.purpose == "sign_on"
    assert says(panel, "值班电话 8000")


def test_the_first_account_is_the_administrator(panel: SignOnPanel, show: Show, line: RecordingLine, qtbot: QtBot) -> None:
    show(snapshot(set_up=True, accounts=()))
    assert panel.purpose == "set_up"
    assert says(panel, "没有默认密码")
    for field, text in ((panel.account, "chef"), (panel.display, "Chef"), (panel.secret, "secret-1"), (panel.again, "secret-1")):
        qtbot.keyClicks(field, text)
    qtbot.keyClick(panel.again, Qt.Key.Key_Return)
    assert line.last == SetUpAdministrator("chef", "Chef", "secret-1")
    with qtbot.waitSignal(panel.closed, timeout=100):
        line.done()


@pytest.mark.parametrize(
    ("typed", "said"),
    [(("12345", "12345"), "密码或 PIN 至少 6 位。"), (("123456", "123457"), "两次输入不一致，请重新输入。")],
    ids=["too short", "not the same"],
)
def test_a_wrong_new_secret_is_said_in_place_and_not_sent(
    panel: SignOnPanel, show: Show, line: RecordingLine, typed: tuple[str, str], said: str
) -> None:
    show(snapshot(set_up=True, accounts=()))
    panel.account.setText("chef")
    panel.secret.setText(typed[0])
    panel.again.setText(typed[1])
    panel.accept.click()
    assert error(panel) == said
    assert not line.asked


def test_nothing_is_sent_while_a_field_is_empty(panel: SignOnPanel, line: RecordingLine) -> None:
    panel.accept.click()
    panel.account.setText("  ")
    panel.secret.setText("x")
    panel.accept.click()
    assert not line.asked


def test_a_wrong_pin_is_said_in_place_and_only_the_pin_is_cleared(panel: SignOnPanel, line: RecordingLine, qtbot: QtBot) -> None:
    panel.account.setText(" wang ")
    panel.secret.setText("000000")
    panel.accept.click()
    assert line.last == SignOn("wang", "000000")
    assert not panel.accept.isEnabled()  # no second try while the first is under way
    with qtbot.assertNotEmitted(panel.closed):
        line.deny("refused.not_signed_on")
    assert error(panel) == "此工位无人登录：请先登录，再操作。"
    assert panel.account.text() == " wang "
    assert panel.secret.text() == ""
    assert panel.accept.isEnabled()


def test_secrets_are_never_shown(panel: SignOnPanel, show: Show) -> None:
    show(signed_on(snapshot(), PEOPLE[Role.OPERATOR]))
    panel.change.click()
    for field in (panel.account, panel.secret, panel.again):
        field.setText("geheim7")
    assert not says(panel, "geheim7")


def test_signing_off_says_that_the_watch_goes_on(panel: SignOnPanel, show: Show, line: RecordingLine) -> None:
    show(signed_on(snapshot(), PEOPLE[Role.OPERATOR]))
    assert panel.purpose == "sign_off"
    assert says(panel, "Wang Jianguo 已登录")
    assert says(panel, "退出登录不会停止监控。")
    panel.accept.click()
    assert line.last == SignOff()


def test_a_pin_is_changed_with_the_present_one(panel: SignOnPanel, show: Show, line: RecordingLine) -> None:
    show(signed_on(snapshot(), PEOPLE[Role.OPERATOR]))
    panel.change.click()
    assert panel.purpose == "change"
    panel.account.setText("old-one")
    panel.secret.setText("new-one")
    panel.again.setText("new-one")
    panel.accept.click()
    assert line.last == ChangeSecret("old-one", "new-one")
    line.done()
    assert panel.account.text() == panel.secret.text() == ""


def test_escape_leaves(panel: SignOnPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.closed, timeout=100):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)


def test_nothing_typed_is_left_for_the_next_person(panel: SignOnPanel) -> None:
    panel.secret.setText("secret")
    panel.hide()
    panel.show()
    assert panel.secret.text() == ""


def test_the_panel_speaks_the_present_language(panel: SignOnPanel) -> None:
    set_language(ENGLISH)
    panel.retranslate()
    assert says(panel, "Sign on to acknowledge alarms, take faults")
    assert panel.secret.placeholderText() == "Password or PIN"


def test_a_console_without_accounts_opens_the_set_up_by_itself(shell: Shell, picture: Picture) -> None:
    assert shell.veil.panel is None
    picture.take_delta(delta(set_up=True))
    assert shell.veil.panel is shell.signon
    assert shell.signon.purpose == "set_up"


def test_the_person_in_the_top_bar_leads_to_the_panel(shell: Shell, show: Show, line: RecordingLine) -> None:
    shell.topbar.person.click()
    assert shell.veil.panel is shell.signon
    shell.signon.account.setText("wang")
    shell.signon.secret.setText("123456")
    shell.signon.accept.click()
    line.done()
    assert shell.veil.panel is None
    show(signed_on(snapshot(), PEOPLE[Role.OPERATOR]))
    assert shell.topbar.person.text() == "Wang Jianguo · 值班员 · desk"


def test_stopping_asks_for_the_sites_id_and_shows_a_refusal_in_place(shell: Shell, line: RecordingLine) -> None:
    shell.do_stop()
    panel = shell.stop_panel
    assert shell.veil.panel is panel
    assert says(panel, "要继续，请输入项目编号 jinyun")
    panel.typed.setText(" jinyun ")
    stop, keep = panel.findChildren(QPushButton)
    stop.click()
    assert line.last == StopMonitoring("jinyun")
    line.deny("refused.not_signed_on")
    assert says(panel, "此工位无人登录：请先登录，再操作。")
    assert shell.veil.panel is panel
    keep.click()
    assert shell.veil.panel is None
    assert len(line.asked) == 1  # closing the panel stops nothing


def test_closing_the_window_stops_nothing(shell: Shell, line: RecordingLine) -> None:
    shell.close()
    assert not line.asked
