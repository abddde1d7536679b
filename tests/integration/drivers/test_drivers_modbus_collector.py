"""A serial line through the real collector: values, plan, and what was learned, over a kill."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from console.link.messages import DiagnosticsAnswer, DiagnosticsQuery
from tests.helpers.processes import CollectorProcess
from tests.helpers.rtu_server import Rtu, SerialLine
from tests.integration.collectors import Desk, desk, write_seeds

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty pair stands for the serial line")

SITE = """\
site: {{id: yard, name: 试验场}}
locations: [{{id: B1, name: 地下一层}}]
connections: [{{id: bus, protocol: modbus-rtu, port: {path}, baud: 19200, timeout_ms: 300}}]
equipment:
  - id: P1
    type: generic_modbus
    name: 水泵
    location: B1
    connection: bus
    unit: 1
    points:
      - {{key: pressure, name: 压力, address: 1, poll_ms: 200}}
      - {{key: gone, name: 没有, address: 2, poll_ms: 200}}
      - {{key: level, name: 液位, address: 3, poll_ms: 200}}
"""


async def plan(console: Desk) -> DiagnosticsAnswer:
    answer = await console.client.query(DiagnosticsQuery)
    assert isinstance(answer, DiagnosticsAnswer)
    return answer


async def test_a_serial_line_is_read_by_the_collector_and_what_it_taught_outlives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    server = Rtu(bad=frozenset({2}))
    with SerialLine(server, str(tmp_path / "bus")) as line:
        file.write_text(SITE.format(path=line.path), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)))
        process.start()
        try:
            async with desk(process.folder) as console:
                await console.until(lambda p: p.value("P1.pressure") == 1001 and p.value("P1.level") == 1003)
                found = await plan(console)
                assert {block.bad for block in found.blocks} == {(2,)}
                assert all(block.bytes == 15 and block.duration_ms > 0 for block in found.blocks)
            process.kill()
            kept = json.loads((process.folder / "learned.json").read_text(encoding="utf-8"))
            assert [(each["connection"], each["unit"], each["functions"][0]["bad"]) for each in kept] == [("bus", 1, [2])]
            server.asked.clear()
            process.start()
            async with desk(process.folder) as console:
                await console.until(lambda p: p.value("P1.level") == 1003)
            assert {each.count for each in server.asked} == {1}  # nobody tried the block of three again
        finally:
            process.stop()
