"""A phone call becomes an order: who calls from where, what is wrong, how urgent (S2 一; R-WO-04, R-SLA-16)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from console.domain.asking import CommandBase
from console.domain.orders import OrderKind

CHANNELS = ("phone", "desk", "app", "wechat", "inspection")
LONGEST_TITLE = 60  # characters taken from the symptom where nobody wrote a title
URGENT_WORDS = (
    "困人", "被困", "关人", "火", "冒烟", "烟", "爆管", "爆裂", "水淹", "淹水", "漏电", "触电", "打火", "燃气", "煤气", "坠落",
    "停电", "trapped", "smoke", "fire", "burst", "flood", "gas", "shock", "sparks",
)  # fmt: skip
"""Words by which the form proposes the urgent mark (S2 一: burst pipe 水管爆裂, electric fault with danger); a person decides."""


class TakeCall(CommandBase, frozen=True):
    """A request by phone or at the desk. ``urgent`` makes it P1 at once. An empty ``title`` is made of the symptom.

    ``place`` is the exact place in the caller's words; ``equipment`` may be empty. ``zone`` is a key of ``stages.ZONES``.
    """

    symptom: str
    place: str = ""
    equipment: str = ""
    caller: str = ""
    contact: str = ""
    wished_at: int = 0
    urgent: bool = False
    title: str = ""
    kind: OrderKind = OrderKind.CORRECTIVE
    priority: int = 3
    channel: str = "phone"
    zone: str = ""


def title_of(symptom: str) -> str:
    """A title for the board: the symptom's first sentence; the place stands below it."""
    whole = re.split(r"[\n。；;!！]", symptom.strip(), maxsplit=1)[0].strip() or symptom.strip()
    return whole if len(whole) <= LONGEST_TITLE else whole[: LONGEST_TITLE - 1] + "…"


def sounds_urgent(symptom: str, words: Iterable[str] = URGENT_WORDS) -> bool:
    """True if the symptom names a danger."""
    said = symptom.casefold()
    return any(word in said for word in words)
