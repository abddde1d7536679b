"""Where things stand, in words: the places of the site file by all the ways in which a table may write them."""

from __future__ import annotations

import re
import unicodedata

from console.domain.estate import Estate, Location

SEPARATOR = "/"  # between building, floor and room in an export


class Places:
    """The places of one estate. A name that two places share means neither."""

    def __init__(self, estate: Estate | None) -> None:
        self._all = {place.id: place for place in (estate.locations if estate is not None else ())}
        self._ways: dict[str, str] = {}
        shared: set[str] = set()
        for place in self._all.values():
            for lang in ("zh_CN", "en"):
                names = [each.name.get(lang) for each in self._chain(place)]
                for way in {_squeezed("".join(names)), _squeezed(names[-1])}:
                    if self._ways.setdefault(way, place.id) != place.id:
                        shared.add(way)
        for way in shared:
            del self._ways[way]
        self._ways |= {_squeezed(identity): identity for identity in self._all}

    def find(self, text: str) -> str:
        """The id of the place that ``text`` means: its id, its name, or its path; empty if there is none."""
        return text if text in self._all else self._ways.get(_squeezed(text), "")

    def path(self, identity: str, lang: str) -> str:
        """``1号楼/电梯机房``; an unknown id as it is."""
        place = self._all.get(identity)
        return SEPARATOR.join(each.name.get(lang) for each in self._chain(place)) if place is not None else identity

    def _chain(self, place: Location) -> list[Location]:
        chain = [place]
        while (above := self._all.get(chain[0].parent)) is not None and above not in chain:
            chain.insert(0, above)
        return chain


def _squeezed(text: str) -> str:
    return re.sub(r"[\s/\\·>,，、|_\-]+", "", unicodedata.normalize("NFKC", text).lower())
