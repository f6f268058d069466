"""How the three scores of the Public Safety Assessment are added up."""

from __future__ import annotations

import numpy as np

from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.parts import Contradiction, Limit, Part, Rules, Tabled, flagged, stepped
from throughcare.risk.catalogue import pretrial as ask
from throughcare.risk.psa import spec

_MISDEMEANOR, _FELONY = ask.PRIOR_MISDEMEANOR.name, ask.PRIOR_FELONY.name
_VIOLENT, _INCARCERATION = ask.PRIOR_VIOLENT_CONVICTIONS.name, ask.PRIOR_INCARCERATION.name
_AGE, _NOW_VIOLENT = ask.AGE_AT_ARREST.name, ask.ARRESTED_FOR_VIOLENCE.name


def _never_convicted(frame: Frame) -> Bools:
    return frame.no(_MISDEMEANOR) & frame.no(_FELONY)


def _either_conviction(name: str) -> Part:
    points = spec.TABLE.one(name)

    def weigh(frame: Frame) -> Floats:
        known = frame.known(_MISDEMEANOR) & frame.known(_FELONY)
        any_conviction = frame.yes(_MISDEMEANOR) | frame.yes(_FELONY)
        return np.where(known, np.where(any_conviction, points, 0.0), np.nan)

    def say(frame: Frame) -> str:
        return "an earlier conviction" if weigh(frame)[0] else "no earlier conviction"

    return Part(name, (_MISDEMEANOR, _FELONY), weigh, say)


def _young_and_violent() -> Part:
    points, until = spec.TABLE.one("nvca_young_and_violent"), spec.TABLE.one("nvca_young_until_age")

    def weigh(frame: Frame) -> Floats:
        known = frame.known(_AGE) & frame.known(_NOW_VIOLENT)
        both = frame.yes(_NOW_VIOLENT) & (frame.number(_AGE) <= until)
        return np.where(known, np.where(both, points, 0.0), np.nan)

    def say(frame: Frame) -> str:
        met = "" if weigh(frame)[0] else "not "
        return f"{met}a current charge of violence at the age of {until:.0f} or younger"

    return Part("nvca_young_and_violent", (_AGE, _NOW_VIOLENT), weigh, say)


_OUTSIDE = (Limit(spec.ADULTS, lambda frame: frame.number(_AGE) < 18),)
_NO_CONVICTION_YET_VIOLENT = Contradiction(
    item=_VIOLENT,
    found_in=lambda frame: (frame.number(_VIOLENT) > 0) & _never_convicted(frame),
    expected="no conviction of violence, as no earlier conviction is recorded",
    action="Record the earlier misdemeanor or felony conviction, or correct the number.",
)
_NO_CONVICTION_YET_CUSTODY = Contradiction(
    item=_INCARCERATION,
    found_in=lambda frame: frame.yes(_INCARCERATION) & _never_convicted(frame),
    expected="no earlier sentence in custody, as no earlier conviction is recorded",
    action="Record the earlier misdemeanor or felony conviction, or correct the answer.",
)

FAILURE_TO_APPEAR = Tabled(
    spec=spec.FAILURE_TO_APPEAR,
    parts=(
        flagged("fta_pending", ask.PENDING_CHARGE, spec.TABLE.one("fta_pending")),
        _either_conviction("fta_conviction"),
        stepped("fta_recent", ask.RECENT_FAILURES_TO_APPEAR, spec.TABLE.steps("fta_recent")),
        flagged("fta_older", ask.OLDER_FAILURE_TO_APPEAR, spec.TABLE.one("fta_older")),
    ),
    rules=Rules(outside=_OUTSIDE),
)
NEW_CRIMINAL_ARREST = Tabled(
    spec=spec.NEW_CRIMINAL_ARREST,
    parts=(
        stepped("nca_age", ask.AGE_AT_ARREST, spec.TABLE.steps("nca_age")),
        flagged("nca_pending", ask.PENDING_CHARGE, spec.TABLE.one("nca_pending")),
        flagged("nca_misdemeanor", ask.PRIOR_MISDEMEANOR, spec.TABLE.one("nca_misdemeanor")),
        flagged("nca_felony", ask.PRIOR_FELONY, spec.TABLE.one("nca_felony")),
        stepped("nca_violent", ask.PRIOR_VIOLENT_CONVICTIONS, spec.TABLE.steps("nca_violent")),
        stepped("nca_recent", ask.RECENT_FAILURES_TO_APPEAR, spec.TABLE.steps("nca_recent")),
        flagged("nca_incarceration", ask.PRIOR_INCARCERATION, spec.TABLE.one("nca_incarceration")),
    ),
    rules=Rules(contradictions=(_NO_CONVICTION_YET_VIOLENT, _NO_CONVICTION_YET_CUSTODY), outside=_OUTSIDE),
)
NEW_VIOLENT_ARREST = Tabled(
    spec=spec.NEW_VIOLENT_ARREST,
    parts=(
        flagged("nvca_current_violence", ask.ARRESTED_FOR_VIOLENCE, spec.TABLE.one("nvca_current_violence")),
        _young_and_violent(),
        flagged("nvca_pending", ask.PENDING_CHARGE, spec.TABLE.one("nvca_pending")),
        _either_conviction("nvca_conviction"),
        stepped("nvca_violent", ask.PRIOR_VIOLENT_CONVICTIONS, spec.TABLE.steps("nvca_violent")),
    ),
    rules=Rules(contradictions=(_NO_CONVICTION_YET_VIOLENT,), outside=_OUTSIDE),
)
INSTRUMENTS = (FAILURE_TO_APPEAR, NEW_CRIMINAL_ARREST, NEW_VIOLENT_ARREST)
