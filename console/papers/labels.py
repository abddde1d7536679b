"""Labels with a QR code, on sheets of adhesive labels. The code holds what the label says: code, name and place, a line each,
so that any telephone shows it and a scanner at a desk gives the code first."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from console.domain.problems import Refused
from console.papers import fonts

_MM = 72 / 25.4  # points
_MOST_CODE, _MOST_WORDS = 80, 40  # characters in the code: more of them, and it is too fine for a 30 mm label
_GAP = 2.0 * _MM  # between the label's edge and what is printed: printers are off by a millimetre


@dataclass(frozen=True, slots=True)
class Label:
    """What one label says."""

    code: str
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of labels: how many, each label's size, where the first begins, how far they are apart; all in mm."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float = 0.0
    down: float = 0.0

    @property
    def count(self) -> int:
        """Labels on one sheet."""
        return self.columns * self.rows


# A4 sheets as the shops have them; the names say the labels' size in mm.
SHEETS = {
    "70x37": Sheet(3, 8, 70, 37, 0, 0.5),
    "63.5x38.1": Sheet(3, 7, 63.5, 38.1, 7.25, 15.15, 2.5),
    "99.1x38.1": Sheet(2, 7, 99.1, 38.1, 4.65, 15.15, 2.6),
    "105x57": Sheet(2, 5, 105, 57, 0, 6),
    "99.1x67.7": Sheet(2, 4, 99.1, 67.7, 4.65, 13.1, 2.6),
}
STANDARD = "70x37"


def render(labels: list[Label], size: str = "", skip: int = 0) -> bytes:
    """The sheets as a PDF. ``skip`` labels of the first sheet are used up already."""
    sheet = SHEETS.get(size or STANDARD)
    if sheet is None:
        raise Refused("ledger.refused.label", size=size, known=", ".join(SHEETS))
    if not labels:
        raise Refused("ledger.refused.no_labels")
    fonts.face()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setCreator("Building Console")
    place = max(0, skip) % sheet.count
    for label in labels:
        if place == sheet.count:
            canvas.showPage()
            place = 0
        row, column = divmod(place, sheet.columns)
        left = (sheet.left + column * (sheet.width + sheet.across)) * _MM
        top = A4[1] - (sheet.top + row * (sheet.height + sheet.down)) * _MM
        _draw(canvas, label, left, top, sheet)
        place += 1
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: Label, left: float, top: float, sheet: Sheet) -> None:
    height, width = sheet.height * _MM, sheet.width * _MM
    side = min(height - 2 * _GAP, 0.45 * width)
    lines = (label.code[:_MOST_CODE], label.name[:_MOST_WORDS], label.place[:_MOST_WORDS])
    _code(canvas, "\n".join(part for part in lines if part), left + _GAP, top - _GAP, side)
    room = width - side - 3 * _GAP
    x = left + side + 2 * _GAP
    size = min(13.0, height / 8)
    y = top - _GAP - size
    for text, letters, most in ((label.code, size, 2), (label.name, size * 0.85, 3), (label.place, size * 0.72, 3)):
        for line in fonts.wrapped(text, letters, room)[:most] if text else ():
            if y < top - height + _GAP:
                return
            canvas.setFillGray(0)
            canvas.setFont(fonts.NAME, letters)
            canvas.drawString(x, y, line)
            y -= letters * 1.3
        y -= 2


def _code(canvas: Canvas, text: str, left: float, top: float, side: float) -> None:
    """Modules as one path of squares: sharp at every size. Four modules stay white around it."""
    matrix = segno.make(text, error="m", micro=False).matrix
    quiet = 2  # modules; the label's own white edge gives the rest
    module = side / (len(matrix) + 2 * quiet)
    path = canvas.beginPath()
    for row, line in enumerate(matrix):
        for column, dark in enumerate(line):
            if dark:
                path.rect(left + (column + quiet) * module, top - (row + quiet + 1) * module, module, module)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
