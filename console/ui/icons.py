"""Icons: line drawings in ``resources/icons``, drawn in the theme's colour."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

SIDE = 48  # drawn large; Qt scales it down sharply


@cache
def _picture(name: str, colour: str) -> QPixmap:
    svg = files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    pixmap = QPixmap(SIDE, SIDE)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        renderer.render(painter, QRectF(0, 0, SIDE, SIDE))
    return pixmap


def icon(name: str, colour: QColor) -> QIcon:
    """The icon of that name in ``colour``."""
    return QIcon(_picture(name, colour.name()))


def paint(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    """Draw the icon of that name into ``rect``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(rect, _picture(name, colour.name()), QRectF(0, 0, SIDE, SIDE))
    painter.restore()
