"""One connection of a site file becomes what its driver needs; which keys each protocol knows, and what cannot be."""

from __future__ import annotations

from typing import Any

from config import mqtt
from config.fields import Context, Record
from config.findings import Findings
from config.scalars import loose_value
from config.schema import PROTOCOL_KEYS
from console.domain.estate import Connection, Modbus, ModbusRtuTcp, ModbusSerial, ModbusTcp, OtherConnection
from console.domain.text import Text

_NEEDED = {"modbus-rtu": "port", "other": "driver"}  # what a connection cannot do without; all others: host

Place = tuple[str, str, str]
"""Where a connection speaks: two connections at one place would talk at once. Last: what tells DTUs on one port apart."""


def make_connection(record: Record, context: Context) -> Connection | None:  # noqa: PLR0911 - one a protocol
    """The connection of one line; ``None`` where too little is right."""
    protocol = record.get("protocol")
    if protocol is None or "id" not in record:
        return None
    own = PROTOCOL_KEYS[protocol]
    for key in record.values:
        if key not in own and key not in ("id", "name", "protocol"):
            context.mistake(record.line_of(key), "foreign_key", key=key, protocol=protocol, allowed=", ".join(sorted(own)))
    listens = protocol == "modbus-rtu-tcp" and record.get("listen", False)
    needed = "port" if listens else _NEEDED.get(protocol, "host")
    if needed not in record:
        if needed not in record.bad:
            context.mistake(record.line, "missing_key", key=needed, section="connection")
        return None
    if not _port_fits(record, protocol, context):
        return None
    given: dict[str, Any] = {key: value for key, value in record.values.items() if key in own}
    name = record.get("name") or Text(record.get("id"))
    match protocol:
        case "modbus-tcp":
            return ModbusTcp(record.get("id"), name, **given)
        case "modbus-rtu":
            for key in ("stop_bits", "data_bits"):
                if key in given:
                    given[key] = int(given[key])
            return ModbusSerial(record.get("id"), name, **given)
        case "modbus-rtu-tcp":
            return ModbusRtuTcp(record.get("id"), name, **given) if _marks_fit(record, context) else None
        case "mqtt":
            return mqtt.connection(record, name, given, context)
    options = {key: loose_value(value) for key, value in given["options"].values.items()} if "options" in given else {}
    return OtherConnection(record.get("id"), name, given["driver"], options)


def _port_fits(record: Record, protocol: str, context: Context) -> bool:
    """A serial line has a port with a name, a network one a number."""
    port = record.get("port", "" if protocol == "modbus-rtu" else 1)
    if isinstance(port, int) == (protocol != "modbus-rtu"):
        return True
    context.mistake(record.line_of("port"), "port_number" if isinstance(port, int) else "port_name", found=str(port))
    return False


def _marks_fit(record: Record, context: Context) -> bool:
    """``registration`` and ``heartbeat``, where they are bytes, must be written as such."""
    for key in ("registration", "heartbeat"):
        written = str(record.get(key, ""))
        if written.lower().startswith("hex:"):
            try:
                fine = bool(bytes.fromhex(written[4:]))
            except ValueError:
                fine = False
            if not fine:
                context.mistake(record.line_of(key), "bad_hex", key=key, found=written)
                return False
    return True


def one_line_each(connections: list[tuple[Connection, Record]], context: Context) -> None:
    """Refuse two connections to one gateway, device or port: each would poll it without knowing of the other.

    One RS-485 line has one conversation at a time, and many gateways take one client only; so the units belong on one
    connection, which asks them in turn.
    """
    seen: dict[Place, tuple[str, int]] = {}
    listeners: dict[str, list[tuple[ModbusRtuTcp, Record]]] = {}
    for connection, record in connections:
        if not isinstance(connection, Modbus):
            continue
        place = _place(connection)
        other, first = seen.setdefault(place, (connection.id, record.line))
        if other != connection.id:
            context.mistake(record.line, "shared_line", connection=connection.id, other=other, where=place[1], first=first)
        elif isinstance(connection, ModbusRtuTcp) and connection.listen:
            listeners.setdefault(str(connection.port), []).append((connection, record))
    for port, many in listeners.items():
        for place_, (connection, record) in enumerate(many):
            for earlier, _ in many[:place_]:
                mine, theirs = connection.registration, earlier.registration
                if not mine or not theirs or mine.startswith(theirs) or theirs.startswith(mine):
                    context.mistake(record.line, "shared_listener", connection=connection.id, other=earlier.id, port=port)


def unused(connections: list[tuple[Connection, Record]], used: set[str], file: str, findings: Findings) -> None:
    """Warn of connections that nothing uses."""
    for connection, record in connections:
        if connection.id not in used:
            findings.warning(file, record.line, "unused_connection", connection=connection.id)


def _place(connection: Modbus) -> Place:
    if isinstance(connection, ModbusSerial):
        return "serial", connection.port, ""
    where = f"{connection.host.lower()}:{connection.port}"
    if isinstance(connection, ModbusRtuTcp) and connection.listen:
        return "listen", f":{connection.port}", connection.registration
    return "dial", where, ""
