"""Reads what a window shows: every word that is painted, by painting it into an SVG instead of onto a screen."""

from __future__ import annotations

import re
from html import unescape

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

CHINESE_CHARACTER = re.compile("[㐀-䶿一-鿿、-〟＀-￯]")


def painted_words(widget: QWidget) -> list[str]:
    """Every text that the widget and its children paint, in the order of painting."""
    QApplication.processEvents()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    painter = QPainter(generator)
    widget.render(painter, QPoint(0, 0))
    painter.end()
    buffer.close()
    svg = bytes(data.data()).decode()
    return [unescape(text).strip() for text in re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL) if text.strip()]


def painted_text(widget: QWidget) -> str:
    """The same as one text without blanks: Qt paints a Chinese text in several pieces."""
    return re.sub(r"\s", "", "".join(painted_words(widget)))


def says(widget: QWidget, text: str) -> bool:
    """True if ``text`` is painted somewhere, as it stands and not elided."""
    return re.sub(r"\s", "", text) in painted_text(widget)


def hidden_words(widget: QWidget) -> list[str]:
    """Words that stand ready on visible parts but are not painted now: tool tips, placeholders, entries of lists."""
    found: list[str] = [widget.windowTitle()]
    for child in [widget, *widget.findChildren(QWidget)]:
        if not child.isVisibleTo(widget):
            continue
        found += [child.toolTip(), child.accessibleName()]
        match child:
            case QLineEdit():
                found.append(child.placeholderText())
            case QComboBox():
                found += [child.itemText(place) for place in range(child.count())]
            case QLabel() | QPushButton():
                found.append(child.text())
    return [words for words in found if words]


def picture_of(widget: QWidget) -> QImage:
    """What it looks like."""
    QApplication.processEvents()
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def share_of(image: QImage, colour: QColor) -> float:
    """The part of an image's pixels that have exactly this colour."""
    data = bytes(image.constBits())
    wanted = bytes((colour.blue(), colour.green(), colour.red(), 255))
    return sum(data[place : place + 4] == wanted for place in range(0, len(data), 4)) / (len(data) // 4)


def colours_in(image: QImage) -> set[str]:
    """Every colour that occurs, as ``#rrggbb``."""
    data = bytes(image.constBits())
    return {f"#{p[2]:02x}{p[1]:02x}{p[0]:02x}" for p in {data[place : place + 4] for place in range(0, len(data), 4)}}
