"""A study as one document: every number that a report may print, and none that may not be shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from throughcare.evaluation.balance import BalanceTable
from throughcare.evaluation.effects import Effect, Interval
from throughcare.evaluation.estimators import METHODS
from throughcare.evaluation.findings import Findings, Secondary, Verdict, verdict_of
from throughcare.evaluation.gates import Gate
from throughcare.evaluation.protocol import OutcomePlan, Protocol
from throughcare.evaluation.study import DesignStage, Study
from throughcare.evaluation.subgroups import FactorResult
from throughcare.kernel.disclosure import rounded

FORMAT: Final = "throughcare.evaluation/1"
_DIGITS: Final = 6


def document(study: Study, *, locked: Mapping[str, Any], code_version: str) -> dict[str, Any]:
    """Return the document of a study.

    Parameters
    ----------
    study : Study
    locked : mapping
        From the lock: its hashes, when it was made, and what was amended.
    code_version : str

    Notes
    -----
    The same study gives the same document, to the byte once written: no clock is read, and numbers have six digits.
    """
    protocol, stage = study.protocol, study.stage
    found: dict[str, Any] = {
        "format": FORMAT,
        "code_version": code_version,
        "protocol": protocol.canonical(),
        "lock": dict(locked),
        "looser_gates": list(protocol.gates.looser()),
        "design": _design(protocol, stage),
        "gates": [_gate(gate) for gate in study.gates],
        "effect": "withheld" if study.findings is None else "shown",
    }
    if study.findings is not None:
        found["findings"] = _findings(protocol, study.findings)
    return found


def number(value: float | None) -> float | None:
    """Return a number to six digits; None where there is none."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")


def _design(protocol: Protocol, stage: DesignStage) -> dict[str, Any]:
    found: dict[str, Any] = {
        "treated": _count(stage.treated, protocol),
        "comparison": _count(stage.comparison, protocol),
        "interim": stage.is_interim,
        "complete_from": stage.ripe_on,
        "power_in_100": None if stage.power is None else number(round(100 * stage.power, 1)),
        "treated_needed": stage.needed,
        "method": METHODS[protocol.method].label,
    }
    if stage.overlap is not None:
        found["overlap"] = {
            "nearly_sure_share": number(stage.overlap.nearly_sure_share),
            "effective_comparison": number(round(stage.overlap.effective_comparison, 1)),
            "effective_share": number(stage.overlap.effective_share),
        }
    if stage.balance is not None:
        found["balance"] = _balance(stage.balance)
    return found


def _count(value: int, protocol: Protocol) -> int | None:
    return None if value < protocol.minimum_cell else int(rounded([value], unit=protocol.rounding)[0])


def _balance(table: BalanceTable) -> dict[str, Any]:
    return {
        "rows": [
            {"name": row.name, "kind": row.kind, "before": number(row.before), "after": number(row.after)}
            for row in table.rows
        ],
        "distributions": [
            {"name": name, "before": number(before), "after": number(after)}
            for name, before, after in table.distributions
        ],
    }


def _gate(gate: Gate) -> dict[str, Any]:
    return {
        "name": gate.name,
        "label": gate.label,
        "met": gate.met,
        "waived": gate.waived and not gate.met,
        "found": number(gate.found),
        "limit": number(gate.limit),
        "words": gate.words,
    }


def _findings(protocol: Protocol, found: Findings) -> dict[str, Any]:
    sensitivity = found.sensitivity
    return {
        "verdict": found.verdict,
        "primary": _effect(protocol.primary, found.primary, found.verdict),
        "other_method": {
            "method": METHODS[found.partner.method].label,
            "ratio": _interval(found.partner.ratio),
        },
        "sensitivity": {
            "e_value": number(round(sensitivity.e_value.point, 2)),
            "e_value_of_limit": number(round(sensitivity.e_value.limit, 2)),
            "gamma": None if sensitivity.gamma is None else number(round(sensitivity.gamma, 2)),
            "tipping": [
                {
                    "percent_of_treated": number(100 * each.treated_share),
                    "percent_of_comparison": number(100 * each.comparison_share),
                    "strength": number(each.strength),
                    "ratio": _interval(each.ratio),
                    "explains_estimate": each.explains_point,
                    "explains_limit": each.explains_limit,
                }
                for each in sensitivity.tipping
            ],
        },
        "secondary": [_secondary(each) for each in found.secondary],
        "periods": [_secondary(each) for each in found.periods],
        "groups": [_factor(each) for each in found.groups],
    }


def _effect(plan: OutcomePlan, effect: Effect, verdict: Verdict) -> dict[str, Any]:
    return {
        "label": plan.label,
        "kind": plan.kind,
        "verdict": verdict,
        "with": number(effect.with_mean),
        "without": number(effect.without_mean),
        "ratio": _interval(effect.ratio),
        "difference": _interval(effect.difference),
        "odds_ratio_never_a_headline": None if effect.odds_ratio is None else _interval(effect.odds_ratio),
        "said": _said(effect) if plan.kind == "rate" else _said_of_numbers(effect),
    }


def _interval(interval: Interval) -> dict[str, float | None]:
    return {
        "estimate": number(interval.estimate),
        "low": number(interval.low),
        "high": number(interval.high),
        "standard_error": number(interval.standard_error),
    }


def _said(effect: Effect) -> dict[str, Any]:
    """Return the numbers as people say them: of 100 people, whole unless whole numbers would not add up."""
    with_, without = 100 * effect.with_mean, 100 * effect.without_mean
    difference = [100 * each for each in _bounds(effect.difference)]
    whole = round(with_) - round(without) == round(difference[0]) and all(abs(x) >= 1 for x in difference)
    places = 0 if whole else 1
    return {
        "of": 100,
        "with": _plain(with_, places),
        "without": _plain(without, places),
        **_away(difference, places, "people"),
        **_away([100 * (each - 1) for each in _bounds(effect.ratio)], places, "percent"),
        "one_in": None if effect.difference.estimate == 0 else math.ceil(1 / abs(effect.difference.estimate)),
    }


def _said_of_numbers(effect: Effect) -> dict[str, Any]:
    difference = [100 * each for each in _bounds(effect.difference)]
    return {
        "of": 100,
        "with": _plain(100 * effect.with_mean, 0),
        "without": _plain(100 * effect.without_mean, 0),
        **_away(difference, 0 if all(abs(x) >= 1 for x in difference) else 1, "times"),
        **_away([100 * (each - 1) for each in _bounds(effect.ratio)], 0, "percent"),
        "one_in": None,
    }


def _bounds(interval: Interval) -> tuple[float, float, float]:
    return interval.estimate, interval.low, interval.high


def _away(values: list[float], places: int, unit: str) -> dict[str, Any]:
    """Return an estimate and its limits as distances from nought, the smaller limit first; and each limit's side."""
    estimate, low, high = (_plain(abs(value), places) for value in values)
    return {
        unit: estimate,
        f"{unit}_least": min(low, high),
        f"{unit}_most": max(low, high),
        f"{unit}_lower": low if values[1] < 0 else 0,
        f"{unit}_higher": high if values[2] > 0 else 0,
    }


def _plain(value: float, places: int) -> float | int:
    return round(value) if places == 0 else round(value, places)


def _secondary(found: Secondary) -> dict[str, Any]:
    shown = {"label": found.plan.label, "kind": found.plan.kind, "verdict": found.verdict}
    if found.effect is None:
        return {**shown, "why_not": found.why_not}
    return {
        **_effect(found.plan, found.effect, found.verdict),
        "p_value": number(found.p_value),
        "adjusted_p": number(found.adjusted_p),
    }


def _factor(found: FactorResult) -> dict[str, Any]:
    return {
        "factor": found.factor,
        "differs": found.differs,
        "adjusted_p": number(found.adjusted_p),
        "groups": [
            {
                "group": group.group,
                "ratio": None if group.ratio is None else _interval(group.ratio),
                "pooled": None if group.pooled is None else _interval(group.pooled),
                "verdict": None if group.ratio is None else verdict_of(group.ratio),
                "why_not": group.why_not,
            }
            for group in found.groups
        ],
    }
