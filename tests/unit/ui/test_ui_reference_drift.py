"""PySide6 and Python agree on who owns None, True and False.

Before Python 3.12 these count their references like everything else. Some PySide6 releases give one back too many (or too few) with
every call; a console that runs for months would then abort or grow. This pins the pair that is installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

SCRIPT = """
import json, sys
from PySide6.QtCore import QAbstractTableModel, QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])

class Sender(QObject):
    told = Signal(int)

class Model(QAbstractTableModel):
    def rowCount(self, parent=None): return 5
    def columnCount(self, parent=None): return 2
    def data(self, index, role=0): return None

sender, model, label, count = Sender(), Model(), QLabel("x"), 500
sender.told.connect(lambda number: None)
index = model.index(0, 0)
acts = {
    "signal.emit": lambda: sender.told.emit(1),
    "dataChanged.emit": lambda: model.dataChanged.emit(index, index),
    "label.setText": lambda: label.setText("b"),
    "isVisible": lambda: label.isVisible(),
    "blockSignals": lambda: label.blockSignals(False),
}
found = {}
for name, act in acts.items():
    act()
    before = [sys.getrefcount(each) for each in (None, True, False)]
    for _ in range(count):
        act()
    found[name] = [(sys.getrefcount(each) - was) / count for each, was in zip((None, True, False), before)]
print(json.dumps(found))
"""


def test_no_call_that_a_console_makes_all_day_loses_or_keeps_references() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, encoding="utf-8", check=False, timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    drifts = json.loads(done.stdout)
    assert {name: drift for name, drift in drifts.items() if any(abs(each) > 0.2 for each in drift)} == {}
