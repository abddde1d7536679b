"""What a health line says in words and figures; no widgets."""

from __future__ import annotations

from collections.abc import Sequence

from console.domain.health import HealthLine, HealthState
from console.link.messages import ReadBlock
from console.texts import catalogue, language, sentence, tr
from console.ui.picture import Picture
from console.ui.strip import equipment_name

ERRORS = (
    "timeouts", "exceptions", "short", "long", "wrong_count", "wrong_crc", "wrong_function",
    "wrong_unit", "wrong_transaction", "duplicate",
    "garbage", "resets", "late", "connect_failures", "disconnects", "dropped", "too_large", "not_json", "not_text", "no_path",
    "not_a_number", "not_a_text", "implausible",
)  # fmt: skip
OWN = ("recorder", "store", "backup", "clock", "poller", "watch", "link")  # the collector's own parts
_RANK = {HealthState.DOWN: 0, HealthState.DEGRADED: 1, HealthState.STARTING: 2, HealthState.OK: 3}
_TOKENS = {HealthState.DOWN: "p2_text", HealthState.DEGRADED: "p3_text", HealthState.STARTING: "dim", HealthState.OK: "dim"}
_MARKS = {HealthState.DOWN: "▲", HealthState.DEGRADED: "●", HealthState.STARTING: "…", HealthState.OK: "○"}


def rank(line: HealthLine) -> tuple[int, str]:
    """Worst first, then devices below their connection."""
    return _RANK[line.state], line.id.partition(":")[2]


def state_text(line: HealthLine) -> str:
    """A mark and a word: colour is never the only sign."""
    return f"{_MARKS[line.state]} {tr(f'domain.health.{line.state}')}"


def state_token(line: HealthLine) -> str:
    """The state's colour."""
    return _TOKENS[line.state]


def name(picture: Picture, line: HealthLine) -> str:
    """The equipment behind a device, the connection's own name, or the part of the collector."""
    if line.equipment in picture.equipment:
        return equipment_name(picture, line.equipment)
    key = f"connections.part.{line.kind}"
    return line.name.get(language()) or (tr(key) if key in catalogue() else line.id)


def errors(line: HealthLine) -> int:
    """All errors that were counted since the collector began."""
    return sum(line.counters.get(key, 0) for key in ERRORS)


def problem(line: HealthLine) -> str:
    """Why it is not well, in one sentence."""
    return sentence(line.problem) if line.problem is not None else ""


def figure(line: HealthLine, key: str) -> str:
    """A present value with one decimal, or nothing."""
    value = line.figures.get(key)
    return "" if value is None else f"{value:,.1f}".replace(",", " ")


def facts(line: HealthLine) -> list[tuple[str, str]]:
    """Every figure and counter that is not zero, in words."""
    rows = [(_word("figure", key), f"{value:,.1f}".replace(",", " ")) for key, value in line.figures.items()]
    rows += [(_word("counter", key), f"{value:,}".replace(",", " ")) for key, value in line.counters.items() if value]
    return rows


def _word(kind: str, key: str) -> str:
    for part in ("driver", "connections"):
        if f"{part}.{kind}.{key}" in catalogue():
            return tr(f"{part}.{kind}.{key}")
    return key


def plan_says(blocks: Sequence[ReadBlock]) -> str:
    """How many requests, how long they take together, and what was learned of the devices; one line each."""
    if not blocks:
        return tr("connections.plan.none")
    seconds = sum(block.duration_ms for block in blocks) / 1000
    lines = [tr("connections.plan.requests", count=len(blocks), seconds=seconds)]
    for block in {(block.unit, block.function): block for block in blocks}.values():
        if block.cap:
            lines.append(tr("connections.plan.cap", unit=block.unit, function=block.function, most=block.cap))
        if block.holes:
            holes = ", ".join(f"{first}–{last}" for first, last in block.holes)
            lines.append(tr("connections.plan.holes", unit=block.unit, function=block.function, where=holes))
        if block.bad:
            bad = ", ".join(str(address) for address in block.bad)
            lines.append(tr("connections.plan.bad", unit=block.unit, function=block.function, where=bad))
    return "\n".join(lines)
