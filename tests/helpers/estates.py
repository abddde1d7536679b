"""Short ways to make points and connections for driver tests."""

from __future__ import annotations

from typing import Any

from console.domain.estate import ModbusDevice, ModbusSource, ModbusTcp, Mqtt, MqttSource, Point, ValueKind
from console.domain.text import EMPTY, Text


def register(number: int, address: int, kind: str = "u16", *, unit: int = 1, function: int = 3, **more: Any) -> Point:
    """A Modbus point; ``more`` goes to the source, except ``poll_ms``, ``plausible`` and ``value`` (the value kind)."""
    poll_ms = more.pop("poll_ms", 100)
    plausible = more.pop("plausible", None)
    value = more.pop("value", ValueKind.ANALOG)
    source = ModbusSource("gw", unit, function, address, kind, **more)
    return Point(
        id=f"E{unit}.p{number}",
        equipment=f"E{unit}",
        key=f"p{number}",
        name=EMPTY,
        kind=value,
        source=source,
        number=number,
        poll_ms=poll_ms,
        plausible=plausible,
    )


def gateway(port: int, *devices: ModbusDevice, timeout_ms: int = 200, **more: Any) -> ModbusTcp:
    """A Modbus TCP connection on this machine."""
    return ModbusTcp(
        id="gw", name=Text("网关", "Gateway"), host="127.0.0.1", port=port, timeout_ms=timeout_ms, devices=devices, **more
    )


def field(number: int, topic: str, path: str = "", *, equipment: str = "M1", **more: Any) -> Point:
    """An MQTT point; ``more`` goes to the source, except ``value``, ``plausible`` and ``stale_after_s``."""
    stale_after_s = more.pop("stale_after_s", 60.0)
    plausible = more.pop("plausible", None)
    value = more.pop("value", ValueKind.ANALOG)
    return Point(
        id=f"{equipment}.p{number}",
        equipment=equipment,
        key=f"p{number}",
        name=EMPTY,
        kind=value,
        source=MqttSource("broker", topic, path, **more),
        number=number,
        stale_after_s=stale_after_s,
        plausible=plausible,
    )


def broker(port: int, **more: Any) -> Mqtt:
    """A broker on this machine."""
    return Mqtt(id="broker", name=Text("消息服务器", "Broker"), host="127.0.0.1", port=port, **more)
