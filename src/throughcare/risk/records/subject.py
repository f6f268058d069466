"""The subject of a validation or a record: a fitted model, a published instrument, or somebody else's scores."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

from throughcare.kernel.ids import content_hash
from throughcare.risk.contract import Instrument, Measure
from throughcare.risk.models.columns import Measured
from throughcare.risk.models.local_model import LocalModel
from throughcare.risk.models.model_file import Fitted
from throughcare.risk.models.recalibrated import Recalibrated
from throughcare.risk.validation.cases import Scale


class SubjectForm(StrEnum):
    """What is validated."""

    MODEL = "model"
    INSTRUMENT = "instrument"
    SCORES = "scores"


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that a score is made from, in words."""

    name: str
    words: str
    answers: str
    changeable: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """What a score is, as far as code knows.

    Parameters
    ----------
    form : SubjectForm
    name, version, title : str
    hash : str
        Of everything that decides a score: a change of one coefficient is another hash.
    predicts : str
    horizon_words : str
        How far ahead, in words.
    scale : Scale
    inputs : tuple of Input
        Empty where code does not know them.
    never_inputs : tuple of str
        Columns that are for checks of fairness only.
    method : str
        How a score comes about, in words.
    cautions : tuple of str
    source, licence : str
    """

    form: SubjectForm
    name: str
    version: str
    title: str
    hash: str
    predicts: str
    horizon_words: str
    scale: Scale
    inputs: tuple[Input, ...]
    never_inputs: tuple[str, ...]
    method: str
    cautions: tuple[str, ...]
    source: str
    licence: str


def of_instrument(instrument: Instrument) -> Subject:
    """Return a published instrument as a subject."""
    spec = instrument.spec
    months = spec.horizon_months
    return Subject(
        form=SubjectForm.INSTRUMENT,
        name=spec.name,
        version=spec.version,
        title=spec.title,
        hash=instrument_hash(instrument),
        predicts=spec.predicts,
        horizon_words="not stated" if months is None else f"{months} months",
        scale=Scale.PROBABILITY if spec.measure is Measure.PROBABILITY else Scale.POINTS,
        inputs=tuple(
            Input(
                item.name,
                item.question,
                _answers(tuple(item.domain.words(value) for value in item.domain.values)),
                item.kind.value == "dynamic",
            )
            for item in spec.items
        ),
        never_inputs=(),
        method=(
            "A published formula: each answer adds a fixed weight, and the sum becomes the score."
            if spec.additive
            else "Published rules, applied as they are printed."
        ),
        cautions=tuple(reason.words for reason in spec.population),
        source=f"{spec.citation.title}; {spec.citation.where}; {spec.citation.date}",
        licence=spec.citation.licence,
    )


def instrument_hash(instrument: Instrument) -> str:
    """Return the hash of an instrument's own description and of the coefficients of **all** instruments.

    Some instruments add others up, so a changed coefficient anywhere makes every validation ask to be done anew:
    too cautious rather than too trusting.
    """
    spec = instrument.spec
    return content_hash(
        {
            "name": spec.name,
            "version": spec.version,
            "items": [[item.name, item.question, repr(item.domain)] for item in spec.items],
            "required": sorted(spec.required),
            "defaults": {name: str(value) for name, value in sorted(spec.defaults.items())},
            "bands": [[band.name, band.low] for band in spec.bands],
            "population": [reason.words for reason in spec.population],
            "coefficients": _coefficients(),
        }
    )


def of_model(model: Fitted, *, model_hash: str, period: int) -> Subject:
    """Return a fitted model's prediction of one period (from 0) as a subject."""
    spec = model.spec
    recalibrated = isinstance(model, Recalibrated)
    inputs = (
        (Input(model.column, "the published percent", "0 to 100", changeable=False),)
        if isinstance(model, Recalibrated)
        else tuple(
            Input(
                column.name,
                f"{column.label} ({_measured(column.measured)})",
                _answers(tuple(column.words(code) for code in range(column.size))),
                column.achievable != 0,
            )
            for column in spec.features
        )
    )
    return Subject(
        form=SubjectForm.MODEL,
        name=model.name,
        version=model_hash[:16],
        title=model.name,
        hash=model_hash,
        predicts=f"{spec.predicts}, in {spec.period_words[period]}, given that it did not happen before",
        horizon_words=spec.period_words[period],
        scale=Scale.PROBABILITY,
        inputs=inputs,
        never_inputs=tuple(column.name for column in spec.groups),
        method=_recalibrated_words() if recalibrated else _model_words(model),
        cautions=(_use_words(model), *(reason.words for reason in model.reasons)),
        source=f"fitted on {spec.name}",
        licence="the agency's own",
    )


def of_scores(name: str, *, version: str, predicts: str, scale: Scale) -> Subject:
    """Return scores whose making is not known here; the hash is of their name and version only."""
    return Subject(
        form=SubjectForm.SCORES,
        name=name,
        version=version,
        title=name,
        hash=content_hash({"scores": name, "version": version}),
        predicts=predicts,
        horizon_words="not stated",
        scale=scale,
        inputs=(),
        never_inputs=(),
        method="Not known: only the scores were given.",
        cautions=("Nothing is known here about how these scores are made, so nothing is said about it.",),
        source="given as a table",
        licence="not stated",
    )


def _coefficients() -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in sorted(resources.files("throughcare.risk").iterdir(), key=lambda each: each.name):
        table = folder.joinpath("coefficients.csv")
        if folder.is_dir() and table.is_file():
            found[folder.name] = hashlib.sha256(table.read_bytes()).hexdigest()
    return found


def _answers(words: tuple[str, ...]) -> str:
    if not words:
        return "a date"
    if len(words) <= 12:
        return "; ".join(words)
    return f"{words[0]} to {words[-1]}"


def _measured(measured: Measured) -> str:
    return {
        Measured.BEFORE: "known before the prediction",
        Measured.AFTER: "measured after the prediction",
        Measured.NOT_KNOWN: "not known when it was measured",
    }[measured]


def _recalibrated_words() -> str:
    return "A published instrument, corrected for the people here by two numbers a period."


def _model_words(model: Fitted) -> str:
    assert isinstance(model, LocalModel), "the other form was asked before"
    singles = sum(len(period.singles) for period in model.periods)
    pairs = sum(len(period.pairs) for period in model.periods)
    told = {
        "additive": "An additive model: a look-up in tables and a sum.",
        "scorecard": "A scorecard: whole points are added up.",
        "logistic": "A logistic regression, written out as tables.",
    }[model.kind.value]
    return (
        f"{told} Over {len(model.periods)} periods it has {singles} tables of one input and {pairs} of two."
    )


def _use_words(model: Fitted) -> str:
    if model.decision_use.value == "never":
        return "This model must never be used to decide about anybody."
    return "This model may support a decision; it never makes one."
