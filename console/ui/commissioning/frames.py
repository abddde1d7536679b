"""What a frame of the wire log says, in words. No widgets."""

from __future__ import annotations

from console.domain.estate import Connection, ModbusRtuTcp, ModbusSerial, ModbusTcp
from console.link.bench import WireFrame
from console.texts import tr

SHOWN = 16  # registers of an answer that are written out
_READS = (1, 2, 3, 4)
_IDENTIFY = 43


def framing(connection: Connection | None) -> str:
    """``tcp``, ``rtu``, or ``plain`` where each piece is a message (MQTT)."""
    if isinstance(connection, ModbusTcp):
        return "tcp"
    return "rtu" if isinstance(connection, ModbusSerial | ModbusRtuTcp) else "plain"


def error_text(error: str) -> str:
    """The words for what is wrong with a frame."""
    name, _, code = error.partition("_")
    return tr("bench.wire.exception", code=code) if name == "exception" else tr(f"bench.wire.{error}")


def meaning(frame: WireFrame, how: str) -> str:
    """One line: what is asked, what came, and what is wrong with it. ``how``: see :func:`framing`."""
    said = _message(frame.data) if how == "plain" else _modbus(frame, _body(frame.data, how))
    return " · ".join(part for part in (error_text(frame.error) if frame.error else "", said) if part)


def bytes_text(frame: WireFrame, how: str) -> str:
    """The bytes as they were; of a message nothing, its words say them."""
    return "" if how == "plain" else frame.data.hex(" ").upper()


def _body(data: bytes, how: str) -> bytes:
    """From the function code on, without what the line adds."""
    return data[7:] if how == "tcp" else data[1:-2]


def _message(data: bytes) -> str:
    text = data.decode("utf-8", "backslashreplace").replace("\0", "  ", 1)
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def _modbus(frame: WireFrame, body: bytes) -> str:
    if frame.sent and frame.function in _READS and len(body) >= 5:
        first, count = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
        where = str(first) if count == 1 else f"{first}–{first + count - 1}"
        return tr("commissioning.frame.ask", what=tr(f"commissioning.fc.{frame.function}"), where=where)
    if frame.function == _IDENTIFY:
        return tr("commissioning.frame.identify")
    if frame.sent or frame.error or frame.function not in _READS or len(body) < 2:
        return ""
    payload = body[2 : 2 + body[1]]
    if frame.function in (1, 2):
        return "".join(f"{byte:08b}"[::-1] + " " for byte in payload[:SHOWN]).strip() + ("…" if len(payload) > SHOWN else "")
    count = len(payload) // 2
    words = [str(int.from_bytes(payload[2 * place : 2 * place + 2], "big")) for place in range(min(count, SHOWN))]
    return " ".join(words) + (f" … ({count})" if count > SHOWN else "")
