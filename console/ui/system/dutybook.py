"""Roster and notice settings as the collector has them, for the pages that show and change them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from console.domain.accounts import Right
from console.domain.commands import SaveNotify, SaveRoster
from console.domain.notices import NotifySettings
from console.domain.problems import Problem
from console.domain.rosters import Roster
from console.link.messages import Answer
from console.link.notify import NotifyAnswer, NotifyQuery
from console.ui.desk import Desk
from console.ui.picture import Picture


class DutyBook(QObject):
    """Asks when told to; ``changed`` when an answer came. A change is made to what was last seen: another's is never undone."""

    changed = Signal()
    failed = Signal(object)  # Problem

    def __init__(self, picture: Picture, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.picture, self.desk = picture, desk
        self.roster, self.settings = Roster(), NotifySettings()
        self.kept: tuple[str, ...] = ()
        self._shown = False  # somebody looked at it: from then on it follows what others change
        picture.duty_changed.connect(self._follow)
        picture.replaced.connect(self._follow)

    def load(self) -> None:
        """Ask the collector."""
        self._shown = True
        self.desk.query(NotifyQuery, self._came, self.failed.emit)

    def save_roster(self, roster: Roster, denied: Callable[[Problem], None], base: Roster | None = None) -> None:
        """Put ``roster`` in the place of the present one, or of ``base``: what a form showed when somebody began to type."""
        self.desk.ask(SaveRoster(roster, self.roster if base is None else base), self._saved, denied)

    def save_settings(
        self, settings: NotifySettings, denied: Callable[[Problem], None], base: NotifySettings | None = None
    ) -> None:
        """Likewise."""
        self.desk.ask(SaveNotify(settings, self.settings if base is None else base), self._saved, denied)

    def save_settings_then(self, settings: NotifySettings, done: Callable[[int], None], denied: Callable[[Problem], None]) -> None:
        """The same, with something to do afterwards."""
        self.desk.ask(SaveNotify(settings, self.settings), done, denied)

    def may_change(self) -> bool:
        """The person at this station may."""
        return self.picture.may(Right.CONFIGURE)

    def people(self) -> list[str]:
        """Everybody who may be on duty or told: accounts, then those without one."""
        named = [member.person for team in self.roster.teams for member in team.members]
        named += [member.person for member in self.roster.standing] + [contact.person for contact in self.settings.contacts]
        return list(dict.fromkeys([*self.picture.accounts, *named]))

    def display(self, person: str) -> str:
        """A person's name as it is shown."""
        account = self.picture.accounts.get(person)
        return account.display if account is not None else self.settings.contact(person).name or person

    def _follow(self) -> None:
        if self._shown:
            self.load()

    def _saved(self, _number: int) -> None:
        self.load()

    def _came(self, answer: Answer) -> None:
        if isinstance(answer, NotifyAnswer):
            self.roster, self.settings, self.kept = answer.roster, answer.settings, answer.kept
            self.changed.emit()
