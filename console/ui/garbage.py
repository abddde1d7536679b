"""Python's cyclic garbage is collected on the GUI thread only.

The collector runs in whatever thread happens to allocate; if that is the link thread and a window is garbage, Qt's destructor
runs on the wrong thread and the program dies. So the automatic collector is off while a window lives, and a timer does its work
here, generation by generation with Python's own thresholds.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from console.ui.picture import Picture

EVERY_MS = 500


class GuiGarbage(QObject):
    """Collects until it is deleted."""

    def __init__(self, parent: QObject, picture: Picture) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.collect()
        gc.freeze()  # what was loaded at the start stays for good and need not be looked at again
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()
        picture.replaced.connect(self.settle)

    def settle(self) -> None:
        """A whole estate came, and stays: a collection that walked through it would hold up the window each time."""
        gc.collect()
        gc.freeze()

    def collect(self) -> None:
        """What Python would have collected by now."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """As it was before."""
        self._timer.stop()
        gc.enable()
        gc.unfreeze()
