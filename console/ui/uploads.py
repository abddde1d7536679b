"""Keeping a file that a person chose: read, judged by its content, sent in parts; what a record may name afterwards is
announced."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from console.domain.maintenance.files import LARGEST_FILE, LARGEST_PART, Attachment, StoreFile, kind_of_file
from console.domain.problems import Problem
from console.texts import sentence, tr
from console.ui.desk import Desk

_MB = 1024 * 1024


class Uploads(QObject):
    """One file at a time. ``done`` gives its :class:`Attachment`, ``failed`` the sentence to show."""

    done = Signal(object)
    failed = Signal(str)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._running = ""

    def choose(self, over: QWidget, title: str) -> None:
        """Let the person choose a file."""
        dialog = QFileDialog(over, title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.send)
        dialog.open()

    def send(self, file: str) -> None:
        """Send a file."""
        path = Path(file)
        try:
            size = path.stat().st_size
            data = path.read_bytes() if size <= LARGEST_FILE else b""
        except OSError as error:
            self.failed.emit(tr("uploads.unreadable", file=file, reason=error.strerror or str(error)))
            return
        if size > LARGEST_FILE:
            self.failed.emit(tr("uploads.large", mb=f"{size / _MB:.0f}", most=LARGEST_FILE // _MB))
            return
        kind = kind_of_file(data, path.name)
        if not kind:
            self.failed.emit(tr("uploads.kind", file=path.name))
            return
        kept = Attachment(sha=hashlib.sha256(data).hexdigest(), name=path.name, kind=kind, size=size)
        self._running = upload = uuid.uuid4().hex
        self._part(upload, kept, data, 0)

    def _part(self, upload: str, kept: Attachment, data: bytes, offset: int) -> None:
        part = data[offset : offset + LARGEST_PART]
        following = offset + len(part)

        def sent(_number: int) -> None:
            if upload != self._running:
                return
            if following < len(data):
                self._part(upload, kept, data, following)
            else:
                self.done.emit(kept)

        def refused(problem: Problem) -> None:
            if upload == self._running:
                self.failed.emit(sentence(problem))

        whole = len(part) == len(data)
        command = StoreFile(kept.name, part) if whole else StoreFile(kept.name, part, upload, offset, len(data))
        self._desk.ask(command, sent, refused)
