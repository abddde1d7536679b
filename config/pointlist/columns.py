"""Which line of a sheet holds the headings, and what each column is; guessed from headings and contents, changeable by the person."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from config.pointlist import cells
from config.pointlist.addresses import spell
from config.pointlist.sheets import Sheet
from console.domain.pointlists import Choices, SheetView
from console.domain.problems import Refused

SAMPLES = 5
_SEARCHED = 40  # rows in which the headings are looked for

# What a column may be, in the order in which a listing writes them, with the headings that mean it (squeezed: see cells.squeezed).
FIELDS: dict[str, str] = {
    "equipment_id": "设备标识 设备编号 设备编码 设备代码 设备id 设备号 位号 设备位号 equipmentid deviceid devicecode tag equipmenttag assetid",
    "equipment": "设备 设备名称 设备名 所属设备 仪表 仪表名称 装置 机组 回路名称 监控对象 device devicename equipment equipmentname "
    "unitname meter metername station asset machine",
    "equipment_en": "设备英文名 设备名称英文 设备名英文 equipmentnameen devicenameen",
    "type": "设备类型 设备型号 型号 设备种类 规格型号 品牌型号 控制器型号 equipmenttype devicetype model devicemodel template 模板",
    "location": "位置 安装位置 安装地点 地点 楼层 所在位置 机房 区域 楼栋 location place site building floor room area",
    "connection": "连接 通道 通信通道 链路 网关 采集器 connection channel gateway line bus",
    "host": "ip ip地址 设备ip 网络地址 主机 主机地址 ipaddress host hostname address:ip 网关ip 网关地址 ipaddr tcp地址 服务器地址",
    "port": "端口 端口号 tcp端口 port tcpport portno",
    "station": "从站 从站号 从站地址 站号 站地址 设备地址 通讯地址 通信地址 从机 从机地址 从机号 单元号 modbus地址 modbusid 485地址 地址码 "
    "slave slaveid slaveaddress unitid stationno stationid deviceaddress nodeid nodeaddress id号",
    "with": "参数 类型参数 parameters with",
    "key": "点标识 测点标识 点位标识 点编号 点号 测点编号 测点编码 点位编码 点位编号 变量名 变量名称 标签名 标签 key pointid pointkey tagname "
    "variable variablename pointcode 英文标识 标识符",
    "name": "点名 点名称 名称 测点 测点名称 点位 点位名称 参数名称 参数名 数据名称 信号名称 信号 描述 点描述 变量描述 内容 寄存器名称 监控点 项目名称 "
    "数据项 监测内容 采集点 name pointname description point signal signalname parameter parametername label 中文名称 中文名 点名中文 定义",
    "name_en": "英文名称 英文名 点名英文 点英文名 名称英文 英文 englishname nameen english pointnameen",
    "function": "功能码 功能代码 读功能码 modbus功能码 命令码 functioncode function fc 功能 读取功能码 寄存器类型 寄存器区 区域类型 registertype "
    "registerarea 存储区",
    "address": "寄存器地址 地址 寄存器 点地址 数据地址 起始地址 寄存器号 首地址 plc地址 偏移地址 地址偏移 modbus寄存器 寄存器编号 register "
    "registeraddress address addr startaddress registerno registernumber reg offsetaddress mbaddress 协议地址 pdu地址 十六进制地址 十进制地址",
    "bit": "位 位号bit bit 比特位 位偏移 位地址 bitno bitoffset bitnumber 第几位",
    "bits": "位数 位长 bits bitlength bitcount",
    "data_type": "数据类型 类型 数据格式 格式 值类型 变量类型 数据种类 datatype type format valuetype dtype 编码",
    "order": "字节序 字节顺序 字序 大小端 高低字节 高低位 字节排列 byteorder endian endianness wordorder order",
    "scale": "倍率 系数 比例 缩放 缩放系数 乘数 变比 比例系数 转换系数 换算系数 精度 分辨率 因子 scale factor multiplier ratio gain resolution "
    "coefficient scaling slope",
    "divisor": "除数 除以 缩小倍数 divisor divideby",
    "offset": "偏移 偏移量 基值 零点 截距 offset bias intercept",
    "decimals": "小数位 小数位数 小数点 小数点位数 decimals decimal decimalplaces",
    "measure": "单位 计量单位 工程单位 量纲 unit units engineeringunit engunit uom measure",
    "states": "状态说明 状态 状态描述 值说明 取值说明 状态含义 值含义 枚举 枚举值 值描述 数据说明 数值含义 数值说明 对应关系 states statetext "
    "enum enumeration valuetext valuedescription values 状态文本",
    "kind": "测点类别 点类型 点位类型 测点类型 信号类型 类别 kind pointtype signaltype iotype",
    "access": "读写 读写属性 读写类型 权限 属性 访问权限 操作 读写权限 access rw readwrite permission r/w 读写方式 访问",
    "high": "报警上限 上限 高限 上限值 高报警 报警高限 上限报警 h hi highlimit high upperlimit alarmhigh highalarm 上限报警值 高报",
    "high_high": "上上限 报警上上限 高高限 高高报警 hh hihi highhigh highhighlimit 高高报",
    "low": "报警下限 下限 低限 下限值 低报警 报警低限 下限报警 l lo lowlimit low lowerlimit alarmlow lowalarm 下限报警值 低报",
    "low_low": "下下限 报警下下限 低低限 低低报警 ll lolo lowlow lowlowlimit 低低报",
    "alarm_states": "报警值 报警状态 报警取值 故障值 alarmvalue alarmstate alarmvalues alarmstates",
    "priority": "报警级别 报警等级 报警优先级 优先级 级别 等级 告警级别 告警等级 priority alarmpriority severity level alarmlevel",
    "plausible_low": "合理下限 plausiblelow",
    "plausible_high": "合理上限 plausiblehigh",
    "poll": "采集周期 采样周期 周期 轮询周期 轮询间隔 采集间隔 采集频率 刷新周期 扫描周期 采样间隔 poll pollinterval scanrate interval "
    "samplinginterval period cycle scantime",
    "group": "分组 组 组别 组名 group groupname",
    "main": "主要 主要点 首页显示 main",
    "ignored": "序号 编号 备注 说明 no number index remark remarks note notes comment 品牌 厂家 数量 长度 寄存器数量 寄存器个数 字长 量程 "
    "量程上限 量程下限 默认值 初始值 范围 取值范围 length count quantity range default 行号 #",
}  # fmt: skip
_MEANING: dict[str, str] = {}
for _field, _words in FIELDS.items():
    for _word in _words.split():
        _MEANING.setdefault(cells.squeezed(_word), _field)
_LONG = sorted((word for word in _MEANING if len(word) >= (2 if word[0] > "\u2e80" else 5)), key=len, reverse=True)


def signature(headers: Sequence[str]) -> str:
    """The same for every sheet with these headings."""
    joined = "\x1f".join(cells.squeezed(header) for header in headers)
    return hashlib.blake2s(joined.encode(), digest_size=8).hexdigest()


def meaning(heading: str, told: dict[str, str]) -> tuple[str, int]:
    """The field that a heading most likely means ("" if none) and how sure that is (0-3)."""
    word = cells.squeezed(heading)
    if word in told:
        return told[word], 4
    outside = cells.squeezed(re.sub(r"[(\[【].*?[)\]】]", "", cells.folded(heading)))
    for candidate, sure in ((word, 3), (outside, 2)):
        if candidate in _MEANING:
            return _MEANING[candidate], sure
    for known in _LONG:
        if known in (outside or word):
            return _MEANING[known], 1
    return "", 0


def view(sheet: Sheet, choices: Choices, types: frozenset[str]) -> SheetView:
    """How ``sheet`` is understood. ``types`` are the equipment types that are known, in lower case."""
    told = {cells.squeezed(heading): field for heading, field in choices.headings.items()}
    row = choices.header_rows.get(sheet.name, _header_row(sheet, told))
    width = max((len(cells_) for cells_ in sheet.rows), default=0)
    headers = _padded(sheet.rows[row - 1], width) if 0 < row <= len(sheet.rows) else ("",) * width
    data = [line for line in sheet.rows[max(row, 0) :] if any(line)]
    name = signature(headers if row > 0 else ("", *map(str, range(width))))
    fields = choices.mappings.get(name, ())
    if len(fields) != width or any(field and field not in FIELDS for field in fields):
        fields = _guessed(headers, data, told, types) if row > 0 else _by_contents(data, width, types)
    samples = tuple(_padded(line, width) for line in data[:SAMPLES])
    used = sheet.name not in choices.sheets_off and bool(data) and bool({"address", "type"} & set(fields))
    return SheetView(sheet.name, max(row, 0), headers, tuple(fields), samples, len(data), name, used)


def _padded(line: Sequence[str], width: int) -> tuple[str, ...]:
    return (*line, *("",) * (width - len(line)))


def _header_row(sheet: Sheet, told: dict[str, str]) -> int:
    """The row (1-based) with the most known headings; 0 if there is none with two."""
    best, best_score = 0, 1
    for number, line in enumerate(sheet.rows[:_SEARCHED], 1):
        found = {
            field for field, sure in (meaning(cell, told) for cell in dict.fromkeys(line) if cell and len(cell) < 40) if sure >= 2
        }
        if len(found) > best_score:
            best, best_score = number, len(found)
    return best


def _guessed(headers: Sequence[str], data: list[list[str]], told: dict[str, str], types: frozenset[str]) -> tuple[str, ...]:
    found = [meaning(header, told) if header else ("", 0) for header in headers]
    for column, (field, sure) in enumerate(found):
        if sure < 4:
            found[column] = (_corrected(field, _contents(data, column), types), sure)
    fields = [""] * len(headers)
    taken: set[str] = set()
    for column in sorted(range(len(headers)), key=lambda column: -found[column][1]):
        field = found[column][0]
        if field == "ignored" or not field:
            continue
        if field in taken:
            field = {"name": "equipment", "equipment": "name", "address": "station"}.get(field, "") if found[column][1] >= 2 else ""
        if field and field not in taken:
            fields[column] = field
            taken.add(field)
    if "name" not in taken and "equipment" in taken and "address" in taken and "host" not in taken and "station" not in taken:
        fields[fields.index("equipment")] = "name"  # a list of one machine calls its points what it likes
    return tuple(fields)


def _contents(data: list[list[str]], column: int) -> list[str]:
    return [line[column] for line in data[:200] if column < len(line) and not cells.empty(line[column])]


def _corrected(field: str, contents: list[str], types: frozenset[str]) -> str:  # noqa: PLR0911 - one line a case
    """What the contents say where a heading means several things."""
    if not contents:
        return field
    if field in ("address", "station", "connection", "location") and _share(contents, _is_host) > 0.5:
        return "host"
    if field in ("type", "data_type", "kind"):
        if _share(contents, lambda text: text.strip().lower() in types) > 0.3:
            return "type"
        if field == "data_type" and _share(contents, _is_io) > 0.5:
            return "kind"
        if field == "kind" and _share(contents, _is_type) > 0.5 and _share(contents, _is_io) <= 0.5:
            return "data_type"
    if field == "states" and _share(contents, _is_states) < 0.2:
        return ""
    if field == "kind" and _share(contents, _is_io) < 0.5:
        return ""
    if field == "function" and _share(contents, _is_function) < 0.5:
        return ""
    if field == "scale" and _share(contents, lambda text: _reads(cells.factor, text)) < 0.5:
        return ""
    return field


def _share(contents: list[str], test: object) -> float:
    return sum(bool(test(text)) for text in contents) / len(contents)  # type: ignore[operator]


def _reads(function: object, text: str) -> bool:
    try:
        function(text)  # type: ignore[operator]
    except Refused:
        return False
    return True


_HOST = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?")


def _is_host(text: str) -> bool:
    return bool(_HOST.fullmatch(cells.folded(text)))


def _is_io(text: str) -> bool:
    return cells.squeezed(text) in KINDS


def _is_type(text: str) -> bool:
    return _reads(cells.data_type, text)


def _is_states(text: str) -> bool:
    return _reads(cells.states, text)


def _is_function(text: str) -> bool:
    return _reads(cells.function, text)


# Words for what a point's number means; AI, DI … say no more than the data type does.
KINDS = {
    "analog": "analog", "模拟量": "analog", "ai": "analog", "ao": "analog", "遥测": "analog", "测量值": "analog", "counter": "counter",
    "累计量": "counter", "累积量": "counter", "计数": "counter", "电度": "counter", "遥脉": "counter", "state": "state", "状态量": "state", "开关量": "state",
    "数字量": "state", "di": "state", "do": "state", "遥信": "state", "digital": "state", "bits": "bits", "位组": "bits", "code": "code", "故障代码": "code",
    "故障码": "code", "text": "text",
}  # fmt: skip


def _by_contents(data: list[list[str]], width: int, types: frozenset[str]) -> tuple[str, ...]:
    """Columns of a sheet without headings: a known type, an IP address, small whole numbers, addresses, names."""
    fields = [""] * width
    for column in range(width):
        contents = _contents(data, column)
        if not contents:
            continue
        if "type" not in fields and _share(contents, lambda text: text.strip().lower() in types) > 0.5:
            fields[column] = "type"
        elif "host" not in fields and _share(contents, _is_host) > 0.5:
            fields[column] = "host"
        elif _share(contents, str.isdecimal) > 0.8:
            small = all(int(text) <= 255 for text in contents if text.isdecimal())
            fields[column] = "station" if small and "station" not in fields else "address" if "address" not in fields else ""
        elif _share(contents, lambda text: _reads(spell, text)) > 0.8:
            fields[column] = "address" if "address" not in fields else ""
        elif "equipment" not in fields:
            fields[column] = "equipment"
        elif "name" not in fields:
            fields[column] = "name"
    return tuple(fields)
