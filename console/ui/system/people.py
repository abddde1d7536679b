"""Accounts: who may sign on, as what. Only an administrator changes them; the collector checks it."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QFormLayout, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.accounts import Account, Right, Role
from console.domain.commands import SaveAccount
from console.domain.problems import Problem
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, label
from console.ui.widgets.tables import CENTER, Column, RowModel, TableView


class AccountForm(QFrame):
    """One account: empty for a new one."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._editing = ""
        self.setProperty("card", True)
        layout = QVBoxLayout(self)
        self._title = label(role="subject")
        layout.addWidget(self._title)
        self._rows = QFormLayout()
        layout.addLayout(self._rows)
        self.account, self.display, self.phone, self.secret = (QLineEdit() for _ in range(4))
        self._names = {}
        for name, field in (("account", self.account), ("display", self.display), ("phone", self.phone), ("secret", self.secret)):
            field.setObjectName(f"person_{name}")
            self._names[name] = label(role="dim")
            self._rows.addRow(self._names[name], field)
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.roles = {role: QCheckBox() for role in Role}
        for role, box in self.roles.items():
            box.setObjectName(f"role_{role}")
            self._rows.addRow("", box)
        self.enabled = QCheckBox()
        self._rows.addRow("", self.enabled)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("person_error")
        layout.addWidget(self._error)
        buttons = QHBoxLayout()
        self.save, self.fresh = QPushButton(), QPushButton()
        self.save.setObjectName("person_save")
        self.save.setProperty("primary", True)
        self.fresh.setObjectName("person_new")
        self.save.clicked.connect(self._save)
        self.fresh.clicked.connect(self.clear)
        buttons.addWidget(self.save)
        buttons.addWidget(self.fresh)
        buttons.addStretch(1)
        layout.addLayout(buttons)
        layout.addStretch(1)
        self.clear()

    def clear(self) -> None:
        """Ready for a new account."""
        self._editing = ""
        for field in (self.account, self.display, self.phone, self.secret):
            field.clear()
        for box in self.roles.values():
            box.setChecked(False)
        self.enabled.setChecked(True)
        self._error.clear()
        self.retranslate()

    def edit(self, account: Account) -> None:
        """Change an account; an empty secret keeps the present one."""
        self._editing = account.name
        self.account.setText(account.name)
        self.display.setText(account.display)
        self.phone.setText(account.phone)
        self.secret.clear()
        for role, box in self.roles.items():
            box.setChecked(role in account.roles)
        self.enabled.setChecked(account.enabled)
        self._error.clear()
        self.retranslate()

    def retranslate(self) -> None:
        """All words, and what may be done."""
        allowed = self._picture.may(Right.MANAGE_ACCOUNTS)
        self._title.setText(tr("system.people.edit" if self._editing else "system.people.new"))
        for name, title in self._names.items():
            title.setText(tr(f"system.people.{name}"))
        self.secret.setPlaceholderText(tr("system.people.keep_secret") if self._editing else tr("signon.new_secret"))
        for role, box in self.roles.items():
            box.setText(tr(f"domain.role.{role}"))
        self.enabled.setText(tr("system.people.enabled"))
        self.save.setText(tr("system.people.save"))
        self.fresh.setText(tr("system.people.fresh"))
        self.account.setReadOnly(bool(self._editing))
        self.save.setEnabled(allowed)
        self.save.setToolTip("" if allowed else tr("system.people.denied"))

    def _save(self) -> None:
        chosen = tuple(role for role, box in self.roles.items() if box.isChecked())
        command = SaveAccount(
            self.account.text().strip(),
            self.display.text().strip() or self.account.text().strip(),
            chosen,
            self.enabled.isChecked(),
            self.secret.text(),
            self.phone.text().strip(),
        )
        self.secret.clear()
        self._desk.ask(command, self._saved, self._denied)

    def _saved(self, _number: int) -> None:
        self.clear()

    def _denied(self, problem: Problem) -> None:
        self._error.setText(sentence(problem))


class PeoplePage(QWidget):
    """The list and the form."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture = picture
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        self._model: RowModel[Account] = RowModel(self._columns(), lambda account: account.name, self)
        self.table: TableView[Account] = TableView(self._model, "people")
        self.form = AccountForm(picture, desk)
        self.form.setFixedWidth(420)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.form)
        self.table.chosen.connect(self._chosen)
        picture.people_changed.connect(self.refresh)
        picture.replaced.connect(self.refresh)
        self.refresh()

    def _columns(self) -> list[Column[Account]]:
        picture = self._picture

        def roles(account: Account) -> str:
            return "、".join(tr(f"domain.role.{role}") for role in account.roles)

        def state(account: Account) -> str:
            if account.locked_until > picture.now():
                return tr("system.people.locked", until=full_text(account.locked_until, picture.estate.site.timezone))
            return tr("system.people.is_enabled") if account.enabled else tr("system.people.is_disabled")

        def here(account: Account) -> str:
            return "、".join(session.station for session in picture.sessions if session.account == account.name)

        return [
            Column("account", "system.people.account", 140, lambda a: a.name),
            Column("display", "system.people.display", 160, lambda a: a.display),
            Column("roles", "system.people.roles", 0, roles),
            Column("phone", "system.people.phone", 160, lambda a: a.phone),
            Column("here", "system.people.here", 140, here),
            Column("state", "system.people.state", 200, state, align=CENTER),
        ]

    def refresh(self) -> None:
        """Look at the picture again."""
        self._model.set_rows(self._picture.accounts.values())
        self._model.refresh()
        self.form.retranslate()

    def _chosen(self) -> None:
        chosen = self.table.selected()
        if chosen:
            self.form.edit(chosen[0])
