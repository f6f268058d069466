"""Invented people for every instrument, drawn by hypothesis or by a seeded generator; all within the limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from throughcare.risk.catalogue import ITEMS
from throughcare.risk.contract import Spec
from throughcare.risk.items import Day, Whole

Draw = Callable[[int, int], int]
"""From the lowest and the highest whole number to one between them, both included."""


@st.composite
def people(draw: st.DrawFn, spec: Spec) -> dict[str, Any]:
    """Draw one person whom the instrument of a specification scores."""
    return person(spec, lambda low, high: draw(st.integers(low, high)))


def seeded(rng: np.random.Generator) -> Draw:
    """Return a way to draw from a seeded generator."""
    return lambda low, high: int(rng.integers(low, high + 1))


def person(spec: Spec, draw: Draw) -> dict[str, Any]:
    """Return one person who answers everything that a specification asks, without contradiction."""
    names = [item.name for item in spec.items]
    found: dict[str, Any] = {}
    for name in names:
        domain = ITEMS[name].domain
        if not isinstance(domain, Day | Whole):
            found[name] = domain.values[draw(0, len(domain.values) - 1)]
    found |= _days(draw)
    age = _age(found["date_of_birth"], found["conviction_date"])
    total = draw(1, 50)
    found |= {
        "age_at_first_sanction": draw(10, age),
        "sanctions_total": total,
        "sanctions_violent": draw(0, total),
    }
    _add_sexual(found, draw)
    found |= {
        "age_at_arrest": draw(18, 70),
        "prior_misdemeanor_conviction": True,  # so that earlier violence and custody contradict nothing
        "prior_violent_convictions": draw(0, 4),
        "recent_failures_to_appear": draw(0, 3),
    }
    return {name: found[name] for name in names}


def _days(draw: Draw) -> dict[str, dt.date]:
    born = dt.date(1960, 1, 1) + dt.timedelta(days=draw(0, 14_900))
    convicted = dt.date(2019, 1, 1) + dt.timedelta(days=draw(0, 2_500))
    start = convicted + dt.timedelta(days=draw(0, 1_500))
    assessed = max(convicted, start + dt.timedelta(days=draw(-700, 1_600)))
    return {
        "date_of_birth": born,
        "conviction_date": convicted,
        "follow_up_start": start,
        "assessment_date": assessed,
    }


def _add_sexual(found: dict[str, Any], draw: Draw) -> None:
    counts = ("adult_contact", "child_contact", "images", "non_contact")
    found |= {f"sexual_sanctions_{kind}": draw(0, 3) for kind in counts}
    sexual = sum(found[f"sexual_sanctions_{kind}"] for kind in counts)
    if not found.get("ever_sexual_offence", True):
        found |= {f"sexual_sanctions_{kind}": 0 for kind in counts}
    elif sexual == 0:
        found["sexual_sanctions_adult_contact"] = sexual = 1
    found["sanctions_total"] = max(found["sanctions_total"], sexual)
    latest = min(found["conviction_date"], found["assessment_date"])
    lived = (latest - found["date_of_birth"]).days
    found["last_sexual_offence_date"] = latest - dt.timedelta(days=draw(0, lived - 3_700))
    since = (found["assessment_date"] - found["last_sexual_offence_date"]).days
    found["last_offence_date"] = found["assessment_date"] - dt.timedelta(days=draw(0, since))


def _age(born: dt.date, day: dt.date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
