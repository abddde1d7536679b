"""Point groups: the sets of points that arrive together. A group is known by its class and its points in their order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_LIMIT = 50_000  # groups of several points; beyond it (a driver that sends ever new subsets) points are taken one by one
_PER_SHARD = 640  # points; a shard is sealed as a whole, so this bounds the work and the memory of one sealing
_SHARDS = 64


@dataclass(slots=True)
class Group:
    """One group. ``shared``: one of its points is also in another group, so that the order between the two matters."""

    id: int
    kind: int
    points: npt.NDArray[np.int32]
    shared: bool = False


class Groups:
    """The groups of one month file. ``fresh`` are not in the file yet."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[int, bytes], Group] = {}
        self._by_id: dict[int, Group] = {}
        self._seen: dict[int, Group] = {}  # point -> a group that has it
        self._points = 0
        self.fresh: list[Group] = []
        self.shards = 1

    def __len__(self) -> int:
        return len(self._by_id)

    def __getitem__(self, identity: int) -> Group:
        return self._by_id[identity]

    def identities(self) -> list[int]:
        """The ids of all groups."""
        return list(self._by_id)

    def find(self, kind: int, points: npt.NDArray[np.int32]) -> Group | None:
        """The group of these points, made if need be; ``None`` where the points must be taken one by one."""
        key = (kind, points.tobytes())
        known = self._by_key.get(key)
        if known is not None:
            return known
        if len(points) > 1 and (len(self) >= _LIMIT or len(set(points.tolist())) != len(points)):
            return None
        group = Group(len(self) + 1, kind, np.array(points, "<i4"))
        self.fresh.append(group)
        self.keep(group)
        return group

    def keep(self, group: Group) -> None:
        """Take in a group (also one that was read from the file)."""
        self._by_key[(group.kind, group.points.tobytes())] = group
        self._by_id[group.id] = group
        for point in group.points.tolist():
            other = self._seen.setdefault(point, group)
            if other is not group:
                other.shared = group.shared = True
        self._points += len(group.points)
        while self.shards < _SHARDS and self._points > self.shards * _PER_SHARD:
            self.shards *= 2

    def shard(self, group: Group) -> int:
        """The shard of the journal that ``group`` is written to now (it changes as the estate grows)."""
        return group.id % self.shards


def shards_of(group: int) -> set[int]:
    """Every shard that ``group`` can ever have been written to: a reader looks into all of them."""
    found, count = set(), 1
    while count <= _SHARDS:
        found.add(group % count)
        count *= 2
    return found
