"""When a mailing falls due. Pure.

A mailing remembers the last period that it sent; a collector that was off when one fell due sends that one after its start, and
only the newest: nobody wants three old months at once.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from console.domain.energy import moment
from console.domain.maintenance.reports import Period, period, shifted
from console.domain.maintenance.reports_mailing import Mailing
from console.domain.maintenance.rhythms import local_day
from console.domain.times import HOUR

TRIES = 12  # an hour apart, then it waits for a person
AGAIN = HOUR


def due_period(mailing: Mailing, now: int, timezone: str) -> Period | None:
    """The period that is to be sent now; ``None``: the newest one that is due was sent, or ended before the mailing was made."""
    today = local_day(now, timezone)
    newest = shifted(period(today.year, today.month, mailing.months, timezone), -mailing.months, timezone)
    if now < sent_at(mailing, newest, timezone):
        newest = shifted(newest, -mailing.months, timezone)
    return newest if newest.name != mailing.last and sent_at(mailing, newest, timezone) >= mailing.at else None


def next_at(mailing: Mailing, now: int, timezone: str) -> int:
    """When it falls due next (UTC ns)."""
    today = local_day(now, timezone)
    of = shifted(period(today.year, today.month, mailing.months, timezone), -mailing.months, timezone)
    while sent_at(mailing, of, timezone) <= now:
        of = shifted(of, mailing.months, timezone)
    return sent_at(mailing, of, timezone)


def sent_at(mailing: Mailing, of: Period, timezone: str) -> int:
    """When the report of a period goes (UTC ns)."""
    end = of.year * 12 + of.month - 1 + of.months
    return moment(date(end // 12, end % 12 + 1, 1) + timedelta(days=mailing.day - 1), mailing.minute, ZoneInfo(timezone))
