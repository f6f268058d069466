"""Groups: by hand, too few people, and drawn together as far as they look alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from throughcare.evaluation.effects import Effect, Interval
from throughcare.evaluation.subgroups import GroupEstimate, SubgroupRule, pool, subgroup_results
from throughcare.kernel.errors import RefusedInput


def interval(ratio: float, error: float) -> Interval:
    return Interval(ratio, ratio * math.exp(-1.96 * error), ratio * math.exp(1.96 * error), error)


def estimate(
    factor: str, group: str, ratio: float, error: float, *, treated: int = 200, effective: float = 900.0
) -> GroupEstimate:
    effect = Effect(
        method="weights",
        outcome="again",
        with_mean=0.3 * ratio,
        without_mean=0.3,
        ratio=interval(ratio, error),
        difference=Interval(0.0, 0.0, 0.0, 0.0),
        odds_ratio=None,
        treated=treated,
        comparison=2_000,
        effective_comparison=effective,
    )
    return GroupEstimate(factor, group, effect)


def test_two_groups_by_hand() -> None:
    found = subgroup_results([estimate("sex", "men", 0.8, 0.1), estimate("sex", "women", 1.1, 0.1)])[0]
    z = math.log(1.1 / 0.8) / math.sqrt(0.02)
    assert found.interaction_p == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)
    assert found.differs
    assert found.spread == pytest.approx(math.sqrt((z**2 - 1) * 0.01))
    men, women = found.groups
    assert men.adjusted_p == pytest.approx(2 * 2 * stats.norm.sf(-math.log(0.8) / 0.1))
    assert men.pooled is not None
    assert women.pooled is not None
    assert 0.8 < men.pooled.estimate < women.pooled.estimate < 1.1


def test_holm_is_over_all_factors() -> None:
    rows = [estimate("sex", "men", 0.8, 0.1), estimate("sex", "women", 1.12, 0.1)]
    alone = subgroup_results(rows)[0]
    rows += [estimate("age", str(n), 0.8, 0.1) for n in range(3)]
    sex, age = subgroup_results(rows)
    assert alone.differs
    assert sex.interaction_p == alone.interaction_p
    assert sex.adjusted_p == pytest.approx(2 * (alone.interaction_p or 0.0))
    assert not age.differs
    assert age.interaction_p == pytest.approx(1.0)
    assert age.spread == 0.0


def test_small_groups_are_named_and_not_estimated() -> None:
    rows = [
        estimate("sex", "men", 0.8, 0.1),
        estimate("sex", "women", 0.2, 0.9, treated=12),
        estimate("sex", "others", 0.7, 0.1, effective=11.0),
        estimate("sex", "none", math.nan, math.nan),
        GroupEstimate("sex", "broken", None),
    ]
    found = subgroup_results(rows)[0]
    assert [group.why_not for group in found.groups] == [
        "",
        "Too few people were tagged: 12, where 30 are needed.",
        "The comparison is worth 11 people, where 30 are needed.",
        "A ratio cannot be given: in one arm it happened to nobody.",
        "It could not be estimated.",
    ]
    assert [group.ratio is None for group in found.groups] == [False, True, True, True, True]
    assert (found.interaction_p, found.adjusted_p, found.differs) == (None, None, False)
    assert found.groups[0].pooled is None  # nothing to draw it towards
    least = SubgroupRule(least_treated=10)
    assert subgroup_results(rows, rule=least)[0].groups[1].ratio is not None


def test_pooling_equals_the_integral_over_the_spread() -> None:
    ratios = [interval(0.7, 0.1), interval(0.8, 0.2), interval(1.1, 0.15), interval(0.9, 0.3)]
    logs = np.log([r.estimate for r in ratios])
    errors = np.array([r.standard_error for r in ratios])

    def parts(spread: float) -> tuple[float, np.ndarray]:
        total = errors**2 + spread**2
        mean = (logs / total).sum() / (1 / total).sum()
        fit = np.exp(-0.5 * ((logs - mean) ** 2 / total).sum()) / np.sqrt(total.prod() * (1 / total).sum())
        share = spread**2 / total
        return float(fit * np.exp(-0.5 * (spread / 0.25) ** 2)), share * logs + (1 - share) * mean

    whole = integrate.quad(lambda s: parts(s)[0], 0, 1)[0]
    for at, found in enumerate(pool(ratios, 0.25)):
        slow = integrate.quad(lambda s, at=at: parts(s)[0] * parts(s)[1][at], 0, 1)[0] / whole
        assert found is not None
        assert math.log(found.estimate) == pytest.approx(slow, abs=2e-3)
        assert found.low < found.estimate < found.high
        assert found.standard_error < errors[at]


def test_a_group_twice_is_refused_and_no_groups_say_nothing() -> None:
    with pytest.raises(RefusedInput, match="sex, men"):
        subgroup_results([estimate("sex", "men", 0.8, 0.1), estimate("sex", "men", 0.9, 0.1)])
    assert subgroup_results([]) == ()
