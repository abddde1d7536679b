"""The ticked steps of an alarm are kept, and the log that tells of them can be verified."""

from __future__ import annotations

from pathlib import Path

from console.domain.alarms import Alarm
from console.domain.events import AlarmAdvanced, AlarmRaised, Entry
from console.domain.rules import Category
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import SECOND
from console.store import open_store, reading
from console.store.image import Commit

T = 1_795_000_000 * SECOND


def test_the_steps_that_were_done_are_there_after_a_restart_and_the_log_is_whole(tmp_path: Path) -> None:
    raised = Alarm(1, "L1.trapped#alarm", "L1", "L1.trapped", 1, Category.TRAPPED, Text("困人"), T, 1.0)
    done = {2: Stamp(T, "wang", T, "wang"), 0: Stamp(T + SECOND, "wang", T + SECOND, "wang")}
    checked = Alarm(1, "L1.trapped#alarm", "L1", "L1.trapped", 1, Category.TRAPPED, Text("困人"), T, 1.0, checks=done)
    store = open_store(tmp_path, T)
    recorder = store.recorder(lambda: T)
    recorder.start()
    recorder.commit(Commit((Entry(1, T, AlarmRaised(raised)), Entry(2, T, AlarmAdvanced(checked, "check"))))).result(10)
    recorder.stop()
    store.close()
    store = open_store(tmp_path, T)
    assert store.image().alarms == (checked,)
    store.close()
    verified = reading.verify(tmp_path)
    assert verified.damage == ()
    assert verified.entries == 2
