"""The listening session and its queue: subscribes, hands over, sheds what is too much.

The thread appends to a bounded queue and returns; the event loop is woken once for a whole batch. Above the bound new
messages are dropped and counted, but where the broker keeps our session a message that it would keep (QoS 1 and 2) is left
with it: we stop reading until there is room.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho

from console.domain.estate import Mqtt
from console.domain.problems import Problem
from drivers.mqtt.client import Message
from drivers.mqtt.session import Session

WAITING = 20_000
"""Messages that may wait for the event loop."""

WAITING_BYTES = 32 * 1024 * 1024

HOLD = 5.0
"""Real seconds that the thread waits for room; the broker's patience (its keep-alive) is longer."""

_TOPICS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker accepted us and the subscriptions were sent. ``kept``: it had kept our session."""

    kept: bool = False


@dataclass(frozen=True, slots=True)
class Disconnected:
    """There is no broker, and why. Said once for every attempt."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class NotSubscribed:
    """The broker refuses a subscription."""

    topic: str


Event = Message | Connected | Disconnected | NotSubscribed


class Network(Session):
    """:meth:`take` is called on the event loop, everything else on the thread."""

    def __init__(self, connection: Mqtt, topics: Sequence[str], wake: Callable[[], None], now: Callable[[], int]) -> None:
        """``wake`` is called on the network thread when the queue has something after it was empty; ``now`` gives UTC ns."""
        super().__init__(connection, f"mqtt-{connection.id}", now)
        self._topics = tuple(topics)
        self._wake = wake
        self._queue: deque[Event] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._asked: dict[int, Sequence[str]] = {}
        self.dropped = 0

    def take(self, most: int) -> list[Event]:
        """Up to ``most`` events, oldest first."""
        with self._lock:
            queue = self._queue
            if len(queue) <= most:
                taken = list(queue)
                queue.clear()
                self._bytes = 0
                return taken
            taken = [queue.popleft() for _ in range(most)]
            self._bytes -= sum(_size(event) for event in taken)
        return taken

    def on_messages(self, messages: list[Message]) -> None:
        patience = time.monotonic() + HOLD
        while messages := self._add(messages):
            kept = self.connection.session_s and any(message.qos for message in messages)
            if not kept or self.stopping or time.monotonic() > patience:
                self.dropped += len(messages)
                return
            time.sleep(0.005)

    def _add(self, messages: list[Message]) -> list[Message]:
        """Put them into the queue; those for which there is no room."""
        with self._lock:
            queue = self._queue
            empty, added = not queue, 0
            for message in messages:
                size = _size(message)
                if len(queue) >= WAITING or self._bytes + size > WAITING_BYTES:
                    break
                queue.append(message)
                self._bytes += size
                added += 1
        if empty and added:
            self._wake()
        return messages[added:]

    def on_connected(self, client: paho.Client, *, kept: bool) -> None:
        self._say(Connected(kept))
        self._asked.clear()
        for start in range(0, len(self._topics), _TOPICS_AT_ONCE):
            some = self._topics[start : start + _TOPICS_AT_ONCE]
            _, number = client.subscribe([(topic, self.connection.qos) for topic in some])
            if number is not None:
                self._asked[number] = some

    def on_subscribed(self, number: int, codes: Sequence[Any]) -> None:
        for topic, code in zip(self._asked.pop(number, ()), codes, strict=False):
            if code.is_failure:
                self._say(NotSubscribed(topic))

    def on_problem(self, problem: Problem) -> None:
        self._say(Disconnected(problem))

    def _say(self, event: Event) -> None:
        """News of the connection is never dropped."""
        with self._lock:
            empty = not self._queue
            self._queue.append(event)
        if empty:
            self._wake()


def _size(event: Event) -> int:
    return len(event.payload or b"") if isinstance(event, Message) else 0
