"""Our own vectors: invented people scored by the slow reference, so that CI has numbers without the shared data.

`python -m tests.lib.own_vectors` writes them anew; a change of a single number there is a change of a published formula.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.lib.risk_people import person, seeded
from tests.lib.slow_reoffending import shown
from throughcare.risk.answers import Answers, read_answers
from throughcare.risk.conformance import Case
from throughcare.risk.contract import Instrument, Status
from throughcare.risk.registry import INSTRUMENTS

FILE = Path(__file__).parents[1] / "conformance" / "risk" / "own_vectors.jsonl"
PEOPLE = 6
NAMES = (
    "all_reoffending_static",
    "all_reoffending_dynamic",
    "violent_reoffending_static",
    "violent_reoffending_dynamic",
    "serious_violent_reoffending_static",
    "serious_violent_reoffending_dynamic",
    "direct_contact_sexual",
    "images_indirect_sexual",
    "combined_serious_static",
    "combined_serious_dynamic",
)
"""The predictors of the OGRS4 generation."""


def own_cases(name: str) -> tuple[Case, ...]:
    """Return the committed cases of one instrument."""
    instrument = INSTRUMENTS[name]
    with FILE.open(encoding="utf-8") as stream:
        found = [json.loads(line) for line in stream]
    return tuple(_case(instrument, each) for each in found if each["instrument"] == name)


def _case(instrument: Instrument, record: dict[str, Any]) -> Case:
    answers, problems = read_answers(record["answers"], items=instrument.spec.by_name)
    assert not problems
    return Case(name=record["name"], answers=answers, shown=record["shown"], band=record["band"])


def _records() -> Iterator[dict[str, Any]]:
    draw = seeded(np.random.default_rng(20261123))
    for instrument in map(INSTRUMENTS.__getitem__, NAMES):
        spec, kept = instrument.spec, 0
        while kept < PEOPLE:
            who = person(spec, draw)
            if instrument.score(Answers.of(**who)).status is not Status.SCORED:
                continue
            kept += 1
            percent = float(shown(spec.name, who))
            score = instrument.score(Answers.of(**who))
            yield {
                "name": f"{spec.name} {kept}",
                "instrument": spec.name,
                "shown": percent,
                "band": score.band.name if score.band else None,
                "answers": {
                    key: value.isoformat() if isinstance(value, dt.date) else value
                    for key, value in who.items()
                },
            }


if __name__ == "__main__":
    FILE.write_text("".join(json.dumps(record) + "\n" for record in _records()), encoding="utf-8")
