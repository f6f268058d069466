"""From recorded answers to scores: the same answers always give the same hash and the same numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from throughcare.kernel.ids import content_hash
from throughcare.orders.problem import Problem
from throughcare.risk.answers import Answer, Answers, Source
from throughcare.risk.contract import Instrument, Score, Status
from throughcare.risk.items import Value
from throughcare.risk.registry import instrument_named
from throughcare.risk.stability import ShownBand, shown_band, stability
from throughcare.service.risk.grouping import ASKED, SHOWN
from throughcare.service.risk.vocabulary import LEVEL_WORDS, Direction, Level, Question

LADDER = tuple(Level)
Levels = tuple[Level, ...]
# What an own view and a decision are set beside: the form with needs where it was scored, else the static form.
COMPARED: dict[Question, tuple[str, str]] = {
    Question.REOFFENDING: ("all_reoffending_dynamic", "all_reoffending_static"),
    Question.HARM: ("combined_serious_dynamic", "combined_serious_static"),
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded answer, its value as text."""

    item: str
    value: str
    source: str
    recorded_on: dt.date | None
    at_us: int = 0
    by: str = ""
    shown: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The value as people read it."""
        domain = ASKED[self.item].domain
        return domain.words(domain.read(self.value)) if self.value else "not known"


def text_of(value: Value) -> str:
    """Return a value as it is stored."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def words_of(item: str, text: str) -> str:
    """Return a stored value as people read it."""
    return Recorded(item, text, "", None).words


def answers_of(recorded: Iterable[Recorded], *, instead: Mapping[str, str] | None = None) -> Answers:
    """Return the answers that instruments read; ``instead`` puts other values in the place of recorded ones.

    A stored text that its question does not take any more is unanswered.
    """
    found: dict[str, Answer] = {}
    for row in recorded:
        text = (instead or {}).get(row.item, row.value)
        if not text or row.item not in ASKED:
            continue
        try:
            value = ASKED[row.item].domain.read(text)
        except Problem:
            continue
        found[row.item] = Answer(value, Source(row.source), row.recorded_on)
    return Answers(found)


def as_json(answers: Answers) -> dict[str, Any]:
    """Return answers as JSON values: what a consultation keeps."""
    return {
        name: {
            "value": text_of(answer.value),
            "source": str(answer.source),
            "recorded_on": None if answer.recorded_on is None else answer.recorded_on.isoformat(),
        }
        for name, answer in sorted(answers.by_name.items())
    }


def from_json(kept: Mapping[str, Mapping[str, Any]], *, instead: Mapping[str, str] | None = None) -> Answers:
    """Return the answers that a consultation kept."""
    return answers_of(
        (
            Recorded(
                name,
                each["value"],
                each["source"],
                dt.date.fromisoformat(each["recorded_on"]) if each["recorded_on"] else None,
            )
            for name, each in kept.items()
        ),
        instead=instead,
    )


def inputs_hash(answers: Answers, claimed: Mapping[str, str]) -> str:
    """Return the hash of everything that the scores rest on."""
    return content_hash({"answers": as_json(answers), "claimed": dict(claimed)})


def versions() -> dict[str, str]:
    """Return the version of every instrument that is shown."""
    return {each.spec.name: each.spec.version for each in SHOWN}


def scores_of(answers: Answers, instruments: Iterable[Instrument] = SHOWN) -> dict[str, Score]:
    """Return the score of every instrument that is shown, by its name."""
    return {each.spec.name: each.score(answers) for each in instruments}


def summary(scores: Mapping[str, Score]) -> dict[str, Any]:
    """Return what each score said, as a consultation keeps it. No band: bare, it would say more than is known."""
    return {name: {"status": str(score.status), "shown": score.shown} for name, score in scores.items()}


@dataclass(frozen=True, slots=True)
class Compared:
    """What a judgement is set beside: which form, its band as far as it is stable, and why that form."""

    question: Question
    instrument: Instrument
    score: Score
    shown_band: ShownBand | None
    why: str

    @property
    def levels(self) -> Levels:
        """The band as levels, from the lowest up: several where one is not stable, none without a score."""
        return () if self.shown_band is None else tuple(Level(band.name) for band in self.shown_band.bands)

    @property
    def fuller(self) -> Instrument:
        """The form with needs, whether it was scored or not."""
        return instrument_named(COMPARED[self.question][0])


def compared_with(answers: Answers, scores: Mapping[str, Score]) -> dict[Question, Compared]:
    """Return for each question the form that judgements are set beside. The choice is said, never silent."""
    return {question: _compared(question, answers, scores) for question in Question}


def _compared(question: Question, answers: Answers, scores: Mapping[str, Score]) -> Compared:
    with_needs, static = COMPARED[question]
    scored = scores[with_needs].status is Status.SCORED
    name = with_needs if scored else static
    instrument, score = instrument_named(name), scores[name]
    return Compared(
        question, instrument, score, band_shown(instrument, answers, score), _why(scored, scores[with_needs])
    )


def band_shown(instrument: Instrument, answers: Answers, score: Score) -> ShownBand | None:
    """Return the band, or the range of bands, that is stable enough to be shown; None without a score."""
    if score.status is not Status.SCORED:
        return None
    found = stability(instrument, answers, score=score)
    return None if found is None else shown_band(found)


def _why(scored: bool, with_needs: Score) -> str:  # noqa: FBT001
    if scored:
        return "The form with needs: it is fully answered."
    number = len(with_needs.missing)
    if not number:
        return "The form from the record only: the form with needs has no score."
    lacking = (
        "1 answer of the form with needs is"
        if number == 1
        else f"{number} answers of the form with needs are"
    )
    return f"The form from the record only: {lacking} missing."


def direction_of(levels: Mapping[Question, Level], bands: Mapping[Question, Levels]) -> Direction:
    """Return how decided levels stand to the bands that were shown; within a range of bands is as scored."""
    steps = {
        step for question, level in levels.items() if (step := step_of(level, bands[question])) is not None
    }
    if not steps:
        return Direction.NO_SCORE
    up, down = any(step > 0 for step in steps), any(step < 0 for step in steps)
    if up and down:
        return Direction.BOTH
    return Direction.UP if up else Direction.DOWN if down else Direction.SAME


def step_of(level: Level, bands: Levels) -> int | None:
    """Return by how many levels a judgement lies above (or, negative, below) what was shown; None without a band."""
    if not bands:
        return None
    place, low, high = (LADDER.index(each) for each in (level, bands[0], bands[-1]))
    return place - high if place > high else min(0, place - low)


def second_signature(levels: Mapping[Question, Level], bands: Mapping[Question, Levels]) -> str:
    """Return why a second person must sign a decision; empty where nobody must.

    Below the score always: it lowers protection. Above it by two levels or more, or to very high: it weighs on the
    person. One level up to medium or high is the officer's own to decide and to give reasons for.
    """
    steps = {question: step_of(level, bands[question]) or 0 for question, level in levels.items()}
    if any(step < 0 for step in steps.values()):
        return "The decision is below the score."
    if any(step >= 2 for step in steps.values()):
        return "The decision is two levels or more above the score."
    if any(step > 0 and levels[question] is Level.VERY_HIGH for question, step in steps.items()):
        return "The decision goes up to very high."
    return ""


def levels_words(levels: Levels) -> str:
    """Return one level, or a range of them, in words; nothing for none."""
    if not levels:
        return ""
    first, last = LEVEL_WORDS[levels[0]], LEVEL_WORDS[levels[-1]].lower()
    return first if len(levels) == 1 else f"{first} to {last}"
