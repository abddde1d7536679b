"""The system screen: people, rosters, notices, configuration, point lists, store, audit."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QWidget

from console.texts import tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.pointlist.page import PointListPage
from console.ui.system.audit import AuditPage
from console.ui.system.configuration import ConfigurationPage
from console.ui.system.dutybook import DutyBook
from console.ui.system.notifications import NotificationsPage
from console.ui.system.people import PeoplePage
from console.ui.system.rosters import RosterPage
from console.ui.system.store import StorePage
from console.ui.widgets.cards import Card


class SystemScreen(QWidget):
    """Seven pages."""

    name = "system"

    def __init__(self, picture: Picture, desk: Desk, navigator: object, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        card = Card()
        card.heading.hide()
        card.remark.hide()
        layout.addWidget(card)
        bar = QHBoxLayout()
        self.people, self.configuration = PeoplePage(picture, desk), ConfigurationPage(picture, desk)
        self.audit = AuditPage(picture, desk)
        self.points = PointListPage(picture, desk)
        self.store = StorePage(picture, desk)
        book = DutyBook(picture, desk, self)
        self.rosters, self.notifications = RosterPage(book), NotificationsPage(book)
        self.points.closed.connect(self._open_configuration)
        self.configuration.points_wanted.connect(self._open_points)
        self.pages: dict[str, QWidget] = {
            "people": self.people, "rosters": self.rosters, "notifications": self.notifications,
            "configuration": self.configuration, "points": self.points, "store": self.store, "audit": self.audit,
        }  # fmt: skip
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for name, page in self.pages.items():
            button = QPushButton()
            button.setObjectName(f"system_{name}")
            button.setCheckable(True)
            self._group.addButton(button)
            self._buttons[name] = button
            bar.addWidget(button)
            self._stack.addWidget(page)
            button.clicked.connect(getattr(self, f"_open_{name}"))
        bar.addStretch(1)
        card.body.addLayout(bar)
        card.body.addWidget(self._stack, 1)
        self.open_page("people")
        self.retranslate()

    def open_page(self, name: str) -> None:
        """Show one of the pages."""
        self._stack.setCurrentWidget(self.pages[name])
        self._buttons[name].setChecked(True)
        if name == "audit":
            self.audit.load()
        elif name == "store":
            self.store.load()
        elif name == "rosters":
            self.rosters.load()
        elif name == "notifications":
            self.notifications.load()

    def retranslate(self) -> None:
        """All words."""
        for name, button in self._buttons.items():
            button.setText(tr(f"system.page.{name}"))
        self.people.refresh()
        self.rosters.retranslate()
        self.notifications.retranslate()
        self.configuration.retranslate()
        self.points.retranslate()
        self.store.retranslate()
        self.audit.retranslate()

    def _open_rosters(self) -> None:
        self.open_page("rosters")

    def _open_notifications(self) -> None:
        self.open_page("notifications")

    def _open_people(self) -> None:
        self.open_page("people")

    def _open_configuration(self) -> None:
        self.open_page("configuration")

    def _open_points(self) -> None:
        self.open_page("points")

    def _open_store(self) -> None:
        self.open_page("store")

    def _open_audit(self) -> None:
        self.open_page("audit")
