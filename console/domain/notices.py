"""Notices that leave the screen: what is sent to whom over which channel, and how far each one has come. Pure.

A notice is planned in the same transaction as the event that it tells of, so none is lost and none is sent of something that never
became true. Its number is the sequence number of its own ``NoticePlanned`` in the log. ``SENDING`` is on disk before the first byte
leaves: after a crash in between nobody knows whether it arrived, so it is sent again and says that it may be a repeat.
"""

from __future__ import annotations

import enum
import re

import msgspec

from console.domain.accounts import Role
from console.domain.faults import Clock
from console.domain.problems import Problem
from console.domain.rosters import Level
from console.domain.text import Text
from console.domain.times import DAY, MINUTE, SECOND

FIRST_RETRY = 30 * SECOND  # doubles with every failed attempt
LONGEST_RETRY = 10 * MINUTE
GIVE_UP = DAY  # what could not be delivered for a day is said to have failed


class NoticeKind(enum.StrEnum):
    """What a notice tells."""

    OPENED = "opened"  # a fault was opened
    REPEAT = "repeat"  # still nobody has taken it
    MARK = "mark"  # a clock reached a mark
    TAKEN = "taken"  # the follow-up: who deals with it
    DAILY = "daily"  # the watch is running
    TEST = "test"  # a person pressed the test button
    HAZARD = "hazard"  # a major hazard was found (R-IN-05)


class NoticeState(enum.StrEnum):
    """How far it has come."""

    PLANNED = "planned"  # waits for ``due_at``: a delay, a retry, the end of a flood's pause
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # given up
    CANCELLED = "cancelled"  # what it asks for has happened before it was sent


FINAL = frozenset({NoticeState.SENT, NoticeState.FAILED, NoticeState.CANCELLED})


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message to one person (or, with ``person`` empty, to a channel's group). Times UTC ns."""

    number: int
    kind: NoticeKind
    channel: str
    planned_at: int
    due_at: int
    person: str = ""
    level: Level | None = None  # why this person: on duty at that level
    fault: int = 0
    priority: int = 0
    equipment: str = ""
    clock: Clock | None = None
    percent: int = 0
    state: NoticeState = NoticeState.PLANNED
    attempts: int = 0
    ended_at: int = 0
    problem: Problem | None = None  # why the last attempt failed; never holds a secret
    hazard: str = ""  # the hazard that it tells of
    message: int = 0  # the notice with which it was sent as one message, 0: alone
    doubtful: bool = False  # an earlier attempt may have arrived

    @property
    def id(self) -> str:
        """As it is spoken of."""
        return f"N-{self.number:06d}"

    @property
    def open(self) -> bool:
        """Still to be sent."""
        return self.state not in FINAL


class Channel(msgspec.Struct, frozen=True, omit_defaults=True):
    """A way out. ``url`` is apprise's, with ``{to}`` where the person's address belongs (without it: one message to a group) and
    ``{secret}`` where the secret belongs, which is kept apart. ``language``: zh, en or both."""

    id: str
    name: Text
    url: str
    language: str = "zh"
    enabled: bool = True

    @property
    def personal(self) -> bool:
        """One message a person."""
        return "{to}" in self.url

    @property
    def wants_secret(self) -> bool:
        """There is a secret to be kept for it."""
        return "{secret}" in self.url


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a person is reached: channel -> address. ``name`` for somebody without an account;

    ``language`` empty: the channel's.
    """

    person: str
    addresses: dict[str, str] = {}
    name: str = ""
    language: str = ""


class Subscription(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wants to hear beyond the roster: a person, everybody with a role, a level on duty, or (none of them) a group channel.

    ``channel`` empty: every channel in which the person has an address. ``equipment`` ids (with all below them), ``systems`` and
    ``places`` (buildings, floors … with all within them); all empty: everything. ``marks``: the clocks'
    marks too, not only the fault's beginning.
    """

    channel: str = ""
    person: str = ""
    role: Role | None = None
    level: Level | None = None
    priorities: tuple[int, ...] = (1, 2, 3)
    equipment: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    marks: bool = False
    places: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """From ``percent`` of a clock's limit on (0: when the fault is opened) ``level`` is told."""

    percent: int
    level: Level


STEPS = (Step(0, Level.OPERATOR), Step(50, Level.SHIFT_LEADER), Step(80, Level.SUPERVISOR), Step(100, Level.MANAGER))


class NotifyPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """How it is told. Per priority P1, P2, P3; ns.

    ``delay``: taken within it, nobody is told off the screen. ``repeat``: until somebody takes it (0: never), ``repeat_most``
    times. ``rate`` messages to one address in ``rate_window``; what is more waits for the window's end and comes as one message
    (P1 never waits). ``daily`` minutes after midnight, -1: no daily message; it goes to ``daily_level``.
    """

    steps: tuple[Step, ...] = STEPS
    delay: tuple[int, int, int] = (0, 2 * MINUTE, 5 * MINUTE)
    repeat: tuple[int, int, int] = (5 * MINUTE, 0, 0)
    repeat_most: int = 6
    rate: int = 10
    rate_window: int = 10 * MINUTE
    daily: int = 510
    daily_level: Level = Level.SUPERVISOR


class NotifySettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is set about notices. Nothing is sent before there is a channel."""

    channels: tuple[Channel, ...] = ()
    contacts: tuple[Contact, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    policy: NotifyPolicy = NotifyPolicy()

    def channel(self, name: str) -> Channel | None:
        """The channel of that id."""
        return next((channel for channel in self.channels if channel.id == name), None)

    def contact(self, person: str) -> Contact:
        """Where a person is reached; perhaps nowhere."""
        return next((contact for contact in self.contacts if contact.person == person), Contact(person))


# user:password@ with a password that is no placeholder; tokens and keys as apprise's other services have them are told
# apart from addresses by nobody, so the page says it in words, too.
_PASSWORD = re.compile(r"^[a-z0-9]+://[^/?#@]*:(?!\{secret\}@)[^/?#@]+@", re.IGNORECASE)
_WELL_FORMED = re.compile(r"^[a-z][a-z0-9]+://\S+$", re.IGNORECASE)
_ONLY_A_KEY = ("wecombot", "dingtalk", "feishu", "lark")  # the whole address of such a robot is its secret


def problems(settings: NotifySettings) -> tuple[Problem, ...]:
    """What is wrong with the settings; empty: they may be used."""
    found: list[Problem] = []
    names = [channel.id for channel in settings.channels]
    for channel in settings.channels:
        if names.count(channel.id) > 1 or not channel.id:
            found.append(Problem("notify.settings.channel_twice", {"name": channel.id}))
        scheme = channel.url.partition("://")[0].lower()
        if not _WELL_FORMED.match(channel.url):
            found.append(Problem("notify.settings.url", {"name": channel.id}))
        elif _PASSWORD.match(channel.url) or (scheme in _ONLY_A_KEY and not channel.wants_secret):
            found.append(Problem("notify.settings.secret_in_url", {"name": channel.id}))
    for contact in settings.contacts:
        for name in contact.addresses:
            if name not in names:
                found.append(Problem("notify.settings.unknown_channel", {"name": name, "where": contact.person}))
    for subscription in settings.subscriptions:
        if subscription.channel and subscription.channel not in names:
            where = subscription.person or str(subscription.role or subscription.level or "-")
            found.append(Problem("notify.settings.unknown_channel", {"name": subscription.channel, "where": where}))
        if not (subscription.channel or subscription.person or subscription.role or subscription.level):
            found.append(Problem("notify.settings.nobody"))
    policy = settings.policy
    if any(not 0 <= step.percent <= 100 for step in policy.steps) or policy.rate < 1 or policy.rate_window < SECOND:
        found.append(Problem("notify.settings.policy"))
    if min(policy.delay) < 0 or any(0 < each < MINUTE for each in policy.repeat) or not -1 <= policy.daily < 1440:
        found.append(Problem("notify.settings.policy"))
    return tuple(found)


def retry_after(attempts: int) -> int:
    """ns until the next attempt after ``attempts`` failed ones."""
    return min(FIRST_RETRY << min(attempts - 1, 20), LONGEST_RETRY)
