"""Simulated MQTT devices: a session each, with an availability topic, a last will and retained births.

One thread serves all sessions (paho's ``loop_start`` would take a thread for each); the event loop only puts words on
its queue. A device that is lost drops its socket, so that the broker speaks its last will, as in the field.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from dataclasses import dataclass, field

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

_TICK_S = 0.2
_RETRY_S = 2.0
_KEEPALIVE_S = 15


@dataclass(frozen=True, slots=True)
class Session:
    """One device's session with the broker. ``availability`` empty: it has no last will."""

    name: str
    availability: str = ""
    online: str = "online"
    offline: str = "offline"


@dataclass(slots=True)
class _Live:
    session: Session
    client: mqtt.Client
    wanted: bool = True
    next_try: float = 0.0
    last: dict[str, bytes] = field(default_factory=dict)  # by topic: said again as soon as it is connected


class Publisher:
    """Publishes for ``sessions`` on one broker. Every method but :meth:`_run` is called on the event loop and never blocks."""

    def __init__(self, host: str, port: int, sessions: list[Session]) -> None:
        self._host = host
        self._port = port
        self._words: queue.SimpleQueue[tuple[str, str, bytes] | None] = queue.SimpleQueue()
        self._live = {session.name: _Live(session, self._client(session)) for session in sessions}
        self._thread = threading.Thread(target=self._run, name="simulated-mqtt", daemon=True)
        self._lost: set[str] = set()
        self._lock = threading.Lock()

    def _client(self, session: Session) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"sim-{session.name}")
        client.max_queued_messages_set(20)
        if session.availability:
            client.will_set(session.availability, session.offline, qos=1, retain=True)
        return client

    def start(self) -> None:
        """Connect and go on connecting."""
        self._thread.start()

    def stop(self) -> None:
        """Say good-bye for every device and end the thread."""
        self._words.put(None)
        self._thread.join(timeout=5.0)

    def publish(self, name: str, topic: str, payload: bytes) -> None:
        """Let device ``name`` say ``payload``. Without a broker only the last word of each topic is remembered."""
        self._words.put((name, topic, payload))

    def lose(self, name: str, lost: bool) -> None:
        """Take a device off the air, or bring it back."""
        with self._lock:
            (self._lost.add if lost else self._lost.discard)(name)

    # -- the thread -----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                word = self._words.get(timeout=_TICK_S)
            except queue.Empty:
                self._serve()
                continue
            if word is None:
                break
            name, topic, payload = word
            live = self._live[name]
            live.last[topic] = payload
            if live.client.is_connected():
                live.client.publish(topic, payload, qos=0)
            if self._words.empty():
                self._serve()
        for live in self._live.values():
            if live.client.is_connected():
                if live.session.availability:
                    live.client.publish(live.session.availability, live.session.offline, qos=0, retain=True)
                live.client.disconnect()
                live.client.loop(0.01)
            live.client.reinitialise()  # closes its sockets, also the pair that paho wakes itself with

    def _serve(self) -> None:
        """Let every session read, write and keep itself alive."""
        with self._lock:
            lost = set(self._lost)
        now = time.monotonic()
        for name, live in self._live.items():
            if name in lost:
                self._drop(live)
            elif live.client.socket() is not None:
                self._loop(live)
            elif now >= live.next_try:
                self._connect(live, now)

    def _connect(self, live: _Live, now: float) -> None:
        live.next_try = now + _RETRY_S
        with contextlib.suppress(OSError):
            live.client.connect(self._host, self._port, keepalive=_KEEPALIVE_S)
            live.wanted = True

    def _loop(self, live: _Live) -> None:
        before = live.client.is_connected()
        for _ in range(3):
            if live.client.loop(0.0) != mqtt.MQTT_ERR_SUCCESS:
                return
        if live.client.is_connected() and (live.wanted or not before):
            live.wanted = False
            if live.session.availability:
                live.client.publish(live.session.availability, live.session.online, qos=1, retain=True)
            for topic, payload in live.last.items():
                live.client.publish(topic, payload, qos=0)

    def _drop(self, live: _Live) -> None:
        """Vanish without a word: end the socket under the session."""
        connection = live.client.socket()
        if isinstance(connection, socket.socket):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            live.client.loop(0.0)
        live.next_try = 0.0
