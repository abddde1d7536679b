"""The paho client with a reader that takes what is there at once.

WORKAROUND paho-mqtt 2.x, client.py ``_packet_read``: it asks the system three times for every packet, selects again before
the next one, and keeps a message of any length in memory. This reader takes up to :data:`CHUNK` bytes at a time, hands the
messages of a whole chunk over together, and lets go of what is larger than :data:`LARGEST` while it arrives. Every packet
but PUBLISH goes to paho as ever. Runs on the network thread.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket

LARGEST = 256 * 1024
"""Bytes of a payload that is read at all (maps/mqtt_payloads.yaml, mapping needs)."""

CHUNK = 64 * 1024
_HEADROOM = 70_000  # a topic of 65,535 bytes and what else stands before a payload
_PUBLISH = 0x30
_OK = MQTTErrorCode.MQTT_ERR_SUCCESS


class Message(NamedTuple):
    """One message. ``payload`` is None if it was larger than :data:`LARGEST`."""

    topic: str
    payload: bytes | None
    retained: bool
    qos: int = 0


class Client(paho.Client):
    """``deliver`` is called with the messages of each chunk, which are acknowledged when it returns.

    ``error`` is what the socket said last.
    """

    def __init__(self, client_id: str, version: str, deliver: Callable[[list[Message]], None], *, clean: bool) -> None:
        five = version == "5"
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            clean_session=None if five else clean,
        )
        self._five = five
        self._deliver = deliver
        self._rest = b""
        self._skip = 0
        self.error: OSError | None = None

    def _packet_read(self) -> MQTTErrorCode:
        try:
            data = self._sock_recv(CHUNK)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_AGAIN
        except OSError as error:
            self.error = error.with_traceback(None)  # it would hold this client in a circle
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        if not data:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        messages: list[Message] = []
        acknowledge: list[tuple[int, int]] = []
        try:
            result = self._take(self._rest + data if self._rest else data, messages, acknowledge)
        except (IndexError, UnicodeDecodeError):
            result = MQTTErrorCode.MQTT_ERR_PROTOCOL
        if messages:
            self._deliver(messages)
        for qos, number in acknowledge:
            self._send_puback(number) if qos == 1 else self._send_pubrec(number)
        return result

    def _sock_close(self) -> None:
        if self.error is None and isinstance(self._sock, ssl.SSLSocket):
            try:  # where a write failed, the broker's reason may still lie unread
                self._sock.recv(1)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass
            except OSError as error:
                self.error = error.with_traceback(None)
        super()._sock_close()

    def _take(self, data: bytes, messages: list[Message], acknowledge: list[tuple[int, int]]) -> MQTTErrorCode:
        """Every whole packet in ``data``; the rest waits for more."""
        place, size = 0, len(data)
        while place + 2 <= size:
            command, length, start, shift = data[place], 0, place + 1, 0
            while True:  # the remaining length, seven bits a byte (MQTT 3.1.1, 2.2.3)
                if start >= size:
                    self._rest = data[place:]
                    return _OK
                byte = data[start]
                start += 1
                length |= (byte & 127) << shift
                if byte < 128:
                    break
                shift += 7
                if shift > 21:
                    return MQTTErrorCode.MQTT_ERR_PROTOCOL
            end = start + length
            publish = command & 0xF0 == _PUBLISH
            if end > size:
                if length <= LARGEST + _HEADROOM or size - start < _HEADROOM:
                    break
                if not publish:
                    return MQTTErrorCode.MQTT_ERR_PROTOCOL
                self._publish(command, data[start:], messages, acknowledge, huge=True)
                self._skip, self._rest = end - size, b""
                return _OK
            if publish:
                self._publish(command, data[start:end], messages, acknowledge)
            elif result := self._other(command, data[start:end]):
                return result
            place = end
        self._rest = data[place:]
        return _OK

    def _publish(
        self, command: int, body: bytes, messages: list[Message], acknowledge: list[tuple[int, int]], *, huge: bool = False
    ) -> None:
        at = 2 + (body[0] << 8 | body[1])
        topic = body[2:at].decode("utf-8")
        qos = command >> 1 & 3
        if qos:
            acknowledge.append((qos, body[at] << 8 | body[at + 1]))
            at += 2
        if self._five:  # the properties' length and the properties: none of them changes what a message means to us
            length = shift = 0
            while True:
                byte = body[at]
                at += 1
                length |= (byte & 127) << shift
                if byte < 128:
                    break
                shift += 7
            at += length
        payload = None if huge or len(body) - at > LARGEST else body[at:]
        messages.append(Message(topic, payload, bool(command & 1), qos))

    def _other(self, command: int, body: bytes) -> MQTTErrorCode:
        """Everything but PUBLISH is paho's."""
        packet: Any = {
            "command": command, "have_remaining": 1, "remaining_count": [], "remaining_mult": 1, "remaining_length": len(body),
            "packet": bytearray(body), "to_process": 0, "pos": 0,
        }  # fmt: skip
        self._in_packet = packet
        try:
            return self._packet_handle()
        except MalformedPacket:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
