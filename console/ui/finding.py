"""The names of the estate, ready to be searched: machines and points by id, name in both languages, place and pinyin.

Made in a thread whenever the configuration changes. All that is searched lies in one text, which a search runs through once.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, QTimer, Signal

from console.domain.estate import Equipment, Location, Point
from console.ui.picture import Picture
from console.ui.pinyin import END, findable, near

LOOK_MS = 50  # how often it is looked whether the thread is done; the thread itself touches nothing of Qt (ADR 6)

WAIT_S = 0.01  # so long a search waits for them: well below a frame


class Index:
    """Texts to search, each with its id. Made in any thread, and not changed afterwards.

    What Latin letters find lies apart from the Chinese: a text of one byte a letter is searched several times as fast.
    """

    def __init__(self, rows: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self.ids: list[str] = []
        latin: list[str] = []
        chinese: list[str] = []
        for id, texts in rows:
            self.ids.append(id)
            line = findable(*texts).replace("\n", " ")
            latin.append(line.encode("ascii", "replace").decode("ascii"))
            chinese.append(line.split(END)[1])
        self._latin, self._chinese = _Lines(latin), _Lines(chinese)
        self._initials = _Lines([line.partition(END)[0] for line in latin])

    def find(self, words: Sequence[str], most: int) -> list[str]:
        """Ids of the first ``most`` in which every word occurs."""
        if not words:
            return self.ids[:most]
        rarest = max(words, key=len)
        found: list[str] = []
        lines, at = self._of(rarest), 0
        while (at := lines.text.find(rarest, at)) >= 0:
            place = lines.place(at)
            at = lines.starts[place + 1]
            if all(word is rarest or word in self._of(word).line(place) for word in words):
                found.append(self.ids[place])
                if len(found) == most:
                    break
        return found

    def _of(self, word: str) -> _Lines:
        """Where a word can stand."""
        return self._latin if word.isascii() else self._chinese

    def nearly(self, words: Sequence[str], most: int) -> list[str]:
        """Ids of the first ``most`` whose initials differ from every word in one letter."""
        patterns, lines = near(words), self._initials
        if not patterns:
            return []
        places: set[int] = set()
        for place in self._candidates(words[0]):
            line = lines.line(place)
            if all(pattern.search(line) for pattern in patterns):
                places.add(place)
                if len(places) == most:
                    break
        return [self.ids[place] for place in sorted(places)]

    def _candidates(self, word: str) -> Iterator[int]:
        """Lines in which a half of ``word`` stands as it is: with one letter wrong the other half is right."""
        lines, half = self._initials, len(word) // 2
        for part in (word[:half], word[half:]):
            at = 0
            while (at := lines.text.find(part, at)) >= 0:
                place = lines.place(at)
                yield place
                at = lines.starts[place + 1]


class _Lines:
    """Lines in one text, and where each begins; ``starts`` has one more, where the text ends."""

    def __init__(self, lines: list[str]) -> None:
        self.text = "\n".join(lines)
        self.starts = array("q", [0])
        end = 0
        for line in lines:
            end += len(line) + 1
            self.starts.append(end)

    def place(self, at: int) -> int:
        """The line in which a letter stands."""
        return bisect_right(self.starts, at) - 1

    def line(self, place: int) -> str:
        """One line, with its end."""
        return self.text[self.starts[place] : self.starts[place + 1]]


Made = tuple[int, Index, Index]  # the turn, machines, points


class Names(QObject):
    """See the module. One for a picture: :func:`names_of`."""

    ready = Signal()

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self._picture = picture
        self._equipment, self._points = Index(()), Index(())
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
        return self._equipment.nearly(words, most) if about else self._equipment.find(words, most)

    def points(self, words: Sequence[str], most: int, *, about: bool = False) -> list[str]:
        """The same of points."""
        return self._points.nearly(words, most) if about else self._points.find(words, most)

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
    of_points = ((point.id, (point.id, point.name.zh, point.name.en, *texts.get(point.equipment, ())[1:3])) for point in points)
    made.put((turn, Index(texts.items()), Index(of_points)))


def names_of(picture: Picture) -> Names:
    """The names of this picture, made at the first call."""
    found = picture.findChild(Names)
    return found if found is not None else Names(picture)
