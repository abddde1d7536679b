"""Calculated conditions: a small, safe language over points, compiled once into closures. Nothing of Python is executed.

Known: numbers, ``true``/``false``, names of points, ``point("T1-P1.pressure")`` for a point by its full id, ``+ - * / %``,
comparisons (also chained), ``and``/``or``/``not``, ``a if c else b``, and the functions ``abs``, ``min``, ``max``, ``round`` and
``bit(value, n)``. A value that is not known (no usable sample, a division by zero) makes the result unknown, unless the rest
decides already: ``false and unknown`` is false, ``true or unknown`` is true.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from console.domain.problems import Refused

Number = float | int | bool
Value = Number | None  # None: not known
Read = Callable[[str], float | None]
"""The present number of a point as the expression names it; ``None`` where there is no usable one."""
_Node = Callable[[Read], Value]

LONGEST = 500  # characters: a condition that is longer belongs into two alarms
DEEPEST = 30  # levels of nesting

_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_CONSTANTS = {"true": True, "false": False}


def _bit(value: float, place: float) -> bool:
    return 0 <= place < 64 and bool(int(value) >> int(place) & 1)


_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Number]]] = {  # fewest and most arguments
    "abs": (1, 1, abs),
    "min": (2, 8, min),
    "max": (2, 8, max),
    "round": (1, 1, round),
    "bit": (2, 2, _bit),
}


@dataclass(frozen=True, slots=True)
class Expression:
    """``names`` are the points that it reads, in the order in which they first stand there."""

    text: str
    names: tuple[str, ...]
    _evaluate: _Node

    def value(self, read: Read) -> Value:
        """The result, ``None`` if it is not known."""
        return self._evaluate(read)

    def truth(self, read: Read) -> bool | None:
        """The result as a condition."""
        found = self._evaluate(read)
        return None if found is None else bool(found)


@lru_cache(maxsize=50_000)
def compiled(text: str) -> Expression:
    """The expression that ``text`` says; raises :class:`Refused` with what is wrong and where (column from 1)."""
    if len(text) > LONGEST:
        raise Refused("domain.expression.long", most=LONGEST)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = getattr(error, "offset", None) or 1
        raise Refused("domain.expression.syntax", column=column) from None
    names: dict[str, None] = {}
    node = _compile(tree.body, names, 0)
    return Expression(text, tuple(names), node)


def _compile(node: ast.expr, names: dict[str, None], depth: int) -> _Node:  # noqa: PLR0911 - one return a kind of node
    if depth > DEEPEST:
        raise Refused("domain.expression.deep", most=DEEPEST)

    def inner(child: ast.expr) -> _Node:
        return _compile(child, names, depth + 1)

    match node:
        case ast.Constant(value=bool() | int() | float() as number):
            return _constant(node, number)
        case ast.Name(id=name):
            if name in _CONSTANTS:
                return _constant(node, _CONSTANTS[name])
            return _point(name, names)
        case ast.Call():
            return _call(node, names, inner)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not() as sign, operand=operand):
            return _unary(sign, inner(operand))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            return _arithmetic(_ARITHMETIC[type(op)], inner(left), inner(right))
        case ast.BoolOp(op=op, values=values):
            return _logic(isinstance(op, ast.And), [inner(value) for value in values])
        case ast.Compare(left=left, ops=ops, comparators=rest) if all(type(op) in _COMPARISONS for op in ops):
            return _comparison([_COMPARISONS[type(op)] for op in ops], [inner(part) for part in (left, *rest)])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _choice(inner(test), inner(body), inner(orelse))
        case _:
            raise _refused(node)


def _refused(node: ast.expr) -> Refused:
    return Refused("domain.expression.word", column=node.col_offset + 1, found=ast.unparse(node)[:40])


def _constant(node: ast.expr, number: Number) -> _Node:
    if not math.isfinite(number) or abs(number) > 1e15:
        raise _refused(node)
    return lambda _read: number


def _point(name: str, names: dict[str, None]) -> _Node:
    names[name] = None
    return lambda read: read(name)


def _call(node: ast.Call, names: dict[str, None], inner: Callable[[ast.expr], _Node]) -> _Node:
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise _refused(node)
    name = node.func.id
    if name == "point":
        match node.args:
            case [ast.Constant(value=str() as point)] if point:
                return _point(point, names)
            case _:
                raise _refused(node)
    if name not in _FUNCTIONS:
        raise _refused(node)
    fewest, most, function = _FUNCTIONS[name]
    if not fewest <= len(node.args) <= most:
        raise _refused(node)
    parts = [inner(part) for part in node.args]

    def evaluate(read: Read) -> Value:
        values = []
        for part in parts:
            value = part(read)
            if value is None:
                return None
            values.append(value)
        return _finite(function(*values))

    return evaluate


def _finite(value: Number) -> Value:
    return value if math.isfinite(value) else None


def _unary(sign: ast.unaryop, operand: _Node) -> _Node:
    def evaluate(read: Read) -> Value:
        value = operand(read)
        if value is None:
            return None
        return not value if isinstance(sign, ast.Not) else -value if isinstance(sign, ast.USub) else value

    return evaluate


def _arithmetic(operate: Callable[[float, float], float], left: _Node, right: _Node) -> _Node:
    def evaluate(read: Read) -> Value:
        first, second = left(read), right(read)
        if first is None or second is None:
            return None
        try:
            return _finite(operate(first, second))
        except (ZeroDivisionError, OverflowError):
            return None

    return evaluate


def _logic(conjunction: bool, parts: list[_Node]) -> _Node:
    """``and``/``or`` over three values: what decides is found even behind something unknown."""

    def evaluate(read: Read) -> Value:
        known = True
        for part in parts:
            value = part(read)
            if value is None:
                known = False
            elif bool(value) is not conjunction:
                return not conjunction
        return conjunction if known else None

    return evaluate


def _comparison(operations: list[Callable[[float, float], bool]], parts: list[_Node]) -> _Node:
    def evaluate(read: Read) -> Value:
        values = [part(read) for part in parts]
        known = True
        for compare, first, second in zip(operations, values, values[1:], strict=False):
            if first is None or second is None:
                known = False
            elif not compare(first, second):
                return False
        return True if known else None

    return evaluate


def _choice(test: _Node, body: _Node, orelse: _Node) -> _Node:
    def evaluate(read: Read) -> Value:
        chosen = test(read)
        return None if chosen is None else body(read) if chosen else orelse(read)

    return evaluate
