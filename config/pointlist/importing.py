"""A point list and the present site file become a new site file text, or everything that is wrong with the list.

Two steps: machines first, so that what an equipment type brings along is known; then only those points and limits that differ.
Runs in a worker process: pure, no clock, no files, some seconds for 50,000 rows.
"""

from __future__ import annotations

from typing import Any

from config import catalogue
from config.findings import Findings
from config.loader import Loaded, load_text
from config.pointlist.columns import view
from config.pointlist.differing import LimitChange, limit_changes, point_changes
from config.pointlist.machines import Machine, Resolver, gather
from config.pointlist.merging import SiteText, flow
from config.pointlist.naming import meant, open_points
from config.pointlist.rows import Remarks, Row, read_rows
from config.pointlist.sheets import Sheet, read
from console.domain.configuring import Mistake
from console.domain.estate import Estate
from console.domain.pointlists import Choices, Drafted, SheetView
from console.domain.problems import Problem, Refused
from console.domain.rules import AlarmRule
from console.texts import CHINESE, ENGLISH, tr

_ROUNDS = 4  # of leaving out what the site file's own checks refuse


def draft(data: bytes, file: str, present: str, choices: Choices) -> Drafted:
    """What the list ``data`` would make of the site file ``present`` (empty: there is none yet).

    Raises :class:`Refused` if the file cannot be read at all. Never changes anything.
    """
    sheets = read(data, file)
    loaded = load_text(present, "site.yaml") if present.strip() else None
    if loaded is not None and loaded.estate is None:
        first = loaded.mistakes[0]
        raise Refused("pointlist.site_mistakes", count=len(loaded.mistakes), line=first.line)
    estate = loaded.estate if loaded else None
    types = known_types(estate)
    views = [view(sheet, choices, frozenset(types)) for sheet in sheets]
    base = Remarks()
    rows, assumed = _rows(sheets, views, choices, base)
    if not any(view.used for view in views):
        base.say(views[0].name, 0, "", Problem("pointlist.no_list", {"file": file}))
    titles = {sheet.name: file.rpartition(".")[0] if sheet.name == "csv" else sheet.name for sheet in sheets}
    attempt = _Attempt(present, estate, types, choices, titles)
    skipped: set[tuple[str, int]] = set()
    for _ in range(_ROUNDS):
        remarks = Remarks()
        remarks.found, remarks.more, remarks.faulty = dict(base.found), base.more, set(base.faulty)
        kept = [row for row in rows if (row.sheet, row.number) not in (skipped | base.faulty)]
        text, counts = attempt.run(kept, remarks)
        fresh = remarks.faulty - base.faulty - skipped
        if not choices.leave_out or not fresh:
            break
        skipped |= fresh
        base.found |= remarks.found
    mistakes = [remark for remark in remarks.found.values() if remark.grave]
    blocked = bool(mistakes) and not choices.leave_out
    ordered = sorted(remarks.found.values(), key=lambda remark: (not remark.grave, remark.sheet, remark.row))
    return Drafted(
        sheets=tuple(views),
        remarks=tuple(ordered),
        more=remarks.more,
        mistakes=len(mistakes) + (remarks.more if mistakes else 0),
        assumed=tuple(assumed),
        text="" if blocked or (text == present) or _unplaced(mistakes) else text,
        rows=len(rows),
        left_out=len(remarks.faulty | skipped),
        equipment=counts[0],
        points=counts[1],
    )


def _unplaced(mistakes: list[Any]) -> bool:
    """A mistake that belongs to no row cannot be left out."""
    return any(not remark.row for remark in mistakes)


def known_types(estate: Estate | None) -> dict[str, str]:
    """Every spelling (in lower case) of the equipment types: their words, and their names in both languages."""
    found: dict[str, str] = {}
    for name, kind in catalogue.shipped(Findings()).items():
        title = kind.record.get("name")
        found |= {spelling.lower(): name for spelling in (title.zh, title.en, name) if spelling}
    for equipment in estate.equipment if estate else ():
        found.setdefault(equipment.type.lower(), equipment.type)
    return found


def _rows(sheets: list[Sheet], views: list[SheetView], choices: Choices, remarks: Remarks) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    assumed = []
    for sheet, seen in zip(sheets, views, strict=True):
        if seen.used:
            found, verdict = read_rows(sheet, seen, choices, remarks)
            rows += found
            if verdict.assumed is not None:
                assumed.append(verdict.assumed)
    return rows, assumed


class _Attempt:
    """One way from rows to text; run again without the rows that were refused."""

    def __init__(
        self, present: str, estate: Estate | None, types: dict[str, str], choices: Choices, titles: dict[str, str]
    ) -> None:
        self._present, self._estate, self._types, self._choices = present, estate, types, choices
        self._titles = titles

    def run(self, rows: list[Row], remarks: Remarks) -> tuple[str, tuple[int, int]]:
        """The new text, and how many machines are new and points new or changed."""
        resolver = Resolver(self._estate, self._types, self._choices, remarks)
        machines = gather(rows, self._titles)
        for machine in machines:
            resolver.resolve(machine)
        wrong = {(machine.first.sheet, machine.first.number) for machine in machines} & remarks.faulty
        for machine in machines:
            if (machine.first.sheet, machine.first.number) in wrong:
                remarks.faulty |= {(row.sheet, row.number) for row in machine.rows}
        machines = [machine for machine in machines if (machine.first.sheet, machine.first.number) not in wrong]
        text, estate = self._with_machines(resolver, remarks)
        if estate is None:
            return text, (0, 0)
        text, points = self._with_points(text, estate, machines, remarks)
        return text, (len(resolver.additions.equipment), points)

    def _with_machines(self, resolver: Resolver, remarks: Remarks) -> tuple[str, Estate | None]:
        made = resolver.additions
        if not made.equipment and self._estate is not None:
            return self._present, self._estate
        site: SiteText[Row] = SiteText(self._present if self._present.strip() else _new_site())
        for section, items in (("locations", made.locations), ("connections", made.connections), ("equipment", made.equipment)):
            site.append(section, items)
        text, origins = site.result()
        loaded = load_text(text, "site.yaml")
        self._blame(loaded, origins, remarks)
        return text, loaded.estate

    def _with_points(self, text: str, estate: Estate, machines: list[Machine], remarks: Remarks) -> tuple[str, int]:
        site: SiteText[Row] = SiteText(text)
        points = {point.id: point for point in estate.points}
        rules: dict[str, list[AlarmRule]] = {}
        for rule in estate.rules:
            rules.setdefault(rule.point, []).append(rule)
        changed = 0
        kinds = {equipment.id: equipment.type for equipment in estate.equipment}
        for machine in machines:
            new_points: list[tuple[str, Row]] = []
            new_alarms: list[tuple[str, Row]] = []
            for row, key in _keyed(machine, points, kinds.get(machine.id, ""), remarks):
                point = points.get(f"{machine.id}.{key}")
                entries = point_changes(row, point, remarks)
                limits = limit_changes(row, key, rules.get(f"{machine.id}.{key}", []))
                changed += bool(entries or limits)
                if entries:
                    item = site.item(machine.id, "points", {"key": key})
                    if item is None:
                        new_points.append((flow({"key": key} | entries), row))
                    else:
                        site.set(item, {name: flow(value) for name, value in entries.items()}, row)
                for limit in limits:
                    _put_limit(site, machine.id, limit, row, new_alarms)
            if new_points:
                site.append_within(machine.id, "points", new_points)
            if new_alarms:
                site.append_within(machine.id, "alarms", new_alarms)
        if not changed:
            return text, 0
        text, origins = site.result()
        self._blame(load_text(text, "site.yaml"), origins, remarks)
        return text, changed

    def _blame(self, loaded: Loaded, origins: dict[int, Row], remarks: Remarks) -> None:
        """Lead the site file's mistakes back to the rows that brought them."""
        for mistake in loaded.mistakes:
            row = origins.get(mistake.line)
            if row is None:
                remarks.say("", 0, f"site.yaml:{mistake.line}", mistake.problem)
            else:
                remarks.say(row.sheet, row.number, row.cell(_field_of(mistake)), mistake.problem)


def _field_of(mistake: Mistake) -> str:
    """The column that a mistake of the site file is about, where its code tells."""
    code = mistake.problem.code.removeprefix("config.")
    return {"bit_range": "bit", "bit_function": "data_type", "duplicate_unit": "station", "rule_values": "alarm_states"}.get(
        code, "address" if code in ("overlap", "forbidden", "wider_than_request", "address_end") else ""
    )


def _put_limit(site: SiteText[Row], equipment: str, limit: LimitChange, row: Row, new: list[tuple[str, Row]]) -> None:
    item = site.item(equipment, "alarms", {"key": limit.key, "point": limit.point})
    if item is None:
        new.append((flow({"key": limit.key, "point": limit.point} | limit.entries), row))
    else:
        site.set(item, {name: flow(value) for name, value in limit.entries.items()}, row)


def _keyed(machine: Machine, points: dict[str, Any], kind: str, remarks: Remarks) -> list[tuple[Row, str]]:
    """Each row with its point's key. Points of one name are told apart by their address, so that the order of rows says nothing.

    A row without a key that means a signal of the machine's generic ``kind`` gets that signal's key, and with it its alarms.
    """
    rows = [row for row in machine.rows if row.point is not None and ("key" in row.point or "key" in row.inferred)]
    by_name = {point.name.zh: point.key for point in points.values() if point.equipment == machine.id} if machine.present else {}
    counts: dict[str, int] = {}
    for row in rows:
        if row.point is not None and "key" not in row.point:
            counts[row.inferred["key"]] = counts.get(row.inferred["key"], 0) + 1
    seen: dict[str, Row] = {}
    keyed = []
    for row in rows:
        assert row.point is not None
        key = row.point.get("key")
        if key is None:
            key = row.inferred["key"]
            known = by_name.get(row.point["name"]) or (key if f"{machine.id}.{key}" in points else "")
            signal = meant(row.point["name"], kind) if not known else ""
            if signal and signal not in seen:
                key = signal
            elif counts[key] > 1:
                bit = f"_{row.point['bit']}" if "bit" in row.point else ""
                key = f"{key[:50]}_{row.point.get('address', row.number)}{bit}"
            elif f"{machine.id}.{key}" not in points:
                key = by_name.get(row.point["name"], key)
        if key in seen:
            first = seen[key]
            problem = Problem("pointlist.twice", {"key": key, "first": f"{first.sheet}!{first.cell('name')}"})
            remarks.say(row.sheet, row.number, row.cell("key" if "key" in row.point else "name"), problem)
            continue
        if open_points(kind) and key not in open_points(kind):
            problem = Problem("pointlist.no_signal", {"point": row.point["name"], "type": kind})
            remarks.say(row.sheet, row.number, row.cell("name"), problem, grave=False)
        seen[key] = row
        keyed.append((row, key))
    return keyed


def _new_site() -> str:
    name = {"zh": tr("pointlist.new_site", CHINESE), "en": tr("pointlist.new_site", ENGLISH)}
    return f"site: {flow({'id': 'site', 'name': name})}\n"
