"""The pages that a PDF is made of: margins, the head and foot of each, and the pen's place on it."""

from __future__ import annotations

import io
from zoneinfo import ZoneInfo

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from console.domain.documents import Document
from console.papers import fonts
from console.papers.cells import local
from console.texts import tr

MARGIN = 42.0  # points: 15 mm
HEAD, FOOT = 26.0, 30.0  # kept free for the head and the foot
BODY, SMALL, TITLE = 9.0, 7.5, 16.0  # sizes of letters in points
LEADING = 1.45  # lines are so many times the letters' size apart
INK, PALE, RULE = 0.1, 0.45, 0.75  # shades of grey: 0 is black
BOX = "□"  # to be ticked
_TOTAL = "total"
_DIGITS = "00"  # kept free for how many pages there are


class Pages:
    """Draws from top to bottom; ``y`` is how far down the pen is (points from the lower edge, as PDF counts)."""

    def __init__(self, paper: Document) -> None:
        fonts.face()
        self.size = landscape(A4) if paper.landscape else A4
        self.paper, self._made = paper, f"{local(paper.at, ZoneInfo(paper.timezone)):%Y-%m-%d %H:%M}"
        self._out = io.BytesIO()
        # invariant: the same paper is the same bytes, so that a checksum tells whether it was changed
        self.canvas = Canvas(self._out, pagesize=self.size, invariant=1, pageCompression=1)
        self.canvas.setTitle(paper.title)
        self.canvas.setAuthor(paper.by)
        self.canvas.setSubject(paper.estate)
        self.canvas.setCreator("Building Console")
        self.number = 0
        self.left, self.right = MARGIN, self.size[0] - MARGIN
        self.top, self.bottom = self.size[1] - MARGIN - HEAD, MARGIN + FOOT
        self.y = self.top
        self._begin()

    @property
    def room(self) -> float:
        """Between the margins."""
        return float(self.right - self.left)

    def need(self, height: float) -> bool:
        """Go to the next page unless ``height`` fits on this one; True if it went."""
        if self.y - height >= self.bottom or self.y >= self.top:
            return False
        self.turn()
        return True

    def turn(self) -> None:
        """To the next page."""
        self.canvas.showPage()
        self._begin()

    def close(self) -> bytes:
        """The whole file."""
        self.canvas.showPage()
        self.canvas.beginForm(_TOTAL)  # how many pages there are is known only now
        self._text(0, 0, f"{self.number}{self._page_words(self.number)[2]}", SMALL, PALE)
        self.canvas.endForm()
        self.canvas.save()
        return self._out.getvalue()

    def text(self, x: float, y: float, text: str, size: float = BODY, *, shade: float = INK, bold: bool = False) -> None:
        """One line from ``x`` on."""
        self._text(x, y, text, size, shade, bold=bold)

    def text_right(self, x: float, y: float, text: str, size: float = BODY, *, shade: float = INK, bold: bool = False) -> None:
        """One line that ends at ``x``."""
        self._text(x - fonts.width(text, size), y, text, size, shade, bold=bold)

    def lines(self, lines: list[str], size: float = BODY, *, shade: float = INK, bold: bool = False, indent: float = 0.0) -> None:
        """Lines under each other, over as many pages as they need."""
        step = size * LEADING
        for line in lines:
            self.need(step)
            self.y -= step
            self.text(self.left + indent, self.y + 0.3 * size, line, size, shade=shade, bold=bold)

    def rule(self, y: float, left: float = 0.0, right: float = 0.0, *, shade: float = RULE, width: float = 0.5) -> None:
        """A horizontal line."""
        self.canvas.setStrokeGray(shade)
        self.canvas.setLineWidth(width)
        self.canvas.line(left or self.left, y, right or self.right, y)

    def _text(self, x: float, y: float, text: str, size: float, shade: float, *, bold: bool = False) -> None:
        canvas = self.canvas
        if BOX in text:  # the font's own is too small for a pen
            for number, part in enumerate(text.split(BOX)):
                if number:
                    canvas.setStrokeGray(shade)
                    canvas.setLineWidth(0.6)
                    canvas.rect(x + 0.05 * size, y - 0.1 * size, 0.9 * size, 0.9 * size, stroke=1, fill=0)
                    x += max(fonts.width(BOX, size), size)
                if part:
                    self._text(x, y, part, size, shade, bold=bold)
                    x += fonts.width(part, size)
            return
        canvas.setFillGray(shade)
        if not bold:
            line = canvas.beginText(x, y)
            line.setFont(fonts.NAME, size)
            line.textOut(text)
            canvas.drawText(line)
            return
        canvas.saveState()  # the font has one weight: its outline is drawn, too
        canvas.setStrokeGray(shade)
        canvas.setLineWidth(size / 32)
        line = canvas.beginText(x, y)
        line.setFont(fonts.NAME, size)
        line.setTextRenderMode(2)
        line.textOut(text)
        canvas.drawText(line)
        canvas.restoreState()

    def _begin(self) -> None:
        paper, language = self.paper, self.paper.language
        self.number += 1
        self.y = self.top
        at = self.size[1] - MARGIN - SMALL
        self.text(self.left, at, paper.estate, SMALL, shade=PALE)
        self.text_right(self.right, at, f"{paper.title}  {paper.number}".rstrip(), SMALL, shade=PALE)
        self.rule(at - 5)
        foot = MARGIN + SMALL
        self.rule(foot + SMALL + 4)
        made = tr("papers.made_by" if paper.by else "papers.made", language, at=self._made, by=paper.by)
        self.text(self.left, foot, made, SMALL, shade=PALE)
        if paper.footer:
            self.text(self.left, foot - SMALL * LEADING, paper.footer, SMALL, shade=PALE)
        before, _, after = self._page_words(self.number)
        start = self.right - fonts.width(f"{before}{_DIGITS}{after}", SMALL)
        self.text(start, foot, before, SMALL, shade=PALE)
        self.canvas.saveState()
        self.canvas.translate(start + fonts.width(before, SMALL), foot)
        self.canvas.doForm(_TOTAL)
        self.canvas.restoreState()

    def _page_words(self, number: int) -> tuple[str, str, str]:
        """What stands before and behind how many pages there are."""
        return tr("papers.page", self.paper.language, number=number, total="\0").partition("\0")
