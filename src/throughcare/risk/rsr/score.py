"""How RSR adds SNSV and OSP: serious violence by the successor's form with its own numbers, sexual offences by table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.parts import Contradiction, Limit, Part, Quorum, Rules, Tabled
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.combined_serious.score import Combined
from throughcare.risk.contract import Spec
from throughcare.risk.direct_contact_sexual.score import DIRECT_CONTACT_SEXUAL
from throughcare.risk.ogrs3.rules import FOLLOWS_CONVICTION, FORMER
from throughcare.risk.ogrs4 import formula
from throughcare.risk.ogrs4.formula import Form
from throughcare.risk.ogrs4.rules import (
    CAUTIONS,
    CONTRADICTIONS,
    EARLIEST_SANCTION,
    POPULATION,
    VIOLENT_WITHIN_TOTAL,
)
from throughcare.risk.ogrs4.sexual import CONTRADICTIONS as SEXUAL_CONTRADICTIONS
from throughcare.risk.ogrs4.sexual import COUNTS as SEXUAL_COUNTS
from throughcare.risk.ogrs4.sexual import NOT_APPLICABLE, too_many
from throughcare.risk.rsr import spec
from throughcare.risk.rsr.spec import ABUSE, NEEDS, TABLE

_CAREER_YEARS = 12.0
_STATIC = Form(TABLE, "snsv_static", _CAREER_YEARS)
_DYNAMIC = Form(TABLE, "snsv_dynamic", _CAREER_YEARS)
_IMAGES, _CHILD = "sexual_sanctions_images", "sexual_sanctions_child_contact"


def _current_offence(form: Form) -> Part:
    """Return the weight of the category: the publisher lists two numbers for violence, weapons and firearms."""
    weights, additions = form.keyed("offence_category"), form.keyed("offence_category_addition")
    item = ITEMS["offence_category"]
    table = np.array(
        [weights[str(value)] + additions.get(str(value), 0.0) for value in item.domain.values] + [np.nan]
    )
    return Part(
        "offence_category",
        (item.name,),
        lambda frame: frame.looked_up(item.name, table),
        lambda frame: f"{item.label}: {frame.words(item.name)}",
    )


def _record(form: Form) -> tuple[Part, ...]:
    return (
        formula.starting_point(form),
        formula.age_and_sex(form),
        _current_offence(form),
        formula.sanctions(form),
        formula.violent_sanctions(form),
        formula.months_free(form),
    )


def _abuse_of_partner(form: Form) -> Part:
    weight = form.one("domestic_abuse_of_partner")

    def weigh(frame: Frame) -> Floats:
        abused = frame.yes("domestic_abuse") & frame.yes("abuse_of_partner")
        return np.where(frame.known("domestic_abuse"), np.where(abused, weight, 0.0), np.nan)

    def say(frame: Frame) -> str:
        return "abuse of a partner" if weigh(frame)[0] else "no abuse of a partner"

    return Part("abuse_of_partner", ABUSE, weigh, say)


def _whom_unanswered(frame: Frame) -> Bools:
    return frame.yes("domestic_abuse") & ~frame.known("abuse_of_partner")


_RULES = Rules(
    contradictions=(*CONTRADICTIONS, VIOLENT_WITHIN_TOTAL, FOLLOWS_CONVICTION),
    outside=(*POPULATION, spec.SANCTIONS),
    cautions=(FORMER, *CAUTIONS, spec.TURN),
)


def _snsv(of: Spec, parts: tuple[Part, ...], rules: Rules) -> Tabled:
    return Tabled(spec=of, parts=parts, rules=rules, shown=formula.published)


SNSV_STATIC = _snsv(spec.SNSV_STATIC, _record(_STATIC), _RULES)
SNSV_DYNAMIC = _snsv(
    spec.SNSV_DYNAMIC,
    (
        *_record(_DYNAMIC),
        *(formula.need(_DYNAMIC, name, times=times) for name, times in NEEDS),
        _abuse_of_partner(_DYNAMIC),
    ),
    replace(_RULES, quorums=(Quorum(("abuse_of_partner",), _whom_unanswered),)),
)

_OFFENDED_AS_CHILD = Contradiction(
    "last_sexual_offence_date",
    lambda frame: frame.years("date_of_birth", "last_sexual_offence_date") < EARLIEST_SANCTION,
    f"a day on which the person was at least {EARLIEST_SANCTION}",
    "Check the date of birth and the date of the latest sexual offence.",
)
OSP_DC = replace(
    DIRECT_CONTACT_SEXUAL,
    spec=spec.OSP_DC,
    rules=replace(
        DIRECT_CONTACT_SEXUAL.rules,
        contradictions=(
            *(each for each in DIRECT_CONTACT_SEXUAL.rules.contradictions if each.item != "sanctions_total"),
            _OFFENDED_AS_CHILD,
        ),
        cautions=(FORMER, *DIRECT_CONTACT_SEXUAL.rules.cautions),
    ),
)

_ROWS = (
    # name in the table           what the record holds                                      when
    ("two_or_more_images", "two or more sanctions for images", lambda f: f.number(_IMAGES) >= 2),
    ("one_image", "one sanction for images", lambda f: f.number(_IMAGES) == 1),
    (
        "two_or_more_child_contact",
        "two or more sanctions for contact offences against children, none for images",
        lambda f: f.number(_CHILD) >= 2,
    ),
    (
        "one_child_contact",
        "one sanction for a contact offence against a child, none for images",
        lambda f: f.number(_CHILD) == 1,
    ),
    ("other", "other sanctions for sexual offences only", lambda f: np.ones(f.size, dtype=np.bool_)),
)


def _row(frame: Frame) -> Floats:
    row = np.full(frame.size, np.nan)
    for index in reversed(range(len(_ROWS))):
        row[_ROWS[index][2](frame)] = float(index)
    return row


def _percent(frame: Frame, _total: Floats) -> Floats:
    percents = np.array([TABLE.keyed("osp_iic_percent")[name] for name, _, _ in _ROWS])
    return np.asarray(percents[_row(frame).astype(np.intp)], dtype=np.float64)


def _told(index: int, name: str, words: str) -> Limit:
    percent = TABLE.keyed("osp_iic_percent")[name]
    reason = Reason(name, f"The table has {percent:.2f} % for {words}.", {"percent": round(percent, 3)})
    return Limit(reason, lambda frame: np.asarray(_row(frame) == index, dtype=np.bool_))


OSP_IIC = Tabled(
    spec=spec.OSP_IIC,
    parts=(),
    value=_percent,
    rules=Rules(
        contradictions=SEXUAL_CONTRADICTIONS,
        not_applicable=NOT_APPLICABLE,
        outside=(too_many(*SEXUAL_COUNTS),),
        cautions=(FORMER, *(_told(index, name, words) for index, (name, words, _) in enumerate(_ROWS))),
    ),
)

RSR_STATIC = Combined(spec.RSR_STATIC, (SNSV_STATIC, OSP_DC, OSP_IIC))
RSR_DYNAMIC = Combined(spec.RSR_DYNAMIC, (SNSV_DYNAMIC, OSP_DC, OSP_IIC))
INSTRUMENTS = (SNSV_STATIC, SNSV_DYNAMIC, OSP_DC, OSP_IIC, RSR_STATIC, RSR_DYNAMIC)
