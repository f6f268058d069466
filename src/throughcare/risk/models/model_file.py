"""Model files: canonical JSON that anybody can read, with its hash. Nothing in one is ever executed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import canonical_json, content_hash
from throughcare.kernel.reasons import Reason
from throughcare.risk.models.additive import AdditiveModel, PairTable, SingleTable
from throughcare.risk.models.columns import Column, Form, Measured, TableSpec, Use
from throughcare.risk.models.local_model import Card, DecisionUse, Layout, Line, LocalModel, ModelKind, Spread
from throughcare.risk.models.recalibrated import Recalibrated
from throughcare.risk.models.recalibration import Estimate, Recalibration

SCHEMA = "throughcare.risk.model/1"
Fitted = LocalModel | Recalibrated


@dataclass(frozen=True, slots=True)
class Envelope:
    """A model with the hash of its content and, if it was signed, the signature of that hash."""

    model: Fitted
    content_hash: str
    signature: dict[str, str] | None


def text_of(model: Fitted, *, signer: Callable[[str], dict[str, str]] | None = None) -> str:
    """Return the text of a model file.

    Parameters
    ----------
    model : LocalModel or Recalibrated
    signer : callable or None
        From the content hash to a signature.
    """
    content = document(model)
    hashed = content_hash(content)
    signature = None if signer is None else signer(hashed)
    return (
        canonical_json({"schema": SCHEMA, "hash": hashed, "signature": signature, "content": content}) + "\n"
    )


def read_model(text: str, *, where: str) -> Envelope:
    """Return the model of a file, refused where the content is not what its hash says.

    Parameters
    ----------
    text : str
    where : str
        What a refusal names.

    Raises
    ------
    RefusedInput
        If it is no model file, of another schema, altered, or its tables do not fit its columns.
    """
    try:
        found = json.loads(text)
    except ValueError:
        raise _refusal(where, "a model file in JSON", "other text") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        schema = found.get("schema") if isinstance(found, dict) else None
        raise _refusal(where, f"a model file of the schema {SCHEMA}", repr(schema))
    content, hashed = found.get("content"), found.get("hash")
    if not isinstance(content, dict) or content_hash(content) != hashed:
        raise _refusal(where, "content that matches its hash", "altered content")
    try:
        model = _model(content)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise _refusal(where, "the fields of a model", f"{type(error).__name__}: {error}") from None
    signature = found.get("signature")
    return Envelope(model, hashed, signature if isinstance(signature, dict) else None)


def document(model: Fitted) -> dict[str, Any]:
    """Return a model as JSON values."""
    if isinstance(model, Recalibrated):
        return {
            "form": "recalibrated",
            "name": model.name,
            "column": model.column,
            "decision_use": model.decision_use.value,
            "reasons": [reason.as_dict() for reason in model.reasons],
            "table": _spec_document(model.spec),
            "periods": [asdict(period) for period in model.periods],
            "record": dict(model.record),
        }
    return {
        "form": "additive",
        "name": model.name,
        "kind": model.kind.value,
        "layout": model.layout.value,
        "decision_use": model.decision_use.value,
        "reasons": [reason.as_dict() for reason in model.reasons],
        "table": _spec_document(model.spec),
        "reference": list(model.reference),
        "periods": [_tables(period) for period in model.periods],
        "cards": [asdict(card) for card in model.cards],
        "replicates": [[_tables(period) for period in fit] for fit in model.replicates],
        "spread": None if model.spread is None else asdict(model.spread),
        "record": dict(model.record),
    }


def _tables(model: AdditiveModel) -> dict[str, Any]:
    return {
        "intercept": model.intercept,
        "singles": [{"feature": each.feature, "values": each.values.tolist()} for each in model.singles],
        "pairs": [
            {"first": each.first, "second": each.second, "values": each.values.tolist()}
            for each in model.pairs
        ],
    }


def _spec_document(spec: TableSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "predicts": spec.predicts,
        "predicted_on": spec.predicted_on,
        "outcomes": list(spec.outcomes),
        "period_words": list(spec.period_words),
        "columns": [asdict(column) for column in spec.columns],
    }


def _model(content: Mapping[str, Any]) -> Fitted:
    spec = _spec(content["table"])
    reasons = tuple(Reason(**reason) for reason in content["reasons"])
    if content["form"] == "recalibrated":
        return Recalibrated(
            name=content["name"],
            column=content["column"],
            decision_use=DecisionUse(content["decision_use"]),
            reasons=reasons,
            spec=spec,
            periods=tuple(_recalibration(period) for period in content["periods"]),
            record=content["record"],
        )
    features = spec.features
    spread = content["spread"]
    return LocalModel(
        name=content["name"],
        kind=ModelKind(content["kind"]),
        layout=Layout(content["layout"]),
        decision_use=DecisionUse(content["decision_use"]),
        reasons=reasons,
        spec=spec,
        reference=tuple(int(code) for code in content["reference"]),
        periods=tuple(_additive(period, features) for period in content["periods"]),
        cards=tuple(_card(card) for card in content["cards"]),
        replicates=tuple(tuple(_additive(each, features) for each in fit) for fit in content["replicates"]),
        spread=None if spread is None else Spread(**spread),
        record=content["record"],
    )


def _spec(found: Mapping[str, Any]) -> TableSpec:
    return TableSpec(
        name=found["name"],
        predicts=found["predicts"],
        predicted_on=found["predicted_on"],
        outcomes=tuple(found["outcomes"]),
        period_words=tuple(found["period_words"]),
        columns=tuple(_column(column) for column in found["columns"]),
    )


def _column(found: Mapping[str, Any]) -> Column:
    return Column(
        **{
            **found,
            "use": Use(found["use"]),
            "form": Form(found["form"]),
            "measured": Measured(found["measured"]),
            "levels": tuple(found["levels"]),
            "cuts": tuple(found["cuts"]),
        }
    )


def _additive(found: Mapping[str, Any], features: tuple[Column, ...]) -> AdditiveModel:
    return AdditiveModel(
        columns=features,
        intercept=float(found["intercept"]),
        singles=tuple(
            SingleTable(int(each["feature"]), np.array(each["values"], dtype=np.float64))
            for each in found["singles"]
        ),
        pairs=tuple(
            PairTable(int(each["first"]), int(each["second"]), np.array(each["values"], dtype=np.float64))
            for each in found["pairs"]
        ),
    )


def _card(found: Mapping[str, Any]) -> Card:
    lines = tuple(
        Line(int(line["feature"]), tuple(line["codes"]), int(line["points"]), line["words"])
        for line in found["lines"]
    )
    return Card(lines, float(found["intercept"]), float(found["scale"]))


def _recalibration(found: Mapping[str, Any]) -> Recalibration:
    return Recalibration(
        intercept=Estimate(**found["intercept"]),
        slope=Estimate(**found["slope"]),
        shift=Estimate(**found["shift"]),
        people=found["people"],
        events=found["events"],
    )


def _refusal(where: str, expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=where, expected=expected, found=found, action="Ask whoever made the model for its file again."
    )
