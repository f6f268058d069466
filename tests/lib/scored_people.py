"""People whom an instrument scores, any instrument: its reference case, changed answer by answer as long as it scores."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from throughcare.risk.answers import Answers
from throughcare.risk.contract import Instrument, Status
from throughcare.risk.items import Day, Item, Value, Whole
from throughcare.risk.variants import months_later


@st.composite
def scored_people(draw: st.DrawFn, instrument: Instrument) -> Answers:
    """Draw somebody whom the instrument scores, with every question answered."""
    answers = instrument.spec.reference
    for name, value in instrument.spec.defaults.items():
        if answers.value(name) is None:
            answers = answers.having(name, value)
    for item in instrument.spec.items:
        known = answers.value(item.name)
        if known is None:
            continue
        tried = answers.having(item.name, draw(_values(item, item.domain.read(known))))
        if instrument.score(tried).status is Status.SCORED:
            answers = tried
    return answers


def _values(item: Item, now: Value) -> st.SearchStrategy[Value]:
    if isinstance(item.domain, Day):
        assert isinstance(now, dt.date)
        return st.integers(-200, 80).map(lambda months: months_later(now, months))
    if isinstance(item.domain, Whole):
        low = item.domain.low
        return st.one_of(st.integers(low, low + 6), st.integers(low, min(item.domain.high, low + 40)))
    return st.sampled_from(item.domain.values)
