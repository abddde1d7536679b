"""Which signal of a generic type a list's row means: 困人, 困人报警 or "Trapped" are the same point, whatever the list calls it.

Only with the type's own key does a point get the type's states and alarms; a row that is not recognised is still read, but raises
nothing, which the person must be told.
"""

from __future__ import annotations

import re
from functools import cache

from config import catalogue
from config.findings import Findings
from config.tree import Mapping, Scalar, Sequence
from console.domain.text import Text

_SHORT = 2  # letters: a shorter part of a name says nothing
_NOISE = re.compile(r"[\s_\-—·,，:：()（）\[\]【】.]+|信号|状态|报警|测点|signal|status|state|alarm", re.IGNORECASE)


@cache
def open_points(kind: str) -> dict[str, Text]:
    """The points of a shipped type that the user's own list places (``source: site``), by key."""
    found = catalogue.shipped(Findings()).get(kind)
    points = found.record.get("points") if found is not None else None
    named = {}
    for item in points.items if isinstance(points, Sequence) else ():
        if isinstance(item, Mapping) and _word(item, "source") == "site":
            name = item.entries.get("name", (0, None))[1]
            if isinstance(name, Mapping):
                named[_word(item, "key")] = Text(_word(name, "zh"), _word(name, "en"))
    return named


def meant(name: str, kind: str) -> str:
    """The key that ``name`` means, "" if none or more than one fits."""
    wanted = _plain(name)
    exact, close = set(), set()
    for key, text in open_points(kind).items():
        for known in (text.zh, text.en, key):
            if name.strip().casefold() == known.casefold():
                return key
            plain = _plain(known)
            if wanted and wanted == plain:
                exact.add(key)
            elif min(len(wanted), len(plain)) >= _SHORT and (wanted in plain or plain in wanted):
                close.add(key)
    found = exact or close
    return found.pop() if len(found) == 1 else ""


def _plain(name: str) -> str:
    return _NOISE.sub("", name).casefold()


def _word(item: Mapping, key: str) -> str:
    node = item.entries.get(key, (0, None))[1]
    return node.text if isinstance(node, Scalar) else ""
