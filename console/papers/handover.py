"""交接班记录 as a paper: what is handed over by section, what is missing, who signed. Also of a handover that is not signed yet."""

from __future__ import annotations

from collections.abc import Mapping

from console.domain.documents import Block, Column, Document, Facts, Kind, Paragraph, Table
from console.domain.maintenance.shifts import SECTIONS, Handover, Line
from console.domain.text import Text
from console.papers.setting import Setting


def paper(handover: Handover, setting: Setting, places: Mapping[str, Text]) -> Document:
    """The signed record."""
    said = setting.tr
    signed = (
        (said("shift.handover.outgoing"), setting.person(handover.outgoing.by)),
        (said("shift.handover.incoming"), setting.person(handover.incoming.by)),
        (said("shift.handover.signed_at"), setting.moment(handover.at)),
        (said("shift.handover.station"), handover.outgoing.station),
        (said("shift.handover.since"), setting.moment(handover.since)),
        (said("shift.report.records"), said("shift.handover.records_of", made=handover.filled, missing=len(handover.missing))),
        (said("shift.handover.checked"), said("shift.handover.check_made" if handover.checked else "shift.handover.check_none")),
    )
    blocks: list[Block] = [Facts(signed, 2)]
    blocks += [
        Paragraph(f"{said(key)}{text}")
        for key, text in (("shift.handover.report_is", handover.report), ("shift.handover.remark_is", handover.remark))
        if text
    ]
    blocks += sections(handover.sections, setting, places)
    blocks.append(Paragraph(said("shift.handover.sealed"), "note"))
    return setting.paper(said("shift.handover.title"), tuple(blocks), number=handover.name)


def sections(lines: Mapping[str, tuple[Line, ...]], setting: Setting, places: Mapping[str, Text]) -> list[Block]:
    """What is handed over, one table a section; a section without anything is named all the same: it was looked at."""
    return [_section(name, lines.get(name, ()), setting, places) for name in SECTIONS]


def _section(name: str, lines: tuple[Line, ...], setting: Setting, places: Mapping[str, Text]) -> Table:
    said = setting.tr
    heading = f"{said(f'shift.section.{name}')}  {len(lines)}"
    if name == "records":
        moments = tuple((setting.moment(line.at),) for line in lines)
        return Table(heading, (Column(said("shift.report.not_made")),), moments, empty=said("shift.report.none"))
    columns = (
        Column("", width=0.3), Column(said("shift.line.id"), width=0.8), Column(said("shift.line.equipment"), width=1.2),
        Column(said("shift.line.text"), width=2.2), Column(said("shift.line.at"), Kind.MOMENT),
        Column(said("shift.line.until"), Kind.MOMENT), Column(said("shift.line.who")), Column(said("shift.line.state")),
    )  # fmt: skip
    rows = tuple(
        (
            f"P{line.priority}" if line.priority else "", line.id,
            places.get(line.equipment, Text(line.equipment)).get(setting.language),
            line.text.get(setting.language), line.at, line.until, setting.person(line.who), said(line.state) if line.state else "",
        )
        for line in lines
    )  # fmt: skip
    return Table(heading, columns, rows, empty=said("shift.report.none"))
