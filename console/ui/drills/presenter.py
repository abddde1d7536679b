"""What the screens say of drills, emergency plans, runs and rescues; how a plan's parts are written as lines of text. No widget."""

from __future__ import annotations

from console.domain.maintenance.drills import Drill, DrillPlan, Measure, calendar_days, due_day, state_of
from console.domain.maintenance.emergencies import (
    Duty,
    EmergencyPlan,
    EmergencyRun,
    Material,
    PlanContact,
    PlanStep,
    RunStep,
    step_delay,
)
from console.domain.maintenance.rescues import Rescue, arrival, in_time, release
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.texts import language, tr
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.registers.naming import machine_name

YEARS_AHEAD = 2 * 366 * DAY
STATE_COLOURS = {"overdue": "p2_text", "soon": "p3_text", "planned": "text"}
BAR = " | "


def person(picture: Picture, name: str) -> str:
    """A person's name as shown; an outsider's is its own."""
    account = picture.accounts.get(name)
    return account.display if account is not None else name


def by(picture: Picture, stamp: Stamp | None) -> str:
    """When, who, and what they said."""
    if stamp is None:
        return ""
    zone = picture.estate.site.timezone
    return "  ".join(part for part in (full_text(stamp.at, zone), person(picture, stamp.by), stamp.note) if part)


def event_text(event: str) -> str:
    """A type of event in words."""
    return tr(f"drills.event.{event}")


def lasting(ns: int) -> str:
    """``4 min 05 s``, ``1 h 12 min``."""
    sign, ns = ("-" if ns < 0 else ""), abs(ns)
    if ns >= HOUR:
        return f"{sign}{ns // HOUR} h {ns % HOUR // MINUTE:02d} min"
    return f"{sign}{ns // MINUTE} min {ns % MINUTE // SECOND:02d} s"


def clock(ns: int) -> str:
    """What is left, or by how much it is over: ``02:15``, ``-00:40``, with hours where there are any."""
    sign, ns = ("-" if ns < 0 else ""), abs(ns)
    hours, rest = divmod(ns // SECOND, 3600)
    return f"{sign}{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{sign}{rest // 60:02d}:{rest % 60:02d}"


# --- drills


def plan_state(picture: Picture, plan: DrillPlan) -> str:
    """overdue, soon or planned."""
    return state_of(plan, picture.now(), picture.estate.site.timezone)


def plan_facts(picture: Picture, plan: DrillPlan) -> list[tuple[str, str]]:
    """What one asks of a drill plan, with its days of the next two years."""
    zone, now = picture.estate.site.timezone, picture.now()
    emergency = picture.records(EmergencyPlan).get(plan.plan)
    days = calendar_days(plan, now, now + YEARS_AHEAD, zone)
    rows = [
        ("title", plan.title.get(language())),
        ("event", event_text(plan.event)),
        ("months", tr("drills.every", months=plan.months)),
        ("last", plan.last),
        ("due", f"{due_day(plan, zone)}  {tr(f'drills.state.{plan_state(picture, plan)}')}"),
        ("equipment", machine_name(picture, plan.equipment)),
        ("plan", emergency.title.get(language()) if emergency is not None else ""),
        ("people", plan.people),
        ("calendar", "  ".join(day.isoformat() for day in days)),
        ("source", plan.source.get(language())),
    ]
    return [(tr(f"drills.field.{name}"), text or "–") for name, text in rows]


def measure_text(measure: Measure) -> str:
    """``到场 12 min 30 s（≤ 30 min 00 s）✓``."""
    limit = f"（≤ {lasting(measure.limit)}）{'✓' if measure.kept else '✗'}" if measure.limit else ""
    return f"{measure.name.get(language())} {lasting(measure.took)}{limit}"


def drill_facts(picture: Picture, drill: Drill) -> list[tuple[str, str]]:
    """What one asks of a drill."""
    zone = picture.estate.site.timezone
    rows = [
        ("title", drill.title.get(language())),
        ("event", event_text(drill.event)),
        ("when", f"{full_text(drill.at, zone)} – {full_text(drill.until, zone)}（{lasting(drill.until - drill.at)}）"),
        ("place", drill.place),
        ("leader", person(picture, drill.leader)),
        ("people", "、".join(person(picture, name) for name in drill.people)),
        ("count", str(drill.count)),
        ("scenario", drill.scenario),
        ("run", drill.run),
        ("result", tr(f"drills.result.{drill.result.value}")),
    ]
    rows += [("measure", measure_text(measure)) for measure in drill.measures]
    rows.append(("review", drill.review or tr("drills.unreviewed")))
    for action in drill.actions:
        due = full_text(action.due_at, zone)[:10]
        parts = (action.what, person(picture, action.person), due, f"→ {action.raised}" if action.raised else "")
        rows.append(("action", "  ".join(part for part in parts if part)))
    if drill.reviewed is not None:
        rows.append(("reviewed", by(picture, drill.reviewed)))
    return [(tr(f"drills.field.{name}"), text or "–") for name, text in rows]


def run_measures(run: EmergencyRun) -> tuple[Measure, ...]:
    """The times of a run's steps that had one, as measures of its drill."""
    return tuple(
        Measure(step.text, step.done.at - run.at, step.due_at - run.at)
        for step in run.steps
        if step.done is not None and not step.skipped and step.due_at
    )


# --- emergency plans


def plan_parts(picture: Picture, plan: EmergencyPlan) -> list[tuple[str, str]]:
    """The six parts of R-EM-01, each as one reads it."""
    said = language()
    roles = [
        "：".join(part for part in (each.role.get(said), each.task.get(said)) if part)
        + "".join(f"  {part}" for part in (person(picture, each.person), each.phone) if part)
        for each in plan.roles
    ]
    steps = [f"{place}  {within(each)}{each.text.get(said)}{role_of(each)}" for place, each in enumerate(plan.steps, 1)]
    materials = [material_text(each) for each in plan.materials]
    contacts = [
        "  ".join(part for part in (each.name.get(said), each.phone, each.what.get(said)) if part) for each in plan.contacts
    ]
    rows = [
        ("event", event_text(plan.event.value)),
        ("risk", plan.risk.get(said)),
        ("roles", "\n".join(roles)),
        ("steps", "\n".join(steps)),
        ("materials", "\n".join(materials)),
        ("checked", by(picture, plan.checked) or tr("emergencies.unchecked")),
        ("contacts", "\n".join(contacts)),
        ("reporting", plan.reporting.get(said)),
        ("warning", plan.warning.get(said)),
        ("afterwork", plan.afterwork.get(said)),
        ("source", plan.source.get(said)),
    ]
    return [(tr(f"emergencies.field.{name}"), text or "–") for name, text in rows if text or name != "warning"]


def within(step: PlanStep) -> str:
    """``[3 min 00 s] ``, empty without a time."""
    return f"[{lasting(round(step.within_s * SECOND))}] " if step.within_s else ""


def role_of(step: PlanStep | RunStep) -> str:
    """``（监控中心）``."""
    role = step.role.get(language())
    return f"（{role}）" if role else ""


def material_text(material: Material) -> str:
    """``沙袋 100 → 80 ✗``."""
    there = "" if material.present < 0 else f" → {material.present} {'✗' if material.short else '✓'}"
    where = material.place.get(language())
    return f"{material.name.get(language())} {material.wanted}{there}" + (f"  {where}" if where else "")


def step_state(picture: Picture, step: RunStep) -> tuple[str, str]:
    """(what a list says of a step's time, the colour's token)."""
    if step.done is not None:
        if step.skipped:
            return tr("emergencies.skipped"), "dim"
        late = step_delay(step)
        return (tr("emergencies.done_late", late=lasting(late)), "p3_text") if late > 0 else (tr("emergencies.done"), "dim")
    if not step.due_at:
        return tr("emergencies.no_time"), "text"
    left = step.due_at - picture.now()
    return clock(left), "p1_text" if left < 0 else "p3_text" if left < MINUTE else "text"


def run_facts(picture: Picture, run: EmergencyRun) -> list[tuple[str, str]]:
    """What was done, step by step, and what was noted."""
    rows = [
        (tr("emergencies.field.title"), run.title.get(language())),
        (tr("emergencies.field.equipment"), machine_name(picture, run.equipment) or "–"),
        (tr("emergencies.field.began"), by(picture, run.began)),
        (tr("safetypapers.summary"), by(picture, run.ended) or "–"),
    ]
    for step in run.steps:
        state = step_state(picture, step)[0] if step.done is not None else ""
        rows.append((step.text.get(language()), "  ".join(part for part in (state, by(picture, step.done)) if part) or "–"))
    return [*rows, *((tr("emergencies.field.log"), by(picture, each)) for each in run.log)]


# --- a plan's parts as lines: one line an entry, fields between bars


def write_roles(plan: EmergencyPlan) -> str:
    """``角色 | role | 职责 | task | 人 | 电话``."""
    return "\n".join(BAR.join((e.role.zh, e.role.en, e.task.zh, e.task.en, e.person, e.phone)) for e in plan.roles)


def read_roles(text: str) -> tuple[Duty, ...]:
    """The other way."""
    return tuple(
        Duty(Text(f[0], f[1]), Text(f[2], f[3]), f[4], f[5]) for f in _lines(text, 6)
    )  # fmt: skip


def write_steps(plan: EmergencyPlan) -> str:
    """``180 | 3 分钟内确认火情 | Confirmed within 3 minutes | 监控中心 | Control room``: seconds first, 0 for no time."""
    return "\n".join(BAR.join((f"{e.within_s:g}", e.text.zh, e.text.en, e.role.zh, e.role.en)) for e in plan.steps)


def read_steps(text: str) -> tuple[PlanStep, ...]:
    """The other way; raises ``ValueError`` with the line that is wrong."""
    found = []
    for fields in _lines(text, 5):
        try:
            seconds = float(fields[0] or 0)
        except ValueError:
            raise ValueError(tr("emergencies.wrong.seconds", line=BAR.join(fields))) from None
        found.append(PlanStep(Text(fields[1], fields[2]), seconds, Text(fields[3], fields[4])))
    return tuple(found)


def write_materials(plan: EmergencyPlan) -> str:
    """``沙袋 | Sandbags | 100 | 地下室入口 | Basement``."""
    return "\n".join(BAR.join((e.name.zh, e.name.en, str(e.wanted), e.place.zh, e.place.en)) for e in plan.materials)


def read_materials(text: str, before: tuple[Material, ...]) -> tuple[Material, ...]:
    """The other way; what was counted stays with the material of the same name."""
    counted = {each.name.zh: each.present for each in before}
    found = []
    for fields in _lines(text, 5):
        if not fields[2].isdigit():
            raise ValueError(tr("emergencies.wrong.count", line=BAR.join(fields)))
        found.append(Material(Text(fields[0], fields[1]), int(fields[2]), Text(fields[3], fields[4]), counted.get(fields[0], -1)))
    return tuple(found)


def write_contacts(plan: EmergencyPlan) -> str:
    """``消防 | Fire brigade | 119 | 地点、燃烧物 | Where, what burns``."""
    return "\n".join(BAR.join((e.name.zh, e.name.en, e.phone, e.what.zh, e.what.en)) for e in plan.contacts)


def read_contacts(text: str) -> tuple[PlanContact, ...]:
    """The other way."""
    return tuple(PlanContact(Text(f[0], f[1]), f[2], Text(f[3], f[4])) for f in _lines(text, 5))


def _lines(text: str, count: int) -> list[list[str]]:
    found = []
    for line in text.replace("｜", "|").splitlines():
        if line.strip():
            fields = [field.strip() for field in line.split("|")]
            found.append([*fields, *([""] * count)][:count])
    return found


# --- rescues


def rescue_facts(picture: Picture, rescue: Rescue) -> list[tuple[str, str]]:
    """What one asks of a rescue."""
    zone = picture.estate.site.timezone
    kept = in_time(rescue)
    mark = "" if kept is None else "  ✓" if kept else f"  ✗ {tr('rescues.late')}"
    took = f"（{lasting(arrival(rescue))} / {lasting(rescue.limit)}{mark}）" if rescue.arrived_at else ""
    out = f"（{lasting(release(rescue))}）" if rescue.released_at else ""
    rows = [
        ("equipment", machine_name(picture, rescue.equipment)),
        ("called", full_text(rescue.at, zone)),
        ("arrived", full_text(rescue.arrived_at, zone) + took),
        ("released", full_text(rescue.released_at, zone) + out),
        ("fault", f"F-{rescue.fault:06d}" if rescue.fault else tr("rescues.by_hand")),
        ("caller", rescue.caller),
        ("rescuers", person(picture, rescue.rescuers)),
        ("company", rescue.company),
        ("floor", rescue.floor),
        ("people", str(rescue.people) if rescue.people or rescue.signed else ""),
        ("injured", str(rescue.injured) if rescue.signed else ""),
        ("cause", rescue.cause),
        ("note", rescue.note),
        ("signed", by(picture, rescue.signed) or tr("rescues.unsigned")),
    ]
    return [(tr(f"rescues.field.{name}"), text or "–") for name, text in rows]
