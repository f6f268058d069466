"""What a study will do, said before anybody looks: one question, one primary outcome, one method, and the gates.

A protocol is read strictly: what is not known is refused by its place, and what is left out has a stated default. Its
canonical form gives its hash, so that a change of one word of the question is a change, and a change of the layout of
the file is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from throughcare.evaluation.estimators import HEADLINE, METHODS
from throughcare.evaluation.fields import Fields, refused, text_of
from throughcare.kernel.ids import content_hash

FORMAT: Final = "throughcare.protocol/1"
Kind = Literal["rate", "number"]
Missing = Literal["refuse", "own_group"]
NOT_RECORDED: Final = "not recorded"


@dataclass(frozen=True, slots=True)
class OutcomePlan:
    """One outcome.

    Parameters
    ----------
    column, label : str
        Its column, and what it is, in words that can follow "did".
    kind : {"rate", "number"}
        Whether it happens (0 or 1) or how often.
    """

    column: str
    label: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class CovariatePlan:
    """One thing known before time zero.

    Parameters
    ----------
    column, label : str
    levels : tuple of str
        Empty for a number.
    missing : {"refuse", "own_group"}
        What becomes of an empty cell: the row is refused, or it is a group of its own (for a number: the middle value,
        and a column that says so).
    """

    column: str
    label: str
    levels: tuple[str, ...]
    missing: Missing


@dataclass(frozen=True, slots=True)
class Periods:
    """The time with the tag and the time after it, as two outcomes that are never added up.

    Parameters
    ----------
    during, after : OutcomePlan
    """

    during: OutcomePlan
    after: OutcomePlan


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """What must hold before an effect is computed.

    Parameters
    ----------
    least_treated, least_comparison : int
        People in each arm.
    least_events : int
        People of each arm to whom the primary outcome happened, and to whom it did not.
    least_power : float
        For the declared effect.
    underpowered_ok : bool
        Whether the study goes on below that; the report then says so first.
    most_nearly_sure : float
        Share of the treated with hardly anybody like them.
    least_effective_share : float
        Effective comparison people for each treated person.
    most_difference : float
        Of a covariate's means, in standard deviations.
    most_generated : float
        The same of squares, products and bins; in small groups, what chance reaches where that is more.
    most_distribution_difference : float
        Of cumulative distributions; likewise.
    most_disagreement : float
        Between two unlike methods, in standard errors.
    most_late_starts : float
        Share of the treated whose treatment began after time zero.
    """

    least_treated: int = 30
    least_comparison: int = 30
    least_events: int = 10
    least_power: float = 0.8
    underpowered_ok: bool = False
    most_nearly_sure: float = 0.05
    least_effective_share: float = 0.3
    most_difference: float = 0.05
    most_generated: float = 0.05
    most_distribution_difference: float = 0.05
    most_disagreement: float = 1.0
    most_late_starts: float = 0.0

    def looser(self) -> tuple[str, ...]:
        """Return the names of the gates that ask less than usual."""
        usual = GatePolicy()
        found = []
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(usual, each.name)
            asks_less = mine < theirs if each.name.startswith("least_") else mine > theirs
            if asks_less:
                found.append(each.name)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Protocol:
    """A study that has been declared.

    Parameters
    ----------
    question : str
    treated_rule, treated_column, treated_words : str
        Who was treated; the column of 0 and 1; what to call it ("the tag").
    start_column : str
        The day on which treatment began, or empty where it is time zero by definition.
    comparison : str
        With whom they are compared.
    time_zero, time_zero_column, person_column : str
    eligibility : tuple of str
    cohort_from, cohort_before, extract_on : str
        Days: the first of the cohort, the one after its last, and that of the data.
    follow_up_months, waiting_months, lag_months : int
    interim_allowed : bool
    primary : OutcomePlan
    expected_without, smallest_ratio : float
        How many (0 to 1, or a number each) it happens to without, as known from before, and the risk ratio to be found.
    secondary, negative_controls : tuple of OutcomePlan
    periods : Periods or None
    covariates : tuple of CovariatePlan
    strata, subgroups : tuple of str
        Columns among the covariates that have levels.
    estimand : str
        The effect on the treated, always.
    method : str
    seed, repeats, folds : int
    caliper_deviations : float
    gates : GatePolicy
    minimum_cell, rounding : int
        Fewer people are not shown; counts are rounded to this.
    """

    question: str
    treated_rule: str
    treated_column: str
    treated_words: str
    start_column: str
    comparison: str
    time_zero: str
    time_zero_column: str
    person_column: str
    eligibility: tuple[str, ...]
    cohort_from: str
    cohort_before: str
    extract_on: str
    follow_up_months: int
    waiting_months: int
    lag_months: int
    interim_allowed: bool
    primary: OutcomePlan
    expected_without: float
    smallest_ratio: float
    secondary: tuple[OutcomePlan, ...]
    negative_controls: tuple[OutcomePlan, ...]
    periods: Periods | None
    covariates: tuple[CovariatePlan, ...]
    strata: tuple[str, ...]
    subgroups: tuple[str, ...]
    estimand: str
    method: str
    seed: int
    repeats: int
    folds: int
    caliper_deviations: float
    gates: GatePolicy
    minimum_cell: int
    rounding: int

    def canonical(self) -> dict[str, Any]:
        """Return the one form that is hashed: every field, those left out with their default."""
        return {"format": FORMAT, **_listed(asdict(self))}

    def hash(self) -> str:
        """Return the SHA-256 of the canonical form."""
        return content_hash(self.canonical())

    def outcomes(self) -> tuple[OutcomePlan, ...]:
        """Return every outcome that is opened once the design stands, negative controls apart."""
        periods = () if self.periods is None else (self.periods.during, self.periods.after)
        return (self.primary, *self.secondary, *periods)

    def schema(self) -> dict[str, str]:
        """Return the columns that a cohort must have, and what each holds."""
        found = {self.person_column: "text", self.treated_column: "yes or no", self.time_zero_column: "day"}
        if self.start_column:
            found[self.start_column] = "day"
        found |= {each.column: "level" if each.levels else "number" for each in self.covariates}
        return found | {each.column: each.kind for each in (*self.outcomes(), *self.negative_controls)}


def _listed(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _listed(inner) for key, inner in value.items()}
    return [_listed(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def read_protocol(given: Any) -> Protocol:  # noqa: ANN401 - what a file held
    """Return a protocol from nested mappings, lists and texts.

    Parameters
    ----------
    given : mapping
        As a YAML or JSON file holds it. Numbers may be texts: YAML that guesses types turns the level "no" into a
        falsehood, so files are read without guessing.

    Raises
    ------
    RefusedInput
        At the first field that is missing, not known or not as it must be.
    """
    root = Fields(given, "protocol")
    root.one_of("format", (FORMAT,))
    treated, zero, follow = root.inner("treated"), root.inner("time_zero"), root.inner("follow_up")
    outcomes, estimator = root.inner("outcomes"), root.inner("estimator")
    primary = outcomes.inner("primary")
    disclosure = root.inner("disclosure", {})
    rates = _expected(primary)
    protocol = Protocol(
        question=root.text("question"),
        treated_rule=treated.text("rule"),
        treated_column=treated.text("column"),
        treated_words=treated.text("words", "the tag"),
        start_column=treated.text("start_column", ""),
        comparison=root.text("comparison"),
        time_zero=zero.text("rule"),
        time_zero_column=zero.text("column"),
        person_column=root.text("person_column", "person_id"),
        eligibility=root.texts("eligibility"),
        cohort_from=follow.day("cohort_from"),
        cohort_before=follow.day("cohort_before"),
        extract_on=follow.day("extract_on"),
        follow_up_months=follow.whole("months", 12, least=1, most=240),
        waiting_months=follow.whole("waiting_months", 6, least=0, most=60),
        lag_months=follow.whole("lag_months", 3, least=0, most=60),
        interim_allowed=follow.flag("interim_allowed", default=False),
        primary=_outcome(primary),
        expected_without=rates[0],
        smallest_ratio=rates[1],
        secondary=tuple(_outcome(each) for each in outcomes.each("secondary")),
        negative_controls=tuple(_outcome(each) for each in root.each("negative_controls")),
        periods=_periods(outcomes),
        covariates=tuple(_covariate(each) for each in root.each("covariates", least=1)),
        strata=root.texts("strata", ()),
        subgroups=root.texts("subgroups", ()),
        estimand=root.one_of("estimand", ("effect_on_the_treated",)),
        method=estimator.one_of("method", tuple(METHODS), HEADLINE),
        seed=estimator.whole("seed", least=0, most=2**63 - 1),
        repeats=estimator.whole("repeats", 5, least=1, most=50),
        folds=estimator.whole("folds", 5, least=2, most=50),
        caliper_deviations=estimator.number("caliper_deviations", 0.2, least=0.001, most=5.0),
        gates=_gates(root.inner("gates", {})),
        minimum_cell=disclosure.whole("minimum_cell", 10, least=3, most=1000),
        rounding=disclosure.whole("rounding", 1, least=1, most=100),
    )
    return _checked(protocol, (root, treated, zero, follow, outcomes, estimator, primary, disclosure))


def _checked(protocol: Protocol, parts: Sequence[Fields]) -> Protocol:
    for part in parts:
        part.refuse_unknown()
    _check(protocol)
    return protocol


def _expected(primary: Fields) -> tuple[float, float]:
    kind = primary.one_of("kind", get_args(Kind), "rate")
    most = 0.999 if kind == "rate" else 1000.0
    without = primary.number("expected_without", least=0.001, most=most)
    return without, primary.number("smallest_ratio", least=0.01, most=min(100.0, most / without))


def _outcome(part: Fields) -> OutcomePlan:
    found = OutcomePlan(
        column=part.text("column"),
        label=part.text("label"),
        kind=part.one_of("kind", get_args(Kind), "rate"),  # type: ignore[arg-type]
    )
    if not part.path.endswith("primary"):
        part.refuse_unknown()
    return found


def _periods(outcomes: Fields) -> Periods | None:
    if not outcomes.has("periods"):
        return None
    part = outcomes.inner("periods")
    found = Periods(during=_outcome(part.inner("during")), after=_outcome(part.inner("after")))
    part.refuse_unknown()
    return found


def _covariate(part: Fields) -> CovariatePlan:
    column = part.text("column")
    found = CovariatePlan(
        column=column,
        label=part.text("label", column),
        levels=part.texts("levels", ()),
        missing=part.one_of("missing", get_args(Missing), "refuse"),  # type: ignore[arg-type]
    )
    part.refuse_unknown()
    if len(found.levels) == 1 or len(set(found.levels)) != len(found.levels):
        raise refused(
            f"{part.path}.levels",
            "two levels or more, each once",
            ", ".join(found.levels),
            action="Leave levels out for a number.",
        )
    if NOT_RECORDED in found.levels and found.missing == "own_group":
        raise refused(
            f"{part.path}.levels",
            f'no level "{NOT_RECORDED}": it is added',
            NOT_RECORDED,
            action="Leave it out of the levels.",
        )
    return found


def _gates(part: Fields) -> GatePolicy:
    usual = GatePolicy()
    given: dict[str, Any] = {}
    for each in fields(GatePolicy):
        default = getattr(usual, each.name)
        if isinstance(default, bool):
            given[each.name] = part.flag(each.name, default=default)
        elif isinstance(default, int):
            given[each.name] = part.whole(each.name, default, least=2, most=1_000_000)
        else:
            most = 10.0 if each.name == "most_disagreement" else 1.0
            given[each.name] = part.number(each.name, default, least=0.0, most=most)
    part.refuse_unknown()
    return GatePolicy(**given)


def _check(protocol: Protocol) -> None:
    """Refuse what contradicts itself: an outcome among the covariates first of all."""
    known = {each.column for each in protocol.covariates}
    fixed = {
        protocol.person_column,
        protocol.treated_column,
        protocol.time_zero_column,
        protocol.start_column,
    }
    told = [*protocol.outcomes(), *protocol.negative_controls]
    for each in told:
        if each.column in known or each.column in fixed:
            raise refused(
                f"protocol: {each.column}",
                "an outcome that is not among the covariates, and is no column of the design",
                f"{each.column} as both",
                action="Adjusting for what happened afterwards takes the effect away: take it out of the covariates.",
            )
    for columns, where in (
        ([each.column for each in told], "outcomes"),
        ([each.column for each in protocol.covariates], "covariates"),
    ):
        twice = sorted({column for column in columns if columns.count(column) > 1})
        if twice:
            raise refused(
                f"protocol.{where}", "each column once", ", ".join(twice), action="Take the other out."
            )
    if fixed & known:
        raise refused(
            "protocol.covariates",
            "no column of the design",
            ", ".join(sorted(fixed & known)),
            action="Take it out.",
        )
    _check_levels(protocol)
    if dt.date.fromisoformat(protocol.cohort_before) <= dt.date.fromisoformat(protocol.cohort_from):
        raise refused(
            "protocol.follow_up.cohort_before",
            f"a day after {protocol.cohort_from}",
            protocol.cohort_before,
            action="It is the day after the last day of the cohort.",
        )


def _check_levels(protocol: Protocol) -> None:
    levelled = {each.column for each in protocol.covariates if each.levels}
    for name, columns in (("strata", protocol.strata), ("subgroups", protocol.subgroups)):
        for column in columns:
            if column not in levelled:
                raise refused(
                    f"protocol.{name}",
                    f"covariates with levels: {', '.join(sorted(levelled)) or 'there are none'}",
                    column,
                    action="Give the covariate levels, or leave it out here.",
                )


def changes(before: Mapping[str, Any], after: Mapping[str, Any], *, path: str = "") -> tuple[str, ...]:
    """Return where two canonical protocols differ: the place, what stood there, what stands there now."""
    found: list[str] = []
    for key in sorted({*before, *after}):
        place = f"{path}.{key}" if path else key
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found += changes(one, other, path=place)
        else:
            found.append(f"{place}: {text_of(one)} became {text_of(other)}")
    return tuple(found)
