"""Papers of safety: a round's record, a hazard's rectification sheet, a drill's record, a rescue's, an emergency plan and its run.

What an inspector asks for: who looked at what and when, what was found, what was done, who signed (R-IN-01, R-IN-04, R-IN-06,
R-EM-01, R-EM-02).
"""

from __future__ import annotations

from console.domain.documents import Block, Column, Document, Facts, Heading, Kind, Paragraph, Table
from console.domain.maintenance.drills import Drill
from console.domain.maintenance.emergencies import EmergencyPlan, EmergencyRun, step_delay
from console.domain.maintenance.hazards import Hazard, HazardState
from console.domain.maintenance.rescues import Rescue, arrival, in_time, release
from console.domain.maintenance.rounds import NO, YES, Answer, Check, CheckKind, Round, lateness
from console.domain.stamps import Stamp
from console.domain.times import SECOND
from console.papers.setting import Setting


def round_paper(round_: Round, to: Setting) -> Document:
    """巡检记录: each check with what was expected, what was found, and what it became."""
    done = round_.finished
    who = to.person(done.by) if done is not None and done.by else to.tr("rounds.program")
    results = [answer.result for answer in round_.answers]
    counted = to.tr(
        "safetypapers.counted", passed=results.count("pass"), failed=results.count("fail"), skipped=results.count("skipped")
    )
    state = to.tr("rounds.state.missed") if round_.missed else counted
    late = to.tr("safetypapers.late", time=to.took(lateness(round_))) if lateness(round_) else ""
    facts = [
        (to.tr("rounds.field.due"), to.moment(round_.at)),
        (to.tr("rounds.field.equipment"), to.machine(round_.equipment)),
        (
            to.tr("rounds.field.finished"),
            "  ".join(part for part in (to.moment(done.at), late) if part) if done is not None else "—",
        ),
        (to.tr("rounds.field.who"), who if done is not None else "—"),
        (to.tr("rounds.field.state"), state),
        (
            to.tr("rounds.field.explained"),
            to.person(round_.explained.by) + "  " + round_.explained.note if round_.explained else "",
        ),
    ]
    rows = [
        (
            place, check.text.get(to.language), _wanted(check, to), _found(check, answer, to),
            to.tr(f"rounds.result.{answer.result}") if answer.result else "—", _remark(answer, to),
        )
        for place, (check, answer) in enumerate(zip(round_.checks, round_.answers, strict=True), 1)
    ]  # fmt: skip
    columns = (
        Column(to.tr("routes.check.place"), Kind.INTEGER, width=4), Column(to.tr("routes.check.text"), width=34),
        Column(to.tr("routes.check.wanted"), width=14), Column(to.tr("safetypapers.found"), width=16),
        Column(to.tr("safetypapers.result"), width=9), Column(to.tr("safetypapers.remark"), width=23),
    )  # fmt: skip
    blocks: list[Block] = [_facts(facts), Table("", columns, tuple(rows))]
    if done is not None and done.note:
        blocks.append(Paragraph(done.note))
    blocks.append(to.signatures("rounds.field.who", "safetypapers.sign.supervisor", names=(who if done is not None else "", "")))
    return to.paper(round_.title.get(to.language), tuple(blocks), number=round_.name, subtitle=to.tr("safetypapers.round"))


def hazard_paper(hazard: Hazard, to: Setting) -> Document:
    """隐患整改单: demands, rectification and recheck, each with person and time."""
    where = " · ".join(part for part in (to.machine(hazard.equipment), hazard.place) if part)
    facts = [
        (to.tr("hazards.field.grade"), to.tr(f"hazards.grade.{hazard.grade.value}")),
        (to.tr("hazards.field.kind"), to.tr(f"hazards.kind.{hazard.kind}")),
        (to.tr("hazards.field.place"), where),
        (to.tr("hazards.field.found"), _stamp(hazard.found, to)),
        (to.tr("hazards.field.person"), to.person(hazard.person)),
        (to.tr("hazards.field.deadline"), to.moment(hazard.deadline)),
        (to.tr("hazards.field.measure"), hazard.measure),
        (to.tr("hazards.field.reported"), to.moment(hazard.reported)),
        (to.tr("hazards.field.state"), to.tr(f"hazards.state.{hazard.state.value}")),
        (to.tr("hazards.field.cost"), f"{to.currency} {hazard.cost:.2f}" if hazard.cost else ""),
    ]
    blocks: list[Block] = [_facts(facts)]
    parts = [("what", hazard.what), ("standard", hazard.standard), ("cause", hazard.cause)]
    if hazard.repeats:
        parts += [("repeats", "、".join(hazard.repeats)), ("root_cause", hazard.root_cause), ("long_term", hazard.long_term)]
    parts += [("rectified", _stamp(each, to)) for each in hazard.rectified]
    parts += [("recheck_passed" if each.passed else "recheck_failed", _stamp(each.stamp, to)) for each in hazard.rechecks]
    if hazard.state is HazardState.VOID:
        parts.append(("void", _stamp(hazard.closed, to)))
    for name, text in parts:
        blocks += [Heading(to.tr(f"hazards.field.{name}"), 2), Paragraph(text or "—")]
    second = hazard.rechecks[-1].stamp.by if hazard.rechecks else ""
    names = (to.person(hazard.found.by), to.person(hazard.person), to.person(second))
    blocks.append(to.signatures("safetypapers.sign.finder", "hazards.field.person", "safetypapers.sign.recheck", names=names))
    return to.paper(to.tr("safetypapers.hazard"), tuple(blocks), number=hazard.id)


def drill_paper(drill: Drill, to: Setting) -> Document:
    """演练记录: people, times, measured times against their limits, review, actions."""
    facts = [
        (to.tr("drills.field.event"), to.tr(f"drills.event.{drill.event}")),
        (to.tr("drills.field.when"), f"{to.moment(drill.at)} – {to.moment(drill.until)}"),
        (to.tr("drills.field.place"), drill.place),
        (to.tr("drills.field.equipment"), to.machine(drill.equipment)),
        (to.tr("drills.field.leader"), to.person(drill.leader)),
        (to.tr("drills.field.count"), str(drill.count)),
        (to.tr("drills.field.result"), to.tr(f"drills.result.{drill.result.value}")),
        (to.tr("drills.field.run"), drill.run),
    ]
    blocks: list[Block] = [_facts(facts)]
    for name, text in (("people", "、".join(to.person(name) for name in drill.people)), ("scenario", drill.scenario)):
        blocks += [Heading(to.tr(f"drills.field.{name}"), 2), Paragraph(text or "—")]
    if drill.measures:
        rows = tuple((each.name.get(to.language), _seconds(each.took), _seconds(each.limit) if each.limit else "—",
                      to.tr("safetypapers.in_time" if each.kept else "rescues.late")) for each in drill.measures)  # fmt: skip
        heads = tuple(Column(to.tr(f"safetypapers.{name}")) for name in ("step", "took", "limit", "kept"))
        blocks.append(Table(to.tr("drills.field.measure"), heads, rows))
    blocks += [Heading(to.tr("drills.field.review"), 2), Paragraph(drill.review or to.tr("drills.unreviewed"))]
    if drill.actions:
        heads = tuple(Column(to.tr(key)) for key in ("drills.field.action", "safetypapers.due", "safetypapers.became"))
        actions = tuple((each.what, to.day(each.due_at), each.raised or to.tr("drills.becomes.note")) for each in drill.actions)
        blocks.append(Table("", heads, actions))
    reviewer = to.person(drill.reviewed.by) if drill.reviewed is not None else ""
    names = (to.person(drill.leader), to.person(drill.entered.by), reviewer)
    blocks.append(to.signatures("drills.field.leader", "safetypapers.sign.recorder", "drills.field.reviewed", names=names))
    return to.paper(drill.title.get(to.language), tuple(blocks), number=drill.name, subtitle=to.tr("safetypapers.drill"))


def rescue_paper(rescue: Rescue, to: Setting) -> Document:
    """电梯困人救援记录: called, on site, released, against the limit (TSG T5002-2017 art. 5(4))."""
    kept = in_time(rescue)
    verdict = "—" if kept is None else to.tr("safetypapers.in_time" if kept else "rescues.late")
    facts = [
        (to.tr("rescues.field.equipment"), to.machine(rescue.equipment)),
        (to.tr("rescues.field.fault"), f"F-{rescue.fault:06d}" if rescue.fault else to.tr("rescues.by_hand")),
        (to.tr("rescues.field.called"), to.moment(rescue.at)),
        (
            to.tr("rescues.field.arrived"),
            f"{to.moment(rescue.arrived_at)}  {_seconds(arrival(rescue))}" if rescue.arrived_at else "—",
        ),
        (to.tr("rescues.field.limit"), f"{_seconds(rescue.limit)}  {verdict}"),
        (
            to.tr("rescues.field.released"),
            f"{to.moment(rescue.released_at)}  {_seconds(release(rescue))}" if rescue.released_at else "—",
        ),
        (to.tr("rescues.field.caller"), rescue.caller),
        (to.tr("rescues.field.floor"), rescue.floor),
        (to.tr("rescues.field.people"), str(rescue.people)),
        (to.tr("rescues.field.injured"), str(rescue.injured)),
        (to.tr("rescues.field.rescuers"), to.person(rescue.rescuers)),
        (to.tr("rescues.field.company"), rescue.company),
    ]
    blocks: list[Block] = [_facts(facts)]
    for name, text in (("cause", rescue.cause), ("note", rescue.note)):
        blocks += [Heading(to.tr(f"rescues.field.{name}"), 2), Paragraph(text or "—")]
    signer = to.person(rescue.signed.by) if rescue.signed is not None else ""
    blocks.append(to.signatures("rescues.field.rescuers", "rescues.field.signed", names=(to.person(rescue.rescuers), signer)))
    mark = to.tr("emergencies.drill_mark") if rescue.drill else ""
    return to.paper(mark + to.tr("safetypapers.rescue"), tuple(blocks), number=rescue.name)


def plan_paper(plan: EmergencyPlan, to: Setting) -> Document:
    """An emergency plan with its six parts (R-EM-01), to be hung up where it is needed."""
    said = to.language
    blocks: list[Block] = []

    def text(name: str, words: str) -> None:
        if words:
            blocks.extend((Heading(to.tr(f"emergencies.field.{name}"), 1), Paragraph(words)))

    def table(name: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        if rows:
            blocks.append(Heading(to.tr(f"emergencies.field.{name}"), 1))
            blocks.append(Table("", tuple(Column(to.tr(f"safetypapers.{head}")) for head in heads), tuple(rows)))

    text("risk", plan.risk.get(said))
    table("roles", ("role", "task", "person", "phone"),
          [(each.role.get(said), each.task.get(said), to.person(each.person), each.phone) for each in plan.roles])  # fmt: skip
    table("steps", ("within", "step", "role"),
          [(_seconds(round(each.within_s * SECOND)) if each.within_s else "—", each.text.get(said), each.role.get(said))
           for each in plan.steps])  # fmt: skip
    table("materials", ("material", "wanted", "place"),
          [(each.name.get(said), str(each.wanted), each.place.get(said)) for each in plan.materials])  # fmt: skip
    table("contacts", ("contact", "phone", "say"),
          [(each.name.get(said), each.phone, each.what.get(said)) for each in plan.contacts])  # fmt: skip
    for name in ("reporting", "warning", "afterwork", "source"):
        text(name, getattr(plan, name).get(said))
    return to.paper(plan.title.get(said), tuple(blocks), number=plan.id)


def run_paper(run: EmergencyRun, to: Setting) -> Document:
    """What was done by a plan, step by step, and the log."""
    facts = [
        (to.tr("emergencies.field.event"), to.tr(f"drills.event.{run.event.value}")),
        (to.tr("emergencies.field.equipment"), to.machine(run.equipment)),
        (to.tr("emergencies.field.began"), _stamp(run.began, to)),
        (to.tr("safetypapers.ended"), to.moment(run.ended_at)),
    ]
    rows = []
    for place, step in enumerate(run.steps, 1):
        late = step_delay(step)
        kept = (
            ""
            if step.done is None
            else to.tr("emergencies.skipped")
            if step.skipped
            else _seconds(late)
            if late > 0
            else to.tr("safetypapers.in_time")
        )
        rows.append((place, step.text.get(to.language), to.moment(step.due_at), _stamp(step.done, to) if step.done else "—", kept))
    heads = (
        Column(to.tr("emergencies.step.place"), Kind.INTEGER, width=4), Column(to.tr("emergencies.step.text"), width=40),
        Column(to.tr("safetypapers.due"), width=17), Column(to.tr("emergencies.step.done"), width=29),
        Column(to.tr("safetypapers.delay"), width=10),
    )  # fmt: skip
    blocks: list[Block] = [_facts(facts), Table(to.tr("emergencies.field.steps"), heads, tuple(rows))]
    if run.log:
        blocks.append(Heading(to.tr("emergencies.field.log"), 1))
        blocks += [Paragraph(_stamp(each, to)) for each in run.log]
    if run.ended is not None:
        blocks += [Heading(to.tr("safetypapers.summary"), 1), Paragraph(run.ended.note)]
    mark = to.tr("emergencies.drill_mark") if run.drill else ""
    return to.paper(mark + run.title.get(to.language), tuple(blocks), number=run.name, subtitle=to.tr("safetypapers.run"))


def _facts(pairs: list[tuple[str, str]]) -> Facts:
    return Facts(tuple((name, text) for name, text in pairs if text))


def _stamp(stamp: Stamp | None, to: Setting) -> str:
    if stamp is None:
        return ""
    return "  ".join(part for part in (to.moment(stamp.at), to.person(stamp.by), stamp.note) if part)


def _wanted(check: Check, to: Setting) -> str:
    if check.kind is CheckKind.YES_NO:
        return to.tr(f"rounds.answer.{check.good}")
    if check.kind is not CheckKind.VALUE:
        return to.tr(f"rounds.kind.{check.kind.value}")
    low, high = ("" if limit is None else f"{limit:g}" for limit in (check.low, check.high))
    span = f"{low} – {high}" if low and high else f"≥ {low}" if low else f"≤ {high}" if high else ""
    return f"{span} {check.unit}".strip()


def _found(check: Check, answer: Answer, to: Setting) -> str:
    if not answer.result:
        return ""
    auto = f"（{to.tr('rounds.auto')}）" if answer.auto else ""
    if answer.value in (YES, NO) and check.kind is CheckKind.YES_NO:
        return to.tr(f"rounds.answer.{answer.value}") + auto
    return f"{answer.value} {check.unit}".strip() + auto


def _remark(answer: Answer, to: Setting) -> str:
    photos = to.tr("rounds.photos", count=len(answer.photos)) if answer.photos else ""
    return "  ".join(part for part in (answer.note, f"→ {answer.raised}" if answer.raised else "", photos) if part)


def _seconds(ns: int) -> str:
    minutes, seconds = divmod(abs(ns) // SECOND, 60)
    return f"{'-' if ns < 0 else ''}{minutes} min {seconds:02d} s"
