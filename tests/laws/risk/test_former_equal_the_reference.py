"""The instruments equal a slow reference that shares nothing with them, person by person and in columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from tests.lib import former_reference as slow
from throughcare.risk.answers import Answers
from throughcare.risk.columns import columns_of
from throughcare.risk.contract import STATUS_CODES, Instrument, Status
from throughcare.risk.items import Day, Item, Value, Whole
from throughcare.risk.registry import INSTRUMENTS

PEOPLE = 200
Shown = Callable[[Mapping[str, Any]], float | None]

REFERENCES: dict[str, Shown] = {
    "ogrs3_one_year": lambda person: slow.ogrs3(person)[0],
    "ogrs3_two_year": lambda person: slow.ogrs3(person)[1],
    "ogp_one_year": lambda person: slow.ogp(person)[0],
    "ogp_two_year": lambda person: slow.ogp(person)[1],
    "ovp_one_year": lambda person: slow.ovp(person)[0],
    "ovp_two_year": lambda person: slow.ovp(person)[1],
    "snsv_static": lambda person: slow.snsv(person, "static"),
    "snsv_dynamic": lambda person: slow.snsv(person, "dynamic"),
    "osp_iic": slow.osp_iic,
    "mst": slow.mst,
    "lds": slow.lds,
    "opd_men": slow.opd_men,
    "opd_women": slow.opd_women,
    "pni": slow.pni,
    "psa_fta": lambda person: slow.psa({**_PSA, **person})[0],
    "psa_nca": lambda person: slow.psa({**_PSA, **person})[1],
    "psa_nvca": lambda person: slow.psa({**_PSA, **person})[2],
}
_PSA = {
    name: value
    for each in ("psa_fta", "psa_nca", "psa_nvca")
    for name, value in {
        key: answer.value for key, answer in INSTRUMENTS[each].spec.reference.by_name.items()
    }.items()
}
_LATEST = {"sanctions_total": 60, "sanctions_violent": 12, "age_at_first_sanction": 30, "age_at_arrest": 40}


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_every_person_scores_as_the_reference_says(name: str) -> None:
    instrument = INSTRUMENTS[name]
    people = _people(instrument, np.random.default_rng(len(name)))
    scored = 0
    for person in people:
        score = instrument.score(Answers.of(**person))
        if score.status is Status.SCORED:
            scored += 1
            assert score.shown == REFERENCES[name](person), person
        elif name == "pni":
            assert score.status is Status.INCOMPLETE
            assert slow.pni(person) is None, person
    assert scored > PEOPLE / 40
    assert _columns_agree(instrument, people)


def _columns_agree(instrument: Instrument, people: list[dict[str, Value]]) -> bool:
    answers = [Answers.of(**person) for person in people]
    columns = instrument.score_columns(columns_of(answers, instrument.spec.items))
    for row, each in enumerate(answers):
        score = instrument.score(each)
        assert STATUS_CODES[columns.status[row]] is score.status
        assert columns.value[row] == pytest.approx(score.value, nan_ok=True) or score.value is None
        band = instrument.spec.bands[columns.band[row]] if columns.band[row] >= 0 else None
        assert band == score.band
    return True


def _people(instrument: Instrument, rng: np.random.Generator) -> list[dict[str, Value]]:
    """Draw people whose answers are everywhere in the domains; a half of the optional ones is missing."""
    people = []
    for _ in range(PEOPLE):
        share = max(rng.random(), rng.integers(2))  # half of them answer everything
        person = {
            item.name: _drawn(item, rng)
            for item in instrument.spec.items
            if item.name in instrument.spec.required or rng.random() < share
        }
        people.append(_in_order(person))
    return people


def _drawn(item: Item, rng: np.random.Generator) -> Value:
    if isinstance(item.domain, Day):
        return dt.date(1950, 1, 1) + dt.timedelta(days=int(rng.integers(365 * 40)))
    if isinstance(item.domain, Whole):
        highest = min(_LATEST.get(item.name, 4), item.domain.high)
        return int(rng.integers(item.domain.low, highest + 1))
    return item.domain.values[int(rng.integers(len(item.domain.values)))]


def _in_order(person: dict[str, Value]) -> dict[str, Value]:
    """Put the days in an order that a life could have."""
    born = person.get("date_of_birth")
    if isinstance(born, dt.date):
        for years, name in ((25, "conviction_date"), (27, "follow_up_start"), (22, "assessment_date")):
            day = person.get(name)
            if isinstance(day, dt.date):
                spread = (day.toordinal() * 7919) % (365 * 30)
                person[name] = born + dt.timedelta(days=years * 365 + spread - 365 * 3)
    if "sanctions_violent" in person:
        person["sanctions_violent"] = min(int(person["sanctions_violent"]), int(person["sanctions_total"]))
    if "ever_sexual_offence" in person and "sexual_sanctions_images" in person:
        person["ever_sexual_offence"] = True
    return person
