"""The collector runs on machines without Qt: in a process where nobody can import it, a device is polled and a console answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from console.domain.times import SECOND
from tests.helpers.looking import look, look_until, raw_history
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import block, on_pymodbustcp

FORBIDDEN = ("PySide6", "shiboken6", "pyqtgraph", "console.ui", "matplotlib")
# Python runs sitecustomize in every process that it starts: the collector's and its workers'
HOOK = """\
import sys


class Gatekeeper:
    def find_spec(self, name, path=None, target=None):
        if any(name == each or name.startswith(each + ".") for each in {forbidden!r}):
            raise ImportError("no " + name + " here")


sys.meta_path.insert(0, Gatekeeper())
"""
SITE = """\
site: {{id: yard, name: Yard}}
locations: [{{id: B1, name: B1}}]
connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}}}]
equipment:
  - id: P
    type: generic_modbus
    name: P
    location: B1
    connection: gw
    unit: 1
    points: [{{key: flow, name: F, address: 0, poll_ms: 100}}]
    alarms: [{{key: high, point: flow, kind: high, limit: 100, priority: 3, text: T}}]
"""


def test_a_collector_where_qt_cannot_be_imported_polls_alarms_and_answers(tmp_path: Path) -> None:
    hooks, store = tmp_path / "hooks", tmp_path / "store"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(HOOK.format(forbidden=FORBIDDEN), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(hooks), str(Path(__file__).parents[2])])}
    forbidden = subprocess.run([sys.executable, "-c", "import PySide6"], env=environment, capture_output=True, check=False)
    assert b"no PySide6 here" in forbidden.stderr  # the hook works
    with on_pymodbustcp(registers := block(1, 3, 0, 42)) as port:
        file = tmp_path / "site.yaml"
        file.write_text(SITE.format(port=port), encoding="utf-8")
        process = CollectorProcess(store, "--config", str(file))
        process.environment = environment
        process.start()
        try:
            look_until(store, lambda seen: seen.usable("P.flow") == 42)
            registers.update(block(1, 3, 0, 150))
            look_until(store, lambda seen: seen.faults)
            now = look(store).snapshot.now
            stored = look_until(store, lambda _: raw_history(store, "P.flow", now - 60 * SECOND, now))  # by a worker process
            assert stored[0][1] == 42
            asked = [sys.executable, "-m", "console.cli", "status", "--json", "--store", str(store)]
            status = subprocess.run(asked, env=environment, capture_output=True, check=True)
            assert json.loads(status.stdout)["alarms_active"] == 1  # and the command line needs no Qt either
        finally:
            process.stop()
    assert process.process is not None
    assert process.process.returncode == 0
    assert "Traceback" not in process.log()
