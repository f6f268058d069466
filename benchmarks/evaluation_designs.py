"""How right the other designs, the power and the rules for many questions are.

``python -m benchmarks.evaluation_designs [SIMULATIONS] [SEED] [PART...]``; parts: survival, line, roll_out, examiners,
power, many, subgroups, speed. Invented cohorts whose truth is known; one line of JSON for each row of the tables in
docs/benchmarks.md.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterable

import numpy as np

from throughcare.evaluation.discontinuity import Line, crowding, fuzzy_jump
from throughcare.evaluation.effects import effect_of
from throughcare.evaluation.examiner import Rota, assignment_check, examiner_effect
from throughcare.evaluation.multiplicity import holm, max_t
from throughcare.evaluation.power import Plan, Scale, Way, numbers_needed, power
from throughcare.evaluation.staggered import NEVER, BesideWhom, Panel, staggered_effect
from throughcare.evaluation.subgroups import GroupEstimate, subgroup_results
from throughcare.evaluation.survival import FollowUp, survival_effect

HORIZON = 365.0


def say(name: str, **values: float | str) -> None:
    """Print one row."""
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in values.items()}
    print(json.dumps({"what": name, **rounded}), flush=True)


def judged(name: str, rows: Iterable[tuple[float, float, float]], truth: float, **more: float) -> None:
    """Print bias and coverage of (estimate, low, high)."""
    table = np.array(list(rows))
    covered = (table[:, 1] <= truth) & (truth <= table[:, 2])
    bias = float(table[:, 0].mean()) - truth
    error = float(table[:, 0].std() / math.sqrt(len(table)))
    say(
        name,
        truth=truth,
        bias=bias,
        bias_mc_error=error,
        coverage=float(covered.mean()),
        runs=len(table),
        **more,
    )


def _triple(interval: object) -> tuple[float, float, float]:
    return interval.estimate, interval.low, interval.high  # type: ignore[attr-defined]


HAZARDS = np.array([0.0006, 0.0014, 0.0030])  # a day, of three kinds of people
COMPETING = 0.0004
SHARES = np.array([0.5, 0.3, 0.2])
TAGGED = np.array([0.15, 0.3, 0.5])
HAZARD_RATIO = 0.75


def follow_up(rng: np.random.Generator, n: int) -> tuple[FollowUp, np.ndarray, np.ndarray]:
    """Return people of three kinds, the treated more often of the risky kind, and odds weights by kind."""
    kind = rng.choice(3, n, p=SHARES)
    treated = rng.random(n) < TAGGED[kind]
    first = rng.exponential(1 / (HAZARDS[kind] * np.where(treated, HAZARD_RATIO, 1.0)))
    second, censored = rng.exponential(1 / COMPETING, n), rng.uniform(200, 900, n)
    days = np.minimum.reduce([first, second, censored, np.full(n, HORIZON + 1)])
    events = np.where(days == first, 1, np.where(days == second, 2, 0)).astype(np.int8)
    odds = np.array([treated[kind == k].sum() / max((~treated[kind == k]).sum(), 1) for k in range(3)])
    return FollowUp(days, events, np.where(treated, 1.0, odds[kind])), treated, kind


def survival_truth() -> tuple[float, float]:
    """Return the true differences in the share who reoffended and in days free, of those who were tagged."""
    mix = SHARES * TAGGED / (SHARES @ TAGGED)
    totals = []
    for ratio in (HAZARD_RATIO, 1.0):
        leave = HAZARDS * ratio + COMPETING
        share = mix @ (HAZARDS * ratio / leave * (1 - np.exp(-leave * HORIZON)))
        totals.append((share, mix @ ((1 - np.exp(-leave * HORIZON)) / leave)))
    return float(totals[0][0] - totals[1][0]), float(totals[0][1] - totals[1][1])


def survival_part(runs: int, seed: int) -> None:
    """Bias and coverage with custody competing and follow-up cut short."""
    rng = np.random.default_rng(seed)
    share, days = survival_truth()
    found: dict[str, list[tuple[float, float, float]]] = {
        "share": [],
        "days": [],
        "days, weights as given": [],
    }
    for _ in range(runs):
        people, treated, kind = follow_up(rng, 3_000)
        columns = np.stack([kind == 1, kind == 2], axis=1).astype(np.float64)
        balanced = survival_effect(people, treated, horizon_days=HORIZON, balanced_on=columns)
        found["share"].append(_triple(balanced.reoffended.difference))
        found["days"].append(_triple(balanced.days_free.difference))
        given = survival_effect(people, treated, horizon_days=HORIZON)
        found["days, weights as given"].append(_triple(given.days_free.difference))
    judged("survival: share who reoffended", found["share"], share)
    judged("survival: days free", found["days"], days)
    judged("survival: days free, weights as given", found["days, weights as given"], days)


def discharged(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return days of sentence, who was on a curfew tag, and who reoffended: eligible from three months on."""
    days = np.floor(rng.gamma(2.2, 70, n) + 5)
    days = days[days < 400]
    u = (days - 91) / 100
    tagged = rng.random(len(days)) < np.where(days >= 91, np.clip(0.45 + 0.08 * u, 0, 0.9), 0.02)
    chance = 0.52 - 0.06 * u - 0.03 * u**2 + 0.02 * np.sin(2 * u) - 0.05 * tagged
    return days, tagged, (rng.random(len(days)) < chance).astype(np.float64)


def line_part(runs: int, seed: int) -> None:
    """A line in the manner of home detention curfew: the jump, the effect on those moved, false alarms."""
    rng = np.random.default_rng(seed)
    jumps, effects, allowed, alarms = [], [], 0, 0
    for _ in range(runs):
        days, tagged, again = discharged(rng, 30_000)
        found = fuzzy_jump(Line(days, 91.0), again, tagged)
        jumps.append((found.outcome.estimate, found.outcome.robust.low, found.outcome.robust.high))
        effects.append((found.effect.estimate, found.effect.robust.low, found.effect.robust.high))
        allowed += found.allowed.holds(-0.05)
        alarms += crowding(Line(days, 91.0)).p_value < 0.05
    judged("line: jump in reoffending", jumps, -0.05 * 0.43)
    judged("line: effect on those moved", effects, -0.05, allowed_set_coverage=allowed / runs)
    say("line: crowding is said where nobody crowds", share=alarms / runs, runs=runs)


def rolled_out(rng: np.random.Generator, areas: int) -> Panel:
    """Return areas that begin in three waves, a quarter of them never; the effect is -8 points and grows."""
    began = np.repeat([2, 4, 5, NEVER], areas // 4)
    periods = np.arange(8)
    people = rng.integers(80, 160, (areas, 8)).astype(np.float64)
    since = periods[None, :] - began[:, None]
    on = (began[:, None] != NEVER) & (since >= 0)
    level = (
        0.45
        + rng.normal(0, 0.05, areas)[:, None]
        - 0.007 * periods[None, :]
        + rng.normal(0, 0.02, (areas, 8))
    )
    chance = np.clip(level + on * (-0.06 - 0.01 * np.clip(since, 0, None)), 0.01, 0.99)
    return Panel(
        began, rng.binomial(people.astype(int), chance) / people, people, tuple(f"{n}" for n in range(areas))
    )


def roll_out_part(runs: int, seed: int) -> None:
    """A roll-out in waves: overall effect, and false alarms of the periods before."""
    rng = np.random.default_rng(seed)
    for areas in (12, 24):
        rows, alarms, drifts = [], 0, 0
        truth = 0.0
        for _ in range(runs):
            found = staggered_effect(rolled_out(rng, areas), beside=BesideWhom.NOT_YET_TREATED)
            after = [cell for cell in found.cells if cell.periods_since >= 0]
            # cells are averaged by people, so the truth is too; the means of the shares hardly move
            truth = sum(c.people * (-0.06 - 0.01 * c.periods_since) for c in after) / sum(
                c.people for c in after
            )
            rows.append(tuple(value - truth for value in _triple(found.overall)))
            alarms += (found.pre_trend.p_value or 1.0) < 0.05
            drift = found.pre_trend.drift
            drifts += drift is not None and drift.low <= 0 <= drift.high
        judged(f"roll-out: {areas} areas", rows, 0.0, alarm=alarms / runs, drift_coverage=drifts / runs)


def rota(rng: np.random.Generator, examiners: int, spread: float) -> tuple[Rota, np.ndarray]:
    """Return cases whose examiners differ by `spread`; being tagged goes with what nobody recorded."""
    examiner = np.repeat(np.arange(examiners), 150)
    court = examiner % 5
    u, courts = rng.normal(size=len(examiner)), rng.normal(0, 0.3, 5)
    index = 0.5 * u + rng.normal(0, spread, examiners)[examiner] + courts[court] + rng.normal(size=len(u))
    tagged = index > 0
    chance = np.clip(0.45 + 0.08 * u + 0.03 * courts[court] - 0.16 * tagged, 0.0, 1.0)
    return Rota(examiner, court, tagged), (rng.random(len(u)) < chance).astype(np.float64)


def examiners_part(runs: int, seed: int) -> None:
    """Examiners who differ, and who hardly do."""
    rng = np.random.default_rng(seed)
    for examiners, spread in ((40, 0.5), (100, 0.1)):
        rows, allowed, alarms, strength = [], 0, 0, []
        for _ in range(runs):
            cases, outcome = rota(rng, examiners, spread)
            found = examiner_effect(cases, outcome)
            rows.append(_triple(found.effect))
            allowed += found.allowed.holds(-0.16)
            strength.append(found.first_stage_f)
            alarms += assignment_check(cases, rng.normal(size=(len(outcome), 5))).p_value < 0.05
        judged(
            f"examiners: {examiners}, spread {spread}",
            rows,
            -0.16,
            allowed_set_coverage=allowed / runs,
            median_f=float(np.median(strength)),
            median_estimate=float(np.median([row[0] for row in rows])),
            assignment_alarm=alarms / runs,
        )


STRATA = 20
TREATED_MIX = np.linspace(1.0, 2.0, STRATA) / np.linspace(1.0, 2.0, STRATA).sum()
POOL_MIX = TREATED_MIX[::-1]


def found_shares(
    rng: np.random.Generator, plan: Plan, rates: np.ndarray, runs: int
) -> dict[tuple[Way, Scale], float]:
    """Return how often each way finds the effect, in cohorts of 20 strata of risk."""
    n1 = rng.multinomial(plan.treated, TREATED_MIX, runs)
    n0 = np.maximum(rng.multinomial(plan.pool, POOL_MIX, runs), 1)
    e1 = rng.binomial(n1, rates * plan.ratio)
    e0 = rng.binomial(n0, rates)
    one = rng.hypergeometric(e0, n0 - e0, np.minimum(n1, n0))
    p1, mean0 = e1.sum(1) / plan.treated, e0 / n0
    p0 = (n1 * mean0).sum(1) / plan.treated
    weight = n1 / n0
    gap = -mean0 - (p1 - p0)[:, None]
    count2 = plan.treated**2
    p_one = one.sum(1) / np.minimum(n1, n0).sum(1)
    with_plain = p1 * (1 - p1) / plan.treated
    one_plain = p_one * (1 - p_one) / plan.treated
    beside = (weight**2 * (e0 * (1 - p0[:, None]) ** 2 + (n0 - e0) * p0[:, None] ** 2)).sum(1) / count2
    treated_left = (e1 * (1 + gap) ** 2 + (n1 - e1) * gap**2).sum(1) / count2
    beside_left = (weight**2 * (e0 * (1 - mean0) ** 2 + (n0 - e0) * mean0**2)).sum(1) / count2
    ratio_gap = 1 / p1[:, None], mean0 / p0[:, None]
    log_left = (e1 * (ratio_gap[0] - ratio_gap[1]) ** 2 + (n1 - e1) * ratio_gap[1] ** 2).sum(
        1
    ) / count2 + beside_left / p0**2
    z = {
        (Way.ONE_TO_ONE, Scale.DIFFERENCE): (p1 - p_one) / np.sqrt(with_plain + one_plain),
        (Way.ONE_TO_ONE, Scale.RATIO): np.log(p1 / p_one)
        / np.sqrt(with_plain / p1**2 + one_plain / p_one**2),
        (Way.RADIUS, Scale.DIFFERENCE): (p1 - p0) / np.sqrt(with_plain + beside),
        (Way.RADIUS, Scale.RATIO): np.log(p1 / p0) / np.sqrt(with_plain / p1**2 + beside / p0**2),
        (Way.WEIGHTS, Scale.DIFFERENCE): (p1 - p0) / np.sqrt(treated_left + beside_left),
        (Way.WEIGHTS, Scale.RATIO): np.log(p1 / p0) / np.sqrt(log_left),
    }
    return {key: float((value < -1.959963984540054).mean()) for key, value in z.items()}


def power_part(runs: int, seed: int) -> None:
    """What was said beforehand beside how often it is found; numbers needed."""
    rng = np.random.default_rng(seed)
    runs = max(runs, 1_000) * 4
    worst: dict[Way, float] = {}
    for base in (0.25, 0.33, 0.45):
        rates = np.linspace(0.35, 1.45, STRATA) * base
        rates *= base / (TREATED_MIX @ rates)
        explained = float(TREATED_MIX @ (rates - base) ** 2 / (base * (1 - base)))
        for treated in (60, 150, 300, 600):
            blank = Plan(treated=treated, pool=6_000, base_rate=base, ratio=0.8, explained=explained)
            effective = 6_000 / float((TREATED_MIX**2 / POOL_MIX).sum())
            shares = found_shares(rng, blank, rates, runs)
            for (way, scale), share in shares.items():
                known = None if way is Way.ONE_TO_ONE else effective
                plan = Plan(
                    treated=treated, pool=6_000, base_rate=base, ratio=0.8, way=way, scale=scale,
                    effective_comparison=known, explained=explained,
                )  # fmt: skip
                said = power(plan)
                worst[way] = max(worst.get(way, 0.0), abs(said - share))
                if treated == 150 and scale is Scale.DIFFERENCE:
                    say("power", base=base, treated=treated, way=way.value, said=said, found=share)
    for way, gap in worst.items():
        say("power: largest gap to simulation", way=way.value, points=100 * gap, simulations=runs)
    for base in (0.25, 0.33, 0.45):
        for scale in Scale:
            plan = Plan(treated=150, pool=19_000, base_rate=base, ratio=0.8, scale=scale)
            pairs = Plan(treated=150, pool=19_000, base_rate=base, ratio=0.8, scale=scale, way=Way.ONE_TO_ONE)
            say(
                "treated for 80 %", base=base, scale=scale.value,
                weights=numbers_needed(plan) or 0, one_to_one=numbers_needed(pairs) or 0,
            )  # fmt: skip


def many_part(runs: int, seed: int) -> None:
    """Ten outcomes of which none is affected: how often something is found."""
    rng = np.random.default_rng(seed)
    correlation = 0.6 * np.ones((10, 10)) + 0.4 * np.eye(10)
    drawn = rng.multivariate_normal(np.zeros(10), correlation, size=runs)
    tails = np.array([[math.erfc(abs(z) / math.sqrt(2)) for z in row] for row in drawn])
    joint = [max_t(row, correlation, rng=rng, draws=4_000).adjusted.min() <= 0.05 for row in drawn]
    say(
        "ten outcomes, no effect: something is found",
        unadjusted=float((tails.min(axis=1) <= 0.05).mean()),
        holm=float(np.mean([holm(row).min() <= 0.05 for row in tails])),
        max_t=float(np.mean(joint)),
        runs=runs,
    )


LEVELS = {"sex": 2, "age": 4, "ethnicity": 5, "disposal": 2, "region": 6}


def group_estimates(
    rng: np.random.Generator, ratio: float, *, region_logs: np.ndarray | None = None
) -> list[GroupEstimate]:
    """Return the effects in 19 groups of five overlapping factors, of 6,000 people of whom a third were tagged."""
    n = 6_000
    factors = {name: rng.integers(0, levels, n) for name, levels in LEVELS.items()}
    treated = rng.random(n) < 1 / 3
    ratios = np.full(n, ratio) if region_logs is None else ratio * np.exp(region_logs[factors["region"]])
    again = rng.random(n) < 0.33 * np.where(treated, ratios, 1.0)
    estimates = []
    for name, codes in factors.items():
        for code in range(LEVELS[name]):
            inside = codes == code
            t, y = treated[inside], again[inside].astype(np.float64)
            means = (float(y[t].mean()), float(y[~t].mean()))
            influence = (t * (y - means[0]) / t.mean(), ~t * (y - means[1]) / (~t).mean())
            effect = effect_of(
                method="difference", outcome="again", means=means, influence=influence, treated=t,
                weights=(~t).astype(np.float64), is_rate=True,
            )  # fmt: skip
            estimates.append(GroupEstimate(name, f"{name} {code}", effect))
    return estimates


def subgroups_part(runs: int, seed: int) -> None:
    """Groups that do not differ, groups without any effect, and groups that do differ."""
    rng = np.random.default_rng(seed)
    differs, plain = 0, 0
    for _ in range(runs):
        found = subgroup_results(group_estimates(rng, 0.8))
        differs += any(factor.differs for factor in found)
        plain += any((factor.interaction_p or 1.0) <= 0.05 for factor in found)
    say(
        "19 groups of 5 factors that do not differ: a factor differs",
        holm=differs / runs,
        plain=plain / runs,
        runs=runs,
    )
    some = 0
    for _ in range(runs):
        found = subgroup_results(group_estimates(rng, 1.0))
        some += any((group.adjusted_p or 1.0) <= 0.05 for factor in found for group in factor.groups)
    say("19 groups, no effect in any: an effect in a group", holm=some / runs, runs=runs)
    covered, own, squares = [], [], []
    for _ in range(runs // 2):
        logs = rng.normal(0, 0.15, LEVELS["region"])
        found = subgroup_results(group_estimates(rng, 0.8, region_logs=logs))[-1]
        for group, log in zip(found.groups, logs, strict=True):
            truth = 0.8 * math.exp(log)
            assert group.pooled is not None
            assert group.ratio is not None
            covered.append(group.pooled.low <= truth <= group.pooled.high)
            own.append(group.ratio.low <= truth <= group.ratio.high)
            squares.append(
                (math.log(group.pooled.estimate / truth) ** 2, math.log(group.ratio.estimate / truth) ** 2)
            )
    error = np.sqrt(np.mean(squares, axis=0))
    say(
        "6 groups that differ (spread 0.15)", pooled_coverage=float(np.mean(covered)), own_coverage=float(np.mean(own)),
        pooled_error=float(error[0]), own_error=float(error[1]), runs=runs // 2,
    )  # fmt: skip


def cpu_s(task: Callable[[], object], runs: int = 5) -> float:
    """Return the median CPU seconds of a task after a warm-up."""
    task()
    taken = []
    for _ in range(runs):
        before = time.process_time()
        task()
        taken.append(time.process_time() - before)
    return float(np.median(taken))


def speed_part(_runs: int, seed: int) -> None:
    """CPU seconds at full size."""
    rng = np.random.default_rng(seed)
    for n in (50_000, 1_000_000):
        people, treated, kind = follow_up(rng, n)
        whole = FollowUp(np.ceil(people.days), people.events, people.weights)
        columns = np.stack([kind == 1, kind == 2], axis=1).astype(np.float64)

        def effect(cohort: tuple[FollowUp, np.ndarray, np.ndarray] = (whole, treated, columns)) -> object:
            return survival_effect(cohort[0], cohort[1], horizon_days=HORIZON, balanced_on=cohort[2])

        say(f"CPU s, survival of {n:,} in whole days, Cox included", seconds=cpu_s(effect))
    days, tagged, again = discharged(rng, 500_000)
    say("CPU s, line, 500,000 people", seconds=cpu_s(lambda: fuzzy_jump(Line(days, 91.0), again, tagged)))
    panel = rolled_out(rng, 48)
    say("CPU s, roll-out, 48 areas in 8 periods", seconds=cpu_s(lambda: staggered_effect(panel)))
    cases, outcome = rota(rng, 400, 0.5)
    say("CPU s, 60,000 cases of 400 examiners", seconds=cpu_s(lambda: examiner_effect(cases, outcome)))
    plan = Plan(treated=150, pool=19_000, base_rate=0.33, ratio=0.8)
    say("CPU s, numbers needed", seconds=cpu_s(lambda: numbers_needed(plan)))


PARTS = {
    "survival": survival_part,
    "line": line_part,
    "roll_out": roll_out_part,
    "examiners": examiners_part,
    "power": power_part,
    "many": many_part,
    "subgroups": subgroups_part,
    "speed": speed_part,
}


def main(arguments: list[str]) -> None:
    """Run the parts that were asked for, or all."""
    runs, seed = (int(value) for value in (*arguments, *("1000", "1")[len(arguments) :])[:2])
    for name in arguments[2:] or PARTS:
        PARTS[name](runs, seed)


if __name__ == "__main__":
    main(sys.argv[1:])
