"""The publishing session: its own client, so that nothing that is slow out there touches what is listened to.

The event loop asks for :attr:`room` and gives one message at a time; the thread sends them with QoS 1 and at most
:data:`WINDOW` on their way. What is on its way when the broker goes is forgotten: whoever publishes begins anew after
``connected``. The availability topic says ``online`` while we are there; the broker says ``offline`` for us when we vanish.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
import paho.mqtt.client as paho

from console.domain.estate import Mqtt
from console.domain.problems import Problem
from drivers.mqtt.session import Session

WINDOW = 40
"""Messages on their way to the broker."""

ONLINE, OFFLINE = b"online", b"offline"


class Outbox(Session):
    """``connected`` and ``problem`` are called on the thread; :meth:`put` and :attr:`room` belong to the event loop."""

    turn = 0.05  # real seconds: how long a message waits for the thread at most

    def __init__(
        self,
        connection: Mqtt,
        status: str,
        now: Callable[[], int],
        connected: Callable[[], None],
        problem: Callable[[Problem], None],
    ) -> None:
        """``status`` is the availability topic; ``now`` gives UTC ns."""
        own = f"{connection.client_id}-publish" if connection.client_id else ""
        super().__init__(msgspec.structs.replace(connection, client_id=own, session_s=0), f"mqtt-out-{connection.id}", now)
        self._status = status
        self._connected = connected
        self._problem = problem
        self._waiting: deque[tuple[str, bytes, bool]] = deque()
        self._flying = 0
        self.sent = 0

    @property
    def room(self) -> bool:
        """True while one more message may be given."""
        return len(self._waiting) + self._flying < WINDOW

    def put(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Send this; only while there is :attr:`room`."""
        self._waiting.append((topic, payload, retain))

    def prepare(self, client: paho.Client) -> None:
        client.will_set(self._status, OFFLINE, qos=1, retain=True)
        client.max_inflight_messages_set(WINDOW)
        client.on_publish = self._on_publish

    def on_connected(self, client: paho.Client, *, kept: bool) -> None:
        self._waiting.clear()
        self._flying = 1
        client.publish(self._status, ONLINE, qos=1, retain=True)
        self._connected()

    def on_turn(self, client: paho.Client) -> None:
        while self._waiting:
            topic, payload, retain = self._waiting.popleft()
            self._flying += 1
            client.publish(topic, payload, qos=1, retain=retain)

    def on_problem(self, problem: Problem) -> None:
        self._problem(problem)

    def farewell(self, client: paho.Client) -> None:
        client.publish(self._status, OFFLINE, qos=0, retain=True)

    def _on_publish(self, *_: Any) -> None:
        self._flying -= 1
        self.sent += 1
