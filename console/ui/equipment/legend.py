"""Which line of the trend is which point."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui import theme
from console.ui.overview.panes import words

# of the curves in their order; colour is never the only sign
INKS = (("accent", Qt.PenStyle.SolidLine), ("text", Qt.PenStyle.SolidLine), ("dim", Qt.PenStyle.DashLine),
        ("accent", Qt.PenStyle.DotLine))  # fmt: skip
SAMPLE, GAP, HEIGHT, SIZE = 24.0, 16.0, 24, 13


class Legend(QWidget):
    """A sample of each line with its name; a single line needs none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_names(self, names: list[str]) -> None:
        """Of the curves in their order."""
        self._names = names if len(names) > 1 else []
        self.setToolTip("\n".join(self._names))
        self.update()

    def sizeHint(self) -> QSize:
        """Takes what room there is."""
        return QSize(100, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Side by side; long names share the room."""
        left, metrics = GAP, QFontMetricsF(theme.font(SIZE))
        most = max(20.0, (self.width() - GAP) / max(1, len(self._names)) - SAMPLE - GAP - 6)
        with QPainter(self) as painter:
            for name, (token, style) in zip(self._names, INKS, strict=False):
                wide = min(most, metrics.horizontalAdvance(name) + 2)
                painter.setPen(QPen(theme.colour(token), 2, style))
                painter.drawLine(QLineF(left, HEIGHT / 2, left + SAMPLE, HEIGHT / 2))
                words(painter, QRectF(left + SAMPLE + 6, 0, wide, HEIGHT), name, "text", SIZE)
                left += SAMPLE + 6 + wide + GAP
