"""A fire alarm control panel and its detectors, as a GST panel's Modbus card shows them (config/types/gst_fire_modbus.yaml)."""

from __future__ import annotations

import enum
from typing import ClassVar

from console.domain.times import HOUR, SECOND
from drivers.simulator.physics.surroundings import Surroundings


class Node(enum.IntEnum):
    """Status of one node (GST_MBUS.h of the source named in the type file)."""

    NO_EVENT = 0
    FIRE = 1
    FAULT = 2
    FEEDBACK = 3
    RECOVERED = 4
    STARTED = 5
    STOPPED = 6
    ISOLATED = 7
    RELEASED = 8
    CLEARED = 9


_SETTLES = 20 * SECOND  # a recovered or released node turns to "cleared" after that long
_BATTERY_LASTS = 8 * HOUR


class FirePanel:
    """Keeps one status per node address. ``nodes`` are the addresses that exist."""

    units: ClassVar[dict[str, str]] = {}

    def __init__(self, nodes: list[int], surroundings: Surroundings, began: int) -> None:
        self.status: dict[int, Node] = dict.fromkeys(nodes, Node.NO_EVENT)
        self.mains_fault = False
        self.backup_fault = False
        self.bus_short = False
        self._surroundings = surroundings
        self._settling: dict[int, int] = {}
        self._now = began
        self._cut_at: int | None = None

    def set(self, node: int, status: Node) -> None:
        """Something happened at ``node``."""
        self.status[node] = status
        self._settling.pop(node, None)

    def clear(self, node: int) -> None:
        """It is over: the panel says how it ended, and after a while that nothing is the matter."""
        now = self.status[node]
        ended = {Node.ISOLATED: Node.RELEASED, Node.FAULT: Node.RECOVERED, Node.FIRE: Node.CLEARED}.get(now)
        if ended is not None:
            self.status[node] = ended
            if ended is not Node.CLEARED:
                self._settling[node] = self._now + _SETTLES

    def advance(self, now: int) -> None:
        """Settle what has ended; run down the battery while the mains are out."""
        self._now = max(now, self._now)
        for node in [node for node, until in self._settling.items() if until <= self._now]:
            self.status[node] = Node.CLEARED
            del self._settling[node]
        if self._surroundings.mains:
            self._cut_at = None
        elif self._cut_at is None:
            self._cut_at = self._now

    @property
    def battery_empty(self) -> bool:
        """True when the mains have been out longer than the battery lasts."""
        return self._cut_at is not None and self._now - self._cut_at > _BATTERY_LASTS

    def values(self) -> dict[str, float]:
        """``node_1`` ... by address, and the three supplies."""
        mains = Node.FAULT if self.mains_fault or not self._surroundings.mains else Node.CLEARED
        backup = Node.FAULT if self.backup_fault or self.battery_empty else Node.CLEARED
        bus = Node.FAULT if self.bus_short else Node.CLEARED
        values: dict[str, float] = {f"node_{node}": status for node, status in self.status.items()}
        return values | {"mains_power": mains, "backup_power": backup, "bus": bus}
