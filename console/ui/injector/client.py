"""The injector's end of the control port: JSON lines over TCP (docs/demo.md), never blocking, reconnecting by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QAbstractSocket, QHostAddress, QTcpSocket

_RETRY_MS = 1000

Answered = Callable[[dict[str, Any]], None]


class InjectorClient(QObject):
    """GUI thread only. ``told`` carries pushed events, ``live_changed`` whether the simulator answers."""

    live_changed = Signal(bool)
    told = Signal(object)

    def __init__(self, port: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.port = port
        self.live = False
        self._next = 0
        self._waiting: dict[int, Answered] = {}
        self._socket = QTcpSocket(self)
        self._socket.connected.connect(self._on_connected)
        self._socket.disconnected.connect(self._on_lost)
        self._socket.errorOccurred.connect(self._on_lost)
        self._socket.readyRead.connect(self._on_ready)
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(_RETRY_MS)
        self._retry.timeout.connect(self.start)

    def start(self) -> None:
        """Connect; goes on trying until :meth:`stop`."""
        if self._socket.state() == QAbstractSocket.SocketState.UnconnectedState:
            self._socket.connectToHost(QHostAddress(QHostAddress.SpecialAddress.LocalHost), self.port)

    def stop(self) -> None:
        """Hang up for good."""
        self._retry.stop()
        self._socket.blockSignals(True)
        self._socket.abort()

    def ask(self, request: dict[str, Any], answered: Answered | None = None) -> None:
        """Send a request; ``answered`` gets the answer, or nothing if the connection ends first."""
        if not self.live:
            return
        self._next += 1
        if answered is not None:
            self._waiting[self._next] = answered
        self._socket.write(json.dumps({"id": self._next, **request}).encode() + b"\n")

    def _on_connected(self) -> None:
        self.live = True
        self.live_changed.emit(True)

    def _on_lost(self) -> None:
        was, self.live = self.live, False
        self._waiting.clear()
        self._socket.abort()
        self._retry.start()
        if was:
            self.live_changed.emit(False)

    def _on_ready(self) -> None:
        while self._socket.canReadLine():
            message = json.loads(bytes(self._socket.readLine().data()))
            answered = self._waiting.pop(message.get("id", 0), None)
            if answered is not None:
                answered(message)
            elif "event" in message:
                self.told.emit(message)
