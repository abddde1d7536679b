"""Bytes to words and back: msgpack through msgspec, strict about types, the same on both ends of the link."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from console.domain.problems import Problem, Refused
from console.link.messages import FromCollector, FromConsole

# The largest site file that an import may carry, as one message from a console (bytes).
MAX_FROM_CONSOLE = 16 * 1024 * 1024
# A snapshot of an estate with 100,000 points, or a raw history answer (bytes).
MAX_FROM_COLLECTOR = 256 * 1024 * 1024

_encoder = msgspec.msgpack.Encoder()
_from_console: msgspec.msgpack.Decoder[FromConsole] = msgspec.msgpack.Decoder(FromConsole)
_from_collector: msgspec.msgpack.Decoder[FromCollector] = msgspec.msgpack.Decoder(FromCollector)

encode = _encoder.encode
T = TypeVar("T")


class Garbled(Refused):
    """The peer sent something that is no message of this protocol."""

    def __init__(self, detail: str) -> None:
        super().__init__("link.garbled", detail=detail[:200])


def from_console(data: bytes | str) -> FromConsole:
    """A message of a console; raises :class:`Garbled`."""
    return _decode(_from_console, data)


def from_collector(data: bytes | str) -> FromCollector:
    """A message of the collector; raises :class:`Garbled`."""
    return _decode(_from_collector, data)


def _decode(decoder: msgspec.msgpack.Decoder[T], data: bytes | str) -> T:
    if isinstance(data, str):
        raise Garbled("text frame")
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Garbled(str(error)) from error


def problem_of(error: BaseException) -> Problem:
    """The problem that an exception of the link means to a person."""
    if isinstance(error, Refused):
        return error.problem
    return Problem("link.broken", {"detail": f"{type(error).__name__}: {error}"[:200]})
