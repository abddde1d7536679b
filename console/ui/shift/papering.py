"""For whom a paper of the shift is made: the setting of `console.papers`, taken from the picture."""

from __future__ import annotations

from collections.abc import Iterable

from console.domain.maintenance.shifts import Line
from console.papers.setting import Setting
from console.texts import language
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.strip import equipment_name


def setting_of(picture: Picture, lang: str = "") -> Setting:
    """The present language unless told otherwise."""
    site = picture.estate.site
    people = {name: account.display for name, account in picture.accounts.items()}
    by = display(picture, picture.me) if picture.me else ""
    return Setting(lang or language(), site.timezone, site.name, picture.now(), by, people)


def places_of(picture: Picture, equipment: Iterable[str]) -> dict[str, str]:
    """Their names as the screens say them."""
    return {name: equipment_name(picture, name) for name in set(equipment) if name}


def places_of_lines(picture: Picture, sections: Iterable[tuple[Line, ...]]) -> dict[str, str]:
    """The same for what is handed over."""
    return places_of(picture, (line.equipment for lines in sections for line in lines))
