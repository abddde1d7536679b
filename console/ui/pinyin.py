"""Finding Chinese names by what a Latin keyboard types: 生活泵房 by ``shbf``, ``shenghuo``, ``泵房`` or its id, and letters among
them as they stand (``1hl``: 1号楼). Characters with two readings are found by either.

The readings are a table of 80 kB (resources/pinyin.txt), read when first needed. What a text is found by is kept, so a name that
stands in many lists is spelled once (:mod:`console.ui.finding` spells an estate's names before anybody types).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import product

MOST_SPELLINGS = 8  # of one name: three characters with two readings each
MOST_KEPT = 100_000  # texts; beyond, the memory begins anew
NEAR_FROM = 4  # letters: a shorter word with one wrong letter would be like everything
END = "\x02"  # between the initials, the text and the whole pinyin
OR = "\x01"  # between two spellings

_kept: dict[str, tuple[str, str]] = {}


@cache
def readings() -> dict[str, tuple[str, ...]]:
    """Character -> its one or two readings without tones."""
    found: dict[str, tuple[str, ...]] = {}
    for line in files("resources").joinpath("pinyin.txt").read_text(encoding="utf-8").splitlines():
        syllable, _, characters = line.partition(" ")
        if syllable and syllable != "#":
            for character in characters:
                found[character] = (*found.get(character, ()), syllable)
    return found


def findable(*texts: str) -> str:
    """What a search looks into instead of ``texts``. Any thread."""
    first, plain, whole = [], [], []
    for text in texts:
        plain.append(text.casefold())
        if not text.isascii():
            initials, spelled = _spellings(text)
            first.append(initials)
            whole.append(spelled)
    return f"{OR.join(first)}{END}{OR.join(plain)}{END}{OR.join(whole)}"


def words_of(typed: str) -> list[str]:
    """The words of a search line. Letters typed in full width are the same letters."""
    return unicodedata.normalize("NFKC", typed).casefold().split()


def matches(words: Sequence[str], haystack: str) -> bool:
    """Every word occurs in what :func:`findable` gave."""
    return all(word in haystack for word in words)


def near(words: Sequence[str]) -> list[re.Pattern[str]]:
    """For when nothing was found: initials with one letter wrong (``szbf`` for 生活泵房). Empty: not for these words."""
    if any(len(word) < NEAR_FROM or not word.isascii() or not word.isalnum() for word in words):
        return []
    return [re.compile("|".join(f"{word[:at]}[^{OR}\\n]{word[at + 1 :]}" for at in range(len(word)))) for word in words]


def nearly(patterns: Sequence[re.Pattern[str]], haystack: str) -> bool:
    """Whether the initials in what :func:`findable` gave are near enough."""
    end = haystack.find(END)
    return all(pattern.search(haystack, 0, end) for pattern in patterns)


def _spellings(text: str) -> tuple[str, str]:
    """Initials and whole pinyin."""
    found = _kept.get(text)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        known = readings()
        options = [known.get(character, (character,)) for character in text.casefold()]
        initials = [tuple(dict.fromkeys(option[0] for option in each)) for each in options]
        found = _kept[text] = _joined(initials), _joined([tuple(dict.fromkeys(each)) for each in options])
    return found


def _joined(options: list[tuple[str, ...]]) -> str:
    """All spellings; where there are too many, the first reading of each character and of one at a time the other."""
    count = 1
    for each in options:
        count *= len(each)
    if count <= MOST_SPELLINGS:
        return OR.join("".join(spelling) for spelling in product(*options))
    usual = [each[0] for each in options]
    made = ["".join(usual)]
    made += ["".join([*usual[:place], other, *usual[place + 1 :]]) for place, each in enumerate(options) for other in each[1:]]
    return OR.join(made)
