"""The pens below the chart: what each is, and its values at the cursors and over what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from console.domain.estate import Point
from console.texts import language, tr
from console.ui.picture import Picture
from console.ui.trends.pens import INKS, Pen
from console.ui.values import raw_text, value_text
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

ROWS = 5  # shown without scrolling


@dataclass(frozen=True, slots=True)
class Figures:
    """One pen's figures; ``None`` where nothing was recorded."""

    pen: Pen
    point: Point
    at: float | None = None
    at_b: float | None = None
    low: float | None = None
    mean: float | None = None
    high: float | None = None
    compared: float | None = None


class PenTable(TableView[Figures]):
    """See the module."""

    def __init__(self, picture: Picture, chosen: Callable[[], str], parent: QWidget | None = None) -> None:
        self._picture, self._chosen = picture, chosen
        self._pens: RowModel[Figures] = RowModel(self._columns(), lambda row: row.pen.point)
        super().__init__(self._pens, "trend_pens", row_height=26, parent=parent)
        self.setFixedHeight(30 + 26 * ROWS)

    def show_figures(self, rows: list[Figures]) -> None:
        """One row a pen."""
        self._pens.set_rows(rows)

    def retranslate(self) -> None:
        """All words."""
        self._pens.refresh()

    def _columns(self) -> list[Column[Figures]]:
        picture = self._picture

        def sample(row: Figures) -> str:
            if not row.pen.shown:
                return "     "
            return "━━━" if INKS[row.pen.ink][1] is Qt.PenStyle.SolidLine else "━ ━"

        def machine(row: Figures) -> str:
            found = picture.equipment.get(row.point.equipment)
            return found.name.get(language()) if found is not None else row.point.equipment

        def figure(name: str) -> Callable[[Figures], str]:
            return lambda row: _text(row.point, getattr(row, name))

        def now(row: Figures) -> str:
            return value_text(row.point, picture.reading(row.point.id), picture.live)

        def difference(row: Figures) -> str:
            both = row.at is not None and row.at_b is not None
            return f"{row.at_b - row.at:+.{row.point.decimals}f}" if both and not row.point.states else "—"  # type: ignore[operator] # both are

        def scale(row: Figures) -> str:
            return tr("trends.scale.own" if row.pen.own else "trends.scale.unit")

        return [
            Column("ink", "", 70, sample, colour=lambda row: INKS[row.pen.ink][0]),
            Column("point", "trends.pen.point", 170, lambda row: row.point.name.get(language()), tooltip=lambda row: row.point.id),
            Column("machine", "trends.pen.machine", 0, machine, tooltip=lambda row: row.point.id),
            Column("now", "trends.pen.now", 110, now, align=RIGHT),
            Column("at", "trends.pen.at", 110, figure("at"), align=RIGHT),
            Column("at_b", "trends.pen.at_b", 110, figure("at_b"), align=RIGHT),
            Column("difference", "trends.pen.difference", 100, difference, align=RIGHT),
            Column("compared", "trends.pen.compared", 110, figure("compared"), align=RIGHT),
            Column("low", "trends.pen.low", 100, figure("low"), align=RIGHT),
            Column("mean", "trends.pen.mean", 100, figure("mean"), align=RIGHT),
            Column("high", "trends.pen.high", 100, figure("high"), align=RIGHT),
            Column("unit", "trends.pen.unit", 70, lambda row: row.point.unit, colour=lambda _row: "dim"),
            Column("scale", "trends.pen.scale", 90, scale, colour=lambda _row: "dim"),
        ]


def _text(point: Point, value: float | None) -> str:
    return "—" if value is None else raw_text(point, value)
