"""What single cells say: numbers, data types, byte orders, factors, state texts, units, intervals.

Each function raises :class:`Refused` with a sentence about the cell. Texts are folded first: full-width digits, letters and
punctuation become the usual ones.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from config import units
from config.pointlist import words
from console.domain.problems import Refused
from console.domain.registers import TYPES

_NOTHING = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "n/a", "na", "none", "null", "空", "不适用", "#n/a"})
_NUMBER = re.compile(r"([+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)\s*(.*)", re.IGNORECASE)


def folded(text: str) -> str:
    """``text`` with full-width marks made usual."""
    return unicodedata.normalize("NFKC", text).strip()


def squeezed(text: str) -> str:
    """``text`` folded, in lower case, without what people put between words."""
    return re.sub(r"[\s_\-./,;:()\[\]{}'\"·、]+", "", folded(text).lower())


@lru_cache(maxsize=20_000)
def empty(text: str) -> bool:
    """True for nothing and the words for it."""
    return folded(text).lower() in _NOTHING


def number(text: str) -> float:
    """A number with thousands separators or a unit behind it: ``1,234.5``, ``１２``, ``380 V``, ``0,1``."""
    plain = folded(text).replace("−", "-").replace("–", "-")
    if re.fullmatch(r"[+-]?\d+,\d+", plain) and not re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", plain):
        plain = plain.replace(",", ".")
    match = _NUMBER.fullmatch(plain)
    if match is None or ("," in match[1] and not re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", match[1])):
        raise Refused("pointlist.want_number", found=text)
    if match[2] and measure_or_none(match[2]) is None:
        raise Refused("pointlist.want_number", found=text)
    value = float(match[1].replace(",", ""))
    if abs(value) > 1e18:
        raise Refused("pointlist.want_number", found=text)
    return value


def whole(text: str, low: int, high: int) -> int:
    """A whole number between ``low`` and ``high``; ``0x..`` too."""
    plain = folded(text).lower()
    try:
        value = float(int(plain, 16)) if re.fullmatch(r"0x[0-9a-f]{1,8}", plain) else number(plain)
    except Refused:
        raise Refused("pointlist.want_whole", found=text, low=low, high=high) from None
    if not value.is_integer() or not low <= value <= high:
        raise Refused("pointlist.want_whole", found=text, low=low, high=high)
    return int(value)


# --- data types

_TYPE_OF = words.meanings("types")
_UNTOLD = words.plain("untold_types")
_ORDER_OF = words.meanings("orders")


def order(text: str) -> str:
    """One of ABCD, CDAB, BADC, DCBA."""
    found = _ORDER_OF.get(squeezed(text))
    if found is None:
        raise Refused("pointlist.bad_order", found=text)
    return found


def data_type(text: str) -> tuple[str, str]:  # noqa: PLR0911 - one line a way to say it
    """A register type and the byte order that it brings along (each may be empty: the words say nothing of it)."""
    word = squeezed(text)
    if word in TYPES:
        return word, ""
    brought = ""
    match = re.search(r"(abcd|cdab|badc|dcba|3412|2143|4321|1234|大端|小端|bigendian|littleendian)(?:模式|序)?", word)
    if match:
        brought, word = _ORDER_OF[match[1]], word.replace(match[0], "")
    if word in _UNTOLD or (match and not word):
        return "", brought
    if word in _TYPE_OF:
        return _TYPE_OF[word], brought
    bits = re.search(r"(8|16|32|64)(?:位|bit|bits|b)?", word)
    rest = word.replace(bits[0], "") if bits else word
    rest = re.sub(r"(型|类型|数据|格式|码|变量|值)$", "", rest)
    width = bits[1] if bits else ""
    if "浮点" in rest or "float" in rest or "real" in rest or "实数" in rest:
        return ("f64" if width == "64" or "双" in rest or "double" in rest else "f32"), brought
    if "bcd" in rest:
        return ("bcd32" if width == "32" else "bcd16"), brought
    unsigned = bool(re.search(r"无符号|unsigned|uint|正整|^u$", rest))
    if width in ("16", "32", "64") and (unsigned or re.search(r"有符号|signed|int|整|^[is]?$", rest)):
        signed = bool(re.search(r"有符号|(?<!un)signed|(?<!u)int|(?<!无符号)整|^[is]$", rest)) and not unsigned
        return f"{'i' if signed else 'u'}{width}", brought
    if rest in _TYPE_OF and not width:
        return _TYPE_OF[rest], brought
    raise Refused("pointlist.bad_type", found=text)


# --- factors


def factor(text: str) -> float:
    """0.1, /10, ÷10, ×10, x0.1, 1/10, 10^-1, 10%, 1:10."""
    plain = folded(text).lower().replace(" ", "").replace("×", "*").replace("÷", "/").replace("除以", "/").replace("乘以", "*")
    plain = re.sub(r"^(?:[x*]|乘|raw\*|值\*|实际值=原始值\*)(?=[\d.])", "", plain)
    plain = re.sub(r"^(?:除|raw/|值/)(?=\d)", "/", plain)
    match = re.fullmatch(r"(\d*)[/:](\d+(?:\.\d+)?)", plain)
    if match:
        below = float(match[2])
        value = float(match[1] or 1) / below if below else 0.0
    else:
        match = re.fullmatch(r"10(?:\^|\*\*|的)\(?([+-]?\d{1,2})\)?(?:次方)?", plain)
        if match:
            value = float(f"1e{int(match[1])}")
        elif re.fullmatch(r"\d+(?:\.\d+)?%", plain):
            value = float(plain[:-1]) / 100
        else:
            value = number(text if plain == folded(text).lower() else plain)
    if value == 0:
        raise Refused("pointlist.bad_factor", found=text)
    return value


# --- states

_STATE = re.compile(r"(0x[0-9a-fA-F]{1,8}|-?\d{1,9})\s*(?:[:=.、]|-{1,2}>?|—+|=>|→|表示|为|是)?\s*")


_STRICT = re.compile(r"\s*(0x[0-9a-fA-F]{1,8}|-?\d{1,9})\s*[:=]\s*([^:=]*[^:=\s])\s*")  # several of these, parted by ; or |


def _value_of(text: str) -> int:
    return int(text, 16) if text.lower().startswith("0x") else int(text)


_MARKS = str.maketrans("０１２３４５６７８９：；＝｜", "0123456789:;=|")  # one for one: the texts themselves stay as they are


def states(text: str) -> dict[int, str]:
    """``0:停止;1:运行``, ``0=停 1=运``, ``0-off, 1-on``, ``0停止1运行``, ``停止/运行``: value -> text."""
    plain = text.translate(_MARKS).strip()
    parts = [_STRICT.fullmatch(part) for part in re.split(r"[;\n|]", plain) if part.strip()]
    if len(parts) > 1 and all(parts):
        return {_value_of(part[1]): part[2].strip() for part in parts if part}
    starts = [
        match
        for match in _STATE.finditer(plain)
        if match.start() == 0 or re.match(r"[\s,，;|/、.\n\u4e00-\u9fff)]", plain[match.start() - 1])
    ]
    if starts and starts[0].start() == 0:
        found: dict[int, str] = {}
        for match, after in zip(starts, [*[each.start() for each in starts[1:]], len(plain)][: len(starts)], strict=True):
            said = plain[match.end() : after].strip(" ,，;|/、.\n")
            if not said:
                raise Refused("pointlist.bad_states", found=text)
            found[_value_of(match[1])] = said
        return found
    pair = [word.strip() for word in re.split(r"[/|;,，、]", plain) if word.strip()]
    if len(pair) == 2 and not any(word[0].isdigit() for word in pair):
        return {0: pair[0], 1: pair[1]}
    raise Refused("pointlist.bad_states", found=text)


# --- units

_WORDS: dict[str, str] = words.table("units")


def measure_or_none(text: str) -> str | None:
    """The one spelling of a unit, or ``None``."""
    raw = text.strip()
    for spelling in (raw, folded(raw), _WORDS.get(folded(raw).lower()), _WORDS.get(raw)):
        if spelling is not None and units.canonical(spelling) is not None:
            return units.canonical(spelling)
    lower = folded(raw).lower()
    matches = {units.canonical(each) for each in (*units.UNITS, *units.ALIASES) if folded(each).lower() == lower}
    return matches.pop() if len(matches) == 1 else None


def measure(text: str) -> str:
    """A unit of measure in its one spelling."""
    found = measure_or_none(text)
    if found is None:
        near = units.nearest(folded(text))
        raise Refused("pointlist.bad_unit_near", found=text, near=near) if near else Refused("pointlist.bad_unit", found=text)
    return found


# --- the rest

_AREAS: dict[str, int] = words.table("functions")
_FUNCTION = re.compile(r"(?:fc|功能码|0x|h)?0?(\d{1,2})h?(?:[:：\s(].*|读.*)?", re.IGNORECASE)
_READ = re.compile(
    r"(r|ro|read|readonly|只读|读|可读|输入|input|监视|遥测|遥信|r/?w|rw|w/?r|read/?write|readwrite|读写|可读写|读/写|读、写)"
)
_WRITE_ONLY = re.compile(r"(w|wo|write|writeonly|只写|写|可写|遥控|遥调)")


def function(text: str) -> int:
    """1-6, 15, 16 (0F, 10H too); areas such as 保持寄存器 are also spoken of as functions."""
    plain = squeezed(text)
    for area, value in _AREAS.items():
        if plain == area or (len(area) > 3 and plain.startswith(area)):
            return value
    match = _FUNCTION.match(folded(text))
    value = int(match[1]) if match else 0
    if value not in (1, 2, 3, 4, 5, 6, 15, 16):
        raise Refused("pointlist.bad_function", found=text)
    return value


def readable(text: str) -> bool:
    """False for points that can only be written."""
    plain = re.sub(r"\s", "", folded(text).lower())
    if _READ.fullmatch(plain):
        return True
    if _WRITE_ONLY.fullmatch(plain):
        return False
    raise Refused("pointlist.bad_access", found=text)


_SPANS: dict[str, int] = words.table("spans")  # ms
_RATES: dict[str, int] = words.table("rates")  # ms


def interval(text: str, heading: str = "") -> int:
    """A sampling interval in ms. A bare number takes the heading's unit; without one, below 250 it is seconds, else ms."""
    plain = folded(text).lower().replace(" ", "").replace("/次", "")
    if plain in _RATES:
        return _RATES[plain]
    match = re.fullmatch(r"([\d.,]+)([a-z\u4e00-\u9fff]*)", plain)
    if match is None or (match[2] and match[2] not in _SPANS):
        raise Refused("pointlist.bad_interval", found=text)
    value = number(match[1])
    inside = re.search(r"(ms|毫秒|min|分钟|分|秒|s\b|小时|h\b)", folded(heading).lower().split("周期")[-1])
    span = _SPANS[match[2]] if match[2] else _SPANS[inside[1]] if inside else 1000 if value < 250 else 1
    result = round(value * span)
    if not 50 <= result <= 3_600_000:
        raise Refused("pointlist.bad_interval", found=text)
    return result


_PRIORITIES: dict[str, int] = words.table("priorities")


def priority(text: str) -> int:
    """1-4, P1-P4, 紧急/重大/一般/计划."""
    plain = squeezed(text).removesuffix("报警").removesuffix("级")
    if plain in _PRIORITIES:
        return _PRIORITIES[plain]
    if plain + "级" in _PRIORITIES:
        return _PRIORITIES[plain + "级"]
    match = re.fullmatch(r"p?([1-4])", plain)
    if match is None:
        raise Refused("pointlist.bad_priority", found=text)
    return int(match[1])


def yes(text: str) -> bool:
    """A tick of any kind."""
    return squeezed(text) in ("1", "y", "yes", "true", "是", "√", "✓", "x", "v", "对", "有")
