"""The live state of one machine, drawn. Every kind of page has its drawing; what has none gets tiles of its main points."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from console.domain.estate import Equipment, Point, ValueKind
from console.texts import language, tr
from console.ui import theme
from console.ui.equipment import presenter
from console.ui.overview.panes import band_bar, hatch, number, words, worst_priorities
from console.ui.picture import Picture
from console.ui.values import raw_text, value_text, why_bad

TILE, BAR = 74, 28
PHASES = ("l1", "l2", "l3")
PHASE_ROWS = ("voltage", "current", "active_power", "power_factor")


class Drawing(QWidget):
    """``opened``: another machine's id was clicked; ``chosen``: a point's id."""

    opened = Signal(str)
    chosen = Signal(str)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawing")
        self._picture = picture
        self._machine: Equipment | None = None
        self._areas: list[tuple[QRectF, str, str]] = []  # where, "machine" or "point", id
        self.setMouseTracking(True)

    def show_machine(self, machine: Equipment) -> None:
        """Draw this one."""
        self._machine = machine
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A point is chosen, a machine opened."""
        kind, name = self._at(event.position())
        if kind == "machine":
            self.opened.emit(name)
        elif kind == "point":
            self.chosen.emit(name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked; why a value is missing."""
        kind, name = self._at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if kind else Qt.CursorShape.ArrowCursor)
        self.setToolTip(why_bad(self._picture, self._picture.reading(name)) if kind == "point" else "")

    def _at(self, position: QPointF) -> tuple[str, str]:
        return next(((kind, name) for rect, kind, name in self._areas if rect.contains(position)), ("", ""))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The machine."""
        self._areas = []
        if self._machine is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_machine(painter, QRectF(self.rect()), self._machine)

    def paint_machine(self, painter: QPainter, rect: QRectF, machine: Equipment) -> None:
        """Each drawing its own: here the tiles of the main points."""
        points = self._picture.points_of.get(machine.id, [])
        main = [point for point in points if point.main] or points[:8]
        self.paint_tiles(painter, rect, main, 2)

    # --- what drawings share

    def value(self, key: str) -> float | None:
        """The machine's value of this key as a number."""
        return number(self._picture, self._machine.id, key) if self._machine is not None else None

    def point(self, key: str) -> Point | None:
        """The machine's point of this key."""
        return self._picture.points.get(f"{self._machine.id}.{key}") if self._machine is not None else None

    def said(self, key: str) -> str:
        """The value in words."""
        point = self.point(key)
        return value_text(point, self._picture.reading(point.id), self._picture.live) if point is not None else "—"

    def worst(self) -> int:
        """The machine's gravest active alarm, 0 = none."""
        return worst_priorities(self._picture).get(self._machine.id, 0) if self._machine is not None else 0

    def points(self, keys: tuple[str, ...]) -> list[Point]:
        """Those of these keys that the machine has."""
        return [point for key in keys if (point := self.point(key)) is not None]

    def paint_tiles(self, painter: QPainter, rect: QRectF, points: list[Point], columns: int, size: int = 22) -> float:
        """Tiles of points, as many rows as fit; returns where they end."""
        width = rect.width() / columns
        for place, point in enumerate(points):
            top = rect.top() + (place // columns) * TILE
            if top + TILE > rect.bottom() + 8:
                return top
            self.paint_tile(painter, QRectF(rect.left() + (place % columns) * width, top, width - 10, TILE - 8), point, size)
        return rect.top() + -(-len(points) // columns) * TILE

    def paint_tile(self, painter: QPainter, rect: QRectF, point: Point, size: int = 22) -> None:
        """Name above, value large, its normal band below."""
        reading = self._picture.reading(point.id)
        value = presenter.figure_of(self._picture, reading)
        text = value_text(point, reading, self._picture.live)
        self._areas.append((rect, "point", point.id))
        words(painter, QRectF(rect.left(), rect.top(), rect.width(), 18), point.name.get(language()), "dim", 12)
        line = QRectF(rect.left(), rect.top() + 18, rect.width(), size + 10)
        if text == "—":
            words(painter, line, text, "dim", size, bold=True)
            hatch(painter, QRectF(rect.left(), line.bottom() + 2, rect.width(), 6))
            return
        wordy = point.kind in (ValueKind.STATE, ValueKind.BITS, ValueKind.CODE, ValueKind.TEXT)
        size = min(size, 17) if wordy else size
        painter.setFont(theme.font(size, bold=True))
        wide = painter.fontMetrics().horizontalAdvance(text) + 6.0
        loud = "p3_text" if presenter.outside(point, value) else "text"
        words(painter, line, text, loud, size, bold=True)
        if point.unit and wide < line.width() - 20:
            words(painter, QRectF(line.left() + wide, line.top() + 2, line.width() - wide, line.height()), point.unit, "dim", 13)
        if point.normal is not None and point.normal.low is not None and point.normal.high is not None:
            band_bar(painter, QRectF(rect.left() + 4, line.bottom() + 4, rect.width() - 12, 5), value, point.normal, loud)

    def paint_bars(self, painter: QPainter, rect: QRectF, points: list[Point]) -> None:
        """Lines of points, as many as fit."""
        for place, point in enumerate(points[: max(0, int(rect.height() // BAR))]):
            self.paint_bar(painter, QRectF(rect.left(), rect.top() + place * BAR, rect.width(), 22), point)

    def paint_bar(self, painter: QPainter, rect: QRectF, point: Point) -> None:
        """One line: name, band, value, unit."""
        reading = self._picture.reading(point.id)
        value = presenter.figure_of(self._picture, reading)
        loud = "p3_text" if presenter.outside(point, value) else "text"
        self._areas.append((rect, "point", point.id))
        banded = point.normal is not None and point.normal.low is not None and point.normal.high is not None
        name = rect.width() * (0.42 if banded else 0.46)
        words(painter, QRectF(rect.left(), rect.top(), name, 22), point.name.get(language()), "dim", 13)
        if banded:
            bar = QRectF(rect.left() + rect.width() * 0.44, rect.center().y() - 3, rect.width() * 0.2, 6)
            band_bar(painter, bar, value, point.normal, loud)
        left = rect.left() + rect.width() * (0.66 if banded else 0.46)
        wordy = not point.unit and point.kind not in presenter.DRAWN
        box = QRectF(left, rect.top(), rect.right() - left - (0 if wordy else 58), 22)
        words(painter, box, value_text(point, reading, self._picture.live), loud, 14, bold=True, right=True)
        words(painter, QRectF(rect.right() - 52, rect.top(), 52, 22), point.unit, "dim", 12)


class MeterDrawing(Drawing):
    """Big figures; below them the three phases, where the meter has them."""

    def paint_machine(self, painter: QPainter, rect: QRectF, machine: Equipment) -> None:
        """Figures and phases."""
        points = self._picture.points_of.get(machine.id, [])
        main = [point for point in points if point.main] or points[:4]
        main = [point for point in main if not point.key.endswith(PHASES)]
        phased = [row for row in PHASE_ROWS if self.point(f"{row}_l1") is not None]
        room = rect.adjusted(0, 0, 0, -(40 + 30 * len(phased)) if phased else 0)
        end = self.paint_tiles(painter, room, main, 1 if len(main) <= 5 else 2, 30 if len(main) <= 5 else 24)
        if phased:
            self._paint_phases(painter, QRectF(rect.left(), end + 8, rect.width() - 10, 26), phased)
            end += 48 + 28 * len(phased)
        rest = [point for point in points if point not in main and not point.key.endswith(PHASES) and point.key != "comm_state"]
        self.paint_bars(painter, QRectF(rect.left(), end + 6, rect.width() - 4, rect.bottom() - end - 6), rest)

    def _paint_phases(self, painter: QPainter, line: QRectF, phased: list[str]) -> None:
        step = line.width() * 0.23
        first = line.right() - 3 * step
        for place, phase in enumerate(PHASES):
            box = QRectF(first + place * step, line.top(), step, 20)
            words(painter, box, phase.upper(), "dim", 12, right=True)
        for row, name in enumerate(phased, 1):
            top = line.top() + row * 28 - 4
            words(painter, QRectF(line.left(), top, first - line.left(), 24), tr(f"equipment.phase.{name}"), "dim", 13)
            for place, phase in enumerate(PHASES):
                point = self.point(f"{name}_{phase}")
                if point is None:
                    continue
                reading = self._picture.reading(point.id)
                value = presenter.figure_of(self._picture, reading)
                box = QRectF(first + place * step, top, step, 24)
                self._areas.append((box, "point", point.id))
                text = "—" if value is None else raw_text(point, value)
                token = "p3_text" if presenter.outside(point, value) else "dim" if value is None else "text"
                words(painter, box, text, token, 14, bold=True, right=True)
