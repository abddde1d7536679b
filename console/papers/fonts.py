"""The font of every paper, its widths, and where a line of Chinese and English may be broken.

WenQuanYi Micro Hei (resources/fonts, Apache-2.0) lies beside the program, so that a paper looks the same on every machine. Only
the letters that a paper uses are put into it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import as_file, files

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from console.papers.cells import clean

NAME = "paper"
FILE = "wqy-microhei.ttc"
_NOT_FIRST = set("，。、；：？！）】》」』〉”’％℃°·…—,.;:?!)]}%")  # no line begins with these (GB/T 15834)
_NOT_LAST = set("（【《「『〈“‘([{￥¥$")  # and none ends with these
_WORD = re.compile(r"[^\s\u2e80-\uffef]+|\s|[\u2e80-\uffef]")  # a Latin word, a blank, one Chinese letter


@cache
def face() -> TTFont:
    """The font, registered for this process."""
    with as_file(files("resources").joinpath("fonts", FILE)) as path:
        font = TTFont(NAME, str(path), subfontIndex=0)
    pdfmetrics.registerFont(font)
    return font


def width(text: str, size: float) -> float:
    """In points."""
    font = face().face
    widths, default = font.charWidths, font.defaultWidth
    return float(sum(widths.get(ord(letter), default) for letter in text)) * size / 1000


def wrapped(text: str, size: float, room: float) -> list[str]:
    """``text`` in lines that are at most ``room`` points wide; a word that is wider is broken where the room ends."""
    lines: list[str] = []
    for part in clean(text).replace("\t", "    ").splitlines() or [""]:
        lines += [part] if width(part, size) <= room else _broken(part, size, room)
    return lines


def _broken(text: str, size: float, room: float) -> list[str]:
    font = face().face
    widths, default = font.charWidths, font.defaultWidth
    room = room * 1000 / size
    lines, line, taken = [], "", 0.0
    for word in _pieces(text):
        need = sum(widths.get(ord(letter), default) for letter in word)
        if taken + need <= room:
            line, taken = line + word, taken + need
            continue
        if line:
            lines.append(line.rstrip())
            line, taken = "", 0.0
        if word.isspace():
            continue
        for letter in word:
            wide = widths.get(ord(letter), default)
            if line and taken + wide > room:
                lines.append(line)
                line, taken = "", 0.0
            line, taken = line + letter, taken + wide
    return [*lines, line] if line else lines


def _pieces(text: str) -> list[str]:
    """What must stay together: words, and punctuation with the letter that it follows or opens."""
    pieces: list[str] = []
    for piece in _WORD.findall(text):
        if pieces and ((piece[0] in _NOT_FIRST and not pieces[-1].isspace()) or pieces[-1][-1] in _NOT_LAST):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
