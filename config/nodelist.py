"""Which nodes a fire panel has, as people write it: ``1:1-120, 2:1-45, 2:60`` is loop 1 with nodes 1 to 120, loop 2 with 46."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from config.fields import Context, Kind
from config.tree import Node, Scalar

MOST_NODES = 5000  # of one line; the largest fire panels have 5,000 registers
_PARTS = re.compile(r"[\s,，;；、]+")
_RANGE = re.compile(r"(\d{1,3})[:：](\d{1,5})(?:[-~～](\d{1,5}))?", re.ASCII)


@lru_cache(maxsize=64)  # a repeated point reads its list once a node
def nodes(text: str) -> tuple[tuple[int, int], ...] | None:
    """Every (loop, node) in the order written, each once; ``None`` if ``text`` is no such list."""
    found: dict[tuple[int, int], None] = {}
    for part in filter(None, _PARTS.split(re.sub(r"\s*([:：~～-])\s*", r"\1", text.strip()))):
        match = _RANGE.fullmatch(part)
        if match is None:
            return None
        first = int(match[2])
        last = int(match[3] or first)
        if last < first or len(found) + last - first >= MOST_NODES:
            return None
        found.update(dict.fromkeys((int(match[1]), node) for node in range(first, last + 1)))
    return tuple(found)


class NodeList(Kind):
    """The list as one text; it may be empty."""

    wants = "nodes"

    def read(self, node: Node, key: str, context: Context) -> Any:
        found = nodes(context.fill(node)[0]) if isinstance(node, Scalar) else None
        return self.refuse(node, key, context) if found is None else found

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}
