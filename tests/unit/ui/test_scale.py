"""On a screen of high density the window is the same, only sharper."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import json, sys
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, sys.argv[1])
from console.domain.accounts import Role
from console.ui import theme
from console.ui.desk import Desk
from console.ui.horn import Silent
from console.ui.picture import Picture
from console.ui.shell import Shell
from tests.helpers.reading_screens import says
from tests.helpers.snapshots import RecordingLine, busy
application = QApplication([])
theme.apply(application, theme.CONTROL)
picture = Picture("desk")
shell = Shell(picture, Desk(picture, RecordingLine()), Silent(), remember_window=False)
shell.resize(1920, 1080)
picture.take_snapshot(busy(Role.OPERATOR))
shell.show()
shell.open_order(3)
pixels = shell.grab()
print(json.dumps({
    "ratio": pixels.devicePixelRatio(), "width": pixels.width(), "height": pixels.height(), "nav": shell.nav.width(),
    "strip": shell.strip.height(), "order": says(shell, "WO-000003  出口压力低"),
}))
"""


def test_at_twice_the_density_the_window_has_twice_the_pixels_and_the_same_layout(tmp_path: Path) -> None:
    said = {}
    for factor in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path)],
            cwd=Path(__file__).parents[3], capture_output=True, encoding="utf-8", check=False, timeout=60,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": factor, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said[factor] = json.loads(done.stdout.splitlines()[-1])
    one, two = said["1"], said["2"]
    assert (two["ratio"], two["width"], two["height"]) == (2.0, 2 * one["width"], 2 * one["height"])
    assert (two["nav"], two["strip"]) == (one["nav"], one["strip"])
    assert one["order"]
    assert two["order"]
