"""The table of figures: value, target, verdict, whose target it is. Enter leads to the rows behind."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from console.texts import tr
from console.ui.quality.measures import Measure
from console.ui.widgets.tables import Column, RowModel, TableView


class MeasureTable(TableView[Measure]):
    """See the module. ``title`` and ``value``: the widths of these columns, one of them 0."""

    def __init__(self, name: str, title: int = 0, value: int = 240, parent: QWidget | None = None) -> None:
        super().__init__(RowModel(self._columns(title, value), lambda measure: measure.key), name, row_height=28, parent=parent)
        self.rows.setParent(self)

    def show_measures(self, measures: list[Measure]) -> None:
        """These."""
        self.rows.set_rows(measures)

    def retranslate(self) -> None:
        """All words."""
        self.rows.refresh()

    @staticmethod
    def _columns(title: int, value: int) -> list[Column[Measure]]:
        def verdict(measure: Measure) -> str:
            return "" if measure.met is None else tr("quality.met") if measure.met else tr("quality.missed")

        def ink(measure: Measure) -> str:
            return "" if measure.met is not False else "p3_text"

        def tip(measure: Measure) -> str:
            words = tr(f"quality.explain.{measure.key.rstrip('0123456789,')}")
            return f"{words}\n{tr('quality.leads')}" if measure.leads else words

        return [
            Column("title", "quality.column.measure", title, lambda m: m.title, tooltip=tip),
            Column(
                "value", "quality.column.value", value, lambda m: m.value, bold=lambda m: m.met is False, tooltip=lambda m: m.value
            ),
            Column("target", "quality.column.target", 120 if value else 150, lambda m: m.target, tooltip=lambda m: m.target),
            Column(
                "verdict", "quality.column.verdict", 90, verdict, colour=ink, sort=lambda m: {False: 0, None: 1, True: 2}[m.met]
            ),
            Column("source", "quality.column.source", 200 if value else 150, lambda m: m.source, colour=lambda _m: "dim"),
        ]
