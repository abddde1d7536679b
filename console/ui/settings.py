"""What a workstation remembers of its window: geometry, columns, theme, language. Nothing that belongs to the estate."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings


def settings() -> QSettings:
    """The user's settings of this program, as a plain file."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "building-console", "console")


def remembered(key: str, default: str) -> str:
    """A remembered word."""
    value = settings().value(key, default)
    return value if isinstance(value, str) else default


def remember(key: str, value: str | QByteArray) -> None:
    """Remember it."""
    settings().setValue(key, value)
