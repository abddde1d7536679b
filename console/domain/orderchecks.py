"""A checklist's lines and the safety steps: what a result may be, what is still missing, what a failure leads to."""

from __future__ import annotations

import math
import unicodedata

from msgspec.structs import replace

from console.domain.acts import words
from console.domain.commands import CheckOrderItem
from console.domain.maintenance import safety
from console.domain.orders import CheckItem, Order, SafetyStep
from console.domain.problems import Refused

RESULTS = ("", "pass", "fail", "na", "skipped")


def number_in(reading: str, unit: str = "") -> float | None:
    """The number of a reading, with or without its unit, full-width digits as well; None: it is none."""
    text = unicodedata.normalize("NFKC", reading).strip()
    if unit:
        text = text.removesuffix(unicodedata.normalize("NFKC", unit)).strip()
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def outside(item: CheckItem, value: float) -> bool:
    """True if ``value`` is beyond a limit of the line; the limits themselves are good."""
    return (item.low is not None and value < item.low) or (item.high is not None and value > item.high)


def checked(order: Order, typed: CheckOrderItem) -> CheckItem:
    """The line with what was found. A reading decides where no result was said, and a pass beyond the limits needs a reason."""
    place, result = typed.item, typed.result
    if not 0 <= place < len(order.checklist):
        raise Refused("refused.item_unknown", order=order.id, item=place + 1)
    if result not in RESULTS:
        raise Refused("refused.item_result")
    item, reading, note = order.checklist[place], words(typed.reading), words(typed.note)
    if item.measured:
        value = number_in(reading, item.unit)
        if reading and value is None:
            raise Refused("refused.check_number", item=place + 1, reading=reading[:40])
        if value is None and result == "pass":
            raise Refused("refused.reading_missing", item=place + 1)
        bad = value is not None and outside(item, value)
        if value is not None and not result:
            result = "fail" if bad and not note else "pass"
        if bad and result == "pass" and not note:
            raise Refused("refused.reading_out", item=place + 1, reading=reading, limits=limits_text(item))
    return replace(item, result=result, reading=reading, note=note, taken_at=typed.taken_at if reading else 0)


def limits_text(item: CheckItem) -> str:
    """``0.32 … 0.38 MPa``; empty without limits."""
    if item.low is None and item.high is None:
        return ""
    low = "" if item.low is None else f"{item.low:g}"
    high = "" if item.high is None else f"{item.high:g}"
    return (f"{low} … {high}" if low and high else f"≥ {low}" if low else f"≤ {high}") + (f" {item.unit}" if item.unit else "")


def demand_complete(order: Order) -> None:
    """Refuse a self-check whose checklist has an unfilled line or lacks a demanded photo."""
    unfilled = sum(not item.result for item in order.checklist)
    if unfilled:
        raise Refused("refused.checklist_open", order=order.id, count=unfilled)
    for place, item in enumerate(order.checklist, 1):
        if item.photo and not item.files and item.result in ("pass", "fail"):
            raise Refused("refused.photo_missing", order=order.id, item=place)


def unsafe(order: Order) -> int:
    """How many safety steps nobody has confirmed."""
    return sum(step.done is None for step in order.safety)


def safety_steps(order: Order, kinds: tuple[str, ...]) -> tuple[SafetyStep, ...]:
    """The order's steps as they are to be; a step that stays keeps its confirmation."""
    present = {step.kind: step for step in order.safety}
    for kind in kinds:
        if kind not in safety.KINDS and kind not in present:
            raise Refused("refused.safety_kind", kind=kind)
    return tuple(present.get(kind, SafetyStep(kind)) for kind in dict.fromkeys(kinds))


def demand_safe(order: Order) -> None:
    """Refuse to begin the work before every safety step is confirmed."""
    count = unsafe(order)
    if count:
        raise Refused("refused.safety_open", order=order.id, count=count)


def failures(order: Order) -> list[int]:
    """Failed lines that led to nothing yet, by place."""
    return [place for place, item in enumerate(order.checklist) if item.result == "fail" and not (item.follow or item.finding)]
