"""The figures as lines: value, target, whose target it is, and the rows that they lead to. Plain values, no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console.domain import alarmquality as aq
from console.domain import kpis
from console.domain.alarmquality import AlarmQuality, Figure
from console.domain.faults import Clock
from console.domain.kpis import Kpis, Spread
from console.domain.times import HOUR
from console.texts import tr
from console.ui.widgets.clocks import span_text

EEMUA = "EEMUA 191"
ISA = "ISA-18.2 §16"


@dataclass(frozen=True, slots=True)
class Measure:
    """One line. ``met``: None where there is nothing to judge or no target. ``figure`` or ``broken`` lead to the rows."""

    key: str
    title: str
    value: str
    target: str = ""
    source: str = ""
    met: bool | None = None
    figure: Figure | None = None
    faults: str = ""  # which faults are behind it: see ResponsePage.show_only

    @property
    def leads(self) -> bool:
        """There are rows behind it."""
        return self.figure is not None or bool(self.faults)


def percent(share: float | None) -> str:
    """``12.5 %``; a dash where there is none."""
    return "—" if share is None else f"{100 * share:.1f} %"


def alarm_measures(found: AlarmQuality, breaches: Mapping[str, int]) -> list[Measure]:
    """The alarm page's lines, in the order in which they are read."""
    rate, top, flooded = found.rate, found.top_share, found.flood_share
    standing = tr("quality.value.standing", count=len(found.standing), most=found.standing_most)
    lines = [
        Measure(
            "rate", tr("quality.measure.rate"), "—" if rate is None else f"{rate:.2f}",
            tr("quality.target.rate", good=f"{aq.RATE_ACCEPTABLE:g}", most=f"{aq.RATE_MANAGEABLE:g}"), f"{EEMUA} · {ISA}",
            None if rate is None else rate <= aq.RATE_ACCEPTABLE, Figure("all"),
        ),
        Measure(
            "peak", tr("quality.measure.peak"), f"{found.peak}", f"≤ {aq.PEAK_MOST}", f"{EEMUA} · {ISA}",
            found.peak <= aq.PEAK_MOST, Figure("all"),
        ),
        Measure(
            "floods", tr("quality.measure.floods"), f"{len(found.floods)}", "0", f"{EEMUA} · {ISA}", not found.floods,
            Figure("flood", str(found.floods[0].since)) if len(found.floods) == 1 else None,
        ),
        Measure(
            "flood_share", tr("quality.measure.flood_share"), percent(flooded), f"< {aq.FLOOD_SHARE_MOST:.0%}", ISA,
            None if flooded is None else flooded < aq.FLOOD_SHARE_MOST,
        ),
        Measure(
            "top", tr("quality.measure.top"), percent(top), f"≤ {aq.TOP_SHARE_MOST:.0%}", ISA,
            None if top is None else top <= aq.TOP_SHARE_MOST,
        ),
        Measure(
            "chattering", tr("quality.measure.chattering"), f"{len(found.chattering)}", "0", ISA, not found.chattering,
            Figure("chattering") if found.chattering else None,
        ),
        Measure(
            "standing", tr("quality.measure.standing"), standing,
            f"< {aq.STANDING_MOST + 1}", ISA, found.standing_most <= aq.STANDING_MOST,
            Figure("standing") if found.standing else None,
        ),
    ]  # fmt: skip
    for group, share in aq.SPLIT.items():
        actual, low = found.share(group), group == (4,)
        key = ",".join(map(str, group))
        lines.append(
            Measure(
                f"split{key}", tr("quality.measure.split", priorities=" + ".join(f"P{each}" for each in group)), percent(actual),
                f"{'≥' if low else '≤'} {share:.0%}", f"{EEMUA} · {ISA}",
                None if actual is None else (actual >= share if low else actual <= share),
                Figure("priority", key) if actual else None,
            )
        )  # fmt: skip
    for priority in (1, 2, 3):
        parts = [(clock, breaches.get(f"{priority}/{clock}", 0)) for clock in Clock]
        count = sum(each for _, each in parts)
        words = tr("quality.value.list").join(
            tr("quality.value.breach", clock=tr(f"domain.clock.{clock}"), count=each) for clock, each in parts if each
        )
        lines.append(
            Measure(
                f"breach{priority}", tr("quality.measure.breach", priority=priority), words or "0", "0", "R-SLA", not count,
                faults=f"priority:{priority}" if count else "",
            )
        )  # fmt: skip
    return lines


def duration(nanoseconds: int) -> str:
    """``1:24`` hours and minutes, or days before them."""
    return span_text(nanoseconds)


def response_measures(found: Kpis) -> list[Measure]:
    """The response page's lines."""
    lines = []
    target = f"≥ {kpis.ON_TIME_TARGET:.0%}"
    for clock in (Clock.ACKNOWLEDGE, Clock.RESPOND, Clock.ON_SITE, Clock.RESTORED, Clock.REPAIRED):
        rate = found.rate(clock)
        value = percent(rate.share)
        if rate.decided or rate.pending:
            value = tr("quality.value.rate", share=value, kept=rate.kept, decided=rate.decided)
        lines.append(
            Measure(
                f"rate_{clock}", tr("quality.kpi.on_time", clock=tr(f"domain.clock.{clock}")), value, target, "R-SLA-19 · R-KP-09",
                None if rate.share is None else rate.share >= kpis.ON_TIME_TARGET, faults=f"clock:{clock}" if rate.broken else "",
            )
        )  # fmt: skip
    for name, spread in (("response", found.response), ("arrival", found.arrival), ("repair", found.repair)):
        lines += _spread(name, spread)
    false = "code:false_alarm" if found.false_share else ""
    reworked = "reworked" if found.reworked else ""
    unsolved = "open" if found.still_open else ""
    lines += [
        Measure("false", tr("quality.kpi.false"), percent(found.false_share), source="R-KP-07", faults=false),
        Measure("first_pass", tr("quality.kpi.first_pass"), percent(found.first_pass), source="R-WO-03 · R-KP-09", faults=reworked),
        Measure("solved", tr("quality.kpi.solved"), percent(found.solved), source="R-KP-08", faults=unsolved),
        Measure(
            "codes", tr("quality.kpi.codes"),
            tr("quality.value.list").join(
                tr("quality.value.code", code=tr(f"domain.close_code.{code}"), count=count) for code, count in found.codes.items()
            ) or "—",
        ),
    ]  # fmt: skip
    return lines


def _spread(name: str, spread: Spread) -> list[Measure]:
    """Mean and median, raw; and net of pauses on a line of its own where there were any."""
    title = tr(f"quality.kpi.{name}")
    if not spread.count:
        return [Measure(name, title, "—")]
    value = tr("quality.value.spread", mean=duration(spread.mean_raw), median=duration(spread.median_raw))
    if name == "repair":
        target = tr("quality.target.handling", after=f"{kpis.HANDLING_AFTER / HOUR:g}")
        lines = [Measure(name, title, value, target, "R-SLA-15", spread.mean_raw <= kpis.HANDLING_AFTER)]
    else:
        lines = [Measure(name, title, value, "", "R-KP-08")]
    if (spread.mean_net, spread.median_net) != (spread.mean_raw, spread.median_raw):
        net = tr("quality.value.spread", mean=duration(spread.mean_net), median=duration(spread.median_net))
        lines.append(Measure(f"{name}_net", tr("quality.kpi.net", what=title), net))
    return lines
