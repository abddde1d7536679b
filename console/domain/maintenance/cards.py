"""The equipment ledger (设备台账, R-EQ-01 to 04, R-EQ-06): one card a system, piece of equipment or component.

Every piece of equipment of the site file has a card by itself, made of what the site file says until somebody edits it; its id
is the equipment's. A card without an equipment of the site file (an extinguisher cabinet, a gate) has a number instead.

Dates are calendar dates of the site, ``YYYY-MM-DD`` or empty.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from console.domain.maintenance.files import Attachment
from console.domain.maintenance.records import Record
from console.domain.text import Text

if TYPE_CHECKING:
    from console.domain.estate import Equipment

R = TypeVar("R")

SYSTEMS = ("elevator", "water", "fire", "power", "metering", "heating", "drainage", "lighting", "hvac", "security", "other")
"""Systems that have a name of ours (R-EQ-01, R-EQ-06). The list is open: a card may say any other word."""


KINDS = (
    "elevator", "pump", "pump_set", "secondary_water_supply", "domestic_pump", "fire_pump", "sewage_pump", "sump", "fire_panel",
    "smoke_detector", "energy_meter", "water_meter", "meter", "vfd", "motor_protector", "ups", "pressure_sensor", "level_sensor",
    "leak_sensor", "other",
)  # fmt: skip
"""Kinds of equipment that have a name of ours: those that the site file's types know. Open, too."""


class Level(enum.StrEnum):
    """Where a card stands in the tree, from the top down; the site itself and its places come from the site file."""

    BUILDING = "building"
    FLOOR = "floor"
    SYSTEM = "system"
    EQUIPMENT = "equipment"
    COMPONENT = "component"


class Use(enum.StrEnum):
    """Whether a piece of equipment is in use."""

    IN_USE = "in_use"  # 在用
    IDLE = "idle"  # 停用
    SCRAPPED = "scrapped"  # 报废


class Rated(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line of the name plate, as free as name plates are."""

    name: str
    value: str
    unit: str = ""


class Card(Record, frozen=True, omit_defaults=True, kw_only=True, tag="card", gc=False):
    """See the module. ``code`` is unique in the ledger: it is on the label, and an import finds the card by it.

    ``location`` is a location of the site file; ``place`` says in free words what that does not. ``parent`` is the id of the
    card above. ``state_at`` and ``state_reason`` tell of the present ``state`` (demanded for *scrapped*). ``price`` is what it
    cost, in the estate's currency. ``archive`` and ``archive_place`` are number and location of the paper file (R-AR-07).
    ``batch`` is the import that this version came with.

    (``gc=False``: nothing in a card leads back to it, and the collector of garbage need not walk through 50,000 of them.)
    """

    code: str
    name: str
    name_en: str = ""
    level: Level = Level.EQUIPMENT
    parent: str = ""
    system: str = "other"
    kind: str = ""
    location: str = ""
    place: str = ""
    make: str = ""
    model: str = ""
    serial: str = ""
    made: str = ""
    installed: str = ""
    commissioned: str = ""
    warranty: str = ""  # until
    life_years: int = 0
    price: float = 0.0
    vendor: str = ""
    vendor_phone: str = ""
    contract: str = ""
    contract_from: str = ""
    contract_until: str = ""
    maintainer: str = ""
    maintainer_phone: str = ""
    registration: str = ""  # 使用登记证编号 of special equipment
    certificate: str = ""  # 检验合格证 / 检验报告 number
    certificate_by: str = ""
    certificate_until: str = ""
    criticality: str = ""  # A, B, C or empty
    state: Use = Use.IN_USE
    state_at: str = ""
    state_reason: str = ""
    keys: str = ""
    isolation_point: str = ""
    rescue_code: str = ""
    person: str = ""  # 责任人
    archive: str = ""
    archive_place: str = ""
    note: str = ""
    rated: tuple[Rated, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    batch: str = ""

    @property
    def title(self) -> Text:
        """Its name in both languages."""
        return Text(self.name, self.name_en)


_SHARED = (
    "system", "kind", "location", "place", "make", "model", "made", "installed", "commissioned", "warranty", "vendor",
    "vendor_phone", "contract", "contract_from", "contract_until", "maintainer", "maintainer_phone", "certificate_by",
    "certificate_until", "state_at", "state_reason", "keys", "isolation_point", "person", "archive", "archive_place", "batch",
    "registration", "certificate", "rescue_code", "parent",
)  # fmt: skip


class Thrift:
    """Holds texts that many cards share once: most of a ledger's texts are the same few hundred, and 50,000 cards would take
    four times the memory."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._plates: dict[tuple[Rated, ...], tuple[Rated, ...]] = {}

    def __call__(self, record: R) -> R:
        """The same record; of a card, with its texts shared."""
        if not isinstance(record, Card):
            return record
        changes: dict[str, object] = {"equipment": record.id}
        for name in _SHARED:
            text = getattr(record, name)
            if text:
                changes[name] = self._texts.setdefault(text, text)
        if record.rated:
            changes["rated"] = self._plates.setdefault(record.rated, record.rated)
        return replace(record, **changes)


SIMULATED = frozenset({"load", "use", "power_kw", "flow_m3h", "setpoint_bar", "short"})
"""Entries of a site file's name plate that only the simulated devices and the drawings read."""
_OF_FACTS = {
    "maintainer": "maintenance_company",
    "maintainer_phone": "maintenance_phone",
    "rescue_code": "rescue_code",
    "certificate": "certificate",
    "keys": "keys",
    "isolation_point": "isolation_point",
}
_OF_RATED = frozenset({"make", "model", "serial"})


def card_of(machine: Equipment) -> Card:
    """The card that a piece of equipment has by itself: revision 0, never stored."""
    plate = tuple(Rated(key, value) for key, value in machine.rated.items() if key not in _OF_RATED | SIMULATED and value)
    card = Card(
        id=machine.id,
        equipment=machine.id,
        code=machine.id,
        name=machine.name.zh or machine.name.en,
        name_en=machine.name.en if machine.name.zh else "",
        level=Level.COMPONENT if machine.parent else Level.EQUIPMENT,
        parent=machine.parent,
        system=machine.system,
        kind=machine.kind,
        location=machine.location,
        rated=plate,
        make=machine.rated.get("make", ""),
        model=machine.rated.get("model", ""),
        serial=machine.rated.get("serial", ""),
    )
    told = {field: machine.facts[key] for field, key in _OF_FACTS.items() if machine.facts.get(key)}
    return replace(card, **told)


SOON, LATER = 30, 60
"""Days before a certificate, warranty or contract runs out at which the ledger says so. Our choice: an inspection is applied for
a month before the old certificate ends (TSG T7001-2023), a tender for a contract needs about two."""
EXPIRIES = ("certificate_until", "warranty", "contract_until")


class Expiry(msgspec.Struct, frozen=True):
    """Something of a card that runs out: ``days`` from today on, negative once it has."""

    card: str
    field: str
    until: str
    days: int


def days_left(until: str, today: dt.date) -> int | None:
    """Days until a date of a card, negative once it has passed; None where there is none."""
    if not until:
        return None
    try:
        return (dt.date.fromisoformat(until) - today).days
    except ValueError:
        return None


def expiring(card: Card, today: dt.date, within: int = LATER) -> tuple[Expiry, ...]:
    """What of a card has run out or will within so many days. What is not in use any more needs nothing renewed."""
    if card.state is Use.SCRAPPED or not (card.certificate_until or card.warranty or card.contract_until):
        return ()
    found = []
    for field in EXPIRIES:
        left = days_left(getattr(card, field), today)
        if left is not None and left <= within and not (field == "warranty" and left < 0):  # a warranty once over is over
            found.append(Expiry(card.id, field, getattr(card, field), left))
    return tuple(found)


def count_expiring(cards: Iterable[Card], today: dt.date, within: int = SOON) -> tuple[int, int]:
    """How many cards have something that runs out within so many days or has, and how many have something that has.

    Dates of this form are in the order of their letters: 50,000 cards are counted without reading one.
    """
    now, limit = today.isoformat(), (today + dt.timedelta(days=within)).isoformat()
    scrapped, near, over = Use.SCRAPPED, 0, 0
    for card in cards:
        inspected, contract, warranty = card.certificate_until, card.contract_until, card.warranty
        if not (inspected or contract or warranty):
            continue
        if ("" < inspected <= limit or "" < contract <= limit or now <= warranty <= limit) and card.state is not scrapped:
            near += 1
            over += "" < inspected < now or "" < contract < now
    return near, over
