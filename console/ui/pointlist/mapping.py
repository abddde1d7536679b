"""The second step: what each column of a sheet is, with the values that stand there, and how its addresses count."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from console.domain.pointlists import Choices, Drafted, SheetView
from console.domain.problems import Problem
from console.texts import sentence, tr
from console.ui.widgets.cards import label

FIELDS = (
    "equipment", "name", "address", "function", "data_type", "order", "scale", "divisor", "offset",
    "measure", "station", "host", "port", "type", "location", "access", "states", "high",
    "low", "high_high", "low_low", "alarm_states", "priority", "poll", "bit", "bits", "decimals",
    "kind", "group", "key", "name_en", "equipment_id", "equipment_en", "connection", "with", "length",
    "main", "plausible_low", "plausible_high",
)  # fmt: skip
STYLES = ("auto", "zero", "one", "modicon")
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
_SHOWN = 3  # sample values a column


class MappingStep(QWidget):
    """Emits ``changed`` when the person decided something; the page asks again and shows what came of it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._views: tuple[SheetView, ...] = ()
        self._choices = Choices()
        self._assumed: tuple[Problem, ...] = ()
        self._columns: list[QComboBox] = []
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(18)
        left = QVBoxLayout()
        self.sheet = QComboBox()
        self.sheet.setObjectName("pointlist_sheet")
        self.sheet.currentIndexChanged.connect(self._show_sheet)
        left.addWidget(self.sheet)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        left.addWidget(self._area, 1)
        outer.addLayout(left, 3)
        right = QVBoxLayout()
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(12)
        self.addresses, self.order = QComboBox(), QComboBox()
        self.host, self.location = QLineEdit(), QLineEdit()
        for field in (self.addresses, self.order):
            field.activated.connect(self._decided)
        for line in (self.host, self.location):
            line.editingFinished.connect(self._decided)
        self._captions = {name: label(role="dim") for name in ("addresses", "order", "host", "location")}
        for name, caption in self._captions.items():
            self._form.addRow(caption, getattr(self, name))
        right.addLayout(self._form)
        self.says = label(wrap=True, selectable=True)
        self.says.setObjectName("pointlist_assumed")
        right.addWidget(self.says)
        right.addStretch(1)
        outer.addLayout(right, 2)
        self.retranslate()

    def retranslate(self) -> None:
        """All words."""
        for box, names, key in ((self.addresses, STYLES, "addresses"), (self.order, ORDERS, "order")):
            kept = max(box.currentIndex(), 0)
            box.clear()
            for name in names:
                box.addItem(tr(f"pointlist.choose.{name}") if key == "addresses" else name, name)
            box.setCurrentIndex(kept)
        for name, caption in self._captions.items():
            caption.setText(tr(f"pointlist.choose.{name}"))
        self._say()
        self._show_sheet()

    def begin(self) -> None:
        """Another file: nothing is decided yet."""
        self._choices = Choices()
        self.addresses.setCurrentIndex(0)
        self.order.setCurrentIndex(0)

    def choices(self) -> Choices:
        """What was decided."""
        return Choices(
            mappings=self._choices.mappings,
            addresses=self.addresses.currentData() or "auto",
            order=self.order.currentData() or "ABCD",
            host=self.host.text().strip(),
            location=self.location.text().strip(),
        )

    def remember(self, mappings: dict[str, tuple[str, ...]]) -> None:
        """Take over what was decided for these headings before."""
        self._choices = Choices(mappings={**mappings, **self._choices.mappings})

    def show_draft(self, drafted: Drafted) -> None:
        """The sheets as they were understood."""
        self._assumed = drafted.assumed
        self._say()
        names = [view.name for view in drafted.sheets]
        fresh = [view.fields for view in drafted.sheets] != [view.fields for view in self._views]
        self._views = drafted.sheets
        if [self.sheet.itemText(index) for index in range(self.sheet.count())] != names:
            self.sheet.blockSignals(True)
            self.sheet.clear()
            self.sheet.addItems(names)
            first = next((place for place, view in enumerate(drafted.sheets) if view.used), 0)
            self.sheet.setCurrentIndex(first)
            self.sheet.blockSignals(False)
            fresh = True
        self.sheet.setVisible(len(names) > 1)
        if fresh:
            self._show_sheet()

    def _say(self) -> None:
        self.says.setText("\n\n".join(sentence(problem) for problem in self._assumed))

    def _show_sheet(self, _index: int = 0) -> None:
        place = self.sheet.currentIndex()
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setColumnStretch(2, 1)
        grid.setHorizontalSpacing(14)
        grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._columns = []
        if 0 <= place < len(self._views):
            view = self._views[place]
            for column, key in enumerate(("heading", "means", "samples")):
                grid.addWidget(label(tr(f"pointlist.choose.{key}"), "dim"), 0, column)
            for column, heading in enumerate(view.headers):
                samples = [line[column] for line in view.samples if column < len(line) and line[column]]
                if heading or samples:
                    self._add_column(grid, view, column, " · ".join(samples[:_SHOWN]))
        self._area.setWidget(inside)

    def _add_column(self, grid: QGridLayout, view: SheetView, column: int, samples: str) -> None:
        row = grid.rowCount()
        heading = view.headers[column] or tr("pointlist.choose.column", number=column + 1)
        grid.addWidget(label(heading), row, 0)
        box = QComboBox()
        box.setObjectName(f"pointlist_column_{column}")
        for name in ("", *FIELDS):
            box.addItem(tr(f"pointlist.column.{name or 'none'}"), name)
        box.setCurrentIndex(max(0, box.findData(view.fields[column])))
        box.setProperty("column", column)
        box.activated.connect(self._column_decided)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        grid.addWidget(box, row, 1)
        grid.addWidget(label(samples, "dim"), row, 2)
        self._columns.append(box)

    def _column_decided(self, _index: int) -> None:
        view = self._views[self.sheet.currentIndex()]
        fields = list(view.fields)
        changed = self.sender()
        for box in self._columns:
            column, field = int(box.property("column")), box.currentData()
            if box is not changed and field and isinstance(changed, QComboBox) and field == changed.currentData():
                field = ""  # a field has one column: the one that was just chosen
            fields[column] = field
        self._choices = Choices(mappings={**self._choices.mappings, view.signature: tuple(fields)})
        self.changed.emit()

    def _decided(self) -> None:
        self.changed.emit()
