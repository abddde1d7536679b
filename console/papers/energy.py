"""The energy report: use by meter and group, against the period before, the year before and the target; night minimum and cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from console.domain.documents import Cell, Chart, Column, Document, Facts, Kind, Paragraph, Series, Table
from console.domain.maintenance.reports import Period
from console.papers.setting import Setting


@dataclass(frozen=True)
class Use:
    """What one meter, or several together, counted. NaN: nothing is known.

    ``bars``: by day of a month, else by month. ``night`` is the smallest use of an hour in the night hours of any night (base load
    and leaks show there). ``missing`` hours of the period that nothing is known of.
    """

    name: str
    group: str
    bars: tuple[float, ...] = field(repr=False)
    before: float
    year: float
    night: float
    cost: float
    incoming: bool = False  # what it counts others count again
    missing: float = 0.0
    estimated: bool = False
    link: str = ""

    @property
    def total(self) -> float:
        """The sum of what is known."""
        known = [bar for bar in self.bars if not math.isnan(bar)]
        return sum(known) if known else math.nan


def together(name: str, parts: Sequence[Use]) -> Use:
    """Several meters as one; an earlier period that one of them lacks is not known."""

    def summed(values: Iterable[float]) -> float:
        known = list(values)
        return sum(known) if known and not any(map(math.isnan, known)) else math.nan

    bars = []
    for place in range(max((len(part.bars) for part in parts), default=0)):
        known = [part.bars[place] for part in parts if not math.isnan(part.bars[place])]
        bars.append(sum(known) if known else math.nan)
    return Use(
        name, name, tuple(bars), summed(part.before for part in parts), summed(part.year for part in parts),
        summed(part.night for part in parts), sum(part.cost for part in parts), any(part.incoming for part in parts),
        max((part.missing for part in parts), default=0.0), any(part.estimated for part in parts),
    )  # fmt: skip


def report(
    uses: Sequence[Use],
    whole: Use,
    of: Period,
    setting: Setting,
    *,
    unit: str,
    labels: Sequence[str],
    targets: Sequence[float | None],
) -> Document:
    """``whole`` is the estate's own use (sub-meters behind an incoming one are in it once); ``targets`` by bar."""
    tr = setting.tr
    aim = sum(target for target in targets if target is not None) if any(target is not None for target in targets) else None
    line = next((target for target in targets if target is not None), None)
    series = [Series(tr("reports.energy.use"), tuple(None if math.isnan(bar) else bar for bar in whole.bars))]
    if len({target for target in targets if target is not None}) > 1:  # every month has its own: no straight line
        series.append(Series(tr("reports.energy.target"), tuple(targets)))
        line = None
    groups: dict[str, list[Use]] = {}
    for use in uses:
        groups.setdefault(use.group, []).append(use)
    change = _change(whole.total, whole.before), _change(whole.total, whole.year)
    facts = (
        (tr("reports.energy.total"), _shown(whole.total, unit)),
        (tr("reports.energy.target"), _shown(aim, unit) if aim is not None else "—"),
        (tr("reports.energy.before"), f"{_shown(whole.before, unit)}  {_signed(change[0])}"),
        (tr("reports.energy.year"), f"{_shown(whole.year, unit)}  {_signed(change[1])}"),
        (tr("reports.energy.night"), _shown(whole.night, f"{unit}/h")),
        (tr("reports.energy.cost"), f"{setting.currency} {whole.cost:,.2f}" if whole.cost else "—"),
    )
    chart = Chart(
        tr("reports.energy.chart"), tuple(labels), tuple(series), unit=unit, target=line, target_name=tr("reports.energy.target")
    )
    blocks = (
        Facts(facts),
        chart,
        _table(
            tr("reports.energy.groups"), [together(name, groups[name]) for name in sorted(groups)], setting, unit, whole=whole.total
        ),
        _table(tr("reports.energy.meters"), uses, setting, unit, whole=whole.total, grouped=True),
        Paragraph(tr("reports.energy.how"), "note"),
        setting.signatures("papers.sign.author", "papers.sign.checker"),
    )
    return setting.paper(tr("reports.energy.title", unit=unit), blocks, number=of.name, subtitle=_subtitle(of, setting))


def _subtitle(of: Period, setting: Setting) -> str:
    told = setting.tr("reports.span", since=setting.day(of.since), until=setting.day(of.until - 1))
    return told + setting.tr("reports.running_yet", at=setting.moment(setting.at)) if setting.at < of.until else told


def _table(title: str, uses: Sequence[Use], setting: Setting, unit: str, *, whole: float, grouped: bool = False) -> Table:
    """Shares are of the ``whole``. Incoming meters are in no sum of the rows: what lies behind them would be in it twice."""
    tr = setting.tr
    total = sum(use.total for use in uses if not math.isnan(use.total))

    def row(use: Use) -> tuple[Cell, ...]:
        values: tuple[Cell, ...] = (
            _known(use.total), use.total / whole if whole and not math.isnan(use.total) else None,
            _known(use.before), _known(_change(use.total, use.before)), _known(use.year), _known(_change(use.total, use.year)),
            _known(use.night), use.cost or None, _remark(use, setting),
        )  # fmt: skip
        return (use.name, use.group, *values) if grouped else (use.name, *values)

    first = (
        (Column(tr("reports.energy.meter")), Column(tr("reports.energy.group")))
        if grouped
        else (Column(tr("reports.energy.group")),)
    )
    columns = (
        *first,
        Column(tr("reports.energy.use"), Kind.NUMBER, unit=unit, key="use", total="sum"),
        Column(tr("reports.energy.share"), Kind.PERCENT),
        Column(tr("reports.energy.before"), Kind.NUMBER, unit=unit, key="before"),
        Column(tr("reports.energy.change"), Kind.PERCENT, formula='IF(N({before})=0,"",{use}/{before}-1)'),
        Column(tr("reports.energy.year"), Kind.NUMBER, unit=unit, key="year"),
        Column(tr("reports.energy.change"), Kind.PERCENT, formula='IF(N({year})=0,"",{use}/{year}-1)'),
        Column(tr("reports.energy.night"), Kind.NUMBER, unit=f"{unit}/h", digits=2),
        Column(tr("reports.energy.cost"), Kind.NUMBER, unit=setting.currency, digits=2, total="sum"),
        Column(tr("reports.column.remark")),
    )
    money = sum(use.cost for use in uses)
    totals = (
        (tr("reports.total"), *(None,) * (len(first) - 1), total, *(None,) * 6, money or None, None)
        if uses and not any(use.incoming for use in uses)
        else ()
    )
    links = tuple(use.link for use in uses)
    return Table(title, columns, tuple(row(use) for use in uses), totals=totals, links=links if any(links) else ())


def _remark(use: Use, setting: Setting) -> str:
    told = []
    if use.missing >= 1:
        told.append(setting.tr("reports.energy.missing", hours=f"{use.missing:.0f}"))
    if use.estimated:
        told.append(setting.tr("reports.energy.estimated"))
    return ", ".join(told)


def _change(now: float, before: float) -> float:
    return now / before - 1 if before and not math.isnan(now + before) else math.nan


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _shown(value: float, unit: str) -> str:
    return "—" if math.isnan(value) else f"{value:,.1f} {unit}"


def _signed(change: float) -> str:
    return "" if math.isnan(change) else f"({100 * change:+.1f} %)"
