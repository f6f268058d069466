"""The validation as one document: what was asked, of whom, and everything that was found, with a hash of it all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import content_hash
from throughcare.risk.fairness.audit import Fairness
from throughcare.risk.records.subject import Subject
from throughcare.risk.validation.drift import Limits, Month, Stability, worded
from throughcare.risk.validation.intervals import Estimate, plain_values
from throughcare.risk.validation.performance import Performance

SCHEMA = "throughcare.risk.validation/1"
OLDEST_MONTHS = 12
"""A validation that is older says nothing about today's people."""
STRONG_AUC = 0.9


@dataclass(frozen=True, slots=True)
class People:
    """Whom a validation rests on.

    Parameters
    ----------
    table : str
        The name of the file, without its folder.
    table_hash : str
        SHA-256 of its bytes.
    rows, used : int
    left_out : dict
        Reason in words to how many rows.
    outcome, weight : str
        Columns; empty where there is none.
    groups : tuple of str
    """

    table: str
    table_hash: str
    rows: int
    used: int
    left_out: dict[str, int]
    outcome: str
    weight: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InTime:
    """What the validation says about time.

    Parameters
    ----------
    known_until, split_at : str
        Days. `split_at` is empty where people were not split; the performance is then of everybody.
    horizon_months : int
    earlier : Performance or None
        Of those scored before the split, where there are enough; the main performance is of those after it.
    under_way : int
        People whose follow-up was not over.
    stability : tuple of (month, Stability)
        Scores of each month beside those before the split.
    inputs : tuple of (column, Stability)
    limits : Limits or None
    months : tuple of Month
    """

    known_until: str
    split_at: str
    horizon_months: int
    earlier: Performance | None
    under_way: int
    stability: tuple[tuple[str, Stability], ...]
    inputs: tuple[tuple[str, Stability], ...]
    limits: Limits | None
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class Validation:
    """Everything that one run found."""

    made_on: dt.date
    code_version: str
    subject: Subject
    people: People
    performance: Performance
    fairness: Fairness | None
    in_time: InTime | None

    def words(self) -> tuple[str, ...]:
        """Return what was found, in sentences made from the numbers."""
        found = [*_calibration_words(self.performance), _order_words(self.performance)]
        if self.fairness is not None:
            found += _group_words(self.fairness)
        if self.in_time is not None:
            found += _time_words(self.in_time)
        return (*found, *self.performance.cautions)


def document(found: Validation) -> dict[str, Any]:
    """Return the validation as JSON values, with the hash of everything else in it."""
    content = {
        "schema": SCHEMA,
        **plain_values(found),
        "made_on": found.made_on.isoformat(),
        "words": list(found.words()),
    }
    return {**content, "hash": content_hash(content)}


def checked(found: Mapping[str, Any], *, subject: Subject, today: dt.date, where: str) -> dict[str, Any]:
    """Return a validation document that a record may rest on.

    Raises
    ------
    RefusedInput
        If it is no validation, was altered, is of another subject, or is more than `OLDEST_MONTHS` old.
    """
    content = {name: value for name, value in found.items() if name != "hash"}
    if found.get("schema") != SCHEMA:
        raise _refusal(where, f"a validation of the schema {SCHEMA}", repr(found.get("schema")))
    if content_hash(content) != found.get("hash"):
        raise _refusal(where, "content that matches its hash", "altered content")
    theirs = found["subject"]["hash"]
    if theirs != subject.hash:
        raise _refusal(
            where,
            f"a validation of {subject.name} as it is ({subject.hash[:16]})",
            f"one of {found['subject']['name']} ({theirs[:16]})",
        )
    made_on = dt.date.fromisoformat(found["made_on"])
    if made_on > today:
        raise _refusal(
            where, f"a validation made by {today.isoformat()}", f"one made on {made_on.isoformat()}"
        )
    if today > months_later(made_on, OLDEST_MONTHS):
        raise _refusal(
            where,
            f"a validation that is at most {OLDEST_MONTHS} months old on {today.isoformat()}",
            f"one made on {made_on.isoformat()}",
        )
    return dict(found)


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(dt.date(year, month + 1, 1) + dt.timedelta(day.day - 1), following - dt.timedelta(1))


def _refusal(where: str, expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=where,
        expected=expected,
        found=found,
        action="Run `throughcare risk validate` again on recent outcomes.",
    )


def _calibration_words(found: Performance) -> tuple[str, ...]:
    if found.calibration is None:
        return (
            "The score is points and no probability: it can put people in order, and promises no number.",
        )
    ratio, slope = found.calibration.ratio, found.calibration.slope
    if ratio.contains(1.0):
        first = f"On average the score says what happens (observed over expected {_told(ratio)})."
    else:
        side = "More" if ratio.value > 1 else "Less"
        first = f"{side} happens than the score says (observed over expected {_told(ratio)})."
    if slope.contains(1.0):
        return (first, f"High and low scores are as far apart as they should be (slope {_told(slope)}).")
    if slope.value < 1:
        return (first, f"High scores are too high and low ones too low (slope {_told(slope)}): recalibrate.")
    return (first, f"Scores are too close together (slope {_told(slope)}): recalibrate.")


def _order_words(found: Performance) -> str:
    told = (
        f"Of two people, one to whom it happened and one to whom it did not, the first scored higher in "
        f"{100 * found.auc.value:.1f} % of pairs (AUC {_told(found.auc, 3)}); half would be chance."
    )
    if found.auc.value >= STRONG_AUC:
        told += (
            " That is more than reoffending has ever been foretold: look for an input that knows the outcome."
        )
    return told


def _group_words(found: Fairness) -> list[str]:
    out = [each for each in found.tests if each.stands_out]
    told = (
        f"{len(found.groups)} groups and intersections are shown and {len(found.withheld)} withheld as too small; of "
        f"{len(found.tests)} tests {len(out)} stand out after Holm's adjustment."
    )
    words = [told]
    for each in out:
        whom = f"{each.group} against {each.against}" if each.against else each.group
        words.append(f"{whom}: {each.measure} {each.difference:.3f} (adjusted p {each.adjusted_p:.2g}).")
    return words


def _time_words(found: InTime) -> list[str]:
    words = [
        f"Follow-up of {found.under_way:,} people was not over on {found.known_until}; they are left out."
    ]
    changed = [month for month, each in found.stability if each.changed]
    if found.stability:
        words.append(
            f"The spread of scores differs from the reference in {len(changed)} of {len(found.stability)} months."
        )
    if found.limits is not None:
        words.append(worded(found.months))
    return words


def _told(found: Estimate, places: int = 2) -> str:
    return f"{found.value:.{places}f}, {found.low:.{places}f} to {found.high:.{places}f}"
