"""What another configuration would change, by ids: the lines of an import preview.

Details are written in the site file's own words (``limit: 2.5 → 3``), so they need no language. The points, alarms and plans of
equipment that comes or goes are counted in its line instead of being listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec

from config.durations import words
from console.domain.configuring import Change
from console.domain.estate import Estate
from console.domain.faults import ClockLimits
from console.domain.text import Text

_LONGEST = 60  # characters of one value in a detail
_SILENT = frozenset({"number", "id", "equipment", "key"})  # store numbers and what the id says already


class _Named(Protocol):
    @property
    def id(self) -> str: ...


class _Owned(_Named, Protocol):
    @property
    def equipment(self) -> str: ...


def changes(old: Estate | None, new: Estate) -> tuple[Change, ...]:
    """Every difference, in the order site, response, locations, connections, equipment, points, rules, plans."""
    before = old if old is not None else Estate(new.site)
    found: list[Change] = []
    if old is None:
        found.append(Change("added", "site", new.site.id, _show(new.site.name)))
    elif old.site != new.site:
        found.append(Change("changed", "site", new.site.id, _detail(old.site, new.site)))
    if before.policy != new.policy:
        found.append(Change("changed", "response", new.site.id, _detail(before.policy, new.policy)))
    if before.energy != new.energy:
        found.append(Change("changed", "energy", new.site.id, _detail(before.energy, new.energy)))
    if before.keeping != new.keeping:
        found.append(Change("changed", "keeping", new.site.id, _detail(before.keeping, new.keeping)))
    if before.roster != new.roster:
        found.append(Change("changed", "roster", new.site.id, _detail(before.roster, new.roster)))
    if before.notify != new.notify:
        found.append(Change("changed", "notify", new.site.id, _detail(before.notify, new.notify)))
    found += _by_id("location", before.locations, new.locations)
    found += _by_id("connection", before.connections, new.connections)
    gone = {one.id for one in before.equipment} - {one.id for one in new.equipment}
    come = {one.id for one in new.equipment} - {one.id for one in before.equipment}
    for change in _by_id("equipment", before.equipment, new.equipment):
        if change.what == "changed":
            found.append(change)
        else:
            estate = new if change.what == "added" else before
            found.append(msgspec.structs.replace(change, detail=f"{change.detail}; {_counted(estate, change.id)}"))
    for kind, olds, news in (
        ("point", before.points, new.points), ("rule", before.rules, new.rules), ("plan", before.plans, new.plans),
    ):  # fmt: skip
        found += _by_id(kind, _of_others(olds, gone), _of_others(news, come))
    return tuple(found)


def _of_others(ones: Sequence[_Owned], equipment: set[str]) -> list[_Owned]:
    return [one for one in ones if one.equipment not in equipment]


def _counted(estate: Estate, equipment: str) -> str:
    """How many points, rules and plans a piece of equipment has."""
    parts = (("points", estate.points), ("rules", estate.rules), ("plans", estate.plans))
    return ", ".join(f"{name}: {sum(one.equipment == equipment for one in ones)}" for name, ones in parts)


def _by_id(kind: str, olds: Iterable[_Named], news: Iterable[_Named]) -> list[Change]:
    before = {one.id: one for one in olds}
    after = {one.id: one for one in news}
    found = [Change("removed", kind, name, _title(one)) for name, one in before.items() if name not in after]
    for name, one in after.items():
        if name not in before:
            found.append(Change("added", kind, name, _title(one)))
        elif before[name] != one:
            detail = _detail(before[name], one)
            if detail:
                found.append(Change("changed", kind, name, detail))
    return found


def _title(one: Any) -> str:
    for field in ("name", "title", "text"):
        value = getattr(one, field, None)
        if isinstance(value, Text):
            return _show(value)
    return ""


def _detail(old: Any, new: Any, prefix: str = "") -> str:
    """The fields that differ, nested ones by their path."""
    if type(old) is not type(new):
        return f"{prefix.rstrip('.')}: {_show(old)} → {_show(new)}"
    parts = []
    for field in new.__struct_fields__:
        if field in _SILENT and not prefix:
            continue
        one, two = getattr(old, field), getattr(new, field)
        if one == two:
            continue
        if isinstance(two, msgspec.Struct) and isinstance(one, msgspec.Struct) and not isinstance(two, Text):
            parts.append(_detail(one, two, f"{prefix}{field}."))
        elif isinstance(two, dict) and isinstance(one, dict):
            parts += [
                f"{prefix}{field}.{key}: {_show(one.get(key))} → {_show(two.get(key))}"
                for key in dict.fromkeys([*one, *two])
                if one.get(key) != two.get(key)
            ]
        else:
            clock = isinstance(new, ClockLimits)
            parts.append(f"{prefix}{field}: {_show(one, clock)} → {_show(two, clock)}")
    return "; ".join(part for part in parts if part)


def _show(value: Any, clock: bool = False) -> str:
    """A value as the site file would spell it, shortened."""
    if value is None or value == "":
        text = "-"
    elif isinstance(value, Text):
        text = f"{value.zh} / {value.en}" if value.zh and value.en else value.get("zh")
    elif clock and isinstance(value, int):
        text = words(value)
    elif isinstance(value, float):
        text = f"{value:g}"
    elif isinstance(value, tuple):
        text = "[" + ", ".join(_show(item) for item in value) + "]"
    elif isinstance(value, msgspec.Struct):
        text = ", ".join(
            f"{field}={_show(getattr(value, field))}"
            for field in value.__struct_fields__
            if getattr(value, field) not in (None, "")
        )
    else:
        text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
