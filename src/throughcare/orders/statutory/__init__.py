"""Dated, cited rules that an order is checked against. A rule reports; it never changes or refuses an order."""

from __future__ import annotations

from throughcare.orders.model import Order
from throughcare.orders.statutory.continuity import (
    allowance_dates,
    condition_dates,
    curfews_at_once,
    device_gaps,
    phase_dates,
    phase_nights,
    release_day,
)
from throughcare.orders.statutory.curfew_hours import (
    court_curfew_facts,
    court_curfew_limits,
    court_curfew_windows,
    home_detention_hours,
    hours_without_rule,
)
from throughcare.orders.statutory.finding import SEVERITIES, Citation, Finding, Rule, Severity
from throughcare.orders.statutory.kinds import alcohol_period, one_alcohol_condition, restriction_zone

__all__ = ["RULES", "SEVERITIES", "Citation", "Finding", "Rule", "Severity", "check_statutory"]

RULES: tuple[Rule, ...] = (
    court_curfew_facts,
    court_curfew_limits,
    court_curfew_windows,
    hours_without_rule,
    home_detention_hours,
    alcohol_period,
    one_alcohol_condition,
    restriction_zone,
    condition_dates,
    phase_dates,
    phase_nights,
    curfews_at_once,
    release_day,
    device_gaps,
    allowance_dates,
)


def check_statutory(order: Order) -> tuple[Finding, ...]:
    """Return what every rule has to say about an order: the unlawful first, then checks, then notes.

    A missing fact gives a finding; an empty result means that every rule that applies was tested and kept.
    """
    found = [finding for rule in RULES for finding in rule(order)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
