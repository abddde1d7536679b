"""Which alarm stands on which point: those of the type, then the site file's changes and additions."""

from __future__ import annotations

from config.fields import Context, Record
from config.findings import near
from console.domain.estate import Point

Identity = tuple[str, str]  # point key, alarm key


def lay_alarms(alarms: list[Record], own: list[Record], points: dict[str, Point], context: Context) -> dict[Identity, Record]:
    """Every alarm by its point and key.

    An alarm of the site file with the key of one of the type changes only what it says: on all points that have it, or on the
    ``point`` that it names; on another point it is a new alarm. The more exactly it names its points, the later it is applied.
    """
    laid: dict[Identity, Record] = {}
    for alarm in alarms:
        for key in _points_of(alarm, points, context):
            identity = (key, alarm.get("key", ""))
            if identity in laid:
                _duplicate(identity, alarm, laid[identity], context)
            else:
                laid[identity] = alarm
    changed: dict[tuple[Identity, int], Record] = {}
    for alarm in sorted((alarm for alarm in own if "key" in alarm), key=_exactness):
        for identity in _identities(alarm, laid, points, context):
            first = changed.setdefault((identity, _exactness(alarm)), alarm)
            if first is not alarm:
                _duplicate(identity, alarm, first, context)
                continue
            laid[identity] = laid[identity].merged(alarm) if identity in laid else alarm
    return laid


def _exactness(alarm: Record) -> int:
    pattern = alarm.get("point")
    return 0 if pattern is None else 1 if pattern.endswith("*") else 2


def _identities(alarm: Record, laid: dict[Identity, Record], points: dict[str, Point], context: Context) -> list[Identity]:
    """Where an alarm of the site file goes."""
    name = alarm.get("key")
    if "point" in alarm:
        return [(key, name) for key in _points_of(alarm, points, context)]
    found = [identity for identity in laid if identity[1] == name]
    if not found and "point" not in alarm.bad:
        known = sorted({identity[1] for identity in laid})
        guess = near(name, known)
        if guess:
            _where(alarm, context).mistake(alarm.line_of("key"), "unknown_alarm_near", key=name, near=guess)
        else:
            _where(alarm, context).mistake(alarm.line_of("key"), "unknown_alarm", key=name)
    return found


def _points_of(alarm: Record, points: dict[str, Point], context: Context) -> list[str]:
    """The keys of the points that an alarm names."""
    pattern: str | None = alarm.get("point")
    if pattern is None:
        if "point" not in alarm.bad:
            _where(alarm, context).mistake(alarm.line, "missing_key", key="point", section="alarm")
        return []
    if not pattern.endswith("*"):
        if pattern in points:
            return [pattern]
    else:
        keys = [key for key in points if key.startswith(pattern[:-1])]
        if keys:
            return keys
    guess = near(pattern, points)
    line, name = alarm.line_of("point"), alarm.get("key", "")
    if guess:
        _where(alarm, context).mistake(line, "rule_no_point_near", key=name, point=pattern, near=guess)
    else:
        _where(alarm, context).mistake(line, "rule_no_point", key=name, point=pattern)
    return []


def _duplicate(identity: Identity, alarm: Record, first: Record, context: Context) -> None:
    _where(alarm, context).mistake(alarm.line, "duplicate_alarm", key=identity[1], point=identity[0], first=first.line)


def _where(alarm: Record, context: Context) -> Context:
    return Context(alarm.file, context.findings)
