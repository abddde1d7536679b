"""The recorded pump rig as an estate: the recording, the moment when its flow falls, the site file that watches it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.replay import FLOW, recording

FILE = Path(__file__).parents[2].parent / "shared" / "data" / "skab" / "valve1" / "13.csv"
LIMIT = 27.5  # l/min; the rig runs at 31 to 33 and falls to 23 when the valve closes
EVERY = 0.25  # s a row: 4 times as fast as it was recorded
HOLD = 4  # rows that the flow must stay below the limit: on_delay
ON_DELAY_MS = 1000
POLL_MS = 250
BEFORE = 16  # rows of normal running that are replayed first

RULE = "RIG.flow#low"
SITE = """\
site: {{id: rig, name: {{zh: 水泵试验台, en: Pump rig}}, timezone: Asia/Shanghai}}
locations: [{{id: B1, name: {{zh: 泵房, en: Pump room}}}}]
connections:
  - {{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 200}}
equipment:
  - id: RIG
    type: generic_modbus
    kind: pump
    system: water
    name: {{zh: 试验水泵, en: Rig pump}}
    location: B1
    connection: gw
    unit: 1
    points:
      - {{key: current, name: {{zh: 电流, en: Current}}, fc: 4, address: 4, type: f32, unit: A, decimals: 2, poll_ms: {poll}}}
      - {{key: pressure, name: {{zh: 压力, en: Pressure}}, fc: 4, address: 6, type: f32, unit: bar, decimals: 2, poll_ms: {poll}}}
      - {{key: voltage, name: {{zh: 电压, en: Voltage}}, fc: 4, address: 12, type: f32, unit: V, decimals: 1, poll_ms: {poll}}}
      - {{key: flow, name: {{zh: 流量, en: Flow}}, fc: 4, address: 14, type: f32, unit: L/min, decimals: 1,
         poll_ms: {poll}, main: true}}
    alarms:
      - key: low
        point: flow
        kind: low
        limit: {limit}
        dead_band: 2
        on_delay: {delay} ms
        priority: 3
        text: {{zh: 出水流量低, en: Low flow}}
"""


def site(port: int) -> str:
    """The rig's site file."""
    return SITE.format(port=port, poll=POLL_MS, limit=LIMIT, delay=ON_DELAY_MS)


def rows() -> tuple[list[tuple[float, ...]], int]:
    """The part of the recording that is replayed, and the place in it where the flow falls below the limit for good."""
    if not FILE.exists():
        pytest.skip("../shared/data/skab/valve1/13.csv is not here")
    whole = recording(FILE)
    low = [row[FLOW] < LIMIT for row in whole]
    crossing = next(place for place in range(BEFORE, len(low)) if all(low[place : place + HOLD + 1]))
    assert not any(low[:crossing])  # the recording is what this file says of it
    return whole[crossing - BEFORE : crossing + 40], BEFORE
