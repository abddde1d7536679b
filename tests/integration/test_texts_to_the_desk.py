"""A text out of a device's registers, all the way: driver, recorder, live table, link, console; and back after a restart."""

from __future__ import annotations

from pathlib import Path

from console.store import reading
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import desk, device, site

EQUIPMENT = """\
  - id: M1
    type: generic_modbus
    kind: energy_meter
    name: {zh: 总表, en: Main meter}
    location: B1
    connection: gw
    unit: 2
    points:
      - {key: model, name: {zh: 型号, en: Model}, address: 20, type: text, length: 4, poll_ms: 200}
      - {key: clock, name: {zh: 时钟, en: Clock}, address: 24, type: time3bcd, poll_ms: 200}
      - {key: empty, name: {zh: 备注, en: Note}, address: 30, type: text, length: 2, poll_ms: 200}
"""
NAME = [0xB1ED, 0x4131, 0, 0]  # 表A1 in GBK
CLOCK = [0x2611, 0x2114, 0x0509]


async def test_a_text_is_recorded_and_shown_and_comes_back_as_stale_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    with device() as server:
        server.data_bank.set_holding_registers(20, NAME + CLOCK)
        file.write_text(site(server.port, equipment=EQUIPMENT), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file))
        process.start()
        try:
            async with desk(process.folder) as console:
                number = await console.until(lambda p: p.points["M1.model"].number)
                clock = console.picture.points["M1.clock"].number
                await console.until(lambda p: p.exact.get(number) == "表A1" and p.values[number][1] == 0)
                await console.until(lambda p: p.exact.get(clock) == "2026-11-21 14:05:09")
                server.data_bank.set_holding_registers(20, [0x4232, 0])
                await console.until(lambda p: p.exact[number] == "B2")
        finally:
            process.stop()
    process = CollectorProcess(tmp_path / "store")  # the device is gone
    process.start()
    try:
        async with desk(process.folder) as console:
            first = console.picture.last
            assert first is not None
            assert first.live.exact[number] == "B2"
            assert console.picture.values[number][1] != 0  # nobody takes it for the present text
    finally:
        process.stop()
    (samples,) = reading.raw(process.folder, [number], 0, 2**62)
    assert [str(value) for value in samples.values][:1] == ["表A1"]
    assert "B2" in [str(value) for value in samples.values]
