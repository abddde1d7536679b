"""What people decide about roster and notices, and what a site file brings of them."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain import commands as cmd
from console.domain import notices, rosters
from console.domain.accounts import Right
from console.domain.acts import Act
from console.domain.estate import Estate
from console.domain.events import Event, NoticeFailed, NotifySaved, RosterSaved
from console.domain.notices import NoticeState
from console.domain.problems import Problem, Refused


def save_roster(act: Act, command: cmd.SaveRoster) -> tuple[Event, ...]:
    """The whole roster, checked; nothing if it is already so. ``base`` is the roster that the person began with."""
    act.require(Right.CONFIGURE)
    if command.roster == act.world.roster:
        return ()
    if command.base != act.world.roster:
        raise Refused("refused.stale")
    _right(rosters.problems(command.roster))
    return (RosterSaved(command.roster),)


def save_notify(act: Act, command: cmd.SaveNotify) -> tuple[Event, ...]:
    """The whole settings, likewise."""
    act.require(Right.CONFIGURE)
    if command.settings == act.world.notify:
        return ()
    if command.base != act.world.notify:
        raise Refused("refused.stale")
    _right(notices.problems(command.settings))
    return (NotifySaved(command.settings),)


def retry(act: Act, command: cmd.RetryNotice) -> tuple[Event, ...]:
    """Do not wait for the next attempt. What was given up belongs to the past: a person would rather call."""
    act.require(Right.ACKNOWLEDGE)
    notice = act.world.notices.get(command.notice)
    if notice is None or not notice.open:
        raise Refused("notify.not_waiting", notice=f"N-{command.notice:06d}")
    if notice.state is NoticeState.SENDING or notice.due_at <= act.now:
        return ()
    return (NoticeFailed(replace(notice, due_at=act.now)),)


def imported(before: Estate | None, after: Estate) -> tuple[Event, ...]:
    """A site file's roster and notices count from its import on, if it has them and they are others than the last file's."""
    events: list[Event] = []
    if after.roster is not None and (before is None or after.roster != before.roster):
        events.append(RosterSaved(after.roster))
    if after.notify is not None and (before is None or after.notify != before.notify):
        events.append(NotifySaved(after.notify))
    return tuple(events)


def _right(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        raise Refused(problem.code, **problem.params)
