"""The left bar's halves, and what waits on each screen."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QPushButton

from console.domain.maintenance.parts import Part
from console.domain.maintenance.rounds import Round
from console.domain.text import Text
from console.domain.times import HOUR
from console.link.messages import Delta
from console.ui.nav import HALVES, KEYS, SCREENS, NavButton
from console.ui.picture import Picture
from console.ui.shell import CLASSES, Shell
from tests.helpers.snapshots import NOW, snapshot

LATE = Round(id="r@1", number=1, at=NOW - 3 * HOUR, route="r", title=Text("巡检"), late_at=NOW - HOUR, closes_at=NOW + HOUR)


def waiting(shell: Shell, name: str) -> tuple[int, int]:
    QApplication.processEvents()
    button = shell.nav.findChild(NavButton, f"nav_{name}")
    assert isinstance(button, NavButton)
    return button._waiting, button._priority


def test_every_screen_is_in_a_half_has_its_key_and_can_be_opened() -> None:
    assert set(SCREENS) == HALVES["watch"] | HALVES["maintenance"] == set(KEYS) == set(CLASSES)
    assert len(set(KEYS.values())) == len(KEYS)


def test_a_late_round_is_counted_and_seen_from_the_other_half(shell: Shell, picture: Picture) -> None:
    shell.open_screen("overview")
    half = shell.nav.findChild(QPushButton, "nav_half")
    assert half is not None and not half.text().endswith("•")
    picture.take_snapshot(snapshot(records=(LATE, Part(id="a", name="a", least=2))))
    assert waiting(shell, "rounds") == (1, 3)
    assert waiting(shell, "stock") == (1, 0)
    assert half.text().endswith("•")
    picture.take_delta(Delta(picture.revision + 1, records=(Round(id="r@1", route="r", title=Text("巡检"), ended_at=NOW),)))
    assert waiting(shell, "rounds") == (0, 0)
    assert not half.text().endswith("•")


def test_opening_a_screen_brings_its_half_forward_and_a_shared_one_changes_nothing(shell: Shell) -> None:
    shell.open_screen("stock")
    visible = {name for name in SCREENS if shell.nav.findChild(NavButton, f"nav_{name}").isVisibleTo(shell.nav)}  # type: ignore[union-attr]
    assert visible == HALVES["maintenance"]
    shell.open_screen("orders")
    assert shell.nav._half == "maintenance"
    shell.open_screen("alarms")
    assert shell.nav._half == "watch"
