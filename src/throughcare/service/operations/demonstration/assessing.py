"""Invented assessments of risk: own views, answers, looks, decisions with and without a second person, a dispute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from throughcare.kernel.time import DAY_US, MINUTE_US
from throughcare.runners.loading import Progress
from throughcare.service.operations.demonstration.cast import Cast
from throughcare.service.risk import actions, queries
from throughcare.service.risk.grouping import ASKED
from throughcare.service.risk.scoring import Recorded, compared_with, from_json, scores_of
from throughcare.service.risk.suggesting import known_about, suggestions
from throughcare.service.risk.vocabulary import Level, OverrideReason, Purpose, Question
from throughcare.service.viewer import Viewer

SHARE = 0.25  # of people with an order, who have been assessed; our assumption
_OPEN = 0.08  # of those: not decided yet
_LEVELS = ("none", "some", "significant")
_LEVEL_SHARES = (0.5, 0.35, 0.15)
_OFFENCES = (
    "theft_not_vehicle", "burglary_domestic", "violence_less_than_abh", "public_order_and_harassment",
    "drug_possession_or_supply", "criminal_damage", "motoring",
)  # fmt: skip
_WHY = {
    "up": (OverrideReason.NEW_FACT, OverrideReason.NOT_IN_SCORE),
    "down": (OverrideReason.PROGRESS, OverrideReason.PROTECTION),
}
_WORDS = (
    "Lives with family, looks for work, keeps in touch.",
    "Lost the flat in the spring; sleeps at friends' places.",
    "Two missed contacts, then a good talk about why.",
    "Has a trade and a start date. The old friends are still near.",
)


@dataclass
class AssessmentWork:
    """The assessments of the invented officers, as their pages would make them."""

    cast: Cast
    rng: np.random.Generator
    now_us: int

    def write(self, refs: Iterable[str], *, progress: Progress) -> int:
        """Assess a share of people and return how many; each in a transaction of its own."""
        chosen = [ref for ref in refs if self.rng.random() < SHARE]
        for done, ref in enumerate(chosen, 1):
            with transaction.atomic():
                self._assess(ref, number=done)
            progress("assessments", done, len(chosen))
        return len(chosen)

    def _assess(self, ref: str, *, number: int) -> None:
        by, person_id = self.cast.officer(ref), self.cast.person_ids[ref]
        at_us = self.now_us - int(self.rng.integers(2, 20)) * DAY_US
        made = actions.begin(by=by, now_us=at_us, person_id=person_id)
        levels = {question: self._level() for question in Question}
        words = {question: str(self.rng.choice(_WORDS)) for question in Question}
        actions.record_view(
            by=by, now_us=at_us + 5 * MINUTE_US, assessment_id=made, levels=levels, words=words
        )
        given = self._answers(person_id, ref, at_us)
        actions.record_answers(by=by, now_us=at_us + 30 * MINUTE_US, assessment_id=made, given=given)
        if number % 12 == 0:
            actions.raise_dispute(
                by=by, now_us=at_us + 40 * MINUTE_US, assessment_id=made, item="unemployed",
                claimed="yes" if self._value(given, "unemployed") == "no" else "no",
                words="Says that the job began last week.",
            )  # fmt: skip
        if self.rng.random() >= _OPEN:
            self._decide(by, made, levels, at_us + 45 * MINUTE_US, ref=ref)

    def _value(self, given: list[Recorded], item: str) -> str:
        return next(row.value for row in given if row.item == item)

    def _level(self) -> Level:
        return Level(self.rng.choice(list(Level), p=(0.35, 0.4, 0.2, 0.05)))

    def _answers(self, person_id: int, ref: str, at_us: int) -> list[Recorded]:
        """Return what the record holds, an invented record of sanctions, and invented needs; drugs stay unanswered."""
        hints = suggestions(known_about(person_id, ref, now_us=at_us))
        filled = {item: hint.value for item, hint in hints.items() if hint.fills}
        start = filled.get("follow_up_start", filled["assessment_date"])
        sanctions = int(1 + self.rng.geometric(0.15))
        values = {
            "sex": "male", "supervision_status": "community", "follow_up_start": start, "conviction_date": start,
        } | filled | {
            "offence_category": str(self.rng.choice(_OFFENCES)),
            "age_at_first_sanction": str(int(self.rng.integers(14, 19))),
            "sanctions_total": str(sanctions),
            "sanctions_violent": str(int(self.rng.integers(0, sanctions // 3 + 1))),
            "unemployed": "yes" if self.rng.random() < 0.5 else "no",
            "relationship_status": str(self.rng.choice(("living_together", "not_living_together", "none"))),
            "drug_motivation": "full",
            "ever_sexual_offence": "no",
        }  # fmt: skip
        for item in ASKED.values():
            if item.name in values or item.name.startswith("uses_"):
                continue
            if item.domain.values == _LEVELS:
                values[item.name] = str(self.rng.choice(_LEVELS, p=_LEVEL_SHARES))
            elif item.domain.values == (False, True):
                values[item.name] = "no"
            elif item.name.startswith("sexual_sanctions_"):
                values[item.name] = "0"
        return [
            Recorded(item, value, "system" if item in filled else "officer", None)
            for item, value in values.items()
        ]

    def _decide(self, by: Viewer, made: int, levels: dict[Question, Level], at_us: int, *, ref: str) -> None:
        """Decide as scored most of the time, else by the own view; seniors sign two of three that wait."""
        look = actions.consult(by=by, now_us=at_us, assessment_id=made, purpose=Purpose.ASSESS)
        seen = queries.consultation(look)
        assert seen is not None, "it was made just now"
        answers = from_json(seen.answers)
        bands = {
            question: each.levels for question, each in compared_with(answers, scores_of(answers)).items()
        }
        follows = self.rng.random() < 0.75
        decided = {
            question: bands[question][-1] if follows and bands[question] else levels[question]
            for question in Question
        }
        way = "up" if self.rng.random() < 0.5 else "down"
        actions.decide(
            by=by, now_us=at_us + 5 * MINUTE_US, consultation_id=look, levels=decided,
            reasons=[OverrideReason(self.rng.choice(_WHY[way]))], words=str(self.rng.choice(_WORDS)),
        )  # fmt: skip
        waits = queries.assessment(made)
        if waits is not None and waits.is_live and self.rng.random() < 0.66:
            senior = self.cast.signer(ref)
            own = actions.consult(
                by=senior, now_us=at_us + DAY_US, assessment_id=made, purpose=Purpose.SECOND_SIGNATURE
            )
            actions.countersign(
                by=senior, now_us=at_us + DAY_US + MINUTE_US, assessment_id=made, consultation_id=own
            )
