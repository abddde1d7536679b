"""A recorded pump rig whose valve is closed: from the row where its flow falls to the end of the fault, through a kill -9."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from console.domain import commands as cmd
from console.domain import events as ev
from console.domain.commands import Command
from console.domain.faults import Clock, CloseCode
from console.domain.orders import OrderState
from console.domain.promises import clocks
from console.domain.quality import Quality
from console.domain.times import HOUR, MILLISECOND, MINUTE, SECOND
from console.link.calls import Call
from tests.helpers import pump_rig
from tests.helpers.looking import look, look_until, raw_history, refusal, story
from tests.helpers.people import SECRETS, write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.pump_rig import EVERY, FLOW, ON_DELAY_MS, POLL_MS, RULE
from tests.helpers.replay import Replay

SLACK = 200 * MILLISECOND  # two busy processor cores


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[tuple[Replay, CollectorProcess, int]]:
    """The rig, running normally and watched; and the row where its flow will fall."""
    rows, crossing = pump_rig.rows()
    with Replay(rows, EVERY) as replay:
        file = tmp_path / "site.yaml"
        file.write_text(pump_rig.site(replay.port), encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_people(tmp_path)))
        process = CollectorProcess(tmp_path / "store", *words)
        process.start()
        try:
            look_until(process.folder, lambda seen: seen.usable("RIG.flow") == rows[0][FLOW])
            replay.start()
            yield replay, process, crossing
        finally:
            process.stop()
        assert "Traceback" not in process.log()


def ask(process: CollectorProcess, who: str, command: Command) -> int:
    """A command in a person's name."""
    with Call(process.folder, account=who, secret=SECRETS[who]) as call:
        return call.ask(command)


def test_the_valve_closes_and_the_fault_is_handled_to_its_end_through_a_kill(
    rig: tuple[Replay, CollectorProcess, int],
) -> None:
    replay, process, crossing = rig
    folder = process.folder
    alarm = look_until(folder, lambda seen: seen.alarms.get(RULE), 20)
    told = time.time_ns()

    # the alarm comes within one poll and the delay of the row where the recording crosses the limit
    fell = replay.served[crossing]
    late = alarm.raised_at - fell - ON_DELAY_MS * MILLISECOND
    assert -SLACK // 4 <= late <= POLL_MS * MILLISECOND + SLACK, f"{late / 1e6:.0f} ms"
    assert told - alarm.raised_at < SECOND
    assert (alarm.priority, alarm.limit, alarm.active) == (3, pump_rig.LIMIT, True)
    assert alarm.value in {row[FLOW] for row in replay.rows[crossing : crossing + pump_rig.HOLD + 3]}

    # the fault began with its alarm; its clocks run
    fault = look_until(folder, lambda seen: next(iter(seen.faults.values()), None))
    order = look(folder).orders[fault.order]
    assert (fault.priority, fault.opened_at, fault.alarms) == (3, alarm.raised_at, (alarm.number,))
    assert fault.limits.limit(Clock.RESPOND) == 2 * HOUR
    assert fault.limits.limit(Clock.ACKNOWLEDGE) == 30 * MINUTE
    assert all(view.running for view in clocks(fault, order, told))

    # taken, dispatched, accepted by proxy for an earlier moment
    ask(process, "wang", cmd.TakeFault(fault.number))
    ask(process, "wang", cmd.DispatchOrder(fault.order, "zhao"))
    time.sleep(0.3)
    accepted = look(folder).orders[fault.order].stamps[OrderState.DISPATCHED].at + 100 * MILLISECOND
    accept = cmd.AdvanceOrder(fault.order, OrderState.ASSIGNED, at=accepted, by="zhao")
    assert refusal(lambda: ask(process, "wang", accept)) == "refused.backdate_reason"
    ask(process, "wang", cmd.AdvanceOrder(fault.order, OrderState.ASSIGNED, accepted, "zhao", "14:05 来电"))

    # what is on disk before the power goes
    time.sleep(1.2)
    before = look(folder)
    number = before.number("RIG.flow")
    assert number
    until = before.snapshot.now - SECOND
    history = raw_history(folder, "RIG.flow", replay.served[0] - SECOND, until)
    process.kill()
    process.start()

    # everything is exactly there
    after = look(folder)
    assert after.alarms[RULE] == before.alarms[RULE]
    assert after.faults == before.faults
    assert after.orders == before.orders
    assert raw_history(folder, "RIG.flow", replay.served[0] - SECOND, until) == history
    look_until(folder, lambda seen: seen.usable("RIG.flow") is not None)
    assert look(folder).alarms[RULE] == before.alarms[RULE]  # the flow is still low; nothing is raised anew
    stamp = after.orders[fault.order].stamps[OrderState.ASSIGNED]
    assert (stamp.at, stamp.by, stamp.entered_by, stamp.reason) == (accepted, "zhao", "wang", "14:05 来电")
    assert stamp.entered_at > stamp.at
    views = {view.clock: view for view in clocks(after.faults[fault.number], after.orders[fault.order], after.snapshot.now)}
    assert views[Clock.RESPOND].stopped_at == accepted
    assert views[Clock.ACKNOWLEDGE].stopped_at == before.faults[fault.number].taken.at  # type: ignore[union-attr]
    assert views[Clock.REPAIRED].running

    # arrival, repair, self-check by the technician; the valve is open again
    for stage in (OrderState.ON_SITE, OrderState.IN_PROGRESS):
        ask(process, "zhao", cmd.AdvanceOrder(fault.order, stage))
    replay.stop_rows()
    replay.show(replay.rows[0])
    look_until(folder, lambda seen: RULE not in seen.alarms)  # it was acknowledged with the taking: over
    ask(process, "zhao", cmd.AdvanceOrder(fault.order, OrderState.SELF_CHECK))

    # verification by a second person, with the PIN again
    assert refusal(lambda: ask(process, "zhao", cmd.VerifyOrder(fault.order, SECRETS["zhao"]))).startswith("refused.")
    assert refusal(lambda: ask(process, "li", cmd.VerifyOrder(fault.order, "000000"))) == "refused.secret"
    ask(process, "li", cmd.VerifyOrder(fault.order, SECRETS["li"]))
    ask(process, "li", cmd.CloseFault(fault.number, CloseCode.REAL, "阀门关闭", "重新打开并挂牌"))
    ask(process, "li", cmd.AdvanceOrder(fault.order, OrderState.ARCHIVED))
    end = look(folder)
    assert (end.faults[fault.number].close_code, end.faults[fault.number].closed_by) == (CloseCode.REAL, "li")
    assert (end.orders[fault.order].state, end.orders[fault.order].verifier) == (OrderState.ARCHIVED, "li")
    assert not any(view.running for view in clocks(end.faults[fault.number], end.orders[fault.order], end.snapshot.now))
    kinds = (ev.FaultOpened, ev.FaultJoined, ev.FaultTaken, ev.FaultOrdered, ev.FaultClosed)
    told_of = [type(entry.event) for entry in story(folder, f"fault:{fault.number}") if isinstance(entry.event, kinds)]
    assert told_of == [ev.FaultOpened, ev.FaultTaken, ev.FaultClosed]  # nothing was said twice


def test_the_history_is_the_recording(rig: tuple[Replay, CollectorProcess, int]) -> None:
    replay, process, crossing = rig
    look_until(process.folder, lambda seen: len(replay.served) > crossing + 10, 20)
    time.sleep(0.6)
    stored = raw_history(process.folder, "RIG.flow", replay.served[0], replay.served[crossing + 9])
    assert len(stored) >= crossing // 2  # a poll each 250 ms; where the flow did not change nothing need be stored
    for moment, value, quality in stored:
        assert Quality(quality) is Quality.GOOD
        assert value in {row[FLOW] for row in replay.row_at(moment, SLACK)}
    flows = [row[FLOW] for row in replay.rows[: crossing + 10]]
    changes = sum(one != two for one, two in pairwise(flows))
    assert len(stored) >= changes * 0.8  # no change is passed over, but for a row that two polls in a row just missed
