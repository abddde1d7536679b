"""Register addresses as people write them: 0-based, 1-based, 40001, 400001, 0x1010, 1010H, HR100, 4x0001, 40001.3.

A reading that cannot be told from the number alone (does the list count from 0 or from 1?) is assumed for the sheet as a whole,
and said with one example and the alternative. Source of the 0xxxx/1xxxx/3xxxx/4xxxx ranges: Modbus application protocol, the
reference numbers of coils, discrete inputs, input and holding registers, each counted from 1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from console.domain.problems import Problem, Refused

AUTO, ZERO, ONE, MODICON = STYLES = ("auto", "zero", "one", "modicon")
LAST = 65535  # the highest PDU address
# The range of reference numbers that each function reads, by digits: (first, last) counted from 1.
_RANGES = ((3, 40001, 49999), (4, 30001, 39999), (2, 10001, 19999), (3, 400001, 465536), (4, 300001, 365536), (2, 100001, 165536))
_WRITES = {5: 1, 15: 1, 6: 3, 16: 3}  # what a list of commands calls by its writing function is read by this one

_AREAS = {
    "hr": 3, "holding": 3, "holdingregister": 3, "保持寄存器": 3, "4x": 3, "ir": 4, "input": 4, "inputregister": 4, "输入寄存器": 4,
    "3x": 4, "di": 2, "discrete": 2, "discreteinput": 2, "离散输入": 2, "1x": 2, "co": 1, "coil": 1, "coils": 1, "线圈": 1,
}  # fmt: skip
_FROM_ONE = ("4x", "3x", "1x")  # 4x0001 is a reference number written apart
_BIT = r"(?:(?:[.:]|\s*(?:\.|:)?\s*(?:bit|位|b)\s*)(?P<bit>\d{1,2}))?"
_PLAIN = re.compile(rf"(?P<number>\d{{1,6}})(?:\s*[-~至]\s*(?P<last>\d{{1,6}}))?{_BIT}", re.IGNORECASE)
_HEX = re.compile(
    rf"(?:0x(?P<a>[0-9a-f]{{1,5}})|(?P<b>[0-9a-f]{{1,5}})h|[$&]h?(?P<c>[0-9a-f]{{1,5}})|16#(?P<d>[0-9a-f]{{1,5}})"
    rf"|h(?P<e>[0-9a-f]{{1,5}}))(?:\s*[-~至]\s*(?:0x)?(?P<last>[0-9a-f]{{1,5}})h?)?{_BIT}",
    re.IGNORECASE,
)
# D100 is a register of some makers' controllers, not 0xD100.
_BARE_HEX = re.compile(rf"(?P<number>(?!d\d+$)(?=[0-9a-f]*\d)(?=[0-9]*[a-f])[0-9a-f]{{2,4}}){_BIT}", re.IGNORECASE)
_NAMED = re.compile(rf"(?P<area>[a-z]+|[134]x|[\u4e00-\u9fff]+)[\s:_#-]*(?P<number>\d{{1,6}}){_BIT}", re.IGNORECASE)
_COIL_AREA = re.compile(rf"0x[\s_-]+(?P<number>\d{{1,6}}){_BIT}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spelled:
    """One address as written. ``form``: plain | hex | bare (hex without a mark) | named (counted like plain ones) | one (from 1).

    ``function`` is what the spelling itself says (0: nothing); ``last`` the end of a written range.
    """

    text: str
    number: int
    form: str
    function: int = 0
    bit: int | None = None
    last: int | None = None


def spell(text: str) -> Spelled:
    """What is written; :class:`Refused` if it is no address."""
    folded = unicodedata.normalize("NFKC", text).strip().replace("～", "~")
    folded = re.sub(r"(?<=\d),(?=\d{3}\b)", "", folded)
    match = _PLAIN.fullmatch(folded)
    if match:
        last = match["last"]
        return Spelled(folded, int(match["number"]), "plain", 0, _bit(match), int(last) if last else None)
    match = _COIL_AREA.fullmatch(folded)
    if match:
        return Spelled(folded, int(match["number"]), "one", 1, _bit(match))
    match = _HEX.fullmatch(folded)
    if match:
        digits = next(found for found in (match["a"], match["b"], match["c"], match["d"], match["e"]) if found)
        return Spelled(folded, int(digits, 16), "hex", 0, _bit(match), int(match["last"], 16) if match["last"] else None)
    match = _NAMED.fullmatch(folded)
    if match and match["area"].lower() in _AREAS:
        area = match["area"].lower()
        return Spelled(folded, int(match["number"]), "one" if area in _FROM_ONE else "named", _AREAS[area], _bit(match))
    match = _BARE_HEX.fullmatch(folded)
    if match:
        return Spelled(folded, int(match["number"], 16), "bare", 0, _bit(match))
    raise Refused("pointlist.bad_address", found=text)


def _bit(match: re.Match[str]) -> int | None:
    return int(match["bit"]) if match["bit"] else None


def _referred(spelled: Spelled) -> tuple[int, int] | None:
    """Function and PDU address if the number can be a reference number (40001 …)."""
    if spelled.form != "plain":
        return None
    if spelled.text[0] == "0" and len(re.match(r"\d+", spelled.text)[0]) in (5, 6) and spelled.number:  # type: ignore[index] # plain: digits
        return 1, spelled.number - 1
    for function, first, last in _RANGES:
        if first <= spelled.number <= last:
            return function, spelled.number - first
    return None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one sheet counts. ``hexadecimal``: plain numbers stand among bare hexadecimal ones and are such, too."""

    style: str
    hexadecimal: bool = False
    assumed: Problem | None = None


def judge(spelled: Iterable[Spelled], sheet: str, wanted: str = AUTO, heading: str = "") -> Verdict:  # noqa: PLR0911 - one line a case
    """How the addresses of one sheet are to be read, and what of that is an assumption. ``heading`` may say it: 地址(从1开始)."""
    everything = list(spelled)
    plain = [one for one in everything if one.form in ("plain", "named")]
    if re.search(r"hex|十六进制|16进制", unicodedata.normalize("NFKC", heading).lower()):
        return Verdict(ZERO, True)
    if any(one.form == "bare" for one in everything):
        example = next(one for one in everything if one.form == "bare")
        found = Problem("pointlist.assumed_hex", {"sheet": sheet, "example": example.text, "read": example.number})
        return Verdict(ZERO, True, found)
    if wanted != AUTO or not plain:
        return Verdict(wanted if wanted != AUTO else ZERO)
    referred = [one for one in plain if _referred(one) and one.text[0] != "0"]
    others = [one for one in plain if not _referred(one)]
    if referred:
        example = referred[0]
        function, address = _referred(example) or (0, 0)
        code = "pointlist.assumed_mixed" if others else "pointlist.assumed_modicon"
        params: dict[str, str | int | float] = {"sheet": sheet, "example": example.text, "function": function, "read": address}
        if others:
            params |= {"other": others[0].text}
        return Verdict(MODICON, False, Problem(code, params))
    told = _told(heading)
    if told:
        return Verdict(told)
    if any(one.number == 0 for one in plain):
        return Verdict(ZERO)
    example = min(plain, key=lambda one: one.number)
    params = {"sheet": sheet, "example": example.text, "zero": example.number, "one": example.number - 1}
    return Verdict(ZERO, False, Problem("pointlist.assumed_zero", params))


def _told(heading: str) -> str:
    folded = unicodedata.normalize("NFKC", heading).lower().replace(" ", "")
    if re.search(r"从1|1开始|1起|1-based|base1|plc地址|onebased", folded):
        return ONE
    return ZERO if re.search(r"从0|0开始|0起|0-based|base0|pdu|协议地址|zerobased", folded) else ""


def locate(spelled: Spelled, verdict: Verdict, function: int = 0) -> tuple[int, int]:
    """Function (0: not said) and PDU address; :class:`Refused` where they contradict each other or lie outside.

    ``function`` is what the row's own column says.
    """
    said = _WRITES.get(function, function)
    found, address = spelled.function, spelled.number
    if spelled.form == "one" or (spelled.form in ("plain", "named") and verdict.style == ONE):
        address -= 1
    elif spelled.form == "plain" and verdict.hexadecimal:
        address = int(str(spelled.number), 16)
    elif spelled.form == "plain" and verdict.style == MODICON:
        found, address = _referred(spelled) or (0, address - 1 if said == 1 else address)
    if found and said and found != said:
        raise Refused("pointlist.address_function", found=spelled.text, function=said, meant=found)
    if address < 0:
        raise Refused("pointlist.address_from_one", found=spelled.text)
    if address > LAST:
        raise Refused("pointlist.address_range", found=spelled.text, read=address, most=LAST)
    return found or said, address
