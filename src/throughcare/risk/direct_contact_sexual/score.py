"""How the direct contact sexual predictor adds up: points, then a probability, then a band that may drop by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.parts import Contradiction, Limit, Part, Rules, Tabled, constant, step
from throughcare.risk.arithmetic.rounding import sigmoid
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.direct_contact_sexual import spec
from throughcare.risk.ogrs4.rules import FOLLOW_UP, TOO_YOUNG, YOUNGEST, lived_on
from throughcare.risk.ogrs4.sexual import CONTRADICTIONS, COUNTS, NOT_APPLICABLE, too_many, total_of_counts

_DROP_YEARS = spec.TABLE.one("band_drop_after_years")
_MEDIUM_POINTS = spec.TABLE.keyed("band_from_points")["medium"]
_TINY = 1e-9

LOWERED = Reason(
    "band_lowered",
    f"The band is one lower than the score alone would give: for {_DROP_YEARS:.0f} years there has been no offence, "
    "no sexual offence and no start of follow-up, and the person is not in custody. The score itself is not lowered.",
    {"years": _DROP_YEARS},
)


def _counted(name: str, points: Callable[[Frame], Floats], items: tuple[str, ...], words: str) -> Part:
    """Return a part that is told in points and weighed in log-odds."""

    def say(frame: Frame) -> str:
        counted = int(points(frame)[0])
        answer = f"{words}: " + (frame.words(items[0]) if len(items) == 1 else _age_words(frame, items))
        return f"{answer} ({counted} {'point' if counted == 1 else 'points'})"

    return Part(name, items, lambda frame: spec.EACH_POINT * points(frame), say)


def _age_words(frame: Frame, items: tuple[str, ...]) -> str:
    return f"{frame.years(*items)[0]:.0f}"


def _steps(name: str, table: str) -> Part:
    steps = spec.TABLE.steps(table)
    return _counted(name, lambda frame: step(frame.number(name), steps), (name,), ITEMS[name].label)


def _age_at(name: str, table: str, day: str, words: str) -> Part:
    steps = spec.TABLE.steps(table)
    return _counted(
        name, lambda frame: step(frame.years("date_of_birth", day), steps), ("date_of_birth", day), words
    )


def _stranger() -> Part:
    points = spec.TABLE.one("stranger_victim")
    name = "stranger_victim"
    return _counted(
        name,
        lambda frame: np.where(frame.known(name), np.where(frame.yes(name), points, 0.0), np.nan),
        (name,),
        ITEMS[name].label,
    )


_PARTS = (
    constant("starting_point", spec.START, "where the formula starts for everybody"),
    _steps("sexual_sanctions_adult_contact", "adult_contact"),
    _steps("sexual_sanctions_child_contact", "child_contact"),
    _steps("sexual_sanctions_non_contact", "non_contact"),
    _age_at("age_at_follow_up", "age_at_follow_up", "follow_up_start", "age at the start of follow-up"),
    _age_at(
        "age_at_last_sexual_offence",
        "age_at_last_sexual_offence",
        "last_sexual_offence_date",
        "age at the latest sexual offence",
    ),
    _steps("sanctions_total", "sanctions_total"),
    _stranger(),
)


def _points(frame: Frame) -> Floats:
    filled = frame.filled(spec.SPEC.defaults)
    total = np.zeros(frame.size)
    for part in _PARTS[1:]:
        total = total + part.weigh(filled)
    return np.asarray(np.round(total / spec.EACH_POINT), dtype=np.float64)


def _lowered(frame: Frame) -> Bools:
    quiet = ~frame.chosen("supervision_status", "custody") & (_points(frame) >= _MEDIUM_POINTS)
    for day in ("last_offence_date", "last_sexual_offence_date", "follow_up_start"):
        quiet &= frame.years(day, "assessment_date") >= _DROP_YEARS
    return np.asarray(quiet, dtype=np.bool_)


def _percent(frame: Frame, total: Floats) -> Floats:
    """Return the probability in percent; no point at all is published as no risk."""
    return np.where(total < spec.START + _TINY, 0.0, 100.0 * sigmoid(total))


def _with_history(contradiction: Contradiction) -> Contradiction:
    """Return a contradiction that counts only where there is a history: without one, nothing else matters."""
    return replace(
        contradiction,
        found_in=lambda frame: contradiction.found_in(frame) & ~frame.no("ever_sexual_offence"),
    )


_RULES = Rules(
    contradictions=(
        *FOLLOW_UP,
        *(
            _with_history(each)
            for each in (*lived_on("last_sexual_offence_date"), *lived_on("last_offence_date"))
        ),
        _with_history(
            Contradiction(
                "last_offence_date",
                lambda frame: frame.days["last_offence_date"] < frame.days["last_sexual_offence_date"],
                "a day not before the latest sexual offence, which is an offence too",
                "Check the date of the latest offence and of the latest sexual offence.",
            )
        ),
        *CONTRADICTIONS,
        Contradiction(
            "sanctions_total",
            lambda frame: (
                frame.yes("ever_sexual_offence")
                & ~frame.chosen("sex", "female")
                & (total_of_counts(frame) > frame.number("sanctions_total"))
            ),
            "a number not below the sum of the four counts of sanctions for sexual offences",
            "Count the sanctions again. One sanction for two kinds is counted once, as the more serious.",
        ),
    ),
    not_applicable=NOT_APPLICABLE,
    outside=(
        Limit(TOO_YOUNG, lambda frame: frame.years("date_of_birth", "follow_up_start") < YOUNGEST),
        too_many("sanctions_total", *COUNTS),
    ),
    cautions=(Limit(LOWERED, _lowered),),
)

DIRECT_CONTACT_SEXUAL = Tabled(
    spec=spec.SPEC,
    parts=_PARTS,
    rules=_RULES,
    value=_percent,
    reband=lambda frame, band: band - _lowered(frame),
)
INSTRUMENTS = (DIRECT_CONTACT_SEXUAL,)
