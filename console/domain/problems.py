"""A problem as a code and its parameters; `console.texts` makes the sentence in the reader's language."""

from __future__ import annotations

import msgspec

Params = dict[str, str | int | float]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """``code`` is a key of the text catalogue (``refused.stale``); ``params`` fill its placeholders."""

    code: str
    params: Params = {}


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """A command that is not allowed or no longer true. Nothing was changed."""

    def __init__(self, code: str, **params: str | int | float) -> None:
        super().__init__(code)
        self.problem = Problem(code, dict(params))
