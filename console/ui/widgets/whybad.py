"""Why a point has no good value, in the collector's own sentence: it knows the line, the device and the raw data."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from console.domain.estate import Point
from console.domain.problems import Problem
from console.domain.times import SECOND
from console.link.bench import WhyBadAnswer, WhyBadQuery
from console.link.messages import Answer
from console.texts import sentence
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.values import why_bad
from console.ui.widgets.cards import set_role

FRESH = 5 * SECOND  # a reason is asked for again after so long


class WhyLabel(QLabel):
    """Hidden while there is nothing to explain. What the screen itself knows stands there until the collector answers."""

    def __init__(self, picture: Picture, desk: Desk, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self, "dim")
        self._picture, self._desk = picture, desk
        self._point: Point | None = None
        self._asked = (0, 0)  # point number, when
        self.hide()

    def show_point(self, point: Point | None) -> None:
        """Explain this point, if it needs to be; call it again whenever the point may have changed."""
        bad = why_bad(self._picture, self._picture.reading(point.id)) if point is not None else ""
        if point is None or not bad:
            self._point, self._asked = None, (0, 0)
            self.hide()
            return
        if self._point is None or self._point.id != point.id or not self.text() or not self._picture.live:
            self.setText(bad)
        self._point = point
        self.show()
        now = self._picture.now()
        if self._picture.live and (self._asked[0] != point.number or not 0 <= now - self._asked[1] < FRESH):
            self._asked = (point.number, now)
            self._ask(point)

    def retranslate(self) -> None:
        """The sentence anew, in the present language."""
        point, self._point, self._asked = self._point, None, (0, 0)
        self.show_point(point)

    def _ask(self, point: Point) -> None:
        def answered(answer: Answer) -> None:
            if isinstance(answer, WhyBadAnswer) and self._point is not None and self._point.id == answer.point:
                more = sentence(answer.because) if answer.because is not None else ""
                self.setText(f"{sentence(answer.problem)} {more}".rstrip())

        def failed(_problem: Problem) -> None:
            """What the screen itself knows stays."""

        self._desk.query(lambda id: WhyBadQuery(id, point.id), answered, failed)
