"""The store: its size and growth, backups, verification, how long records are kept, and what is damaged."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.commands import BackUpNow, Command, ConfirmTime, VerifyNow
from console.domain.health import HealthState
from console.domain.keeping import Keeping, MonthSize, StoreStatus
from console.domain.problems import Problem
from console.link.keeping import StoreAnswer, StoreQuery
from console.link.messages import Answer
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, Card, label
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

EVERY = 15  # seconds between questions while nothing is under way
BUSY_EVERY = 1
DAYS_IN_MONTHS = 90.0  # a longer forecast is told in months
DAYS_A_MONTH = 30.44


def size_text(count: float) -> str:
    """Bytes as people read them, decimal units as disks are sold."""
    for unit, length in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= length:
            return f"{count / length:.1f} {unit}"
    return f"{count / 1e3:.0f} kB"


def forecast_text(status: StoreStatus) -> str:
    """When the disk will be full at today's rate."""
    if not status.full_days:
        return tr("system.store.forecast.unknown")
    if status.full_days > 3660:
        return tr("system.store.forecast.long")
    if status.full_days > DAYS_IN_MONTHS:
        return tr("system.store.forecast.months", count=round(status.full_days / DAYS_A_MONTH))
    return tr("system.store.forecast.days", count=round(status.full_days))


class _Facts(Card):
    """A card of names and values; a value that is trouble is marked."""

    def __init__(self, heading: str, names: tuple[str, ...]) -> None:
        super().__init__()
        self._heading = heading
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(GAP)
        self.body.addLayout(self._grid)
        self._names: dict[str, QLabel] = {}
        self.values: dict[str, QLabel] = {}
        for row, name in enumerate(names):
            self._names[name] = label(role="dim")
            self.values[name] = label(wrap=True, selectable=True)
            self.values[name].setObjectName(f"store_{name}")
            self._grid.addWidget(self._names[name], row, 0)
            self._grid.addWidget(self.values[name], row, 1)
        self.problem = label(role="error", wrap=True)
        self.body.addWidget(self.problem)
        self.bar = QHBoxLayout()
        self.body.addLayout(self.bar)
        self.body.addStretch(1)

    def retranslate(self) -> None:
        self.set_heading(tr(self._heading))
        for name, title in self._names.items():
            title.setText(tr(f"system.store.{name}"))

    def say(self, problem: Problem | None) -> None:
        self.problem.setText("" if problem is None else sentence(problem))
        self.problem.setVisible(problem is not None)


class StorePage(QWidget):
    """See the module. Asks the collector while it is looked at."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._status: StoreStatus | None = None
        self._policy = Keeping()
        self._left = 0
        self._asking = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        top = QHBoxLayout()
        top.setSpacing(GAP)
        layout.addLayout(top)
        self.space = _Facts("system.store.space", ("size", "free", "daily", "forecast", "backlog", "shed"))
        self.backup = _Facts("system.store.backup", ("last_backup", "backup_size", "backup_folder", "next_backup", "kept"))
        self.care = _Facts("system.store.care", ("verified", "damaged", "ledgers", "history", "removed"))
        for card in (self.space, self.backup, self.care):
            top.addWidget(card, 1)
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        keeps = self.progress.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(keeps)
        self.back_up, self.verify, self.confirm = QPushButton(), QPushButton(), QPushButton()
        for button, name, card in (
            (self.back_up, "back_up", self.backup), (self.verify, "verify", self.care), (self.confirm, "confirm", self.space),
        ):  # fmt: skip
            button.setObjectName(f"store_{name}")
            card.bar.addWidget(button)
        self.backup.bar.addWidget(self.progress, 1)
        for card in (self.space, self.care):
            card.bar.addStretch(1)
        self.back_up.clicked.connect(self._ask_back_up)
        self.verify.clicked.connect(self._ask_verify)
        self.confirm.clicked.connect(self._ask_confirm)
        self._refusal = label(role="error", wrap=True)
        self._refusal.setObjectName("store_refused")
        layout.addWidget(self._refusal)
        self.damage_title = label(role="dim")
        self._damage_model: RowModel[tuple[int, Problem]] = RowModel(self._damage_columns(), lambda row: row[0], self)
        self.damage: TableView[tuple[int, Problem]] = TableView(self._damage_model, "store_damage")
        self._months_model: RowModel[MonthSize] = RowModel(self._month_columns(), lambda month: month.name, self)
        self.months: TableView[MonthSize] = TableView(self._months_model, "store_months")
        layout.addWidget(self.damage_title)
        layout.addWidget(self.damage, 1)
        self.months_title = label(role="dim")
        layout.addWidget(self.months_title)
        layout.addWidget(self.months, 2)
        picture.ticked.connect(self._tick)
        picture.health_changed.connect(self._show)
        picture.people_changed.connect(self._show)
        self.retranslate()

    def _damage_columns(self) -> list[Column[tuple[int, Problem]]]:
        return [Column("what", "system.store.what", 0, lambda row: sentence(row[1]), tooltip=lambda row: sentence(row[1]))]

    def _month_columns(self) -> list[Column[MonthSize]]:
        return [
            Column("month", "system.store.month", 260, lambda month: month.name),
            Column("size", "system.store.size", 140, lambda m: size_text(m.bytes), align=RIGHT, sort=lambda m: m.bytes),
            Column("state", "system.store.state", 0, lambda m: tr("system.store.closed" if m.closed else "system.store.open")),
        ]

    # --- asking

    def load(self) -> None:
        """Ask now."""
        self._left = 0
        self._tick()

    def _tick(self) -> None:
        self._left -= 1
        if self._left > 0 or self._asking or not self.isVisible() or not self._picture.live:
            return
        self._asking = True
        self._left = BUSY_EVERY if self._status is not None and self._status.busy else EVERY
        self._desk.query(StoreQuery, self._came, self._failed)

    def _came(self, answer: Answer) -> None:
        self._asking = False
        if isinstance(answer, StoreAnswer):
            self._status, self._policy = answer.status, answer.policy
            if answer.status.busy:
                self._left = BUSY_EVERY
            self._show()

    def _failed(self, problem: Problem) -> None:
        self._asking = False
        self._refused(problem)

    def _ask_back_up(self) -> None:
        self._ask(BackUpNow())

    def _ask_verify(self) -> None:
        self._ask(VerifyNow())

    def _ask_confirm(self) -> None:
        self._ask(ConfirmTime())

    def _ask(self, command: Command) -> None:
        self._refusal.hide()
        self._desk.ask(command, self._done, self._refused)

    def _done(self, _number: int) -> None:
        self.load()

    def _refused(self, problem: Problem) -> None:
        self._refusal.setText(sentence(problem))
        self._refusal.show()

    # --- showing

    def retranslate(self) -> None:
        """All words."""
        for card in (self.space, self.backup, self.care):
            card.retranslate()
        self.back_up.setText(tr("system.store.back_up_now"))
        self.verify.setText(tr("system.store.verify_now"))
        self.confirm.setText(tr("system.store.confirm_time"))
        self.damage_title.setText(tr("system.store.damage"))
        self.months_title.setText(tr("system.store.months"))
        self._refusal.setVisible(False)
        self._damage_model.refresh()
        self._months_model.refresh()
        self._show()

    def _show(self) -> None:
        status = self._status or StoreStatus()
        self._show_space(status)
        self._show_backup(status)
        self._show_care(status)
        may = self._picture.may(Right.CONFIGURE)
        for button in (self.back_up, self.verify):
            button.setEnabled(may and not status.busy)
            button.setToolTip("" if may else tr("system.store.denied"))
        self.back_up.setEnabled(self.back_up.isEnabled() and self._policy.backup is not None)
        clock = self._picture.health.get("clock")
        self.confirm.setVisible(clock is not None and clock.state is HealthState.DEGRADED)
        self.progress.setVisible(status.busy == "backup")
        self.progress.setValue(round(100 * status.done))
        self._damage_model.set_rows(list(enumerate(status.damage)))
        self.damage.setVisible(bool(status.damage))
        self.damage_title.setVisible(bool(status.damage))
        self._months_model.set_rows(sorted(status.months, key=lambda month: month.name, reverse=True))

    def _show_space(self, status: StoreStatus) -> None:
        recorder, store = self._picture.health.get("recorder"), self._picture.health.get("store")
        values = self.space.values
        values["size"].setText(size_text(status.size))
        values["free"].setText(size_text(status.free))
        values["daily"].setText(tr("system.store.a_day", size=size_text(status.daily)) if status.daily else "–")
        values["forecast"].setText(forecast_text(status))
        queue, journal = (recorder.figures.get(name, 0.0) if recorder else 0.0 for name in ("queue", "journal"))
        values["backlog"].setText(tr("system.store.waiting", queue=round(queue), journal=round(journal)))
        values["shed"].setText(str(recorder.counters.get("shed", 0) if recorder else 0))
        worst = next((line.problem for line in (recorder, store) if line is not None and line.problem is not None), None)
        self.space.say(worst)

    def _show_backup(self, status: StoreStatus) -> None:
        policy, values = self._policy.backup, self.backup.values
        values["last_backup"].setText(self._moment(status.backup_at))
        values["backup_size"].setText(size_text(status.backup_bytes) if status.backup_at else "–")
        values["backup_folder"].setText(policy.folder if policy is not None else tr("system.store.no_backup"))
        values["next_backup"].setText(self._moment(status.next_backup))
        values["kept"].setText(str(policy.keep) if policy is not None else "–")
        line = self._picture.health.get("backup")
        self.backup.say(line.problem if line is not None and policy is not None else None)

    def _show_care(self, status: StoreStatus) -> None:
        values = self.care.values
        checked = self._moment(status.verified_at)
        values["verified"].setText(tr("system.store.verifying") if status.busy == "verify" else checked)
        sound = tr("system.store.none") if status.verified_at else "–"
        values["damaged"].setText(tr("system.store.parts", count=len(status.damage)) if status.damage else sound)
        ledgers = self._policy.ledger_years
        values["ledgers"].setText(tr("system.store.years", years=f"{ledgers:g}") if ledgers else tr("system.store.for_ever"))
        values["history"].setText(tr("system.store.years", years=f"{self._policy.history_years:g}"))
        values["removed"].setText(f"{self._moment(status.removed_at)}  {status.removed}" if status.removed_at else "–")
        self.care.say(None)

    def _moment(self, at: int) -> str:
        return full_text(at, self._picture.estate.site.timezone) if at else "–"
