"""A wire log as a capture file (classic pcap, microseconds), for Wireshark.

Modbus TCP: every frame stands in an Ethernet/IPv4/TCP packet made up around it, with port 502 on the device's side whatever
the real one is: Wireshark then takes it for Modbus by itself. Addresses are of the range kept for documentation
(RFC 5737) unless the device's own is known. RTU: LINKTYPE_RTAC_SERIAL (tcpdump.org/linktypes), twelve bytes of header and the
frame with its CRC as it was on the wire; Wireshark has to be told once that it is Modbus RTU (docs/commissioning.md).
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable

from drivers.wirelog import Entry

ETHERNET, RTAC_SERIAL = 1, 250
MODBUS_PORT = 502
_OURS, _THEIRS = "192.0.2.1", "192.0.2.2"
_OUR_PORT = 49152  # the first that is nobody's (RFC 6335)
_TX_START, _RX_START = 1, 2  # serial event types of LINKTYPE_RTAC_SERIAL
_PSH_ACK = 0x18


def pcap(entries: Iterable[Entry], framing: str, host: str = "") -> bytes:
    """The file. ``framing`` as in :class:`drivers.wirelog.WireLog`; ``host`` is the device's address, if it is one."""
    serial = framing == "rtu"
    made = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RTAC_SERIAL if serial else ETHERNET)]
    stream = _Stream(host)
    for entry in entries:
        if not entry.data:
            continue  # a silence: nothing was on the wire
        seconds, nanoseconds = divmod(entry.at, 10**9)
        packet = _serial(entry, seconds, nanoseconds // 1000) if serial else stream.packet(entry)
        made.append(struct.pack("<IIII", seconds, nanoseconds // 1000, len(packet), len(packet)))
        made.append(packet)
    return b"".join(made)


def _serial(entry: Entry, seconds: int, microseconds: int) -> bytes:
    event = _TX_START if entry.sent else _RX_START
    return struct.pack(">IIBBH", seconds, microseconds, event, 0, 0) + entry.data


class _Stream:
    """One TCP connection, seen from its middle."""

    def __init__(self, host: str) -> None:
        try:
            theirs = ipaddress.IPv4Address(host)
        except ValueError:  # a name, or IPv6
            theirs = ipaddress.IPv4Address(_THEIRS)
        self._ours, self._theirs = ipaddress.IPv4Address(_OURS).packed, theirs.packed
        self._sent = self._received = 1
        self._packets = 0

    def packet(self, entry: Entry) -> bytes:
        ours, theirs = (self._ours, _OUR_PORT), (self._theirs, MODBUS_PORT)
        (source, source_port), (target, target_port) = (ours, theirs) if entry.sent else (theirs, ours)
        sequence, acknowledged = (self._sent, self._received) if entry.sent else (self._received, self._sent)
        head = struct.pack(">HHIIBBHHH", source_port, target_port, sequence, acknowledged, 5 << 4, _PSH_ACK, 65535, 0, 0)
        pseudo = source + target + struct.pack(">BBH", 0, 6, len(head) + len(entry.data))
        checksum = _checksum(pseudo + head + entry.data)
        tcp = head[:16] + struct.pack(">H", checksum) + head[18:] + entry.data
        self._packets = (self._packets + 1) & 0xFFFF
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), self._packets, 0, 64, 6, 0, source, target)
        ip = ip[:10] + struct.pack(">H", _checksum(ip)) + ip[12:]
        if entry.sent:
            self._sent = (self._sent + len(entry.data)) & 0xFFFFFFFF
        else:
            self._received = (self._received + len(entry.data)) & 0xFFFFFFFF
        macs = (b"\x02\0\0\0\0\x02", b"\x02\0\0\0\0\x01")  # locally administered
        return b"".join(macs if entry.sent else macs[::-1]) + b"\x08\x00" + ip + tcp


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
