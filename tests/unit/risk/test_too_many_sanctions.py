"""408 sanctions, or sanctions at the age of 4, get no score from any instrument that asks for them, and are told why."""

from __future__ import annotations

import pytest

from throughcare.risk.contract import Status
from throughcare.risk.registry import INSTRUMENTS

ASKING = sorted(
    (name, item)
    for name, instrument in INSTRUMENTS.items()
    for item in instrument.spec.by_name
    if item.startswith(("sanctions_", "sexual_sanctions_"))
)


@pytest.mark.parametrize(("name", "item"), ASKING)
def test_408_sanctions_are_scored_by_no_instrument(name: str, item: str) -> None:
    instrument = INSTRUMENTS[name]
    answers = instrument.spec.reference.having(item, 408)
    if item != "sanctions_total" and "sanctions_total" in instrument.spec.by_name:
        answers = answers.having("sanctions_total", 408)
    score = instrument.score(answers)
    assert score.status in {Status.OUTSIDE_POPULATION, Status.REFUSED, Status.NOT_APPLICABLE}
    assert score.value is None
    assert score.shown is None
    assert score.band is None
    assert score.reasons or score.problems


def test_there_are_instruments_to_ask() -> None:
    assert len(ASKING) > 20
