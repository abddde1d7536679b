"""Deciding a line of a commissioning sheet. Pure: the collector puts in what it shows before it comes here."""

from __future__ import annotations

from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.commands import RecordPointTest
from console.domain.commissioning import PointTest, Result
from console.domain.problems import Refused
from console.domain.quality import Quality


def record(act: Act, command: RecordPointTest) -> PointTest:
    """The test as it goes into the log; raises :class:`Refused`.

    A point passes only against something: what the device's own display or an instrument showed; and only with a value of
    ours that may be relied upon, for a sheet that says "pass" beside "no answer" is worth nothing.
    """
    act.require(Right.COMMISSION)
    point = act.world.points.get(command.point)
    if point is None:
        raise Refused("refused.point_unknown", point=command.point)
    shown = words(command.device_value)
    note = words(command.note)
    if command.result is Result.PASS:
        shown = demanded(shown, "refused.test_value", point=point.id)
        if command.value is None or command.quality > Quality.MANUAL:
            raise Refused("refused.test_no_value", point=point.id)
    else:
        note = demanded(note, "refused.test_note", point=point.id)
    return PointTest(
        point=point.id,
        equipment=point.equipment,
        at=act.now,
        by=act.actor.name,
        result=command.result,
        value=command.value,
        quality=command.quality,
        value_at=command.value_at,
        unit=point.unit,
        device_value=shown,
        instrument=words(command.instrument),
        note=note,
        station=act.station,
    )
