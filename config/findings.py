"""Where mistakes and warnings of one load are gathered: nothing that is wrong stops the search for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from console.domain.configuring import Mistake
from console.domain.problems import Problem

MOST = 1000  # mistakes that are worth listing; a file with more is not a site file


class Findings:
    """Mistakes and warnings in the order in which they were found, each once."""

    def __init__(self) -> None:
        self._mistakes: dict[tuple[str, int, str, str], Mistake] = {}
        self._warnings: dict[tuple[str, int, str, str], Mistake] = {}

    def mistake(self, file: str, line: int, code: str, **params: str | int | float) -> None:
        """The file cannot be used like this. ``code`` without its ``config.`` part."""
        _add(self._mistakes, file, line, code, params)

    def found(self, file: str, line: int, problem: Problem) -> None:
        """The same, in the domain's own words."""
        if len(self._mistakes) < MOST:
            self._mistakes[file, line, problem.code, repr(problem.params)] = Mistake(file, line, problem)

    def warning(self, file: str, line: int, code: str, **params: str | int | float) -> None:
        """The file can be used, but somebody should know."""
        _add(self._warnings, file, line, code, params)

    def take(self, other: Findings) -> None:
        """Add what another load found."""
        self._mistakes.update(other._mistakes)
        self._warnings.update(other._warnings)

    @property
    def failed(self) -> bool:
        """True once there is a mistake."""
        return bool(self._mistakes)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """All mistakes by file and line."""
        return _sorted(self._mistakes)

    @property
    def warnings(self) -> tuple[Mistake, ...]:
        """All warnings by file and line."""
        return _sorted(self._warnings)


def _add(
    found: dict[tuple[str, int, str, str], Mistake], file: str, line: int, code: str, params: dict[str, str | int | float]
) -> None:
    identity = (file, line, code, repr(params))
    if identity not in found and len(found) < MOST:
        found[identity] = Mistake(file, line, Problem(f"config.{code}", params))


def _sorted(found: dict[tuple[str, int, str, str], Mistake]) -> tuple[Mistake, ...]:
    return tuple(sorted(found.values(), key=lambda mistake: (mistake.file, mistake.line)))


def near(word: str, known: Iterable[str]) -> str:
    """The known word that ``word`` was probably meant to be; empty if nothing is near."""
    candidates = list(known)
    lower = {candidate.lower(): candidate for candidate in candidates}
    if word.lower() in lower:
        return lower[word.lower()]
    found = get_close_matches(word, candidates, 1, 0.6)
    return found[0] if found else ""
