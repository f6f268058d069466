"""How the learning screening tool is added up: seven answers, of which three of the four core ones are needed."""

from __future__ import annotations

import numpy as np

from throughcare.risk.arithmetic.frame import Bools, Frame
from throughcare.risk.arithmetic.parts import Contradiction, Part, Quorum, Rules, Tabled, flagged, graded
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.lds.spec import CORE, SPEC, TABLE

_LITERACY = "literacy_and_numeracy"


def _too_few(frame: Frame) -> Bools:
    answered = np.sum([frame.known(name) for name in CORE], axis=0)
    return np.asarray(answered < TABLE.one("core_answers_needed"))


def _detail_without_whole(frame: Frame) -> Bools:
    detail = frame.known("difficulty_reading") | frame.known("difficulty_numbers")
    return detail & ~frame.known(_LITERACY)


def _yes(name: str) -> Part:
    return flagged(name, ITEMS[name], TABLE.one(name))


def _problem(name: str) -> Part:
    return graded(name, ITEMS[name], TABLE.keyed("problem"))


INSTRUMENT = Tabled(
    spec=SPEC,
    parts=(
        _yes("no_fixed_abode"),
        _problem("work_skills"),
        _problem(_LITERACY),
        _yes("difficulty_reading"),
        _yes("difficulty_numbers"),
        _problem("learning_difficulties"),
        graded("qualifications", ITEMS["qualifications"], TABLE.keyed("qualifications")),
    ),
    rules=Rules(
        contradictions=(
            Contradiction(
                item=_LITERACY,
                found_in=_detail_without_whole,
                expected="an answer, as difficulty with reading or with numbers is answered",
                action="Answer how much difficulty there is, or clear the two answers below it.",
            ),
        ),
        quorums=(Quorum(CORE, _too_few),),
    ),
)
INSTRUMENTS = (INSTRUMENT,)
