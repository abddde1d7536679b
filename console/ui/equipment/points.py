"""All points of one machine: value, normal band, last hour, age and quality. Only what is seen is kept fresh."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from console.domain.estate import ModbusSource, Point, ValueKind
from console.domain.times import HOUR, MINUTE
from console.link.messages import Answer, HistoryAnswer, HistoryQuery
from console.texts import language, tr
from console.ui import theme
from console.ui.desk import Desk
from console.ui.equipment import presenter
from console.ui.moments import age_text, full_text
from console.ui.overview.panes import band_bar, hatch
from console.ui.picture import Picture
from console.ui.values import value_text, why_bad
from console.ui.widgets.badges import Index
from console.ui.widgets.cards import Card
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.sparkline import Curve, paint_curve
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView
from console.ui.widgets.whybad import WhyLabel

BUCKETS = 60
ROW, FRAME, WHY = 30, 98, 66  # a row's height; heading, titles and margins; the sentence below
SETTLE_MS = 250  # scrolling has come to rest


def _ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    if option.state & option.state.State_Selected:
        painter.fillRect(option.rect, theme.colour("selected"))
    rect = option.rect
    painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.colour("line"))


class _BandDelegate(QStyledItemDelegate):
    """``UserRole`` gives (value, band, usable)."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The bar with its marker."""
        _ground(painter, option)
        given = index.data(Qt.ItemDataRole.UserRole)
        if not given:
            return
        value, band, usable, loud = given
        rect = QRectF(option.rect)
        bar = QRectF(rect.left() + 8, rect.center().y() - 3, rect.width() - 16, 6)
        if not usable:
            hatch(painter, bar)
        elif band is not None and band.low is not None and band.high is not None:
            band_bar(painter, bar, value, band, "p3_text" if loud else "text")


class _SparkDelegate(QStyledItemDelegate):
    """``UserRole`` gives (curve, band)."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The curve."""
        _ground(painter, option)
        given = index.data(Qt.ItemDataRole.UserRole)
        if given:
            paint_curve(painter, QRectF(option.rect).adjusted(6, 4, -6, -4), *given)


class PointsCard(Card):
    """The table in its card. ``picked``: the points whose trend is wanted; ``bench_asked``: one that is to be read by hand."""

    picked = Signal(object)  # list[Point]
    bench_asked = Signal(str)  # point id

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._machine = ""
        self._points: dict[int, Point] = {}
        self._curves: dict[int, Curve] = {}
        self._asked: dict[int, int] = {}  # point number -> when its curve was asked for
        self._worst: dict[str, int] = {}  # point -> its gravest active alarm
        self._generation = 0
        self._model: RowModel[Point] = RowModel(self._columns(), lambda point: point.id, self)
        self.table: TableView[Point] = TableView(self._model, "points", row_height=ROW)
        self.table.setItemDelegateForColumn(3, _BandDelegate(self.table))
        self.table.setItemDelegateForColumn(4, _SparkDelegate(self.table))
        self.table.horizontalHeader().setMinimumSectionSize(40)
        self.typed = SearchLine("points_filter")
        self.typed.searched.connect(self._typed)
        self.body.addWidget(self.typed)
        self.body.addWidget(self.table, 1)
        self.why = WhyLabel(picture, desk, "points_why")
        self.bench = QPushButton()
        self.bench.setObjectName("points_bench")
        self.bench.clicked.connect(self._to_bench)
        foot = QHBoxLayout()
        foot.addWidget(self.why, 1)
        foot.addWidget(self.bench)
        self.body.addLayout(foot)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.tick)
        self.table.verticalScrollBar().valueChanged.connect(self._moved)
        self.table.chosen.connect(self._picked)

    def _columns(self) -> list[Column[Point]]:
        picture = self._picture

        def value(point: Point) -> str:
            return value_text(point, picture.reading(point.id), picture.live)

        def figure(point: Point) -> float:
            found = presenter.figure_of(picture, picture.reading(point.id))
            return float("-inf") if found is None else found

        def band(point: Point) -> object:
            found = presenter.figure_of(picture, picture.reading(point.id))
            usable = value(point) != "—"
            return (found if usable else None, point.normal, usable, presenter.outside(point, found))

        def spark(point: Point) -> object:
            return (self._curves.get(point.number), point.normal) if point.kind in presenter.DRAWN else None

        def age(point: Point) -> str:
            reading = picture.reading(point.id)
            return age_text(picture.now() - reading.time) if reading.time else "—"

        def why(point: Point) -> str:
            reading = picture.reading(point.id)
            bad = why_bad(picture, reading)
            if bad or not reading.time:
                return bad
            return f"{value(point)}\n{point.id}\n{full_text(reading.time, picture.estate.site.timezone)}"

        def ink(point: Point) -> str:
            if value(point) == "—":
                return "dim"
            if point.id in self._worst:
                return f"p{self._worst[point.id]}_text"
            return "p3_text" if presenter.outside(point, presenter.figure_of(picture, picture.reading(point.id))) else ""

        def quality_ink(point: Point) -> str:
            return "dim" if value(point) != "—" else "text"

        def name(point: Point) -> str:
            return point.name.get(language())

        def quality(point: Point) -> str:
            return presenter.quality_text(picture, picture.reading(point.id))

        def nothing(_point: Point) -> str:
            return ""

        def dim(_point: Point) -> str:
            return "dim"

        def about(point: Point) -> str:
            group = point.group.get(language())
            return f"{name(point)}\n{group + ' · ' if group else ''}{point.id}"

        return [
            Column("name", "equipment.column.name", 0, name, tooltip=about, bold=lambda point: point.main),
            Column("value", "equipment.column.value", 160, value, RIGHT, figure, why, colour=ink, bold=lambda point: point.main),
            Column("unit", "equipment.column.unit", 70, lambda point: point.unit, colour=dim),
            Column("band", "equipment.column.band", 76, nothing, tooltip=self._band_words, user=band, plain=self._band_words),
            Column("hour", "equipment.column.hour", 90, nothing, user=spark),
            Column("age", "equipment.column.age", 66, age, RIGHT, lambda p: -picture.reading(p.id).time, colour=dim),
            Column("quality", "equipment.column.quality", 76, quality, tooltip=why, colour=quality_ink),
        ]

    def _band_words(self, point: Point) -> str:
        band = point.normal
        if band is None:
            return ""
        low, high = (f"{edge:g}" if edge is not None else "…" for edge in (band.low, band.high))
        return tr("equipment.band", low=low, high=high, unit=point.unit).rstrip()

    # --- what the page says

    def show_machine(self, machine: str, points: list[Point]) -> None:
        """The points of this machine."""
        if machine != self._machine:
            self._machine = machine
            self._generation += 1
            self._curves, self._asked = {}, {}
            self.typed.clear()
            self._model.remove_rows([point.id for point in self._model.items()])
            self.table.scrollToTop()
        self._points = {point.number: point for point in points}
        self._mark()
        self._model.set_rows(points)
        self.typed.setVisible(len(points) > 24)
        self._hide_columns()
        self.retranslate()
        self._settle.start()

    def retranslate(self) -> None:
        """All words."""
        self.set_heading(tr("equipment.points"), tr("equipment.points.remark", count=len(self._points)))
        self.typed.setPlaceholderText(tr("equipment.points.filter"))
        self._model.refresh()
        self.bench.setText(tr("commissioning.sheet.do.read"))
        self.why.retranslate()
        self._explain()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the names keep it."""
        super().resizeEvent(event)
        self._hide_columns()

    def _hide_columns(self) -> None:
        """Columns without anything in them, or without room for them."""
        points, width = self._points.values(), self.width()
        self.table.setColumnHidden(2, not any(point.unit for point in points))
        self.table.setColumnHidden(3, width < 560 or not any(point.normal is not None for point in points))
        self.table.setColumnHidden(4, width < 660 or not any(point.kind in presenter.DRAWN for point in points))

    def seen(self) -> list[Point]:
        """The points whose rows can be seen."""
        first = self.table.rowAt(0)
        last = self.table.rowAt(self.table.viewport().height() - 1)
        shown = self.table.shown()
        return shown[max(0, first) : last + 1 if last >= 0 else len(shown)]

    def tick(self) -> None:
        """Once a second, and when scrolling came to rest: the rows that can be seen."""
        if not self.isVisible() or not self._points:
            return
        seen = self.seen()
        self._mark()
        self._model.update_rows(seen)
        self._ask_curves(seen)
        self._explain()

    def _mark(self) -> None:
        worst: dict[str, int] = {}
        for alarm in self._picture.alarms.values():
            if alarm.active and not alarm.drill and alarm.equipment == self._machine:
                worst[alarm.point] = min(alarm.priority, worst.get(alarm.point, 9))
        self._worst = worst

    def _moved(self, _value: int) -> None:
        self._settle.start()

    def _typed(self, text: str) -> None:
        self.table.filter_text(text)
        self._settle.start()

    def _explain(self) -> None:
        """Why the chosen point has no good value."""
        chosen = self.table.selected()
        before = self.why.isHidden()
        self.why.show_point(self._picture.points.get(chosen[0].id) if len(chosen) == 1 else None)
        if before and not self.why.isHidden():  # the table becomes lower: the chosen row is kept in sight
            QTimer.singleShot(0, self.table, self._keep_in_sight)
        self.bench.setVisible(not self.why.isHidden() and isinstance(chosen[0].source, ModbusSource))
        more = (0 if self.typed.isHidden() else 40) + (0 if self.why.isHidden() else WHY)
        self.setMaximumHeight(max(3, len(self._points)) * ROW + FRAME + more)

    def _keep_in_sight(self) -> None:
        self.table.scrollTo(self.table.currentIndex())

    def _to_bench(self) -> None:
        chosen = self.table.selected()
        if chosen:
            self.bench_asked.emit(chosen[0].id)

    def _picked(self) -> None:
        self._explain()
        self.picked.emit([point for point in self.table.selected() if point.kind not in (ValueKind.TEXT, ValueKind.BITS)])

    # --- the last hour

    def _ask_curves(self, seen: Iterable[Point]) -> None:
        now = self._picture.now()
        wanted = tuple(
            point.number
            for point in seen
            if point.kind in presenter.DRAWN and point.number and not 0 <= now - self._asked.get(point.number, -HOUR) < MINUTE
        )
        if not wanted or not self._picture.live:
            return
        self._asked.update(dict.fromkeys(wanted, now))
        since, generation = now - HOUR, self._generation

        def answered(answer: Answer) -> None:
            if generation != self._generation or not isinstance(answer, HistoryAnswer):
                return
            for series in answer.series:
                self._curves[series.point] = Curve(series, since, now, HOUR // BUCKETS)
            self._model.update_rows([self._points[number] for number in wanted if number in self._points])

        def failed(_problem: object) -> None:
            """The line under the curve stays empty; the trend below says why."""

        self._desk.query(lambda id: HistoryQuery(id, wanted, since, now, BUCKETS), answered, failed)
