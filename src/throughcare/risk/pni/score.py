"""How the programme needs identifier decides: needs now and at worst, risk now and at worst, then the two crossed.

An unanswered need counts as none now and as significant at worst. Where the worst would lead elsewhere, the
publisher names no programme ("omission"); here that is an incomplete assessment, with the answers that are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.parts import Part, Quorum, Rules, Tabled, step
from throughcare.risk.contract import Score, Status
from throughcare.risk.items import Value
from throughcare.risk.pni import spec
from throughcare.risk.pni.spec import TABLE

LOW, MEDIUM, HIGH = 0.0, 1.0, 2.0
UNKNOWN = -1.0
_WORST = 2.0
_PATHWAY = ("pni", "pathway")


def _points(frame: Frame, names: tuple[str, ...], unknown: float) -> Floats:
    levels = [np.where(frame.answered(name), frame.number(name), unknown) for name in names]
    return np.asarray(np.sum(levels, axis=0), dtype=np.float64)


def _missing(frame: Frame, names: tuple[str, ...]) -> Bools:
    return np.asarray(~np.all([frame.answered(name) for name in names], axis=0), dtype=np.bool_)


def sexual(frame: Frame, unknown: float) -> Floats:
    """Return the sexual domain: only with a sexual offence or risk, and only from enough answers."""
    points = _points(frame, spec.SEXUAL, unknown)
    level = step(points, TABLE.steps("sexual"))
    if unknown == 0.0:
        enough = ~_missing(frame, spec.SEXUAL) | (points >= TABLE.one("sexual_known_from"))
        level = np.where(enough, level, LOW)
    level = np.where(_at(frame, "sexual_interests", "significant"), HIGH, level)
    asked = _at(frame, "ever_sexual_offence") | _at(frame, "risk_of_sexual_harm")
    return np.where(asked, level, LOW)


def thinking(frame: Frame, unknown: float) -> Floats:
    """Return the thinking domain; attitudes that favour offending alone can make it high."""
    level = step(_points(frame, spec.THINKING, unknown), TABLE.steps("thinking"))
    return np.where(_at(frame, "attitudes_to_offending", "significant"), HIGH, level)


def relationships(frame: Frame, unknown: float) -> Floats:
    """Return the relationships domain."""
    return step(_points(frame, spec.RELATIONSHIPS, unknown), TABLE.steps("relationships"))


def self_management(frame: Frame, unknown: float) -> Floats:
    """Return the self-management domain."""
    return step(_points(frame, spec.SELF_MANAGEMENT, unknown), TABLE.steps("self_management"))


_DOMAINS = (
    ("sexual_domain", "sexual needs", (*spec.SEXUAL_GATE, *spec.SEXUAL), sexual),
    ("thinking_domain", "thinking", spec.THINKING, thinking),
    ("relationships_domain", "relationships", spec.RELATIONSHIPS, relationships),
    ("self_management_domain", "self-management", spec.SELF_MANAGEMENT, self_management),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found about risk and place; every array (n,)."""

    community: Bools
    custody: Bools
    any_high: Bools
    violent_high: Bools
    spousal_high: Bools
    spousal_medium: Bools
    spousal_unknown: Bools
    spousal_all_unknown: Bools
    risk: Floats
    risk_at_worst: Floats


def _found(frame: Frame) -> Found:
    spousal_high = _at(frame, "spousal_risk_to_partner", "high") | _at(
        frame, "spousal_risk_to_others", "high"
    )
    spousal_medium = _at(frame, "spousal_risk_to_partner", "medium") | _at(
        frame, "spousal_risk_to_others", "medium"
    )
    any_high = _at(frame, "all_reoffending_band", "high", "very_high")
    violent_high = _at(frame, "violent_reoffending_band", "high", "very_high")
    sexual_unknown = ~frame.answered("direct_contact_band") | ~frame.answered("images_indirect_band")
    contact_free = ~frame.answered("direct_contact_band") | _at(
        frame, "direct_contact_band", "not_applicable"
    )
    images_free = ~frame.answered("images_indirect_band") | _at(
        frame, "images_indirect_band", "not_applicable"
    )
    alone = contact_free & images_free
    high = any_high | violent_high | spousal_high
    high |= _at(frame, "direct_contact_band", "high", "very_high")
    high |= _at(frame, "images_indirect_band", "high", "very_high")
    medium = _at(frame, "all_reoffending_band", "medium") | _at(frame, "violent_reoffending_band", "medium")
    medium |= _at(frame, "direct_contact_band", "medium") | _at(frame, "images_indirect_band", "medium")
    medium |= spousal_medium | (_at(frame, "combined_serious_band", "medium") & alone)
    combined_high = _at(frame, "combined_serious_band", "high", "very_high") & alone
    # at worst the sexual bands are very high; with both known not to apply, the combined one is
    applies_to_nobody = _at(frame, "direct_contact_band", "not_applicable") & _at(
        frame, "images_indirect_band", "not_applicable"
    )
    combined_at_worst = ~frame.answered("combined_serious_band") | _at(
        frame, "combined_serious_band", "high", "very_high"
    )
    risk = np.where(high | combined_high, HIGH, np.where(medium, MEDIUM, LOW))
    at_worst = high | sexual_unknown | (combined_at_worst & applies_to_nobody)
    partner_unknown = ~frame.answered("spousal_risk_to_partner")
    others_unknown = ~frame.answered("spousal_risk_to_others")
    return Found(
        community=frame.chosen("supervision_status", "community"),
        custody=frame.chosen("supervision_status", "custody"),
        any_high=any_high,
        violent_high=violent_high,
        spousal_high=spousal_high,
        spousal_medium=spousal_medium,
        spousal_unknown=partner_unknown | others_unknown,
        spousal_all_unknown=partner_unknown & others_unknown,
        risk=risk,
        risk_at_worst=np.where(at_worst, HIGH, np.where(medium, MEDIUM, LOW)),
    )


def need_level(frame: Frame) -> Floats:
    """Return the level of need, or `UNKNOWN` where unanswered needs could change it."""
    return _need_level(frame, _found(frame))


def _need_level(frame: Frame, found: Found) -> Floats:
    now = np.asarray(np.sum([weigh(frame, 0.0) for _, _, _, weigh in _DOMAINS], axis=0))
    worst = np.asarray(np.sum([weigh(frame, _WORST) for _, _, _, weigh in _DOMAINS], axis=0))
    level, level_at_worst = step(now, TABLE.steps("need_level")), step(worst, TABLE.steps("need_level"))
    all_domains = np.all(
        [_missing(frame, names) for names in (spec.SEXUAL, *(row[2] for row in _DOMAINS[1:]))], axis=0
    )
    spousal = found.spousal_high | found.spousal_medium
    known_spousal = spousal & ~found.spousal_unknown
    return np.select(
        [
            level == HIGH,
            (level == MEDIUM) & found.community,
            ~_missing(frame, spec.NEEDS) | (level == level_at_worst),
            all_domains & ~found.community,
            (level >= MEDIUM) & ~spousal,
            known_spousal & found.community,
            known_spousal,
        ],
        [level, level, level, UNKNOWN, UNKNOWN, MEDIUM, HIGH],
        default=level,
    )


def pathway(frame: Frame) -> Floats:
    """Return 0 alternative, 1 moderate, 2 high, or `UNKNOWN` where missing answers could lead elsewhere."""
    if _PATHWAY not in frame.counted:
        frame.counted[_PATHWAY] = _pathway(frame)
    return frame.counted[_PATHWAY]


def _pathway(frame: Frame) -> Floats:
    found = _found(frame)
    need = _need_level(frame, found)
    both_high = (need == HIGH) & (found.risk == HIGH)
    any_and_violent = found.any_high & found.violent_high
    high = found.custody & (any_and_violent | (found.any_high & found.spousal_high) | both_high)
    moderate = found.community & (any_and_violent | both_high)
    moderate |= found.spousal_high | found.spousal_medium
    moderate |= (need >= MEDIUM) & (found.risk >= MEDIUM) & ~both_high
    result = np.where(high, HIGH, np.where(moderate, MEDIUM, LOW))
    omitted = found.spousal_unknown & (result == LOW)
    omitted |= found.risk_at_worst != found.risk
    omitted |= found.spousal_all_unknown & ~found.community
    return np.where((need == UNKNOWN) | (_missing(frame, spec.NEEDS) & omitted), UNKNOWN, result)


def risk_answers(
    *,
    any_reoffending: Score,
    violent: Score,
    combined_serious: Score,
    direct_contact: Score,
    images_indirect: Score,
) -> Mapping[str, Value]:
    """Return the bands of other instruments as answers; one without a score is left unanswered."""
    named = zip(
        spec.BANDS,
        (any_reoffending, violent, combined_serious, direct_contact, images_indirect),
        strict=True,
    )
    sexual_names = ("direct_contact_band", "images_indirect_band")
    answers: dict[str, Value] = {}
    for name, score in named:
        if score.band is not None:
            answers[name] = score.band.name
        elif score.status is Status.NOT_APPLICABLE and name in sexual_names:
            answers[name] = "not_applicable"
    return answers


def _at(frame: Frame, name: str, *values: str) -> Bools:
    """Return where an item was answered with one of the values (or yes)."""
    matches = frame.chosen(name, *values) if values else frame.yes(name)
    return matches & frame.answered(name)


def _domain_part(name: str, words: str, items: tuple[str, ...]) -> Part:
    weigh = next(row[3] for row in _DOMAINS if row[0] == name)
    grades = ("low", "medium", "high")
    return Part(
        name,
        items,
        lambda frame: weigh(frame, 0.0),
        lambda frame: f"{words}: {grades[int(weigh(frame, 0.0)[0])]} need",
    )


INSTRUMENT = Tabled(
    spec=spec.SPEC,
    parts=tuple(_domain_part(name, words, items) for name, words, items, _ in _DOMAINS),
    value=lambda frame, _total: np.maximum(pathway(frame), LOW),
    rules=Rules(quorums=(Quorum(spec.OPTIONAL, lambda frame: pathway(frame) == UNKNOWN),)),
)
INSTRUMENTS = (INSTRUMENT,)
