"""The condition of each rule kind: what it remembers of earlier samples, whether it is met, and when time alone may change that."""

from __future__ import annotations

from console.domain.expressions import Read, compiled
from console.domain.rules import AlarmRule, RuleKind
from console.domain.times import seconds

Memory = tuple[tuple[int, float], ...]
"""(moment, value) pairs, the oldest first; what they mean is the kind's own affair."""

KEPT = 32  # samples of a rate's window: its resolution is a 32nd of the window
REMEMBERING = frozenset({RuleKind.RATE, RuleKind.STUCK, RuleKind.RESET, RuleKind.STARTS})


def remember(rule: AlarmRule, memory: Memory, value: float, now: int) -> Memory:  # noqa: PLR0911 - one return a kind
    """The memory with one more usable sample.

    RATE: samples of the window. STUCK: since when the value stands, and where. RESET: the last two values. STARTS: the last
    value, then the starts within the window.
    """
    window = seconds(rule.window_s)
    match rule.kind:
        case RuleKind.RATE:
            if memory and memory[-1] == (now, value):
                return memory
            kept = pruned(rule, memory, now)
            if len(kept) > 1 and kept[-1][0] - kept[-2][0] < window // KEPT:
                kept = kept[:-1]  # too close to be kept apart
            return (*kept, (now, value))
        case RuleKind.STUCK:
            if memory and abs(value - memory[0][1]) <= rule.dead_band:
                return memory
            return ((now, value),)
        case RuleKind.RESET:
            if memory and memory[-1][1] == value:
                return memory  # it stands: neither fallen again nor gone on
            return (memory[-1], (now, value)) if memory else ((now, value),)
        case RuleKind.STARTS:
            starts = list(pruned(rule, memory, now)[1:])
            if memory and not memory[0][1] and value:
                starts.append((now, 1.0))
                starts = starts[-(int(rule.limit) + 1) :]
            return ((now, value), *starts)
        case _:
            return ()


def pruned(rule: AlarmRule, memory: Memory, now: int) -> Memory:
    """The memory without what the window has left behind."""
    begin = now - seconds(rule.window_s)
    if rule.kind is RuleKind.STARTS:
        return (*memory[:1], *(entry for entry in memory[1:] if entry[0] > begin))
    if rule.kind is RuleKind.RATE:  # with the one that stood when the window began
        first = next((place for place, entry in enumerate(memory) if entry[0] >= begin), len(memory))
        return memory[max(0, first - 1) :]
    return memory


def met(  # noqa: PLR0911, PLR0912, PLR0917 - one line a kind
    rule: AlarmRule, memory: Memory, value: float, active: bool, now: int, read: Read
) -> bool | None:
    """Whether the condition holds for ``value``; ``None`` where another point that it needs is not known."""
    band = rule.dead_band if active else 0.0
    match rule.kind:
        case RuleKind.HIGH | RuleKind.HIGH_HIGH:
            return value > rule.limit - band
        case RuleKind.LOW | RuleKind.LOW_LOW:
            return value < rule.limit + band
        case RuleKind.STATE:
            return value in rule.values
        case RuleKind.BITS:
            return int(value) & rule.mask != 0
        case RuleKind.CODE:
            return int(value) != 0
        case RuleKind.DEVIATION:
            wanted = read(rule.other) if rule.other else rule.set_point
            return None if wanted is None else abs(value - wanted) > rule.limit - band
        case RuleKind.DISCREPANCY:
            command = read(rule.other)
            return None if command is None else abs(value - command) > rule.limit
        case RuleKind.RATE:
            return _moved(rule, memory, value, now) > rule.limit - band
        case RuleKind.STUCK:
            return bool(memory) and now - memory[0][0] >= seconds(rule.window_s)
        case RuleKind.RESET:
            return len(memory) == 2 and memory[0][1] - memory[1][1] > rule.limit
        case RuleKind.STARTS:
            return sum(at > now - seconds(rule.window_s) for at, _ in memory[1:]) > rule.limit
        case RuleKind.RUNNING:
            return value != 0
        case RuleKind.CALCULATED:
            return compiled(rule.expression).truth(lambda name: read(rule.inputs.get(name, "")))
        case RuleKind.NO_DATA:  # pragma: no branch - mypy knows that there is no other
            return False  # a usable value came


def look_again(rule: AlarmRule, memory: Memory, now: int) -> int | None:
    """When the passing of time alone may change the condition next (UTC ns); ``None``: only a sample can."""
    window = seconds(rule.window_s)
    match rule.kind:
        case RuleKind.STUCK:
            moment = memory[0][0] + window if memory else 0
        case RuleKind.STARTS:
            moment = memory[1][0] + window if len(memory) > 1 else 0
        case RuleKind.RATE:
            moment = memory[1][0] + window + 1 if len(memory) > 1 else 0
        case _:
            moment = 0
    return moment if moment > now else None


def _moved(rule: AlarmRule, memory: Memory, value: float, now: int) -> float:
    """How far the value moved within the window, in the direction that counts."""
    begin = now - seconds(rule.window_s)
    inside = [entry[1] for entry in memory if entry[0] >= begin]
    older = [entry[1] for entry in memory if entry[0] < begin]
    if older:
        inside.append(older[-1])  # it stood there when the window began
    up, down = value - min(inside, default=value), max(inside, default=value) - value
    return up if rule.direction == "up" else down if rule.direction == "down" else max(up, down)
