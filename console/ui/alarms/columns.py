"""The columns of the alarm list."""

from __future__ import annotations

from collections.abc import Callable

from console.domain.alarms import Alarm
from console.texts import tr
from console.ui.alarms import presenter
from console.ui.desk import Desk
from console.ui.moments import full_text, short_text
from console.ui.picture import Picture
from console.ui.strip import equipment_name, handler_text
from console.ui.tally import loudness
from console.ui.widgets.clocks import promise_text
from console.ui.widgets.tables import Column


def columns(picture: Picture, desk: Desk, behind: Callable[[int], int]) -> list[Column[Alarm]]:
    """All of them. ``behind`` tells how many alarms stand behind a row."""

    def when(alarm: Alarm) -> str:
        return short_text(alarm.raised_at, picture.now(), picture.estate.site.timezone)

    def state(alarm: Alarm) -> str:
        if alarm.quiet or (alarm.latched and not alarm.active):
            return tr(f"domain.alarm_state.{alarm.state}")
        return tr("alarms.is_active") if alarm.active else tr("alarms.is_returned")

    def acknowledged(alarm: Alarm) -> str:
        if desk.pending("alarm", alarm.number):
            return tr("alarms.pending")
        return tr("alarms.is_acknowledged") if alarm.acknowledged else tr("alarms.is_unacknowledged")

    def handler(alarm: Alarm) -> str:
        fault = picture.fault_of(alarm)
        return handler_text(picture, fault) if fault is not None else ""

    def promise(alarm: Alarm) -> object:
        fault, view = presenter.view_of(picture, alarm)
        return (view, fault.priority) if fault is not None and view is not None else None

    def remaining(alarm: Alarm) -> int:
        view = presenter.view_of(picture, alarm)[1]
        return view.remaining if view is not None else 2**62

    def ink(alarm: Alarm) -> str:
        return "dim" if alarm.acknowledged else ""

    def dim(_alarm: Alarm) -> str:
        return "dim"

    def state_ink(alarm: Alarm) -> str:
        return "dim" if alarm.acknowledged else f"p{alarm.priority}_text"

    def machine(alarm: Alarm) -> str:
        return equipment_name(picture, alarm.equipment)

    def said(alarm: Alarm) -> str:
        text, count = presenter.content(picture, alarm), behind(alarm.number)
        return tr("alarms.content.behind", text=text, count=count) if count else text

    def loud(alarm: Alarm) -> bool:
        return not alarm.acknowledged

    def nothing(_alarm: Alarm) -> str:
        return ""

    def promised(alarm: Alarm) -> str:
        view = presenter.view_of(picture, alarm)[1]
        return promise_text(view) if view is not None else ""

    def whole_time(alarm: Alarm) -> str:
        return full_text(alarm.raised_at, picture.estate.site.timezone)

    return [
        Column("priority", "", 48, lambda a: str(a.priority), user=lambda a: a.priority, sort=loudness),
        Column("time", "alarms.column.time", 110, when, sort=lambda a: a.raised_at, colour=dim, plain=whole_time),
        Column("equipment", "alarms.column.equipment", 210, machine, bold=loud, colour=ink),
        Column("content", "alarms.column.content", 0, said, colour=ink, tooltip=said),
        Column("state", "alarms.column.state", 90, state, colour=ink),
        Column("acknowledged", "alarms.column.acknowledged", 150, acknowledged, colour=state_ink),
        Column("handler", "alarms.column.handler", 180, handler, colour=dim),
        Column("promise", "alarms.column.promise", 190, nothing, user=promise, sort=remaining, plain=promised),
    ]
