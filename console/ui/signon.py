"""Who is at the desk: sign on, sign off, change the PIN, and the administrator's first password. A panel in the window, no dialog.

Signing off never stops the watch: the window goes on showing and sounding, and changes nothing.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.commands import ChangeSecret, SetUpAdministrator, SignOff, SignOn
from console.domain.problems import Problem
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.widgets.cards import label

SHORTEST = 6  # characters of a password or PIN; the collector checks the same


class SignOnPanel(QFrame):
    """Shows what fits: set-up while there is no account, sign-on, or who is signed on."""

    closed = Signal()
    remote = Signal(str, str)  # account, secret: a station that a remote collector does not know yet

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._changing = False
        self.setProperty("card", True)
        self.setObjectName("signon")
        self.setFixedWidth(440)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(10)
        self._title, self._advice = label(role="subject"), label(role="dim", wrap=True)
        self.account, self.display, self.secret, self.again = (QLineEdit() for _ in range(4))
        for field, name in ((self.account, "account"), (self.display, "display"), (self.secret, "secret"), (self.again, "again")):
            field.setObjectName(f"signon_{name}")
            field.returnPressed.connect(self.submit)
        for hidden in (self.secret, self.again):
            hidden.setEchoMode(QLineEdit.EchoMode.Password)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("signon_error")
        self.accept = QPushButton()
        self.accept.setObjectName("signon_accept")
        self.accept.setProperty("primary", True)
        self.accept.clicked.connect(self.submit)
        self.change = QPushButton()
        self.change.setObjectName("signon_change")
        self.change.clicked.connect(self._start_change)
        self.leave = QPushButton()
        self.leave.setObjectName("signon_leave")
        self.leave.clicked.connect(self.closed)
        self._hint = label(role="faint", wrap=True, selectable=True)
        for piece in (self._title, self._advice, self.account, self.display, self.secret, self.again, self._error):
            layout.addWidget(piece)
        buttons = QHBoxLayout()
        buttons.addWidget(self.accept, 1)
        buttons.addWidget(self.change)
        buttons.addWidget(self.leave)
        layout.addLayout(buttons)
        layout.addWidget(self._hint)
        picture.people_changed.connect(self._people)
        picture.replaced.connect(self._people)
        picture.link_changed.connect(self._link)
        self.retranslate()

    # --- what it is for, now

    @property
    def purpose(self) -> str:
        """``set_up``, ``sign_on``, ``sign_off`` or ``change``."""
        if self._picture.set_up:
            return "set_up"
        if not self._picture.me:
            return "sign_on"
        return "change" if self._changing else "sign_off"

    def submit(self) -> None:
        """Enter, or the main button."""
        self._say(None)
        match self.purpose:
            case "set_up":
                self._set_up()
            case "sign_on":
                if not (self.account.text().strip() and self.secret.text()):
                    return
                if self._picture.revision == 0:
                    self.remote.emit(self.account.text().strip(), self.secret.text())
                    self.secret.clear()
                else:
                    self._ask(SignOn(self.account.text().strip(), self.secret.text()))
            case "sign_off":
                self._ask(SignOff())
            case "change":
                if self._twice_the_same():
                    self._ask(ChangeSecret(self.account.text(), self.secret.text()))

    def retranslate(self) -> None:
        """All words, for the present purpose."""
        purpose = self.purpose
        person = self._picture.accounts.get(self._picture.me)
        self._title.setText(tr(f"signon.{purpose}.title", name=person.display if person else ""))
        self._advice.setText(tr(f"signon.{purpose}.advice"))
        self.accept.setText(tr(f"signon.{purpose}.accept"))
        self.change.setText(tr("signon.change.open"))
        self.leave.setText(tr("signon.leave"))
        self.account.setVisible(purpose != "sign_off")
        self.account.setPlaceholderText(tr("signon.old_secret" if purpose == "change" else "signon.account"))
        self.account.setEchoMode(QLineEdit.EchoMode.Password if purpose == "change" else QLineEdit.EchoMode.Normal)
        self.display.setVisible(purpose == "set_up")
        self.display.setPlaceholderText(tr("signon.display"))
        self.secret.setVisible(purpose != "sign_off")
        self.secret.setPlaceholderText(tr("signon.new_secret" if purpose in ("set_up", "change") else "signon.secret"))
        self.again.setVisible(purpose in ("set_up", "change"))
        self.again.setPlaceholderText(tr("signon.again"))
        self.change.setVisible(purpose == "sign_off")
        hint = self._picture.estate.site.hint.get(language())
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint) and purpose == "sign_on")
        self._error.setVisible(bool(self._error.text()))
        self.adjustSize()

    def showEvent(self, event: QShowEvent) -> None:
        """Ready to type."""
        super().showEvent(event)
        self._changing = False
        self._clear()
        self.retranslate()
        (self.accept if self.purpose == "sign_off" else self.account).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _set_up(self) -> None:
        if self.account.text().strip() and self._twice_the_same():
            name = self.account.text().strip()
            self._ask(SetUpAdministrator(name, self.display.text().strip() or name, self.secret.text()))

    def _twice_the_same(self) -> bool:
        if len(self.secret.text()) < SHORTEST:
            self._say(tr("signon.too_short", count=SHORTEST))
        elif self.secret.text() != self.again.text():
            self._say(tr("signon.differ"))
        else:
            return True
        return False

    def _ask(self, command: SignOn | SignOff | SetUpAdministrator | ChangeSecret) -> None:
        self.accept.setEnabled(False)
        self._desk.ask(command, self._done, self._denied)

    def _done(self, _number: int) -> None:
        self.accept.setEnabled(True)
        self._clear()
        self._changing = False
        self.closed.emit()

    def _denied(self, problem: Problem) -> None:
        self.accept.setEnabled(True)
        self.secret.clear()
        self.again.clear()
        self._say(sentence(problem))
        self.secret.setFocus()

    def _start_change(self) -> None:
        self._changing = True
        self._clear()
        self.retranslate()
        self.account.setFocus()

    def _people(self) -> None:
        if self.isVisible():
            self.retranslate()

    def _link(self, state: str) -> None:
        """A remote collector said why it does not let this station in."""
        if self.isVisible() and state == "lost" and self._picture.revision == 0 and self._picture.link_problem is not None:
            self._say(sentence(self._picture.link_problem))

    def _clear(self) -> None:
        for field in (self.account, self.display, self.secret, self.again):
            field.clear()
        self._say(None)

    def _say(self, error: str | None) -> None:
        self._error.setText(error or "")
        self._error.setVisible(bool(error))
        self.adjustSize()
