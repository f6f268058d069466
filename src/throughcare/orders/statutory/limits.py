"""The legal limits on court curfews, one row for each kind of sentence and date of conviction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from throughcare.orders.model import Order
from throughcare.orders.statutory.citations import CURFEW_ADULT, CURFEW_YOUTH
from throughcare.orders.statutory.finding import Citation
from throughcare.orders.vocabulary import LegalBasis, SentenceType

AMENDED_ON = dt.date(2022, 6, 28)  # commencement of PCSC Act 2022 s.150 and Sch. 17 para. 19
HOUR_MIN = 60


@dataclass(frozen=True, slots=True)
class CurfewLimits:
    """What the curfew of one kind of sentence may ask for, by the day of conviction.

    ``week_max_min`` is None where the daily limit already keeps a week below it.
    """

    name: str
    sentence_types: frozenset[SentenceType | None]
    convicted_from: dt.date | None
    convicted_before: dt.date | None
    day_min_min: int
    day_max_min: int
    week_max_min: int | None
    period_months: int
    citation: Citation

    def covers(self, convicted_on: dt.date) -> bool:
        """Return whether the row applies to a conviction on this day."""
        return (self.convicted_from is None or convicted_on >= self.convicted_from) and (
            self.convicted_before is None or convicted_on < self.convicted_before
        )


_ADULT = frozenset({SentenceType.COMMUNITY, SentenceType.SUSPENDED_SENTENCE, None})
_YOUTH: frozenset[SentenceType | None] = frozenset({SentenceType.COMMUNITY_YRO, None})

# The most generous row of a kind of sentence comes first: what breaks it is unlawful whatever the date.
CURFEW_LIMITS = (
    CurfewLimits(
        "adult, convicted on or after 28 June 2022",
        _ADULT,
        AMENDED_ON,
        None,
        2 * HOUR_MIN,
        20 * HOUR_MIN,
        112 * HOUR_MIN,
        24,
        CURFEW_ADULT,
    ),
    CurfewLimits(
        "adult, convicted before 28 June 2022",
        _ADULT,
        None,
        AMENDED_ON,
        2 * HOUR_MIN,
        16 * HOUR_MIN,
        None,
        12,
        CURFEW_ADULT,
    ),
    CurfewLimits(
        "youth rehabilitation order, convicted on or after 28 June 2022",
        _YOUTH,
        AMENDED_ON,
        None,
        2 * HOUR_MIN,
        20 * HOUR_MIN,
        112 * HOUR_MIN,
        12,
        CURFEW_YOUTH,
    ),
    CurfewLimits(
        "youth rehabilitation order, convicted before 28 June 2022",
        _YOUTH,
        None,
        AMENDED_ON,
        2 * HOUR_MIN,
        16 * HOUR_MIN,
        None,
        12,
        CURFEW_YOUTH,
    ),
)


def limits_for(order: Order) -> tuple[CurfewLimits, ...]:
    """Return the rows that may apply: one if the date of conviction is known, else all of its kind, or none."""
    if order.legal_basis is not LegalBasis.COMMUNITY_ORDER_REQUIREMENT:
        return ()
    rows = [row for row in CURFEW_LIMITS if order.sentence_type in row.sentence_types]
    if order.convicted_on is None:
        return tuple(rows)
    return tuple(row for row in rows if row.covers(order.convicted_on))


def last_day(start: dt.date, months: int) -> dt.date:
    """Return the last day of a period of whole months that begins with ``start``.

    Two years beginning with 5 January 2026 end on 4 January 2028. Where the last month has no such day (12
    months from 29 February) the period ends with that month.
    """
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    in_month = (following - dt.timedelta(days=1)).day
    if start.day > in_month:
        return dt.date(year, month, in_month)
    return dt.date(year, month, start.day) - dt.timedelta(days=1)
