"""Fitting a local model: refuse what must not be fitted, fit, try it on people held back, write down how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.reasons import Reason
from throughcare.risk.models.additive import AdditiveModel, Floats
from throughcare.risk.models.boosting import BoostingSettings
from throughcare.risk.models.columns import Codes, Table
from throughcare.risk.models.comparators import fit_logistic
from throughcare.risk.models.hazard import Progress, at_period, known_at_risk, period_column, stacked
from throughcare.risk.models.intervals import SPREAD, fit_layout, replicates
from throughcare.risk.models.leaks import Leak, refuse
from throughcare.risk.models.local_model import Card, DecisionUse, Layout, LocalModel, ModelKind, brier
from throughcare.risk.models.sample_size import check_enough
from throughcare.risk.models.scorecard import CardSettings, as_additive, fit_card
from throughcare.risk.models.special import is_copy

_COMPARATOR = Reason(
    "comparator", "Fitted only to see what a readable model costs. It never supports a decision."
)
_Predict = Callable[[Codes], Floats]


@dataclass(frozen=True, slots=True)
class FitSettings:
    """What to fit, and how.

    Parameters
    ----------
    kind : ModelKind
    layout : Layout
        A scorecard always has one card a period.
    boosting : BoostingSettings
    card : CardSettings
    replicates : int
        Fits to people drawn anew, for intervals (additive models only); 0 for none.
    folds : int
        Parts for cross-validation; 0 for none.
    """

    kind: ModelKind = ModelKind.ADDITIVE
    layout: Layout = Layout.POOLED
    boosting: BoostingSettings = field(default_factory=BoostingSettings)
    card: CardSettings = field(default_factory=CardSettings)
    replicates: int = 40
    folds: int = 5


@dataclass(frozen=True, slots=True)
class Steps:
    """Who is told how far each stage is: the stage, how much is done, how much there is."""

    tell: Callable[[str, int, int], None] = lambda stage, done, total: None

    def of(self, stage: str) -> Progress:
        """Return what tells of one stage."""
        return lambda done, total: self.tell(stage, done, total)


def refuse_copies(table: Table) -> None:
    """Refuse features that divide people just as a group column does: another name makes it no other fact.

    Raises
    ------
    RefusedInput
    """
    copies = [
        f"{feature.name} (as {name})"
        for place, feature in enumerate(table.spec.features)
        for name, group in table.groups.items()
        if is_copy(table.codes[:, place], group)
    ]
    if copies:
        raise RefusedInput(
            where=table.spec.name,
            expected="no feature that divides people just as a group column does",
            found=", ".join(copies),
            action='Say use = "ignored" for it: groups are audited and never an input.',
        )


def fit_local(
    table: Table,
    *,
    settings: FitSettings,
    leaks: Sequence[Leak],
    rng: np.random.Generator,
    allow_leaks: bool = False,
    steps: Steps | None = None,
) -> LocalModel:
    """Fit a local model; the same table, settings and state of `rng` give the same model, in any order of rows.

    Parameters
    ----------
    table : Table
    settings : FitSettings
    leaks : sequence of Leak
        What the leak detector found.
    rng : numpy.random.Generator
    allow_leaks : bool
        Fit all the same, for a positive control; the model then says that it must never be used.
    steps : Steps or None

    Raises
    ------
    RefusedInput
        If there are leaks, too few people or events, or a feature that says the same as a group column.
    """
    steps = steps or Steps()
    refuse_copies(table)
    if not allow_leaks:
        refuse(leaks, where=table.spec.name)
    lines = settings.card.lines if settings.kind is ModelKind.SCORECARD else None
    cautions = check_enough(table, parameters=lines)
    table = in_order(table)
    tried = cross_validated(
        table, settings=settings, rng=rng, progress=steps.of("trying on people held back")
    )
    model = _fitted(table, settings, rng, steps)
    banned = [_COMPARATOR] if settings.kind is ModelKind.LOGISTIC else []
    if leaks:
        named = sorted({name for leak in leaks for name in leak.columns})
        words = f"Fitted in spite of inputs that know the future: {', '.join(named)}. It must never be used."
        banned.append(Reason("leaks", words, {"columns": named, "found": [leak.words for leak in leaks]}))
    return replace(
        model,
        decision_use=DecisionUse.NEVER if banned else DecisionUse.SUPPORT,
        reasons=(*banned, *cautions),
        record=_record(table, settings, tried),
    )


def in_order(table: Table) -> Table:
    """Return the rows in the one order of their codes and outcomes, so that the order of a file changes nothing."""
    keys = np.hstack([table.events.astype(np.int16), table.codes])
    return table.rows(np.lexsort(keys.T[::-1]))


def cross_validated(
    table: Table,
    *,
    settings: FitSettings,
    rng: np.random.Generator,
    progress: Progress = lambda done, total: None,
) -> Floats | None:
    """Return hazards predicted for each person by a model that never saw them, (n, periods); None for no folds.

    Parameters
    ----------
    table : Table
    settings : FitSettings
    rng : numpy.random.Generator
    progress : callable
    """
    if not settings.folds:
        return None
    part = rng.permutation(len(table)) % settings.folds
    found = np.zeros(table.events.shape)
    for number in range(settings.folds):
        model = _fitted(table.rows(part != number), replace(settings, replicates=0), rng, Steps())
        found[part == number] = model.hazards(table.codes[part == number])
        progress(number + 1, settings.folds)
    return found


def _fitted(table: Table, settings: FitSettings, rng: np.random.Generator, steps: Steps) -> LocalModel:
    cards: tuple[Card, ...] = ()
    again: tuple[tuple[AdditiveModel, ...], ...] = ()
    layout = settings.layout
    if settings.kind is ModelKind.ADDITIVE:
        periods, chosen = fit_layout(
            table, layout, settings=settings.boosting, rng=rng, progress=steps.of("fitting")
        )
        if settings.replicates:
            again = replicates(
                table,
                layout,
                settings=replace(settings.boosting, bags=1),
                chosen=chosen,
                count=settings.replicates,
                rng=rng,
                progress=steps.of("intervals"),
            )
    elif settings.kind is ModelKind.LOGISTIC:
        periods = _logistic(table, layout)
    else:
        layout = Layout.YEARLY
        cards = tuple(_card(table, period, settings.card) for period in range(table.events.shape[1]))
        periods = tuple(as_additive(card, table.spec.features) for card in cards)
    return LocalModel(
        name=f"{table.spec.name}, {settings.kind}",
        kind=settings.kind,
        layout=layout,
        decision_use=DecisionUse.NEVER,
        reasons=(),
        spec=table.spec,
        reference=tuple(
            int(np.bincount(table.codes[:, feature]).argmax()) for feature in range(table.codes.shape[1])
        ),
        periods=periods,
        cards=cards,
        replicates=again,
        spread=SPREAD if again else None,
    )


def _card(table: Table, period: int, settings: CardSettings) -> Card:
    rows = known_at_risk(table, period)
    return fit_card(
        table.codes[rows], table.events[rows, period], columns=table.spec.features, settings=settings
    )


def _logistic(table: Table, layout: Layout) -> tuple[AdditiveModel, ...]:
    periods = range(table.events.shape[1])
    if layout is Layout.POOLED:
        codes, target = stacked(table)
        columns = (*table.spec.features, period_column(table.spec))
        whole = fit_logistic(codes, target, columns=columns)
        return tuple(at_period(whole, period) for period in periods)
    rows = [known_at_risk(table, period) for period in periods]
    return tuple(
        fit_logistic(table.codes[known], table.events[known, period], columns=table.spec.features)
        for period, known in zip(periods, rows, strict=True)
    )


def _record(table: Table, settings: FitSettings, tried: Floats | None) -> dict[str, Any]:
    periods = []
    errors = brier(tried, table) if tried is not None else ()
    for period, words in enumerate(table.spec.period_words):
        rows = known_at_risk(table, period)
        told: dict[str, Any] = {
            "period": words,
            "at_risk": int(rows.sum()),
            "events": int((table.events[rows, period] == 1).sum()),
        }
        if tried is not None:
            told |= {
                "brier_held_back": round(errors[period], 6),
                "expected_held_back": round(float(tried[rows, period].sum()), 2),
            }
        periods.append(told)
    used: dict[str, Any] = {
        ModelKind.ADDITIVE: asdict(settings.boosting),
        ModelKind.SCORECARD: asdict(settings.card),
        ModelKind.LOGISTIC: {"strength": 0.1},
    }[settings.kind]
    return {"people": len(table), "folds": settings.folds, "settings": used, "periods": periods}
