"""What the nodes of a fire panel look like: their alarm rules say what a state means, whatever numbers the panel has for it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from console.domain.alarms import Alarm
from console.domain.estate import Point
from console.domain.rules import Category, RuleKind
from console.ui import theme
from console.ui.picture import Picture

LEGEND = ("fire", "prealarm", "supervisory", "fault", "isolated", "activated", "feedback")
_GRAVEST = ("fire", "activated", "supervisory", "prealarm", "fault", "isolated", "feedback")
_RULES = {"started": "activated"}  # keys of alarm rules that are not the look's own name
_PLAIN = {1: "fire", 2: "fault", 7: "isolated", 5: "activated", 3: "feedback"}  # a node without rules: the states of GST panels
_FILLED = {"fire": "p1", "fault": "p3", "activated": "p2", "feedback": "running"}
_OUTLINED = {"prealarm": "p1", "supervisory": "p2", "isolated": "p4"}


@dataclass(frozen=True, slots=True)
class Node:
    """One detector or module: its own point, and what each value of its points (trouble, disabled …) looks like."""

    point: Point
    parts: tuple[tuple[str, dict[int, str]], ...]

    @property
    def looks(self) -> set[str]:
        """Every look that it can have."""
        return {look for _, table in self.parts for look in table.values()}

    def look(self, picture: Picture) -> str | None:
        """Its gravest look now; None while it is at rest."""
        found = {_look(picture, point, table) for point, table in self.parts}
        return next((look for look in _GRAVEST if look in found), None)

    def flags(self, picture: Picture) -> list[Point]:
        """Its other points that report something now."""
        found = [point for point, table in self.parts if point != self.point.id and _look(picture, point, table) is not None]
        return [picture.points[point] for point in found]


def _look(picture: Picture, point: str, table: dict[int, str]) -> str | None:
    reading = picture.reading(point)
    return table.get(int(reading.value)) if reading.quality.usable and not isinstance(reading.value, str) else None


def nodes_of(picture: Picture, machine: str) -> list[Node]:
    """The nodes of a panel. ``trouble_d1_5`` belongs to ``node_d1_5``."""
    tables: dict[str, dict[int, str]] = {}
    for rule in picture.rules.values():
        if rule.equipment == machine and rule.kind is RuleKind.STATE:
            name = rule.id.rpartition("#")[2]
            look = _RULES.get(name, name)
            if look in LEGEND:
                tables.setdefault(rule.point, {}).update(dict.fromkeys(rule.values, look))
    by_place: dict[str, list[Point]] = {}
    for point in picture.points_of.get(machine, []):
        by_place.setdefault(point.key.partition("_")[2], []).append(point)
    found = []
    for together in by_place.values():
        own = [point for point in together if point.key.startswith("node")]
        for point in own:
            members = together if len(own) == 1 else [point]
            parts = tuple((each.id, tables[each.id]) for each in members if each.id in tables)
            found.append(Node(point, parts or ((point.id, _PLAIN),)))
    return found


def shown_looks(nodes: list[Node]) -> list[str]:
    """The looks that a legend needs for these nodes."""
    present = set().union(*(node.looks for node in nodes))
    return [look for look in LEGEND if look in present]


def first_fire(picture: Picture, machine: str) -> Alarm | None:
    """The fire alarm of this panel that was raised first of those that are active (首警)."""
    present = [alarm for alarm in picture.alarms.values() if alarm.equipment == machine]
    active = [alarm for alarm in present if alarm.active and not alarm.drill]
    fires = [alarm for alarm in active if alarm.category is Category.FIRE]
    return min(fires, key=lambda alarm: (alarm.raised_at, alarm.number), default=None)


def paint_look(painter: QPainter, cell: QRectF, look: str | None) -> str:
    """Fill a cell; returns the token of a number on it."""
    if look in _FILLED:
        token = _FILLED[look]
        painter.fillRect(cell, theme.colour(token))
        return f"on_{token}" if token.startswith("p") else "panel"
    painter.fillRect(cell, theme.colour("raised"))
    if look is None:
        return "faint"
    token = _OUTLINED[look]
    painter.setPen(QPen(theme.colour(token), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(cell.adjusted(1, 1, -1, -1))
    return f"{token}_text"
