"""What single cells say: numbers, data types, byte orders, factors, state texts, units, intervals; in Chinese, English, vendors' words.

Each function raises :class:`Refused` with a sentence about the cell. Texts are folded first: full-width digits, letters and
punctuation become the usual ones.
"""

from __future__ import annotations

import re
import unicodedata

from config import units
from console.domain.problems import Refused

_NOTHING = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "n/a", "na", "none", "null", "空", "不适用", "#n/a"})
_NUMBER = re.compile(r"([+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)\s*(.*)", re.IGNORECASE)


def folded(text: str) -> str:
    """``text`` with full-width marks made usual."""
    return unicodedata.normalize("NFKC", text).strip()


def squeezed(text: str) -> str:
    """``text`` folded, in lower case, without what people put between words."""
    return re.sub(r"[\s_\-./,;:()\[\]{}'\"·、]+", "", folded(text).lower())


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

_TYPES = {
    "bool": "bool bit boolean bin coil 布尔 布尔型 布尔量 开关 开关量 位 线圈 di do dx bx 数字量 digital 状态量 单点 遥信",
    "u16": "u16 uint uint16 word ushort unsignedshort unsigned16 uint16t uinteger 字 无符号 无符号数 无符号整数 无符号整型 正整数",
    "i16": "i16 int int16 short integer signed16 int16t s16 sint16 整型 整数 短整型 有符号 有符号数 有符号整数 有符号整型",
    "u32": "u32 uint32 udint dword ulong unsignedlong unsigned32 uint32t 双字 无符号长整型 无符号长整数 无符号双字 无符号双整型",
    "i32": "i32 int32 dint long longint signed32 int32t s32 长整型 长整数 双整型 双整数 有符号长整型 有符号双字 有符号双整型",
    "u64": "u64 uint64 ulint lword qword ulonglong unsigned64 uint64t 四字 无符号64",
    "i64": "i64 int64 lint longlong signed64 int64t s64",
    "f32": "f32 float float32 real single float4 ieee754 ieee float32ieee754 浮点 浮点型 浮点数 单精度 单精度浮点 单精度浮点型 单精度浮点数 实数",
    "f64": "f64 double float64 lreal double64 双精度 双精度浮点 双精度浮点型 双精度浮点数 长实数",
    "bcd16": "bcd bcd16 bcd码 16位bcd", "bcd32": "bcd32 32位bcd dbcd",
    "u8hi": "u8hi 高字节 高8位 高八位 highbyte msb hibyte", "u8lo": "u8lo byte uint8 u8 usint 低字节 低8位 低八位 lowbyte lsb lobyte 字节",
}  # fmt: skip
_TYPE_OF = {word: name for name, words in _TYPES.items() for word in words.split()}
_UNTOLD = frozenset({"ai", "ao", "模拟量", "analog", "ax", "遥测", "寄存器", "register", "数值", "number", "value"})
_ORDERS = {
    "ABCD": "abcd 1234 3210 大端 大端模式 大端序 bigendian big be 高字在前 高位在前 高字节在前 正序 abcdefgh ab msbfirst",
    "CDAB": "cdab 3412 1032 低字在前 字交换 wordswap wordswapped bigendianswap 大端字交换 大端交换 midlittle ghefcdab",
    "BADC": "badc 2143 2301 字节交换 byteswap byteswapped 小端交换 小端字交换 littleendianswap badcfehg",
    "DCBA": "dcba 4321 0123 小端 小端模式 小端序 littleendian little le 低位在前 低字节在前 反序 倒序 hgfedcba ba lsbfirst",
}
_ORDER_OF = {word: name for name, words in _ORDERS.items() for word in words.split()}


def order(text: str) -> str:
    """One of ABCD, CDAB, BADC, DCBA."""
    found = _ORDER_OF.get(squeezed(text))
    if found is None:
        raise Refused("pointlist.bad_order", found=text)
    return found


def data_type(text: str) -> tuple[str, str]:
    """A register type and the byte order that it brings along (each may be empty: the words say nothing of it)."""
    word = squeezed(text)
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


def states(text: str) -> dict[int, str]:
    """``0:停止;1:运行``, ``0=停 1=运``, ``0-off, 1-on``, ``0停止1运行``, ``停止/运行``: value -> text."""
    plain = folded(text)
    starts = [
        match
        for match in _STATE.finditer(plain)
        if match.start() == 0 or re.match(r"[\s,;|/、.\n\u4e00-\u9fff)]", plain[match.start() - 1])
    ]
    if starts and starts[0].start() == 0:
        found: dict[int, str] = {}
        for match, after in zip(starts, [*[each.start() for each in starts[1:]], len(plain)][: len(starts)], strict=True):
            said = plain[match.end() : after].strip(" ,;|/、.\n")
            if not said:
                raise Refused("pointlist.bad_states", found=text)
            value = int(match[1], 16) if match[1].lower().startswith("0x") else int(match[1])
            found[value] = said
        return found
    words = [word.strip() for word in re.split(r"[/|;,、]", plain) if word.strip()]
    if len(words) == 2 and not any(word[0].isdigit() for word in words):
        return {0: words[0], 1: words[1]}
    raise Refused("pointlist.bad_states", found=text)


# --- units

_WORDS = {
    "度": "kW·h", "千瓦时": "kW·h", "千瓦小时": "kW·h", "兆瓦时": "MW·h", "千乏时": "kvar·h", "伏": "V", "伏特": "V", "千伏": "kV",
    "安": "A", "安培": "A", "毫安": "mA", "千瓦": "kW", "瓦": "W", "兆瓦": "MW", "千乏": "kvar", "乏": "var", "千伏安": "kVA",
    "伏安": "VA", "赫兹": "Hz", "赫": "Hz", "摄氏度": "℃", "℃": "℃", "兆帕": "MPa", "千帕": "kPa", "帕": "Pa", "巴": "bar", "公斤": "kg",
    "立方米": "m³", "立方": "m³", "方": "m³", "吨": "t", "千克": "kg", "升": "L", "米": "m", "厘米": "cm", "毫米": "mm",
    "立方米/小时": "m³/h", "立方米每小时": "m³/h", "立方/小时": "m³/h", "m^3": "m³", "m^3/h": "m³/h", "升/秒": "L/s", "转/分": "r/min",
    "转/分钟": "r/min", "米/秒": "m/s", "百分比": "%", "秒": "s", "分": "min", "分钟": "min", "小时": "h", "天": "d", "毫秒": "ms",
    "%rh": "%RH", "rh%": "%RH", "欧": "Ω", "欧姆": "Ω", "勒克斯": "lx", "流明": "lx", "o": "", "毫克/升": "mg/L", "个": "",
    "摄氏": "℃", "deg c": "℃", "kw.h": "kW·h", "kw*h": "kW·h", "kw-h": "kW·h", "kvar.h": "kvar·h", "mwh": "MW·h",
}  # fmt: skip


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

_FUNCTION = re.compile(r"(?:fc|功能码|0x|h)?0?(\d{1,2})h?(?:[:：\s(].*|读.*)?", re.IGNORECASE)
_READ = re.compile(
    r"(r|ro|read|readonly|只读|读|可读|输入|input|监视|遥测|遥信|r/?w|rw|w/?r|read/?write|readwrite|读写|可读写|读/写|读、写)"
)
_WRITE_ONLY = re.compile(r"(w|wo|write|writeonly|只写|写|可写|遥控|遥调)")


def function(text: str) -> int:
    """1-6, 15, 16 (0F, 10H too); areas such as 保持寄存器 are also spoken of as functions."""
    plain = squeezed(text)
    areas = {"线圈": 1, "coil": 1, "离散输入": 2, "discreteinput": 2, "保持寄存器": 3, "holdingregister": 3, "输入寄存器": 4, "inputregister": 4,
             "holding": 3, "input": 4, "hr": 3, "ir": 4, "di": 2, "co": 1, "0x": 1, "1x": 2, "3x": 4, "4x": 3, "10h": 16, "0fh": 15, "0x10": 16, "0x0f": 15}  # fmt: skip
    for area, value in areas.items():
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


_SPANS = {
    "ms": 1,
    "毫秒": 1,
    "s": 1000,
    "sec": 1000,
    "秒": 1000,
    "min": 60_000,
    "m": 60_000,
    "分": 60_000,
    "分钟": 60_000,
    "h": 3_600_000,
    "小时": 3_600_000,
    "时": 3_600_000,
}
_RATES = {
    "fast": 250,
    "快": 250,
    "快速": 250,
    "normal": 1000,
    "普通": 1000,
    "正常": 1000,
    "中": 1000,
    "slow": 60_000,
    "慢": 60_000,
    "慢速": 60_000,
    "hourly": 3_600_000,
    "每小时": 3_600_000,
}


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


_PRIORITIES = {"紧急": 1, "危急": 1, "一级": 1, "重大": 2, "重要": 2, "严重": 2, "二级": 2, "一般": 3, "普通": 3, "次要": 3, "三级": 3, "计划": 4, "提示": 4,
               "四级": 4, "emergency": 1, "critical": 1, "major": 2, "high": 2, "general": 3, "minor": 3, "medium": 3, "planned": 4, "low": 4,
               "advisory": 4}  # fmt: skip


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
