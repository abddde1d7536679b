"""The ledger as a table: its columns, the headings that mean them, and how single cells are read and written.

One list serves import and export, so that what is exported can be imported again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from console.domain.maintenance.cards import KINDS, SYSTEMS, Level, Rated, Use
from console.domain.maintenance.cards_decisions import LONGEST, LONGEST_NOTE
from console.domain.problems import Problem, Refused
from console.texts import CHINESE, ENGLISH, tr

TEXTS = frozenset({
    "code", "name", "name_en", "place", "make", "model", "serial", "vendor", "vendor_phone", "contract", "maintainer",
    "maintainer_phone", "registration", "certificate", "certificate_by", "state_reason", "keys", "isolation_point", "rescue_code",
    "person", "archive", "archive_place", "note",
})  # fmt: skip
DAYS = frozenset({
    "made", "installed", "commissioned", "warranty", "contract_from", "contract_until", "certificate_until", "state_at",
})  # fmt: skip
FIELDS = (
    "code",
    "name",
    "system",
    "kind",
    "location",
    "place",
    "criticality",
    "state",
    "make",
    "model",
    "serial",
    "made",
    "installed",
    "commissioned",
    "warranty",
    "life_years",
    "price",
    "maintainer",
    "maintainer_phone",
    "registration",
    "certificate",
    "certificate_by",
    "certificate_until",
    "vendor",
    "vendor_phone",
    "contract",
    "contract_from",
    "contract_until",
    "keys",
    "isolation_point",
    "rescue_code",
    "person",
    "level",
    "parent",
    "state_at",
    "state_reason",
    "archive",
    "archive_place",
    "name_en",
    "note",
    "rated",
)
"""Every column, in the order in which an export writes them."""
PLATE = "plate"
"""What a column may be besides: its heading is the name of a line of the name plate."""

# Headings of other people's ledgers; those of our own texts mean their field anyway.
_OTHERS = {
    "code": "编号 设备编码 编码 资产编号 资产编码 设备号 固定资产编号 卡片编号 id asset asset_no tag equipment_no",
    "name": "名称 设备名 资产名称 设施名称 equipment description",
    "parent": "所属设备 上级编号 父级 上级设备编号 parent_code",
    "system": "系统 专业 系统名称 设备系统 discipline",
    "kind": "类别 设备类型 种类 类型 分类 type category",
    "location": "位置 安装地点 安装位置 楼栋 区域 所在楼栋 building area site",
    "place": "详细位置 具体位置 房间 机房 room",
    "make": "厂家 生产厂家 制造商 制造厂 制造单位 生产厂商 品牌 brand maker",
    "model": "型号 规格 型号规格 规格型号 设备型号 model_no",
    "serial": "序列号 出厂号 机身号 产品编号 sn s_n serial_number",
    "made": "生产日期 制造日期 date_of_manufacture",
    "installed": "安装时间 install_date",
    "commissioned": "投用日期 启用日期 投入使用日期 投运日期 使用日期 in_service_since",
    "warranty": "质保期 质保期至 保修期 保修期至 质保到期 保修截止 warranty_end",
    "life_years": "使用年限 折旧年限 lifetime",
    "price": "价格 购置价 购置金额 原值元 金额 价值 cost value",
    "vendor": "供货商 供应单位 供方 销售商 supplier",
    "vendor_phone": "供应商联系方式 联系方式 supplier_phone",
    "contract": "合同号 维保合同号",
    "contract_until": "合同到期 合同期至 维保到期 合同到期日",
    "maintainer": "维修单位 维护单位 维保公司 保养单位 contractor service_company",
    "maintainer_phone": "维保联系电话 维保单位电话 contractor_phone",
    "registration": "登记证号 使用登记号 注册代码 设备注册代码",
    "certificate": "检验证号 检验编号 合格证号 检验报告",
    "certificate_by": "检测机构 检验单位",
    "certificate_until": "下次检验日期 检验到期 检验有效期 年检到期 年检日期 有效期至 next_inspection",
    "criticality": "等级 设备等级 重要程度 重要性 class",
    "state": "状态 设备状态 使用情况 status",
    "person": "负责人 管理人 保管人 责任人员 owner",
    "note": "说明 备注说明 remarks comment",
    "rated": "参数 技术参数 主要参数 性能参数 parameters",
}
OPEN = {"system": SYSTEMS, "kind": KINDS}
"""Lists to which a person may add words."""
_LEVELS: dict[str, str] = {
    Level.BUILDING: "楼栋 建筑 楼宇", Level.FLOOR: "楼层", Level.SYSTEM: "系统", Level.EQUIPMENT: "设备 单机",
    Level.COMPONENT: "部件 零部件 组件 part",
}  # fmt: skip
_SYSTEMS = {
    "elevator": "电梯系统 lift", "water": "供水 给水 供水系统 给水系统 给排水系统 生活水", "fire": "消防系统 消防设施",
    "power": "供电 配电 电气 供电系统 强电 供配电系统 electrical", "metering": "计量系统 表计",
    "heating": "供暖 采暖 供热 供暖系统", "drainage": "排水 排污 排水系统", "lighting": "照明 公共照明 照明系统",
    "hvac": "空调 暖通 通风 空调系统", "security": "安防 弱电 门禁 监控 安防系统", "other": "其它",
}  # fmt: skip
_STATES: dict[str, str] = {
    Use.IN_USE: "使用 使用中 正常 运行 启用 在用中 ok", Use.IDLE: "停用中 闲置 封存 停机 备用 standby",
    Use.SCRAPPED: "已报废 报废停用 retired",
}  # fmt: skip
_CRITICAL = {"A": "a 关键 高 重要 critical high", "B": "b 主要 中 medium", "C": "c 一般 低 普通 low"}
_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?|-?\d+(\.\d+)?")
_RATED = re.compile(r"[;；\n]+")
UNIT = re.compile(r"^(.*?)\s*[(（\[]([^()（）\[\]]{1,20})[)）\]]\s*$")
_BRACKETS = re.compile(r"[(\[【（].*?[)\]】）]")
_LOST = re.compile(r"\d(\.\d+)?e\+?\d+")
_FORMULA = re.compile(r"=|[@+\-][A-Za-z]+\(")


def title(field: str, lang: str = "") -> str:
    """The heading of a column."""
    return tr(f"ledger.field.{field}", lang)


def squeezed(text: str) -> str:
    """``text`` without what people put between words, in small letters."""
    return re.sub(r"[\s_\-./,;:()\[\]{}（）【】'\"·、*＊]+", "", unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=1)
def headings() -> dict[str, str]:
    """Every known heading, squeezed, and its field. Our own words come first."""
    found: dict[str, str] = {}
    for field in FIELDS:
        for lang in (CHINESE, ENGLISH):
            found.setdefault(squeezed(title(field, lang)), field)
            found.setdefault(squeezed(_BRACKETS.sub("", title(field, lang))), field)
        found.setdefault(squeezed(field), field)
    for field, words in _OTHERS.items():
        for word in words.split():
            found.setdefault(squeezed(word), field)
    return found


def meaning(heading: str) -> str:
    """The field of a heading, its unit or remark in brackets left aside; empty if it is none of ours."""
    known = headings()
    found = known.get(squeezed(heading))
    return found or known.get(squeezed(_BRACKETS.sub("", heading)), "")


def signature(line: Sequence[str]) -> str:
    """The same for every table with these headings: by it a mapping of columns is found again."""
    return hashlib.blake2s("\x1f".join(map(squeezed, line)).encode(), digest_size=8).hexdigest()


# --- words of closed lists


def _words(prefix: str, table: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, others in table.items():
        own = (tr(f"{prefix}{value}", lang) for lang in (CHINESE, ENGLISH))
        for word in (value, *own, *others.split()):
            found.setdefault(squeezed(word), value)
    return found


@lru_cache(maxsize=8)
def meanings(field: str) -> dict[str, str]:
    """Word (squeezed) -> value, for level, system, state and criticality."""
    if field == "criticality":
        return {squeezed(word): value for value, words in _CRITICAL.items() for word in words.split()}
    table = {"level": _LEVELS, "state": _STATES, "system": _SYSTEMS, "kind": dict.fromkeys(KINDS, "")}[field]
    return _words(f"ledger.{field}.", table)


def word(field: str, value: str, lang: str = "") -> str:
    """A value of a list as it is read; a system or kind of one's own as it was written."""
    if field in OPEN and value not in OPEN[field]:
        return value
    return tr(f"ledger.{field}.{value}", lang) if value else ""


# --- reading cells: each gives the value, or raises Refused with what is wrong


@lru_cache(maxsize=50_000)
def day(text: str) -> tuple[str, Problem | None]:  # noqa: PLR0911 - one line a way to write it
    """A date as ``YYYY-MM-DD``, and a remark where something was assumed. What could mean two days is refused."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", plain)
    plain = re.sub(r"[年月]", "-", plain).replace("日", "").strip(" -")
    if re.fullmatch(r"\d{8}", plain):
        return _calendar(text, int(plain[:4]), int(plain[4:6]), int(plain[6:])), None
    if re.fullmatch(r"\d{5}", plain) and 20_000 <= int(plain) <= 80_000:  # days since 1899-12-30: 1954 to 2119
        found = (dt.date(1899, 12, 30) + dt.timedelta(days=int(plain))).isoformat()
        return found, Problem("ledger.remark.serial", {"found": text, "taken": found})
    parts = [part for part in re.split(r"[-/.\\ ]+", plain) if part]
    if not all(part.isdecimal() for part in parts):
        raise Refused("ledger.cell.date", found=text[:40])
    if len(parts) == 3 and len(parts[0]) == 4:
        return _calendar(text, *map(int, parts)), None
    if len(parts) == 3 and len(parts[2]) == 4:
        first, second, year = map(int, parts)
        if first > 12 or first == second:
            return _calendar(text, year, second, first), None
        if second > 12:
            return _calendar(text, year, first, second), None
        raise Refused(
            "ledger.cell.date_two", found=text, one=f"{year}-{first:02d}-{second:02d}", other=f"{year}-{second:02d}-{first:02d}"
        )
    if len(parts) == 3:
        raise _short_year(text, parts)
    if len(parts) == 2 and len(parts[0]) == 4:
        found = _calendar(text, int(parts[0]), int(parts[1]), 1)
        return found, Problem("ledger.remark.month", {"found": text, "taken": found})
    if len(parts) == 1 and re.fullmatch(r"(19|20)\d\d", parts[0]):
        found = f"{parts[0]}-01-01"
        return found, Problem("ledger.remark.month", {"found": text, "taken": found})
    raise Refused("ledger.cell.date", found=text[:40])


def _short_year(text: str, parts: list[str]) -> Refused:
    """Two figures of a year are never taken: ``31.12.25`` is a day of 2025 here and of 2031 there."""
    first, middle, last = map(int, parts)
    ways = []
    for year, month, date in ((first, middle, last), (last, middle, first)):
        try:
            ways.append(dt.date(2000 + year, month, date).isoformat())
        except ValueError:
            continue
    if len(set(ways)) < 2:
        return Refused("ledger.cell.date_year", found=text[:40], one=ways[0] if ways else "2025-12-31")
    return Refused("ledger.cell.date_two", found=text, one=ways[0], other=ways[1])


def _calendar(text: str, year: int, month: int, date: int) -> str:
    try:
        found = dt.date(year, month, date)
    except ValueError:
        raise Refused("ledger.cell.no_day", found=text[:40]) from None
    if not 1900 <= year <= 2200:
        raise Refused("ledger.cell.no_day", found=text[:40])
    return found.isoformat()


@lru_cache(maxsize=50_000)
def number(text: str) -> float:
    """A number with thousands separators or a currency: ``1,234.50``, ``￥12 000``. Comma and point mixed up is refused."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "").replace("\u00a0", "")
    plain = re.sub(r"^(CNY|RMB|[¥￥$€])|(万元|万|元|CNY|RMB)$", "", plain, flags=re.IGNORECASE)
    if not _NUMBER.fullmatch(plain):
        raise Refused("ledger.cell.number", found=text[:40])
    value = float(plain.replace(",", ""))
    return value * 10_000 if "万" in text else value


def unmarked(text: str) -> str:
    """A cell of a text file without the mark that an export puts before what a spreadsheet would run; such a text without the
    mark is refused: nobody can tell whether it was meant as a formula. (A workbook's own cells say which of the two they are.)"""
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t\r":
        return text[1:]
    if _FORMULA.match(text):
        raise Refused("ledger.cell.formula", found=text[:40])
    return text


@lru_cache(maxsize=50_000)
def phrase(field: str, text: str) -> str:
    """A text as it is kept: nothing in it is changed but the blanks around it."""
    kept = text.strip()
    if _LOST.fullmatch(kept.lower()):
        raise Refused("ledger.cell.lost", found=kept)
    most = LONGEST_NOTE if field == "note" else LONGEST
    if len(kept) > most:
        raise Refused("ledger.cell.long", count=len(kept), most=most)
    return kept


@lru_cache(maxsize=10_000)
def one_of(field: str, text: str) -> str:
    """A value of a list; a system and a kind may be any word of one's own."""
    found = meanings(field).get(squeezed(text))
    if found is not None:
        return found
    if field in OPEN:
        return phrase(field, text)
    shown = (
        [*("A", "B", "C")] if field == "criticality" else [word(field, value) for value in dict.fromkeys(meanings(field).values())]
    )
    raise Refused("ledger.cell.word", found=text[:40], known=", ".join(shown))


def price(text: str) -> float:
    value = number(text)
    if value < 0:
        raise Refused("ledger.cell.number", found=text[:40])
    return value


def years(text: str) -> int:
    match = re.fullmatch(r"(\d{1,3})(\.0)?\s*(年|years?|a)?", text.strip().lower())
    if match is None or int(match[1]) > 200:
        raise Refused("ledger.cell.years", found=text[:40])
    return int(match[1])


def plate(text: str) -> list[Rated]:
    """``额定功率=15 kW；转速=1450 r/min``: what an export writes for the name plate."""
    found = []
    for piece in _RATED.split(text):
        name, separator, value = piece.partition("=")
        if not separator:
            name, separator, value = piece.replace("：", ":").partition(":")
        if not separator and piece.strip():
            raise Refused("ledger.cell.rated", found=piece[:40])
        match = UNIT.match(name)
        title, unit = (match[1], match[2]) if match else (name, "")
        if title.strip():
            found.append(Rated(title.strip(), value.strip(), unit.strip()))
    return found


READERS: dict[str, Callable[[str, str], str]] = {
    **dict.fromkeys(TEXTS, phrase),
    **dict.fromkeys(("level", "system", "kind", "state", "criticality"), one_of),
}
"""Field -> reader(field, text) of what needs nothing but the cell."""
