"""The one door from the screens to the collector: commands and queries, with their replies on the GUI thread."""

from __future__ import annotations

import itertools
import uuid
from collections import deque
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from console.domain import commands as cmd
from console.domain.commands import Command
from console.domain.problems import Problem
from console.link.messages import Answer, Denied, Done, Query
from console.ui.picture import Picture

AT_ONCE = 6  # questions under way; the collector takes eight of a desk


class Line(Protocol):
    """What the desk needs of the link thread."""

    def ask(self, command: Command, command_id: str, seen: int, replied: Callable[[object], None]) -> None: ...

    def query(self, make: Callable[[int], Query], replied: Callable[[object], None]) -> None: ...


def subjects(command: Command) -> frozenset[tuple[str, int]]:
    """The records that a command is about, as (kind, number): their rows show *pending* until it is answered."""
    found: set[tuple[str, int]] = set()
    if isinstance(command, cmd.AcknowledgeAlarms):
        found |= {("alarm", number) for number in command.alarms}
    for kind in ("fault", "order"):
        number = getattr(command, kind, 0)
        if isinstance(number, int) and number:
            found.add((kind, number))
    return frozenset(found)


class Desk(QObject):
    """See the module. A reply comes through ``done`` or ``denied``; a refusal nobody listens for goes to ``refused``."""

    refused = Signal(object)  # Problem
    pending_changed = Signal()

    def __init__(self, picture: Picture, line: Line, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture, self._line = picture, line
        self._pending: dict[str, frozenset[tuple[str, int]]] = {}
        self._ids = itertools.count(1)
        self._waiting: deque[tuple[Callable[[int], Query], Callable[[object], None]]] = deque()
        self._questions = 0

    def ask(
        self,
        command: Command,
        done: Callable[[int], None] | None = None,
        denied: Callable[[Problem], None] | None = None,
    ) -> str:
        """Send a command; returns its id. ``done`` gets the number of what it made."""
        command_id = uuid.uuid4().hex
        self._pending[command_id] = subjects(command)
        self.pending_changed.emit()

        def replied(reply: object) -> None:
            self._pending.pop(command_id, None)
            self.pending_changed.emit()
            if isinstance(reply, Done):
                if done is not None:
                    done(reply.number)
            elif isinstance(reply, Denied):
                if denied is not None:
                    denied(reply.problem)
                else:
                    self.refused.emit(reply.problem)

        self._line.ask(command, command_id, self._picture.revision, replied)
        return command_id

    def query(
        self,
        make: Callable[[int], Query],
        answered: Callable[[Answer], None],
        failed: Callable[[Problem], None] | None = None,
    ) -> int:
        """Send a query; returns a number by which the caller may tell a stale answer from the one it waits for."""
        number = next(self._ids)

        def replied(reply: object) -> None:
            self._questions -= 1
            self._ask_waiting()
            if isinstance(reply, Denied):
                if failed is not None:
                    failed(reply.problem)
                else:
                    self.refused.emit(reply.problem)
            else:
                answered(reply)  # type: ignore[arg-type] # the link hands over answers only

        self._waiting.append((make, replied))
        self._ask_waiting()
        return number

    def _ask_waiting(self) -> None:
        """The collector refuses a desk that asks too much at once; what is too much waits here, in order."""
        while self._waiting and self._questions < AT_ONCE:
            make, replied = self._waiting.popleft()
            self._questions += 1
            self._line.query(make, replied)

    def pending(self, kind: str, number: int) -> bool:
        """True while a command about this ``alarm``, ``fault`` or ``order`` is under way."""
        return any((kind, number) in about for about in self._pending.values())
