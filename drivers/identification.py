"""Device identification, function 43 type 14 (Modbus application protocol V1.1b3, 6.21): the question, and what an answer holds."""

from __future__ import annotations

from dataclasses import dataclass

IDENTIFICATION = 0x2B
"""The function: encapsulated interface."""

MEI_TYPE = 0x0E


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who are you? ``code`` 1 basic, 2 regular, 3 extended; ``first`` the object id to begin with."""

    unit: int
    code: int
    first: int = 0

    @property
    def function(self) -> int:
        """Always 43."""
        return IDENTIFICATION


def identification_length(data: bytes) -> int | None:
    """How long the identification at the start of ``data`` is by its own lengths; ``None`` while they are not all there."""
    if len(data) < 6:
        return None
    place = 6
    for _ in range(data[5]):
        if len(data) < place + 2:
            return None
        place += 2 + data[place + 1]
    return place


def identification(payload: bytes) -> tuple[dict[int, str], int | None]:
    """The objects of a judged identification, and the object id to go on with, if more follows.

    Texts are ASCII by the standard; Chinese makers send GBK.
    """
    objects: dict[int, str] = {}
    place = 6
    for _ in range(payload[5]):
        ident, length = payload[place], payload[place + 1]
        objects[ident] = _text(payload[place + 2 : place + 2 + length])
        place += 2 + length
    return objects, payload[4] if payload[3] == 0xFF else None


def _text(raw: bytes) -> str:
    raw = raw.rstrip(b"\0 ")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
