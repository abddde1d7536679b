"""The pens of a trend: which points, in which ink, on which scale."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace

from PySide6.QtCore import Qt

from console.domain.estate import CommSource, ManualSource, Point, ValueKind
from console.domain.times import seconds
from console.ui.settings import remember, remembered

MOST = 12
INKS = tuple(
    (f"pen{hue}", style) for style in (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine) for hue in range(1, 7)
)  # colour is never the only sign: the second six are dashed


@dataclass(frozen=True, slots=True)
class Pen:
    """One point on the chart. ``ink`` is its place in :data:`INKS`; ``own`` gives it a scale of its own; ``shown`` draws it."""

    point: str
    ink: int
    own: bool = False
    shown: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """What can be saved by name: the pens, the span in ns, and the shift of what is compared with (0: nothing)."""

    pens: tuple[Pen, ...] = ()
    span: int = 3_600_000_000_000
    compare: int = 0
    scales: dict[str, tuple[float, float]] = field(default_factory=dict)  # those set by hand


def scale_key(pen: Pen, point: Point) -> str:
    """Pens of one unit share a scale; states, fault codes and pens that want it have their own."""
    stepped = point.kind in (ValueKind.STATE, ValueKind.CODE, ValueKind.BITS)
    return f"={pen.point}" if pen.own or stepped else point.unit


def stepped(point: Point) -> bool:
    """True if the point's value stands until it changes: it is drawn as steps."""
    kinds = (ValueKind.STATE, ValueKind.CODE, ValueKind.BITS)
    return point.kind in kinds or isinstance(point.source, ManualSource | CommSource)


def longest_gap(point: Point, step: int) -> int:
    """Recorded so seldom that the line is broken, ns; points that are written when they change are never broken."""
    if isinstance(point.source, ManualSource | CommSource):
        return 1 << 62
    return max(step, 2 * seconds(point.stale_after_s), 3_000_000 * point.poll_ms)


def added(pens: tuple[Pen, ...], point: str) -> tuple[Pen, ...]:
    """With one more pen in the first free ink; unchanged if it is there or there are twelve."""
    if len(pens) >= MOST or any(pen.point == point for pen in pens):
        return pens
    free = next(ink for ink in range(len(INKS)) if all(pen.ink != ink for pen in pens))
    return (*pens, Pen(point, free))


def toggled(pens: tuple[Pen, ...], points: list[str], what: str) -> tuple[Pen, ...]:
    """With ``own`` or ``shown`` of some pens turned over."""
    return tuple(_toggled(pen, what) if pen.point in points else pen for pen in pens)


def _toggled(pen: Pen, what: str) -> Pen:
    return replace(pen, own=not pen.own) if what == "own" else replace(pen, shown=not pen.shown)


def saved_views() -> dict[str, View]:
    """The views that this workstation keeps, by name."""
    return {name: view for name, text in _stored().items() if (view := _view(text)) is not None}


def save_view(name: str, view: View | None) -> None:
    """Keep a view under a name, or forget it."""
    stored = _stored()
    if view is None:
        stored.pop(name, None)
    else:
        stored[name] = asdict(view)
    remember("trends/views", json.dumps(stored, ensure_ascii=False))


def last_view() -> View:
    """What was on the page when the program ended."""
    try:
        return _view(json.loads(remembered("trends/last", "{}"))) or View()
    except ValueError:
        return View()


def remember_view(view: View) -> None:
    """Keep it for the next start."""
    remember("trends/last", json.dumps(asdict(view), ensure_ascii=False))


def _stored() -> dict[str, object]:
    try:
        stored = json.loads(remembered("trends/views", "{}"))
    except ValueError:
        return {}
    return stored if isinstance(stored, dict) else {}


def _view(stored: object) -> View | None:
    """A stored view; ``None`` if a person or another version wrote something else."""
    if not isinstance(stored, dict):
        return None
    try:
        pens = tuple(Pen(str(p["point"]), int(p["ink"]) % len(INKS), bool(p["own"]), bool(p["shown"])) for p in stored["pens"])
        scales = {str(key): (float(low), float(high)) for key, (low, high) in stored["scales"].items()}
        return View(pens[:MOST], max(1, int(stored["span"])), int(stored["compare"]), scales)
    except (KeyError, TypeError, ValueError):
        return None
