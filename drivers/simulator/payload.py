"""Values to MQTT payloads: one JSON object for each topic, built by walking every point's path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from console.domain.estate import MqttSource
from console.domain.times import MILLISECOND, SECOND

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def steps(path: str) -> list[str | int]:
    """``data.list[2].value`` as keys and indexes."""
    return [name or int(index) for name, index in _STEP.findall(path)]


def build(values: Iterable[tuple[MqttSource, float, int]], now: int) -> bytes:
    """The payload of one topic from its points' values (in their units) and decimals; an empty path is the payload itself."""
    root: dict[str, Any] = {}
    for source, value, decimals in values:
        shown = _shown(source, value, decimals)
        if not source.path:
            return json.dumps(shown, ensure_ascii=False).encode() if not isinstance(shown, str) else shown.encode()
        _place(root, steps(source.path), shown)
        if source.time_path:
            _place(root, steps(source.time_path), _time(source, now))
    return json.dumps(root, ensure_ascii=False).encode()


def _shown(source: MqttSource, value: float, decimals: int) -> float | int | str | None:
    if value != value:  # noqa: PLR0124 - NaN: the device has no value
        return None
    if source.true_words and value in (0.0, 1.0):
        return source.true_words[0] if value else (source.false_words[0] if source.false_words else "0")
    number = round((value - source.offset) / source.scale, decimals + 3)
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def _time(source: MqttSource, now: int) -> int | str:
    if source.time_unit == "ms":
        return now // MILLISECOND
    if source.time_unit == "iso":
        return datetime.fromtimestamp(now / SECOND, UTC).isoformat()
    return now // SECOND


def _place(root: dict[str, Any], path: list[str | int], value: object) -> None:
    """Put ``value`` at ``path`` below ``root``, making the objects and lists on the way."""
    here: Any = root
    for index, step in enumerate(path):
        last = index == len(path) - 1
        fresh: Any = value if last else [] if isinstance(path[index + 1], int) else {}
        if isinstance(step, int):
            here.extend({} for _ in range(step + 1 - len(here)))
            if last or not isinstance(here[step], (dict, list)) or not here[step]:
                here[step] = fresh
        elif last or step not in here:
            here[step] = fresh
        here = here[step]
