"""What the screens say of rounds, routes and checks; no widget."""

from __future__ import annotations

from console.domain.estate import Point
from console.domain.maintenance.rhythms import Every, Rhythm
from console.domain.maintenance.rounds import (
    FAIL,
    PASS,
    YES,
    Answer,
    Check,
    CheckKind,
    Round,
    RoundState,
    Route,
    lateness,
    state_of,
)
from console.domain.stamps import Stamp
from console.domain.times import MINUTE
from console.texts import language, tr
from console.ui.moments import age_text, full_text
from console.ui.picture import Picture
from console.ui.registers.naming import machine_name

STATE_COLOURS = {
    RoundState.MISSED: "p2_text", RoundState.LATE: "p3_text", RoundState.RUNNING: "accent", RoundState.DUE: "text",
    RoundState.DONE: "dim", RoundState.EXPLAINED: "dim",
}  # fmt: skip
URGENCY = {state: place for place, state in enumerate(STATE_COLOURS)}
RESULT_COLOURS = {PASS: "text", FAIL: "p2_text", "skipped": "dim", "": "faint"}
RESULT_MARKS = {PASS: "✓", FAIL: "✗", "skipped": "–", "": "○"}


def title(round_: Round) -> str:
    """``XJ-000012  生活水泵房巡检``."""
    return f"{round_.name}  {round_.title.get(language())}"


def state_text(picture: Picture, round_: Round) -> str:
    """Its state, and by how much it is late."""
    now = picture.now()
    state = state_of(round_, now)
    said = tr(f"rounds.state.{state}")
    if state is RoundState.LATE:
        return f"{said} {age_text(now - round_.late_at)}"
    if state is RoundState.DONE and lateness(round_):
        return f"{said}（{tr('rounds.late_by', late=age_text(lateness(round_)))}）"
    if state is RoundState.MISSED and round_.further:
        return tr("rounds.missed_further", state=said, count=round_.further)
    return said


def progress(round_: Round) -> str:
    """``5 / 12``, with what did not pass."""
    said = f"{round_.done} / {len(round_.checks)}"
    return f"{said}  ✗ {round_.failed}" if round_.failed else said


def person(picture: Picture, name: str) -> str:
    """A person's name as shown; a team's or an outsider's is its own."""
    account = picture.accounts.get(name)
    return account.display if account is not None else name


def by(picture: Picture, stamp: Stamp) -> str:
    """When, who, and what they said."""
    who = person(picture, stamp.by) or tr("rounds.program")
    return "  ".join(part for part in (full_text(stamp.at, picture.estate.site.timezone), who, stamp.note) if part)


def limits(check: Check) -> str:
    """``0.3 – 0.9 MPa``, ``≤ 40 ℃``; empty where there are none."""
    unit = f" {check.unit}" if check.unit else ""
    if check.low is not None and check.high is not None:
        return f"{check.low:g} – {check.high:g}{unit}"
    if check.low is not None:
        return f"≥ {check.low:g}{unit}"
    return f"≤ {check.high:g}{unit}" if check.high is not None else ""


def wanted(check: Check) -> str:
    """What the check expects, in words."""
    if check.kind is CheckKind.VALUE:
        return limits(check) or check.unit
    if check.kind is CheckKind.YES_NO:
        return tr("rounds.wanted", answer=tr(f"rounds.answer.{check.good}"))
    return tr(f"rounds.kind.{check.kind.value}")


def answer_text(check: Check, answer: Answer) -> str:
    """What was answered, as one reads it."""
    if not answer.result:
        return ""
    if answer.result == "skipped":
        return tr("rounds.result.skipped")
    if check.kind is CheckKind.VALUE:
        return f"{answer.value} {check.unit}".strip()
    if check.kind is CheckKind.YES_NO:
        return tr(f"rounds.answer.{answer.value}") if answer.value else tr(f"rounds.result.{answer.result}")
    if check.kind is CheckKind.PHOTO:
        return tr("rounds.photos", count=len(answer.photos))
    return answer.value


def live_text(picture: Picture, point: Point) -> str:
    """The point's present value with its unit; empty where it cannot be relied on."""
    reading = picture.reading(point.id)
    if not reading.quality.usable or not reading.time:
        return ""
    if isinstance(reading.value, str):
        return reading.value
    shown = point.states.get(int(reading.value)) if point.states else None
    if shown is not None:
        return shown.get(language())
    return f"{reading.value:.{point.decimals}f} {point.unit}".strip()


def rhythm_text(rhythm: Rhythm) -> str:
    """When it comes round, in one line."""
    at = clock(rhythm.at)
    match rhythm.every:
        case Every.HOURS:
            return tr("rounds.rhythm.hours", step=rhythm.step, at=at, until=clock(rhythm.until))
        case Every.SHIFT:
            return tr("rounds.rhythm.shift")
        case Every.WEEK:
            days = "、".join(tr(f"rounds.weekday.{day}") for day in sorted(rhythm.weekdays))
            key = "rounds.rhythm.week" if rhythm.step == 1 else "rounds.rhythm.weeks"
            return tr(key, step=rhythm.step, days=days, at=at)
        case _:
            key = f"rounds.rhythm.{rhythm.every.value}" + ("" if rhythm.step == 1 else "s")
            day = str(int(rhythm.first[8:10])) if rhythm.first else "1"
            return tr(key, step=rhythm.step, day=day, at=at)


def clock(minutes: int) -> str:
    """Minutes after midnight as ``08:30``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def parse_clock(text: str) -> int:
    """The other way; raises :class:`ValueError`."""
    hours, _, minutes = text.strip().replace("：", ":").partition(":")
    found = int(hours) * 60 + int(minutes or "0")
    if not 0 <= found < 1440 or not 0 <= int(minutes or "0") < 60:
        raise ValueError(text)
    return found


def round_facts(picture: Picture, round_: Round) -> list[tuple[str, str]]:
    """What one asks of a round."""
    zone = picture.estate.site.timezone
    rows = [
        ("title", round_.title.get(language())),
        ("state", state_text(picture, round_)),
        ("equipment", machine_name(picture, round_.equipment)),
        ("due", full_text(round_.at, zone)),
        ("late_at", full_text(round_.late_at, zone)),
        ("assignee", person(picture, round_.assignee)),
        ("progress", progress(round_)),
    ]
    if round_.unwatched:
        rows.append(("unwatched", str(round_.unwatched)))
    stamps = (("started", round_.started), ("finished", round_.finished))
    rows += [(name, by(picture, stamp)) for name, stamp in stamps if stamp is not None]
    if round_.explained is not None:
        rows.append(("explained", f"{round_.explained.note}（{person(picture, round_.explained.by)}）"))
    shown = [(tr(f"rounds.field.{name}"), text or "–") for name, text in rows]
    for check, answer in zip(round_.checks, round_.answers, strict=True):
        if answer.result:
            parts = [RESULT_MARKS[answer.result], answer_text(check, answer), tr("rounds.auto") if answer.auto else "", answer.note]
            parts.append(f"→ {answer.raised}" if answer.raised else "")
            shown.append((check.text.get(language()), "  ".join(part for part in parts if part)))
    return shown


def route_facts(picture: Picture, route: Route) -> list[tuple[str, str]]:
    """What one asks of a route."""
    rows = [
        ("title", route.title.get(language())),
        ("category", tr(f"rounds.category.{route.category}")),
        ("equipment", machine_name(picture, route.equipment)),
        ("rhythm", rhythm_text(route.rhythm)),
        ("window", age_text(route.window * MINUTE)),
        ("assignee", person(picture, route.assignee)),
        ("automatic", tr("rounds.answer.yes" if route.automatic else "rounds.answer.no")),
        ("source", route.source.get(language())),
    ]
    shown = [(tr(f"rounds.field.{name}"), text or "–") for name, text in rows]
    for place, check in enumerate(route.checks, 1):
        what = "  ".join(part for part in (wanted(check), check.point) if part)
        shown.append((f"{place}  {check.text.get(language())}", what))
    return shown


def live_number(picture: Picture, check: Check) -> float | None:
    """The number that a check may take over from its point now; ``None`` where there is no good one."""
    point = picture.points.get(check.point)
    reading = picture.reading(check.point) if point is not None else None
    if reading is None or reading.quality != 0 or not reading.time or isinstance(reading.value, str):
        return None
    return float(reading.value)


def live_value(check: Check, number: float) -> str:
    """The same as the answer that it makes."""
    if check.kind is CheckKind.YES_NO:
        return YES if number else "no"
    return f"{number:g}"
