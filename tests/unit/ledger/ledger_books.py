"""Tables as people send them, and what an import makes of them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from console.domain.estate import Equipment, Estate, Location, Site
from console.domain.maintenance.cards import Card, card_of
from console.domain.pointlists import Choices
from console.domain.text import Text
from console.engine.ledger.drafting import Drafted, draft

ESTATE = Estate(
    Site("yard", Text("试验场", "Yard")),
    locations=(
        Location("B1", Text("1号楼", "Tower 1")),
        Location("B1-MR", Text("电梯机房", "Machine room"), "B1", "room"),
        Location("B2", Text("2号楼", "Tower 2")),
        Location("B2-MR", Text("电梯机房", "Machine room"), "B2", "room"),
    ),
    equipment=(
        Equipment(
            "T1-L1", Text("1# 客梯", "Lift 1"), "elevator", "lift", "B1-MR", "elevator",
            facts={"maintenance_company": "甲维保", "rescue_code": "001"},
            rated={"make": "某厂", "model": "X1", "load_kg": "1000", "use": "3"},
        ),
    ),
)  # fmt: skip
HEADINGS = ["设备编号", "设备名称", "安装位置", "规格型号", "安装日期", "原值（元）"]


@dataclass(frozen=True)
class Formula:
    """A formula, and the value that the spreadsheet put beside it."""

    text: str
    result: str | float = ""


def workbook(rows: Iterable[Iterable[Any]], merged: Iterable[tuple[str, str]] = (), sheet: str = "台账") -> bytes:
    """An xlsx of these rows; a text is a text, whatever it begins with."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, Formula):
                page.write_formula(number, column, value.text, None, value.result)
            elif isinstance(value, str):
                page.write_string(number, column, value)
            else:
                page.write(number, column, value)
    for area, text in merged:
        page.merge_range(area, text)
    book.close()
    return out.getvalue()


def drafted(data: bytes, file: str = "台账.xlsx", cards: Iterable[Card] = (), choices: Choices | None = None) -> Drafted:
    """What an import of ``data`` would do to a ledger that holds ``cards`` and the site file's equipment."""
    stored = {card.id: card for card in cards}
    present = [*stored.values(), *(card_of(machine) for machine in ESTATE.equipment if machine.id not in stored)]
    return draft(data, file, choices or Choices(), estate=ESTATE, cards=present, told=lambda _share: None)


def mistakes(made: Drafted) -> dict[str, str]:
    """Cell -> code of every grave remark."""
    return {remark.cell: remark.problem.code for remark in made.draft.remarks if remark.grave}
