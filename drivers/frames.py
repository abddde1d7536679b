"""What goes over a wire, for whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes on the wire. ``at`` UTC ns; ``sent`` by us, or received: a whole frame where one could be told, else what came."""

    at: int
    connection: str
    sent: bool
    data: bytes


Listener = Callable[[Frame], None]
