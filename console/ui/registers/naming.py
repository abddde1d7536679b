"""What a register calls a machine: with its building, as everywhere; a card of the ledger by its title."""

from __future__ import annotations

from console.texts import language
from console.ui.picture import Picture
from console.ui.strip import equipment_name


def machine_name(picture: Picture, equipment: str) -> str:
    """``2号楼 2#生活泵``; empty for none, the id for what is unknown."""
    if not equipment or equipment in picture.equipment:
        return equipment_name(picture, equipment) if equipment else ""
    return picture.title_of(equipment).get(language())
