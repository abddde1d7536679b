"""What a configuration import would change, and what is wrong with a file."""

from __future__ import annotations

import msgspec

from console.domain.problems import Problem


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of an import preview: ``what`` added | changed | removed, ``kind`` equipment | point | rule | …"""

    what: str
    kind: str
    id: str
    detail: str = ""


class Mistake(msgspec.Struct, frozen=True, omit_defaults=True):
    """One mistake in a file: where (1-based line) and what; the problem's sentence also says what to do."""

    file: str
    line: int
    problem: Problem
