"""A period that ends at midnight is said to end on the day before, as its plain words say."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from throughcare.kernel.time import instant_us
from throughcare.service.pages.templatetags.govuk import civil_date, last_date


def test_the_last_day_of_a_period_is_the_day_before_its_end() -> None:
    midnight_us = instant_us(dt.datetime(2026, 5, 15, tzinfo=ZoneInfo("Europe/London")))
    assert civil_date(midnight_us) == "15 May 2026"
    assert last_date(midnight_us) == "14 May 2026"
    assert last_date(midnight_us + 1) == "15 May 2026"


def test_a_period_without_an_end_says_so() -> None:
    assert last_date(None) == "no end"
