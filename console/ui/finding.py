"""The names of the estate, ready to be searched: machines and points by id, name in both languages, place and pinyin.

Made in a thread whenever the configuration changes; a search is one pass over prepared texts (50,000 names: about 30 ms).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, QTimer, Signal

from console.domain.estate import Equipment, Location, Point
from console.ui.picture import Picture
from console.ui.pinyin import findable, matches, near, nearly

LOOK_MS = 50  # how often it is looked whether the thread is done; the thread itself touches nothing of Qt (ADR 6)

WAIT_S = 0.01  # so long a search waits for them: well below a frame

Found = tuple[list[str], list[str]]  # what is searched, and the ids beside it
Made = tuple[int, Found, Found]  # the turn, machines, points


class Names(QObject):
    """See the module. One for a picture: :func:`names_of`."""

    ready = Signal()

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self._picture = picture
        self._equipment: Found = ([], [])
        self._points: Found = ([], [])
        self._made: SimpleQueue[Made] = SimpleQueue()
        self._working = 0  # threads
        self._turn = 0
        self._fresh = False  # nobody was told yet
        self._later = QTimer(self)
        self._later.setInterval(LOOK_MS)
        self._later.timeout.connect(self._tick)
        picture.replaced.connect(self._build)
        if picture.revision:
            self._build()

    def equipment(self, words: Sequence[str], most: int, *, about: bool = False) -> list[str]:
        """Ids of the first ``most`` machines that fit; ``about``: those that nearly do."""
        return _search(self._equipment, words, most, about=about)

    def points(self, words: Sequence[str], most: int, *, about: bool = False) -> list[str]:
        """The same of points."""
        return _search(self._points, words, most, about=about)

    def _build(self) -> None:
        picture = self._picture
        self._turn += 1
        work = (self._made, self._turn, list(picture.equipment.values()), list(picture.points.values()), dict(picture.locations))
        self._working += 1
        threading.Thread(target=_spell, args=work, name="names", daemon=True).start()
        self._later.start()

    def settle(self) -> None:
        """Before a search: take what is ready, or will be in a moment."""
        self._take(WAIT_S)

    def _tick(self) -> None:
        self._take(0.0)
        if not self._working:
            self._later.stop()
        if self._fresh:
            self._fresh = False
            self.ready.emit()

    def _take(self, wait: float) -> None:
        """What was made for an earlier configuration is of no use."""
        while self._working:
            try:
                turn, machines, points = self._made.get(timeout=wait) if wait else self._made.get_nowait()
            except Empty:
                return
            self._working -= 1
            if turn == self._turn:
                self._equipment, self._points, self._fresh = machines, points, True


def _spell(made: SimpleQueue[Made], turn: int, machines: list[Equipment], points: list[Point], places: dict[str, Location]) -> None:
    """The thread. What it reads is frozen."""
    texts: dict[str, tuple[str, ...]] = {}
    for machine in machines:
        place = places.get(machine.location)
        where = (place.name.zh, place.name.en) if place is not None else ()
        texts[machine.id] = (machine.id, machine.name.zh, machine.name.en, *where)
    of_machines = [findable(*of) for of in texts.values()], list(texts)
    spelled = [findable(point.id, point.name.zh, point.name.en, *texts.get(point.equipment, ())[1:3]) for point in points]
    made.put((turn, of_machines, (spelled, [point.id for point in points])))


def names_of(picture: Picture) -> Names:
    """The names of this picture, made at the first call."""
    found = picture.findChild(Names)
    return found if found is not None else Names(picture)


def _search(within: Found, words: Sequence[str], most: int, *, about: bool) -> list[str]:
    found: list[str] = []
    patterns = near(words) if about else []
    if about and not patterns:
        return found
    for text, id in zip(*within, strict=True):
        if nearly(patterns, text) if about else matches(words, text):
            found.append(id)
            if len(found) == most:
                break
    return found
