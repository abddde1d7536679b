"""Two themes, as tokens: the only place of the screens where colours stand (contrast against ``panel``: WCAG AA for text).

Control room (mid-grey, default) and office (light). Grey is normal; saturated colour belongs to alarm priorities alone.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

CONTROL = "control"
OFFICE = "office"

TOKENS: dict[str, dict[str, str]] = {
    CONTROL: {
        "window": "#24272b", "panel": "#2d3136", "raised": "#353a40", "line": "#454b52",
        "text": "#e6e9eb", "dim": "#a3abb3", "faint": "#9fa8b0",
        "running": "#c4cad0", "stopped": "#5d666f", "band": "#4a5157",
        "accent": "#7fb0d8", "accent_text": "#15191d", "selected": "#3d4750",
        "p1": "#d13438", "p1_text": "#ff8084", "on_p1": "#ffffff",
        "p2": "#f28c28", "p2_text": "#f28c28", "on_p2": "#1d1206",
        "p3": "#e8c547", "p3_text": "#e8c547", "on_p3": "#1d1804",
        "p4": "#a3a0ee", "p4_text": "#a3a0ee", "on_p4": "#a3a0ee",
        "pen1": "#7fb0d8", "pen2": "#93cfa6", "pen3": "#d9b58c", "pen4": "#d09ccb", "pen5": "#6fcbc9", "pen6": "#e6e9eb",
    },
    OFFICE: {
        "window": "#dfe2e5", "panel": "#f1f3f4", "raised": "#ffffff", "line": "#c3c8cd",
        "text": "#1e2226", "dim": "#4c555d", "faint": "#626b73",
        "running": "#59626b", "stopped": "#aab1b8", "band": "#d3d8dc",
        "accent": "#1f6fa8", "accent_text": "#ffffff", "selected": "#d6e4ef",
        "p1": "#c9252b", "p1_text": "#c9252b", "on_p1": "#ffffff",
        "p2": "#b4530a", "p2_text": "#b4530a", "on_p2": "#ffffff",
        "p3": "#7a5c00", "p3_text": "#7a5c00", "on_p3": "#ffffff",
        "p4": "#5a55c0", "p4_text": "#5a55c0", "on_p4": "#5a55c0",
        "pen1": "#1f6fa8", "pen2": "#2b7a4f", "pen3": "#8a5a22", "pen4": "#91468a", "pen5": "#11757b", "pen6": "#1e2226",
    },
}  # fmt: skip

FAMILIES = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Noto Sans", "sans-serif"]
HINT, BODY, SUBJECT, KEY, PROMISE = 12, 14, 17, 22, 38  # pixel sizes

_current = CONTROL


def current() -> str:
    """The theme in use."""
    return _current


def colour(token: str) -> QColor:
    """The colour of a token in the theme in use."""
    return QColor(TOKENS[_current][token])


def priority_colour(priority: int) -> QColor:
    """The fill of priority 1-4."""
    return colour(f"p{priority}")


def priority_text(priority: int) -> QColor:
    """Priority 1-4 as text on a panel."""
    return colour(f"p{priority}_text")


def font(size: int = BODY, bold: bool = False) -> QFont:
    """Our font, with figures of equal width so that numbers line up."""
    made = QFont()
    made.setFamilies(FAMILIES)
    made.setPixelSize(size)
    made.setBold(bold)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def apply(application: QApplication, theme: str) -> None:
    """Use ``theme`` everywhere, live."""
    global _current  # noqa: PLW0603 - one look for the whole process
    _current = theme if theme in TOKENS else CONTROL
    application.setStyle("Fusion")
    application.setFont(font())
    application.setPalette(_palette())
    application.setStyleSheet(style_sheet(_current))


def _palette() -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, token in (
        (role.Window, "window"), (role.Base, "panel"), (role.AlternateBase, "raised"), (role.Button, "raised"),
        (role.WindowText, "text"), (role.Text, "text"), (role.ButtonText, "text"), (role.ToolTipBase, "raised"),
        (role.ToolTipText, "text"), (role.Highlight, "selected"), (role.HighlightedText, "text"),
        (role.PlaceholderText, "faint"), (role.Link, "accent"), (role.Mid, "line"),
    ):  # fmt: skip
        palette.setColor(which, colour(token))
    for which in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, colour("stopped"))
    return palette


@cache
def style_sheet(theme: str) -> str:
    """The one QSS with the theme's colours filled in: ``@token;`` stands for a colour."""
    text = files("resources").joinpath("theme", "console.qss").read_text(encoding="utf-8")
    for token in sorted(TOKENS[theme], key=len, reverse=True):
        text = text.replace(f"@{token};", f"{TOKENS[theme][token]};").replace(f"@{token} ", f"{TOKENS[theme][token]} ")
    return text
