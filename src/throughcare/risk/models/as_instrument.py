"""A local model as an instrument: the same contract, arithmetic in words, bounds and advice as a published one."""

from __future__ import annotations

import re

import numpy as np

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.reasons import Reason
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.frame import Floats, Frame
from throughcare.risk.arithmetic.parts import Part, Rules, Tabled, constant
from throughcare.risk.contract import Band, Citation, Generation, Measure, Spec
from throughcare.risk.items import Achievable, Choices, Item, Kind, Option
from throughcare.risk.models.additive import AdditiveModel, PairTable, SingleTable
from throughcare.risk.models.columns import Column
from throughcare.risk.models.local_model import DecisionUse, LocalModel

_NOT_RECORDED = "not_recorded"
_DIRECTIONS = {0: Achievable.NONE, -1: Achievable.TO_EARLIER_OPTION, 1: Achievable.TO_LATER_OPTION}


def as_instrument(
    model: LocalModel, *, period: int, version: str, bands: tuple[Band, ...] = (), months: int | None = None
) -> Tabled:
    """Return a local model of one period as an instrument.

    Parameters
    ----------
    model : LocalModel
    period : int
        From 0; the probability is of the event in this period, given that it happened in none before.
    version : str
        The content hash of its file, or its first digits.
    bands : tuple of Band
        From the lowest up, in percent; none are invented.
    months : int or None
        The end of the period, in months from the prediction.

    Raises
    ------
    RefusedInput
        If the model must never support a decision.
    """
    _check_use(model)
    tables = model.periods[period]
    asked = _Asked(tables.columns)
    used = sorted(
        {single.feature for single in tables.singles}
        | {place for pair in tables.pairs for place in (pair.first, pair.second)}
    )
    items = tuple(asked.items[place] for place in used)
    spec = Spec(
        name=f"{item_name(model.spec.name)}_{period + 1}",
        version=version,
        title=f"{model.name}, {model.spec.period_words[period]}",
        generation=Generation.OTHER,
        predicts=f"{model.spec.predicts} in {model.spec.period_words[period]}",
        horizon_months=months,
        measure=Measure.PROBABILITY,
        items=items,
        required=frozenset(item.name for item in items),
        defaults={},
        bands=bands,
        population=_population(model),
        citation=Citation(
            title=model.name,
            where="fitted on this agency's own records by throughcare risk fit",
            date="see the model's record",
            licence="as the agency decides",
        ),
        additive=True,
        reference=Answers.of(
            **{asked.items[place].name: asked.value(place, model.reference[place]) for place in used}
        ),
    )
    return Tabled(spec=spec, parts=_parts(tables, asked), rules=Rules())


def _check_use(model: LocalModel) -> None:
    if model.decision_use is DecisionUse.NEVER:
        raise RefusedInput(
            where=model.name,
            expected="a model that may support a decision",
            found="; ".join(reason.words for reason in model.reasons) or "one that never may",
            action="Fit an additive model or a scorecard on inputs known at the prediction.",
        )


def item_name(name: str) -> str:
    """Return a column's name as an item's: lower case, with underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


class _Asked:
    """The columns of a model as items, and how answers become codes."""

    def __init__(self, columns: tuple[Column, ...]) -> None:
        self.columns = columns
        self.items = tuple(_item(column) for column in columns)
        self._told = tuple(
            (
                *(f"{column.label}: {column.words(code)}" for code in range(column.size)),
                f"{column.label}: not known",
            )
            for column in columns
        )

    def value(self, place: int, code: int) -> str:
        """Return the answer that a code stands for."""
        return str(self.items[place].domain.values[code])

    def words(self, frame: Frame, place: int) -> str:
        """Return one answer of one person in words."""
        code = frame.number(self.items[place].name)[0]
        return self._told[place][-1 if np.isnan(code) else int(code)]


def _item(column: Column) -> Item:
    known = column.size - 1
    options = [
        Option(column.levels[code] if column.levels else column.words(code), column.words(code))
        for code in range(known)
    ]
    if column.missing:
        options.append(Option(_NOT_RECORDED, column.words(known)))
    return Item(
        name=item_name(column.name),
        label=column.label,
        question=f"What is recorded as {column.label}?",
        kind=Kind.DYNAMIC if column.achievable else Kind.STATIC,
        domain=Choices(tuple(options)),
        achievable=_DIRECTIONS[column.achievable],
    )


def _parts(tables: AdditiveModel, asked: _Asked) -> tuple[Part, ...]:
    start = constant("start", tables.intercept, "where everybody starts")
    singles = [_single(single, asked) for single in tables.singles]
    pairs = [_pair(pair, asked) for pair in tables.pairs]
    return (start, *singles, *pairs)


def _single(single: SingleTable, asked: _Asked) -> Part:
    place, values = single.feature, np.append(single.values, np.nan)  # last: of the unanswered
    name = asked.items[place].name

    def weigh(frame: Frame) -> Floats:
        return values[frame.positions(name)]

    return Part(name, (name,), weigh, lambda frame: asked.words(frame, place))


def _pair(pair: PairTable, asked: _Asked) -> Part:
    first, second = (asked.items[place].name for place in (pair.first, pair.second))
    values = np.pad(pair.values, ((0, 1), (0, 1)), constant_values=np.nan)  # last: of the unanswered

    def weigh(frame: Frame) -> Floats:
        return values[frame.positions(first), frame.positions(second)]

    def say(frame: Frame) -> str:
        return f"together: {asked.words(frame, pair.first)}; {asked.words(frame, pair.second)}"

    return Part(f"{first}_and_{second}", (first, second), weigh, say)


def _population(model: LocalModel) -> tuple[Reason, ...]:
    people = model.record.get("people", 0)
    words = (
        f"Fitted on {people:,} people of {model.spec.name}; answers that none of them could have are refused."
    )
    return (Reason("as_fitted", words, {"people": people}), *model.reasons)
