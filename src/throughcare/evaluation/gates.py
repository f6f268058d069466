"""The gates before an effect: each is met or not, and what is not met stops the study before an outcome is shown.

A gate says what it found and what it asks for, in the unit that people read. They come in the order in which a study
meets them: first what needs no outcome, then what looks at outcomes from before time zero, then agreement.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from throughcare.evaluation.balance import BalanceTable, Calibration
from throughcare.evaluation.effects import Effect
from throughcare.evaluation.overlap import Overlap
from throughcare.evaluation.protocol import GatePolicy

DOUBLY_ROBUST: Final = frozenset({"cross_fitted_aipw", "cross_fitted_aipw_boosted"})
_MEANS_ONLY: Final = "entropy_balancing"


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate.

    Parameters
    ----------
    name, label : str
    met : bool
    found, limit : float or None
        In the unit of the words; None where it is no number.
    words : str
        What was found beside what is asked for.
    waived : bool
        Whether the protocol declared beforehand that the study goes on though it is not met.
    """

    name: str
    label: str
    met: bool
    found: float | None
    limit: float | None
    words: str
    waived: bool = False

    @property
    def stops(self) -> bool:
        """Whether no effect may be computed."""
        return not self.met and not self.waived


def unmet(gates: Sequence[Gate]) -> tuple[Gate, ...]:
    """Return the gates that stop the study."""
    return tuple(gate for gate in gates if gate.stops)


def _at_least(name: str, label: str, found: float, limit: float, what: str) -> Gate:
    met = found >= limit
    words = f"{what}: {found:g}; at least {limit:g} asked for."
    return Gate(name, label, met, found, limit, words)


def _at_most(name: str, label: str, found: float, limit: float, what: str) -> Gate:
    met = math.isfinite(found) and found <= limit
    return Gate(name, label, met, found, limit, f"{what}: {found:g}; at most {limit:g} asked for.")


def maturity_gate(*, is_ripe: bool, ripe_on: str, extract_on: str, interim_allowed: bool) -> Gate:
    """Return whether the data were taken late enough."""
    words = f"Data of {extract_on}; complete from {ripe_on}."
    return Gate("maturity", "Data are complete", is_ripe, None, None, words, waived=interim_allowed)


def clock_gate(*, late_starts: int, treated: int, policy: GatePolicy) -> Gate:
    """Return whether treatment began at time zero: who had to stay clean until it began had time that is immortal."""
    share = _percent(late_starts / treated)
    words = "Percent of the treated whose treatment began after time zero"
    return _at_most(
        "clock", "The clock starts for both arms alike", share, _percent(policy.most_late_starts), words
    )


def numbers_gates(
    *, treated: int, comparison: int, policy: GatePolicy, minimum_cell: int
) -> tuple[Gate, ...]:
    """Return whether there are people enough in each arm; a number too small to show is not said."""
    found = []
    for name, what, count, least in (
        ("treated", "People treated", treated, policy.least_treated),
        ("comparison", "People compared", comparison, policy.least_comparison),
    ):
        gate = _at_least(name, what, count, least, what)
        if count < minimum_cell:
            words = f"{what}: fewer than {minimum_cell}; at least {least} asked for."
            gate = replace(gate, found=None, words=words)
        found.append(gate)
    return tuple(found)


def power_gate(power: float, *, policy: GatePolicy) -> Gate:
    """Return whether the declared effect would be found."""
    found, limit = _percent(power), _percent(policy.least_power)
    words = f"If the effect is as declared, it is found {found:g} times in 100; at least {limit:g} asked for."
    return Gate(
        "power", "Power", power >= policy.least_power, found, limit, words, waived=policy.underpowered_ok
    )


def overlap_gates(overlap: Overlap, *, policy: GatePolicy) -> tuple[Gate, ...]:
    """Return whether there are comparison people like the treated."""
    return (
        _at_most(
            "overlap",
            "People like the treated exist",
            _percent(overlap.nearly_sure_share),
            _percent(policy.most_nearly_sure),
            "Percent of the treated with hardly anybody like them",
        ),
        _at_least(
            "effective_comparison",
            "The comparison rests on enough people",
            _percent(overlap.effective_share),
            _percent(policy.least_effective_share),
            "Effective comparison people for every 100 treated",
        ),
    )


def balance_gates(
    table: BalanceTable,
    *,
    calibration: Calibration,
    method: str,
    policy: GatePolicy,
    sizes: tuple[float, float],
) -> tuple[Gate, ...]:
    """Return whether the arms are alike: in means, beyond means, and in whole distributions.

    Parameters
    ----------
    table : BalanceTable
    calibration : Calibration
        What chance alone reaches in a group of this size.
    method : str
        What weights of a doubly robust method leave over, its outcome model takes up: of means too, chance is allowed.
    policy : GatePolicy
    sizes : (treated, effective comparison)
    """
    reached = calibration.percentile_95
    means_limit = max(policy.most_difference, reached if method in DOUBLY_ROBUST else 0.0)
    generated_limit = max(policy.most_generated, reached)
    gap_limit = max(policy.most_distribution_difference, chance_gap(sizes, len(table.distributions)))
    of_means, of_others = table.largest(generated=False), table.largest(generated=True)
    return (
        _at_most(
            "balance_means",
            "Means are alike",
            _hundredths(0.0 if of_means is None else abs(of_means.after)),
            _hundredths(means_limit),
            _largest("of means", None if of_means is None else of_means.name),
        ),
        _at_most(
            "balance_beyond_means",
            "Squares, products and bins are alike",
            _hundredths(0.0 if of_others is None else abs(of_others.after)),
            _hundredths(generated_limit),
            _largest("beyond means", None if of_others is None else of_others.name),
        ),
        _at_most(
            "balance_distributions",
            "Whole distributions are alike",
            _hundredths(table.largest_gap()),
            _hundredths(gap_limit),
            "Largest gap of two distributions, in hundredths",
        ),
    )


def _largest(what: str, name: str | None) -> str:
    where = "" if name is None else f" ({name})"
    return f"Largest difference {what}, in hundredths of a standard deviation{where}"


def chance_gap(sizes: tuple[float, float], numbers: int) -> float:
    """Return the gap of distributions that chance passes once in twenty, over all numbers together.

    References
    ----------
    Smirnov 1948: the limit law of the two-sample gap, by its first term.
    """
    level = 0.05 / max(numbers, 1)
    return math.sqrt(-math.log(level / 2.0) / 2.0) * math.sqrt(1.0 / sizes[0] + 1.0 / max(sizes[1], 1.0))


def control_gate(effect: Effect, label: str, *, number: int) -> Gate:
    """Return whether nothing is found where nothing can be: before time zero."""
    low, high = round(effect.ratio.low, 3), round(effect.ratio.high, 3)
    met = math.isfinite(low) and low <= 1.0 <= high
    words = (
        f"{label}: ratio {effect.ratio.estimate:.3f} (interval {low:.3f} to {high:.3f}). The treatment cannot have "
        "changed it, so the interval must hold 1."
    )
    return Gate(f"negative_control_{number}", "Nothing is found where nothing can be", met, None, None, words)


def events_gate(least: int, *, policy: GatePolicy) -> Gate:
    """Return whether the primary outcome happened, and did not, to people enough of both arms.

    Parameters
    ----------
    least : int
        The smallest of the four counts. The words do not say it: it may be small enough to tell on somebody.
    policy : GatePolicy
    """
    met = least >= policy.least_events
    words = (
        f"In each arm it happened to at least {policy.least_events} people, and did not happen to as many."
        if met
        else f"In an arm it happened, or did not happen, to fewer than {policy.least_events} people."
    )
    return Gate("events", "Outcomes enough to count", met, None, float(policy.least_events), words)


def partners(method: str) -> tuple[str, ...]:
    """Return the methods that a method must agree with, the first that can be run: ones that fail for other reasons."""
    if method in DOUBLY_ROBUST:
        return ("entropy_balancing_automatic", _MEANS_ONLY, "inverse_probability")
    return ("cross_fitted_aipw",)


def disagreement(one: Effect, other: Effect) -> float:
    """Return how far two methods' ratios lie apart, in standard errors of the first's logarithm."""
    if not (one.ratio.estimate > 0 and other.ratio.estimate > 0 and one.ratio.standard_error > 0):
        return math.inf
    return abs(math.log(one.ratio.estimate / other.ratio.estimate)) / one.ratio.standard_error


def agreement_gate(apart: float, *, labels: tuple[str, str], policy: GatePolicy) -> Gate:
    """Return whether two methods that fail for different reasons say the same."""
    words = f"How far {labels[0]} and {labels[1]} lie apart, in standard errors"
    found = round(apart, 2) if math.isfinite(apart) else math.inf
    return _at_most("agreement", "Unlike methods agree", found, policy.most_disagreement, words)


def _percent(share: float) -> float:
    return round(100.0 * share, 1)


def _hundredths(value: float) -> float:
    return round(100.0 * value, 1)
