"""The table of published vectors in docs/risk/conformance.md; `python -m tests.lib.published_table` prints it anew."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from tests.lib.arns_requests import Expectation, current_expectations
from throughcare.risk.conformance import TOLERANCE, arithmetic
from throughcare.risk.contract import Score, Status
from throughcare.risk.registry import INSTRUMENTS

SHARED = Path(__file__).parents[3] / "shared" / "data" / "arns_vectors"
LEFT_OUT = {
    (
        "imagesAndIndirectContactSexualReoffendingPredictor-input-2-valid-female",
        "images_indirect_sexual",
    ): "left out: the publisher calls 0 for a woman low; here the predictor does not apply to her",
    (
        "rsr-input-2-static-missing-fields",
        "direct_contact_sexual",
    ): "left out: without a sexual offence it does not apply, whatever else is missing; the publisher asks first",
}
"""What is answered otherwise on purpose, and why."""


def agrees(expected: Expectation, score: Score) -> bool:
    """Return whether a score is what the publisher's service answered."""
    if score.status is not expected.status:
        return False
    if expected.status is Status.INCOMPLETE:
        return set(expected.missing) <= set(score.missing)
    if expected.status is not Status.SCORED:
        return True
    assert expected.score is not None
    near = score.shown is not None and abs(score.shown - expected.score) <= TOLERANCE
    return near and score.band is not None and score.band.name == expected.band


def table(expectations: Iterable[Expectation]) -> str:
    """Return the table in Markdown, one row for each vector and instrument."""
    rows = dict.fromkeys(_row(expected) for expected in expectations)
    return "\n".join(("| vector | instrument | published | result |", "|---|---|---|---|", *rows))


def _row(expected: Expectation) -> str:
    score = arithmetic(INSTRUMENTS[expected.instrument], expected.answers)
    verdict = "reproduced" if agrees(expected, score) else LEFT_OUT[expected.vector, expected.instrument]
    if expected.score is None:
        published = "error: contradiction" if expected.refused else "error: missing"
    else:
        published = f"{expected.score:.2f} {(expected.band or '').replace('_', ' ')}"
    return f"| {expected.vector} | `{expected.instrument}` | {published} | {verdict} |"


if __name__ == "__main__":
    sys.stdout.write(table(current_expectations(SHARED)) + "\n")
