"""Everything that belongs to an order, in tabs whose titles say how much of it is done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

from console.domain.accounts import Right
from console.domain.commands import CheckOrderItem
from console.domain.orders import Order
from console.domain.stageclocks import stage_story
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.checklist import ChecklistSection
from console.ui.orders.costsection import CostSection
from console.ui.orders.filesection import FileSection, files_of
from console.ui.orders.outsidesection import OutsideSection
from console.ui.orders.pieces import Section
from console.ui.orders.safetysection import SafetySection
from console.ui.orders.story import Story
from console.ui.people.page import kind_text
from console.ui.picture import Picture
from console.ui.widgets.clocks import span_text
from console.ui.widgets.facts import FactGrid

TABS = ("about", "check", "safety", "cost", "outside", "files", "story")


class OrderTabs(QTabWidget):
    """``opened`` another order; ``wanted`` a form (its maker); ``said`` a sentence of error."""

    opened = Signal(int)
    wanted = Signal(object)
    said = Signal(str)

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._number = 0
        self.setObjectName("order_tabs")
        self.setDocumentMode(True)
        self._about = FactGrid()
        self._check = ChecklistSection(picture, desk, self._fill_line)
        self._check.opened.connect(self.opened)
        self._check.photo_wanted.connect(self._photo)
        self._files = FileSection(picture, desk)
        self._sections = (
            SafetySection(picture, desk), CostSection(picture, desk), OutsideSection(picture, desk), self._files,
            Story(picture, desk),
        )  # fmt: skip
        for name, page in zip(TABS, (self._about, self._check, *self._sections), strict=True):
            self.addTab(scrolled(page), name)
            if isinstance(page, Section):
                page.wanted.connect(self.wanted)
                page.said.connect(self.said)

    def show_order(self, order: Order) -> None:
        """Show all of it; the titles count."""
        picture, self._number = self._picture, order.number
        own = order.assignee == picture.me and not order.contractor
        may = picture.may(Right.WORK_ORDER) and (picture.may(Right.DISPATCH_ORDER) or own)
        self._about.write(about(picture, order))
        self._check.show_order(order, may)
        for section in self._sections:
            section.show_order(order, may and order.open)
        done = sum(bool(item.result) for item in order.checklist)
        sure = sum(step.done is not None for step in order.safety)
        files = len(files_of(order))
        counts = {
            "check": f" {done}/{len(order.checklist)}" if order.checklist else "",
            "safety": f" {sure}/{len(order.safety)}" if order.safety else "",
            "outside": f" {len(order.visits)}" if order.visits else "",
            "files": f" {files}" if files else "",
        }
        for place, name in enumerate(TABS):
            self.setTabText(place, tr(f"orders.tab.{name}") + counts.get(name, ""))

    def tick(self) -> None:
        """Live values beside readings."""
        self._check.tick()

    def _fill_line(self, command: CheckOrderItem) -> None:
        self.said.emit("")
        self._desk.ask(command, denied=lambda problem: self.said.emit(sentence(problem)))

    def _photo(self, item: int) -> None:
        self._files.choose(self._number, item)


def about(picture: Picture, order: Order) -> list[tuple[str, str]]:
    """The order's own words; what nobody wrote is left out."""
    zone = picture.estate.site.timezone
    rows = [
        (tr("orders.field.symptom"), order.symptom),
        (tr("orders.field.place"), order.place),
        (tr("orders.field.caller"), " ".join(part for part in (order.caller, order.contact) if part)),
        (tr("orders.field.channel"), tr(f"domain.channel.{order.channel}") if order.channel else ""),
        (tr("orders.field.due"), full_text(order.wished_at, zone)),
        (tr("orders.field.agreed"), full_text(order.agreed_at, zone)),
        (tr("orders.field.cautions"), order.cautions),
        (tr("orders.field.zone"), tr(f"domain.zone.{order.zone}") if order.zone else ""),
        (tr("orders.field.due_at"), full_text(order.due_at, zone)),
        (tr("orders.field.first_due"), full_text(order.first_due, zone)),
        (tr("orders.field.certificates"), "、".join(map(kind_text, order.certificates))),
        (tr("orders.field.skills"), " ".join(order.skills)),
        (tr("orders.field.rating"), "★" * order.rating),
        (tr("orders.act.callback"), order.callback.note if order.callback is not None else ""),
    ]
    rows = [(name, text) for name, text in rows if text]
    for view in stage_story(order, picture.estate.policy.stages):
        if view.breached:
            over = span_text(view.remaining)
            rows.append((tr("orders.stage_late", stage=tr(f"domain.order.{view.stage}")), tr("orders.late_by", span=over)))
    return rows or [(tr("orders.act.note"), tr("orders.nothing_said"))]


def scrolled(page: QWidget) -> QScrollArea:
    """``page`` in a frame that scrolls up and down."""
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(page)
    return scroll
