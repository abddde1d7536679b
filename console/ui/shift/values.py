"""Values and limits of the 2-hourly record as text, and a list that finds what is typed anywhere in its entries."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter


def value_text(value: Any) -> str:
    """A value as it is written down; a dash for none."""
    return "—" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def limits_text(low: float | None, high: float | None) -> str:
    """``0.3 – 0.6``, ``≤ 0.6``, ``≥ 0.3``; empty for none."""
    if low is not None and high is not None:
        return f"{low:g} – {high:g}"
    return f"≥ {low:g}" if low is not None else f"≤ {high:g}" if high is not None else ""


def contains_typed(box: QComboBox) -> None:
    """Let an editable list offer every entry that contains what is typed."""
    completer = box.completer()
    if completer is not None:
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
