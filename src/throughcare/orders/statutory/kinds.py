"""Rules on kinds of condition: alcohol periods, two alcohol conditions at once, restriction zones.

That nobody under 18 may be given alcohol monitoring is not tested: an order holds no date of birth. No source
states a limit for victim proximity; none is tested.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from throughcare.orders.model import Alcohol, Order
from throughcare.orders.problem import join_path
from throughcare.orders.statutory.citations import ABSTINENCE, ORDER_FORM, RESTRICTION_ZONE
from throughcare.orders.statutory.finding import Finding
from throughcare.orders.statutory.wall_clock import day_words
from throughcare.orders.vocabulary import ConditionKind, LegalBasis, SentenceType

ABSTINENCE_DAYS = 120


def alcohol_period(order: Order) -> Iterator[Finding]:
    """Test a court's alcohol abstinence and monitoring requirement against its longest period, 120 days."""
    if order.legal_basis is not LegalBasis.COMMUNITY_ORDER_REQUIREMENT:
        return
    if order.sentence_type is SentenceType.COMMUNITY_YRO:
        return  # Schedule 9 is about adults
    for number, condition in enumerate(order.conditions):
        if not isinstance(condition, Alcohol) or condition.monitoring != "abstinence":
            continue
        latest = condition.start_date + dt.timedelta(days=ABSTINENCE_DAYS - 1)
        ends = [day for day in (condition.end_date, order.end_date) if day is not None]
        if not ends or min(ends) > latest:
            yield Finding(
                "alcohol-abstinence-period",
                "unlawful" if ends else "check",
                join_path(("conditions", number, "end_date")),
                f"an end on or before {day_words(latest)}: at most {ABSTINENCE_DAYS} days",
                day_words(min(ends)) if ends else "an open end",
                "Give an end date in that period.",
                ABSTINENCE,
            )


def one_alcohol_condition(order: Order) -> Iterator[Finding]:
    """Show abstinence and level monitoring in one order: such orders are sent back."""
    found = [
        (number, condition)
        for number, condition in enumerate(order.conditions)
        if isinstance(condition, Alcohol)
    ]
    if len({condition.monitoring for _, condition in found}) > 1:
        yield Finding(
            "alcohol-both",
            "check",
            join_path(("conditions", found[-1][0])),
            "abstinence or level monitoring, not both",
            "both",
            "See which of the two the order states.",
            ORDER_FORM,
        )


def restriction_zone(order: Order) -> Iterator[Finding]:
    """Ask whether a court may impose a restriction zone yet: the section was not in force when it was read."""
    if order.legal_basis is not LegalBasis.COMMUNITY_ORDER_REQUIREMENT:
        return
    for number, condition in enumerate(order.conditions):
        if condition.kind is ConditionKind.RESTRICTION_ZONE:
            yield Finding(
                "restriction-zone-commencement",
                "check",
                join_path(("conditions", number)),
                "an offence committed on or after the day on which section 17 comes into force",
                "a restriction zone; the date of the offence is not part of an order",
                "See that the section was in force on the day of the offence.",
                RESTRICTION_ZONE,
            )
