"""Text that an estate brings with it (names, alarm texts), in both languages."""

from __future__ import annotations

import msgspec


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """One text in Chinese and English. ``en`` may be empty: the Chinese text then stands in for it."""

    zh: str
    en: str = ""

    def get(self, language: str) -> str:
        """The text in ``language`` (``zh_CN`` or ``en``); the other one where it is missing."""
        if language.startswith("zh"):
            return self.zh or self.en
        return self.en or self.zh


EMPTY = Text("")
