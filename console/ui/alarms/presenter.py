"""What the alarm list says and offers, in plain values; no widgets. The collector checks everything again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from console.domain.accounts import Right
from console.domain.alarms import Alarm
from console.domain.faults import Fault
from console.domain.promises import ClockView, nearest
from console.domain.rules import LIMITED, UPPER
from console.texts import language, tr
from console.ui.picture import Picture
from console.ui.strip import building_name, equipment_name
from console.ui.values import raw_text, with_unit

FLOOD = 10  # alarms in 10 minutes: more is a flood (EEMUA 191, ISA-18.2)


def content(picture: Picture, alarm: Alarm) -> str:
    """``过载跳闸 38.2 A > 30.5 A``."""
    said = alarm.text.get(language())
    if alarm.test:
        said = f"{tr('alarms.mark.test')} {said}"
    point, rule = picture.points.get(alarm.point), picture.rules.get(alarm.rule)
    if point is None or rule is None or rule.kind not in LIMITED:
        return said
    sign = ">" if rule.kind in UPPER else "<"
    limit = rule.limit if alarm.limit is None else alarm.limit
    return f"{said}  {with_unit(point, raw_text(point, alarm.value))} {sign} {with_unit(point, raw_text(point, limit))}"


def view_of(picture: Picture, alarm: Alarm) -> tuple[Fault | None, ClockView | None]:
    """The alarm's fault and its running clock with the least time left."""
    fault = picture.fault_of(alarm)
    if fault is None:
        return None, None
    return fault, nearest(fault, picture.order_of(fault), picture.now())


@dataclass(frozen=True, slots=True)
class Act:
    """``why`` is empty if it can be done now, else the sentence that says why not."""

    why: str = ""

    @property
    def able(self) -> bool:
        """It can be done."""
        return not self.why


def _right(picture: Picture, right: Right) -> str:
    me = picture.accounts.get(picture.me)
    if me is None:
        return tr("refused.not_signed_on")
    return "" if me.may(right) else tr(f"refused.right_{right}", who=me.display)


def acknowledge(picture: Picture, alarms: Iterable[Alarm]) -> Act:
    """May these be acknowledged?"""
    chosen = list(alarms)
    if not chosen:
        return Act(tr("refused.no_alarm"))
    if all(alarm.acknowledged for alarm in chosen):
        return Act(tr("alarms.all_acknowledged"))
    return Act(_right(picture, Right.ACKNOWLEDGE))


def take(picture: Picture, fault: Fault | None) -> Act:
    """May this fault be taken?"""
    if fault is None or not fault.open:
        return Act(tr("alarms.no_fault"))
    if fault.taken is not None and fault.taken.by != picture.me:
        account = picture.accounts.get(fault.taken.by)
        who = account.display if account is not None else fault.taken.by
        return Act(tr("refused.fault_taken", fault=fault.id, who=who, station=fault.taken.station))
    if fault.taken is not None and not any(not alarm.acknowledged for alarm in picture.alarms.values() if alarm.fault == fault.id):
        return Act(tr("alarms.yours_already"))
    return Act(_right(picture, Right.TAKE_FAULT))


def shelve(picture: Picture, alarms: Iterable[Alarm]) -> Act:
    """May these be shelved?"""
    chosen = list(alarms)
    if not chosen:
        return Act(tr("refused.no_alarm"))
    grave = next((alarm for alarm in chosen if alarm.undeniable), None)
    if grave is not None:
        return Act(tr("refused.shelf_undeniable", alarm=grave.id))
    return Act(_right(picture, Right.SHELVE))


def silence_machine(picture: Picture, alarm: Alarm) -> Act:
    """May its machine be taken out of service, or tested?"""
    if alarm.equipment not in picture.equipment:
        return Act(tr("refused.no_equipment", equipment=alarm.equipment))
    return Act(_right(picture, Right.SHELVE))


def remarks(picture: Picture, alarm: Alarm) -> list[tuple[str, str]]:
    """What is special about this occurrence: its state, its cause and its consequences, a test, a repeated call."""
    rows = [("alarms.state", tr(f"domain.alarm_state.{alarm.state}"))]
    cause = picture.alarms.get(alarm.caused_by)
    if cause is not None:
        name = f"{equipment_name(picture, cause.equipment)} {cause.text.get(language())}"
        rows.append(("alarms.cause_alarm", f"{cause.id} {name}"))
    behind = sum(each.caused_by == alarm.number for each in picture.alarms.values())
    if behind:
        rows.append(("alarms.consequences", tr("alarms.behind", count=behind)))
    if first_out(picture, alarm):
        rows.append(("alarms.mark", tr("alarms.mark.first_out")))
    if alarm.test:
        rows.append(("alarms.mark", tr("alarms.mark.test_long")))
    if alarm.realarmed:
        rows.append(("alarms.mark", tr("alarms.mark.realarmed", count=alarm.realarmed)))
    return rows


def first_out(picture: Picture, alarm: Alarm) -> bool:
    """It came first, and others of the same machine followed."""
    return alarm.first_out and any(
        each.number != alarm.number and each.equipment == alarm.equipment and each.active for each in picture.alarms.values()
    )


def building_of(picture: Picture, alarm: Alarm) -> str:
    """The building of the alarm's machine, empty without one."""
    machine = picture.equipment.get(alarm.equipment)
    return building_name(picture, machine.location) if machine is not None else ""


@dataclass(frozen=True, slots=True)
class Quality:
    """The foot line's figures, all counted from the alarms that are there."""

    recent: int
    active: int
    standing: int

    @property
    def flood(self) -> bool:
        """More than ten alarms in ten minutes."""
        return self.recent > FLOOD


def quality(picture: Picture) -> Quality:
    """Of the present alarms: raised in the last 10 minutes, active, active for more than 24 h."""
    tally, now = picture.tally, picture.now()
    return Quality(tally.recent(now), tally.active, tally.standing(now))
