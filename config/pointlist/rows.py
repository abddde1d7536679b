"""From a sheet's cells to rows: which machine, which point, which limits; every mistake with its cell and its sentence."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from config.pointlist import cells
from config.pointlist.addresses import Spelled, Verdict, judge, locate, spell
from config.pointlist.columns import KINDS
from config.pointlist.sheets import Sheet, cell_name
from console.domain.pointlists import Choices, Remark, SheetView
from console.domain.problems import Problem, Refused
from console.domain.registers import NUMBERS, is_text
from console.texts import CHINESE, ENGLISH, tr

T = TypeVar("T")
MOST_REMARKS = 1000  # listed; the rest is counted
LIMITS = {"high_high": ("high", 2), "high": ("high", 3), "low": ("low", 3), "low_low": ("low", 2)}  # field: rule kind, priority
_SUMMED = frozenset({"kW·h", "MW·h", "kvar·h", "m³", "MJ", "GJ"})  # units of what only grows
_MACHINE = ("equipment_id", "equipment", "equipment_en", "type", "location", "connection", "host", "port", "station", "with")
_CARRIED = ("equipment_id", "equipment", "equipment_en", "location", "connection", "host", "port", "station")


class Remarks:
    """What was found wrong or worth knowing, each cell and code once; the mistakes' rows are faulty."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str, str], Remark] = {}
        self.more = 0
        self.faulty: set[tuple[str, int]] = set()

    def say(self, sheet: str, row: int, cell: str, problem: Problem, *, grave: bool = True) -> None:
        """Add one."""
        if grave and row:
            self.faulty.add((sheet, row))
        identity = (sheet, cell or str(row), problem.code)
        if identity in self.found:
            return
        if len(self.found) >= MOST_REMARKS:
            self.more += 1
            return
        self.found[identity] = Remark(sheet, cell, row, problem, grave)


@dataclass(slots=True)
class Row:
    """One line of a list. ``point`` holds what it says in the site file's words, ``inferred`` what was only concluded."""

    sheet: str
    number: int  # 1-based
    cells: dict[str, str]
    machine: dict[str, str] = field(default_factory=dict)
    point: dict[str, Any] | None = None
    inferred: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)  # high, high_high, low, low_low
    alarm_states: list[int] = field(default_factory=list)
    priority: int = 0

    def cell(self, name: str = "") -> str:
        """Where ``name`` stands in the sheet, or the row's first cell."""
        return self.cells.get(name) or next(iter(self.cells.values()), f"A{self.number}")


def read_rows(sheet: Sheet, view: SheetView, choices: Choices, remarks: Remarks) -> tuple[list[Row], Verdict]:
    """All rows of a sheet, and how its addresses were read."""
    return _Reader(sheet, view, choices, remarks).read()


class _Reader:
    def __init__(self, sheet: Sheet, view: SheetView, choices: Choices, remarks: Remarks) -> None:
        self._sheet, self._view, self._choices, self._remarks = sheet, view, choices, remarks
        self._columns = {name: column for column, name in enumerate(view.fields) if name}
        self._headings = {name: view.headers[column] for name, column in self._columns.items()}
        self._of_sheet: dict[str, str] = {}  # what the lines above the headings say: an IP address, a station
        self._now: dict[str, str] = {}  # what a title line or the rows above said of the machine
        self._row = Row(sheet.name, 0, {})
        self._line: list[str] = []

    def read(self) -> tuple[list[Row], Verdict]:
        start = self._view.header_row
        for line in self._sheet.rows[: max(start - 1, 0)]:
            self._of_sheet |= _facts(" ".join(dict.fromkeys(line)))
        self._now = dict(self._of_sheet)
        spelled = self._addresses(start)
        heading = self._headings.get("address", "")
        verdict = judge((one for one in spelled.values() if one), self._sheet.name, self._choices.addresses, heading)
        rows = []
        for number, line in enumerate(self._sheet.rows[start:], start + 1):
            texts = [text for text in dict.fromkeys(line) if text]
            if not texts or (self._view.header_row and tuple(line) == self._view.headers[: len(line)]):
                continue
            self._line = line
            self._row = Row(self._sheet.name, number, {name: cell_name(number - 1, at) for name, at in self._columns.items()})
            if len(texts) == 1 and not self._text("address") and not self._text("type"):
                self._title(texts[0])
                continue
            rows.append(self._read_row(spelled.get(number), verdict))
        return [row for row in rows if row is not None], verdict

    def _text(self, name: str) -> str:
        column = self._columns.get(name, -1)
        text = self._line[column] if 0 <= column < len(self._line) else ""
        return "" if cells.empty(text) else text

    def _addresses(self, start: int) -> dict[int, Spelled | None]:
        column = self._columns.get("address", -1)
        found: dict[int, Spelled | None] = {}
        for number, line in enumerate(self._sheet.rows[start:], start + 1):
            if 0 <= column < len(line) and not cells.empty(line[column]):
                try:
                    found[number] = spell(line[column])
                except Refused:
                    found[number] = None
        return found

    def _title(self, text: str) -> None:
        """A line with one text names the machine of the lines below, unless a column does."""
        if "equipment" not in self._columns and "equipment_id" not in self._columns:
            self._now = self._of_sheet | {"equipment": _without_facts(text)} | _facts(text)

    # --- one line

    def _wrong(self, name: str, problem: Problem) -> None:
        self._remarks.say(self._row.sheet, self._row.number, self._row.cell(name), problem)

    def _note(self, name: str, problem: Problem) -> None:
        self._remarks.say(self._row.sheet, self._row.number, self._row.cell(name), problem, grave=False)

    def _take(self, name: str, read: Callable[[str], T]) -> T | None:
        text = self._text(name)
        if not text:
            return None
        column = self._columns[name]
        if (self._row.number - 1, column) in self._sheet.dates:
            self._wrong(name, Problem("pointlist.is_date", {"found": text}))
            return None
        try:
            return read(text)
        except Refused as refused:
            self._wrong(name, refused.problem)
            return None

    def _read_row(self, spelled: Spelled | None, verdict: Verdict) -> Row | None:
        row = self._row
        self._read_machine()
        if "address" not in self._columns or not self._text("address"):
            if row.machine.get("type"):
                return row
            self._wrong("address", Problem("pointlist.no_address"))
            return None
        if self._take("access", cells.readable) is False:
            self._note("access", Problem("pointlist.write_only", {"name": self._text("name") or self._text("address")}))
            return None
        row.point = {}
        self._read_names()
        function = self._take("function", cells.function) or 0
        if spelled is None:
            self._take("address", spell)  # says what is wrong; the other cells are still looked at
            spelled = Spelled("0", 0, "hex")
        try:
            function, row.point["address"] = locate(spelled, verdict, function)
        except Refused as refused:
            self._wrong("address", refused.problem)
        if function:
            row.point["fc"] = function
        self._read_type(spelled, function or 3)
        self._read_value()
        self._read_limits()
        return row

    def _read_machine(self) -> None:
        machine = {name: self._text(name) for name in _MACHINE if self._text(name)}
        if "host" in machine:
            match = _ADDRESS.fullmatch(cells.folded(machine["host"]))
            if match is None:
                self._wrong("host", Problem("pointlist.bad_host", {"found": machine.pop("host")}))
            else:
                machine["host"] = match[1]
                if match[2]:
                    machine.setdefault("port", match[2])
        for name, low, high in (("port", 1, 65535), ("station", 0, 255)):
            if name in machine:
                value = self._take(name, partial(cells.whole, low=low, high=high))
                machine[name] = str(value) if value is not None else re.sub(r"\D", "", machine[name])
        for name in ("equipment", "equipment_id"):
            if name in machine and name in self._now and machine[name] != self._now[name]:
                self._now = dict(self._of_sheet)  # another machine begins: nothing of the one above holds for it
        carried = {name: self._now[name] for name in _CARRIED if name in self._now}
        self._row.machine = carried | machine
        self._now = {name: text for name, text in self._row.machine.items() if name in _CARRIED}

    def _read_names(self) -> None:
        row, point = self._row, self._row.point
        assert point is not None
        name = self._text("name") or self._text("name_en") or self._text("key")
        if not name:
            self._wrong("name", Problem("pointlist.no_name"))
            return
        point["name"] = name
        if self._text("name_en"):
            point["name_en"] = self._text("name_en")
        if self._text("key"):
            point["key"] = identifier(self._text("key"))
        row.inferred["key"] = identifier(name)
        if self._text("group"):
            point["group"] = self._text("group")

    def _read_type(self, spelled: Spelled, function: int) -> None:
        row, point = self._row, self._row.point
        assert point is not None
        kind, brought = self._take("data_type", cells.data_type) or ("", "")
        order = self._take("order", cells.order) or brought
        bit = self._take("bit", _bit_number)
        bit = spelled.bit if bit is None else bit
        if spelled.bit is not None and (row.number - 1, self._columns["address"]) in self._sheet.fractions:
            self._note("address", Problem("pointlist.fraction_bit", {"found": spelled.text, "bit": spelled.bit}))
        bits = self._take("bits", lambda text: cells.whole(text, 1, 32))
        if function in (1, 2) and kind in ("u16", "i16", "u8lo"):
            kind = "bool"
        if bit is not None:
            point["bit"] = bit
            kind = "u16" if kind in ("", "bool") else kind
        if bits is not None and bits > 1:
            point["bits"] = bits
        if kind:
            point["type"] = kind
        else:
            row.inferred["type"] = kind = "bool" if function in (1, 2) else "u16"
        length = self._take("length", partial(cells.whole, low=1, high=125)) if kind == "text" else None
        if length is not None:
            point["length"] = length
        count = 1 if spelled.last is None else spelled.last - spelled.number + 1
        if spelled.last is not None and not is_text(kind) and count != NUMBERS[kind]:
            self._wrong("address", Problem("pointlist.range_width", {"found": spelled.text, "count": count, "type": kind}))
        if NUMBERS.get(kind, 1) > 1:
            if order:
                point["order"] = order
            elif self._choices.order != "ABCD":
                row.inferred["order"] = self._choices.order

    def _read_value(self) -> None:
        row, point = self._row, self._row.point
        assert point is not None
        kind = point.get("type") or row.inferred["type"]
        if is_text(kind):
            row.inferred["kind"] = "text"
            return
        scale = self._take("scale", cells.factor)
        below = self._take("divisor", cells.factor)
        if scale is not None or below is not None:
            point["scale"] = float(f"{(1.0 if scale is None else scale) / (below or 1.0):.12g}")
            if scale is not None and scale > 1 and re.fullmatch(r"[\d.]+", cells.folded(self._text("scale"))):
                self._note("scale", Problem("pointlist.multiplied", {"found": self._text("scale")}))
        for name, key, read in (
            ("offset", "offset", cells.number), ("measure", "unit", cells.measure),
            ("decimals", "decimals", lambda text: cells.whole(text, 0, 9)),
            ("poll", "poll_ms", lambda text: cells.interval(text, self._headings["poll"])),
            ("main", "main", cells.yes),
        ):  # fmt: skip
            value = self._take(name, read)
            if value is not None:
                point[key] = value
        states = self._take("states", cells.states)
        wanted = KINDS.get(cells.squeezed(self._text("kind")), "")
        if states:
            point["states"] = states
        if wanted:
            if wanted in ("state", "code", "bits") and not states:
                row.inferred["kind"] = wanted
            else:
                point["kind"] = wanted
        elif states and kind not in ("f32", "f64"):
            row.inferred["kind"] = "state"
        self._conclude(kind)
        low, high = self._take("plausible_low", cells.number), self._take("plausible_high", cells.number)
        if low is not None or high is not None:
            point["plausible"] = (low, high)

    def _conclude(self, kind: str) -> None:
        """What a new point is where its line says nothing of it."""
        row, point = self._row, self._row.point
        assert point is not None
        single = kind == "bool" or ("bit" in point and point.get("bits", 1) == 1)
        meant = point.get("kind") or row.inferred.get("kind", "")
        if "states" not in point and single:
            off_on = enumerate(("pointlist.state_off", "pointlist.state_on"))
            row.inferred["states"] = {value: {"zh": tr(key, CHINESE), "en": tr(key, ENGLISH)} for value, key in off_on}
            row.inferred.setdefault("kind", "state")
        elif "states" not in point and meant in ("state", "code"):
            row.inferred.pop("kind", None)  # a word whose values have no names is shown as a number
        name = point.get("name", "")
        summed = point.get("unit") in _SUMMED and re.search(r"电能|电度|累计|累积|总|energy|total", name, re.IGNORECASE)
        if summed and not meant and not single and "states" not in point:
            row.inferred["kind"] = "counter"
        if "decimals" not in point:
            scale = abs(point.get("scale", 1.0))
            if kind in ("f32", "f64"):
                row.inferred["decimals"] = 2
            elif 1e-6 < scale < 1:
                row.inferred["decimals"] = min(9, math.ceil(-math.log10(scale) - 1e-9))

    def _read_limits(self) -> None:
        row, point = self._row, self._row.point
        assert point is not None
        kind = point.get("kind") or row.inferred.get("kind", "analog")
        if kind == "text":
            return
        for name in LIMITS:
            value = self._take(name, cells.number)
            if value is None:
                continue
            if kind not in ("analog", "counter"):
                self._wrong(name, Problem("pointlist.limit_on_state", {"found": self._text(name)}))
                continue
            row.limits[name] = value
        steps = [(name, row.limits[name]) for name in ("low_low", "low", "high", "high_high") if name in row.limits]
        for (_, below), (name, above) in itertools.pairwise(steps):
            if below >= above:
                self._wrong(name, Problem("pointlist.limit_order", {"low": f"{below:g}", "high": f"{above:g}"}))
        row.alarm_states = self._take("alarm_states", _numbers) or []
        if row.alarm_states and kind not in ("state", "code"):
            self._wrong("alarm_states", Problem("pointlist.alarm_states", {"found": self._text("alarm_states")}))
        row.priority = self._take("priority", cells.priority) or 0


def _bit_number(text: str) -> int:
    return cells.whole(re.sub(r"(?i)^(bit|位|第)|位$", "", text), 0, 63)


def _numbers(text: str) -> list[int]:
    return [cells.whole(part, -(2**31), 2**31 - 1) for part in re.split(r"[,;、/\s]+", cells.folded(text)) if part]


def identifier(text: str) -> str:
    """``text`` as an id of the site file: letters (Chinese ones too), digits, - and _."""
    return re.sub(r"[^\w-]+", "_", cells.folded(text)).strip("_")[:64].strip("_") or "x"


_ADDRESS = re.compile(r"(?:[a-z.]+://)?(\d{1,3}(?:\.\d{1,3}){3}|[A-Za-z][\w.-]*)(?::(\d{1,5}))?/?")
_HOST = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?")
_STATION = re.compile(r"(?:从站号?|站号|从机号?|设备地址|通讯地址|slave(?:\s*id)?|unit\s*id)\s*[:=]?\s*(\d{1,3})", re.IGNORECASE)


def _facts(text: str) -> dict[str, str]:
    """An IP address and a station number out of a title line."""
    plain = cells.folded(text)
    found: dict[str, str] = {}
    if match := _HOST.search(plain):
        found["host"] = match[1]
        if match[2]:
            found["port"] = match[2]
    if match := _STATION.search(plain):
        found["station"] = match[1]
    return found


def _without_facts(text: str) -> str:
    plain = _STATION.sub("", _HOST.sub("", cells.folded(text)))
    plain = re.sub(r"(?i)\b(ip(地址)?|地址)\s*[:=]?", "", plain)
    return re.sub(r"^(设备(名称)?|device)\s*[:=]\s*", "", plain).strip(" ,;:()[]-") or text
