"""A report by mail on a schedule: which, of what span, when after its end, to whom, over which channel. Data only."""

from __future__ import annotations

from console.domain.maintenance.records import Record
from console.domain.problems import Problem


class Mailing(Record, frozen=True, omit_defaults=True, kw_only=True, tag="mailing"):
    """``day`` of the month after the period's end (1-28) and ``minute`` of that local day; ``channel`` and ``people`` as in the
    notification settings. ``last`` is the name of the period that was sent last, ``tries`` how often the present one failed and
    ``problem`` why."""

    what: str
    months: int = 1
    form: str = "pdf"
    language: str = "zh_CN"
    unit: str = ""
    channel: str = ""
    people: tuple[str, ...] = ()
    day: int = 1
    minute: int = 480
    last: str = ""
    tries: int = 0
    problem: Problem | None = None
