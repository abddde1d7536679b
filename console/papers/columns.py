"""Columns that the reports' tables share, and the rows' values in their order."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.documents import Column, Kind
from console.domain.maintenance.reports import Compliance, Tally
from console.domain.maintenance.reports_reliability import Reliability


def count(heading: str, key: str, *, total: bool = True) -> Column:
    """A number of things."""
    return Column(heading, Kind.INTEGER, key=key, total="sum" if total else "")


def reckoned(heading: str, kind: Kind, formula: str, **more: object) -> Column:
    """What a spreadsheet reckons from the other columns, in the total row as well."""
    return Column(heading, kind, formula=formula, total=formula, **more)  # type: ignore[arg-type] # the fields of a column


def share(heading: str, formula: str, *, total: bool = True) -> Column:
    """A share that a spreadsheet reckons."""
    return Column(heading, Kind.PERCENT, formula=formula, total=formula if total else "")


def without_total(column: Column) -> Column:
    """The same column of a table that is not the whole."""
    return replace(column, total="")


def tallied(each: Tally) -> tuple[float | int | None, ...]:
    """Raised, done, cancelled, open, kept, late, on time, accepted, passed, first pass."""
    return (
        each.raised, each.done, each.cancelled, each.open, each.kept, each.late, each.on_time, each.accepted, each.passed,
        each.first_pass,
    )  # fmt: skip


def reliable(each: Reliability) -> tuple[float | int | None, ...]:
    """Machines, failures, repeats, span, downtime, planned, MTBF, MTTR, availability."""
    return (
        each.machines, each.failures, each.repeats, each.span, each.unplanned, each.planned, each.mtbf, each.mttr,
        each.availability,
    )  # fmt: skip


def complied(each: Compliance) -> tuple[float | int | None, ...]:
    """Due, in time, late, missed, cancelled, waiting, share."""
    return each.due, each.in_time, each.late, each.missed, each.cancelled, each.waiting, each.share
