"""How a benchmark prints: a table for people and, last, one JSON line whose values are plain numbers."""

from __future__ import annotations

import json


def report(rows: list[tuple[str, float, str]]) -> None:
    """``rows``: key, figure, bar as text (empty: no bar)."""
    width = max(len(key) for key, _, _ in rows)
    for key, figure, bar in rows:
        print(f"{key:<{width}}  {figure:>12.3f}  {bar}")
    print(json.dumps({key: round(figure, 4) for key, figure, _ in rows}))
