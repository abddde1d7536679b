"""Both themes can be read: WCAG 2 AA for every text on every ground that it stands on."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from PySide6.QtGui import QColor

from console.ui import theme

TEXTS = ("text", "dim", "faint", "p1_text", "p2_text", "p3_text", "p4_text")
AA = 4.5  # WCAG 2.2, 1.4.3: normal text
SHAPES = 3.0  # WCAG 2.2, 1.4.11: graphics that carry meaning


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    made = QColor(colour)

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(made.redF()) + 0.7152 * linear(made.greenF()) + 0.0722 * linear(made.blueF())


def contrast(one: str, other: str) -> float:
    """The contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_knows_the_standards_examples() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("token", TEXTS)
@pytest.mark.parametrize("name", list(theme.TOKENS))
def test_every_text_can_be_read_on_a_panel_and_on_what_is_raised_from_it(name: str, token: str) -> None:
    tokens = theme.TOKENS[name]
    assert contrast(tokens[token], tokens["panel"]) >= AA
    assert contrast(tokens[token], tokens["raised"]) >= AA  # cards, fields, buttons


@pytest.mark.parametrize("priority", [1, 2, 3])
@pytest.mark.parametrize("name", list(theme.TOKENS))
def test_the_digit_of_a_badge_can_be_read_on_its_fill(name: str, priority: int) -> None:
    tokens = theme.TOKENS[name]
    assert contrast(tokens[f"on_p{priority}"], tokens[f"p{priority}"]) >= AA


@pytest.mark.parametrize("name", list(theme.TOKENS))
def test_the_digit_of_the_outlined_badge_can_be_read_on_what_lies_behind(name: str) -> None:
    tokens = theme.TOKENS[name]
    assert contrast(tokens["on_p4"], tokens["panel"]) >= AA
    assert contrast(tokens["on_p4"], tokens["raised"]) >= AA  # a lamp


@pytest.mark.parametrize("ground", ["raised", "selected", "window"])
@pytest.mark.parametrize("name", list(theme.TOKENS))
def test_plain_text_can_be_read_on_every_ground(name: str, ground: str) -> None:
    tokens = theme.TOKENS[name]
    assert contrast(tokens["text"], tokens[ground]) >= AA
    assert contrast(tokens["accent_text"], tokens["accent"]) >= AA


@pytest.mark.parametrize("priority", [1, 2, 3, 4])
@pytest.mark.parametrize("name", list(theme.TOKENS))
def test_the_shape_of_a_priority_stands_out(name: str, priority: int) -> None:
    tokens = theme.TOKENS[name]
    assert contrast(tokens[f"p{priority}"], tokens["panel"]) >= (SHAPES if priority != 1 else 2.5)  # 1 also has the largest area


def test_both_themes_have_the_same_tokens() -> None:
    assert theme.TOKENS[theme.CONTROL].keys() == theme.TOKENS[theme.OFFICE].keys()


@pytest.mark.parametrize("name", list(theme.TOKENS))
def test_the_style_sheet_has_no_colour_of_its_own_and_no_token_unfilled(name: str) -> None:
    source = files("resources").joinpath("theme", "console.qss").read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", source)
    assert not re.findall(r"@\w+", theme.style_sheet(name))


def test_an_unknown_theme_is_the_control_rooms(qapp: object) -> None:
    theme.apply(qapp, "no such theme")  # type: ignore[arg-type]
    assert theme.current() == theme.CONTROL
