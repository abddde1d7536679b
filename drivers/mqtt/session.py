"""One broker session on its own thread: connects, says why it cannot, and tries again. It decides nothing else.

The thread makes a new client for every attempt, waits at most two seconds between attempts, and gives up a broker that
accepts a connection and then says nothing. Where another program keeps taking our session over (same client id) it stands
back for :data:`TRUCE` seconds: two programs that throw each other out serve nobody.
"""

from __future__ import annotations

import os
import re
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from console.domain.estate import Mqtt
from console.domain.problems import Params, Problem
from drivers.mqtt.certificates import own_certificate, reason
from drivers.mqtt.client import Client, Message

PAUSES = (0.2, 0.5, 1.0, 2.0)  # real seconds between attempts; the last one stays
PATIENCE = 5.0  # real seconds for the connection, and again for the broker's first word
TRUCE = 30.0  # real seconds after somebody took our session over
_SETTLED = 10.0  # real seconds: a session that lasted longer was no mistake of ours
_QUARREL = 3  # after so many short sessions in a row somebody else probably has our client id
_TURN = 0.2  # real seconds that one look at the socket may last: how soon a stop is noticed
_NAMED = {132, 133, 134, 135, 136, 137, 138}  # refusals with a sentence of their own (MQTT 5, 3.2.2.2)
_TAKEN_OVER = 142


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


class Session:
    """The thread. Subclasses take messages and news; every method named ``on_…`` is called on the thread."""

    turn = _TURN

    def __init__(self, connection: Mqtt, name: str, now: Callable[[], int]) -> None:
        """``now`` gives UTC ns, on any thread."""
        self.connection = connection
        self._now = now
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._accepted = False
        self._reason: Problem | None = None
        self._context: _Context | None = None
        self._where: Params = {"host": connection.host, "port": connection.port}

    @property
    def alive(self) -> bool:
        """True while the thread runs."""
        return self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        """True after :meth:`stop`."""
        return self._stop.is_set()

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; returns at once."""
        self._stop.set()

    def on_messages(self, messages: list[Message]) -> None:
        """These came. They are acknowledged when it returns."""

    def on_connected(self, client: paho.Client, *, kept: bool) -> None:
        """The broker accepted us; ``kept``: it still had our session."""

    def on_subscribed(self, number: int, codes: Sequence[Any]) -> None:
        """The broker answered a subscription."""

    def on_problem(self, problem: Problem) -> None:
        """There is no broker, and why. Said once for every attempt."""

    def on_turn(self, client: paho.Client) -> None:
        """Between two looks at the socket of an accepted session."""

    def prepare(self, client: paho.Client) -> None:
        """Before the client connects: a last will, for one."""

    def farewell(self, client: paho.Client) -> None:
        """Before we disconnect in order."""

    def _run(self) -> None:
        attempt = short = 0
        while not self._stop.is_set():
            self._accepted, self._reason = False, None
            start = time.monotonic()
            problem = self._attempt()
            if self._stop.is_set():
                return
            settled = self._accepted and time.monotonic() - start > _SETTLED
            attempt = 0 if settled else attempt + 1
            if self._accepted:
                short = 0 if settled else short + 1
            pause = PAUSES[min(attempt, len(PAUSES) - 1)]
            if short >= _QUARREL and problem.code == "driver.broker_gone":
                problem = Problem("driver.broker_quarrel", {**problem.params, "client": self.connection.client_id})
            if problem.code in ("driver.broker_quarrel", "driver.session_taken"):
                pause = TRUCE
            self.on_problem(problem)
            self._stop.wait(pause)

    def _attempt(self) -> Problem:
        """One connection from beginning to end; the reason why it ended."""
        connection = self.connection
        client = self._client()
        if isinstance(client, Problem):
            return client
        more: dict[str, Any] = {}
        if connection.version == "5":
            more["clean_start"] = not connection.session_s
            if connection.session_s:
                properties: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own gap
                more["properties"] = properties
                properties.SessionExpiryInterval = connection.session_s
        try:
            client.connect(connection.host, connection.port, max(5, connection.keepalive_s), **more)
            return self._serve(client) or Problem("driver.broker_gone", self._where)
        except OSError as error:
            if self._context is not None:
                self._context.close()
            return reason(error, self._where, connection.cert_file)

    def _serve(self, client: Client) -> Problem | None:
        """Serve the socket until the connection ends or we are to stop."""
        patience = time.monotonic() + PATIENCE
        while not self._stop.is_set():
            if client.loop(self.turn) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                if self._reason is None and isinstance(client.error, ssl.SSLError):
                    return reason(client.error, self._where, self.connection.cert_file)
                return self._reason
            if self._accepted:
                self.on_turn(client)
            elif time.monotonic() > patience:
                return self._reason or Problem("driver.broker_mute", self._where)
        if self._accepted:
            self.farewell(client)
        client.disconnect()
        return None

    def _client(self) -> Client | Problem:
        """A new client as the connection is configured, or what is missing for one."""
        connection = self.connection
        client_id = connection.client_id or f"building-console-{connection.id}-{secrets.token_hex(4)}"
        client = Client(client_id, connection.version, self.on_messages, clean=not connection.session_s)
        client.connect_timeout = PATIENCE
        if connection.username:
            password = None
            if connection.secret:
                variable = secret_variable(connection.secret)
                password = os.environ.get(variable)
                if password is None:
                    return Problem("driver.secret_missing", {"variable": variable})
            client.username_pw_set(connection.username, password)
        if connection.tls:
            context = self._secure()
            if isinstance(context, Problem):
                return context
            client.tls_set_context(context)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        self.prepare(client)
        return client

    def _secure(self) -> ssl.SSLContext | Problem:
        """TLS as Python's own default for clients: the certificate and the host's name are checked."""
        connection = self.connection
        context = self._context = _Context(ssl.PROTOCOL_TLS_CLIENT)
        try:
            if connection.ca_file:
                context.load_verify_locations(connection.ca_file)
            else:
                context.load_default_certs()
        except OSError:
            return Problem("driver.ca_file", {"file": connection.ca_file})
        if connection.cert_file:
            return own_certificate(context, connection.cert_file, connection.key_file, self._now()) or context
        return context

    def _on_connect(self, client: paho.Client, _data: Any, flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            name = f"driver.broker_{code.value}" if code.value in _NAMED else "driver.broker_says"
            self._reason = Problem(name, {**self._where, "reason": code.getName()})
            return
        self._accepted = True
        self.on_connected(client, kept=bool(flags.session_present))

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if self._reason is None and code.value == _TAKEN_OVER:
            self._reason = Problem("driver.session_taken", {"client": self.connection.client_id})

    def _on_subscribe(self, _client: paho.Client, _data: Any, number: int, codes: Any, _properties: Any) -> None:
        self.on_subscribed(number, codes)
