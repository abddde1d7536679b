"""Devices that answer garbage, too much, too little, for somebody else, or nothing: a quality and a counter, never a number."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from console.domain.quality import Quality
from console.texts import CHINESE, ENGLISH, sentence
from tests.helpers.looking import Seen, look, look_until, raw_history
from tests.helpers.misbehaving import Misbehaving
from tests.helpers.processes import CollectorProcess

# unit: what it does, the counter that must grow. Even units only: "wrong unit" answers for the next one.
WAYS = {
    2: ("silent", "timeouts"),
    4: ("too short", "short"),
    6: ("too long", "long"),
    8: ("wrong count", "wrong_count"),
    10: ("wrong function", "wrong_function"),
    12: ("wrong unit", "wrong_unit"),
    14: ("wrong transaction", "wrong_transaction"),
    16: ("exception 2", "exception_2"),
    18: ("exception 4", "exception_4"),
    20: ("only a function", "short"),
}
ROUGH = {  # these ruin the stream or the connection for whoever comes after them
    2: ("garbage", "garbage"),
    4: ("half a frame", "short"),
    6: ("reset in mid-frame", "resets"),
    8: ("endless length", "garbage"),
    10: ("zero length", "garbage"),
    12: ("rtu", "garbage"),
}
RIGHT = 100
SITE = """\
site: {{id: yard, name: Yard}}
locations: [{{id: B1, name: B1}}]
connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 150, retries: 0}}]
equipment:
{equipment}
"""
MACHINE = """\
  - id: U{unit}
    type: generic_modbus
    name: U{unit}
    location: B1
    connection: gw
    unit: {unit}
    points:
      - {{key: a, name: A, address: 0, poll_ms: 250}}
      - {{key: b, name: B, address: 1, type: u32, poll_ms: 250}}
"""


@contextmanager
def bad_gateway(ways: dict[int, str]) -> Iterator[Misbehaving]:
    """The server on a thread of its own."""
    server = Misbehaving(ways=ways)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(5)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@pytest.mark.parametrize("ways", [WAYS, ROUGH], ids=["wrong answers", "ruined streams"])
def test_no_wrong_answer_becomes_a_number_and_the_good_neighbour_is_heard(ways: dict[int, tuple[str, str]], tmp_path: Path) -> None:
    with bad_gateway({unit: way for unit, (way, _) in ways.items()}) as server:
        file = tmp_path / "site.yaml"
        machines = "".join(MACHINE.format(unit=unit) for unit in (*ways, RIGHT))
        file.write_text(SITE.format(port=server.port, equipment=machines), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file))
        process.start()
        try:

            def counted(seen: Seen) -> bool:
                lines = {line.id: line.counters for line in seen.snapshot.health}
                device = all(
                    lines.get(f"device:gw/{unit}", {}).get(counter, 0) + lines["connection:gw"].get(counter, 0) > 0
                    for unit, (_, counter) in ways.items()
                )
                return device and seen.usable(f"U{RIGHT}.a") == 1000 * RIGHT % 65536

            look_until(process.folder, counted, 30)
            heard = look(process.folder).values[f"U{RIGHT}.a"].time
            look_until(process.folder, lambda seen: seen.values[f"U{RIGHT}.a"].time > heard, 20)  # and again and again
            seen = look(process.folder)
            for unit, way in ways.items():
                assert seen.quality(f"U{unit}.a") in (Quality.BAD, Quality.COMM_LOST), way
                stored = raw_history(process.folder, f"U{unit}.b", 0, seen.snapshot.now)
                assert not [value for _, value, quality in stored if Quality(quality).usable], way
                problem = seen.health[f"device:gw/{unit}"].problem
                assert problem is not None, way
                for language in (CHINESE, ENGLISH):
                    said = sentence(problem, language)
                    assert said.endswith(("。", ".")), said
                    assert problem.code not in said
                    assert "{" not in said
        finally:
            process.stop()
        assert "Traceback" not in process.log()
