"""The configuration reference and the catalogue of equipment types, written from the declarations themselves.

``python -m config.reference`` writes docs/configuration.md and docs/equipment-types.md; a test says when they are out of date.
"""

from __future__ import annotations

from pathlib import Path

from config import catalogue
from config.catalogue import Compiled, EquipmentType
from config.durations import Interval, words
from config.fields import Field, Kind, ListOf, MapOf, Obj, Record
from config.findings import Findings
from config.scalars import Choice, Duration, Int, Num
from config.schema import OBJECTS, doc_key
from config.units import ALIASES, UNITS
from console.domain.estate import ModbusSource, MqttSource, Point
from console.domain.text import Text
from console.texts import CHINESE, ENGLISH, tr

_HOW = {"times": " × `{}`", "power": " × 10^`{}`", "places": " ÷ 10^`{}`", "table": " × [`{}`]"}  # factors as formulas
CONFIGURATION = "configuration.md"
TYPES = "equipment-types.md"


def _both(key: str, **params: object) -> str:
    return f"{tr(key, CHINESE, **params)} / {tr(key, ENGLISH, **params)}"


def _ref(name: str) -> str:
    return _both(f"config.ref.{name}")


def _text(text: Text | None) -> str:
    if text is None:
        return ""
    return f"{text.zh}<br>{text.en}" if text.zh and text.en else text.get("zh")


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [_row(*head), _row(*("---" for _ in head)), *(_row(*row) for row in rows), ""]


# --- the site file


def markdown() -> str:
    """docs/configuration.md."""
    lines = [f"# {_ref('title')}", "", *_paragraphs("generated", "intro", "implicit")]
    for described in OBJECTS:
        lines += [
            f"## {described.name}",
            "",
            f"{tr(doc_key(described.name), CHINESE)}。{tr(doc_key(described.name), ENGLISH)}.",
            "",
        ]
        head = [_ref("key"), _ref("value"), _ref("default"), _ref("meaning")]
        lines += _table(head, [_field_row(described, key, field) for key, field in described.fields.items()])
    also: dict[str, list[str]] = {}
    for alias, unit in ALIASES.items():
        also.setdefault(unit, []).append(alias)
    lines += [f"## {_ref('units')}", ""]
    lines += [
        ", ".join(
            f"`{unit}`" + (f" ({_ref('units_also')} {', '.join(f'`{alias}`' for alias in also[unit])})" if unit in also else "")
            for unit in UNITS
            if unit
        ),
        "",
    ]
    return "\n".join(lines)


def _paragraphs(*names: str) -> list[str]:
    lines = []
    for name in names:
        lines += [tr(f"config.ref.{name}", CHINESE), "", tr(f"config.ref.{name}", ENGLISH), ""]
    return lines


def _field_row(described: Obj, key: str, field: Field) -> list[str]:
    needed = f" **{_ref('required')}**" if field.required else ""
    name = doc_key(described.name, key)
    return [
        f"`{key}`{needed}",
        _value(field.kind),
        f"`{field.default}`" if field.default else "",
        f"{tr(name, CHINESE)}<br>{tr(name, ENGLISH)}",
    ]


def _value(kind: Kind) -> str:
    """What may stand there, in a few words."""
    if isinstance(kind, Obj):
        return f"[{kind.name}](#{kind.name})"
    inner = getattr(kind, "kind", None)
    if isinstance(inner, Kind):
        outer = f"{_both(f'config.kind.{kind.wants}')}: " if isinstance(kind, ListOf | MapOf) else ""
        return outer + _value(inner)
    if isinstance(kind, Choice):
        return ", ".join(f"`{word}`" for word in kind.allowed)
    return _both(f"config.kind.{kind.wants}") + _range(kind)


def _range(kind: Kind) -> str:
    if isinstance(kind, Duration):
        return f" ≤ {words(kind.most)}"
    if isinstance(kind, Int | Num) and abs(kind.high) < 1e9:
        return f" {kind.low:g}～{kind.high:g}"
    return ""


# --- the equipment types


def types_markdown() -> str:
    """docs/equipment-types.md."""
    findings = Findings()
    lines = [f"# {_ref('types_title')}", "", *_paragraphs("generated", "types_intro")]
    shipped = sorted(catalogue.shipped(findings).values(), key=lambda kind: (kind.record.get("kind"), kind.name))
    head = [_ref("type"), _ref("meaning"), _ref("kind"), _ref("confidence")]
    lines += _table(head, [_entry(kind) for kind in shipped])
    for kind in shipped:
        lines += _type(kind, findings)
    return "\n".join(lines)


def _entry(kind: EquipmentType) -> list[str]:
    """One line of the list of types."""
    record = kind.record
    return [f"[{kind.name}](#{kind.name})", _text(record.get("name")), f"`{record.get('kind')}`", _ref(record.get("confidence"))]


def _type(kind: EquipmentType, findings: Findings) -> list[str]:
    values = {name: _sample(name, spec) for name, spec in kind.parameters.items()}
    compiled = catalogue.compile_type(kind, values, findings)
    record = kind.record
    lines = [f"## {kind.name}", "", _text(record.get("name")).replace("<br>", " / "), ""]
    summary = record.get("summary")
    if summary is not None:
        lines += [summary.zh, "", summary.en, ""]
    lines += [f"- {_ref('file_is')}: `{kind.file}`", f"- {_ref('confidence')}: {_ref(record.get('confidence'))}"]
    lines += [f"- {_ref('source')}: {source}" for source in record.get("source")]
    limits = ", ".join(f"`{key}`: {_limit(value)}" for key, value in compiled.device.values.items())
    if limits:
        lines.append(f"- {_ref('limits')}: {limits}")
    lines.append("")
    if kind.parameters:
        lines += [f"### {_ref('parameters')}", ""]
        head = [_ref("key"), _ref("default"), _ref("range"), _ref("meaning")]
        lines += _table(head, [_parameter(name, spec) for name, spec in kind.parameters.items()])
    if compiled.records:
        lines += [f"### {_ref('points')}", ""]
        head = [_ref("key"), _ref("meaning"), _ref("where"), _ref("unit"), _ref("poll")]
        lines += _table(head, _point_rows(compiled))
    for key, point in compiled.points.items():
        codes: dict[int, Record] = compiled.records[key].get("codes", {})
        if codes:
            lines += [f"### {_ref('codes')}: `{key}`", ""]
            head = [_ref("code"), _ref("meaning"), "level"]
            lines += _table(
                head, [[str(code), _text(point.states[code]), str(entry.get("level", ""))] for code, entry in codes.items()]
            )
    if compiled.alarms:
        lines += [f"### {_ref('alarms')}", ""]
        head = [_ref("key"), _ref("condition"), _ref("delay"), _ref("priority"), _ref("meaning")]
        lines += _table(head, [_alarm(alarm) for alarm in compiled.alarms])
    if compiled.plans:
        lines += [f"### {_ref('plans')}", ""]
        head = [_ref("key"), _ref("meaning"), _ref("every"), _ref("source")]
        lines += _table(head, [_plan(plan) for plan in compiled.plans])
    return lines


def _sample(name: str, spec: Record) -> str:
    given = spec.get("default") or spec.get("example")
    return given.text if given is not None else f"<{name}>"


def _limit(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"0x{first:04X}～0x{last:04X}" for first, last in value)
    return str(value).lower()


def _parameter(name: str, spec: Record) -> list[str]:
    default, example = spec.get("default"), spec.get("example")
    low, high = spec.get("low"), spec.get("high")
    span = f"{low:g}～{high:g}" if low is not None and high is not None else ""
    needed = f"**{_ref('required')}**" + (f" ({_ref('example')} `{example.text}`)" if example is not None else "")
    return [f"`{name}`", f"`{default.text}`" if default is not None else needed, span, _text(spec.get("text"))]


def _point_rows(compiled: Compiled) -> list[list[str]]:
    """One row a point; of repeated points only the first and the last."""
    rows: list[list[str]] = []
    seen: dict[int, int] = {}
    for key, record in compiled.records.items():
        point = compiled.points.get(key)
        if point is None:
            rows.append([f"`{key}`", _text(record.get("name")), _ref("on_site"), record.get("unit", ""), ""])
            continue
        line = record.line
        if "repeat" in record:
            seen[line] = seen.get(line, 0) + 1
            if seen[line] == 2:
                rows.append(["…", "", "", "", ""])
            if seen[line] > 1:
                continue
        rows.append([f"`{key}`", _text(point.name), _where(point), point.unit, f"{point.poll_ms / 1000:g} s"])
    return rows


def _where(point: Point) -> str:
    source = point.source
    if isinstance(source, ModbusSource):
        bits = (
            ""
            if source.bit is None
            else f" bit {source.bit}"
            if source.bits == 1
            else f" bits {source.bit}-{source.bit + source.bits - 1}"
        )
        scale = f" × {source.scale:g}" if source.scale != 1 else ""
        scale += "".join(_HOW[factor.how].format(factor.point) for factor in source.factors)
        offset = f" {source.offset:+g}" if source.offset else ""
        kind = f"text[{source.length}]" if source.type == "text" else source.type
        return f"FC{source.function:02d} 0x{source.address:04X} {kind}{bits}{scale}{offset}"
    if isinstance(source, MqttSource):
        return f"`{source.path}`"
    return ""


def _alarm(alarm: Record) -> list[str]:
    condition = f"`{alarm.get('point')}` {alarm.get('kind')}"
    if "limit" in alarm:
        condition += f" {alarm.get('limit'):g}"
    if "values" in alarm:
        condition += " " + ", ".join(str(value) for value in alarm.get("values"))
    priority = f"P{alarm.get('priority')}"
    if "levels" in alarm:
        priority += " (" + ", ".join(f"{level}: P{given}" for level, given in alarm.get("levels").items()) + ")"
    delay = alarm.get("on_delay", 0)
    return [f"`{alarm.get('key')}`", condition, words(delay) if delay else "", priority, _text(alarm.get("text"))]


def _plan(plan: Record) -> list[str]:
    every: Interval = plan.get("every")
    length = f"{every.days} d" if every.days else f"{every.months} months" if every.months else f"{every.hours:g} h"
    return [f"`{plan.get('key')}`", _text(plan.get("title")), length, _text(plan.get("source"))]


def write(folder: Path) -> None:
    """Write both pages into ``folder``."""
    folder.joinpath(CONFIGURATION).write_text(markdown(), encoding="utf-8", newline="\n")
    folder.joinpath(TYPES).write_text(types_markdown(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(__file__).resolve().parents[1] / "docs")
