"""The names of the estate, ready to be searched: machines and points by id, name in both languages, place and pinyin.

Made in a thread whenever the configuration changes; a search is one pass over prepared texts (50,000 names: about 30 ms).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from console.domain.estate import Equipment, Location, Point
from console.ui.picture import Picture
from console.ui.pinyin import findable, matches, near, nearly

Found = tuple[list[str], list[str]]  # what is searched, and the ids beside it


class Names(QObject):
    """See the module. One for a picture: :func:`names_of`."""

    ready = Signal()

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self._picture = picture
        self._equipment: Found = ([], [])
        self._points: Found = ([], [])
        self._thread: threading.Thread | None = None
        self._turn = 0
        picture.replaced.connect(self._build)
        if picture.revision:
            self._build()

    def equipment(self, words: Sequence[str], most: int, *, about: bool = False) -> list[str]:
        """Ids of the first ``most`` machines that fit; ``about``: those that nearly do."""
        return _search(self._equipment, words, most, about=about)

    def points(self, words: Sequence[str], most: int, *, about: bool = False) -> list[str]:
        """The same of points."""
        return _search(self._points, words, most, about=about)

    def wait(self) -> None:
        """Until the names are there (a test, a search before the thread is done)."""
        if self._thread is not None:
            self._thread.join()

    def _build(self) -> None:
        self._turn += 1
        picture = self._picture
        work = (self._turn, list(picture.equipment.values()), list(picture.points.values()), dict(picture.locations))
        self._thread = threading.Thread(target=self._spell, args=work, name="names", daemon=True)
        self._thread.start()

    def _spell(self, turn: int, machines: list[Equipment], points: list[Point], places: dict[str, Location]) -> None:
        """In the thread. What it reads is frozen; what it makes is put in place at once."""
        texts: dict[str, tuple[str, ...]] = {}
        for machine in machines:
            place = places.get(machine.location)
            where = (place.name.zh, place.name.en) if place is not None else ()
            texts[machine.id] = (machine.id, machine.name.zh, machine.name.en, *where)
        found = [findable(*of) for of in texts.values()], list(texts)
        spelled = [findable(point.id, point.name.zh, point.name.en, *texts.get(point.equipment, ())[1:3]) for point in points]
        if turn == self._turn:
            self._equipment, self._points = found, (spelled, [point.id for point in points])
            self.ready.emit()


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
