"""Documents and photos of a card: dropped or chosen, shown small, opened with the system's own program."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QTemporaryDir, QThreadPool, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QDragEnterEvent, QDropEvent, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QListView, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from console.domain.maintenance.files import LARGEST_PART, PICTURES, Attachment
from console.domain.problems import Problem
from console.link.ledger import KeptFileAnswer, KeptFileQuery
from console.link.messages import Answer
from console.texts import sentence, tr
from console.ui import icons, theme
from console.ui.desk import Desk
from console.ui.system.store import size_text
from console.ui.uploads import Uploads
from console.ui.widgets.cards import label

SMALL = 72  # pixels
_SAFE = re.compile(r"[^\w.\-() \u4e00-\u9fff]+")


class _Told(QObject):
    """Carries a small picture out of its thread."""

    made = Signal(str, QImage)  # sha, picture


class _Shrink(QRunnable):
    """Decodes and shrinks a picture: 12 million pixels take a tenth of a second, which no window has."""

    def __init__(self, sha: str, data: bytes, told: _Told) -> None:
        super().__init__()
        self._sha, self._data, self._told = sha, data, told

    def run(self) -> None:
        image = QImage.fromData(self._data)
        if not image.isNull():
            small = image.scaled(SMALL, SMALL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            self._told.made.emit(self._sha, small)


class FileList(QWidget):
    """``changed``: the files as they are to be from now on."""

    changed = Signal(object)  # tuple[Attachment, ...]

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._files: tuple[Attachment, ...] = ()
        self._queue: list[str] = []
        self._editable = False
        self._small: dict[str, QImage] = {}
        self._asked: set[str] = set()
        self._folder: QTemporaryDir | None = None
        self._told = _Told(self)
        self._told.made.connect(self._shrunk)
        self._uploads = Uploads(desk, self)
        self._uploads.done.connect(self._kept)
        self._uploads.failed.connect(self._failed)
        self.list = QListWidget()
        self.list.setObjectName("ledger_files")
        self.list.setViewMode(QListView.ViewMode.ListMode)
        self.list.setMinimumHeight(SMALL + 12)
        self.list.setIconSize(QSize(SMALL, SMALL))
        self.list.itemDoubleClicked.connect(self.open_current)
        self.list.currentItemChanged.connect(self._buttons)
        self.says = label(role="dim", wrap=True)
        self.says.setObjectName("ledger_files_says")
        self.add, self.open, self.remove = QPushButton(), QPushButton(), QPushButton()
        for button, name, act in (
            (self.add, "add", self._choose), (self.open, "open", self.open_current), (self.remove, "remove", self.remove_current),
        ):  # fmt: skip
            button.setObjectName(f"ledger_file_{name}")
            button.clicked.connect(act)
        row = QHBoxLayout()
        for button in (self.add, self.open, self.remove):
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.says)
        layout.addLayout(row)
        self.setAcceptDrops(True)
        self.retranslate()

    def retranslate(self) -> None:
        """All words."""
        self.add.setText(tr("ledger.files.add"))
        self.open.setText(tr("ledger.files.open"))
        self.remove.setText(tr("ledger.files.remove"))
        self._fill()

    def show_files(self, files: tuple[Attachment, ...], *, editable: bool) -> None:
        """These."""
        self._editable = editable
        if files != self._files:
            self._files = files
            self.says.clear()
        self._fill()

    def _fill(self) -> None:
        at = self.list.currentRow()
        self.list.clear()
        for each in self._files:
            item = QListWidgetItem(tr("ledger.files.line", name=each.title or each.name, size=size_text(each.size)))
            item.setToolTip(each.name)
            item.setIcon(self._icon(each))
            self.list.addItem(item)
        self.list.setCurrentRow(min(max(at, 0), len(self._files) - 1))
        if not self._files and not self.says.text():
            self.says.setText(tr("ledger.files.none"))
        self._buttons()

    def _buttons(self, *_: object) -> None:
        there = 0 <= self.list.currentRow() < len(self._files)
        self.add.setEnabled(self._editable)
        self.open.setEnabled(there)
        self.remove.setEnabled(there and self._editable)

    # --- small pictures

    def _icon(self, each: Attachment) -> QIcon:
        if each.sha in self._small:
            return QIcon(QPixmap.fromImage(self._small[each.sha]))
        if each.kind in PICTURES and each.size <= LARGEST_PART and each.sha not in self._asked:
            self._asked.add(each.sha)
            self._desk.query(lambda id: KeptFileQuery(id, each.sha), lambda answer: self._shrink(each.sha, answer), _unheard)
        return icons.icon("ledger", QColor(theme.colour("dim")))

    def _shrink(self, sha: str, answer: Answer) -> None:
        if isinstance(answer, KeptFileAnswer):
            QThreadPool.globalInstance().start(_Shrink(sha, answer.data, self._told))

    def _shrunk(self, sha: str, picture: QImage) -> None:
        self._small[sha] = picture
        for row, each in enumerate(self._files):
            item = self.list.item(row)
            if each.sha == sha and item is not None:
                item.setIcon(QIcon(QPixmap.fromImage(picture)))

    # --- adding and removing

    def send(self, files: list[str]) -> None:
        """Send these, one after the other."""
        self._queue += files
        if len(self._queue) == len(files):
            self._next()

    def _next(self) -> None:
        if self._queue:
            name = Path(self._queue[0]).name
            self.says.setText(tr("ledger.files.sending", name=name, percent=0))
            self._uploads.send(self._queue[0])

    def _kept(self, file: Attachment) -> None:
        self.says.clear()
        if all(each.sha != file.sha for each in self._files):
            self._files = (*self._files, file)
            self.changed.emit(self._files)
        self._fill()
        del self._queue[:1]
        self._next()

    def _failed(self, words: str) -> None:
        del self._queue[:1]
        self.says.setText(words)
        if self._queue:
            self._uploads.send(self._queue[0])

    def remove_current(self) -> None:
        """The chosen one is no part of the card any more; earlier versions keep it."""
        row = self.list.currentRow()
        if 0 <= row < len(self._files) and self._editable:
            self._files = self._files[:row] + self._files[row + 1 :]
            self.changed.emit(self._files)
            self._fill()

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("ledger.files.pick"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.send)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped."""
        if self._editable and event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """As if they had been chosen."""
        self.send([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])

    # --- opening

    def open_current(self, *_: object) -> None:
        """Fetch the chosen file and hand it to the system's program."""
        row = self.list.currentRow()
        if 0 <= row < len(self._files):
            self._fetch(self._files[row], bytearray())

    def _fetch(self, file: Attachment, got: bytearray) -> None:
        self.says.setText(tr("ledger.files.fetching", name=file.name, percent=round(100 * len(got) / max(1, file.size))))

        def came(answer: Answer) -> None:
            if not isinstance(answer, KeptFileAnswer):
                return
            got.extend(answer.data)
            if len(got) < answer.size and answer.data:
                self._fetch(file, got)
            else:
                self._open(file, bytes(got))

        self._desk.query(lambda id: KeptFileQuery(id, file.sha, len(got)), came, self._not_fetched)

    def _not_fetched(self, problem: Problem) -> None:
        self.says.setText(sentence(problem))

    def _open(self, file: Attachment, data: bytes) -> None:
        if self._folder is None:
            self._folder = QTemporaryDir()
        folder = Path(self._folder.path()) / file.sha[:12]
        stem = _SAFE.sub("_", file.name.rpartition(".")[0])[:80] or "file"
        path = folder / f"{stem}.{file.kind}"  # its own kind's ending, whatever it was called: nothing is run by its name
        try:
            folder.mkdir(exist_ok=True)
            if not path.exists():
                path.write_bytes(data)
        except OSError as error:
            self.says.setText(tr("ledger.files.unreadable", name=file.name, reason=error.strerror or str(error)))
            return
        self.says.clear()
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.says.setText(tr("ledger.files.unopened", name=file.name, path=str(path)))


def _unheard(_problem: Problem) -> None:
    """A small picture that does not come leaves its sign in place."""
