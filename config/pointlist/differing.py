"""What a row of a list changes of the point that is there, in the site file's words; all of it where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.pointlist.rows import LIMITS, Remarks, Row
from console.domain.estate import ModbusSource, Point
from console.domain.problems import Problem
from console.domain.registers import width
from console.domain.rules import AlarmRule
from console.texts import CHINESE, ENGLISH, tr

_SOURCE = {"fc": "function"} | {key: key for key in ("address", "type", "order", "bit", "bits", "scale", "offset", "length")}
_ORDER = ("name", "fc", "address", "type", "length", "order", "bit", "bits", "scale", "offset", "unit", "decimals", "kind",
          "states", "plausible", "poll_ms", "main", "group")  # fmt: skip


def point_changes(row: Row, point: Point | None, remarks: Remarks) -> dict[str, Any]:
    """The entries to be written for a row; empty if the point is like that already."""
    said = row.point or {}
    if point is None:
        entries = {key: value for key, value in (row.inferred | said).items() if key in _ORDER}
        entries["name"] = {"zh": said["name"], "en": said["name_en"]} if "name_en" in said else said["name"]
        if entries.get("fc") == 3:
            del entries["fc"]
        if entries.get("type") == ("bool" if entries.get("fc") in (1, 2) else "u16"):
            del entries["type"]
        usual = {"scale": 1.0, "offset": 0.0, "order": "ABCD", "main": False}
        return {key: entries[key] for key in _ORDER if key in entries and entries[key] != usual.get(key)}
    if not isinstance(point.source, ModbusSource):
        remarks.say(row.sheet, row.number, row.cell("name"), Problem("pointlist.other_wire", {"point": point.id}))
        return {}
    changed = {key: said[key] for key in _ORDER if key in said and _differs(key, said, point, point.source)}
    if "name" in changed and said.get("name_en", point.name.en):
        changed["name"] = {"zh": said["name"], "en": said.get("name_en", point.name.en)}
    return changed


def _differs(key: str, said: dict[str, Any], point: Point, source: ModbusSource) -> bool:  # noqa: PLR0911 - one line a key
    value = said[key]
    if key == "name":
        return value not in (point.name.zh, point.name.en) or said.get("name_en", point.name.en) != point.name.en
    if key == "states":
        texts = [(point.states[each], text) for each, text in value.items() if each in point.states]
        return set(value) != set(point.states) or any(said_ not in (text.zh, text.en) for text, said_ in texts)
    if key == "plausible":
        return bool(value != ((point.plausible.low, point.plausible.high) if point.plausible else (None, None)))
    if key == "group":
        return value not in (point.group.zh, point.group.en)
    if key == "order" and width(source) == 1:
        return False
    if key in _SOURCE:
        present = getattr(source, _SOURCE[key])
        return bool(present != value and not (isinstance(value, float) and abs(present - value) <= 1e-9 * abs(value)))
    return str(getattr(point, key)) != str(value)


@dataclass(frozen=True, slots=True)
class LimitChange:
    """An alarm of one point that is to be written or changed."""

    key: str
    point: str
    entries: dict[str, Any]


def limit_changes(row: Row, key: str, rules: list[AlarmRule]) -> list[LimitChange]:
    """The alarms that a row's limits and alarm states ask for and that are not there like that."""
    found = []
    for name, limit in row.limits.items():
        kind, urgency = LIMITS[name]
        own = next((rule for rule in rules if rule.id.endswith(f"#{name}") and rule.kind.value == kind), None)
        alike = [rule for rule in rules if rule.kind.value == kind]
        rule = own or next((rule for rule in alike if rule.limit == limit), None)
        if rule is None and len(alike) == 1 and name in ("high", "low"):
            rule = alike[0]
        priority = row.priority or urgency
        if rule is None:
            entries = {"kind": kind, "limit": limit, "priority": priority, "text": _text(f"pointlist.alarm_{name}", row)}
            found.append(LimitChange(name, key, entries))
        else:
            changed: dict[str, Any] = {} if rule.limit == limit else {"limit": limit}
            if row.priority and row.priority != rule.priority and own is not None:
                changed["priority"] = row.priority
            if changed:
                found.append(LimitChange(rule.id.rpartition("#")[2], key, changed))
    if row.alarm_states:
        stating = next((rule for rule in rules if rule.kind.value == "state"), None)
        if stating is None:
            entries = {
                "kind": "state",
                "values": row.alarm_states,
                "priority": row.priority or 3,
                "text": _text("pointlist.alarm_state", row),
            }
            found.append(LimitChange("state", key, entries))
        elif list(stating.values) != row.alarm_states:
            found.append(LimitChange(stating.id.rpartition("#")[2], key, {"values": row.alarm_states}))
    return found


def _text(key: str, row: Row) -> dict[str, str]:
    """The alarm's text with the point's name in it."""
    said = row.point or {}
    name = said.get("name", "")
    return {"zh": tr(key, CHINESE, point=name), "en": tr(key, ENGLISH, point=said.get("name_en", name))}
