"""Who is on this line, and which addresses answer: a polite scan with its progress, and a way from each find to reading it."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.estate import ModbusSource
from console.domain.problems import Problem
from console.domain.times import SECOND
from console.link.bench import FoundRange, FoundUnit, ScanAnswer, ScanPlan, ScanQuery
from console.link.messages import Answer
from console.texts import language, sentence, tr
from console.ui.commissioning import addresses
from console.ui.commissioning.parts import MODBUS, Fields, FunctionPicker, LinePicker, NumberField, why_not
from console.ui.commissioning.registers import Question
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.widgets.cards import Blank, label, set_role
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

BUS, RANGE = "bus", "range"
ASK_MS = 1000  # the collector ends a scan that nobody asks about for a minute
SHOWN = 24  # registers of a range that are written out
AT_ONCE = 125  # registers that one read takes at most
VENDOR, PRODUCT, REVISION = 0, 1, 2  # objects of the basic device identification (Modbus application protocol V1.1b3, 6.21)


class ScanPane(QWidget):
    """See the module. ``wanted`` asks for a read of what was found."""

    wanted = Signal(object)  # Question

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._job: ScanAnswer | None = None
        self._asking = False
        self.line = LinePicker(picture, "scan_line", MODBUS)
        self._kinds = QButtonGroup(self)
        self.bus, self.range = QPushButton(), QPushButton()
        for button, name in ((self.bus, BUS), (self.range, RANGE)):
            button.setObjectName(f"scan_{name}")
            button.setCheckable(True)
            button.clicked.connect(self._turn)
            self._kinds.addButton(button)
        self.bus.setChecked(True)
        self.first, self.last = NumberField("scan_first", 1, 247, 1), NumberField("scan_last", 1, 247, 32)
        self.at = NumberField("scan_at", 0, addresses.LAST, 0)
        self.unit = NumberField("scan_unit", 1, 255, 1)
        self.begin = NumberField("scan_begin", 0, addresses.LAST, 0, 72)
        self.end = NumberField("scan_end", 0, addresses.LAST, 199, 72)
        self.function = FunctionPicker("scan_function")
        self.pause = NumberField("scan_pause", 0, 60_000, 100)
        self.go, self.cancel, self.read = QPushButton(), QPushButton(), QPushButton()
        for button, name in ((self.go, "go"), (self.cancel, "cancel"), (self.read, "read")):
            button.setObjectName(f"scan_{name}")
        self.go.setProperty("primary", True)
        self.says = label(role="dim", wrap=True, selectable=True)
        self.says.setObjectName("scan_says")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.units: TableView[FoundUnit] = TableView(RowModel(self._unit_columns(), lambda unit: unit.unit, self), "scan_units")
        self.ranges: TableView[FoundRange] = TableView(RowModel(_range_columns(), lambda found: found.first, self), "scan_ranges")
        self._blank = Blank()
        self._stack = QStackedWidget()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(ASK_MS)
        self._timer.timeout.connect(self._look)
        self._connect()
        self._turn()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        self._top = Fields()
        self._top.add("line", self.line)
        self._top.addWidget(self.bus)
        self._top.addWidget(self.range)
        self._top.addStretch(1)
        top.addLayout(self._top, 1)
        for button in (self.go, self.cancel, self.read):
            top.addWidget(button)
        outer.addLayout(top)
        self._bus_fields, self._range_fields, self._both = Fields(), Fields(), Fields()
        for name, field in (("units_first", self.first), ("to", self.last), ("address", self.at)):
            self._bus_fields.add(name, field)
        for name, field in (("unit", self.unit), ("addresses_first", self.begin), ("to", self.end)):
            self._range_fields.add(name, field)
        self._both.add("function", self.function)
        self._both.add("pause", self.pause)
        second = QHBoxLayout()
        self._parts: dict[str, QWidget] = {}
        for name, fields in ((BUS, self._bus_fields), (RANGE, self._range_fields)):
            part = self._parts[name] = QWidget()
            fields.setContentsMargins(0, 0, 0, 0)
            part.setLayout(fields)
            second.addWidget(part)
        second.addLayout(self._both)
        second.addStretch(1)
        outer.addLayout(second)
        outer.addWidget(self._bar)
        outer.addWidget(self.says)
        for page in (self._blank, self.units, self.ranges):
            self._stack.addWidget(page)
        outer.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.go.clicked.connect(self.start)
        self.cancel.clicked.connect(self.stop)
        self.read.clicked.connect(self._read_chosen)
        for field in (self.first, self.last, self.at, self.unit, self.begin, self.end, self.pause):
            field.returnPressed.connect(self.start)
            field.textChanged.connect(self._allow)
        for table in (self.units, self.ranges):
            table.chosen.connect(self._allow)
            table.opened.connect(self._read)

    def _unit_columns(self) -> list[Column[FoundUnit]]:
        def how(unit: FoundUnit) -> str:
            return tr(f"bench.how.{unit.how}", exception=unit.exception)

        def named(number: int) -> object:
            return lambda unit: unit.objects.get(number, "")

        def more(unit: FoundUnit) -> str:
            return "  ".join(text for number, text in sorted(unit.objects.items()) if number > REVISION)

        def ink(unit: FoundUnit) -> str:
            return "p2_text" if unit.how == "garbled" else ""

        return [
            Column("unit", "commissioning.field.unit", 80, lambda unit: str(unit.unit), RIGHT, lambda unit: unit.unit),
            Column("how", "commissioning.column.how", 200, how, colour=ink),
            Column("configured", "commissioning.column.configured", 220, self._configured, tooltip=self._configured),
            Column("vendor", "commissioning.column.vendor", 180, named(VENDOR)),  # type: ignore[arg-type] # of a FoundUnit
            Column("product", "commissioning.column.product", 160, named(PRODUCT)),  # type: ignore[arg-type] # of a FoundUnit
            Column("revision", "commissioning.column.revision", 90, named(REVISION)),  # type: ignore[arg-type] # of a FoundUnit
            Column("more", "commissioning.column.more", 0, more, tooltip=more),
            Column("took", "commissioning.column.took", 90, lambda unit: f"{unit.took_ms:.0f}", RIGHT, lambda unit: unit.took_ms),
        ]

    def _configured(self, found: FoundUnit) -> str:
        """The machines that the present configuration knows at this unit."""
        line = self._job.plan.connection if self._job is not None else ""
        machines: dict[str, str] = {}
        for point in self._picture.estate.points:
            source = point.source
            if isinstance(source, ModbusSource) and (source.connection, source.unit) == (line, found.unit):
                machine = self._picture.equipment.get(point.equipment)
                name = machine.name.get(language()) if machine is not None else ""
                machines[point.equipment] = f"{point.equipment} {name}".rstrip()
        return tr("commissioning.and").join(machines.values())

    # --- what the screen says

    def retranslate(self) -> None:
        """All words."""
        for fields in (self._top, self._bus_fields, self._range_fields, self._both):
            fields.retranslate()
        self.function.retranslate()
        for name, button in (("bus", self.bus), ("range", self.range), ("cancel", self.cancel), ("read", self.read)):
            button.setText(tr(f"commissioning.scan.{name}"))
        self.go.setText(tr("commissioning.scan.go"))
        self.pause.setToolTip(tr("commissioning.scan.manners"))
        self.units.rows.refresh()
        self.ranges.rows.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Lines and rights."""
        self.line.fill()
        self._show()

    # --- scanning

    @property
    def running(self) -> bool:
        """A scan of ours goes on."""
        return self._job is not None and self._job.state == "running"

    @property
    def plan(self) -> ScanPlan | None:
        """What is typed, ``None`` while something of it is wrong."""
        bus = self.bus.isChecked()
        first, last = (self.first.value, self.last.value) if bus else (self.begin.value, self.end.value)
        unit, at, pause = self.unit.value, self.at.value, self.pause.value
        if not self.line.line or first is None or last is None or unit is None or at is None or pause is None or first > last:
            return None
        return ScanPlan(self.line.line, BUS if bus else RANGE, first, last, unit, self.function.function, at if bus else 0, pause)

    def start(self) -> None:
        """Begin; what an earlier scan found is gone from the screen."""
        plan = self.plan
        if plan is None or self.running or self._asking or why_not(self._picture):
            return
        self._job = None
        self.units.rows.set_rows(())
        self.ranges.rows.set_rows(())
        self._ask(lambda id: ScanQuery(id, plan))

    def stop(self) -> None:
        """End it; what it found stays."""
        job = self._job
        if job is not None and self.running:
            self._ask(lambda id: ScanQuery(id, job=job.job, cancel=True))

    def _look(self) -> None:
        job = self._job
        if job is not None and not self._asking:
            self._ask(lambda id: ScanQuery(id, job=job.job))

    def _ask(self, make: object) -> None:
        self._asking = True
        self._allow()
        self._desk.query(make, self._answered, self._failed)  # type: ignore[arg-type] # it makes a ScanQuery

    def _answered(self, answer: Answer) -> None:
        self._asking = False
        if isinstance(answer, ScanAnswer):
            self._job = answer
            self.units.rows.set_rows(answer.units)
            self.ranges.rows.set_rows(answer.ranges)
            if answer.state == "running":
                self._timer.start()
            else:
                self._timer.stop()
        self._show()

    def _failed(self, problem: Problem) -> None:
        self._asking = False
        self._timer.stop()
        job = self._job
        if job is not None and job.state == "running":  # what it found up to now stays
            self._job = replace(job, state="failed", problem=problem, ended=self._picture.now())
        self._show()
        if self._job is None:
            self._say(sentence(problem), "error")

    # --- what is shown

    def _turn(self) -> None:
        for name, part in self._parts.items():
            part.setVisible((name == BUS) == self.bus.isChecked())
        self._allow()

    def _show(self) -> None:
        job = self._job
        self._bar.setVisible(job is not None)
        self._blank.say(*self._empty())
        if job is None:
            self._stack.setCurrentWidget(self._blank)
            self._say(tr("commissioning.scan.manners"))
        else:
            table = self.units if job.plan.kind == BUS else self.ranges
            self._stack.setCurrentWidget(table if table.rows.rowCount() else self._blank)
            self._bar.setRange(0, max(1, job.total))
            self._bar.setValue(job.done)
            self._say(_progress(job, self._picture.now()), "error" if job.problem is not None else "dim")
        self._allow()

    def _empty(self) -> tuple[str, str]:
        if not self.line.count():
            return tr("commissioning.no_lines"), tr("commissioning.no_lines.advice")
        if self._job is None:
            return tr("commissioning.scan.blank"), tr("commissioning.scan.blank.advice")
        if self.running:
            return tr("commissioning.scan.nothing_yet"), ""
        return tr("commissioning.scan.nothing"), tr("commissioning.scan.nothing.advice")

    def _allow(self) -> None:
        why = why_not(self._picture)
        plan = self.plan
        self.go.setEnabled(not why and plan is not None and not self.running and not self._asking)
        self.go.setToolTip(why or ("" if plan is not None else tr("commissioning.scan.wrong")))
        self.cancel.setEnabled(self.running and not why)
        self.read.setEnabled(self._question() is not None)
        self.read.setToolTip(tr("commissioning.key.enter"))

    def _say(self, text: str, role: str = "dim") -> None:
        self.says.setText(text)
        set_role(self.says, role)

    # --- on to reading

    def _question(self, found: object = None) -> Question | None:
        job = self._job
        if job is None:
            return None
        plan = job.plan
        if found is None:
            chosen = (self.units if plan.kind == BUS else self.ranges).selected()
            found = chosen[0] if chosen else None
        if isinstance(found, FoundUnit):
            return Question(plan.connection, found.unit, plan.function, plan.address, 10)
        if isinstance(found, FoundRange) and found.state == "answers":
            count = min(found.last - found.first + 1, AT_ONCE)
            return Question(plan.connection, plan.unit, plan.function, found.first, count)
        return None

    def _read_chosen(self) -> None:
        self._read(None)

    def _read(self, found: object) -> None:
        question = self._question(found)
        if question is not None:
            self.wanted.emit(question)


def _progress(job: ScanAnswer, now: int) -> str:
    seconds = ((job.ended or now) - job.started) / SECOND
    said = tr(f"commissioning.scan.{job.state}", done=job.done, total=job.total, asked=job.asked, seconds=seconds)
    return said if job.problem is None else f"{said} {sentence(job.problem)}"


def _range_columns() -> list[Column[FoundRange]]:
    def where(found: FoundRange) -> str:
        return str(found.first) if found.first == found.last else f"{found.first} – {found.last}"

    def count(found: FoundRange) -> int:
        return found.last - found.first + 1

    def state(found: FoundRange) -> str:
        said = tr(f"bench.state.{found.state}")
        return f"{said} ({tr('bench.wire.exception', code=found.exception)})" if found.exception else said

    def data(found: FoundRange) -> str:
        words = [str(int.from_bytes(found.data[place : place + 2], "big")) for place in range(0, len(found.data) - 1, 2)]
        if len(words) < count(found):  # bits, eight to a byte
            return "".join(f"{byte:08b}"[::-1] + " " for byte in found.data)[: SHOWN * 6].strip()
        return " ".join(words[:SHOWN]) + (" …" if len(words) > SHOWN else "")

    def ink(found: FoundRange) -> str:
        return "" if found.state == "answers" else "dim"

    return [
        Column("where", "commissioning.column.addresses", 130, where, sort=lambda found: found.first, colour=ink),
        Column("count", "commissioning.field.count", 70, lambda found: str(count(found)), RIGHT, count, colour=ink),
        Column("state", "commissioning.column.answer", 190, state, colour=ink),
        Column("data", "commissioning.column.data", 0, data, tooltip=data),
    ]
