"""The banner of what is urgent."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import TakeFault
from console.domain.stamps import Stamp
from console.texts import set_language
from console.ui.attention import Banner, urgent
from console.ui.desk import Desk
from console.ui.picture import Picture
from tests.helpers.snapshots import NOW, RecordingLine, busy, delta


def shown(qtbot: QtBot) -> tuple[Banner, Picture, RecordingLine]:
    set_language("en")
    line, picture = RecordingLine(), Picture("desk")
    banner = Banner(picture, Desk(picture, line, picture))
    picture.setParent(banner)
    qtbot.addWidget(banner)
    snapshot = busy(Role.OPERATOR)
    fault = replace(next(fault for fault in snapshot.faults if fault.open), taken=None)
    faults = tuple(fault if each.number == fault.number else each for each in snapshot.faults)
    loud = replace(snapshot.alarms[0], priority=1, acknowledged=False, active=True, fault=fault.id)
    alarms = tuple(loud if alarm.number == loud.number else replace(alarm, priority=3) for alarm in snapshot.alarms)
    picture.take_snapshot(msgspec.structs.replace(snapshot, alarms=alarms, faults=faults))
    return banner, picture, line


def test_a_p1_stands_over_every_screen_until_somebody_takes_it(qtbot: QtBot) -> None:
    banner, picture, line = shown(qtbot)
    (alarm,) = urgent(picture)
    assert not banner.isHidden()
    assert alarm.text.en in banner.text.text()
    assert not banner.take.isHidden() and banner.take.isEnabled()
    banner.take.click()
    assert line.last == TakeFault(int(alarm.fault.rpartition("-")[2]))
    picture.take_delta(delta(picture.revision + 1, alarms=(replace(alarm, acknowledged=True),)))
    assert banner.isHidden()


def test_a_fault_that_somebody_took_can_be_looked_at_only(qtbot: QtBot) -> None:
    banner, picture, _line = shown(qtbot)
    (alarm,) = urgent(picture)
    fault = next(fault for fault in picture.faults.values() if fault.id == alarm.fault)
    picture.faults[fault.number] = replace(fault, taken=Stamp(NOW, "li", NOW, "li", "B"))
    picture.faults_changed.emit({fault.number})
    assert banner.take.isHidden() and not banner.isHidden()
    with qtbot.waitSignal(banner.opened) as opened:
        banner.look.click()
    assert opened.args == [alarm.number]
