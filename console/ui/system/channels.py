"""Channels: the ways out, their secrets, and a test that tells the truth."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.commands import KeepChannelSecret, SendTest
from console.domain.notices import Channel
from console.domain.problems import Problem
from console.domain.text import Text
from console.texts import language, sentence, tr
from console.ui.system.dutybook import DutyBook
from console.ui.widgets.cards import GAP, label, set_role
from console.ui.widgets.tables import CENTER, Column, RowModel, TableView


class ChannelsPage(QWidget):
    """The list and the form."""

    def __init__(self, book: DutyBook) -> None:  # noqa: PLR0915 - one line a widget
        super().__init__()
        self._book = book
        self._model: RowModel[Channel] = RowModel(self._columns(), lambda channel: channel.id, self)
        self.table: TableView[Channel] = TableView(self._model, "channels")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.table, 1)
        form = QWidget()
        form.setFixedWidth(460)
        rows = QFormLayout(form)
        self.id, self.zh, self.en, self.url, self.secret = (QLineEdit() for _ in range(5))
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.language, self.person = QComboBox(), QComboBox()
        self.enabled = QCheckBox()
        self._names = {}
        for name in ("id", "zh", "en", "url", "language", "enabled", "secret"):
            field: QWidget = getattr(self, name)
            field.setObjectName(f"channel_{name}")
            self._names[name] = label(role="dim", wrap=True)
            rows.addRow(self._names[name], field)
        self.hint = label(role="faint", wrap=True)
        buttons = QHBoxLayout()
        self.save, self.fresh, self.remove = QPushButton(), QPushButton(), QPushButton()
        self.save.setProperty("primary", True)
        for button, name in ((self.save, "save"), (self.fresh, "new"), (self.remove, "remove")):
            button.setObjectName(f"channel_{name}")
            buttons.addWidget(button)
        rows.addRow("", buttons)
        testing = QHBoxLayout()
        self.test = QPushButton()
        self.test.setObjectName("channel_test")
        self.person.setObjectName("channel_person")
        testing.addWidget(self.person, 1)
        testing.addWidget(self.test)
        self._names["test"] = label(role="dim")
        rows.addRow(self._names["test"], testing)
        self.result = label(wrap=True)
        self.result.setObjectName("channel_result")
        rows.addRow("", self.result)
        side = QVBoxLayout()
        side.addWidget(form)
        self.hint.setFixedWidth(460)
        side.addWidget(self.hint)
        side.addStretch(1)
        layout.addLayout(side)
        self.save.clicked.connect(self._save)
        self.fresh.clicked.connect(self.clear)
        self.remove.clicked.connect(self._remove)
        self.test.clicked.connect(self._test)
        self.table.chosen.connect(self._chosen)
        book.changed.connect(self.refresh)
        self.retranslate()

    def _columns(self) -> list[Column[Channel]]:
        def secret(channel: Channel) -> str:
            if not channel.wants_secret:
                return tr("notify.channel.no_secret_needed")
            return tr("notify.channel.secret_kept" if channel.id in self._book.kept else "notify.channel.secret_missing")

        return [
            Column("id", "notify.channel.id", 110, lambda c: c.id),
            Column("name", "notify.channel.name", 150, lambda c: c.name.get(language())),
            Column("url", "notify.channel.url", 0, lambda c: c.url, tooltip=lambda c: c.url),
            Column("secret", "notify.channel.secret", 120, secret),
            Column("state", "notify.channel.enabled", 90, lambda c: tr("notify.on" if c.enabled else "notify.off"), align=CENTER),
        ]

    def refresh(self) -> None:
        """Look at the settings again."""
        self._model.set_rows(self._book.settings.channels)
        self._model.refresh()
        present = self.person.currentData()
        self.person.clear()
        for person in self._book.people():
            self.person.addItem(self._book.display(person), person)
        self.person.setCurrentIndex(max(0, self.person.findData(present)))
        allowed, known = self._book.may_change(), self._book.settings.channel(self.id.text().strip()) is not None
        for button in (self.save, self.remove):
            button.setEnabled(allowed)
            button.setToolTip("" if allowed else tr("notify.denied"))
        self.test.setEnabled(known and (allowed or self._book.picture.may(Right.ACKNOWLEDGE)))

    def retranslate(self) -> None:
        """All words."""
        for name, title in self._names.items():
            title.setText(tr(f"notify.channel.{name}"))
        self.hint.setText(tr("notify.channel.hint", to="{to}", secret="{secret}"))
        self.save.setText(tr("notify.save"))
        self.fresh.setText(tr("notify.new"))
        self.remove.setText(tr("notify.remove"))
        self.test.setText(tr("notify.channel.send_test"))
        self.enabled.setText("")
        chosen = self.language.currentData()
        self.language.clear()
        for name in ("zh", "en", "both"):
            self.language.addItem(tr(f"notify.language.{name}"), name)
        self.language.setCurrentIndex(max(0, self.language.findData(chosen)))
        self.refresh()

    def clear(self) -> None:
        """Ready for a new one."""
        self._fill(Channel("", Text(""), ""))
        self.table.clearSelection()

    def _fill(self, channel: Channel) -> None:
        self.id.setText(channel.id)
        self.zh.setText(channel.name.zh)
        self.en.setText(channel.name.en)
        self.url.setText(channel.url)
        self.secret.clear()
        self.language.setCurrentIndex(max(0, self.language.findData(channel.language)))
        self.enabled.setChecked(channel.enabled)
        self.result.clear()
        self.refresh()

    def _chosen(self) -> None:
        chosen = self.table.selected()
        if chosen:
            self._fill(chosen[0])

    def _save(self) -> None:
        channel = Channel(
            self.id.text().strip(),
            Text(self.zh.text().strip() or self.id.text().strip(), self.en.text().strip()),
            self.url.text().strip(),
            self.language.currentData(),
            self.enabled.isChecked(),
        )
        settings, secret = self._book.settings, self.secret.text()
        self.secret.clear()
        known = settings.channel(channel.id)
        kept = tuple(channel if each.id == channel.id else each for each in settings.channels)
        wanted = replace(settings, channels=kept if known is not None else (*kept, channel))
        desk = self._book.desk

        def then(_number: int) -> None:
            self._say(tr("notify.saved"), "dim")
            if secret:
                desk.ask(KeepChannelSecret(channel.id, secret), lambda _n: self._book.load(), self._denied)
            else:
                self._book.load()

        self._book.save_settings_then(wanted, then, self._denied)

    def _remove(self) -> None:
        settings, gone = self._book.settings, self.id.text().strip()
        contacts = tuple(
            replace(each, addresses={name: to for name, to in each.addresses.items() if name != gone}) for each in settings.contacts
        )
        wanted = replace(
            settings,
            channels=tuple(each for each in settings.channels if each.id != gone),
            contacts=contacts,
            subscriptions=tuple(each for each in settings.subscriptions if each.channel != gone),
        )
        self._book.save_settings(wanted, self._denied)

    def _test(self) -> None:
        channel = self._book.settings.channel(self.id.text().strip())
        if channel is None:
            return
        self._say(tr("notify.channel.sending"), "dim")
        person = self.person.currentData() if channel.personal else ""
        self._book.desk.ask(SendTest(channel.id, person or ""), self._tested, self._denied)

    def _tested(self, _number: int) -> None:
        self._say(tr("notify.channel.taken"), "dim")

    def _denied(self, problem: Problem) -> None:
        self._say(sentence(problem), "error")

    def _say(self, words: str, role: str) -> None:
        set_role(self.result, role)
        self.result.setText(words)
