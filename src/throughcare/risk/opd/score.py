"""How the pathway screen is decided: eligibility first, then points on two scales (men) or one (women)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.parts import (
    Contradiction,
    Limit,
    Part,
    Quorum,
    Rules,
    Tabled,
    flagged,
    graded,
    stepped,
)
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.ogrs4.rules import EARLIEST_SANCTION, SANCTIONED_AS_CHILD
from throughcare.risk.opd import spec
from throughcare.risk.opd.spec import TABLE

_VIOLENCE, _EXCESS = "violence_in_offence", "excessive_violence"
_DANGEROUS = ("high", "very_high")
_MAN_IN = ("opd_men", "screened_in")


def _yes(name: str) -> Part:
    return flagged(name, ITEMS[name], TABLE.one("flag"))


def _problem(name: str) -> Part:
    return graded(name, ITEMS[name], TABLE.keyed("problem"))


def _any_of(name: str, words: str, *, yes: tuple[str, ...], problems: tuple[str, ...]) -> Part:
    def weigh(frame: Frame) -> Floats:
        found = np.zeros(frame.size, dtype=np.bool_)
        for each in yes:
            found |= frame.yes(each)
        for each in problems:
            found |= frame.number(each) > 0
        return np.where(found, TABLE.one("flag"), 0.0)

    def say(frame: Frame) -> str:
        return f"{words}: {'yes' if weigh(frame)[0] else 'no'}"

    return Part(name, (*problems, *yes), weigh, say)


def _excessive_violence() -> Part:
    beside, alone = TABLE.one("excessive_violence_with_violence"), TABLE.one("excessive_violence_alone")

    def weigh(frame: Frame) -> Floats:
        return np.where(frame.yes(_EXCESS), np.where(frame.yes(_VIOLENCE), beside, alone), 0.0)

    return Part(
        _EXCESS,
        (_EXCESS, _VIOLENCE),
        weigh,
        lambda frame: f"{ITEMS[_EXCESS].label}: {frame.words(_EXCESS)}",
    )


def _domestic_abuse() -> Part:
    def weigh(frame: Frame) -> Floats:
        against = frame.yes("abuse_of_partner") | frame.yes("abuse_of_family")
        return np.where(frame.yes("domestic_abuse") & against, TABLE.one("flag"), 0.0)

    return Part(
        "domestic_abuse",
        spec.ABUSE,
        weigh,
        lambda frame: f"abuse of a partner or family: {'yes' if weigh(frame)[0] else 'no'}",
    )


MEN_PERSONALITY = (
    stepped("age_at_first_sanction", ITEMS["age_at_first_sanction"], TABLE.steps("young_at_first_sanction")),
    _yes(_VIOLENCE),
    _excessive_violence(),
    flagged("recognises_impact", ITEMS["recognises_impact"], TABLE.one("flag"), when=False),
    *(_problem(name) for name in spec.MEN_PROBLEMS),
    _yes("childhood_behaviour"),
)
MEN_INDICATORS = (
    _any_of(
        "childhood_difficulties",
        "difficulties in childhood",
        yes=("childhood_behaviour",),
        problems=("childhood",),
    ),
    _any_of(
        "mental_health_history",
        "a history of mental health difficulties",
        yes=spec.MENTAL_HEALTH_YES,
        problems=spec.MENTAL_HEALTH_PROBLEMS,
    ),
    _yes("self_harm"),
    _any_of(
        "challenging_behaviour",
        "severe challenging behaviour",
        yes=spec.CHALLENGING_YES,
        problems=("attitude_to_supervision",),
    ),
)
WOMEN_PARTS = (
    *(_yes(name) for name in spec.WOMEN_YES),
    _excessive_violence(),
    *(_problem(name) for name in spec.WOMEN_PROBLEMS),
    _domestic_abuse(),
)


def _sum(parts: tuple[Part, ...], frame: Frame) -> Floats:
    total = np.zeros(frame.size)
    for part in parts:
        total = total + part.weigh(frame)
    return total


def _eligible_man(frame: Frame) -> Bools:
    return (
        frame.chosen("overall_risk", *_DANGEROUS)
        & frame.yes("violent_or_sexual_offence")
        & frame.yes("custodial_sentence")
    )


def _eligible_woman(frame: Frame) -> Bools:
    return frame.chosen("overall_risk", *_DANGEROUS) | frame.yes("mappa_eligible")


def _man_in(frame: Frame, _total: Floats) -> Floats:
    if _MAN_IN not in frame.counted:
        personality = _sum(MEN_PERSONALITY, frame) >= TABLE.one("men_personality_from")
        indicators = _sum(MEN_INDICATORS, frame) >= TABLE.one("men_indicators_from")
        frame.counted[_MAN_IN] = (_eligible_man(frame) & (personality | indicators)).astype(np.float64)
    return frame.counted[_MAN_IN]


def _woman_in(frame: Frame, total: Floats) -> Floats:
    return (_eligible_woman(frame) & (total >= TABLE.one("women_from"))).astype(np.float64)


def _nothing_answered(questions: tuple[str, ...]) -> Callable[[Frame], Bools]:
    def lacking(frame: Frame) -> Bools:
        return np.asarray(~np.any([frame.known(name) for name in questions], axis=0), dtype=np.bool_)

    return lacking


def _abuse_half_answered(frame: Frame) -> Bools:
    both = frame.known("abuse_of_partner") & frame.known("abuse_of_family")
    return (frame.yes("domestic_abuse") & ~both) | (~frame.known("domestic_abuse") & _of_somebody(frame))


def _whom_without_abuse(frame: Frame) -> Bools:
    return frame.no("domestic_abuse") & _of_somebody(frame)


def _of_somebody(frame: Frame) -> Bools:
    return frame.yes("abuse_of_partner") | frame.yes("abuse_of_family")


def _override_of_man(frame: Frame) -> Bools:
    full = frame.filled(spec.MEN.defaults)
    out = np.asarray(_man_in(full, np.zeros(frame.size)) == 0.0, dtype=np.bool_)
    return full.yes("pathway_override") & _eligible_man(full) & out


def _override_of_woman(frame: Frame) -> Bools:
    if not np.any(frame.yes("pathway_override")):
        return np.zeros(frame.size, dtype=np.bool_)
    full = frame.filled(spec.WOMEN.defaults)
    out = np.asarray(_woman_in(full, _sum(WOMEN_PARTS, full)) == 0.0, dtype=np.bool_)
    return full.yes("pathway_override") & _eligible_woman(full) & out


MEN = Tabled(
    spec=spec.MEN,
    parts=(*MEN_PERSONALITY, *MEN_INDICATORS),
    value=_man_in,
    rules=Rules(
        not_applicable=(Limit(spec.FOR_MEN, lambda frame: frame.chosen("sex", "female")),),
        outside=(
            Limit(
                SANCTIONED_AS_CHILD, lambda frame: frame.number("age_at_first_sanction") < EARLIEST_SANCTION
            ),
        ),
        quorums=(Quorum(spec.MEN_QUESTIONS, _nothing_answered(spec.MEN_QUESTIONS)),),
        cautions=(
            Limit(spec.NOT_ELIGIBLE_MEN, lambda frame: ~_eligible_man(frame)),
            Limit(spec.OVERRIDDEN, _override_of_man),
        ),
    ),
)
WOMEN = Tabled(
    spec=spec.WOMEN,
    parts=WOMEN_PARTS,
    value=_woman_in,
    rules=Rules(
        contradictions=(
            Contradiction(
                item="domestic_abuse",
                found_in=_whom_without_abuse,
                expected="yes, as it is answered who was abused",
                action="Record the evidence of abuse, or clear the two answers below it.",
            ),
        ),
        not_applicable=(Limit(spec.FOR_WOMEN, lambda frame: frame.chosen("sex", "male")),),
        quorums=(
            Quorum(spec.WOMEN_COUNTED, _nothing_answered(spec.WOMEN_COUNTED)),
            Quorum(spec.ABUSE, _abuse_half_answered),
        ),
        cautions=(
            Limit(spec.NOT_ELIGIBLE_WOMEN, lambda frame: ~_eligible_woman(frame)),
            Limit(spec.OVERRIDDEN, _override_of_woman),
        ),
    ),
)
INSTRUMENTS = (MEN, WOMEN)
