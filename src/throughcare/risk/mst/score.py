"""How the maturity screening tool is added up: ten answers, of which one may be missing."""

from __future__ import annotations

import numpy as np

from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.parts import Contradiction, Limit, Quorum, Rules, Tabled, flagged, graded
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.mst.spec import AGES, ANSWERS, MEN_ONLY, PROBLEMS, SPEC, TABLE


def _too_few(frame: Frame) -> Bools:
    answered = np.sum([frame.known(name) for name in ANSWERS], axis=0)
    return np.asarray(answered < TABLE.one("answers_needed"))


def _age_years(frame: Frame) -> Floats:
    return frame.years("date_of_birth", "assessment_date")


INSTRUMENT = Tabled(
    spec=SPEC,
    parts=(
        flagged("peer_group_influence", ITEMS["peer_group_influence"], TABLE.one("peer_group_influence")),
        *(graded(name, ITEMS[name], TABLE.keyed("problem")) for name in PROBLEMS),
        graded("aware_of_consequences", ITEMS["aware_of_consequences"], TABLE.keyed("aware_of_consequences")),
    ),
    rules=Rules(
        contradictions=(
            Contradiction(
                item="date_of_birth",
                found_in=lambda frame: frame.days["date_of_birth"] > frame.days["assessment_date"],
                expected="a day before the assessment",
                action="Check the date of birth and the date of assessment.",
            ),
        ),
        not_applicable=(
            Limit(MEN_ONLY, lambda frame: frame.chosen("sex", "female")),
            Limit(
                AGES,
                lambda frame: (
                    (_age_years(frame) < TABLE.one("youngest")) | (_age_years(frame) > TABLE.one("oldest"))
                ),
            ),
        ),
        quorums=(Quorum(ANSWERS, _too_few),),
    ),
)
INSTRUMENTS = (INSTRUMENT,)
