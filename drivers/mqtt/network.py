"""The paho client on its own thread: connects, subscribes, hands over. It decides nothing.

Every callback runs on the network thread, appends to a bounded queue and returns; the event loop is woken once for a
whole batch. The thread makes a new client for every attempt, waits at most two seconds between attempts, and gives up a
broker that accepts a connection and then says nothing.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from console.domain.estate import Mqtt
from console.domain.problems import Params, Problem

LARGEST = 256 * 1024
"""Bytes of a payload that is read at all (maps/mqtt_payloads.yaml, mapping needs)."""

WAITING = 20_000
"""Messages that may wait for the event loop; above that new ones are dropped and counted."""

WAITING_BYTES = 32 * 1024 * 1024

_PAUSES = (0.2, 0.5, 1.0, 2.0)  # real seconds between attempts; the last one stays
_PATIENCE = 5.0  # real seconds for the connection, and again for the broker's first word
_SETTLED = 10.0  # real seconds: a session that lasted longer was no mistake of ours
_QUARREL = 3  # after so many short sessions in a row somebody else probably has our client id
_TURN = 0.2  # real seconds that one look at the socket may last: how soon a stop is noticed
_TOPICS_AT_ONCE = 50
_NAMED = {132, 133, 134, 135, 136, 137, 138}  # refusals with a sentence of their own (MQTT 5, 3.2.2.2)
_TAKEN_OVER = 142


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``payload`` is None if it was larger than LARGEST."""

    topic: str
    payload: bytes | None
    retained: bool


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker accepted us and the subscriptions were sent."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """There is no broker, and why. Said once for every attempt."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class NotSubscribed:
    """The broker refuses a subscription."""

    topic: str


Event = Message | Connected | Disconnected | NotSubscribed


def secret_variable(name: str) -> str:
    """The environment variable that holds a secret."""
    return "BUILDING_CONSOLE_SECRET_" + re.sub(r"\W", "_", name, flags=re.ASCII).upper()


class _Context(ssl.SSLContext):
    """Remembers the socket that it wrapped.

    WORKAROUND paho-mqtt 2.2.0, client.py ``_ssl_wrap_socket``: a handshake that fails leaves the socket open.
    """

    wrapped: ssl.SSLSocket | None = None

    def wrap_socket(self, *args: Any, **more: Any) -> ssl.SSLSocket:
        self.wrapped = super().wrap_socket(*args, **more)
        return self.wrapped

    def close(self) -> None:
        """Close it."""
        if self.wrapped is not None:
            self.wrapped.close()


class Network:
    """The thread and its queue. :meth:`take` is called on the event loop, everything else inside on the thread."""

    def __init__(self, connection: Mqtt, topics: Sequence[str], wake: Callable[[], None]) -> None:
        """``wake`` is called on the network thread when the queue has something after it was empty."""
        self._connection = connection
        self._topics = tuple(topics)
        self._wake = wake
        self._queue: deque[Event] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"mqtt-{connection.id}", daemon=True)
        self._accepted = False
        self._reason: Problem | None = None
        self._asked: dict[int, Sequence[str]] = {}
        self._context: _Context | None = None
        self.dropped = 0

    @property
    def alive(self) -> bool:
        """True while the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; returns at once."""
        self._stop.set()

    def take(self, most: int) -> list[Event]:
        """Up to ``most`` events, oldest first."""
        with self._lock:
            taken = [self._queue.popleft() for _ in range(min(most, len(self._queue)))]
            self._bytes -= sum(_size(event) for event in taken)
        return taken

    # -- on the thread -------------------------------------------------------------------------------------------

    def _put(self, event: Event) -> None:
        with self._lock:
            size = _size(event)
            full = len(self._queue) >= WAITING or self._bytes + size > WAITING_BYTES
            if full and isinstance(event, Message):
                self.dropped += 1
                return
            empty = not self._queue
            self._queue.append(event)
            self._bytes += size
        if empty:
            self._wake()

    def _run(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            self._accepted, self._reason = False, None
            start = time.monotonic()
            problem = self._session()
            if self._stop.is_set():
                return
            settled = self._accepted and time.monotonic() - start > _SETTLED
            attempt = 0 if settled else attempt + 1
            if self._accepted and attempt >= _QUARREL and problem.code == "driver.broker_gone":
                problem = Problem("driver.broker_quarrel", {**problem.params, "client": self._connection.client_id})
            self._put(Disconnected(problem))
            self._stop.wait(_PAUSES[min(attempt, len(_PAUSES) - 1)])

    def _session(self) -> Problem:
        """One connection from beginning to end; the reason why it ended."""
        where: Params = {"host": self._connection.host, "port": self._connection.port}
        client = self._client()
        if isinstance(client, Problem):
            return client
        try:
            client.connect(self._connection.host, self._connection.port, max(5, self._connection.keepalive_s))
            return self._listen(client) or Problem("driver.broker_gone", where)
        except OSError as error:
            if self._context is not None:
                self._context.close()
            return _reason(error, where)

    def _listen(self, client: paho.Client) -> Problem | None:
        """Serve the socket until the connection ends or we are to stop."""
        patience = time.monotonic() + _PATIENCE
        while not self._stop.is_set():
            if client.loop(_TURN) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return self._reason
            if not self._accepted and time.monotonic() > patience:
                where: Params = {"host": self._connection.host, "port": self._connection.port}
                return self._reason or Problem("driver.broker_mute", where)
        client.disconnect()
        return None

    def _client(self) -> paho.Client | Problem:
        """A new client as the connection is configured, or what is missing for one."""
        connection = self._connection
        protocol = MQTTProtocolVersion.MQTTv5 if connection.version == "5" else MQTTProtocolVersion.MQTTv311
        client_id = connection.client_id or f"building-console-{connection.id}-{secrets.token_hex(4)}"
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol, reconnect_on_failure=False)
        client.connect_timeout = _PATIENCE
        if connection.username:
            password = None
            if connection.secret:
                variable = secret_variable(connection.secret)
                password = os.environ.get(variable)
                if password is None:
                    return Problem("driver.secret_missing", {"variable": variable})
            client.username_pw_set(connection.username, password)
        if connection.tls:
            try:
                client.tls_set_context(self._secure(connection.ca_file))
            except OSError:
                return Problem("driver.ca_file", {"file": connection.ca_file})
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _secure(self, ca_file: str) -> ssl.SSLContext:
        """TLS as Python's own default for clients: the certificate and the host's name are checked."""
        context = self._context = _Context(ssl.PROTOCOL_TLS_CLIENT)
        if ca_file:
            context.load_verify_locations(ca_file)
        else:
            context.load_default_certs()
        return context

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        where: Params = {"host": self._connection.host, "port": self._connection.port}
        if code.is_failure:
            name = f"driver.broker_{code.value}" if code.value in _NAMED else "driver.broker_says"
            self._reason = Problem(name, {**where, "reason": code.getName()})
            return
        self._accepted = True
        self._put(Connected())
        self._asked.clear()
        for start in range(0, len(self._topics), _TOPICS_AT_ONCE):
            some = self._topics[start : start + _TOPICS_AT_ONCE]
            _, number = client.subscribe([(topic, 1) for topic in some])
            if number is not None:
                self._asked[number] = some

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if self._reason is None and code.value == _TAKEN_OVER:
            self._reason = Problem("driver.session_taken", {"client": self._connection.client_id})

    def _on_subscribe(self, _client: paho.Client, _data: Any, number: int, codes: Any, _properties: Any) -> None:
        for topic, code in zip(self._asked.pop(number, ()), codes, strict=False):
            if code.is_failure:
                self._put(NotSubscribed(topic))

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return  # a topic that cannot be one of ours
        payload = message.payload
        self._put(Message(topic, bytes(payload) if len(payload) <= LARGEST else None, message.retain))


def _size(event: Event) -> int:
    return len(event.payload or b"") if isinstance(event, Message) else 0


def _reason(error: OSError, where: Params) -> Problem:
    """Why a connection could not be made."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Problem("driver.certificate", {**where, "reason": error.verify_message})
    if isinstance(error, ssl.SSLError):
        return Problem("driver.tls", {**where, "reason": error.reason or "TLS"})
    known = ((TimeoutError, "connect_timeout"), (ConnectionRefusedError, "refused"), (socket.gaierror, "unknown_host"))
    for kind, name in known:
        if isinstance(error, kind):
            return Problem(f"driver.{name}", where)
    return Problem("driver.unreachable", {**where, "reason": error.strerror or str(error)})
