"""Three cards of the ledger, and who may change them."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.domain.accounts import Account, Role
from console.domain.maintenance.cards import Card, Rated, Use

LI = Account("li", "Li", (Role.SUPERVISOR,))
CARDS = (
    Card(
        id="C-000001", number=1, revision=1, equipment="C-000001", code="XF-1", name="消火栓箱", name_en="Hydrant cabinet",
        system="fire",
        location="T1", make="Alpha", model="SG24", certificate="J-1", certificate_until="2026-12-05",
    ),
    Card(
        id="C-000002", number=2, revision=4, equipment="C-000002", code="XF-2", name="消火栓箱", name_en="Hydrant cabinet",
        system="fire",
        place="Gate 2", make="Beta", price=1200.0, certificate_until="2026-11-01", rated=(Rated("Flow", "5", "L/s"),),
    ),
    Card(
        id="C-000003", number=3, revision=1, equipment="C-000003", code="DZ-1", name="道闸", name_en="Barrier gate",
        system="security",
        state=Use.SCRAPPED, state_at="2026-05-01", state_reason="worn out",
    ),
)  # fmt: skip


@dataclass
class Been:
    """Where the screen led."""

    places: list[str] = field(default_factory=list)

    def open_equipment(self, equipment: str) -> None:
        self.places.append(equipment)
