"""What a line needs of its protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from console.domain.problems import Problem
from drivers.identification import Inquiry
from drivers.readplan import Block
from drivers.replies import Reply


class Wire(Protocol):
    """One connection's bytes. Nothing here raises for the world's faults. Not re-entrant: one question at a time."""

    tap: Callable[[bool, bytes], None] | None
    """Hears every frame: sent by us (True) or received, and its bytes."""

    @property
    def connected(self) -> bool:
        """True while the connection stands, as far as is known."""

    @property
    def stray(self) -> Mapping[str, int]:
        """Running totals of frames that answered nothing."""

    def compile(self, question: Block | Inquiry) -> bytes:
        """A request, made once."""

    async def connect(self, timeout: float) -> Problem | None:
        """Open the connection within ``timeout`` real seconds; or say why not."""

    async def ask(self, question: Block | Inquiry, compiled: bytes, timeout: float) -> Reply:
        """Send one request; its end within ``timeout`` real seconds (RTU after a time-out: some more)."""

    def close(self) -> None:
        """Drop the connection at once; it may be opened again."""

    def end(self) -> None:
        """Drop it for good."""
