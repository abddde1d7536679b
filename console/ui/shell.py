"""The window: top bar, screens, and the strip that never leaves.

Screens are imported when they are first opened, so that the window shows at once. Going back is Alt+Left. What the program has to
say itself (a lost line, a refusal) stands in a bar in place; no modal dialogs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.domain.problems import Problem
from console.texts import CHINESE, ENGLISH, language, sentence, set_language, tr
from console.ui import icons, theme
from console.ui.attention import Attention, Banner
from console.ui.desk import Desk
from console.ui.horn import Horn, Speaker
from console.ui.nav import KEYS, OTHER_HALF, Nav
from console.ui.notice import Notice
from console.ui.palette import Palette
from console.ui.picture import Picture
from console.ui.settings import remember, settings
from console.ui.signon import SignOnPanel
from console.ui.stopping import StopPanel
from console.ui.strip import Strip
from console.ui.topbar import TopBar
from console.ui.widgets.cards import GAP
from console.ui.widgets.exporting import Exporter
from console.ui.widgets.tables import EXPORT_KEY, TableView

CLASSES = {
    "overview": "OverviewScreen", "alarms": "AlarmsScreen", "faults": "FaultsScreen", "equipment": "EquipmentScreen",
    "orders": "OrdersScreen", "connections": "ConnectionsScreen", "system": "SystemScreen", "trends": "TrendsScreen",
    "readings": "ReadingsScreen", "isolations": "IsolationsScreen", "energy": "EnergyScreen",
    "rounds": "RoundsScreen", "hazards": "HazardsScreen", "drills": "DrillsScreen",
    "commissioning": "CommissioningScreen", "people": "PeopleScreen", "quality": "QualityScreen", "stock": "StockScreen",
    "ledger": "LedgerScreen",
    "plans": "PlansScreen", "shift": "ShiftScreen",
    "myday": "MydayScreen", "reports": "ReportsScreen",
}  # fmt: skip
SUBJECTS: dict[str, tuple[str, Callable[[str], object]]] = {  # how a screen shows what it was opened for
    "equipment": ("show_equipment", str), "alarms": ("show_subject", str), "faults": ("show_fault", int),
    "orders": ("show_order", int), "trends": ("show_points", str.split), "commissioning": ("show_point", str),
    "shift": ("open_page", str),
    "ledger": ("show_card", str),
    "people": ("show_person", str), "rounds": ("show_round", str), "hazards": ("show_hazard", str), "drills": ("show_run", str),
    "plans": ("show_plan", str),
}  # fmt: skip
KEEP_REFUSAL_MS = 12_000
SIGN_ON_FIRST = ("link.sign_on_first", "link.no_token")  # a remote collector that does not know this station yet


class Veil(QWidget):
    """Dims the screens below a panel; the top bar and the strip stay as they are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._below = parent
        self._layout = QVBoxLayout(self)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._panel: QWidget | None = None
        self.hide()
        parent.installEventFilter(self)

    def open(self, panel: QWidget) -> None:
        """Show ``panel`` in the middle."""
        self.close_panel()
        self._panel = panel
        self._layout.addWidget(panel)
        self.setGeometry(self._below.rect())
        self.show()
        self.raise_()
        panel.show()

    def close_panel(self) -> None:
        """Take it away."""
        if self._panel is not None:
            self._panel.hide()
            self._layout.removeWidget(self._panel)
            self._panel.setParent(None)
            self._panel = None
        self.hide()

    @property
    def panel(self) -> QWidget | None:
        """The panel that is open."""
        return self._panel

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Always as large as what it covers."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._below.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Half of the ground shines through."""
        with QPainter(self) as painter:
            ground = theme.colour("window")
            ground.setAlpha(190)
            painter.fillRect(self.rect(), ground)


class Shell(QMainWindow):
    """See the module. It is also the navigator that screens are given."""

    def __init__(self, picture: Picture, desk: Desk, speaker: Speaker, *, remember_window: bool = True) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._remember = remember_window
        self.horn = Horn(picture, speaker, self)
        self.exporter = Exporter(picture, self)
        self._screens: dict[str, QWidget] = {}
        self._here = ""
        self._been: list[tuple[str, str]] = []
        self._subject = ""
        self.setWindowIcon(QIcon(icons.icon("app", theme.colour("text"))))
        root = QWidget()
        root.setObjectName("window")
        self.setCentralWidget(root)
        self.topbar, self.nav, self.strip = TopBar(picture), Nav(picture), Strip(picture)
        self._stack = QStackedWidget()
        self.banner, self.attention = Banner(picture, desk), Attention(picture, self)
        self._link_notice, self._refusal = Notice(), Notice()
        self._refusal_timer = QTimer(self)
        self._refusal_timer.setSingleShot(True)
        self._refusal_timer.setInterval(KEEP_REFUSAL_MS)
        self._refusal_timer.timeout.connect(self._refusal.hide)
        self._lay_out(root)
        self.veil = Veil(self._body)
        self.signon, self.palette_panel, self.stop_panel = (
            SignOnPanel(picture, desk),
            Palette(picture, self),
            StopPanel(picture, desk),
        )
        for panel in (self.signon, self.palette_panel, self.stop_panel):
            panel.closed.connect(self.veil.close_panel)
            panel.hide()
        self._connect()
        self._shortcuts()
        self._restore()
        self.open_screen("overview")
        self.retranslate()

    def _lay_out(self, root: QWidget) -> None:
        outer = QVBoxLayout(root)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(1)
        outer.addWidget(self.topbar)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.nav)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(GAP, GAP, GAP, GAP)
        body.setSpacing(8)
        body.addWidget(self.banner)
        body.addWidget(self._link_notice)
        body.addWidget(self._refusal)
        body.addWidget(self._stack, 1)
        middle.addWidget(self._body, 1)
        outer.addLayout(middle, 1)
        outer.addWidget(self.strip)
        self._tools: dict[str, QPushButton] = {}
        for name in ("search", "language", "theme", "stop"):
            button = QPushButton()
            button.setObjectName(f"do_{name}")
            button.setProperty("flat", True)
            button.setIconSize(button.iconSize() * 1.2)
            button.setFixedHeight(34)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.nav.add_tool(button)
            self._tools[name] = button
            button.clicked.connect(getattr(self, f"do_{name}"))

    def _connect(self) -> None:
        picture = self._picture
        self.nav.chosen.connect(self.open_screen)
        self.topbar.lamp_clicked.connect(self._open_lamp)
        self.topbar.silence_clicked.connect(self.horn.silence)
        self.topbar.person_clicked.connect(self.open_signon)
        self.topbar.shift_clicked.connect(self._open_shift)
        self.banner.opened.connect(self.open_alarm)
        self.strip.alarm_opened.connect(self.open_alarm)
        self.strip.fault_opened.connect(self.open_fault)
        self.horn.silenced.connect(self.topbar.set_silenced)
        self.horn.mute.connect(self.topbar.set_mute)
        self._desk.refused.connect(self.show_refusal)
        self.exporter.failed.connect(self.show_refusal)
        self.exporter.written.connect(self._exported)
        picture.link_changed.connect(self._link)
        picture.replaced.connect(self._replaced)
        picture.people_changed.connect(self._people)
        self._sweep = QTimer(self)
        self._sweep.setInterval(3_600_000)
        self._sweep.timeout.connect(picture.forget_ended)
        self._sweep.start()

    def _shortcuts(self) -> None:
        for name, key in KEYS.items():
            QShortcut(QKeySequence(key), self).activated.connect(self._opener(name))
        for key, action in (
            ("F8", self.horn.silence), ("Alt+Left", self.back), ("Ctrl+K", self.do_search), ("Ctrl+L", self.do_language),
            ("Ctrl+Shift+T", self.do_theme), (EXPORT_KEY, self.do_export), (OTHER_HALF, self.nav.turn),
        ):  # fmt: skip
            QShortcut(QKeySequence(key), self).activated.connect(action)

    def _opener(self, name: str) -> object:
        return lambda: self.open_screen(name)

    # --- navigator

    def open_screen(self, name: str) -> None:
        """Show a screen; the first time it is made."""
        self._go(name, "")

    def open_equipment(self, equipment: str) -> None:
        """Level 3: one machine."""
        self._go("equipment", equipment)

    def open_alarm(self, number: int) -> None:
        """The alarm in its list."""
        self._go("alarms", str(number))

    def open_alarm_rows(self, wanted: str) -> None:
        """The alarms behind a figure (see :mod:`console.ui.alarms.behind`)."""
        self._go("alarms", wanted)

    def open_fault(self, number: int) -> None:
        """The fault in its list."""
        self._go("faults", str(number))

    def open_order(self, number: int) -> None:
        """The order in its list."""
        self._go("orders", str(number))

    def open_round(self, name: str) -> None:
        """The open round in its list."""
        self._go("rounds", name)

    def open_hazard(self, name: str) -> None:
        """The hazard in its list; ``new?origin|equipment|what`` opens the form for one."""
        self._go("hazards", name)

    def open_emergency(self, name: str) -> None:
        """The emergency run, or ``plan?alarm`` to choose one for an alarm."""
        self._go("drills", name)

    def open_ledger(self, card: str) -> None:
        """The card in the ledger's grid."""
        self._go("ledger", card)

    def open_plan(self, plan: str) -> None:
        """The plan (``equipment/key``) in its list."""
        self._go("plans", plan)

    def open_trend(self, points: list[str]) -> None:
        """The trend page with these points."""
        self._go("trends", " ".join(points))

    def open_bench(self, point: str) -> None:
        """The bench, reading this point by hand."""
        self._go("commissioning", point)

    def back(self) -> None:
        """Where one was before."""
        if self._been:
            name, subject = self._been.pop()
            self._show(name, subject)

    def made_screen(self, name: str) -> QWidget | None:
        """The screen, made if it was not yet; ``None`` if there is none of that name."""
        if name not in self._screens:
            module = f"console.ui.{name}.screen"
            if name not in CLASSES or find_spec(f"console.ui.{name}") is None or find_spec(module) is None:
                return None
            made = getattr(import_module(module), CLASSES[name])(self._picture, self._desk, self)
            if self._remember:
                for table in made.findChildren(TableView):
                    table.restore_columns(settings())
            self._screens[name] = made
            self._stack.addWidget(made)
        return self._screens[name]

    def _go(self, name: str, subject: str) -> None:
        if self._here and (self._here, self._subject) != (name, subject):
            self._been.append((self._here, self._subject))
            del self._been[:-50]
        self._show(name, subject)

    def _show(self, name: str, subject: str) -> None:
        screen = self.made_screen(name)
        if screen is None:
            return
        self._here, self._subject = name, subject
        been_here = screen.focusWidget()
        self._stack.setCurrentWidget(screen)
        self.nav.set_open(name)
        self.topbar.set_screen(name)
        if subject and name in SUBJECTS:
            show, of = SUBJECTS[name]
            getattr(screen, show)(of(subject))
        focused = QApplication.focusWidget()
        if been_here is None or not been_here.isVisible():
            (self._largest_table() or screen).setFocus(
                Qt.FocusReason.ShortcutFocusReason
            )  # a list that shows later takes it from there
        elif focused is None or not screen.isAncestorOf(focused):
            been_here.setFocus(Qt.FocusReason.ShortcutFocusReason)  # Qt goes back by itself only from a page that had the focus

    def _largest_table(self) -> TableView[Any] | None:
        """Of those that are on the screen; the one with the focus before all."""
        focused = QApplication.focusWidget()
        tables = [table for table in self._stack.findChildren(TableView) if table.isVisible()]
        return max(tables, key=lambda table: (table is focused, table.width() * table.height()), default=None)

    def _open_shift(self, page: str) -> None:
        self._go("shift", page)

    def _open_lamp(self, key: str) -> None:
        self.open_screen("alarms")
        screen = self.made_screen("alarms")
        if screen is not None and hasattr(screen, "show_lamp"):
            screen.show_lamp(key)

    # --- panels and what the program has to say

    def open_signon(self) -> None:
        """The sign-on panel."""
        self.veil.open(self.signon)

    def do_search(self) -> None:
        """Ctrl+K."""
        self.veil.open(self.palette_panel)

    def do_export(self) -> None:
        """What is shown: the list with the focus, else the largest one on the screen."""
        table = self._largest_table()
        if table is not None:
            self.export_table(table)
        else:
            self.show_refusal(Problem("widgets.export.nothing", {}))

    def export_table(self, table: TableView[Any]) -> None:
        """As xlsx, csv or PDF."""
        self.exporter.ask(table, tr(f"shell.screen.{self._here}"))

    def _exported(self, file: str, rows: int) -> None:
        self._refusal.say(tr("widgets.export.done", file=file, count=rows), wrong=False)
        self._refusal_timer.start()

    def do_stop(self) -> None:
        """Stop monitoring, after a confirmation."""
        self.veil.open(self.stop_panel)

    def do_language(self) -> None:
        """The other language, live."""
        self.change_language(ENGLISH if language() == CHINESE else CHINESE)

    def do_theme(self) -> None:
        """The other theme, live."""
        self.change_theme(theme.OFFICE if theme.current() == theme.CONTROL else theme.CONTROL)

    def change_language(self, wanted: str) -> None:
        """Every word anew."""
        set_language(wanted)
        if self._remember:
            remember("language", wanted)
        self.retranslate()
        self._picture.change_language()

    def change_theme(self, wanted: str) -> None:
        """Every colour anew."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, wanted)
        if self._remember:
            remember("theme", wanted)
        self.retranslate()
        self._picture.change_language()

    def show_refusal(self, problem: Problem) -> None:
        """A refusal that nobody else shows."""
        self._refusal.say(sentence(problem))
        self._refusal_timer.start()

    def say(self, text: str) -> None:
        """Something that stays until it is closed."""
        self._refusal_timer.stop()
        self._refusal.say(text)

    def retranslate(self) -> None:
        """The shell's own words; screens follow ``language_changed`` or their ``retranslate``."""
        self.setWindowTitle(f"{self._picture.estate.site.name.get(language())} {tr('shell.program')}".strip())
        for part in (self.topbar, self.nav, self.strip, self.signon, self.palette_panel, self.stop_panel):
            part.retranslate()
        for name, button in self._tools.items():
            button.setIcon(icons.icon(name, theme.colour("dim")))
            button.setToolTip(tr(f"shell.do.{name}"))
        for screen in self._screens.values():
            screen.retranslate()  # type: ignore[attr-defined] # every screen has it
        self._link(self._picture.link)

    def _link(self, state: str) -> None:
        if self._picture.live:
            self._link_notice.hide()
        elif state == "connecting" and not self._picture.revision:
            self._link_notice.say(tr("shell.link.connecting"), closable=False)
        elif state != "live":
            problem = self._picture.link_problem
            if problem is not None and problem.code in SIGN_ON_FIRST and self.veil.panel is None:
                self.open_signon()
            reason = sentence(problem) if problem is not None else ""
            self._link_notice.say(tr("shell.link.lost", reason=reason), closable=False)

    def _replaced(self) -> None:
        self.setWindowTitle(f"{self._picture.estate.site.name.get(language())} {tr('shell.program')}".strip())
        self._link("live")
        if self._picture.me and self.veil.panel is self.signon:
            self.veil.close_panel()
        self._people()

    def _people(self) -> None:
        if self._picture.set_up and self.veil.panel is None:
            self.open_signon()

    # --- the window itself

    def _restore(self) -> None:
        geometry = settings().value("geometry") if self._remember else None
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            self.resize(1600, 900)
        self.setMinimumSize(1024, 640)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember where the window stood, and how the columns were left."""
        if self._remember:
            remember("geometry", self.saveGeometry())
            for table in self._stack.findChildren(TableView):
                table.save_columns(settings())
        super().closeEvent(event)
