"""For whom a paper of the shift is made: the setting of `console.papers`, taken from the picture."""

from __future__ import annotations

from collections.abc import Iterable

from console.domain.maintenance.shifts import Line
from console.domain.text import Text
from console.papers.setting import Setting
from console.texts import LANGUAGES, language
from console.ui.orders.presenter import display
from console.ui.picture import Picture


def setting_of(picture: Picture, lang: str = "") -> Setting:
    """The present language unless told otherwise."""
    site = picture.estate.site
    people = {name: account.display for name, account in picture.accounts.items()}
    by = display(picture, picture.me) if picture.me else ""
    return Setting(lang or language(), site.timezone, site.name, picture.now(), by, people)


def places_of(picture: Picture, equipment: Iterable[str]) -> dict[str, Text]:
    """Their names as the screens say them, in both languages: a report is copied in either."""
    return {name: Text(*(_name(picture, name, lang) for lang in LANGUAGES)) for name in set(equipment) if name}


def _name(picture: Picture, equipment: str, lang: str) -> str:
    """``2号楼 2#生活泵``: as :func:`console.ui.strip.equipment_name` says it in the present language."""
    name = picture.title_of(equipment).get(lang)
    machine = picture.equipment.get(equipment)
    place = picture.locations.get(machine.location) if machine is not None else None
    while place is not None and place.parent in picture.locations and place.parent != place.id:
        place = picture.locations[place.parent]
    building = place.name.get(lang) if place is not None else ""
    return name if not building or name.startswith(building) else f"{building} {name}"


def places_of_lines(picture: Picture, sections: Iterable[tuple[Line, ...]]) -> dict[str, Text]:
    """The same for what is handed over."""
    return places_of(picture, (line.equipment for lines in sections for line in lines))
