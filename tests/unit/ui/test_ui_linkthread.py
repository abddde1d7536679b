"""The link thread: it ends when told, and nobody waits for an answer that cannot come."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from console.domain.commands import SignOff
from console.link.messages import Denied, OrderHistoryQuery
from console.ui.linkthread import LinkThread
from console.ui.picture import Picture


def test_without_a_line_a_command_and_a_query_are_refused_at_once(tmp_path: Path, picture: Picture) -> None:
    line = LinkThread(tmp_path, picture, "desk")
    heard: list[object] = []
    line.ask(SignOff(), "1", 1, heard.append)
    line.query(OrderHistoryQuery, heard.append)
    assert [type(reply) for reply in heard] == [Denied, Denied]


def test_a_folder_without_a_collector_is_said_and_the_thread_ends_when_told(tmp_path: Path, picture: Picture, qtbot: QtBot) -> None:
    line = LinkThread(tmp_path, picture, "desk")
    line.start()
    try:
        qtbot.waitUntil(lambda: picture.link_problem is not None, timeout=5000)
        assert not picture.live
        heard: list[object] = []
        line.query(OrderHistoryQuery, heard.append)  # a command would wait for the collector to come back, a query does not
        qtbot.waitUntil(lambda: bool(heard), timeout=5000)
        assert isinstance(heard[0], Denied)
    finally:
        line.stop()
    assert not line._thread.is_alive()
