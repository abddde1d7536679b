"""The MQTT driver: the only room that knows paho (the simulated devices apart)."""

from __future__ import annotations

from collections.abc import Sequence

from console.domain.estate import Connection, Mqtt, Point
from drivers.driver import ClockPort, Driver, Sink
from drivers.mqtt.listener import Listener


def make(connection: Connection, points: Sequence[Point], sink: Sink, clock: ClockPort) -> Driver:
    """A driver for one broker session."""
    assert isinstance(connection, Mqtt)
    return Listener(connection, points, sink, clock)
