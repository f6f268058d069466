"""A section of the sheet as JSON values. A band is never written where it may not be shown alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from throughcare.orders.problem import join_path
from throughcare.risk.bounds import BothWays, Bounds, Extreme
from throughcare.risk.change import WhatWouldChange
from throughcare.risk.contract import Score, Status
from throughcare.risk.correction import Correction
from throughcare.risk.explaining import Explanation, Input, Share
from throughcare.risk.items import Value
from throughcare.risk.section import Section
from throughcare.risk.stability import ShownBand

_DIGITS = 10


def json_value(value: Value | None) -> str | int | float | bool | None:
    """Return one answer as a JSON value; a day as ISO 8601."""
    return value.isoformat() if isinstance(value, dt.date) else value


def section_values(section: Section) -> dict[str, Any]:
    """Return one section as JSON values."""
    spec, score = section.spec, section.score
    scored = score.status is Status.SCORED
    return {
        "instrument": spec.name,
        "version": spec.version,
        "title": spec.title,
        "predicts": spec.predicts,
        "months": spec.horizon_months,
        "source": {
            "title": spec.citation.title,
            "where": spec.citation.where,
            "date": spec.citation.date,
            "licence": spec.citation.licence,
        },
        "measure": spec.measure.value,
        "decimals": spec.decimals,
        "status": score.status.value,
        "value": score.value,
        "shown": score.shown,
        "band": None if section.shown_band is None else _shown_band(section.shown_band),
        "missing": list(score.missing),
        "assumed": list(score.defaulted),
        "problems": [
            {"item": join_path(each.path), "expected": each.expected, "found": each.found, "do": each.action}
            for each in score.problems
        ],
        "reasons": [
            each.as_dict() if scored else {"code": each.code, "words": each.words} for each in score.reasons
        ],
        "explanation": None if section.explanation is None else _explanation(section.explanation),
        "bounds": _bounds(section.bounds),
        "disputed": [_both_ways(each) for each in section.disputed],
        "correction": None if section.correction is None else _correction(section.correction),
        "change": None if section.change is None else _change(section.change),
        "words": list(section.words),
    }


def _rounded(number: float) -> float:
    return round(number, _DIGITS) + 0.0


def _score(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    return {"status": score.status.value, "shown": score.shown}


def _shown_band(shown: ShownBand) -> dict[str, Any]:
    stability = shown.stability
    return {
        "bands": [band.name for band in shown.bands],
        "share": _rounded(shown.share),
        "single": shown.single is not None,
        "words": shown.words,
        "stability": _rounded(stability.stable),
        "shares": {band.name: _rounded(share) for band, share in stability.shares},
        "exact": stability.exact,
        "cases": stability.cases,
        "margin": _rounded(stability.margin),
        "varied": list(stability.items),
        "with_model": stability.with_model,
    }


def _explanation(told: Explanation) -> dict[str, Any]:
    return {
        "instrument": told.instrument,
        "unit": told.unit,
        "reference": told.reference,
        "score": told.score.value,
        "shown": told.score.shown,
        "static": [_share(share) for share in told.static],
        "changeable": [_share(share) for share in told.changeable],
        "parts": [_explanation(part) for part in told.parts],
        "inputs": [_input(each) for each in told.inputs],
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "term": share.term.name,
        "words": share.term.words,
        "weight": _rounded(share.term.weight),
        "reference_words": share.reference_words,
        "reference_weight": _rounded(share.reference_weight),
        "share": _rounded(share.share),
        "shown_share": share.shown_share,
        "alone": None if share.alone is None else _rounded(share.alone),
        "items": [each.item for each in share.inputs],
        "origins": [f"{each.label}: {each.words} ({each.origin})" for each in share.inputs],
    }


def _input(each: Input) -> dict[str, Any]:
    return {
        "item": each.item,
        "label": each.label,
        "value": json_value(each.value),
        "words": each.words,
        "source": each.source.value,
        "recorded_on": json_value(each.recorded_on),
        "origin": each.origin,
        "disputed": each.disputed,
        "assumed": each.assumed,
    }


def _bounds(found: Bounds) -> dict[str, Any]:
    return {
        "unanswered": list(found.unanswered),
        "lowest": _extreme(found.lowest),
        "highest": _extreme(found.highest),
        "bands": [band.name for band in found.bands] if found.unanswered else [],
        "influences": [
            {"item": each.item, "label": each.label, "swing": each.swing} for each in found.influences
        ],
        "combinations": found.combinations or None,
        "some_abstain": found.some_abstain,
        "why_none": None if found.why_none is None else found.why_none.words,
    }


def _extreme(end: Extreme | None) -> dict[str, Any] | None:
    if end is None:
        return None
    return {"shown": end.score.shown, "answers": _answers(end.answers)}


def _answers(values: Mapping[str, Value]) -> dict[str, Any]:
    return {name: json_value(value) for name, value in values.items()}


def _both_ways(each: BothWays) -> dict[str, Any]:
    return {
        "item": each.item,
        "label": each.label,
        "recorded": json_value(each.recorded),
        "claimed": json_value(each.claimed),
        "as_recorded": _score(each.as_recorded),
        "as_claimed": _score(each.as_claimed),
        "without": _bounds(each.without),
    }


def _correction(found: Correction) -> dict[str, Any]:
    return {
        "item": found.item,
        "label": found.label,
        "recorded": json_value(found.recorded),
        "corrected": json_value(found.corrected),
        "steps": found.steps,
        "shown": found.shown,
        "band": found.band.name,
        "words": found.words,
    }


def _change(found: WhatWouldChange) -> dict[str, Any]:
    return {
        "nothing": found.nothing,
        "moves_band": found.moves_band,
        "words": found.words,
        "steps": [
            {
                "item": step.item,
                "label": step.label,
                "now": json_value(step.now),
                "then": json_value(step.then),
                "shown": step.shown,
                "lowers_by": step.lowers_by,
                "moves_band": step.moves_band,
                "words": step.words,
            }
            for step in found.steps
        ],
        "together": _score(found.together),
        "together_answers": _answers(found.together_answers),
        "months": [
            {
                "months": month.months,
                "day": month.day.isoformat(),
                "shown": month.shown,  # no band: nobody counted how stable it would be
            }
            for month in found.months
        ],
    }
