"""Decisions about notices to residents: issued once, kept as they were."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, words
from console.domain.maintenance.outages import OutageNotice
from console.domain.problems import Refused

LONGEST_NOTICE = 4000  # characters of an issued notice


def judge_notice(act: Act, notice: OutageNotice, present: OutageNotice | None) -> OutageNotice:
    """An issued notice is kept as it was; a correction is another notice."""
    act.require(Right.DO_SAFETY)
    if present is not None:
        raise Refused("outages.refused.issued", notice=present.name)
    if not notice.at or (notice.until and notice.until <= notice.at):
        raise Refused("outages.refused.times")
    if not notice.zh.strip() and not notice.en.strip():
        raise Refused("outages.refused.text")
    if len(notice.zh) > LONGEST_NOTICE or len(notice.en) > LONGEST_NOTICE:
        raise Refused("refused.too_long", count=max(len(notice.zh), len(notice.en)), most=LONGEST_NOTICE)
    if notice.order:
        act.order(notice.order)
    number = act.number("outagenotice")
    return replace(
        notice, id=f"TZ-{number:06d}", number=number, area=words(notice.area), reason=words(notice.reason),
        phone=words(notice.phone), issued=act.stamp(), ended_at=act.now,
    )  # fmt: skip
